// Image headers: worked examples bit by bit, every validity rule, truncation, limits.
#include "lib/headers/image_header.h"

#include <bit>
#include <functional>

#include "lib/headers/upsampling_weights.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

class ImageHeaderTest : public HeadersTest {
 protected:
  Status Read(const Bytes& bytes) {
    BitReader reader(bytes.data(), bytes.size());
    const Status status = ReadImageHeader(&reader, &memory_, limits_, &header_);
    position_ = reader.Position();
    return status;
  }
  Status Read(const FieldWriter& writer) { return Read(writer.bytes()); }
  ErrorCode Code(const FieldWriter& writer) { return Read(writer.bytes()).code(); }

  ImageHeader header_;
  uint64_t position_ = 0;
};

// Signature and 8x8 pixels.
FieldWriter Start() { return FieldWriter().U(16, 0x0AFF).Bool(true).U(5, 0).U(3, 1); }
// Up to the bit depth, without extra fields.
FieldWriter Plain() { return Start().Bool(false).Bool(false); }
constexpr uint32_t kEightBits = 0;

// An image header in which one bundle is replaced.
struct Parts {
  std::function<void(FieldWriter*)> extra_fields;  // none: not coded
  std::function<void(FieldWriter*)> bit_depth = [](FieldWriter* w) { w->Bool(false).U32(kEightBits); };
  std::function<void(FieldWriter*)> extra_channels = [](FieldWriter* w) { w->U32(0); };
  bool xyb_encoded = true;
  std::function<void(FieldWriter*)> color_encoding = [](FieldWriter* w) { w->Bool(true); };
  std::function<void(FieldWriter*)> tone_mapping = [](FieldWriter* w) { w->Bool(true); };
  std::function<void(FieldWriter*)> extensions = [](FieldWriter* w) { w->U64(0); };
  std::function<void(FieldWriter*)> end = [](FieldWriter* w) { w->Bool(true); };
};
FieldWriter Write(const Parts& parts) {
  FieldWriter writer = Start().Bool(false).Bool(parts.extra_fields != nullptr);
  if (parts.extra_fields != nullptr) parts.extra_fields(&writer);
  parts.bit_depth(&writer);
  writer.Bool(true);
  parts.extra_channels(&writer);
  writer.Bool(parts.xyb_encoded);
  parts.color_encoding(&writer);
  if (parts.extra_fields != nullptr) parts.tone_mapping(&writer);
  parts.extensions(&writer);
  parts.end(&writer);
  return writer;
}
// Orientation 1 and nothing else.
void NoExtraFields(FieldWriter* writer) { writer->U(3, 0).Bool(false).Bool(false).Bool(false); }

TEST_F(ImageHeaderTest, ModularFileWithAlpha) {
  ASSERT_TRUE(Read(kModularFile).ok());
  EXPECT_EQ(position_, 59u);
  EXPECT_EQ(header_.size.width, 1024u);
  EXPECT_EQ(header_.size.height, 1024u);
  EXPECT_EQ(header_.intrinsic_size.width, 1024u);
  EXPECT_FALSE(header_.all_default);
  EXPECT_FALSE(header_.extra_fields);
  EXPECT_EQ(header_.bit_depth.bits_per_sample, 12u);
  EXPECT_FALSE(header_.bit_depth.float_sample);
  EXPECT_TRUE(header_.modular_16bit_buffers);
  ASSERT_EQ(header_.num_extra_channels, 1u);
  EXPECT_EQ(header_.ec_info[0].type, ExtraChannelType::kAlpha);
  EXPECT_EQ(header_.ec_info[0].bit_depth.bits_per_sample, 12u);
  EXPECT_FALSE(header_.ec_info[0].alpha_associated);
  EXPECT_FALSE(header_.xyb_encoded);
  EXPECT_TRUE(header_.color_encoding.all_default);
  EXPECT_TRUE(header_.default_m);
  EXPECT_EQ(header_.FindExtraChannel(ExtraChannelType::kAlpha), 0);
  EXPECT_EQ(header_.FindExtraChannel(ExtraChannelType::kBlack), -1);
}

