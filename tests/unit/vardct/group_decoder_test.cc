// Proves: groups decode to the samples that a plain model of the format predicts: all varblock types, one and several
// passes in 16 and 32 bits, chroma subsampling; corrupt and truncated sections are errors and leave the decoder usable.
#include "lib/vardct/group_decoder.h"

#include <cmath>

#include "lib/vardct/hf_coefficients.h"
#include "tests/unit/vardct/group_model.h"

namespace jxlpool {
namespace {

// Planes for one group, with room around that must stay untouched.
struct Tile {
  static constexpr size_t kStride = 256 + 16;
  std::vector<float> samples[3];
  View2D<float> planes[3];

  Tile() {
    for (size_t c = 0; c < 3; ++c) {
      samples[c].assign(kStride * 260, 777.0f);
      planes[c] = View2D<float>{samples[c].data() + kStride + 5, kStride, 256, 256};
    }
  }
};

void ExpectSamples(const GroupModel& model, const VarDctFrame& frame, uint32_t group, uint32_t num_passes,
                   const Tile& tile) {
  const BlockRect rect = frame.dimensions->GroupBlocks(group);
  for (size_t c = 0; c < 3; ++c) {
    SCOPED_TRACE(c);
    const std::vector<double> expected = model.ExpectedSamples(group, c, num_passes);
    const size_t width = 8 * (rect.columns >> frame.dimensions->hshift[c]);
    double largest = 1;
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(tile.planes[c].Row(i / width)[i % width], expected[i], 1e-5 * largest)
          << i % width << " " << i / width;
    }
    size_t untouched = 0;
    for (const float value : tile.samples[c]) untouched += value == 777.0f ? 1 : 0;
    EXPECT_EQ(untouched, tile.samples[c].size() - expected.size());
  }
}

void DecodeAndCheck(ModelOptions& options) {
  GroupModel model(&options);
  if (testing::Test::HasFailure()) return;
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
  for (uint32_t g = 0; g < model.frame().dimensions->num_groups; ++g) {
    SCOPED_TRACE(testing::Message() << "group " << g);
    for (uint32_t passes = options.headers.header.passes.num_passes; passes <= options.headers.header.passes.num_passes;
         --passes) {
      Tile tile;
      std::vector<BitReader> readers = model.Readers(g);
      const Status status = decoder.Decode(model.frame(), g, readers.data(), passes, tile.planes);
      ASSERT_TRUE(status.ok()) << status.message();
      for (uint32_t p = 0; p < passes; ++p) EXPECT_EQ(readers[p].BitsConsumed(), model.Section(p, g).size());
      ExpectSamples(model, model.frame(), g, passes, tile);
      if (testing::Test::HasFatalFailure() || passes == 0) break;
    }
  }
}

ModelOptions Options(uint32_t width, uint32_t height) {
  ModelOptions options;
  options.headers.header.width = width;
  options.headers.header.height = height;
  options.headers.header.x_qm_scale = 3;
  return options;
}

TEST(GroupDecoderTest, AllTypes) {
  ModelOptions options = Options(500, 290);
  DecodeAndCheck(options);
  options.seed = 2;
  options.density = 0.6;
  DecodeAndCheck(options);
}

TEST(GroupDecoderTest, EveryTypeAlone) {
  for (uint32_t type = 0; type < kNumTransformTypes; ++type) {
    SCOPED_TRACE(type);
    const TransformShape& shape = kTransformShapes[type];
    ModelOptions options = Options(8u * shape.block_columns * (shape.block_columns < 16 ? 2 : 1),
                                   8u * shape.block_rows * (shape.block_rows < 16 ? 2 : 1));
    options.type_mask = 1u << type;
    options.num_histograms = 1;
    options.seed = type;
    DecodeAndCheck(options);
  }
}

TEST(GroupDecoderTest, SmallBlocksOnly) {
  ModelOptions options = Options(300, 270);
  options.type_mask = 0x3F00F;
  options.headers.header.b_qm_scale = 5;
  DecodeAndCheck(options);
  options.density = 0;
  DecodeAndCheck(options);
  options.density = 0.2;
  options.luma_only = true;
  DecodeAndCheck(options);
}

TEST(GroupDecoderTest, SeveralPassesIn32Bits) {
  ModelOptions options = Options(280, 264);
  options.headers.header.passes.num_passes = 3;
  options.headers.header.passes.shift[0] = 3;
  options.headers.header.passes.shift[1] = 1;
  DecodeAndCheck(options);
}

TEST(GroupDecoderTest, SeveralPassesIn16Bits) {
  ModelOptions options = Options(280, 264);
  options.headers.header.passes.num_passes = 2;
  options.headers.header.passes.shift[0] = 2;
  options.small_integers = true;
  EXPECT_TRUE(FitsInt16(GroupModel(&options).frame()));
  DecodeAndCheck(options);
  // The choice is by the number of bits.
  options.small_integers = false;
  EXPECT_FALSE(FitsInt16(GroupModel(&options).frame()));
}

TEST(GroupDecoderTest, StorageOfSeveralPassesDoesNotChangeTheSamples) {
  ModelOptions options = Options(256, 256);
  options.num_histograms = 1;
  options.seed = 7;
  options.zero_after_first_pass = true;
  Tile tiles[3];
  for (uint32_t i = 0; i < 3; ++i) {
    options.headers.header.passes.num_passes = i == 0 ? 1 : 2;
    GroupModel model(&options);
    GroupDecoder decoder;
    ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
    std::vector<BitReader> readers = model.Readers(0);
    // With the sections of one pass only, and of both.
    const uint32_t num_readers = i == 2 ? 2 : 1;
    ASSERT_TRUE(decoder.Decode(model.frame(), 0, readers.data(), num_readers, tiles[i].planes).ok());
  }
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(tiles[1].samples[c], tiles[2].samples[c]);
    for (size_t i = 0; i < tiles[0].samples[c].size(); ++i) {
      ASSERT_NEAR(tiles[0].samples[c][i], tiles[1].samples[c][i],
                  1e-5 * std::max(1.0f, std::abs(tiles[0].samples[c][i])));
    }
  }
}

