// Proves: the bundles of LfGlobal are read field by field, with their defaults, derived values and limits.
#include "lib/vardct/lf_global.h"

#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

TEST(LfGlobalTest, LfChannelDequantization) {
  LfChannelDequantization lf;
  BitWriter all_default;
  BitReader reader = all_default.U(1, 1).Reader();
  ASSERT_TRUE(ReadLfChannelDequantization(&reader, &lf).ok());
  EXPECT_EQ(reader.BitsConsumed(), 1u);
  EXPECT_EQ(lf.multiplier[0], 1.0f / 4096);
  EXPECT_EQ(lf.multiplier[1], 1.0f / 512);
  EXPECT_EQ(lf.multiplier[2], 1.0f / 256);
  BitWriter coded;
  reader = coded.U(0, 1).F16(0.5).F16(2).F16(64).Reader();
  ASSERT_TRUE(ReadLfChannelDequantization(&reader, &lf).ok());
  EXPECT_EQ(lf.multiplier[0], 0.5f / 128);
  EXPECT_EQ(lf.multiplier[1], 2.0f / 128);
  EXPECT_EQ(lf.multiplier[2], 0.5f);
  for (const double bad : {0.0, -1.0}) {
    BitWriter writer;
    reader = writer.U(0, 1).F16(0.5).F16(bad).F16(1).U(0, 8).Reader();
    EXPECT_EQ(ReadLfChannelDequantization(&reader, &lf).code(), ErrorCode::kCorrupt);
  }
  BitWriter truncated;
  reader = truncated.U(0, 1).F16(0.5).Reader();
  EXPECT_EQ(ReadLfChannelDequantization(&reader, &lf).code(), ErrorCode::kNeedMoreInput);
}

TEST(LfGlobalTest, Quantizer) {
  const auto read = [](uint32_t selector, uint32_t bits, uint32_t value, uint32_t lf_selector, uint32_t lf_bits,
                       uint32_t lf_value) {
    BitWriter writer;
    writer.U(selector, 2).U(value, bits).U(lf_selector, 2).U(lf_value, lf_bits);
    BitReader reader = writer.Reader();
    Quantizer quantizer;
    EXPECT_TRUE(ReadQuantizer(&reader, &quantizer).ok());
    EXPECT_EQ(reader.BitsConsumed(), writer.size());
    return quantizer;
  };
  EXPECT_EQ(read(0, 11, 5, 0, 0, 0).global_scale, 6u);
  EXPECT_EQ(read(1, 11, 5, 0, 0, 0).global_scale, 2054u);
  EXPECT_EQ(read(2, 12, 5, 0, 0, 0).global_scale, 4102u);
  EXPECT_EQ(read(3, 16, 65535, 0, 0, 0).global_scale, 73728u);
  EXPECT_EQ(read(0, 11, 5, 0, 0, 0).quant_lf, 16u);
  EXPECT_EQ(read(0, 11, 5, 1, 5, 31).quant_lf, 32u);
  EXPECT_EQ(read(0, 11, 5, 2, 8, 7).quant_lf, 8u);
  EXPECT_EQ(read(0, 11, 5, 3, 16, 65535).quant_lf, 65536u);
}

TEST(LfGlobalTest, DefaultBlockContexts) {
  TestMemory memory;
  HfBlockContext context;
  BitWriter writer;
  BitReader reader = writer.U(1, 1).Reader();
  ASSERT_TRUE(ReadHfBlockContext(&reader, &memory.memory, &context).ok());
  EXPECT_EQ(context.num_lf_contexts, 1u);
  EXPECT_EQ(context.num_block_contexts, 15u);
  EXPECT_EQ(context.map[3], 2);
  EXPECT_EQ(context.map[13 + 4], 10);
  EXPECT_EQ(context.map[26 + 12], 14);
  EXPECT_EQ(context.qf_index[255], 0);
}

// Thresholds as given, then a cluster map whose entry i is i % num_clusters (a power of two up to 8).
BitWriter CodedContexts(const std::vector<int32_t> (&lf)[3], const std::vector<uint32_t>& qf, uint32_t num_clusters) {
  BitWriter writer;
  writer.U(0, 1);
  size_t cells = qf.size() + 1;
  for (const auto& thresholds : lf) {
    writer.U(thresholds.size(), 4);
    for (const int32_t threshold : thresholds) writer.U(2, 2).U(PackSigned(threshold) - 272, 16);
    cells *= thresholds.size() + 1;
  }
  writer.U(qf.size(), 4);
  for (const uint32_t threshold : qf) writer.U(3, 2).U(threshold - 45, 8);
  const uint32_t bits = static_cast<uint32_t>(std::bit_width(num_clusters - 1));
  writer.U(1, 1).U(bits, 2);
  for (size_t i = 0; i < 39 * cells; ++i) writer.U(i % num_clusters, bits);
  return writer;
}