TEST_F(ImageHeaderTest, HdrHeader) {
  ASSERT_TRUE(Read(kHdr).ok());
  EXPECT_EQ(position_, 124u);
  EXPECT_EQ(header_.bit_depth.bits_per_sample, 10u);
  EXPECT_FALSE(header_.modular_16bit_buffers);
  EXPECT_EQ(header_.color_encoding.description.space, ColorSpace::kRgb);
  EXPECT_EQ(header_.color_encoding.description.white_point, WhitePoint::kD65);
  EXPECT_EQ(header_.color_encoding.description.primaries, Primaries::kBt2100);
  EXPECT_EQ(header_.color_encoding.description.transfer, ColorDescription::Transfer::kPq);
  EXPECT_EQ(header_.color_encoding.description.intent, RenderingIntent::kRelative);
  EXPECT_EQ(header_.tone_mapping.intensity_target, 10000.0f);
  EXPECT_EQ(header_.tone_mapping.min_nits, 0.0f);
}

TEST_F(ImageHeaderTest, OtherExamples) {
  ASSERT_TRUE(Read(kNamedFrame).ok());
  EXPECT_EQ(position_, 39u);
  EXPECT_EQ(header_.size.width, 8u);
  EXPECT_TRUE(header_.xyb_encoded);
  ASSERT_EQ(header_.num_extra_channels, 1u);
  EXPECT_EQ(header_.ec_info[0].bit_depth.bits_per_sample, 8u);
  ASSERT_TRUE(Read(kYCbCr).ok());
  EXPECT_EQ(header_.size.width, 3u);
  EXPECT_FALSE(header_.xyb_encoded);
  EXPECT_LE(position_, 48u);
  ASSERT_TRUE(Read(kFiveSections).ok());
  EXPECT_EQ(header_.size.width, 203u);
  EXPECT_EQ(header_.size.height, 354u);
  ASSERT_TRUE(Read(kPermuted).ok());
  EXPECT_EQ(header_.size.width, 2143u);
  EXPECT_EQ(header_.size.height, 1050u);
  EXPECT_EQ(header_.bit_depth.bits_per_sample, 16u);
}

