#include "lib/features/patches.h"

#include <algorithm>

#include "lib/pool/matrix.h"
#include "tests/unit/features/features_test_util.h"

namespace jxlpool {
namespace {

struct PatchText {
  uint32_t slot = 0, rx = 0, ry = 0, width = 1, height = 1;
  std::vector<std::pair<int64_t, int64_t>> positions;
  std::vector<std::vector<ChannelBlending>> blending;  // per position: 1 + num_extra
};

std::vector<uint32_t> Symbols(const std::vector<PatchText>& patches, uint32_t num_extra) {
  std::vector<uint32_t> list = {static_cast<uint32_t>(patches.size())};
  for (const PatchText& patch : patches) {
    list.insert(list.end(), {patch.slot, patch.rx, patch.ry, patch.width - 1, patch.height - 1,
                             static_cast<uint32_t>(patch.positions.size() - 1)});
    for (size_t i = 0; i < patch.positions.size(); ++i) {
      const auto [x, y] = patch.positions[i];
      list.push_back(i == 0 ? static_cast<uint32_t>(x) : PackSigned(x - patch.positions[i - 1].first));
      list.push_back(i == 0 ? static_cast<uint32_t>(y) : PackSigned(y - patch.positions[i - 1].second));
      for (const ChannelBlending& blending : patch.blending[i]) {
        list.push_back(static_cast<uint32_t>(blending.operation));
        if (UsesAlpha(blending.operation) && num_extra >= 2) list.push_back(blending.alpha);
        if (blending.operation >= BlendOperation::kMul) list.push_back(blending.clamp ? 1 : 0);
      }
    }
  }
  return list;
}

PatchEnvironment Environment(uint32_t num_extra) {
  PatchEnvironment environment;
  for (uint32_t s : {0u, 2u}) environment.slots[s] = {true, true, 40 + s, 30 + s};
  environment.slots[3] = {true, false, 40, 30};
  environment.width = 301;
  environment.height = 61;
  environment.padded_width = 304;
  environment.padded_height = 64;
  environment.num_extra = num_extra;
  return environment;
}

class PatchesTest : public testing::Test {
 protected:
  Result<PatchDictionary> Parse(const std::vector<uint32_t>& list, uint32_t num_extra = 0) {
    ListSymbols symbols(list);
    auto patches = PatchDictionary::Parse(&symbols, &memory_.memory, Environment(num_extra));
    contexts_ = symbols.contexts;
    return patches;
  }
  ErrorCode Code(const PatchText& patch) { return Parse(Symbols({patch}, 0)).status().code(); }
  TestMemory memory_;
  std::vector<size_t> contexts_;
};

const ChannelBlending kAdd = {BlendOperation::kAdd, false, 0};
const ChannelBlending kKeep = {BlendOperation::kKeep, false, 0};

TEST_F(PatchesTest, ReadsEachFieldFromItsContext) {
  PatchText patch{2, 3, 4, 5, 6, {{7, 8}, {6, 18}}, {}};
  const ChannelBlending over = {BlendOperation::kBlendAbove, true, 1};
  const ChannelBlending mul = {BlendOperation::kMul, true, 0};
  patch.blending = {{kAdd, over, mul}, {over, kAdd, kKeep}};
  auto result = Parse(Symbols({patch}, 2), 2);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(contexts_, (std::vector<size_t>{0, 1, 3, 3, 2, 2, 7, 4, 4, 5, 5, 8, 9, 5, 9, 6, 6, 5, 8, 9, 5, 5}));
  const PatchDictionary& patches = result.value();
  ASSERT_EQ(patches.num_positions(), 2u);
  EXPECT_EQ(patches.position(1).x, 6u);
  EXPECT_EQ(patches.position(1).y, 18u);
  EXPECT_EQ(patches.source(0).height, 6u);
  EXPECT_EQ(patches.source(0).slot, 2u);
  EXPECT_EQ(patches.blending(0)[1].operation, BlendOperation::kBlendAbove);
  EXPECT_EQ(patches.blending(0)[1].alpha, 1u);
  EXPECT_TRUE(patches.blending(0)[2].clamp);
}

TEST_F(PatchesTest, RejectsWhatTheFormatForbids) {
  const PatchText good{0, 0, 0, 40, 30, {{264, 34}}, {{kAdd}}};
  EXPECT_EQ(Code(good), ErrorCode::kOk);
  const auto with = [&](auto change) {
    PatchText patch = good;
    change(patch);
    return Code(patch);
  };
  EXPECT_EQ(with([](PatchText& p) { p.slot = 1; }), ErrorCode::kCorrupt);  // empty
  EXPECT_EQ(with([](PatchText& p) { p.slot = 3; }), ErrorCode::kCorrupt);  // after the color transform
  EXPECT_EQ(with([](PatchText& p) { p.slot = 4; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.rx = 1; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.ry = 1; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.rx = 0xFFFFFFFF; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.width = 0; }), ErrorCode::kCorrupt);  // 2^32
  EXPECT_EQ(with([](PatchText& p) { p.height = 0; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.positions[0].first = 265; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.positions[0].second = 35; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.positions[0].second = 0xFFFFFFFF; }), ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.positions.emplace_back(-1, 0), p.blending.push_back({kAdd}); }),
            ErrorCode::kCorrupt);
  EXPECT_EQ(with([](PatchText& p) { p.blending[0][0].operation = static_cast<BlendOperation>(8); }),
            ErrorCode::kCorrupt);
  // alpha >= num_extra
  PatchText alpha = good;
  alpha.blending = {{{BlendOperation::kBlendAbove, false, 2}, kKeep, kKeep}};
  EXPECT_EQ(Parse(Symbols({alpha}, 2), 2).status().code(), ErrorCode::kCorrupt);
  // Counts: at most 1024 + 304 * 64 / 4 sources, 4 times as many positions; the list runs dry before they are read.
  EXPECT_EQ(Parse({5889}).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Parse({5888}).status().code(), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(Parse({1, 0, 0, 0, 0, 0, 23552}).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Parse({1, 0, 0, 0, 0, 0, 0xFFFFFFFF}).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Parse({1, 0, 0, 0, 0, 0, 23551}).status().code(), ErrorCode::kNeedMoreInput);
  // Area: 64 times the frame.
  EXPECT_EQ(Parse({1, 0, 0, 0, 39, 29, 1033}).status().code(), ErrorCode::kCorrupt);
}

TEST_F(PatchesTest, AcceptsAnEmptyDictionary) {
  auto patches = Parse({0});
  ASSERT_TRUE(patches.ok());
  EXPECT_EQ(patches.value().num_positions(), 0u);
  EXPECT_FALSE(patches.value().MayTouch(0, 0, 301));
  patches.value().DrawRow(0, 0, 301, nullptr, nullptr, nullptr, nullptr);
}

// Draws random dictionaries whole by the rules, patch after patch and pixel after pixel, and compares with rows drawn
// in random segments: bit for bit between segmentations, and close to the rules.
TEST_F(PatchesTest, RowsEqualDrawingPatchByPatch) {
  Rng rng(4);
  std::uniform_real_distribution<float> random(0.0f, 1.0f);
  for (int round = 0; round < 30; ++round) {
    const uint32_t num_extra = rng() % 4;
    const size_t channels = 3 + num_extra;
    std::vector<BlendExtraChannel> extra(num_extra);
    for (auto& e : extra) {
      e.is_alpha = rng() % 2 == 0;
      e.premultiplied = e.is_alpha && rng() % 2 == 0;
    }
    std::vector<PatchText> texts;
    for (int i = 0; i < 12; ++i) {
      PatchText text;
      text.slot = rng() % 2 * 2;
      text.width = 1 + rng() % 30;
      text.height = 1 + rng() % 20;
      text.rx = rng() % (40 - text.width);
      text.ry = rng() % (30 - text.height);
      for (uint32_t k = 0, count = 1 + rng() % 4; k < count; ++k) {
        text.positions.emplace_back(rng() % (304 - text.width), rng() % (64 - text.height));
        std::vector<ChannelBlending> blending(1 + num_extra);
        const uint32_t style = rng() % 3;
        for (size_t j = 0; j < blending.size(); ++j) {
          blending[j].operation = static_cast<BlendOperation>(style == 0   ? (j == 0 ? 2 : 0)
                                                              : style == 1 ? 1
                                                                           : rng() % 8);
          if (num_extra >= 2 && UsesAlpha(blending[j].operation)) {
            blending[j].alpha = static_cast<uint16_t>(rng() % num_extra);
          }
          blending[j].clamp = blending[j].operation >= BlendOperation::kMul && rng() % 2 == 0;
        }
        text.blending.push_back(blending);
      }
      texts.push_back(text);
    }
    auto result = Parse(Symbols(texts, num_extra), num_extra);
    ASSERT_TRUE(result.ok()) << result.status().message();
    const PatchDictionary& patches = result.value();

    std::vector<Matrix3D<float>> slots;
    std::vector<std::vector<View2D<const float>>> views(4);
    PatchReference references[kNumReferenceSlots];
    for (size_t s = 0; s < 4; ++s) {
      auto planes = Matrix3D<float>::Create(&memory_.memory, Category::kCanvas, channels, 30 + s, 40 + s);
      ASSERT_TRUE(planes.ok());
      slots.push_back(std::move(planes).value());
      for (size_t c = 0; c < channels; ++c) {
        for (size_t y = 0; y < 30 + s; ++y) {
          for (size_t x = 0; x < 40 + s; ++x) slots[s].Row(c, y)[x] = random(rng);
        }
        views[s].push_back(slots[s].Plane(c));
      }
      references[s].channels = views[s].data();
    }
    auto image = Matrix3D<float>::Create(&memory_.memory, Category::kTile, channels, 61, 301);
    auto expected = Matrix3D<float>::Create(&memory_.memory, Category::kTile, channels, 61, 301);
    ASSERT_TRUE(image.ok() && expected.ok());
    for (size_t c = 0; c < channels; ++c) {
      for (size_t y = 0; y < 61; ++y) {
        for (size_t x = 0; x < 301; ++x) image.value().Row(c, y)[x] = expected.value().Row(c, y)[x] = random(rng);
      }
    }
    auto scratch = hwy::AllocateAligned<float>(PatchDictionary::ScratchFloats(num_extra));
    for (const PatchText& text : texts) {
      for (size_t i = 0; i < text.positions.size(); ++i) {
        for (uint32_t v = 0; v < text.height; ++v) {
          for (uint32_t u = 0; u < text.width; ++u) {
            const int64_t x = text.positions[i].first + u;
            const int64_t y = text.positions[i].second + v;
            if (x >= 301 || y >= 61) continue;
            std::vector<float*> to(channels);
            std::vector<const float*> from(channels);
            for (size_t c = 0; c < channels; ++c) {
              to[c] = expected.value().Row(c, y) + x;
              from[c] = slots[text.slot].Row(c, text.ry + v) + text.rx + u;
            }
            BlendRow(BlendRules{text.blending[i].data(), extra.data(), num_extra}, 1, to.data(), from.data(), to.data(),
                     scratch.get());
          }
        }
      }
    }
    for (uint32_t y = 0; y < 61; ++y) {
      for (uint32_t x0 = 0; x0 < 301;) {
        const uint32_t x1 = std::min<uint32_t>(301, x0 + 1 + rng() % 300);
        std::vector<float*> rows(channels);
        for (size_t c = 0; c < channels; ++c) rows[c] = image.value().Row(c, y) + x0;
        patches.DrawRow(y, x0, x1, rows.data(), references, extra.data(), scratch.get());
        x0 = x1;
      }
      for (size_t c = 0; c < channels; ++c) {
        for (size_t x = 0; x < 301; ++x) ASSERT_EQ(image.value().Row(c, y)[x], expected.value().Row(c, y)[x]);
      }
    }
  }
}

TEST_F(PatchesTest, GivesItsMemoryBack) {
  const PatchText patch{0, 0, 0, 40, 30, {{264, 34}}, {{kAdd}}};
  { ASSERT_TRUE(Parse(Symbols({patch}, 0)).ok()); }
  EXPECT_EQ(memory_.budget.total().live, 0u);
  memory_.budget.set_limit(1);
  EXPECT_EQ(Parse(Symbols({patch}, 0)).status().code(), ErrorCode::kMemoryLimit);
}

TEST_F(PatchesTest, SurvivesRandomIntegers) {
  Rng rng(6);
  int parsed = 0;
  for (int round = 0; round < 8000; ++round) {
    const uint32_t num_extra = rng() % 3;
    auto patches = Parse(RandomIntegers(3000, &rng), num_extra);
    if (patches.ok() && patches.value().num_positions() > 1) ++parsed;
  }
  EXPECT_GT(parsed, 3);
}

}  // namespace
}  // namespace jxlpool
