// What the C interface tells about the open image.
#include <algorithm>
#include <cstring>

#include "lib/api/decoder.h"
#include "lib/api/describe_color.h"
#include "lib/api/struct_io.h"
#include "lib/color/encoding_names.h"
#include "lib/headers/image_header.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

// Sizes as delivered.
SizeHeader Oriented(const SizeHeader& size, const JxlpoolDecoder& decoder) {
  const bool swap = !decoder.options.keep_orientation && SwapsDimensions(decoder.image.header().orientation);
  SizeHeader oriented = size;
  if (swap) std::swap(oriented.width, oriented.height);
  return oriented;
}

void SetChromaticities(const ColorDescription& color, JxlpoolColorEncoding* encoding) {
  const Chromaticity white = color.WhiteXy();
  encoding->white_xy[0] = white.x;
  encoding->white_xy[1] = white.y;
  if (color.space != ColorSpace::kRgb) return;
  const RgbChromaticities primaries = color.PrimariesXy();
  const Chromaticity* list[3] = {&primaries.red, &primaries.green, &primaries.blue};
  for (int i = 0; i < 3; ++i) {
    encoding->primaries_xy[2 * i] = list[i]->x;
    encoding->primaries_xy[2 * i + 1] = list[i]->y;
  }
}

bool IsKnown(JxlpoolProfile profile) { return profile == JXLPOOL_PROFILE_ORIGINAL || profile == JXLPOOL_PROFILE_DATA; }

}  // namespace

namespace jxlpool {

JxlpoolColorEncoding DescribeColor(const ColorDescription& color, bool from_icc) {
  JxlpoolColorEncoding encoding = {};
  encoding.from_icc = from_icc ? 1 : 0;
  encoding.color_space = static_cast<uint32_t>(color.space);
  encoding.rendering_intent = static_cast<uint32_t>(color.intent);
  encoding.white_point = static_cast<uint32_t>(color.white_point);
  SetChromaticities(color, &encoding);
  if (color.space == ColorSpace::kRgb) encoding.primaries = static_cast<uint32_t>(color.primaries);
  if (color.space != ColorSpace::kXyb) encoding.transfer = static_cast<uint32_t>(color.transfer);
  if (color.transfer == ColorDescription::Transfer::kGamma) encoding.gamma = color.GammaExponent();
  if (const auto cicp = CicpOf(color)) {
    encoding.has_cicp = 1;
    encoding.cicp[0] = cicp->primaries;
    encoding.cicp[1] = cicp->transfer;
    encoding.cicp[3] = 1;
  }
  const EncodingName name = FullEncodingName(color);
  static_assert(sizeof(name.text) <= sizeof(encoding.name));
  std::memcpy(encoding.name, name.text, sizeof(name.text));
  return encoding;
}

}  // namespace jxlpool

JxlpoolStatus jxlpool_decoder_get_image_info(JxlpoolDecoder* decoder, JxlpoolImageInfo* info) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  const ImageHeader& header = decoder->image.header();
  JxlpoolImageInfo result = {};
  result.width = decoder->image.width();
  result.height = decoder->image.height();
  result.orientation = static_cast<uint32_t>(header.orientation);
  result.num_color_channels = decoder->image.num_color_channels();
  result.bits_per_sample = header.bit_depth.bits_per_sample;
  result.exponent_bits = header.bit_depth.exp_bits;
  result.num_extra_channels = header.num_extra_channels;
  result.alpha_channel = header.FindExtraChannel(ExtraChannelType::kAlpha);
  if (result.alpha_channel >= 0) {
    result.alpha_associated = header.ec_info[static_cast<size_t>(result.alpha_channel)].alpha_associated ? 1 : 0;
  }
  result.xyb_encoded = header.xyb_encoded ? 1 : 0;
  result.is_container = decoder->image.container().is_container() ? 1 : 0;
  result.has_jpeg_reconstruction = decoder->image.container().has_jpeg_reconstruction() ? 1 : 0;
  result.have_animation = header.have_animation ? 1 : 0;
  result.ticks_per_second_numerator = header.animation.tps_numerator;
  result.ticks_per_second_denominator = header.animation.tps_denominator;
  result.num_loops = header.animation.num_loops;
  result.have_timecodes = header.animation.have_timecodes ? 1 : 0;
  if (header.have_preview) {
    const SizeHeader preview = Oriented(header.preview, *decoder);
    result.have_preview = 1;
    result.preview_width = preview.width;
    result.preview_height = preview.height;
  }
  const SizeHeader intrinsic = Oriented(header.have_intr_size ? header.intrinsic_size : header.size, *decoder);
  result.intrinsic_width = intrinsic.width;
  result.intrinsic_height = intrinsic.height;
  result.intensity_target = header.tone_mapping.intensity_target;
  result.min_nits = header.tone_mapping.min_nits;
  result.linear_below = header.tone_mapping.linear_below;
  result.relative_to_max_display = header.tone_mapping.relative_to_max_display ? 1 : 0;
  return WriteStruct(result, info);
}

JxlpoolStatus jxlpool_decoder_get_extra_channel(JxlpoolDecoder* decoder, uint32_t index,
                                                JxlpoolExtraChannelInfo* info) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  const ImageHeader& header = decoder->image.header();
  if (index >= header.num_extra_channels) return call.Misuse("no such extra channel");
  const ExtraChannelInfo& channel = header.ec_info[index];
  JxlpoolExtraChannelInfo result = {};
  result.type = static_cast<JxlpoolExtraChannelType>(channel.type);
  result.bits_per_sample = channel.bit_depth.bits_per_sample;
  result.exponent_bits = channel.bit_depth.exp_bits;
  result.dim_shift = channel.dim_shift;
  result.alpha_associated = channel.alpha_associated ? 1 : 0;
  std::copy(std::begin(channel.spot_color), std::end(channel.spot_color), result.spot_color);
  result.cfa_channel = channel.cfa_channel;
  result.name = decoder->names.data() + decoder->name_offsets[index];
  result.name_length = channel.name.size();
  return WriteStruct(result, info);
}

JxlpoolStatus jxlpool_decoder_get_icc(JxlpoolDecoder* decoder, JxlpoolProfile profile, const uint8_t** data,
                                      size_t* size) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  if (data == nullptr || size == nullptr || !IsKnown(profile)) return call.Misuse("invalid profile request");
  const PoolVector<uint8_t>& icc =
      profile == JXLPOOL_PROFILE_ORIGINAL ? decoder->image.original_icc() : decoder->image.data_icc();
  if (icc.empty()) return JXLPOOL_END;
  *data = icc.data();
  *size = icc.size();
  return JXLPOOL_OK;
}

JxlpoolStatus jxlpool_decoder_get_color_encoding(JxlpoolDecoder* decoder, JxlpoolProfile profile,
                                                 JxlpoolColorEncoding* encoding) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  if (!IsKnown(profile)) return call.Misuse("invalid profile request");
  const bool original = profile == JXLPOOL_PROFILE_ORIGINAL;
  const ColorDescription* color = original ? decoder->image.original_color() : decoder->image.data_color();
  if (color == nullptr) return JXLPOOL_END;
  const ImageHeader& header = decoder->image.header();
  const bool converted = header.xyb_encoded || decoder->options.color_space[0] != 0;
  return WriteStruct(DescribeColor(*color, header.color_encoding.want_icc && (original || !converted)), encoding);
}