TEST_F(ImageHeaderTest, EveryTruncationNeedsMoreInput) {
  for (const Bytes* file : {&kModularFile, &kNamedFrame, &kHdr, &kYCbCr, &kFiveSections, &kPermuted}) {
    ASSERT_TRUE(Read(*file).ok());
    const size_t needed = (position_ + 7) / 8;
    for (size_t size = 0; size <= file->size(); ++size) {
      const Bytes cut(file->begin(), file->begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(Read(cut).code(), size < needed ? ErrorCode::kNeedMoreInput : ErrorCode::kOk) << size;
    }
  }
}

TEST_F(ImageHeaderTest, SignatureIsChecked) {
  for (uint32_t bit = 0; bit < 16; ++bit) {
    Bytes bytes = kHdr;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_EQ(Read(bytes).code(), ErrorCode::kCorrupt);
  }
}

TEST_F(ImageHeaderTest, SizesInEveryForm) {
  const auto rest = [](FieldWriter writer) { return writer.Bool(true).Bool(true); };
  const FieldWriter signature = FieldWriter().U(16, 0x0AFF);
  limits_.max_samples = ~uint64_t{0};
  limits_.max_dimension = ~uint32_t{0};
  const uint32_t bits[] = {9, 13, 18, 30};
  for (uint32_t selector = 0; selector < 4; ++selector) {
    const uint32_t largest = (uint32_t{1} << bits[selector]) - 1;
    ASSERT_TRUE(
        Read(rest(FieldWriter(signature).Bool(false).U32(selector, bits[selector], largest).U(3, 0).U32(0, 9, 4)))
            .ok());
    EXPECT_EQ(header_.size.height, largest + 1);
    EXPECT_EQ(header_.size.width, 5u);
  }
  const double ratios[] = {0, 1, 1.2, 4.0 / 3, 1.5, 16.0 / 9, 1.25, 2};
  for (uint32_t ratio = 1; ratio < 8; ++ratio) {
    ASSERT_TRUE(Read(rest(FieldWriter(signature).Bool(false).U32(0, 9, 400 - 1).U(3, ratio))).ok());
    EXPECT_EQ(header_.size.width, static_cast<uint32_t>(400 * ratios[ratio] + 1e-9)) << ratio;
    ASSERT_TRUE(Read(rest(FieldWriter(signature).Bool(false).U32(3, 30, 0x3FFFFFFF).U(3, ratio))).ok());
    EXPECT_EQ(header_.size.width, static_cast<uint32_t>(0x40000000 * ratios[ratio])) << ratio;
  }
  ASSERT_TRUE(Read(rest(FieldWriter(signature).Bool(true).U(5, 31).U(3, 0).U(5, 2))).ok());
  EXPECT_EQ(header_.size.height, 256u);
  EXPECT_EQ(header_.size.width, 24u);
}

TEST_F(ImageHeaderTest, ExtraFields) {
  Parts parts;
  parts.extra_fields = [](FieldWriter* w) {
    w->U(3, 5).Bool(true).Bool(true).U(5, 1).U(3, 0).U(5, 3);      // orientation, intrinsic size
    w->Bool(true).Bool(true).U32(2, 5, 4).U(3, 0).U32(3, 9, 7);    // preview in multiples of 8
    w->Bool(true).U32(2, 10, 23).U32(1).U32(3, 32, 5).Bool(true);  // animation
  };
  parts.tone_mapping = [](FieldWriter* w) { w->Bool(false).U(16, 0x5640).U(16, 0x3C00).Bool(true).U(16, 0x3800); };
  ASSERT_TRUE(Read(Write(parts)).ok());
  EXPECT_EQ(header_.orientation, Orientation::kRotate90);
  EXPECT_EQ(header_.intrinsic_size.height, 16u);
  EXPECT_EQ(header_.intrinsic_size.width, 32u);
  ASSERT_TRUE(header_.have_preview);
  EXPECT_EQ(header_.preview.height, 40u);
  EXPECT_EQ(header_.preview.width, 320u);
  ASSERT_TRUE(header_.have_animation);
  EXPECT_EQ(header_.animation.tps_numerator, 24u);
  EXPECT_EQ(header_.animation.tps_denominator, 1001u);
  EXPECT_EQ(header_.animation.num_loops, 5u);
  EXPECT_TRUE(header_.animation.have_timecodes);
  EXPECT_EQ(header_.tone_mapping.intensity_target, 100.0f);
  EXPECT_EQ(header_.tone_mapping.min_nits, 1.0f);
  EXPECT_TRUE(header_.tone_mapping.relative_to_max_display);
  EXPECT_EQ(header_.tone_mapping.linear_below, 0.5f);

  parts.extra_fields = [](FieldWriter* w) {
    w->U(3, 0).Bool(false).Bool(true).Bool(false).U32(1, 8, 6).U(3, 7).Bool(false);
  };
  ASSERT_TRUE(Read(Write(parts)).ok());
  EXPECT_EQ(header_.preview.height, 71u);
  EXPECT_EQ(header_.preview.width, 142u);
}

TEST_F(ImageHeaderTest, BitDepthRules) {
  for (uint32_t bits = 1; bits <= 64; ++bits) {
    Parts parts;
    parts.bit_depth = [&](FieldWriter* w) { w->Bool(false).U32(3, 6, bits - 1); };
    EXPECT_EQ(Code(Write(parts)), bits <= 31 ? ErrorCode::kOk : ErrorCode::kCorrupt) << bits;
    for (uint32_t exponent = 1; exponent <= 16; ++exponent) {
      parts.bit_depth = [&](FieldWriter* w) { w->Bool(true).U32(3, 6, bits - 1).U(4, exponent - 1); };
      const int mantissa = static_cast<int>(bits) - static_cast<int>(exponent) - 1;
      const bool is_good = exponent >= 2 && exponent <= 8 && mantissa >= 2 && mantissa <= 23;
      EXPECT_EQ(Code(Write(parts)), is_good ? ErrorCode::kOk : ErrorCode::kCorrupt) << bits << " " << exponent;
      if (is_good) {
        EXPECT_EQ(header_.bit_depth.exp_bits, exponent);
        EXPECT_EQ(header_.bit_depth.bits_per_sample, bits);
      }
    }
  }
}

TEST_F(ImageHeaderTest, ExtraChannelTypes) {
  for (uint32_t type = 0; type < 20; ++type) {
    Parts parts;
    parts.extra_channels = [&](FieldWriter* w) {
      w->U32(1).Bool(false).Enum(type).Bool(false).U32(0).U32(1).U32(1, 4, 2).U(8, 'a').U(8, 'b');
      if (type == 0) w->Bool(true);
      if (type == 2) w->U(16, 0x3C00).U(16, 0x3800).U(16, 0xB800).U(16, 0);
      if (type == 5) w->U32(2, 4, 9);
    };
    const ErrorCode expected = type == 15                ? ErrorCode::kUnsupported
                               : type <= 6 || type == 16 ? ErrorCode::kOk
                                                         : ErrorCode::kCorrupt;
    EXPECT_EQ(Code(Write(parts)), expected) << type;
    if (expected != ErrorCode::kOk) continue;
    const ExtraChannelInfo& info = header_.ec_info[0];
    EXPECT_EQ(static_cast<uint32_t>(info.type), type);
    EXPECT_EQ(info.dim_shift, 3u);
    EXPECT_EQ(Text(info.name), "ab");
    EXPECT_EQ(info.alpha_associated, type == 0);
    EXPECT_EQ(info.spot_color[2], type == 2 ? -0.5f : 0.0f);
    EXPECT_EQ(info.cfa_channel, type == 5 ? 12u : 1u);
  }
}

TEST_F(ImageHeaderTest, DimShiftIsAtMostThree) {
  const auto code = [&](uint32_t selector, uint32_t bits, uint32_t payload) {
    Parts parts;
    parts.extra_channels = [&](FieldWriter* w) {
      w->U32(1).Bool(false).Enum(0).Bool(false).U32(0).U32(selector, bits, payload).U32(0).Bool(false);
    };
    return Code(Write(parts));
  };
  EXPECT_EQ(code(1, 0, 0), ErrorCode::kOk);
  EXPECT_EQ(code(2, 0, 0), ErrorCode::kCorrupt);
  for (uint32_t shift = 1; shift <= 8; ++shift) {
    EXPECT_EQ(code(3, 3, shift - 1), shift <= 3 ? ErrorCode::kOk : ErrorCode::kCorrupt) << shift;
  }
}

TEST_F(ImageHeaderTest, ToneMappingRules) {
  const auto code = [&](uint32_t target, uint32_t min_nits, bool relative, uint32_t linear_below) {
    Parts parts;
    parts.extra_fields = NoExtraFields;
    parts.tone_mapping = [&](FieldWriter* w) {
      w->Bool(false).U(16, target).U(16, min_nits).Bool(relative).U(16, linear_below);
    };
    return Code(Write(parts));
  };
  constexpr uint32_t kZero = 0, kOne = 0x3C00, kTwo = 0x4000, kMinusOne = 0xBC00, kInfinity = 0x7C00;
  EXPECT_EQ(code(kOne, kZero, false, kZero), ErrorCode::kOk);
  EXPECT_EQ(code(kOne, kOne, true, kOne), ErrorCode::kOk);
  EXPECT_EQ(code(kOne, kZero, false, kTwo), ErrorCode::kOk);
  EXPECT_EQ(code(kZero, kZero, false, kZero), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kMinusOne, kZero, false, kZero), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kInfinity, kZero, false, kZero), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kOne, kMinusOne, false, kZero), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kOne, kTwo, false, kZero), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kOne, kZero, false, kMinusOne), ErrorCode::kCorrupt);
  EXPECT_EQ(code(kOne, kZero, true, kTwo), ErrorCode::kCorrupt);
}

