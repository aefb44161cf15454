// Proves: the transforms equal their definitions for every type, every bound of the nonzero region and every SIMD
// target, and both equal the published vectors; neither reads outside of the region nor writes outside of the varblock.
#include "lib/vardct/inverse_dct.h"

#include <cmath>

#include "lib/vardct/llf.h"
#include "tests/unit/vardct/reference_transform.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

constexpr float kUntouched = 12345.0f;

// The inputs of the published vectors.
void VectorInputs(size_t type, std::vector<double>* stored, std::vector<double>* lf) {
  const TransformShape& shape = kTransformShapes[type];
  for (size_t s = 0; s < shape.size(); ++s) {
    stored->push_back((static_cast<double>((s * 7919 + type * 104729) % 31) - 15) / 16);
  }
  for (size_t i = 0; i < shape.num_blocks(); ++i) {
    lf->push_back((static_cast<double>((i * 31 + type * 7) % 13) - 6) / 4);
  }
}

std::vector<double> RunKernel(TransformType type, const std::vector<double>& stored, CoefficientBounds bounds) {
  const TransformShape& shape = ShapeOf(type);
  const size_t rows = 8u * shape.block_rows;
  const size_t columns = 8u * shape.block_columns;
  const size_t stride = columns + 24;
  AlignedArray<float> coefficients(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) coefficients[i] = static_cast<float>(stored[i]);
  AlignedArray<float> scratch(InverseTransformScratch(type));
  scratch.Fill(kUntouched);  // whatever was there must not matter
  AlignedArray<float> samples((rows + 2) * stride);
  samples.Fill(kUntouched);
  float* origin = samples.data() + stride + 3;
  InverseTransforms()[static_cast<size_t>(type)](coefficients.data(), bounds, scratch.data(), origin, stride);
  std::vector<double> result;
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      result.push_back(origin[y * stride + x]);
      origin[y * stride + x] = kUntouched;
    }
  }
  for (size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i], kUntouched) << "written outside, at " << i;
  return result;
}

void ExpectClose(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  double largest = 1e-3;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], (expected.size() > 1024 ? 1e-5 : 2e-6) * largest) << "sample " << i;
  }
}

CoefficientBounds FullBounds(size_t type) {
  const TransformShape& shape = kTransformShapes[type];
  return CoefficientBounds{static_cast<uint32_t>(shape.StoredRows()), static_cast<uint32_t>(shape.StoredColumns())};
}

TEST(TransformTypesTest, MatchTheTable) {
  const auto lines = ReadVectors("vardct_transform_types.csv");
  ASSERT_EQ(lines.size(), kNumTransformTypes);
  for (const auto& line : lines) {
    const TransformShape& shape = kTransformShapes[static_cast<size_t>(line[0])];
    EXPECT_EQ(shape.block_rows, line[1]);
    EXPECT_EQ(shape.block_columns, line[2]);
    EXPECT_EQ(shape.log2_blocks(), line[3]);
    EXPECT_EQ(shape.order_id, line[4]);
    EXPECT_EQ(shape.dequant_table, line[5]);
    EXPECT_EQ(kOrderSizes[shape.order_id].rows, shape.StoredRows());
    EXPECT_EQ(kOrderSizes[shape.order_id].columns, shape.StoredColumns());
    EXPECT_EQ(kDequantTableSizes[shape.dequant_table].rows, shape.StoredRows());
    EXPECT_EQ(kDequantTableSizes[shape.dequant_table].columns, shape.StoredColumns());
  }
}

TEST(InverseDctTest, ReferenceMatchesPublishedVectors) {
  std::vector<std::vector<double>> samples(kNumTransformTypes);
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    std::vector<double> stored, lf;
    VectorInputs(type, &stored, &lf);
    ReferenceLlf(static_cast<TransformType>(type), lf, &stored);
    samples[type] = ReferenceInverse(static_cast<TransformType>(type), stored);
  }
  for (const auto& line : ReadVectors("vardct_test_transforms.csv")) {
    const size_t columns = line.size() - 2;
    for (size_t x = 0; x < columns; ++x) {
      EXPECT_NEAR(samples[static_cast<size_t>(line[0])][static_cast<size_t>(line[1]) * columns + x], line[2 + x],
                  1e-6 * std::max(1.0, std::abs(line[2 + x])));
    }
  }
  for (const auto& line : ReadVectors("vardct_test_transforms_large.csv")) {
    const auto& p = samples[static_cast<size_t>(line[0])];
    const auto rows = static_cast<size_t>(line[1]);
    const auto columns = static_cast<size_t>(line[2]);
    double sum = 0, squares = 0;
    for (const double value : p) {
      sum += value;
      squares += value * value;
    }
    const double found[] = {p[0],
                            p[columns - 1],
                            p[(rows - 1) * columns],
                            p[rows * columns - 1],
                            p[rows / 2 * columns + columns / 4],
                            p[columns + 2],
                            sum,
                            squares};
    for (size_t i = 0; i < 8; ++i) EXPECT_NEAR(found[i], line[3 + i], 1e-5 + 1e-6 * std::abs(line[3 + i])) << line[0];
  }
}

