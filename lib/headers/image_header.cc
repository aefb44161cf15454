#include "lib/headers/image_header.h"

#include "lib/bitstream/fields.h"

namespace jxlpool {
namespace {

constexpr uint64_t kExtraChannelTypes =
    EnumMembers(ExtraChannelType::kAlpha, ExtraChannelType::kDepth, ExtraChannelType::kSpotColor,
                ExtraChannelType::kSelectionMask, ExtraChannelType::kBlack, ExtraChannelType::kCfa,
                ExtraChannelType::kThermal, ExtraChannelType::kNonOptional, ExtraChannelType::kOptional);

// Returns the width that follows from the height for the ratio codes 1..7.
uint32_t WidthFromRatio(uint32_t height, uint32_t ratio) {
  constexpr struct {
    uint32_t numerator, denominator;
  } kRatios[8] = {{0, 1}, {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
  return static_cast<uint32_t>(uint64_t{height} * kRatios[ratio].numerator / kRatios[ratio].denominator);
}

SizeHeader ReadSizeHeader(FieldReader* reader) {
  constexpr U32Coding kSize = {{BitsPlus(1, 9), BitsPlus(1, 13), BitsPlus(1, 18), BitsPlus(1, 30)}};
  const bool small = reader->Bool();
  const auto read_dimension = [&] { return small ? 8 * (reader->U(5) + 1) : reader->U32(kSize); };
  SizeHeader size;
  size.height = read_dimension();
  const uint32_t ratio = reader->U(3);
  size.width = ratio == 0 ? read_dimension() : WidthFromRatio(size.height, ratio);
  return size;
}

SizeHeader ReadPreviewHeader(FieldReader* reader) {
  constexpr U32Coding kSizeDiv8 = {{Value(16), Value(32), BitsPlus(1, 5), BitsPlus(33, 9)}};
  constexpr U32Coding kSize = {{BitsPlus(1, 6), BitsPlus(65, 8), BitsPlus(321, 10), BitsPlus(1345, 12)}};
  const bool div8 = reader->Bool();
  const auto read_dimension = [&] { return div8 ? 8 * reader->U32(kSizeDiv8) : reader->U32(kSize); };
  SizeHeader size;
  size.height = read_dimension();
  const uint32_t ratio = reader->U(3);
  size.width = ratio == 0 ? read_dimension() : WidthFromRatio(size.height, ratio);
  return size;
}

AnimationHeader ReadAnimationHeader(FieldReader* reader) {
  AnimationHeader animation;
  animation.tps_numerator = reader->U32({{Value(100), Value(1000), BitsPlus(1, 10), BitsPlus(1, 30)}});
  animation.tps_denominator = reader->U32({{Value(1), Value(1001), BitsPlus(1, 8), BitsPlus(1, 10)}});
  animation.num_loops = reader->U32({{Value(0), Bits(3), Bits(16), Bits(32)}});
  animation.have_timecodes = reader->Bool();
  return animation;
}

BitDepth ReadBitDepth(FieldReader* reader) {
  BitDepth depth;
  depth.float_sample = reader->Bool();
  if (!depth.float_sample) {
    depth.bits_per_sample = reader->U32({{Value(8), Value(10), Value(12), BitsPlus(1, 6)}});
    reader->Expect(depth.bits_per_sample <= 31, "integer samples of more than 31 bits");
    return depth;
  }
  depth.bits_per_sample = reader->U32({{Value(32), Value(16), Value(24), BitsPlus(1, 6)}});
  depth.exp_bits = 1 + reader->U(4);
  reader->Expect(depth.exp_bits >= 2 && depth.exp_bits <= 8,
                 "float samples with an impossible number of exponent bits");
  const int64_t mantissa_bits = int64_t{depth.bits_per_sample} - depth.exp_bits - 1;
  reader->Expect(mantissa_bits >= 2 && mantissa_bits <= 23, "float samples with an impossible number of mantissa bits");
  return depth;
}

void ReadExtraChannelInfo(FieldReader* reader, ExtraChannelInfo* info) {
  if (reader->Bool()) return;  // all_default: 8-bit alpha
  info->type = reader->Enum<ExtraChannelType>(kExtraChannelTypes, "undefined type of extra channel");
  info->bit_depth = ReadBitDepth(reader);
  info->dim_shift = reader->U32({{Value(0), Value(3), Value(4), BitsPlus(1, 3)}});
  reader->Expect(info->dim_shift <= 3, "extra channel subsampled by more than 8");
  reader->Name(&info->name);
  if (info->type == ExtraChannelType::kAlpha) info->alpha_associated = reader->Bool();
  if (info->type == ExtraChannelType::kSpotColor) {
    for (float& component : info->spot_color) component = reader->F16();
  }
  if (info->type == ExtraChannelType::kCfa) {
    info->cfa_channel = reader->U32({{Value(1), Bits(2), BitsPlus(3, 4), BitsPlus(19, 8)}});
  }
  if (info->type == ExtraChannelType::kNonOptional) {
    reader->Fail(
        Unsupported("an extra channel of unknown type is needed to render the image", reader->reader()->Position()));
  }
}

ToneMapping ReadToneMapping(FieldReader* reader) {
  ToneMapping tone;
  if (reader->Bool()) return tone;  // all_default
  tone.intensity_target = reader->F16();
  reader->Expect(tone.intensity_target > 0, "intensity target is not positive");
  tone.min_nits = reader->F16();
  reader->Expect(tone.min_nits >= 0 && tone.min_nits <= tone.intensity_target, "minimum luminance out of range");
  tone.relative_to_max_display = reader->Bool();
  tone.linear_below = reader->F16();
  reader->Expect(tone.linear_below >= 0 && (!tone.relative_to_max_display || tone.linear_below <= 1),
                 "linear_below out of range");
  return tone;
}

void ReadOpsinInverseMatrix(FieldReader* reader, OpsinInverseMatrix* matrix) {
  matrix->all_default = reader->Bool();
  if (matrix->all_default) return;
  for (auto& row : matrix->inv_mat) {
    for (float& value : row) value = reader->F16();
  }
  for (float& value : matrix->opsin_bias) value = reader->F16();
  for (float& value : matrix->quant_bias) value = reader->F16();
  matrix->quant_bias_numerator = reader->F16();
}

void ReadUpsamplingWeights(FieldReader* reader, UpsamplingWeights* weights) {
  weights->cw_mask = reader->U(3);
  if ((weights->cw_mask & 1) != 0) {
    for (float& value : weights->up2_weight) value = reader->F16();
  }
  if ((weights->cw_mask & 2) != 0) {
    for (float& value : weights->up4_weight) value = reader->F16();
  }
  if ((weights->cw_mask & 4) != 0) {
    for (float& value : weights->up8_weight) value = reader->F16();
  }
}

void ReadExtraFields(FieldReader* reader, ImageHeader* header) {
  header->orientation = static_cast<Orientation>(1 + reader->U(3));
  header->have_intr_size = reader->Bool();
  if (header->have_intr_size) header->intrinsic_size = ReadSizeHeader(reader);
  header->have_preview = reader->Bool();
  if (header->have_preview) header->preview = ReadPreviewHeader(reader);
  header->have_animation = reader->Bool();
  if (header->have_animation) header->animation = ReadAnimationHeader(reader);
}

// The limits that apply before ec_info is allocated.
Status CheckImageSize(const FieldReader& reader, const SizeLimits& limits, const ImageHeader& header,
                      uint64_t bit_position) {
  JXLPOOL_RETURN_IF_ERROR(reader.status());
  JXLPOOL_RETURN_IF_ERROR(
      CheckSize(limits, header.size.width, header.size.height, header.num_extra_channels, bit_position));
  if (!header.have_preview) return OkStatus();
  return CheckSize(limits, header.preview.width, header.preview.height, header.num_extra_channels, bit_position);
}

Status ReadExtraChannels(FieldReader* reader, Memory* memory, ImageHeader* header) {
  header->ec_info = PoolVector<ExtraChannelInfo>(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(header->ec_info.Resize(header->num_extra_channels));
  for (ExtraChannelInfo& info : header->ec_info) {
    info.name = PoolVector<char>(memory, Category::kOther);
    ReadExtraChannelInfo(reader, &info);
    JXLPOOL_RETURN_IF_ERROR(reader->status());
  }
  return OkStatus();
}

// Reads everything but the part that begins with default_m.
Status ReadImageMetadata(FieldReader* reader, Memory* memory, const SizeLimits& limits, ImageHeader* header) {
  header->all_default = reader->Bool();
  if (header->all_default) return CheckImageSize(*reader, limits, *header, reader->reader()->Position());
  header->extra_fields = reader->Bool();
  if (header->extra_fields) ReadExtraFields(reader, header);
  header->bit_depth = ReadBitDepth(reader);
  header->modular_16bit_buffers = reader->Bool();
  header->num_extra_channels = reader->U32({{Value(0), Value(1), BitsPlus(2, 4), BitsPlus(1, 12)}});
  JXLPOOL_RETURN_IF_ERROR(CheckImageSize(*reader, limits, *header, reader->reader()->Position()));
  JXLPOOL_RETURN_IF_ERROR(ReadExtraChannels(reader, memory, header));
  header->xyb_encoded = reader->Bool();
  ReadColorEncoding(reader, &header->color_encoding);
  if (header->extra_fields) header->tone_mapping = ReadToneMapping(reader);
  reader->Extensions();
  return reader->status();
}

}  // namespace

int32_t ImageHeader::FindExtraChannel(ExtraChannelType type) const {
  for (size_t i = 0; i < ec_info.size(); ++i) {
    if (ec_info[i].type == type) return static_cast<int32_t>(i);
  }
  return -1;
}

Status ReadImageHeader(BitReader* bits, Memory* memory, const SizeLimits& limits, ImageHeader* header) {
  *header = ImageHeader();
  FieldReader reader(bits);
  reader.Expect(bits->Read(16) == 0x0AFF, "this is not a JPEG XL codestream");
  header->size = ReadSizeHeader(&reader);
  header->intrinsic_size = header->size;
  JXLPOOL_RETURN_IF_ERROR(reader.status());
  JXLPOOL_RETURN_IF_ERROR(ReadImageMetadata(&reader, memory, limits, header));
  header->default_m = reader.Bool();
  if (!header->default_m) {
    if (header->xyb_encoded) ReadOpsinInverseMatrix(&reader, &header->opsin_inverse_matrix);
    ReadUpsamplingWeights(&reader, &header->upsampling_weights);
  }
  JXLPOOL_RETURN_IF_ERROR(reader.status());
  return OkStatus();
}

}  // namespace jxlpool
