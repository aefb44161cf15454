// Transforms: their effect on channel lists, and undoing them, against plain formulas.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "lib/modular/transforms/palette.h"
#include "lib/modular/transforms/rct.h"
#include "lib/modular/transforms/squeeze.h"
#include "lib/modular/transforms/transform.h"
#include "lib/modular/transforms/unsqueeze_scalar.h"
#include "tests/unit/each_target.h"
#include "tests/unit/modular/test_codestream.h"

namespace jxlpool {
namespace {

template <typename T>
std::vector<T> RandomSamples(size_t count, int64_t bound, std::mt19937_64* random) {
  std::vector<T> samples(count);
  for (T& sample : samples) sample = static_cast<T>(static_cast<int64_t>((*random)() % (2 * bound)) - bound);
  return samples;
}

// --- RCT ---

int32_t Wrap(int64_t v) { return static_cast<int32_t>(v); }

// A position of the three channels after undoing `type`.
void PlainRct(uint32_t type, int32_t c[3]) {
  const int64_t a = c[0];
  const int64_t b = c[1];
  const int64_t k = c[2];
  int32_t r[3] = {c[0], c[1], c[2]};
  switch (type % 7) {
    case 1:
      r[2] = Wrap(k + a);
      break;
    case 2:
      r[1] = Wrap(b + a);
      break;
    case 3:
      r[1] = Wrap(b + a);
      r[2] = Wrap(k + a);
      break;
    case 4:
      r[1] = Wrap(b + (Wrap(a + k) >> 1));
      break;
    case 5:
      r[2] = Wrap(k + a);
      r[1] = Wrap(b + (Wrap(a + r[2]) >> 1));
      break;
    case 6: {
      const int32_t t = Wrap(a - (k >> 1));
      r[1] = Wrap(k + t);
      r[2] = Wrap(t - (b >> 1));
      r[0] = Wrap(r[2] + b);
      break;
    }
    default:
      break;
  }
  const int destination[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}};
  for (int i = 0; i < 3; ++i) c[destination[type / 7][i]] = r[i];
}

// Values below `bound`, or half of it for type 5, whose average is taken of a result, which has to fit T.
template <typename T>
void TestRct(int64_t bound) {
  std::mt19937_64 random(1);
  for (uint32_t type = 0; type < kNumRctTypes; ++type) {
    for (size_t count = 0; count < 70; ++count) {
      std::vector<T> c[3];
      std::vector<int32_t> expected[3];
      for (int i = 0; i < 3; ++i) {
        c[i] = RandomSamples<T>(count, type % 7 == 5 ? bound / 2 : bound, &random);
        expected[i].assign(c[i].begin(), c[i].end());
      }
      for (size_t x = 0; x < count; ++x) {
        int32_t pixel[3] = {expected[0][x], expected[1][x], expected[2][x]};
        PlainRct(type, pixel);
        for (int i = 0; i < 3; ++i) expected[i][x] = pixel[i];
      }
      UndoRctRow(type, c[0].data(), c[1].data(), c[2].data(), count);
      for (int i = 0; i < 3; ++i) {
        for (size_t x = 0; x < count; ++x) {
          ASSERT_EQ(c[i][x], static_cast<T>(expected[i][x])) << type << " " << count << " " << x;
        }
      }
    }
  }
}

TEST(Rct, AllTypesInAllSizes) {
  ForEachTarget([] {
    TestRct<int32_t>(1000);
    TestRct<int32_t>(int64_t{1} << 31);  // wraps
    TestRct<int16_t>(1000);
    TestRct<int16_t>(1 << 15);  // sums exceed 16 bits
  });
}

// --- Squeeze ---

// The tendency as the standard writes it.
int64_t PlainTendency(int64_t a, int64_t b, int64_t c) {
  int64_t t = 0;
  if (a >= b && b >= c) {
    t = (4 * a - 3 * c - b + 6) / 12;
    if (t - (t & 1) > 2 * (a - b)) t = 2 * (a - b) + 1;
    if (t + (t & 1) > 2 * (b - c)) t = 2 * (b - c);
  } else if (a <= b && b <= c) {
    t = (4 * a - 3 * c - b - 6) / 12;
    if (t + (t & 1) < 2 * (a - b)) t = 2 * (a - b) - 1;
    if (t - (t & 1) < 2 * (b - c)) t = 2 * (b - c);
  }
  return t;
}

TEST(Squeeze, TendencyCheckValues) {
  const int values[][4] = {{10, 10, 10, 0},  {20, 10, 0, 6},  {0, 10, 20, -6},   {100, 10, 9, 2},
                           {9, 10, 100, -3}, {100, 99, 0, 3}, {0, 1, 100, -3},   {10, 20, 10, 0},
                           {5, 3, 3, 0},     {3, 3, 7, -1},   {-7, -20, -21, 2}, {-50, -3, 40, -26}};
  for (const auto& v : values) {
    EXPECT_EQ(PlainTendency(v[0], v[1], v[2]), v[3]);
    EXPECT_EQ(SqueezeTendency<int32_t>(v[0], v[1], v[2]), v[3]);
    EXPECT_EQ(
        SqueezeTendency<int16_t>(static_cast<int16_t>(v[0]), static_cast<int16_t>(v[1]), static_cast<int16_t>(v[2])),
        v[3]);
  }
}

TEST(Squeeze, TendencyOfAllSmallValues) {
  for (int a = -20; a <= 20; ++a) {
    for (int b = -20; b <= 20; ++b) {
      for (int c = -20; c <= 20; ++c) ASSERT_EQ(SqueezeTendency<int32_t>(a, b, c), PlainTendency(a, b, c));
    }
  }
}

// One row of averages and residuals.
template <typename T>
std::vector<T> PlainUnsqueeze(const std::vector<T>& average, const std::vector<T>& residual) {
  std::vector<T> out;
  for (size_t x = 0; x < residual.size(); ++x) {
    const int64_t avg = average[x];
    const int64_t next = x + 1 < average.size() ? average[x + 1] : avg;
    const int64_t previous = x > 0 ? out.back() : avg;
    const int64_t difference = residual[x] + PlainTendency(previous, avg, next);
    out.push_back(static_cast<T>(avg + difference / 2));
    out.push_back(static_cast<T>(out.back() - difference));
  }
  if (average.size() > residual.size()) out.push_back(average.back());
  return out;
}

TEST(Squeeze, WorkedExample) {
  EXPECT_EQ(PlainUnsqueeze<int32_t>({10, 14, 13, 40, 38}, {3, -2, 0, 5}),
            (std::vector<int32_t>{11, 9, 13, 15, 13, 13, 42, 37, 38}));
  EXPECT_EQ(PlainUnsqueeze<int32_t>({10, 14, 13}, {3, -2, -7}), (std::vector<int32_t>{11, 9, 13, 15, 10, 17}));
}

template <typename T>
constexpr SampleType kTypeOf = sizeof(T) == 2 ? SampleType::kInt16 : SampleType::kInt32;

template <typename T>
ModularChannel RandomChannel(uint32_t width, uint32_t height, int64_t bound, Memory* memory, std::mt19937_64* random) {
  auto channel = ModularChannel::Create(memory, ChannelShape{width, height, 1, 1}, kTypeOf<T>);
  EXPECT_TRUE(channel.ok());
  for (size_t y = 0; y < height; ++y) {
    for (size_t x = 0; x < width; ++x) {
      channel.value().template Row<T>(y)[x] = static_cast<T>(static_cast<int64_t>((*random)() % (2 * bound)) - bound);
    }
  }
  return std::move(channel).value();
}

template <typename T>
std::vector<T> Line(const ModularChannel& channel, bool horizontal, size_t at) {
  std::vector<T> line;
  const size_t count = horizontal ? channel.width() : channel.height();
  for (size_t i = 0; i < count; ++i) {
    line.push_back(static_cast<T>(horizontal ? channel.Get(i, at) : channel.Get(at, i)));
  }
  return line;
}

template <typename T>
void TestUnsqueeze(bool horizontal, uint32_t width, uint32_t height, int64_t bound, std::mt19937_64* random) {
  TestMemory memory;
  ModularImage image(&memory.memory, kTypeOf<T>);
  const uint32_t half_width = horizontal ? width / 2 : width;
  const uint32_t half_height = horizontal ? height : height / 2;
  const uint32_t average_width = horizontal ? width - half_width : width;
  const uint32_t average_height = horizontal ? height : height - half_height;
  ASSERT_TRUE(image.Add(RandomChannel<T>(average_width, average_height, bound, &memory.memory, random)).ok());
  ASSERT_TRUE(image.Add(RandomChannel<T>(half_width, half_height, bound, &memory.memory, random)).ok());
  std::vector<std::vector<T>> expected;
  for (size_t i = 0; i < (horizontal ? height : width); ++i) {
    expected.push_back(PlainUnsqueeze(Line<T>(image[0], horizontal, i), Line<T>(image[1], horizontal, i)));
  }
  ASSERT_TRUE(UndoSqueezeStep(SqueezeStep{horizontal, true, 0, 1}, nullptr, &image).ok());
  ASSERT_EQ(image.size(), 1u);
  ASSERT_EQ(image[0].width(), width);
  ASSERT_EQ(image[0].height(), height);
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(Line<T>(image[0], horizontal, i), expected[i]) << width << "x" << height << " " << i;
  }
}

