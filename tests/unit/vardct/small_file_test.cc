// Proves: the VarDCT parts of a small real file (24x16 samples, one section, made by another encoder) decode to the
// published values. The integers of its modular parts are given here; everything else is read from the bits.
#include <gtest/gtest.h>

#include "lib/vardct/group_decoder.h"
#include "lib/vardct/hf_metadata.h"
#include "lib/vardct/lf_coefficients.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

constexpr char kFile[] =
    "FF0A034142712100130800F401D34F1200800A9551C60D5ECEF57CF9A1C362DA"
    "C67586B6DAB6B084B1D95E1824241CC1A6B3CEA5D57CA88E4CC8ABD45BFC51C0"
    "3EF0972B2F60F766DA840C323C9E8024498514C80080566CC9A81819A39A3C10"
    "00FA9FC9B5BA98E80D5ED517D4A809EADFB9204C5DB5CA22FEAD55C19048ACDE"
    "F1C2FAB506E45973B04D";
constexpr size_t kSectionStart = 13;

class SmallFileTest : public testing::Test {
 protected:
  SmallFileTest() {
    for (size_t i = 0; i + 2 < sizeof(kFile); i += 2) {
      bytes_.push_back(static_cast<uint8_t>(std::stoul(std::string(kFile + i, 2), nullptr, 16)));
    }
  }
  BitReader ReaderAt(uint64_t bit) const {
    BitReader reader(bytes_.data() + kSectionStart, bytes_.size() - kSectionStart);
    reader.Skip(bit);
    return reader;
  }
  static View2D<const int32_t> Plane(const std::vector<int32_t>& values, size_t width) {
    return View2D<const int32_t>{values.data(), width, width, values.size() / width};
  }

  void DecodeUpToHfGlobal() {
    headers_.header.x_qm_scale = 3;
    headers_.Start(&frame_);
    BitReader reader = ReaderAt(0);
    ASSERT_TRUE(ReadVarDctLfGlobal(&reader, &memory_.memory, &frame_).ok());
    ASSERT_TRUE(frame_.Allocate(&memory_.memory, 2).ok());

    // Between LfGlobal's own fields and bit 316: the tree; up to bit 462: extra precision and LF coefficients.
    reader = ReaderAt(316);
    EXPECT_EQ(reader.Read(2), 1u);
    const std::vector<int32_t> x = {-60, -12, 62, -57, -6, 66};
    const std::vector<int32_t> y = {424, 374, 361, 464, 419, 408};
    const std::vector<int32_t> b = {-64, -30, 0, -54, -29, -2};
    DequantizeLf(0, 1, {Plane(x, 3), Plane(y, 3), Plane(b, 3)}, &frame_);

    reader = ReaderAt(462);
    EXPECT_EQ(ReadNumVarblocks(&reader, frame_, 0), 4u);
    const std::vector<int32_t> x_from_y = {-3};
    const std::vector<int32_t> b_from_y = {-13};
    const std::vector<int32_t> info = {6, 0, 6, 0, 13, 16, 15, 15};
    const std::vector<int32_t> sharpness(6, 4);
    const HfMetadata metadata = {Plane(x_from_y, 1), Plane(b_from_y, 1), Plane(info, 4), Plane(sharpness, 3)};
    ASSERT_TRUE(ProcessHfMetadata(0, metadata, &frame_).ok());
    ASSERT_TRUE(SmoothLf(&memory_.memory, &frame_).ok());

    reader = ReaderAt(542);
    ASSERT_TRUE(ReadHfGlobal(&reader, RawTableSource(), &memory_.memory, &frame_).ok());
    EXPECT_EQ(reader.BitsConsumed(), 641u);
    ASSERT_TRUE(PrepareDequantTables(&memory_.memory, &frame_).ok());
  }

  std::vector<uint8_t> bytes_;
  TestMemory memory_;
  TestHeaders headers_{24, 16};
  VarDctFrame frame_;
};