TEST(LfGlobalTest, CodedBlockContexts) {
  TestMemory memory;
  HfBlockContext context;
  const std::vector<int32_t> lf[3] = {{-200, 1000}, {300, 200, 250}, {-137}};
  const BitWriter writer = CodedContexts(lf, {100, 60}, 8);
  BitReader reader = writer.Reader();
  const Status status = ReadHfBlockContext(&reader, &memory.memory, &context);
  ASSERT_FALSE(status.ok()) << "24 * 3 cells are more than 64";
  const std::vector<int32_t> fewer[3] = {{-200}, {300, 200, 250}, {-137}};
  const BitWriter good = CodedContexts(fewer, {100, 60}, 8);
  reader = good.Reader();
  ASSERT_TRUE(ReadHfBlockContext(&reader, &memory.memory, &context).ok());
  EXPECT_EQ(reader.BitsConsumed(), good.size());
  EXPECT_EQ(context.num_lf_contexts, 16u);
  EXPECT_EQ(context.num_block_contexts, 8u);
  EXPECT_EQ(context.lf_thresholds[0][0], -200);
  EXPECT_EQ(context.lf_thresholds[1][2], 250);
  EXPECT_EQ(context.lf_thresholds[2][0], -137);
  EXPECT_EQ(context.map[39 * 48 - 1], (39 * 48 - 1) % 8);
  for (uint32_t hf_mul = 1; hf_mul <= 256; ++hf_mul) {
    EXPECT_EQ(context.qf_index[hf_mul - 1], (hf_mul > 60 ? 1 : 0) + (hf_mul > 100 ? 1 : 0));
  }
  // A hole in the map.
  BitWriter hole;
  hole.U(0, 1).U(0, 12).U(0, 4).U(1, 1).U(2, 2);
  for (size_t i = 0; i < 39; ++i) hole.U(i == 0 ? 2 : 0, 2);
  reader = hole.Reader();
  EXPECT_EQ(ReadHfBlockContext(&reader, &memory.memory, &context).code(), ErrorCode::kCorrupt);
}

TEST(LfGlobalTest, LargestThresholdWraps) {
  TestMemory memory;
  HfBlockContext context;
  BitWriter writer;
  // 65808 + (2^32 - 65808) = 0 modulo 2^32; and 65808 + 1.
  writer.U(0, 1)
      .U(2, 4)
      .U(3, 2)
      .U(uint64_t{1} << 32, 0)
      .U(0xFFFFFFFFu - 65807, 32)
      .U(3, 2)
      .U(1, 32)
      .U(0, 4)
      .U(0, 4)
      .U(0, 4);
  writer.U(1, 1).U(0, 2);
  BitReader reader = writer.Reader();
  ASSERT_TRUE(ReadHfBlockContext(&reader, &memory.memory, &context).ok());
  EXPECT_EQ(context.lf_thresholds[0][0], 0);
  EXPECT_EQ(context.lf_thresholds[0][1], -32905);
}

TEST(LfGlobalTest, LfChannelCorrelation) {
  LfChannelCorrelation correlation;
  BitWriter all_default;
  BitReader reader = all_default.U(1, 1).Reader();
  ASSERT_TRUE(ReadLfChannelCorrelation(&reader, &correlation).ok());
  EXPECT_EQ(correlation.ScaleX(0), 0.0f);
  EXPECT_EQ(correlation.ScaleB(0), 1.0f);
  EXPECT_FLOAT_EQ(correlation.ScaleB(-42), 0.5f);
  BitWriter coded;
  reader = coded.U(0, 1).U(2, 2).U(98, 8).F16(-4).F16(0.5).U(0, 8).U(255, 8).Reader();
  ASSERT_TRUE(ReadLfChannelCorrelation(&reader, &correlation).ok());
  EXPECT_EQ(correlation.color_factor, 100u);
  EXPECT_EQ(correlation.x_factor_lf, -128);
  EXPECT_EQ(correlation.b_factor_lf, 127);
  EXPECT_FLOAT_EQ(correlation.ScaleX(50), -3.5f);
  for (const bool in_x : {true, false}) {
    BitWriter bad;
    reader = bad.U(0, 1).U(0, 2).F16(in_x ? 4.25 : 0).F16(in_x ? 0 : -4.25).U(0, 32).Reader();
    EXPECT_EQ(ReadLfChannelCorrelation(&reader, &correlation).code(), ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace jxlpool
