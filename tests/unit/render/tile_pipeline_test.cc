#include "lib/render/tile_pipeline.h"

#include <cmath>

#include "lib/headers/image_header.h"
#include "tests/unit/render/render_test_util.h"

namespace jxlpool {
namespace {

// A random frame: a spec and all that it points to.
class RandomFrame {
 public:
  RandomFrame(Rng* rng, uint32_t max_size, Memory* memory) : rng_(*rng), memory_(memory) {
    spec.width = 1 + rng_() % max_size;
    spec.height = 1 + rng_() % max_size;
    spec.upsampling = rng_() % 2 == 0 ? 1 : 1u << rng_() % 4;
    RandomizeExtraChannels();
    if (rng_() % 3 == 0) {
      for (int c = 0; c < 3; ++c) {
        spec.hshift[c] = rng_() % 2;
        spec.vshift[c] = rng_() % 2;
      }
    }
    RandomizeFilter();
    RandomizeWeights();
    xsize_ = (spec.width + spec.upsampling - 1) / spec.upsampling;
    ysize_ = (spec.height + spec.upsampling - 1) / spec.upsampling;
    RandomizeSigma();
    RandomizePlanes();
    if (rng_() % 3 == 0) AddSplines();
    if (rng_() % 3 == 0) AddNoise();
    if (rng_() % 3 == 0) AddPatches();
  }
  RandomFrame(const RandomFrame&) = delete;
  RandomFrame& operator=(const RandomFrame&) = delete;

  RenderSpec spec;
  EpfSigma sigma;
  NaivePlanes planes;

 private:
  float Uniform(float low, float high) {
    return low + (high - low) * static_cast<float>(rng_()) * (1.0f / 4294967296.0f);
  }

  void RandomizeExtraChannels() {
    spec.num_extra = rng_() % 3;
    const bool equal = rng_() % 2 == 0;
    for (uint32_t e = 0; e < spec.num_extra; ++e) {
      uint32_t factor = spec.upsampling;
      while (!equal && factor < 8 && rng_() % 2 == 0) factor *= 2;
      extra_upsampling_[e] = factor;
      extra_blending_[e] = {rng_() % 2 == 0, false};
    }
    spec.extra_upsampling = extra_upsampling_;
    spec.extra_blending = extra_blending_;
  }

  void RandomizeFilter() {
    spec.filter.gab = rng_() % 2 == 0;
    spec.filter.epf_iters = rng_() % 4;
    if (rng_() % 2 == 0) {
      for (int c = 0; c < 3; ++c) {
        spec.filter.gab_weight1[c] = Uniform(-0.05f, 0.2f);
        spec.filter.gab_weight2[c] = Uniform(-0.02f, 0.1f);
        spec.filter.epf_channel_scale[c] = Uniform(0.5f, 5.0f);
      }
    }
  }

  void RandomizeWeights() {
    if (rng_() % 2 == 0) {
      for (float& weight : weights_.up2_weight) weight += Uniform(-0.05f, 0.05f);
      for (float& weight : weights_.up4_weight) weight += Uniform(-0.05f, 0.05f);
      for (float& weight : weights_.up8_weight) weight += Uniform(-0.05f, 0.05f);
    }
    spec.upsampling_weights = &weights_;
  }

  void RandomizeSigma() {
    sigma.constant = -1.17f / Uniform(0.2f, 5.0f);
    if (rng_() % 4 == 0) return;
    const uint32_t blocks_x = (xsize_ + 7) / 8;
    const uint32_t blocks_y = (ysize_ + 7) / 8;
    const bool mostly_skipped = rng_() % 2 == 0;
    for (uint32_t i = 0; i < blocks_x * blocks_y; ++i) {
      const bool skipped = rng_() % 4 < (mostly_skipped ? 3u : 1u);
      blocks_.push_back(skipped ? Uniform(-1e4f, -3.91f) : Uniform(-3.9f, -0.2f));
    }
    sigma.blocks = View2D<const float>{blocks_.data(), blocks_x, blocks_x, blocks_y};
  }

  void RandomizePlanes() {
    for (uint32_t c = 0; c < 3 + spec.num_extra; ++c) {
      uint32_t width = c < 3 ? xsize_ : spec.width;
      uint32_t height = c < 3 ? ysize_ : spec.height;
      const uint32_t fx = c < 3 ? 1 + spec.hshift[c] : extra_upsampling_[c - 3];
      const uint32_t fy = c < 3 ? 1 + spec.vshift[c] : extra_upsampling_[c - 3];
      NaivePlane plane((width + fx - 1) / fx, (height + fy - 1) / fy);
      // Smooth with some edges, so that the filter has something to decide.
      for (int64_t y = 0; y < plane.height; ++y) {
        for (int64_t x = 0; x < plane.width; ++x) {
          plane.At(x, y) = ((x / 5 + y / 7) % 2 == 0 ? 0.0f : 0.3f) + Uniform(0.0f, 0.1f);
        }
      }
      planes.push_back(plane);
    }
  }