TEST_F(ImageHeaderTest, OpsinMatrixAndWeightsAreReadEvenIfAllElseIsDefault) {
  FieldWriter writer = Start().Bool(true).Bool(false);  // all_default, but not default_m
  writer.Bool(false);
  for (uint32_t i = 0; i < 16; ++i) writer.U(16, 0x3C00 + i);
  writer.U(3, 7);
  for (uint32_t i = 0; i < 15 + 55 + 210; ++i) writer.U(16, 0x3800 + i);
  ASSERT_TRUE(Read(writer).ok());
  EXPECT_EQ(position_, writer.position());
  EXPECT_EQ(header_.opsin_inverse_matrix.inv_mat[0][0], 1.0f);
  EXPECT_EQ(header_.opsin_inverse_matrix.inv_mat[2][2], 1.0f + 8.0f / 1024);
  EXPECT_EQ(header_.opsin_inverse_matrix.opsin_bias[0], 1.0f + 9.0f / 1024);
  EXPECT_EQ(header_.opsin_inverse_matrix.quant_bias_numerator, 1.0f + 15.0f / 1024);
  EXPECT_EQ(header_.upsampling_weights.up2_weight[0], 0.5f);
  EXPECT_EQ(header_.upsampling_weights.up4_weight[0], 0.5f + 15.0f / 2048);
  EXPECT_EQ(header_.upsampling_weights.up8_weight[209], 0.5f + 279.0f / 2048);

  Parts parts;
  parts.xyb_encoded = false;
  parts.end = [](FieldWriter* w) { w->Bool(false).U(3, 0); };
  const FieldWriter without_matrix = Write(parts);
  ASSERT_TRUE(Read(without_matrix).ok());
  EXPECT_EQ(position_, without_matrix.position());
  EXPECT_TRUE(header_.opsin_inverse_matrix.all_default);
}

