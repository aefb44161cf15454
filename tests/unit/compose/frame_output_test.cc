// FrameOutput against a naive placement of single pixels: orientations, channel choices, sample types, bands, errors.
#include "lib/compose/frame_output.h"

#include <string>
#include <vector>

#include "lib/base/thread_pool.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

constexpr uint32_t kMaxSegment = 16;
constexpr uint32_t kBandRows = 6;

std::vector<int32_t> ChannelsOf(const OutputTarget& target, const OutputPlanes& planes) {
  const bool grey = planes.num_color == 1;
  const int32_t alpha = planes.alpha < 0 ? -1 : 3 + planes.alpha;
  switch (target.channels) {
    case ChannelSet::kColor:
      return grey ? std::vector<int32_t>{0} : std::vector<int32_t>{0, 1, 2};
    case ChannelSet::kColorAlpha:
      return grey ? std::vector<int32_t>{0, alpha} : std::vector<int32_t>{0, 1, 2, alpha};
    case ChannelSet::kRgb:
      return grey ? std::vector<int32_t>{0, 0, 0} : std::vector<int32_t>{0, 1, 2};
    case ChannelSet::kRgba:
      return grey ? std::vector<int32_t>{0, 0, 0, alpha} : std::vector<int32_t>{0, 1, 2, alpha};
    case ChannelSet::kExtra:
      return {3 + static_cast<int32_t>(target.extra_channel)};
    case ChannelSet::kAll:
      break;
  }
  std::vector<int32_t> all = grey ? std::vector<int32_t>{0} : std::vector<int32_t>{0, 1, 2};
  for (uint32_t e = 0; e < planes.num_extra; ++e) all.push_back(3 + static_cast<int32_t>(e));
  return all;
}

// The whole output without padding, pixel by pixel.
std::vector<uint8_t> NaiveOutput(const OutputTarget& target, const OutputPlanes& planes, const TestPlanes& image) {
  const std::vector<int32_t> channels = ChannelsOf(target, planes);
  const OutputRowFormat format{target.type, target.bits, static_cast<uint32_t>(channels.size()), target.big_endian};
  const bool swaps = SwapsDimensions(planes.orientation);
  const size_t out_width = swaps ? planes.height : planes.width;
  const size_t row_bytes = out_width * format.PixelBytes();
  std::vector<uint8_t> out(row_bytes * (swaps ? planes.width : planes.height));
  for (uint32_t y = 0; y < planes.height; ++y) {
    for (uint32_t x = 0; x < planes.width; ++x) {
      const Pixel to = Oriented(planes.orientation, x, y, planes.width, planes.height);
      std::vector<float> samples;
      for (const int32_t c : channels) samples.push_back(c < 0 ? 1.0f : image.At(static_cast<size_t>(c), x, y));
      if (target.unpremultiply && planes.alpha_associated && planes.alpha >= 0) {
        const float alpha = samples.back();
        for (size_t c = 0; c + 1 < samples.size(); ++c) samples[c] *= 1.0f / std::max(1.0f / (1 << 26), alpha);
      }
      std::vector<const float*> rows;
      for (const float& sample : samples) rows.push_back(&sample);
      // The dither pattern is laid over the rows before they are transposed.
      const OutputRowPosition position{swaps ? to.y : to.x, swaps ? to.x : to.y, false};
      StoreRow(format, rows.data(), 1, position, &out[to.y * row_bytes + to.x * format.PixelBytes()]);
    }
  }
  return out;
}

std::vector<OutputTarget> AllKindsOfTargets() {
  std::vector<OutputTarget> targets;
  const auto add = [&](ChannelSet channels, OutputType type, uint32_t bits, bool big_endian, uint32_t extra = 0) {
    OutputTarget target;
    target.channels = channels;
    target.type = type;
    target.bits = bits;
    target.big_endian = big_endian;
    target.extra_channel = extra;
    targets.push_back(target);
  };
  add(ChannelSet::kColor, OutputType::kUint8, 8, false);
  add(ChannelSet::kColor, OutputType::kUint8, 3, true);
  add(ChannelSet::kColorAlpha, OutputType::kUint16, 16, true);
  add(ChannelSet::kRgb, OutputType::kUint16, 10, false);
  add(ChannelSet::kRgba, OutputType::kUint8, 8, false);
  add(ChannelSet::kRgba, OutputType::kFloat16, 8, true);
  add(ChannelSet::kAll, OutputType::kFloat32, 8, false);
  add(ChannelSet::kAll, OutputType::kFloat32, 8, true);
  add(ChannelSet::kExtra, OutputType::kFloat32, 8, false, 1);
  add(ChannelSet::kExtra, OutputType::kUint8, 8, false, 0);
  return targets;
}

