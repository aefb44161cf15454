// What the C interface tells about the structure of a file: boxes, and the headers of all frames.
#include <algorithm>
#include <cstring>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/bitstream/container.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

void DescribePlace(const FrameStart& frame, const FrameEntry& entry, JxlpoolFrameHeader* info) {
  const FrameHeader& header = frame.header;
  info->offset = frame.offset;
  info->header_bytes = static_cast<uint32_t>(frame.sections_offset - frame.offset);
  info->num_shown_before = entry.visible_before;
  info->have_crop = header.have_crop ? 1 : 0;
  info->x0 = header.x0;
  info->y0 = header.y0;
  info->width = header.width;
  info->height = header.height;
  info->coded_width = static_cast<uint32_t>(frame.dimensions.xsize);
  info->coded_height = static_cast<uint32_t>(frame.dimensions.ysize);
  info->upsampling = header.upsampling;
  info->lf_level = header.lf_level;
}

void DescribeCoding(const FrameStart& frame, JxlpoolFrameHeader* info) {
  const FrameHeader& header = frame.header;
  static_assert(static_cast<int>(FrameType::kSkipProgressive) == JXLPOOL_FRAME_SKIP_PROGRESSIVE);
  info->type = static_cast<JxlpoolFrameType>(header.frame_type);
  info->encoding = header.is_modular ? JXLPOOL_ENCODING_MODULAR : JXLPOOL_ENCODING_VARDCT;
  info->ycbcr = header.do_ycbcr ? 1 : 0;
  info->chroma_subsampling_h = *std::max_element(frame.dimensions.hshift, frame.dimensions.hshift + 3);
  info->chroma_subsampling_v = *std::max_element(frame.dimensions.vshift, frame.dimensions.vshift + 3);
  info->has_noise = header.HasFlag(kFlagNoise) ? 1 : 0;
  info->has_patches = header.HasFlag(kFlagPatches) ? 1 : 0;
  info->has_splines = header.HasFlag(kFlagSplines) ? 1 : 0;
  info->uses_lf_frame = header.HasFlag(kFlagUseLfFrame) ? 1 : 0;
  const bool smoothing =
      !header.is_modular && !header.HasFlag(kFlagSkipAdaptiveLfSmoothing) && !header.HasFlag(kFlagUseLfFrame);
  info->adaptive_lf_smoothing = smoothing ? 1 : 0;
  info->gaborish = header.restoration_filter.gab ? 1 : 0;
  info->epf_iterations = header.restoration_filter.epf_iters;
  const Passes& passes = header.passes;
  static_assert(kMaxPasses == JXLPOOL_MAX_PASSES && kMaxDownsampleSteps == JXLPOOL_MAX_DOWNSAMPLE_STEPS);
  info->num_passes = passes.num_passes;
  info->num_downsample_steps = passes.num_ds;
  std::copy_n(passes.shift, passes.num_passes, info->pass_shift);
  std::copy_n(passes.downsample, passes.num_ds, info->downsample);
  std::copy_n(passes.last_pass, passes.num_ds, info->last_pass);
}

void DescribeComposition(const FrameHeader& header, JxlpoolFrameHeader* info) {
  static_assert(static_cast<int>(BlendMode::kMul) == JXLPOOL_BLEND_MULTIPLY);
  info->blend_mode = static_cast<JxlpoolBlendMode>(header.blending_info.mode);
  info->blend_source = header.blending_info.source;
  info->blend_alpha = header.blending_info.alpha_channel;
  info->blend_clamp = header.blending_info.clamp ? 1 : 0;
  info->is_shown = header.IsShown() ? 1 : 0;
  info->duration = header.duration;
  info->timecode = header.timecode;
  info->is_last = header.is_last ? 1 : 0;
  info->is_stored = header.CanReference() ? 1 : 0;
  info->save_slot = header.CanReference() ? header.save_as_reference : 0;
  info->save_before_color_transform = header.save_before_ct ? 1 : 0;
}

void DescribeSections(const FrameStart& frame, uint64_t codestream_size, JxlpoolFrameHeader* info) {
  info->group_size = frame.dimensions.group_dim;
  info->num_groups = static_cast<uint32_t>(frame.dimensions.num_groups);
  info->num_lf_groups = static_cast<uint32_t>(frame.dimensions.num_lf_groups);
  info->num_sections = static_cast<uint32_t>(frame.toc.entries.size());
  info->section_bytes = frame.toc.total_size;
  info->toc_permuted = frame.toc.permuted ? 1 : 0;
  info->is_complete = frame.end() <= codestream_size ? 1 : 0;
}