  void AddSplines() {
    if (xsize_ * ysize_ < 12) return;
    std::vector<uint32_t> list = {0, xsize_ / 2, ysize_ / 2, 0, 3};
    for (int i = 0; i < 6; ++i) list.push_back(1 + rng_() % 30);
    for (int i = 0; i < 128; ++i) list.push_back(i % 32 < 3 ? rng_() % 16 : 0);
    ListSymbols symbols(list);
    const uint64_t area = uint64_t{spec.width} * spec.height;
    auto parsed = Splines::Parse(&symbols, memory_, xsize_ * ysize_, area);
    if (!parsed.ok()) return;
    auto splats = SplineSplats::Create(memory_, parsed.value(), 0.0f, 1.0f, xsize_, ysize_, area);
    ASSERT_TRUE(splats.ok());
    splats_ = std::move(splats).value();
    spec.splines = &splats_;
  }

  void AddNoise() {
    for (float& strength : noise_.lut) strength = Uniform(0.01f, 0.4f);
    spec.noise = &noise_;
    spec.noise_field.width = spec.width;
    spec.noise_field.height = spec.height;
    spec.noise_field.group_dim = 128;
    spec.noise_field.visible_frames = 1;
  }

  void AddPatches() {
    for (uint32_t e = 0; e < spec.num_extra; ++e) {
      if (spec.upsampling > 1 && extra_upsampling_[e] != spec.upsampling) return;
    }
    PatchEnvironment environment;
    environment.slots[1] = {true, true, xsize_, ysize_};
    environment.width = environment.padded_width = xsize_;
    environment.height = environment.padded_height = ysize_;
    environment.num_extra = spec.num_extra;
    std::vector<uint32_t> list = {5};
    for (int i = 0; i < 5; ++i) {
      const uint32_t width = 1 + rng_() % xsize_;
      const uint32_t height = 1 + rng_() % ysize_;
      list.insert(list.end(), {1, rng_() % (xsize_ - width + 1), rng_() % (ysize_ - height + 1), width - 1, height - 1,
                               0, rng_() % (xsize_ - width + 1), rng_() % (ysize_ - height + 1)});
      for (uint32_t j = 0; j < 1 + spec.num_extra; ++j) {
        const uint32_t mode = rng_() % 8;
        list.push_back(mode);
        if (mode >= 4 && spec.num_extra >= 2) list.push_back(rng_() % spec.num_extra);
        if (mode >= 3) list.push_back(1);
      }
    }
    ListSymbols symbols(list);
    auto patches = PatchDictionary::Parse(&symbols, memory_, environment);
    ASSERT_TRUE(patches.ok()) << patches.status().message();
    patches_ = std::move(patches).value();
    for (uint32_t c = 0; c < 3 + spec.num_extra; ++c) {
      reference_samples_.emplace_back();
      for (uint32_t i = 0; i < xsize_ * ysize_; ++i) reference_samples_.back().push_back(Uniform(0.1f, 0.9f));
    }
    for (const auto& samples : reference_samples_) {
      reference_views_.push_back({samples.data(), xsize_, xsize_, ysize_});
    }
    references_[1].channels = reference_views_.data();
    spec.patches = &patches_;
    spec.patch_references = references_;
  }