TEST_F(ImageHeaderTest, DefaultConstantsAreTheStandardsFloats) {
  const OpsinInverseMatrix matrix;
  EXPECT_EQ(std::bit_cast<uint32_t>(matrix.opsin_bias[0]), 0xBB789536u);
  EXPECT_EQ(std::bit_cast<uint32_t>(matrix.quant_bias[0]), 0x3F720274u);
  EXPECT_EQ(std::bit_cast<uint32_t>(matrix.quant_bias[1]), 0x3F6E10E8u);
  EXPECT_EQ(std::bit_cast<uint32_t>(matrix.quant_bias[2]), 0x3F733774u);
  const RestorationFilter filter;
  EXPECT_EQ(std::bit_cast<uint32_t>(filter.gab_weight1[0]), 0x3DEBDE00u);
  EXPECT_EQ(std::bit_cast<uint32_t>(filter.gab_weight2[2]), 0x3D7ADFCEu);
}

TEST_F(ImageHeaderTest, ExtensionsAreSkipped) {
  Parts parts;
  parts.extensions = [](FieldWriter* w) { w->U64(4).U64(37).U(37, 0x1234567890u); };
  const FieldWriter writer = Write(parts);
  ASSERT_TRUE(Read(writer).ok());
  EXPECT_EQ(position_, writer.position());
  EXPECT_TRUE(header_.default_m);
}

