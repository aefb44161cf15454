#include "lib/features/blending.h"

#include <algorithm>
#include <cmath>

#include "tests/unit/features/features_test_util.h"

namespace jxlpool {
namespace {

constexpr int kExtra = 4;
constexpr int kChannels = 3 + kExtra;

// The rules for one pixel in double precision, written from the standard's tables.
struct Pixel {
  double v[kChannels];
};

double Clamp(bool clamp, double v) { return clamp ? std::min(std::max(v, 0.0), 1.0) : v; }
double Mix(double ba, double ta) { return 1 - (1 - ta) * (1 - ba); }
double Over(bool premultiplied, double b, double ba, double t, double ta) {
  if (premultiplied) return t + b * (1 - ta);
  const double n = Mix(ba, ta);
  return (t * ta + b * ba * (1 - ta)) * (n > 0 ? 1 / n : 0);
}

Pixel BlendPixel(const BlendRules& rules, const Pixel& o, const Pixel& p) {
  Pixel out = o;
  bool has_alpha = false;
  for (uint32_t e = 0; e < rules.num_extra; ++e) has_alpha |= rules.extra[e].is_alpha;
  for (int c = 0; c < 3 + static_cast<int>(rules.num_extra); ++c) {
    const ChannelBlending& m = rules.channels[c < 3 ? 0 : c - 2];
    const bool is_color = c < 3;
    const int a = 3 + m.alpha;
    const bool self = a == c;
    const bool premultiplied = rules.num_extra > 0 && rules.extra[m.alpha].premultiplied;
    int mode = static_cast<int>(m.operation);
    if (is_color && !has_alpha && mode >= 4) mode = mode <= 5 ? 1 : 2;
    switch (mode) {
      case 0:
        out.v[c] = o.v[c];
        break;
      case 1:
        out.v[c] = p.v[c];
        break;
      case 2:
        out.v[c] = o.v[c] + p.v[c];
        break;
      case 3:
        out.v[c] = o.v[c] * Clamp(m.clamp, p.v[c]);
        break;
      case 4:
        out.v[c] = self ? Mix(o.v[c], Clamp(m.clamp, p.v[c]))
                        : Over(premultiplied, o.v[c], o.v[a], p.v[c], Clamp(m.clamp, p.v[a]));
        break;
      case 5:
        out.v[c] = self ? Mix(p.v[c], Clamp(m.clamp, o.v[c]))
                        : Over(premultiplied, p.v[c], p.v[a], o.v[c], Clamp(m.clamp, o.v[a]));
        break;
      case 6:
        out.v[c] = self ? o.v[c] : o.v[c] + p.v[c] * Clamp(m.clamp, p.v[a]);
        break;
      default:
        out.v[c] = self ? p.v[c] : p.v[c] + o.v[c] * Clamp(m.clamp, o.v[a]);
        break;
    }
  }
  const ChannelBlending& color = rules.channels[0];
  const int a = 3 + color.alpha;
  if (has_alpha && color.operation == BlendOperation::kBlendAbove) {
    out.v[a] = Mix(o.v[a], Clamp(color.clamp, p.v[a]));
  }
  if (has_alpha && color.operation == BlendOperation::kBlendBelow) {
    out.v[a] = Mix(p.v[a], Clamp(color.clamp, o.v[a]));
  }
  return out;
}

enum class Target { kSeparate, kBackground, kForeground };

// Blends rows of random samples and compares every pixel with the rules; also that nothing beyond is touched.
void CheckRows(const BlendRules& rules, size_t size, Target target, Rng* rng) {
  std::uniform_real_distribution<float> random(-0.5f, 1.5f);
  const size_t num_channels = 3 + rules.num_extra;
  std::vector<std::vector<float>> o(num_channels), p(num_channels), separate(num_channels);
  std::vector<const float*> background, foreground;
  std::vector<float*> out;
  for (size_t c = 0; c < num_channels; ++c) {
    for (size_t i = 0; i < size + 1; ++i) {
      o[c].push_back(i % 7 == 3 ? 0.0f : random(*rng));
      p[c].push_back(i % 5 == 2 ? 0.0f : random(*rng));
    }
    separate[c].assign(size + 1, 77.0f);
    background.push_back(o[c].data());
    foreground.push_back(p[c].data());
    out.push_back(target == Target::kSeparate     ? separate[c].data()
                  : target == Target::kBackground ? o[c].data()
                                                  : p[c].data());
  }
  const auto o_before = o;
  const auto p_before = p;
  std::vector<float> scratch(BlendScratchFloats(rules.num_extra));
  BlendRow(rules, size, background.data(), foreground.data(), out.data(), scratch.data());
  for (size_t i = 0; i < size; ++i) {
    Pixel op = {}, pp = {};
    for (size_t c = 0; c < num_channels; ++c) {
      op.v[c] = o_before[c][i];
      pp.v[c] = p_before[c][i];
    }
    const Pixel expected = BlendPixel(rules, op, pp);
    for (size_t c = 0; c < num_channels; ++c) {
      ASSERT_NEAR(out[c][i], expected.v[c], 1e-5 * std::max(1.0, std::abs(expected.v[c]) * 8)) << c << " " << i;
    }
  }
  for (size_t c = 0; c < num_channels; ++c) {
    const float beyond = target == Target::kSeparate     ? 77.0f
                         : target == Target::kBackground ? o_before[c][size]
                                                         : p_before[c][size];
    ASSERT_EQ(out[c][size], beyond);
  }
}

TEST(BlendingTest, FollowsTheTablesForRandomRulesSizesAndAliasing) {
  ForEachTarget([] {
    Rng rng(1);
    for (int round = 0; round < 1500; ++round) {
      BlendExtraChannel extra[kExtra];
      ChannelBlending channels[1 + kExtra];
      const uint32_t num_extra = rng() % (kExtra + 1);
      for (auto& e : extra) {
        e.is_alpha = rng() % 3 == 0;
        e.premultiplied = e.is_alpha && rng() % 2 == 0;
      }
      for (auto& m : channels) {
        m.operation = static_cast<BlendOperation>(rng() % (num_extra == 0 ? 4 : 8));
        m.clamp = rng() % 2 == 0;
        m.alpha = static_cast<uint16_t>(num_extra == 0 ? 0 : rng() % num_extra);
      }
      if (num_extra == 0) channels[0].operation = static_cast<BlendOperation>(rng() % 8);
      CheckRows(BlendRules{channels, extra, num_extra}, 1 + rng() % 150, static_cast<Target>(rng() % 3), &rng);
      if (testing::Test::HasFatalFailure()) return;
    }
  });
}

// One pixel, one extra channel of type alpha.
float BlendOne(BlendOperation operation, bool premultiplied, int channel) {
  const BlendExtraChannel extra[1] = {{true, premultiplied}};
  const ChannelBlending channels[2] = {{channel < 3 ? operation : BlendOperation::kKeep, false, 0},
                                       {channel < 3 ? BlendOperation::kKeep : operation, false, 0}};
  float o[4] = {0.5f, 0.5f, 0.5f, 0.25f};
  const float p[4] = {0.8f, 0.8f, 0.8f, 0.6f};
  float* background[4] = {&o[0], &o[1], &o[2], &o[3]};
  const float* foreground[4] = {&p[0], &p[1], &p[2], &p[3]};
  float scratch[BlendScratchFloats(1)];
  BlendRow(BlendRules{channels, extra, 1}, 1, background, foreground, background, scratch);
  return o[channel];
}

TEST(BlendingTest, MatchesTheVectors) {
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendAbove, false, 1), 0.75714286f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendBelow, false, 1), 0.69285714f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendAbove, true, 1), 1.0f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendBelow, true, 1), 1.1f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kMulAddAbove, false, 1), 0.98f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kMulAddBelow, false, 1), 0.925f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kMul, false, 1), 0.4f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendAbove, false, 3), 0.7f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kBlendBelow, false, 3), 0.7f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kMulAddAbove, false, 3), 0.25f);
  EXPECT_FLOAT_EQ(BlendOne(BlendOperation::kMulAddBelow, false, 3), 0.6f);
}

}  // namespace
}  // namespace jxlpool