class FrameOutputTest : public FrameTest {
 protected:
  // Stores `image` into memory with padded rows and into sinks at once, and compares both with the naive result.
  void CheckAgainstNaive(const OutputPlanes& planes, const TestPlanes& image, const std::vector<OutputTarget>& kinds) {
    const bool swaps = SwapsDimensions(planes.orientation);
    const size_t out_width = swaps ? planes.height : planes.width;
    const size_t out_height = swaps ? planes.width : planes.height;
    std::vector<OutputTarget> targets;
    std::vector<std::vector<uint8_t>> memory(kinds.size());
    std::vector<std::unique_ptr<CollectingSink>> sinks;
    std::vector<size_t> row_bytes;
    for (size_t i = 0; i < kinds.size(); ++i) {
      const OutputRowFormat format{kinds[i].type, kinds[i].bits,
                                   static_cast<uint32_t>(ChannelsOf(kinds[i], planes).size()), false};
      row_bytes.push_back(out_width * format.PixelBytes());
      OutputTarget target = kinds[i];
      target.stride = row_bytes[i] + i;  // also odd strides
      memory[i].assign(target.stride * out_height, 0xA5);
      target.pixels = memory[i].data();
      targets.push_back(target);
      target = kinds[i];
      sinks.push_back(std::make_unique<CollectingSink>(row_bytes[i]));
      target.sink = sinks[i].get();
      targets.push_back(target);
    }
    FrameOutput output;
    ASSERT_TRUE(output.Begin({planes, 1, kMaxSegment, kBandRows}, targets, &memory_).ok());
    StoreAll(image, planes, &output);
    for (size_t i = 0; i < kinds.size(); ++i) {
      const std::vector<uint8_t> expected = NaiveOutput(kinds[i], planes, image);
      EXPECT_EQ(sinks[i]->bytes, expected) << "sink " << i;
      if (static_cast<int>(planes.orientation) <= 2) {
        EXPECT_LE(sinks[i]->largest_band, kBandRows);
      }
      const size_t stride = row_bytes[i] + i;
      for (size_t y = 0; y < out_height; ++y) {
        EXPECT_EQ(std::memcmp(&memory[i][y * stride], &expected[y * row_bytes[i]], row_bytes[i]), 0)
            << "memory " << i << " row " << y;
        for (size_t x = row_bytes[i]; x < stride; ++x) EXPECT_EQ(memory[i][y * stride + x], 0xA5) << "padding";
      }
    }
  }

  void StoreAll(const TestPlanes& image, const OutputPlanes& planes, FrameOutput* output) {
    for (const auto& band : BandsOfSegments(planes.width, planes.height, kMaxSegment, kBandRows, 5)) {
      uint32_t end = 0;
      for (const Segment& segment : band) {
        std::vector<const float*> rows;
        for (const auto& plane : image.planes) rows.push_back(&plane[size_t{segment.y} * image.width + segment.x]);
        output->Store(0, segment.y, segment.x, segment.n, rows.data());
        end = std::max(end, segment.y + 1);
      }
      ASSERT_TRUE(output->FinishRows(end).ok());
    }
    ASSERT_TRUE(output->Finish().ok());
  }
};

OutputPlanes MakePlanes(uint32_t width, uint32_t height, int orientation, uint32_t num_color, uint32_t num_extra,
                        int32_t alpha) {
  OutputPlanes planes;
  planes.width = width;
  planes.height = height;
  planes.orientation = static_cast<Orientation>(orientation);
  planes.num_color = num_color;
  planes.num_extra = num_extra;
  planes.alpha = alpha;
  return planes;
}