TEST_F(ImageHeaderTest, LimitsAreCheckedBeforeAnythingIsAllocated) {
  budget_.set_limit(0);  // allocating would give kMemoryLimit
  limits_.max_samples = 8 * 8 * 3 - 1;
  EXPECT_EQ(Code(Start().Bool(true).Bool(true)), ErrorCode::kSizeLimit);
  limits_.max_samples = 8 * 8 * 3;
  EXPECT_EQ(Code(Start().Bool(true).Bool(true)), ErrorCode::kOk);
  limits_ = SizeLimits();
  // 4096 extra channels.
  EXPECT_EQ(Code(Plain().Bool(false).U32(0).Bool(true).U32(3, 12, 4095).U(64, 0).U(64, 0)), ErrorCode::kSizeLimit);
  limits_.max_dimension = 7;
  EXPECT_EQ(Code(Start().Bool(true).Bool(true)), ErrorCode::kSizeLimit);
  limits_.max_dimension = 8;
  Parts parts;  // a preview of 16x16
  parts.extra_fields = [](FieldWriter* w) { w->U(3, 0).Bool(false).Bool(true).Bool(true).U32(0).U(3, 1).Bool(false); };
  EXPECT_EQ(Code(Write(parts)), ErrorCode::kSizeLimit);
  budget_.set_limit(Budget::kUnlimited);
}

TEST_F(ImageHeaderTest, DefaultLimitIsABillionSamples) {
  const auto code = [&](uint32_t height, uint32_t width) {
    return Code(FieldWriter()
                    .U(16, 0x0AFF)
                    .Bool(false)
                    .U32(3, 30, height - 1)
                    .U(3, 0)
                    .U32(3, 30, width - 1)
                    .Bool(true)
                    .Bool(true));
  };
  EXPECT_EQ(code(1, (1u << 30) / 3), ErrorCode::kOk);
  EXPECT_EQ(code(1, (1u << 30) / 3 + 1), ErrorCode::kSizeLimit);
  EXPECT_EQ(code(1u << 30, 1u << 30), ErrorCode::kSizeLimit);
}

// The kernels by the definition of the symmetric matrix, written out once more.
TEST_F(ImageHeaderTest, UpsamplingKernelsAreSymmetricAndNormalised) {
  const UpsamplingWeights weights;
  for (const uint32_t factor : {2u, 4u, 8u}) {
    const uint32_t side = 5 * factor / 2;
    std::vector<std::vector<float>> matrix(side, std::vector<float>(side));
    const float* coded = CodedUpsamplingWeights(weights, factor);
    for (uint32_t r = 0; r < side; ++r) {
      for (uint32_t c = r; c < side; ++c) matrix[r][c] = matrix[c][r] = *coded++;
    }
    float kernels[kMaxUpsamplingKernels][kUpsamplingTaps];
    ExpandUpsamplingKernels(weights, factor, kernels);
    for (uint32_t oy = 0; oy < factor; ++oy) {
      for (uint32_t ox = 0; ox < factor; ++ox) {
        double sum = 0;
        for (uint32_t py = 0; py < 5; ++py) {
          for (uint32_t px = 0; px < 5; ++px) {
            const bool flip_x = ox >= factor / 2;
            const bool flip_y = oy >= factor / 2;
            const uint32_t row = 5 * (flip_y ? factor - 1 - oy : oy) + (flip_y ? 4 - py : py);
            const uint32_t column = 5 * (flip_x ? factor - 1 - ox : ox) + (flip_x ? 4 - px : px);
            EXPECT_EQ(kernels[oy * factor + ox][5 * py + px], matrix[row][column]);
            sum += kernels[oy * factor + ox][5 * py + px];
          }
        }
        EXPECT_NEAR(sum, 1.0, 2e-5);
      }
    }
  }
}

}  // namespace
}  // namespace jxlpool
