// Proves: the kernels that work on LF samples and on coefficients, where a difference would spread over whole blocks,
// round alike on all SIMD targets.
#include <vector>

#include "lib/vardct/dequantize.h"
#include "lib/vardct/lf_kernels.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

constexpr size_t kWidth = 256;
using Row = std::vector<float>;

// compute() gives the same floats on every target.
template <class Compute>
void ExpectSameOnAllTargets(const Compute& compute) {
  std::vector<Row> results;
  ForEachTarget([&] { results.push_back(compute()); });
  for (const Row& result : results) EXPECT_EQ(result, results[0]);
}

Row RandomRow(Rng* rng) {
  Row row(kWidth);
  for (float& v : row) v = static_cast<float>((*rng)()) * 0x1p-32f;
  return row;
}

TEST(RoundingTest, LfDequantization) {
  ExpectSameOnAllTargets([] {
    Rng rng(1);
    std::vector<int32_t> quantized[3];
    Row out[3];
    for (size_t c = 0; c < 3; ++c) {
      for (size_t x = 0; x < kWidth; ++x) quantized[c].push_back(static_cast<int32_t>(rng() % 200) - 60);
      out[c].resize(kWidth);
    }
    DequantizeLfRow({quantized[0].data(), quantized[1].data(), quantized[2].data()},
                    LfRowParameters{{0.00123f, 0.00456f, 0.00789f}, 0.137f, 0.913f}, kWidth,
                    {out[0].data(), out[1].data(), out[2].data()});
    for (size_t c = 1; c < 3; ++c) out[0].insert(out[0].end(), out[c].begin(), out[c].end());
    return out[0];
  });
}

TEST(RoundingTest, LfSmoothing) {
  ExpectSameOnAllTargets([] {
    Rng rng(2);
    std::vector<Row> in;
    for (size_t i = 0; i < 9; ++i) in.push_back(RandomRow(&rng));
    Row out[3];
    LfSmoothingRows rows;
    for (size_t c = 0; c < 3; ++c) {
      out[c].resize(kWidth);
      rows.above[c] = in[c].data();
      rows.at[c] = in[3 + c].data();
      rows.below[c] = in[6 + c].data();
      rows.out[c] = out[c].data();
    }
    SmoothLfRow(rows, {1.1f, 1.3f, 1.7f}, kWidth);
    for (size_t c = 1; c < 3; ++c) out[0].insert(out[0].end(), out[c].begin(), out[c].end());
    return out[0];
  });
}

TEST(RoundingTest, Coefficients) {
  ExpectSameOnAllTargets([] {
    Rng rng(3);
    AlignedArray<int16_t> quantized(kWidth);
    AlignedArray<float> table(kWidth);
    AlignedArray<float> luma(kWidth);
    AlignedArray<float> chroma(kWidth);
    for (size_t i = 0; i < kWidth; ++i) {
      quantized[i] = static_cast<int16_t>(rng() % 9) - 4;
      table[i] = static_cast<float>(rng()) * 0x1p-32f;
      luma[i] = static_cast<float>(rng()) * 0x1p-32f;
    }
    DequantizeCoefficients(quantized.data(), table.data(), 0.37f, QuantBias{0.94f, 0.145f}, kWidth, chroma.data());
    AddScaled(luma.data(), 0.137f, kWidth, chroma.data());
    return Row(chroma.data(), chroma.data() + kWidth);
  });
}

}  // namespace
}  // namespace jxlpool
