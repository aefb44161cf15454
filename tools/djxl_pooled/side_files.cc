#include "tools/djxl_pooled/side_files.h"

#include <optional>
#include <string>
#include <vector>

#include "tools/djxl_pooled/metadata.h"

namespace jxlpool::tools {
namespace {

void Write(const std::string& path, ByteView bytes, OutputSet* outputs) {
  if (path.empty() || bytes.size == 0) return;
  outputs->AddWhole(path, {reinterpret_cast<const char*>(bytes.data), bytes.size});
}

void Write(const std::string& path, const std::vector<uint8_t>& bytes, OutputSet* outputs) {
  Write(path, ByteView{bytes.data(), bytes.size()}, outputs);
}

void WriteBox(const std::string& path, const char* type, Session* session, OutputSet* outputs) {
  if (path.empty()) return;
  if (const auto contents = ReadBox(&session->decoder(), type)) Write(path, *contents, outputs);
}

void WriteGainMap(const Options& options, Session* session, OutputSet* outputs) {
  if (options.gain_map_out.empty() && options.gain_map_metadata_out.empty() && options.gain_map_icc_out.empty()) return;
  auto gain_map = Make<JxlpoolGainMap>();
  if (session->Check(session->decoder().GainMap(&gain_map)) != JXLPOOL_OK) return;
  Write(options.gain_map_out, {gain_map.codestream, gain_map.codestream_size}, outputs);
  Write(options.gain_map_metadata_out, {gain_map.metadata, gain_map.metadata_size}, outputs);
  Write(options.gain_map_icc_out, {gain_map.icc, gain_map.icc_size}, outputs);
}

}  // namespace

void WriteSideFiles(const Options& options, Session* session, OutputSet* outputs) {
  Decoder* decoder = &session->decoder();
  if (!options.icc_out.empty()) Write(options.icc_out, decoder->Icc(JXLPOOL_PROFILE_DATA), outputs);
  if (!options.original_icc_out.empty()) {
    Write(options.original_icc_out, decoder->Icc(JXLPOOL_PROFILE_ORIGINAL), outputs);
  }
  if (!options.exif_out.empty()) Write(options.exif_out, ReadExif(decoder), outputs);
  WriteBox(options.xmp_out, "xml ", session, outputs);
  WriteBox(options.jumbf_out, "jumb", session, outputs);
  WriteGainMap(options, session, outputs);
}

}  // namespace jxlpool::tools