TEST(GroupDecoderTest, SubsampledChroma) {
  for (uint32_t shifts = 1; shifts <= 3; ++shifts) {
    for (uint32_t passes = 1; passes <= 2; ++passes) {
      SCOPED_TRACE(testing::Message() << "shifts " << shifts << " passes " << passes);
      ModelOptions options = Options(270, 265);
      const uint32_t luma_codes[4] = {0, 2, 3, 1};
      options.headers.Subsample(0, luma_codes[shifts], 0);
      options.headers.header.passes.num_passes = passes;
      options.type_mask = 0x3F00F;
      DecodeAndCheck(options);
    }
  }
}

TEST(GroupDecoderTest, QuantizedCoefficients) {
  for (uint32_t passes = 1; passes <= 2; ++passes) {
    for (const bool subsampled : {false, true}) {
      ModelOptions options = Options(300, 264);
      if (subsampled) options.headers.Subsample(0, 1, 3);
      options.headers.header.passes.num_passes = passes;
      options.headers.header.passes.shift[0] = passes - 1;
      options.type_mask = 1;
      GroupModel model(&options);
      GroupDecoder decoder;
      ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
      for (uint32_t g = 0; g < model.frame().dimensions->num_groups; ++g) {
        const BlockRect rect = model.frame().dimensions->GroupBlocks(g);
        std::vector<BitReader> readers = model.Readers(g);
        View2D<const int32_t> blocks[3];
        ASSERT_TRUE(decoder.DecodeCoefficients(model.frame(), g, readers.data(), passes, blocks).ok());
        for (const ModelVarblock& varblock : model.varblocks()) {
          if (varblock.x < rect.x0 || varblock.x >= rect.x0 + rect.columns || varblock.y < rect.y0 ||
              varblock.y >= rect.y0 + rect.rows) {
            continue;
          }
          for (size_t c = 0; c < 3; ++c) {
            if (!model.Exists(varblock, c)) continue;
            const size_t x = (varblock.x - rect.x0) >> options.headers.dimensions.hshift[c];
            const size_t y = (varblock.y - rect.y0) >> options.headers.dimensions.vshift[c];
            const std::vector<int64_t> expected = model.Sum(varblock, c, passes);
            for (size_t i = 0; i < 64; ++i) ASSERT_EQ(blocks[c].Row(y)[64 * x + i], expected[i]);
          }
        }
        // Samples after coefficients: the decoder cleans up in between.
        Tile tile;
        readers = model.Readers(g);
        ASSERT_TRUE(decoder.Decode(model.frame(), g, readers.data(), passes, tile.planes).ok());
        ExpectSamples(model, model.frame(), g, passes, tile);
      }
    }
  }
}

TEST(GroupDecoderTest, QuantizedCoefficientsNeedDct8x8) {
  ModelOptions options = Options(64, 64);
  options.num_histograms = 1;
  options.type_mask = 1u << 4;
  GroupModel model(&options);
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
  std::vector<BitReader> readers = model.Readers(0);
  View2D<const int32_t> blocks[3];
  EXPECT_EQ(decoder.DecodeCoefficients(model.frame(), 0, readers.data(), 1, blocks).code(), ErrorCode::kUnsupported);
}