TEST(Squeeze, AllSmallSizes) {
  ForEachTarget([] {
    std::mt19937_64 random(2);
    for (uint32_t width = 1; width <= 40; ++width) {
      for (uint32_t height = 1; height <= 40; ++height) {
        for (const bool horizontal : {false, true}) {
          TestUnsqueeze<int16_t>(horizontal, width, height, 300, &random);
          TestUnsqueeze<int32_t>(horizontal, width, height, 70000, &random);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  });
}

TEST(Squeeze, ExtremeValuesAndLargeChannels) {
  ForEachTarget([] {
    std::mt19937_64 random(3);
    for (const auto& [width, height] : {std::pair<uint32_t, uint32_t>{67, 45}, {1100, 70}, {33, 131}}) {
      for (const bool horizontal : {false, true}) {
        TestUnsqueeze<int16_t>(horizontal, width, height, 1 << 15, &random);
        TestUnsqueeze<int32_t>(horizontal, width, height, int64_t{1} << 31, &random);
        TestUnsqueeze<int32_t>(horizontal, width, height, 4, &random);
      }
    }
  });
}

// --- Palette ---

TEST(Palette, ImplicitEntries) {
  struct Check {
    int64_t index;
    uint32_t bit_depth;
    int32_t components[3];
  };
  const Check checks[] = {
      {-1, 8, {0, 0, 0}},        {-2, 8, {4, 4, 4}},        {-3, 8, {-4, -4, -4}}, {-4, 8, {11, 0, 0}},
      {-143, 8, {24, -45, 45}},  {-144, 8, {0, 0, 0}},      {0, 8, {32, 32, 32}},  {1, 8, {95, 32, 32}},
      {27, 8, {223, 159, 95}},   {63, 8, {223, 223, 223}},  {64, 8, {0, 0, 0}},    {65, 8, {63, 0, 0}},
      {100, 8, {63, 127, 63}},   {188, 8, {255, 255, 255}}, {189, 8, {0, 0, 0}},   {-2, 12, {64, 64, 64}},
      {1, 12, {1535, 512, 512}}, {65, 12, {1023, 0, 0}},    {-2, 2, {4, 4, 4}},    {1, 2, {1, 1, 1}},
      {27, 2, {3, 2, 1}},        {188, 2, {3, 3, 3}}};
  for (const Check& check : checks) {
    for (uint32_t c = 0; c < 3; ++c) {
      EXPECT_EQ(ImplicitPaletteValue(check.index, c, check.bit_depth), check.components[c]) << check.index << " " << c;
    }
    EXPECT_EQ(ImplicitPaletteValue(check.index, 3, check.bit_depth), 0);
  }
  for (const int64_t index : {int64_t{INT32_MIN}, int64_t{INT32_MAX}, int64_t{INT32_MAX} + 1000}) {
    for (const uint32_t depth : {1u, 24u, 32u}) ImplicitPaletteValue(index, 2, depth);
  }
}

// --- Channel lists ---

ShapeList List(const std::vector<ChannelShape>& shapes, Memory* memory) {
  ShapeList list;
  list.shapes = PoolVector<ChannelShape>(memory, Category::kModular);
  for (const ChannelShape& shape : shapes) EXPECT_TRUE(list.shapes.PushBack(shape).ok());
  return list;
}

class Lists : public testing::Test {
 protected:
  void SetUp() override {
    transforms_.transforms = PoolVector<Transform>(&memory_.memory, Category::kModular);
    transforms_.steps = PoolVector<SqueezeStep>(&memory_.memory, Category::kModular);
  }
  void Rct(uint32_t begin) {
    Transform transform;
    transform.begin = begin;
    ASSERT_TRUE(transforms_.transforms.PushBack(transform).ok());
  }
  void Palette(uint32_t begin, uint32_t count, uint32_t colors, uint32_t deltas = 0) {
    Transform transform;
    transform.kind = TransformKind::kPalette;
    transform.begin = begin;
    transform.count = count;
    transform.num_colors = colors;
    transform.num_deltas = deltas;
    ASSERT_TRUE(transforms_.transforms.PushBack(transform).ok());
  }
  void Squeeze(const std::vector<SqueezeStep>& steps) {
    Transform transform;
    transform.kind = TransformKind::kSqueeze;
    transform.first_step = static_cast<uint32_t>(transforms_.steps.size());
    transform.num_steps = static_cast<uint32_t>(steps.size());
    for (const SqueezeStep& step : steps) ASSERT_TRUE(transforms_.steps.PushBack(step).ok());
    ASSERT_TRUE(transforms_.transforms.PushBack(transform).ok());
  }
  Status Apply(const std::vector<ChannelShape>& shapes) {
    list_ = List(shapes, &memory_.memory);
    return ApplyTransforms(&transforms_, 0, &list_);
  }
  std::vector<ChannelShape> result() const { return {list_.shapes.begin(), list_.shapes.end()}; }

  TestMemory memory_;
  TransformList transforms_;
  ShapeList list_;
};

const ChannelShape kSmall{8, 6, 0, 0};

TEST_F(Lists, DefaultSqueeze) {
  Squeeze({});
  ASSERT_TRUE(Apply(std::vector<ChannelShape>(3, ChannelShape{21, 13, 0, 0})).ok());
  const std::vector<ChannelShape> expected = {{6, 7, 2, 1},   {3, 4, 3, 2},   {3, 4, 3, 2},  {5, 7, 2, 1},
                                              {3, 4, 3, 2},   {3, 4, 3, 2},   {11, 6, 1, 1}, {6, 3, 2, 2},
                                              {6, 3, 2, 2},   {10, 13, 1, 0}, {5, 7, 2, 1},  {5, 7, 2, 1},
                                              {10, 13, 1, 0}, {10, 13, 1, 0}, {11, 6, 1, 1}, {11, 6, 1, 1}};
  EXPECT_EQ(result(), expected);
}

TEST_F(Lists, DefaultSqueezeOfSmallGreyIsEmpty) {
  Squeeze({});
  ASSERT_TRUE(Apply({ChannelShape{8, 8, 0, 0}}).ok());
  EXPECT_EQ(result(), (std::vector<ChannelShape>{{8, 8, 0, 0}}));
}

TEST_F(Lists, PaletteWidthHoldsDeltas) {
  Palette(0, 3, 10, 5);
  ASSERT_TRUE(Apply({kSmall, kSmall, kSmall, kSmall}).ok());
  EXPECT_EQ(result(), (std::vector<ChannelShape>{{15, 3, -1, -1}, kSmall, kSmall}));
  EXPECT_EQ(list_.num_meta, 1u);
  EXPECT_TRUE(IsPerPixel(transforms_));
}

TEST_F(Lists, PaletteOfPalette) {
  Palette(0, 1, 4);
  Palette(0, 1, 2);
  ASSERT_TRUE(Apply({kSmall}).ok());
  EXPECT_EQ(list_.num_meta, 2u);
  EXPECT_FALSE(IsPerPixel(transforms_));
}

TEST_F(Lists, RejectsRangeBehindTheList) {
  Rct(1);
  EXPECT_EQ(Apply({kSmall, kSmall, kSmall}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, RejectsDifferentChannels) {
  Rct(0);
  EXPECT_EQ(Apply({kSmall, kSmall, ChannelShape{8, 6, 1, 0}}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, RejectsMixOfPaletteAndImage) {
  Palette(0, 1, 8);
  Rct(0);
  EXPECT_EQ(Apply({ChannelShape{8, 1, -1, -1}, ChannelShape{8, 1, -1, -1}, kSmall}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, RejectsSqueezeOfEmptyChannel) {
  Squeeze({{true, true, 0, 1}, {true, true, 1, 1}});
  EXPECT_EQ(Apply({ChannelShape{1, 5, 0, 0}}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, RejectsSqueezedPaletteAtTheEnd) {
  Palette(0, 1, 8);
  Squeeze({{true, false, 0, 1}});
  EXPECT_EQ(Apply({kSmall}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, RejectsTooManySqueezes) {
  std::vector<SqueezeStep> steps;
  for (int i = 0; i < 33; ++i) steps.push_back({true, true, 0, 1});
  Squeeze(steps);
  EXPECT_EQ(Apply({ChannelShape{1, 5, 0, 0}}).code(), ErrorCode::kCorrupt);
}

TEST_F(Lists, BoundsChannelsAndWork) {
  // Each step doubles a channel's residuals until there would be too many.
  std::vector<SqueezeStep> steps(60000, SqueezeStep{true, false, 0, 19});
  Squeeze(steps);
  std::vector<ChannelShape> shapes(20, ChannelShape{1u << 30, 1, -1, 0});
  EXPECT_EQ(Apply(shapes).code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace jxlpool