TEST_F(FrameOutputTest, EveryOrientationAndFormat) {
  const TestPlanes image = TestPlanes::Random(5, 37, 23, 1);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const uint32_t num_color : {1u, 3u}) {
      for (const int32_t alpha : {-1, 1}) {
        SCOPED_TRACE(testing::Message() << "orientation " << orientation << " colors " << num_color << " alpha "
                                        << alpha);
        CheckAgainstNaive(MakePlanes(37, 23, orientation, num_color, 2, alpha), image, AllKindsOfTargets());
      }
    }
  }
}

TEST_F(FrameOutputTest, NarrowAndFlatImages) {
  for (const Pixel size : {Pixel{1, 1}, Pixel{1, 40}, Pixel{40, 1}, Pixel{2, 3}}) {
    const TestPlanes image = TestPlanes::Random(5, size.x, size.y, 2);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CheckAgainstNaive(MakePlanes(size.x, size.y, orientation, 3, 2, 0), image, AllKindsOfTargets());
    }
  }
}

TEST_F(FrameOutputTest, UnpremultipliesWhereAlphaIsAssociatedAndDelivered) {
  TestPlanes image = TestPlanes::Random(4, 29, 9, 3);
  image.At(3, 4, 4) = 0.0f;
  std::vector<OutputTarget> kinds = AllKindsOfTargets();
  kinds.resize(6);  // kAll and kExtra are never divided
  for (OutputTarget& target : kinds) {
    target.unpremultiply = target.channels == ChannelSet::kColorAlpha || target.channels == ChannelSet::kRgba;
  }
  for (const bool associated : {false, true}) {
    for (const uint32_t num_color : {1u, 3u}) {
      for (const int orientation : {1, 6}) {
        OutputPlanes planes = MakePlanes(29, 9, orientation, num_color, 1, 0);
        planes.alpha_associated = associated;
        CheckAgainstNaive(planes, image, kinds);
      }
    }
  }
}

TEST_F(FrameOutputTest, ColorWithoutAlphaIsNotDivided) {
  const TestPlanes image = TestPlanes::Random(4, 9, 3, 4);
  OutputPlanes planes = MakePlanes(9, 3, 1, 3, 1, 0);
  planes.alpha_associated = true;
  std::vector<float> pixels(9 * 3 * 3);
  OutputTarget target;
  target.type = OutputType::kFloat32;
  target.unpremultiply = true;
  target.pixels = reinterpret_cast<uint8_t*>(pixels.data());
  target.stride = 9 * 3 * sizeof(float);
  FrameOutput output;
  ASSERT_TRUE(output.Begin({planes, 1, kMaxSegment, kBandRows}, {&target, 1}, &memory_).ok());
  StoreAll(image, planes, &output);
  EXPECT_EQ(pixels[0], image.At(0, 0, 0));
  EXPECT_EQ(pixels[9 * 3 * 3 - 1], image.At(2, 8, 2));
}

template <typename T>
std::vector<uint8_t> StoreAsIntegers(const OutputPlanes& planes, OutputTarget target,
                                     const std::vector<std::vector<T>>& image, const uint32_t* bits, Memory* memory,
                                     bool* possible) {
  const bool swaps = SwapsDimensions(planes.orientation);
  const OutputRowFormat format{target.type, target.bits, static_cast<uint32_t>(ChannelsOf(target, planes).size()),
                               false};
  target.stride = (swaps ? planes.height : planes.width) * format.PixelBytes();
  std::vector<uint8_t> pixels(target.stride * (swaps ? planes.width : planes.height));
  target.pixels = pixels.data();
  FrameOutput output;
  EXPECT_TRUE(output.Begin({planes, 1, kMaxSegment, kBandRows}, {&target, 1}, memory).ok());
  *possible = output.PrepareIntegers(bits);
  if (!*possible) return {};
  for (const auto& band : BandsOfSegments(planes.width, planes.height, kMaxSegment, kBandRows, 6)) {
    for (const Segment& segment : band) {
      std::vector<const T*> rows;
      for (const auto& plane : image) rows.push_back(&plane[size_t{segment.y} * planes.width + segment.x]);
      output.StoreIntegers(0, segment.y, segment.x, segment.n, rows.data());
    }
  }
  EXPECT_TRUE(output.Finish().ok());
  return pixels;
}