// Makes decoder->inspection.frame the one at `index`; false if there are fewer.
Result<bool> InspectNow(JxlpoolDecoder* decoder, uint32_t index) {
  Inspection* inspection = &decoder->inspection;
  if (inspection->has_frame && inspection->frame_index == index) return true;
  inspection->has_frame = false;
  inspection->entry = FrameEntry();
  if (index == JXLPOOL_PREVIEW_FRAME) {
    if (!decoder->image.header().have_preview) return false;
    JXLPOOL_RETURN_IF_ERROR(decoder->image.InspectPreview(&inspection->frame));
  } else {
    JXLPOOL_ASSIGN_OR_RETURN(const bool exists,
                             decoder->image.InspectFrame(index, &inspection->frame, &inspection->entry));
    if (!exists) return false;
  }
  inspection->frame_name = PoolVector<char>(&decoder->memory, Category::kOther);
  for (const char c : inspection->frame.header.name) JXLPOOL_RETURN_IF_ERROR(inspection->frame_name.PushBack(c));
  JXLPOOL_RETURN_IF_ERROR(inspection->frame_name.PushBack('\0'));
  inspection->frame_index = index;
  inspection->has_frame = true;
  return true;
}

Result<bool> Inspect(JxlpoolDecoder* decoder, uint32_t index) {
  bool found = false;
  JXLPOOL_RETURN_IF_ERROR(decoder->Await([&]() -> Status {
    JXLPOOL_ASSIGN_OR_RETURN(found, InspectNow(decoder, index));
    return OkStatus();
  }));
  return found;
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_file_info(JxlpoolDecoder* decoder, JxlpoolFileInfo* info) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  if (const JxlpoolStatus status = decoder->AwaitKnown([] { return false; }); status != JXLPOOL_OK) return status;
  const Container& container = decoder->image.container();
  JxlpoolFileInfo result = {};
  result.file_size = decoder->image.bytes_fed();
  result.is_container = container.is_container() ? 1 : 0;
  result.num_boxes = static_cast<uint32_t>(container.boxes().size());
  result.level = container.level();
  result.codestream_size = container.codestream().size();
  result.box_status = ToPublic(container.status().code());
  result.box_message = container.status().message();
  return WriteStruct(result, info);
}

JxlpoolStatus jxlpool_decoder_get_raw_box(JxlpoolDecoder* decoder, uint32_t index, JxlpoolRawBox* box) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  const PoolVector<Box>& boxes = decoder->image.container().boxes();
  const JxlpoolStatus known = decoder->AwaitKnown([&] { return index < boxes.size(); });
  if (known != JXLPOOL_OK) return known;
  if (index >= boxes.size()) return JXLPOOL_END;
  const Box& found = boxes[index];
  JxlpoolRawBox result = {};
  std::memcpy(result.type, found.type.name, sizeof(found.type.name));
  std::memcpy(result.content_type, found.content_type.name, sizeof(found.content_type.name));
  result.offset = found.offset;
  result.size = found.size;
  result.header_size = found.header_size;
  result.is_unbounded = found.is_unbounded ? 1 : 0;
  result.is_truncated = found.is_truncated ? 1 : 0;
  return WriteStruct(result, box);
}

JxlpoolStatus jxlpool_decoder_get_frame_header(JxlpoolDecoder* decoder, uint32_t index, JxlpoolFrameHeader* header) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<bool> found = Inspect(decoder, index);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value()) return JXLPOOL_END;
  const Inspection& inspection = decoder->inspection;
  JxlpoolFrameHeader result = {};
  DescribePlace(inspection.frame, inspection.entry, &result);
  DescribeCoding(inspection.frame, &result);
  DescribeComposition(inspection.frame.header, &result);
  DescribeSections(inspection.frame, decoder->image.container().codestream().size(), &result);
  result.name = inspection.frame_name.data();
  result.name_length = inspection.frame_name.size() - 1;
  return WriteStruct(result, header);
}

JxlpoolStatus jxlpool_decoder_get_frame_extra_channel(JxlpoolDecoder* decoder, uint32_t index, uint32_t channel,
                                                      JxlpoolFrameExtraChannel* info) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  if (channel >= decoder->image.header().num_extra_channels) return decoder->Misuse("no such extra channel");
  const Result<bool> found = Inspect(decoder, index);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value()) return JXLPOOL_END;
  const FrameHeader& header = decoder->inspection.frame.header;
  const BlendingInfo& blending = header.ec_blending_info[channel];
  JxlpoolFrameExtraChannel result = {};
  result.upsampling = header.ec_factor[channel];
  result.blend_mode = static_cast<JxlpoolBlendMode>(blending.mode);
  result.blend_source = blending.source;
  result.blend_alpha = blending.alpha_channel;
  result.blend_clamp = blending.clamp ? 1 : 0;
  return WriteStruct(result, info);
}
