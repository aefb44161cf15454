// Proves: default tables equal the published check values; every coding mode gives the weights of its definition;
// illegal parameters are rejected; only used tables are computed.
#include "lib/vardct/dequant_tables.h"

#include <cmath>
#include <thread>

#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

// Writes the tables before `t` as default ones.
BitWriter StartAt(size_t t) {
  BitWriter writer;
  writer.U(0, 1);
  for (size_t i = 0; i < t; ++i) writer.U(0, 3);
  return writer;
}

void Finish(size_t t, BitWriter* writer) {
  for (size_t i = t + 1; i < kNumDequantTables; ++i) writer->U(0, 3);
}

Status ReadAndPrepare(const BitWriter& writer, size_t t, TestMemory* memory, DequantTables* tables) {
  BitReader reader = writer.Reader();
  JXLPOOL_RETURN_IF_ERROR(tables->Read(&reader, RawTableSource(), &memory->memory));
  EXPECT_EQ(reader.BitsConsumed(), writer.size());
  return tables->Prepare(1u << t, &memory->memory);
}

// One band list with the same values in all channels, channel c scaled by c + 1.
void WriteBands(const std::vector<double>& values, BitWriter* writer) {
  writer->U(values.size() - 1, 4);
  for (int c = 0; c < 3; ++c) {
    for (size_t i = 0; i < values.size(); ++i) writer->F16(i == 0 ? values[i] * (c + 1) : values[i]);
  }
}

double DistanceWeight(double y, double x, double rows, double columns, const std::vector<double>& bands, double seed) {
  std::vector<double> curve = {seed * 64};
  for (size_t i = 1; i < bands.size(); ++i) {
    curve.push_back(curve.back() * (bands[i] > 0 ? 1 + bands[i] : 1 / (1 - bands[i])));
  }
  if (curve.size() == 1) return curve[0];
  const double scale = static_cast<double>(curve.size() - 1) / (std::sqrt(2.0) + 1e-6);
  const double distance = std::hypot(x * scale / (columns - 1), y * scale / (rows - 1));
  const auto i = std::min(static_cast<size_t>(distance), curve.size() - 2);
  return curve[i] * std::pow(curve[i + 1] / curve[i], distance - static_cast<double>(i));
}

TEST(DequantTablesTest, DefaultsMatchThePublishedValues) {
  size_t checked = 0;
  for (const auto& line : ReadVectors("vardct_default_dequant_8x8.csv")) {
    const float* table = DefaultDequantTable(static_cast<size_t>(line[0])) + static_cast<size_t>(line[1]) * 64;
    for (size_t i = 1; i < 64; ++i, ++checked) EXPECT_NEAR(table[i] / line[2 + i], 1, 4e-6) << line[0] << " " << i;
  }
  EXPECT_EQ(checked, 18u * 63);
  for (const auto& line : ReadVectors("vardct_default_dequant_samples.csv")) {
    const auto rows = static_cast<size_t>(line[2]);
    const auto columns = static_cast<size_t>(line[3]);
    const float* table =
        DefaultDequantTable(static_cast<size_t>(line[0])) + static_cast<size_t>(line[1]) * rows * columns;
    EXPECT_NEAR(table[1] / line[4], 1, 4e-6);
    EXPECT_NEAR(table[columns - 1] / line[5], 1, 4e-6);
    EXPECT_NEAR(table[(rows - 1) * columns] / line[6], 1, 4e-6);
    EXPECT_NEAR(table[rows / 2 * columns + columns / 2] / line[7], 1, 4e-6);
    EXPECT_NEAR(table[rows * columns - 1] / line[8], 1, 4e-6);
    double sum = 0;
    for (size_t i = 1; i < rows * columns; ++i) sum += 1.0 / table[i];
    EXPECT_NEAR(sum / line[9], 1, 4e-6) << line[0] << " " << line[1];
  }
}