TEST_F(FrameOutputTest, IntegersGiveWhatFloatsGive) {
  int num_possible = 0;
  for (const uint32_t color_bits : {1u, 2u, 4u, 5u, 8u, 10u, 16u}) {
    const uint32_t bits[3] = {color_bits, 8, 4};
    std::mt19937 random(color_bits);
    std::vector<std::vector<int32_t>> image(5, std::vector<int32_t>(37 * 23));
    TestPlanes floats(5, 37, 23);
    for (size_t c = 0; c < 5; ++c) {
      const uint32_t depth = bits[c < 3 ? 0 : c - 2];
      // Some values lie outside the range.
      for (int32_t& v : image[c]) v = static_cast<int32_t>(random() % ((1u << depth) + 6)) - 3;
      IntegersToFloat(image[c].data(), image[c].size(), SampleScale::ForBits(depth), floats.planes[c].data());
    }
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const OutputPlanes planes = MakePlanes(37, 23, orientation, 3, 2, 0);
      for (const OutputTarget& target : AllKindsOfTargets()) {
        bool possible = false;
        const std::vector<uint8_t> pixels = StoreAsIntegers(planes, target, image, bits, &memory_, &possible);
        if (!possible) continue;
        ++num_possible;
        EXPECT_EQ(pixels, NaiveOutput(target, planes, floats)) << color_bits << " bits, orientation " << orientation;
      }
    }
  }
  EXPECT_GT(num_possible, 8 * 8);
}

TEST_F(FrameOutputTest, ShortIntegersGiveTheSame) {
  const uint32_t bits[2] = {8, 8};
  std::vector<std::vector<int32_t>> wide(4, std::vector<int32_t>(19 * 11));
  std::vector<std::vector<int16_t>> narrow(4, std::vector<int16_t>(19 * 11));
  std::mt19937 random(9);
  for (size_t c = 0; c < 4; ++c) {
    for (size_t i = 0; i < wide[c].size(); ++i) {
      wide[c][i] = static_cast<int32_t>(random() % 300) - 20;
      narrow[c][i] = static_cast<int16_t>(wide[c][i]);
    }
  }
  OutputTarget target;
  target.channels = ChannelSet::kRgba;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const OutputPlanes planes = MakePlanes(19, 11, orientation, 3, 1, 0);
    bool possible[2] = {};
    EXPECT_EQ(StoreAsIntegers(planes, target, wide, bits, &memory_, &possible[0]),
              StoreAsIntegers(planes, target, narrow, bits, &memory_, &possible[1]));
    EXPECT_TRUE(possible[0] && possible[1]);
  }
}

TEST_F(FrameOutputTest, IntegersAreRefusedWhereFloatsAreNeeded) {
  const OutputPlanes planes = MakePlanes(4, 4, 1, 3, 2, 0);
  const std::vector<std::vector<int32_t>> image(5, std::vector<int32_t>(16));
  const auto possible = [&](ChannelSet channels, OutputType type, uint32_t out_bits, std::vector<uint32_t> bits) {
    OutputTarget target;
    target.channels = channels;
    target.type = type;
    target.bits = out_bits;
    bool result = false;
    StoreAsIntegers(planes, target, image, bits.data(), &memory_, &result);
    return result;
  };
  EXPECT_TRUE(possible(ChannelSet::kColor, OutputType::kUint8, 8, {8, 0, 0}));
  EXPECT_FALSE(possible(ChannelSet::kColorAlpha, OutputType::kUint8, 8, {8, 0, 0}));
  EXPECT_FALSE(possible(ChannelSet::kColor, OutputType::kUint8, 8, {0, 8, 8}));
  EXPECT_FALSE(possible(ChannelSet::kColor, OutputType::kFloat32, 8, {8, 8, 8}));
  EXPECT_FALSE(possible(ChannelSet::kColor, OutputType::kFloat16, 8, {8, 8, 8}));
  EXPECT_FALSE(possible(ChannelSet::kColor, OutputType::kUint8, 8, {10, 8, 8}));
  EXPECT_FALSE(possible(ChannelSet::kAll, OutputType::kUint8, 8, {8, 8, 8}));  // five channels
}

