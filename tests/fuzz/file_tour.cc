#include "tests/fuzz/file_tour.h"

#include <cstring>

#include "tests/hash_bytes.h"

namespace jxlpool::fuzz {
namespace {

constexpr uint32_t kMaxVisits = 64;  // of entries of one kind: a file may have very many

volatile uint64_t g_sink;

void Touch(ByteView bytes) { g_sink = HashBytes(g_sink, bytes.data, bytes.size); }

void VisitFrameHeaders(Decoder* decoder, const JxlpoolImageInfo& info, Promises* promises) {
  auto header = Make<JxlpoolFrameHeader>();
  (void)promises->Note("get_frame_header of the preview", decoder->FrameHeader(JXLPOOL_PREVIEW_FRAME, &header));
  for (uint32_t i = 0; i < kMaxVisits; ++i) {
    if (promises->Note("get_frame_header", decoder->FrameHeader(i, &header)) != JXLPOOL_OK) return;
    if (std::strlen(header.name) > header.name_length) promises->Violate("a name of a frame without end");
    if (header.num_sections == 0) promises->Violate("a frame without sections");
    if (info.num_extra_channels == 0) continue;
    auto channel = Make<JxlpoolFrameExtraChannel>();
    const uint32_t last = info.num_extra_channels - 1;
    (void)promises->Note("get_frame_extra_channel",
                         jxlpool_decoder_get_frame_extra_channel(decoder->get(), i, last, &channel));
  }
}

void VisitFrameIndex(Decoder* decoder, Promises* promises) {
  auto index = Make<JxlpoolFrameIndex>();
  if (promises->Note("get_frame_index", decoder->FrameIndex(&index)) != JXLPOOL_OK) return;
  auto entry = Make<JxlpoolFrameIndexEntry>();
  for (uint64_t i = 0; i < kMaxVisits; ++i) {
    const JxlpoolStatus status =
        promises->Note("get_frame_index_entry", jxlpool_decoder_get_frame_index_entry(decoder->get(), i, &entry));
    if ((status == JXLPOOL_OK) != (i < index.num_entries)) promises->Violate("another number of index entries");
    if (status != JXLPOOL_OK) return;
  }
}

void VisitGainMap(Decoder* decoder, Promises* promises) {
  auto gain_map = Make<JxlpoolGainMap>();
  if (promises->Note("get_gain_map", decoder->GainMap(&gain_map)) == JXLPOOL_OK) {
    Touch({gain_map.metadata, gain_map.metadata_size});
    Touch({gain_map.icc, gain_map.icc_size});
    Touch({gain_map.codestream, gain_map.codestream_size});
  }
  auto encoding = Make<JxlpoolColorEncoding>();
  (void)promises->Note("get_gain_map_color_encoding",
                       jxlpool_decoder_get_gain_map_color_encoding(decoder->get(), &encoding));
}

}  // namespace

void VisitMetadata(Decoder* decoder, const JxlpoolImageInfo& info, Promises* promises) {
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
  for (uint32_t i = 0;; ++i) {
    const auto box = decoder->Box(i);
    if (!box) break;
    Touch({box->data, box->size});
    ByteView contents;
    if (promises->Note("get_box_contents", decoder->BoxContents(i, &contents)) == JXLPOOL_OK) Touch(contents);
  }
}

void VisitStructure(Decoder* decoder, const JxlpoolImageInfo& info, Promises* promises) {
  const auto file = decoder->FileInfo();
  if (!file) return promises->Violate("no information about an open file");
  for (uint32_t i = 0; i < kMaxVisits; ++i) {
    const auto box = decoder->RawBox(i);
    if (box.has_value() != (i < file->num_boxes)) promises->Violate("another number of boxes");
    if (!box) break;
    if (box->offset >= file->file_size) promises->Violate("a box beyond the end of the file");
  }
  VisitFrameHeaders(decoder, info, promises);
  VisitFrameIndex(decoder, promises);
  VisitGainMap(decoder, promises);
}

void VisitEstimate(Decoder* decoder, uint32_t pixel_bytes, Promises* promises) {
  auto estimate = Make<JxlpoolMemoryEstimate>();
  const JxlpoolStatus status =
      promises->Note("estimate_memory", jxlpool_decoder_estimate_memory(decoder->get(), pixel_bytes, &estimate));
  if (status == JXLPOOL_OK && (estimate.one_thread > estimate.streaming || estimate.one_thread > estimate.parallel)) {
    promises->Violate("the estimate for one thread is not the least");
  }
  (void)promises->Note("prewarm", decoder->Prewarm(pixel_bytes));
}

}  // namespace jxlpool::fuzz