TEST(DequantTablesTest, DefaultTablesAreSharedAndThreadSafe) {
  const float* tables[4][kNumDequantTables];
  std::thread threads[4];
  for (size_t i = 0; i < 4; ++i) {
    threads[i] = std::thread([&tables, i] {
      for (size_t t = 0; t < kNumDequantTables; ++t)
        tables[i][t] = DefaultDequantTable((t + 5 * i) % kNumDequantTables);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 4; ++i) {
    for (size_t t = 0; t < kNumDequantTables; ++t) {
      EXPECT_EQ(tables[i][t], DefaultDequantTable((t + 5 * i) % kNumDequantTables));
    }
  }
  TestMemory memory;
  DequantTables frame_tables;
  BitWriter writer;
  ASSERT_TRUE(ReadAndPrepare(writer.U(1, 1), 4, &memory, &frame_tables).ok());
  EXPECT_EQ(frame_tables.Table(4, 2), DefaultDequantTable(4) + 2 * 256);
  EXPECT_EQ(memory.budget.total().peak, 0u);
}

TEST(DequantTablesTest, DctMode) {
  TestMemory memory;
  const std::vector<double> bands = {2, 0.5, -0.75, 0, -2};
  for (const size_t t : {0, 4, 6, 8, 12}) {
    for (const size_t count : {1, 2, 5}) {
      BitWriter writer = StartAt(t);
      writer.U(6, 3);
      const std::vector<double> used(bands.begin(), bands.begin() + static_cast<ptrdiff_t>(count));
      WriteBands(used, &writer);
      Finish(t, &writer);
      DequantTables tables;
      ASSERT_TRUE(ReadAndPrepare(writer, t, &memory, &tables).ok());
      const StoredSize size = kDequantTableSizes[t];
      for (size_t c = 0; c < 3; ++c) {
        for (size_t i = 0; i < size.size(); ++i) {
          const double weight =
              DistanceWeight(static_cast<double>(i / size.columns), static_cast<double>(i % size.columns), size.rows,
                             size.columns, used, 2.0 * static_cast<double>(c + 1));
          ASSERT_NEAR(tables.Table(t, c)[i] * weight, 1, 4e-6) << t << " " << i;
        }
      }
    }
  }
}

TEST(DequantTablesTest, ModesOfThe8x8TablesWorkForEveryOne) {
  TestMemory memory;
  for (const size_t t : {0, 1, 2, 3, 9, 10}) {
    for (uint32_t mode = 1; mode <= 5; ++mode) {
      constexpr size_t kNumFixed[] = {0, 3, 6, 2, 1, 9};
      BitWriter writer = StartAt(t);
      writer.U(mode, 3);
      for (size_t c = 0; c < 3; ++c) {
        // In AFV mode the last three are band factors.
        for (size_t i = 0; i < kNumFixed[mode]; ++i) writer.F16(static_cast<double>(1 + i + c));
      }
      const std::vector<double> bands = {3, 1, -0.5};
      if (mode >= 3) WriteBands(bands, &writer);
      if (mode == 5) WriteBands({5, -1}, &writer);
      Finish(t, &writer);
      DequantTables tables;
      ASSERT_TRUE(ReadAndPrepare(writer, t, &memory, &tables).ok());
      for (size_t c = 0; c < 3; ++c) {
        const float* table = tables.Table(t, c);
        const auto weight = [table](size_t y, size_t x) { return 1.0 / table[y * 8 + x]; };
        const double step = static_cast<double>(c);
        const double seed = 3 * (step + 1);
        const double dct4[2] = {DistanceWeight(0, 0, 4, 4, bands, seed), DistanceWeight(3, 2, 4, 4, bands, seed)};
        switch (mode) {
          case 1:
            EXPECT_NEAR(weight(0, 1), 64 * (2 + step), 1e-3);
            EXPECT_NEAR(weight(1, 1), 64 * (3 + step), 1e-3);
            EXPECT_NEAR(weight(7, 3), 64 * (1 + step), 1e-3);
            break;
          case 2:
            EXPECT_NEAR(weight(1, 0), 64 * (1 + step), 1e-3);
            EXPECT_NEAR(weight(1, 1), 64 * (2 + step), 1e-3);
            EXPECT_NEAR(weight(1, 2), 64 * (3 + step), 1e-3);
            EXPECT_NEAR(weight(3, 2), 64 * (4 + step), 1e-3);
            EXPECT_NEAR(weight(3, 4), 64 * (5 + step), 1e-3);
            EXPECT_NEAR(weight(7, 0), 64 * (5 + step), 1e-3);
            EXPECT_NEAR(weight(4, 4), 64 * (6 + step), 1e-3);
            break;
          case 3:
            EXPECT_NEAR(weight(0, 1) * (1 + step) / dct4[0], 1, 1e-5);
            EXPECT_NEAR(weight(1, 0) * (1 + step) / dct4[0], 1, 1e-5);
            EXPECT_NEAR(weight(1, 1) * (2 + step) / dct4[0], 1, 1e-5);
            EXPECT_NEAR(weight(7, 4) / dct4[1], 1, 1e-5);
            break;
          case 4:
            EXPECT_NEAR(weight(1, 0) * (1 + step) / dct4[0], 1, 1e-5);
            EXPECT_NEAR(weight(5, 6) / DistanceWeight(2, 6, 4, 8, bands, seed), 1, 1e-5);
            break;
          default: {
            EXPECT_NEAR(weight(1, 0), 64 * (1 + step), 1e-3);
            EXPECT_NEAR(weight(0, 1), 64 * (2 + step), 1e-3);
            EXPECT_NEAR(weight(2, 0), 64 * (3 + step), 1e-3);
            EXPECT_NEAR(weight(0, 2), 64 * (4 + step), 1e-3);
            EXPECT_NEAR(weight(2, 2), 64 * (5 + step), 1e-3);
            EXPECT_NEAR(weight(5, 6) / DistanceWeight(2, 6, 4, 8, bands, seed), 1, 1e-5);
            EXPECT_NEAR(weight(4, 7) / DistanceWeight(2, 3, 4, 4, {5, -1}, 5 * (step + 1)), 1, 1e-5);
            // The corner's highest frequency is (nearly) the last of its four bands.
            const double last = 64 * (6 + step) * (8 + step) * (9 + step) * (10 + step);
            EXPECT_NEAR(weight(6, 6) / last, 1, 1e-4);
            EXPECT_NEAR(
                weight(4, 2) / (64 * (6 + step) * std::pow(8 + step, (4 - 0.8517778890324296) * 3 / 12.1198843)), 1,
                1e-4);
            break;
          }
        }
      }
    }
  }
}

TEST(DequantTablesTest, IllegalParametersAreRejected) {
  TestMemory memory;
  DequantTables tables;
  for (const size_t t : {4, 6, 16}) {
    for (uint32_t mode = 1; mode <= 5; ++mode) {
      BitWriter writer = StartAt(t);
      for (int i = 0; i < 200; ++i) writer.U(mode, 3);
      BitReader reader = writer.Reader();
      EXPECT_EQ(tables.Read(&reader, RawTableSource(), &memory.memory).code(), ErrorCode::kCorrupt);
    }
  }
  const auto status_of = [&](const BitWriter& writer) {
    BitReader reader = writer.Reader();
    const Status status = tables.Read(&reader, RawTableSource(), &memory.memory);
    return status.ok() ? tables.Prepare(1, &memory.memory) : status;
  };
  // Zero as a fixed parameter; a band list that starts with zero; infinity.
  EXPECT_EQ(status_of(StartAt(0).U(1, 3).F16(1).F16(0).U(0, 2000)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(status_of(StartAt(0).U(6, 3).U(0, 4).F16(0).U(0, 2000)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(status_of(StartAt(0).U(6, 3).U(0, 4).U(0x7C00, 16).U(0, 2000)).code(), ErrorCode::kCorrupt);
  // Weights above 1e8, and a negative one (legal syntax): found when the table is needed.
  BitWriter large = StartAt(0);
  large.U(6, 3);
  large.U(1, 4);
  for (int c = 0; c < 3; ++c) large.F16(60000).F16(60000);
  Finish(0, &large);
  EXPECT_EQ(status_of(large).code(), ErrorCode::kCorrupt);
  BitWriter negative = StartAt(0);
  negative.U(1, 3);
  for (int i = 0; i < 9; ++i) negative.F16(-1);
  Finish(0, &negative);
  EXPECT_EQ(status_of(negative).code(), ErrorCode::kCorrupt);
  BitReader reader = negative.Reader();
  ASSERT_TRUE(tables.Read(&reader, RawTableSource(), &memory.memory).ok());
  EXPECT_TRUE(tables.Prepare(2, &memory.memory).ok()) << "an unused table is not computed";
  // The end of the data.
  EXPECT_EQ(status_of(StartAt(3)).code(), ErrorCode::kNeedMoreInput);
}

// Hands out planes that are filled with 1, 2, 3, ...; the sample at 5 of channel 1 is `special`.
struct FakeRawSource {
  uint32_t table = 0;
  uint32_t width = 0;
  uint32_t height = 0;
  int32_t special = 7;
  std::vector<int32_t> samples;

  static Status Read(void* context, uint32_t table, uint32_t width, uint32_t height, BitReader* reader,
                     View2D<const int32_t> (&planes)[3]) {
    auto* self = static_cast<FakeRawSource*>(context);
    self->table = table;
    self->width = width;
    self->height = height;
    reader->Skip(10);
    const size_t stride = width + 3;
    self->samples.assign(3 * stride * height, -1);
    for (size_t c = 0; c < 3; ++c) {
      int32_t* plane = self->samples.data() + c * stride * height;
      for (size_t i = 0; i < size_t{width} * height; ++i) {
        plane[i / width * stride + i % width] = i == 5 && c == 1 ? self->special : static_cast<int32_t>(i + 1 + c);
      }
      planes[c] = View2D<const int32_t>{plane, stride, width, height};
    }
    return OkStatus();
  }
};

TEST(DequantTablesTest, RawModeFillsTheTableInRasterOrder) {
  for (const size_t t : {0, 6, 12}) {
    TestMemory memory;
    BitWriter writer = StartAt(t);
    writer.U(7, 3).F16(0.25).U(0, 10);
    Finish(t, &writer);
    BitReader reader = writer.Reader();
    FakeRawSource source;
    DequantTables tables;
    ASSERT_TRUE(tables.Read(&reader, RawTableSource{&source, FakeRawSource::Read}, &memory.memory).ok());
    EXPECT_EQ(reader.BitsConsumed(), writer.size());
    EXPECT_EQ(source.table, t);
    EXPECT_EQ(source.width, kDequantTableSizes[t].rows);
    EXPECT_EQ(source.height, kDequantTableSizes[t].columns);
    ASSERT_TRUE(tables.Prepare(1u << t, &memory.memory).ok());
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = 0; i < kDequantTableSizes[t].size(); ++i) {
        const int32_t expected = i == 5 && c == 1 ? 7 : static_cast<int32_t>(i + 1 + c);
        ASSERT_EQ(tables.RawSamples(t, c)[i], expected);
        ASSERT_EQ(tables.Table(t, c)[i], 0.25f * static_cast<float>(expected));
      }
    }
  }
}

TEST(DequantTablesTest, RawSamplesMustBePositive) {
  for (const int32_t special : {0, -5}) {
    TestMemory memory;
    BitWriter writer = StartAt(0);
    writer.U(7, 3).F16(0.25).U(0, 100);
    BitReader reader = writer.Reader();
    FakeRawSource source;
    source.special = special;
    DequantTables tables;
    EXPECT_EQ(tables.Read(&reader, RawTableSource{&source, FakeRawSource::Read}, &memory.memory).code(),
              ErrorCode::kCorrupt);
  }
}

TEST(DequantTablesTest, TypesToTables) {
  EXPECT_EQ(DequantTablesOfTypes(0), 0u);
  EXPECT_EQ(DequantTablesOfTypes(1u << 6 | 1u << 7), 1u << 6);
  EXPECT_EQ(DequantTablesOfTypes((1u << 27) - 1), (1u << 17) - 1);
}

}  // namespace
}  // namespace jxlpool
