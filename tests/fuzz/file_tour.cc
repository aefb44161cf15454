#include "tests/fuzz/file_tour.h"

#include <cstring>

#include "tests/hash_bytes.h"

namespace jxlpool::fuzz {
namespace {

constexpr uint32_t kMaxVisits = 64;  // of entries of one kind: a file may have very many

volatile uint64_t g_sink;

void Touch(ByteView bytes) { g_sink = HashBytes(g_sink, bytes.data, bytes.size); }

void VisitFrameHeaders(Input* input, const JxlpoolImageInfo& info, Promises* promises) {
  auto header = Make<JxlpoolFrameHeader>();
  const auto get_preview = [&] { return input->decoder().FrameHeader(JXLPOOL_PREVIEW_FRAME, &header); };
  (void)promises->Note("get_frame_header of the preview", input->Step(get_preview));
  for (uint32_t i = 0; i < kMaxVisits; ++i) {
    const auto get_header = [&] { return input->decoder().FrameHeader(i, &header); };
    if (promises->Note("get_frame_header", input->Step(get_header)) != JXLPOOL_OK) return;
    if (std::strlen(header.name) > header.name_length) promises->Violate("a name of a frame without end");
    if (header.num_sections == 0) promises->Violate("a frame without sections");
    if (info.num_extra_channels == 0) continue;
    auto channel = Make<JxlpoolFrameExtraChannel>();
    const uint32_t last = info.num_extra_channels - 1;
    (void)promises->Note("get_frame_extra_channel", input->Step([&] {
      return jxlpool_decoder_get_frame_extra_channel(input->decoder().get(), i, last, &channel);
    }));
  }
}

void VisitFrameIndex(Input* input, Promises* promises) {
  auto index = Make<JxlpoolFrameIndex>();
  const auto get_index = [&] { return input->decoder().FrameIndex(&index); };
  if (promises->Note("get_frame_index", input->Step(get_index)) != JXLPOOL_OK) return;
  auto entry = Make<JxlpoolFrameIndexEntry>();
  for (uint64_t i = 0; i < kMaxVisits; ++i) {
    const JxlpoolStatus status = promises->Note(
        "get_frame_index_entry", jxlpool_decoder_get_frame_index_entry(input->decoder().get(), i, &entry));
    if ((status == JXLPOOL_OK) != (i < index.num_entries)) promises->Violate("another number of index entries");
    if (status != JXLPOOL_OK) return;
  }
}

void VisitGainMap(Input* input, Promises* promises) {
  auto gain_map = Make<JxlpoolGainMap>();
  const auto get_gain_map = [&] { return input->decoder().GainMap(&gain_map); };
  if (promises->Note("get_gain_map", input->Step(get_gain_map)) == JXLPOOL_OK) {
    Touch({gain_map.metadata, gain_map.metadata_size});
    Touch({gain_map.icc, gain_map.icc_size});
    Touch({gain_map.codestream, gain_map.codestream_size});
  }
  auto encoding = Make<JxlpoolColorEncoding>();
  (void)promises->Note("get_gain_map_color_encoding",
                       jxlpool_decoder_get_gain_map_color_encoding(input->decoder().get(), &encoding));
}

}  // namespace

void VisitMetadata(Input* input, const JxlpoolImageInfo& info, Promises* promises) {
  Decoder* decoder = &input->decoder();
  for (uint32_t i = 0; i < info.num_extra_channels; ++i) {
    const auto channel = decoder->ExtraChannel(i);
    if (!channel) {
      promises->Violate("no information about an extra channel");
    } else if (std::strlen(channel->name) > channel->name_length) {
      promises->Violate("a name without end");
    }
  }
  for (const JxlpoolProfile profile : {JXLPOOL_PROFILE_ORIGINAL, JXLPOOL_PROFILE_DATA}) {
    Touch(decoder->Icc(profile));
    (void)decoder->ColorEncoding(profile);
  }
  auto box = Make<JxlpoolBox>();
  for (uint32_t i = 0;; ++i) {
    const JxlpoolStatus status = input->Step([&] { return jxlpool_decoder_get_box(decoder->get(), i, &box); });
    if (promises->Note("get_box", status) != JXLPOOL_OK) break;
    Touch({box.data, box.size});
    ByteView contents;
    if (promises->Note("get_box_contents", decoder->BoxContents(i, &contents)) == JXLPOOL_OK) Touch(contents);
  }
}

void VisitStructure(Input* input, const JxlpoolImageInfo& info, Promises* promises) {
  Decoder* decoder = &input->decoder();
  auto file = Make<JxlpoolFileInfo>();
  const JxlpoolStatus status = input->Step([&] { return jxlpool_decoder_get_file_info(decoder->get(), &file); });
  if (status == JXLPOOL_MEMORY_LIMIT) return;  // for the rest of the file
  if (status != JXLPOOL_OK) return promises->Violate("no information about an open file");
  for (uint32_t i = 0; i < kMaxVisits; ++i) {
    const auto box = decoder->RawBox(i);
    if (box.has_value() != (i < file.num_boxes)) promises->Violate("another number of boxes");
    if (!box) break;
    if (box->offset >= file.file_size) promises->Violate("a box beyond the end of the file");
  }
  VisitFrameHeaders(input, info, promises);
  VisitFrameIndex(input, promises);
  VisitGainMap(input, promises);
}

void VisitEstimate(Input* input, uint32_t pixel_bytes, Promises* promises) {
  auto estimate = Make<JxlpoolMemoryEstimate>();
  const JxlpoolStatus status = promises->Note("estimate_memory", input->Step([&] {
    return jxlpool_decoder_estimate_memory(input->decoder().get(), pixel_bytes, &estimate);
  }));
  if (status == JXLPOOL_OK && (estimate.one_thread > estimate.streaming || estimate.one_thread > estimate.parallel)) {
    promises->Violate("the estimate for one thread is not the least");
  }
  (void)promises->Note("prewarm", input->Step([&] { return input->decoder().Prewarm(pixel_bytes); }));
}

}  // namespace jxlpool::fuzz