TEST_F(FrameOutputTest, WorkersMayStoreAtTheSameTime) {
  const TestPlanes image = TestPlanes::Random(4, 101, 67, 7);
  for (const int orientation : {1, 3, 6}) {
    OutputPlanes planes = MakePlanes(101, 67, orientation, 3, 1, 0);
    planes.alpha_associated = true;
    OutputTarget target;
    target.channels = ChannelSet::kRgba;
    target.unpremultiply = true;
    target.stride = 4 * 128;
    std::vector<uint8_t> pixels(target.stride * 101);
    target.pixels = pixels.data();
    const std::vector<uint8_t> expected = NaiveOutput(target, planes, image);
    FrameOutput output;
    ThreadPool threads(4);
    ASSERT_TRUE(output.Begin({planes, threads.num_workers(), 101, 67}, {&target, 1}, &memory_).ok());
    EXPECT_FALSE(output.in_order());
    ASSERT_TRUE(threads
                    .Run(67,
                         [&](uint32_t y, uint32_t worker) {
                           std::vector<const float*> rows;
                           for (const auto& plane : image.planes) rows.push_back(&plane[size_t{y} * 101]);
                           output.Store(worker, y, 0, 101, rows.data());
                           return OkStatus();
                         })
                    .ok());
    ASSERT_TRUE(output.Finish().ok());
    const size_t row = 4 * (orientation == 6 ? 67 : 101);
    for (size_t y = 0; y * row < expected.size(); ++y) {
      ASSERT_EQ(std::memcmp(&pixels[y * target.stride], &expected[y * row], row), 0) << "row " << y;
    }
  }
}

TEST_F(FrameOutputTest, RefusesBadTargets) {
  uint8_t pixels[64 * 4] = {};
  CollectingSink sink(16);
  OutputTarget good;
  good.pixels = pixels;
  good.stride = 64;
  const auto begin = [&](const OutputTarget& target) {
    FrameOutput output;
    return output.Begin({MakePlanes(4, 4, 1, 3, 1, 0), 1, kMaxSegment, kBandRows}, {&target, 1}, &memory_).code();
  };
  EXPECT_EQ(begin(good), ErrorCode::kOk);
  OutputTarget target = good;
  target.pixels = nullptr;
  EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
  target = good;
  target.sink = &sink;
  EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
  target = good;
  target.stride = 11;
  EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
  target.stride = 12;
  EXPECT_EQ(begin(target), ErrorCode::kOk);
  for (const uint32_t bits : {0u, 9u, 16u}) {
    target = good;
    target.bits = bits;
    EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
  }
  target = good;
  target.type = OutputType::kUint16;
  target.bits = 17;
  EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
  target = good;
  target.channels = ChannelSet::kExtra;
  target.extra_channel = 1;
  EXPECT_EQ(begin(target), ErrorCode::kInvalidArgument);
}

TEST_F(FrameOutputTest, PassesOnTheErrorOfASink) {
  const TestPlanes image = TestPlanes::Random(3, 8, 20, 1);
  for (const int orientation : {1, 4}) {
    const OutputPlanes planes = MakePlanes(8, 20, orientation, 3, 0, -1);
    CollectingSink sink(24);
    sink.fail_at_row = 0;
    OutputTarget target;
    target.sink = &sink;
    FrameOutput output;
    ASSERT_TRUE(output.Begin({planes, 1, kMaxSegment, kBandRows}, {&target, 1}, &memory_).ok());
    EXPECT_EQ(output.in_order(), orientation == 1);
    EXPECT_EQ(output.Finish().code(), ErrorCode::kIo);
  }
}

TEST_F(FrameOutputTest, MemoryLimitIsAnError) {
  bool succeeded = false;
  for (size_t limit = 1; !succeeded; limit += 128) {
    ASSERT_LT(limit, 1u << 20);
    Budget small;
    small.set_limit(limit);
    Memory memory(&pool_, &small);
    OutputPlanes planes = MakePlanes(40, 30, 6, 3, 1, 0);
    planes.alpha_associated = true;
    CollectingSink sink(120);
    OutputTarget target;
    target.channels = ChannelSet::kRgba;
    target.unpremultiply = true;
    target.sink = &sink;
    FrameOutput output;
    const Status status = output.Begin({planes, 2, kMaxSegment, kBandRows}, {&target, 1}, &memory);
    succeeded = status.ok();
    if (!succeeded) {
      EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
    }
  }
}

}  // namespace
}  // namespace jxlpool
