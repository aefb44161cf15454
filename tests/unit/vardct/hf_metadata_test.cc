// Proves: varblocks are placed as coded; every rule that they can break is noticed; the EPF map has its values.
#include "lib/vardct/hf_metadata.h"

#include <cmath>

#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

struct MetadataTest : testing::Test {
  // A frame of this many blocks.
  void Start(uint32_t columns, uint32_t rows, bool subsampled = false) {
    headers.header.width = 8 * columns;
    headers.header.height = 8 * rows;
    if (subsampled) headers.Subsample(0, 2, 2);
    headers.header.restoration_filter.epf_iters = 1;
    headers.Start(&frame);
    ASSERT_TRUE(frame.Allocate(&memory.memory, static_cast<uint32_t>(headers.dimensions.yblocks)).ok());
    frame.quantizer.global_scale = 2555;
  }

  // Processes LF group g with these types; multiplier i is i.
  Status Process(uint32_t lf_group, const std::vector<int32_t>& types) {
    std::vector<int32_t> multipliers;
    for (size_t i = 0; i < types.size(); ++i) multipliers.push_back(static_cast<int32_t>(i));
    return Process(lf_group, types, multipliers);
  }
  Status Process(uint32_t lf_group, const std::vector<int32_t>& types, const std::vector<int32_t>& multipliers) {
    const BlockRect rect = headers.dimensions.LfGroupBlocks(lf_group);
    const size_t tile_columns = CeilDiv(rect.columns, 8u);
    const size_t tile_rows = CeilDiv(rect.rows, 8u);
    x_from_y.resize(tile_columns * tile_rows, 5);
    b_from_y.resize(tile_columns * tile_rows, -7);
    sharpness.resize(size_t{rect.columns} * rect.rows, 4);
    std::vector<int32_t> info = types;
    info.insert(info.end(), multipliers.begin(), multipliers.end());
    HfMetadata metadata;
    metadata.x_from_y = View2D<const int32_t>{x_from_y.data(), tile_columns, tile_columns, tile_rows};
    metadata.b_from_y = View2D<const int32_t>{b_from_y.data(), tile_columns, tile_columns, tile_rows};
    metadata.block_info = View2D<const int32_t>{info.data(), types.size(), types.size(), 2};
    metadata.sharpness = View2D<const int32_t>{sharpness.data(), rect.columns, rect.columns, rect.rows};
    return ProcessHfMetadata(lf_group, metadata, &frame);
  }
  uint8_t First(TransformType type) const { return static_cast<uint8_t>(type) | VarDctFrame::kFirstBlock; }

  TestMemory memory;
  TestHeaders headers;
  VarDctFrame frame;
  std::vector<int32_t> x_from_y;
  std::vector<int32_t> b_from_y;
  std::vector<int32_t> sharpness;
};

TEST_F(MetadataTest, PlacesVarblocksInRasterOrder) {
  Start(3, 2);
  // 16x8, 8x8, 16x8 in the first row; 8x8 fills the gap.
  ASSERT_TRUE(Process(0, {6, 0, 6, 2}, {13, 16, 300, -5}).ok());
  const uint8_t expected[2][3] = {
      {First(TransformType::kDct16x8), First(TransformType::kDct8x8), First(TransformType::kDct16x8)},
      {6, First(TransformType::kDct2x2), 6}};
  const uint8_t multipliers[2][3] = {{13, 16, 255}, {13, 0, 255}};
  for (uint32_t y = 0; y < 2; ++y) {
    for (uint32_t x = 0; x < 3; ++x) {
      EXPECT_EQ(frame.block_type.Row(y)[x], expected[y][x]);
      EXPECT_EQ(frame.hf_mul.Row(y)[x], multipliers[y][x]);
    }
  }
  EXPECT_EQ(frame.used_types.load(), 1u << 6 | 1u << 0 | 1u << 2);
  EXPECT_EQ(frame.x_from_y.Row(0)[0], 5);
  EXPECT_EQ(frame.b_from_y.Row(0)[0], -7);
}

TEST_F(MetadataTest, SurplusEntriesAreIgnored) {
  Start(1, 1);
  EXPECT_TRUE(Process(0, {0, 99}).ok());
}

TEST_F(MetadataTest, FactorsAreClamped) {
  Start(9, 1);
  x_from_y = {-1000, 127};
  b_from_y = {128, -128};
  ASSERT_TRUE(Process(0, std::vector<int32_t>(9, 0)).ok());
  EXPECT_EQ(frame.x_from_y.Row(0)[0], -128);
  EXPECT_EQ(frame.x_from_y.Row(0)[1], 127);
  EXPECT_EQ(frame.b_from_y.Row(0)[0], 127);
  EXPECT_EQ(frame.b_from_y.Row(0)[1], -128);
}