TEST(InverseDctTest, KernelsMatchTheReferenceOnThePublishedInputs) {
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    SCOPED_TRACE(type);
    const auto transform = static_cast<TransformType>(type);
    const TransformShape& shape = kTransformShapes[type];
    std::vector<double> stored, lf;
    VectorInputs(type, &stored, &lf);
    std::vector<double> expected_stored = stored;
    ReferenceLlf(transform, lf, &expected_stored);
    const std::vector<double> expected = ReferenceInverse(transform, expected_stored);

    std::vector<float> lf_floats(40 * 32);
    for (size_t i = 0; i < lf.size(); ++i) {
      lf_floats[i / shape.block_columns * 40 + i % shape.block_columns] = static_cast<float>(lf[i]);
    }
    std::vector<float> coefficients(stored.begin(), stored.end());
    LlfFromLf(transform, lf_floats.data(), 40, coefficients.data());
    for (size_t i = 0; i < stored.size(); ++i) ASSERT_NEAR(coefficients[i], expected_stored[i], 1e-6) << i;
    ForEachTarget([&] {
      ExpectClose(RunKernel(transform, std::vector<double>(coefficients.begin(), coefficients.end()), FullBounds(type)),
                  expected);
    });
  }
}

TEST(InverseDctTest, BoundsPruneOnlyZeros) {
  Rng random(1);
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    const TransformShape& shape = kTransformShapes[type];
    const auto transform = static_cast<TransformType>(type);
    if (shape.order_id == 1) continue;  // always processed in full
    const CoefficientBounds full = FullBounds(type);
    for (uint32_t rows = full.rows / 8; rows <= full.rows; rows = rows < 4 ? rows + 1 : rows * 2) {
      for (uint32_t columns = full.columns / 8; columns <= full.columns;
           columns = columns < 4 ? columns + 1 : columns * 2) {
        if (shape.size() > 4096 && random() % 4 != 0) continue;
        SCOPED_TRACE(testing::Message() << "type " << type << " bounds " << rows << " " << columns);
        std::vector<double> stored(shape.size());
        for (uint32_t r = 0; r < rows; ++r) {
          for (uint32_t k = 0; k < columns; ++k)
            stored[r * full.columns + k] = static_cast<float>(random() % 1000) - 500;
        }
        const std::vector<double> expected = ReferenceInverse(transform, stored);
        ForEachTarget([&] { ExpectClose(RunKernel(transform, stored, CoefficientBounds{rows, columns}), expected); });
      }
    }
  }
}

TEST(InverseDctTest, RandomCoefficientsOfAllTypes) {
  Rng random(2);
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    SCOPED_TRACE(type);
    std::vector<double> stored(kTransformShapes[type].size());
    for (double& value : stored) value = static_cast<float>(static_cast<double>(random()) * 0x1p-31 - 1);
    const std::vector<double> expected = ReferenceInverse(static_cast<TransformType>(type), stored);
    ForEachTarget(
        [&] { ExpectClose(RunKernel(static_cast<TransformType>(type), stored, FullBounds(type)), expected); });
  }
}

TEST(InverseDctTest, OneDimensionalExample) {
  // The inverse of (1, 2, 0, -1), as the vertical axis of a DCT4x4 that is constant horizontally.
  std::vector<double> stored(64);
  stored[0] = 1;
  // All four quadrants have mean 1 and the same vertical frequencies: stored columns 2, 4, 6 and 3, 5, 7.
  for (const size_t row : {0, 1}) {
    for (const size_t column : {0, 1}) {
      stored[row * 8 + column + 2] = 2;
      stored[row * 8 + column + 6] = -1;
    }
  }
  const double expected[4] = {3.0719298, 3.3889552, -1.3889552, -1.0719298};
  const std::vector<double> samples = RunKernel(TransformType::kDct4x4, stored, CoefficientBounds{8, 8});
  for (size_t y = 0; y < 8; ++y) {
    for (size_t x = 0; x < 8; ++x) EXPECT_NEAR(samples[y * 8 + x], expected[y % 4], 1e-6);
  }
}

}  // namespace
}  // namespace jxlpool