TEST(GroupDecoderTest, TruncatedSectionsAreErrorsAndDoNoHarm) {
  for (uint32_t passes = 1; passes <= 2; ++passes) {
    ModelOptions options = Options(200, 130);
    options.num_histograms = 1;
    options.headers.header.passes.num_passes = passes;
    GroupModel model(&options);
    GroupDecoder decoder;
    ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
    const uint32_t last = passes - 1;
    const std::vector<uint8_t>& bytes = model.Section(last, 0).bytes();
    for (size_t size = 0; size < bytes.size(); size += 1 + size / 16) {
      Tile tile;
      std::vector<BitReader> readers = model.Readers(0);
      readers[last] = BitReader(bytes.data(), size);
      const Status status = decoder.Decode(model.frame(), 0, readers.data(), passes, tile.planes);
      ASSERT_FALSE(status.ok());
    }
    Tile tile;
    std::vector<BitReader> readers = model.Readers(0);
    ASSERT_TRUE(decoder.Decode(model.frame(), 0, readers.data(), passes, tile.planes).ok());
    ExpectSamples(model, model.frame(), 0, passes, tile);
  }
}

TEST(GroupDecoderTest, RandomBitsNeverHarm) {
  ModelOptions options = Options(256, 256);
  options.num_histograms = 1;
  GroupModel model(&options);
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
  Rng random(5);
  for (int i = 0; i < 300; ++i) {
    std::vector<uint8_t> bytes = model.Section(0, 0).bytes();
    for (int flips = 0; flips < 1 + i % 4; ++flips)
      bytes[random() % bytes.size()] ^= static_cast<uint8_t>(1u << random() % 8);
    Tile tile;
    BitReader reader(bytes.data(), bytes.size());
    (void)decoder.Decode(model.frame(), 0, &reader, 1, tile.planes).ok();
  }
  Tile tile;
  std::vector<BitReader> readers = model.Readers(0);
  ASSERT_TRUE(decoder.Decode(model.frame(), 0, readers.data(), 1, tile.planes).ok());
  ExpectSamples(model, model.frame(), 0, 1, tile);
}

TEST(GroupDecoderTest, ImpossibleCountsAreCorrupt) {
  ModelOptions options = Options(8, 8);
  options.type_mask = 1;
  options.num_histograms = 1;
  GroupModel model(&options);
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
  const HfBlockContext& context = model.frame().block_context;
  const uint32_t qf_index = context.qf_index[model.frame().hf_mul.Row(0)[0]];
  const uint32_t block_context = context.map[qf_index * 6 + model.frame().lf_index.Row(0)[0]];
  const auto decode = [&](uint32_t count) {
    StreamWriter stream(kContextsPerBlockContext * 6, options.seed);
    stream.Put(20 * 6 + block_context, count);
    // Zeros only, in the right contexts.
    uint32_t previous = count > 4 ? 0 : 1;
    const uint32_t bounded = std::min(count, 63u);
    for (uint32_t k = 1; k < 64; ++k) {
      const auto nonzero_context = static_cast<uint32_t>(k == 0 ? 0 : bounded == 1 ? 0 : 206);
      const uint32_t frequency = k < 16 ? k - 1 : k < 32 ? 15 + (k - 16) / 2 : 23 + (k - 32) / 4;
      stream.Put(37 * 6 + 458 * block_context + 2 * (nonzero_context + frequency) + previous, 0);
      previous = 0;
    }
    BitWriter writer;
    stream.WriteSymbols(&writer);
    writer.U(0, 64);
    Tile tile;
    BitReader reader = writer.Reader();
    return decoder.Decode(model.frame(), 0, &reader, 1, tile.planes);
  };
  EXPECT_EQ(decode(1).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode(63).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode(64).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(decode(1000).code(), ErrorCode::kCorrupt);
}

TEST(GroupDecoderTest, UnknownHistogramIsCorrupt) {
  ModelOptions options = Options(600, 10);
  options.num_histograms = 3;
  GroupModel model(&options);
  GroupDecoder decoder;
  ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
  BitWriter writer;
  writer.U(3, 2).U(0, 10000);
  BitReader reader = writer.Reader();
  Tile tile;
  EXPECT_EQ(decoder.Decode(model.frame(), 1, &reader, 1, tile.planes).code(), ErrorCode::kCorrupt);
}

TEST(GroupDecoderTest, MemoryIsAcquiredOnce) {
  ModelOptions options = Options(500, 500);
  options.headers.header.passes.num_passes = 2;
  GroupModel model(&options);
  const size_t before = model.budget().total().live;
  {
    GroupDecoder decoder;
    ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
    size_t live = 0;
    for (uint32_t g = 0; g < 4; ++g) {
      Tile tile;
      std::vector<BitReader> readers = model.Readers(g);
      ASSERT_TRUE(decoder.Decode(model.frame(), g, readers.data(), 2, tile.planes).ok());
      if (g == 0) live = model.budget().total().live;
      EXPECT_EQ(model.budget().total().live, live);
    }
    ASSERT_TRUE(decoder.Prepare(model.frame(), model.memory()).ok());
    EXPECT_EQ(model.budget().total().live, live);
  }
  EXPECT_EQ(model.budget().total().live, before);
}

}  // namespace
}  // namespace jxlpool