TEST_F(MetadataTest, RejectsWhatBreaksTheRules) {
  Start(40, 40);
  EXPECT_EQ(Process(0, {27}).code(), ErrorCode::kCorrupt) << "unknown type";
  EXPECT_EQ(Process(0, {-1}).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Process(0, {0, 0}).code(), ErrorCode::kCorrupt) << "too few";
  EXPECT_EQ(Process(0, {24, 7, 7, 7, 7, 7}).code(), ErrorCode::kCorrupt) << "too few, not a crash";
  // 31 single blocks, then one that would cross from the first group to the second.
  std::vector<int32_t> types(31, 0);
  types.push_back(7);
  EXPECT_EQ(Process(0, types).code(), ErrorCode::kCorrupt);
  // The same at the right edge of the frame, and with a tall one at the bottom.
  Start(3, 1);
  EXPECT_EQ(Process(0, {7, 7}).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Process(0, {6, 0, 0}).code(), ErrorCode::kCorrupt);
  // A 16x16 whose right half is taken by a tall block that started above.
  Start(4, 4);
  EXPECT_EQ(Process(0, {0, 6, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}).code(), ErrorCode::kCorrupt);
  // Large varblocks with subsampled chroma.
  Start(4, 4, true);
  EXPECT_EQ(Process(0, {4}).code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(Process(0, std::vector<int32_t>(16, 14)).ok());
}

TEST_F(MetadataTest, SharpnessMustBeInRange) {
  for (const int32_t bad : {-1, 8, 1 << 30}) {
    Start(3, 3);
    sharpness.assign(9, 7);
    sharpness[5] = bad;
    EXPECT_EQ(Process(0, std::vector<int32_t>(9, 0)).code(), ErrorCode::kCorrupt);
    headers.header.restoration_filter.epf_iters = 0;
    EXPECT_EQ(Process(0, std::vector<int32_t>(9, 0)).code(), ErrorCode::kCorrupt) << "also without the filter";
  }
}

TEST_F(MetadataTest, LfGroupsAreIndependent) {
  Start(300, 4);
  ASSERT_TRUE(Process(1, std::vector<int32_t>(44, 4)).ok());
  x_from_y.clear();
  b_from_y.clear();
  sharpness.clear();
  ASSERT_TRUE(Process(0, std::vector<int32_t>(1024, 0)).ok());
  EXPECT_EQ(frame.block_type.Row(0)[255], First(TransformType::kDct8x8));
  EXPECT_EQ(frame.block_type.Row(0)[256], First(TransformType::kDct16x16));
  EXPECT_EQ(frame.block_type.Row(1)[257], 4);
  EXPECT_EQ(frame.used_types.load(), 1u | 1u << 4);
}

TEST_F(MetadataTest, InverseSigma) {
  Start(4, 2);
  sharpness = {0, 1, 2, 3, 4, 5, 6, 7};
  headers.header.restoration_filter.epf_sharp_lut[3] = -0.5f;
  std::vector<int32_t> multipliers = {0, 255, 3, 7, 20, 20, 100, 14};
  ASSERT_TRUE(Process(0, std::vector<int32_t>(8, 0), multipliers).ok());
  for (size_t i = 0; i < 8; ++i) {
    const double numerator = 4 * (std::sqrt(0.5) - 1);
    double sigma_like = 0.46 / (2555 / 65536.0 * (multipliers[i] + 1) * numerator);
    sigma_like = std::min(-1e-4, sigma_like * headers.header.restoration_filter.epf_sharp_lut[i]);
    EXPECT_NEAR(frame.epf_inverse_sigma.Row(i / 4)[i % 4] * sigma_like, 1, 1e-5) << i;
  }
  EXPECT_FLOAT_EQ(frame.epf_inverse_sigma.Row(0)[0], -1e4f);
}

TEST_F(MetadataTest, NumberOfVarblocks) {
  Start(5, 3);
  BitWriter writer;
  writer.U(11, 4);
  BitReader reader = writer.Reader();
  EXPECT_EQ(ReadNumVarblocks(&reader, frame, 0), 12u);
  EXPECT_EQ(reader.BitsConsumed(), 4u);
  Start(1, 1);
  EXPECT_EQ(ReadNumVarblocks(&reader, frame, 0), 1u);
  EXPECT_EQ(reader.BitsConsumed(), 4u);
}

}  // namespace
}  // namespace jxlpool
