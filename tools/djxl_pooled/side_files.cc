#include "tools/djxl_pooled/side_files.h"

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

void WriteMetadata(const std::string& path, const char* name, const Metadata& metadata, Session* session,
                   OutputSet* outputs) {
  if (!metadata.problem.empty()) session->Warn(std::string(name) + " metadata left out: " + metadata.problem);
  Write(path, metadata.bytes, outputs);
}

bool WantsGainMap(const Options& options) {
  return !options.gain_map_out.empty() || !options.gain_map_metadata_out.empty() || !options.gain_map_icc_out.empty();
}

void WriteGainMap(const Options& options, Session* session, OutputSet* outputs) {
  if (!WantsGainMap(options)) return;
  auto gain_map = Make<JxlpoolGainMap>();
  const JxlpoolStatus status = session->Await(nullptr, [&] { return session->decoder().GainMap(&gain_map); });
  if (session->Check(status) != JXLPOOL_OK) return;
  Write(options.gain_map_out, {gain_map.codestream, gain_map.codestream_size}, outputs);
  Write(options.gain_map_metadata_out, {gain_map.metadata, gain_map.metadata_size}, outputs);
  Write(options.gain_map_icc_out, {gain_map.icc, gain_map.icc_size}, outputs);
}

}  // namespace

bool WantsMetadataFiles(const Options& options) {
  return !options.exif_out.empty() || !options.xmp_out.empty() || !options.jumbf_out.empty() || WantsGainMap(options) ||
         BoxTypeOf(options.output_format) != nullptr;
}

void WriteSideFiles(const Options& options, Session* session, OutputSet* outputs) {
  Decoder* decoder = &session->decoder();
  if (!options.icc_out.empty()) Write(options.icc_out, decoder->Icc(JXLPOOL_PROFILE_DATA), outputs);
  if (!options.original_icc_out.empty()) {
    Write(options.original_icc_out, decoder->Icc(JXLPOOL_PROFILE_ORIGINAL), outputs);
  }
  if (!options.exif_out.empty()) WriteMetadata(options.exif_out, "Exif", ReadExif(session), session, outputs);
  if (!options.xmp_out.empty()) WriteMetadata(options.xmp_out, "XMP", ReadBox(session, "xml "), session, outputs);
  if (!options.jumbf_out.empty()) WriteMetadata(options.jumbf_out, "JUMBF", ReadBox(session, "jumb"), session, outputs);
  WriteGainMap(options, session, outputs);
}

}  // namespace jxlpool::tools