  Rng& rng_;
  Memory* memory_;
  uint32_t xsize_ = 0;
  uint32_t ysize_ = 0;
  uint32_t extra_upsampling_[4] = {};
  BlendExtraChannel extra_blending_[4];
  UpsamplingWeights weights_;
  std::vector<float> blocks_;
  SplineSplats splats_;
  NoiseParameters noise_;
  PatchDictionary patches_;
  std::vector<std::vector<float>> reference_samples_;
  std::vector<View2D<const float>> reference_views_;
  PatchReference references_[kNumReferenceSlots];
};

// Renders the frame whole and compares it with the naive stages.
void ExpectNaive(const RandomFrame& frame, const std::vector<std::vector<float>>& out) {
  NaivePlanes expected = NaiveRender(frame.spec, frame.sigma, frame.planes);
  for (size_t c = 0; c < expected.size(); ++c) {
    for (size_t i = 0; i < out[c].size(); ++i) {
      ASSERT_NEAR(out[c][i], expected[c].samples[i], 3e-5) << c << " " << i;
    }
  }
}

TEST(TilePipelineTest, WholeFramesEqualNaiveStages) {
  ForEachTarget([] {
    Rng rng(11);
    TestMemory memory;
    for (int round = 0; round < 400; ++round) {
      RandomFrame frame(&rng, 40, &memory.memory);
      auto pipeline = TilePipeline::Create(&memory.memory, frame.spec);
      ASSERT_TRUE(pipeline.ok());
      const auto out = RenderWhole(pipeline.value(), &frame.planes, frame.sigma, frame.spec.width, frame.spec.height,
                                   &memory.memory);
      ExpectNaive(frame, out);
      if (testing::Test::HasFatalFailure()) FAIL() << "round " << round;
    }
  });
}

TEST(TilePipelineTest, TilesEqualTheWholeFrameBitForBit) {
  ForEachTarget([] {
    Rng rng(12);
    TestMemory memory;
    RenderScratch scratch;
    for (int round = 0; round < 60; ++round) {
      RandomFrame frame(&rng, round % 3 == 0 ? 300 : 90, &memory.memory);
      const int64_t width = frame.spec.width;
      const int64_t height = frame.spec.height;
      auto pipeline = TilePipeline::Create(&memory.memory, frame.spec);
      ASSERT_TRUE(pipeline.ok());
      const auto whole = RenderWhole(pipeline.value(), &frame.planes, frame.sigma, width, height, &memory.memory);
      const int64_t tile_width = 1 + rng() % width;
      const int64_t tile_height = 1 + rng() % height;
      const int64_t offset_x = rng() % tile_width;
      const int64_t offset_y = rng() % tile_height;
      ASSERT_TRUE(pipeline.value().PrepareScratch(&memory.memory, tile_width, &scratch).ok());
      std::vector<std::vector<float>> tiled(whole.size(), std::vector<float>(whole[0].size()));
      for (int64_t y = -offset_y; y < height; y += tile_height) {
        for (int64_t x = -offset_x; x < width; x += tile_width) {
          const Rect tile = Rect{x, y, tile_width, tile_height}.Intersection(Rect{0, 0, width, height});
          if (tile.empty() || (width * height > 20000 && tile_width * tile_height < 30 && rng() % 16 != 0)) continue;
          RenderRect(pipeline.value(), &frame.planes, frame.sigma, tile, rng() % 2 == 0, &scratch, &tiled, width);
          for (size_t c = 0; c < whole.size(); ++c) {
            for (int64_t ty = tile.y0; ty < tile.y1(); ++ty) {
              for (int64_t tx = tile.x0; tx < tile.x1(); ++tx) {
                ASSERT_EQ(tiled[c][ty * width + tx], whole[c][ty * width + tx])
                    << "round " << round << " channel " << c << " at " << tx << "," << ty;
              }
            }
          }
        }
      }
    }
  });
}

TEST(TilePipelineTest, BordersAreThoseOfTheStages) {
  TestMemory memory;
  const UpsamplingWeights weights;
  const uint32_t extra[1] = {8};
  const uint32_t kBorders[2][2][4] = {{{0, 2, 3, 6}, {1, 3, 4, 7}}, {{2, 4, 5, 8}, {3, 5, 6, 9}}};
  for (const uint32_t upsampling : {1u, 4u}) {
    for (const bool gab : {false, true}) {
      for (uint32_t epf_iters = 0; epf_iters < 4; ++epf_iters) {
        RenderSpec spec;
        spec.width = spec.height = 4000;
        spec.upsampling = upsampling;
        spec.upsampling_weights = &weights;
        spec.filter.gab = gab;
        spec.filter.epf_iters = epf_iters;
        spec.num_extra = 1;
        spec.extra_upsampling = extra;
        spec.hshift[2] = 1;
        auto created = TilePipeline::Create(&memory.memory, spec);
        ASSERT_TRUE(created.ok());
        const TilePipeline& pipeline = created.value();
        const uint32_t border = kBorders[upsampling > 1][gab][epf_iters];
        EXPECT_EQ(pipeline.BorderX(0), border);
        EXPECT_EQ(pipeline.BorderY(1), border);
        EXPECT_EQ(pipeline.BorderX(2), (border + 1) / 2 + 1);
        EXPECT_EQ(pipeline.BorderY(2), border);
        EXPECT_EQ(pipeline.BorderX(3), 2u);
        const int64_t b = border;
        const Rect rect = {1024, 2048, 1024, 512};
        EXPECT_EQ(pipeline.InputRect(0, rect), (Rect{1024 / upsampling - b, 2048 / upsampling - b,
                                                     1024 / upsampling + 2 * b, 512 / upsampling + 2 * b}));
        EXPECT_EQ(pipeline.InputRect(3, rect), (Rect{126, 254, 132, 68}));
        EXPECT_EQ(pipeline.InputRect(0, Rect{0, 0, 4000, 4000}), pipeline.ChannelRect(0));
        EXPECT_EQ(pipeline.ChannelRect(2).width, 2000 / upsampling);
      }
    }
  }
}

TEST(TilePipelineTest, RendersWithoutAllocatingAndGivesEverythingBack) {
  TestMemory memory;
  {
    Rng rng(14);
    RandomFrame frame(&rng, 200, &memory.memory);
    auto pipeline = TilePipeline::Create(&memory.memory, frame.spec);
    ASSERT_TRUE(pipeline.ok());
    RenderScratch scratch;
    const int64_t width = frame.spec.width;
    ASSERT_TRUE(pipeline.value().PrepareScratch(&memory.memory, width, &scratch).ok());
    std::vector<std::vector<float>> out(pipeline.value().num_channels(),
                                        std::vector<float>(frame.spec.width * frame.spec.height));
    memory.budget.set_limit(0);  // nothing more
    RenderRect(pipeline.value(), &frame.planes, frame.sigma, Rect{0, 0, width, frame.spec.height}, true, &scratch, &out,
               width);
    EXPECT_EQ(pipeline.value().PrepareScratch(&memory.memory, 5 * width, &scratch).code(), ErrorCode::kOk)
        << "planes are not wider than the frame";
    EXPECT_EQ(memory.budget.last_refusal().bytes, 0u);
  }
  EXPECT_EQ(memory.budget.total().live, 0u);
}

TEST(TilePipelineTest, RefusesWhatItCannotRender) {
  TestMemory memory;
  RenderSpec spec;
  spec.width = 20;
  spec.height = 10;
  auto created = TilePipeline::Create(&memory.memory, spec);
  ASSERT_TRUE(created.ok());
  const TilePipeline& pipeline = created.value();
  RenderScratch scratch;
  std::vector<float> samples(200);
  ChannelInput channels[3];
  for (ChannelInput& channel : channels) {
    channel.num_pieces = 1;
    channel.pieces[0].view = {samples.data(), 20, 20, 10};
  }
  TileInput input;
  input.channels = channels;
  input.epf_constant_sigma = -1;
  const auto code = [&](const Rect& rect) {
    return pipeline
        .Render(
            input, rect, [](const OutputRow&) { return OkStatus(); }, &scratch)
        .code();
  };
  EXPECT_EQ(code(Rect{0, 0, 20, 10}), ErrorCode::kInvalidArgument);  // no scratch
  ASSERT_TRUE(pipeline.PrepareScratch(&memory.memory, 20, &scratch).ok());
  EXPECT_EQ(code(Rect{0, 0, 20, 10}), ErrorCode::kOk);
  EXPECT_EQ(code(Rect{0, 0, 21, 10}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(Rect{-1, 0, 20, 10}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(Rect{0, 0, 0, 10}), ErrorCode::kInvalidArgument);
  channels[1].pieces[0].view.height = 9;
  EXPECT_EQ(code(Rect{0, 0, 20, 10}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(Rect{0, 0, 20, 5}), ErrorCode::kOk);
  EXPECT_EQ(code(Rect{0, 0, 20, 6}), ErrorCode::kInvalidArgument);  // gaborish and two passes: a border of 4
  int rows = 0;
  const Status status = pipeline.Render(
      input, Rect{0, 0, 20, 5},
      [&](const OutputRow&) { return ++rows == 3 ? Status(ErrorCode::kCancelled, "enough") : OkStatus(); }, &scratch);
  EXPECT_EQ(status.code(), ErrorCode::kCancelled);
  EXPECT_EQ(rows, 3);

  const PatchDictionary patches;
  const uint32_t extra[1] = {4};
  const UpsamplingWeights weights;
  spec.patches = &patches;
  spec.num_extra = 1;
  spec.extra_upsampling = extra;
  spec.upsampling = 2;
  spec.upsampling_weights = &weights;
  EXPECT_EQ(TilePipeline::Create(&memory.memory, spec).status().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace jxlpool