TEST_F(SmallFileTest, LfGlobalAndLfPlanes) {
  DecodeUpToHfGlobal();
  EXPECT_EQ(frame_.quantizer.global_scale, 2555u);
  EXPECT_EQ(frame_.quantizer.quant_lf, 19u);
  EXPECT_EQ(frame_.block_context.num_block_contexts, 15u);
  EXPECT_EQ(frame_.num_histograms, 1u);
  const float expected[3][6] = {{-0.0098877f, -0.0019775f, 0.0102173f, -0.0093933f, -0.0009888f, 0.0108765f},
                                {0.5589865f, 0.4930683f, 0.4759295f, 0.6117211f, 0.5523947f, 0.5378927f},
                                {0.3902359f, 0.4139664f, 0.4759295f, 0.4693377f, 0.4759295f, 0.5326192f}};
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(frame_.lf[c].Row(i / 3)[i % 3], expected[c][i], 1e-7);
  }
}

TEST_F(SmallFileTest, Samples) {
  // Y, X, B; rows 0, 7, 8, 15; columns 0, 1, 7, 8, 15, 16, 23.
  const double expected[3][4][7] = {{{0.576839, 0.568031, 0.502254, 0.489902, 0.450634, 0.440804, 0.450018},
                                     {0.617290, 0.608896, 0.548136, 0.532426, 0.512441, 0.512018, 0.499909},
                                     {0.621978, 0.613675, 0.554011, 0.551883, 0.520405, 0.521930, 0.503754},
                                     {0.662429, 0.654539, 0.599893, 0.591360, 0.559882, 0.560196, 0.566660}},
                                    {{-0.011802, -0.011395, -0.007918, -0.006630, 0.003205, 0.004715, 0.015579},
                                     {-0.012055, -0.011589, -0.007403, -0.006100, 0.003046, 0.004655, 0.016281},
                                     {-0.011961, -0.011483, -0.007143, -0.005972, 0.002978, 0.004527, 0.016369},
                                     {-0.012214, -0.011677, -0.006628, -0.005205, 0.003745, 0.005644, 0.016606}},
                                    {{0.379216, 0.374273, 0.349032, 0.354391, 0.375762, 0.387135, 0.421104},
                                     {0.437698, 0.433104, 0.412104, 0.421057, 0.605441, 0.548496, 0.473676},
                                     {0.446968, 0.442451, 0.422378, 0.435930, 0.570808, 0.578468, 0.473243},
                                     {0.505450, 0.501282, 0.485450, 0.484815, 0.517896, 0.527493, 0.546224}}};
  constexpr size_t kRows[4] = {0, 7, 8, 15};
  constexpr size_t kColumns[7] = {0, 1, 7, 8, 15, 16, 23};
  constexpr size_t kChannels[3] = {1, 0, 2};
  ForEachTarget([&] {
    DecodeUpToHfGlobal();
    GroupDecoder decoder;
    ASSERT_TRUE(decoder.Prepare(frame_, &memory_.memory).ok());
    std::vector<float> samples[3];
    View2D<float> planes[3];
    for (size_t c = 0; c < 3; ++c) {
      samples[c].resize(24 * 16);
      planes[c] = View2D<float>{samples[c].data(), 24, 24, 16};
    }
    BitReader reader = ReaderAt(641);
    const Status status = decoder.Decode(frame_, 0, &reader, 1, planes);
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(reader.BitsConsumed(), 999u);
    for (size_t i = 0; i < 3; ++i) {
      for (size_t y = 0; y < 4; ++y) {
        for (size_t x = 0; x < 7; ++x) {
          EXPECT_NEAR(samples[kChannels[i]][kRows[y] * 24 + kColumns[x]], expected[i][y][x], 1.5e-6);
        }
      }
    }
  });
}

TEST_F(SmallFileTest, AChangedBitIsNoticedOrHarmless) {
  DecodeUpToHfGlobal();
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(frame_, &memory_.memory).ok());
  std::vector<float> samples[3];
  View2D<float> planes[3];
  for (size_t c = 0; c < 3; ++c) {
    samples[c].resize(24 * 16);
    planes[c] = View2D<float>{samples[c].data(), 24, 24, 16};
  }
  size_t noticed = 0;
  for (uint64_t bit = 641; bit < 999; ++bit) {
    bytes_[kSectionStart + bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    BitReader reader = ReaderAt(641);
    noticed += decoder.Decode(frame_, 0, &reader, 1, planes).ok() ? 0 : 1;
    bytes_[kSectionStart + bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
  }
  EXPECT_GT(noticed, 250u) << "the final state of the entropy stream is checked";
}

}  // namespace
}  // namespace jxlpool
