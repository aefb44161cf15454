// FrameComposer against a naive composition of whole canvases in double: placement, all modes, sources, save points.
#include "lib/compose/frame_composer.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

constexpr uint32_t kWidth = 31;
constexpr uint32_t kHeight = 22;
constexpr uint32_t kMaxSegment = 12;
constexpr uint32_t kBandRows = 5;

double Clamped(bool clamp, double v) { return clamp ? std::min(1.0, std::max(0.0, v)) : v; }

// One channel of one pixel; `self` is the channel's index among the extra channels, or -1 for color.
double BlendSample(const BlendingInfo& info, bool any_alpha, bool premultiplied, int self, double bg, double fg,
                   double bg_alpha, double fg_alpha) {
  const double fa = Clamped(info.clamp, fg_alpha);
  const double union_alpha = 1 - (1 - fa) * (1 - bg_alpha);
  const bool is_alpha = self == static_cast<int>(info.alpha_channel);
  switch (info.mode) {
    case BlendMode::kReplace:
      return fg;
    case BlendMode::kAdd:
      return bg + fg;
    case BlendMode::kMul:
      return bg * Clamped(info.clamp, fg);
    case BlendMode::kBlend:
      if (self < 0 && !any_alpha) return fg;
      if (is_alpha) return union_alpha;
      if (premultiplied) return fg + bg * (1 - fa);
      return (fg * fa + bg * bg_alpha * (1 - fa)) * (union_alpha > 0 ? 1 / union_alpha : 0);
    case BlendMode::kAlphaWeightedAdd:
      if (self < 0 && !any_alpha) return bg + fg;
      return is_alpha ? bg : bg + fg * fa;
  }
  return 0;
}

class FrameComposerTest : public FrameTest {
 protected:
  FrameComposerTest() {
    image_.size = {kWidth, kHeight};
    image_.xyb_encoded = false;
    image_.ec_info = PoolVector<ExtraChannelInfo>(&memory_, Category::kOther);
    frame_.color_transform = FrameColorTransform::kNone;
    frame_.ec_blending_info = PoolVector<BlendingInfo>(&memory_, Category::kOther);
    frame_.is_last = false;
  }
  ~FrameComposerTest() override {
    slots_.Clear();
    image_ = ImageHeader();
    frame_ = FrameHeader();
    saved_.Release();
  }

  void AddExtra(ExtraChannelType type, bool associated = false) {
    ExtraChannelInfo info;
    info.type = type;
    info.alpha_associated = associated;
    ASSERT_TRUE(image_.ec_info.PushBack(std::move(info)).ok());
    ASSERT_TRUE(frame_.ec_blending_info.PushBack(BlendingInfo()).ok());
    image_.num_extra_channels = static_cast<uint32_t>(image_.ec_info.size());
  }

  size_t num_planes() const { return 3 + image_.ec_info.size(); }

  void FillSlot(uint32_t slot, uint32_t seed, bool before = false, uint32_t w = kWidth + 3, uint32_t h = kHeight + 2) {
    slot_content_[slot] = TestPlanes::Random(num_planes(), w, h, seed);
    SetSlot(slot, w, h);
    slots_.reference[slot]->before_color_transform = before;
  }

  // The top left of slot_content_.
  void SetSlot(uint32_t slot, uint32_t w, uint32_t h) {
    const TestPlanes& content = slot_content_[slot];
    auto frame = SharedFrame::Create(&memory_, num_planes(), w, h, Fill::kUninitialized);
    ASSERT_TRUE(frame.ok());
    for (size_t c = 0; c < num_planes(); ++c) {
      for (uint32_t y = 0; y < h; ++y)
        std::copy_n(&content.planes[c][size_t{y} * content.width], w, frame.value()->planes.Row(c, y));
    }
    slots_.reference[slot] = std::move(frame).value();
  }

  void SetCrop(int32_t x0, int32_t y0, uint32_t w, uint32_t h) {
    frame_.have_crop = true;
    frame_.x0 = x0;
    frame_.y0 = y0;
    dimensions_.width = w;
    dimensions_.height = h;
    frame_.width = w;
    frame_.height = h;
  }

  void SetFullFrame() {
    SetCrop(0, 0, kWidth, kHeight);
    frame_.have_crop = false;
  }

  ComposeSettings Settings(FrameOutput* output) {
    ComposeSettings settings;
    settings.image = &image_;
    settings.frame = &frame_;
    settings.dimensions = &dimensions_;
    settings.color = &color_;
    settings.canvas = image_.size;
    settings.slots = &slots_;
    settings.coalescing = coalescing_;
    settings.output = output;
    settings.max_segment = kMaxSegment;
    settings.band_rows = kBandRows;
    return settings;
  }

  // Gives `frame` to a composer. `delivered` receives all planes as floats, by a sink or (else) in memory of our own.
  Status Compose(const TestPlanes& frame, bool by_sink, TestPlanes* delivered) {
    const bool on_canvas = frame_.IsNormalFrame() && coalescing_;
    const uint32_t width = on_canvas ? kWidth : frame.width;
    const uint32_t height = on_canvas ? kHeight : frame.height;
    OutputPlanes planes;
    planes.width = width;
    planes.height = height;
    planes.num_extra = image_.num_extra_channels;
    const size_t row_floats = width * num_planes();
    std::vector<float> pixels(row_floats * height, -77.0f);
    CollectingSink sink(row_floats * sizeof(float));
    OutputTarget target;
    target.channels = ChannelSet::kAll;
    target.type = OutputType::kFloat32;
    if (by_sink) {
      target.sink = &sink;
    } else {
      target.pixels = reinterpret_cast<uint8_t*>(pixels.data());
      target.stride = row_floats * sizeof(float);
    }
    FrameOutput output;
    JXLPOOL_RETURN_IF_ERROR(output.Begin(planes, &target, 1, 1, kMaxSegment, kBandRows, &memory_));
    FrameComposer composer;
    JXLPOOL_RETURN_IF_ERROR(composer.Begin(Settings(delivered == nullptr ? nullptr : &output), &memory_));
    for (const auto& band : BandsOfSegments(frame.width, frame.height, kMaxSegment, kBandRows, 3)) {
      uint32_t end = 0;
      for (const Segment& segment : band) {
        TestPlanes rows(num_planes(), segment.n, 1);
        std::vector<float*> pointers;
        for (size_t c = 0; c < num_planes(); ++c) {
          for (uint32_t i = 0; i < segment.n; ++i) rows.At(c, i, 0) = frame.At(c, segment.x + i, segment.y);
          pointers.push_back(rows.planes[c].data());
        }
        composer.Row(0, segment.y, segment.x, segment.n, pointers.data());
        end = std::max(end, segment.y + 1);
      }
      if (composer.in_order()) JXLPOOL_RETURN_IF_ERROR(composer.FinishRows(end));
    }
    JXLPOOL_ASSIGN_OR_RETURN(saved_, composer.Finish());
    if (delivered == nullptr) return OkStatus();
    if (by_sink) {
      EXPECT_EQ(sink.bytes.size(), pixels.size() * sizeof(float));
      EXPECT_LE(sink.largest_band, kBandRows);
      std::memcpy(pixels.data(), sink.bytes.data(), std::min(sink.bytes.size(), pixels.size() * sizeof(float)));
    }
    *delivered = TestPlanes(num_planes(), width, height);
    for (size_t i = 0; i < pixels.size(); ++i) {
      delivered->planes[i % num_planes()][i / num_planes()] = pixels[i];
    }
    return OkStatus();
  }

  double Background(uint32_t source, size_t plane, uint32_t x, uint32_t y) const {
    return slots_.reference[source].empty() ? 0.0 : static_cast<double>(slot_content_[source].At(plane, x, y));
  }

  TestPlanes NaiveCanvas(const TestPlanes& frame) const {
    TestPlanes canvas(num_planes(), kWidth, kHeight);
    bool any_alpha = false;
    for (const ExtraChannelInfo& info : image_.ec_info) any_alpha |= info.type == ExtraChannelType::kAlpha;
    for (uint32_t y = 0; y < kHeight; ++y) {
      for (uint32_t x = 0; x < kWidth; ++x) {
        const int64_t fx = int64_t{x} - frame_.x0;
        const int64_t fy = int64_t{y} - frame_.y0;
        const bool inside = fx >= 0 && fy >= 0 && fx < frame.width && fy < frame.height;
        const auto fg = [&](size_t c) {
          return static_cast<double>(frame.At(c, static_cast<uint32_t>(fx), static_cast<uint32_t>(fy)));
        };
        for (size_t c = 0; c < num_planes(); ++c) {
          const BlendingInfo& info = InfoOf(c);
          const double bg = Background(info.source, c, x, y);
          canvas.At(c, x, y) = static_cast<float>(inside ? Blended(info, any_alpha, c, bg, fg, x, y) : bg);
        }
        const BlendingInfo& color = frame_.blending_info;
        if (inside && any_alpha && color.mode == BlendMode::kBlend) {
          const double fa = Clamped(color.clamp, fg(3 + color.alpha_channel));
          const double ba = Background(InfoOf(3 + color.alpha_channel).source, 3 + color.alpha_channel, x, y);
          canvas.At(3 + color.alpha_channel, x, y) = static_cast<float>(1 - (1 - fa) * (1 - ba));
        }
      }
    }
    return canvas;
  }

  // The canvas must be what the naive composition gives, however it is delivered, and be saved like that.
  void CheckComposition(uint32_t seed) {
    const TestPlanes frame = TestPlanes::Random(num_planes(), static_cast<uint32_t>(dimensions_.width),
                                                static_cast<uint32_t>(dimensions_.height), seed);
    const TestPlanes expected = NaiveCanvas(frame);
    for (const bool by_sink : {false, true}) {
      TestPlanes delivered;
      const Status status = Compose(frame, by_sink, &delivered);
      ASSERT_TRUE(status.ok()) << Describe(status);
      ExpectNear(expected, delivered);
      ASSERT_FALSE(saved_.empty());
      EXPECT_FALSE(saved_->before_color_transform);
      ExpectNear(expected, SavedPlanes());
    }
    ASSERT_TRUE(Compose(frame, false, nullptr).ok());
    ExpectNear(expected, SavedPlanes());
    if (!slots_.reference[frame_.save_as_reference].empty()) CheckOverwriting(frame, expected);
  }

  // The planes that the frame replaces take its result if nobody else refers to them, else they stay as they are.
  void CheckOverwriting(const TestPlanes& frame, const TestPlanes& expected) {
    const uint32_t slot = frame_.save_as_reference;
    for (const bool kept : {false, true}) {
      for (const bool shown : {false, true}) {
        SetSlot(slot, kWidth, kHeight);
        const SharedFrame keeper = kept ? slots_.reference[slot] : SharedFrame();
        const FramePlanes* planes = &*slots_.reference[slot];
        const TestPlanes before = PlanesOf(slots_.reference[slot]);
        TestPlanes delivered;
        ASSERT_TRUE(Compose(frame, true, shown ? &delivered : nullptr).ok());
        ExpectNear(expected, SavedPlanes());
        if (shown) ExpectNear(expected, delivered);
        EXPECT_EQ(&*saved_ == planes, !kept);
        if (kept) ExpectNear(before, PlanesOf(keeper));
        saved_.Release();
      }
    }
    SetSlot(slot, slot_content_[slot].width, slot_content_[slot].height);
  }

  TestPlanes SavedPlanes() const { return PlanesOf(saved_); }

  static TestPlanes PlanesOf(const SharedFrame& frame) {
    TestPlanes result(frame->planes.planes(), frame->width(), frame->height());
    for (size_t c = 0; c < frame->planes.planes(); ++c) {
      for (uint32_t y = 0; y < frame->height(); ++y) {
        std::copy_n(frame->planes.Row(c, y), frame->width(), &result.planes[c][size_t{y} * frame->width()]);
      }
    }
    return result;
  }

  static void ExpectNear(const TestPlanes& expected, const TestPlanes& actual) {
    ASSERT_EQ(expected.planes.size(), actual.planes.size());
    ASSERT_EQ(expected.width, actual.width);
    ASSERT_EQ(expected.height, actual.height);
    for (size_t c = 0; c < expected.planes.size(); ++c) {
      for (size_t i = 0; i < expected.planes[c].size(); ++i) {
        const float e = expected.planes[c][i];
        // Dividing by a union of alphas near 0 magnifies what float rounds away.
        ASSERT_NEAR(actual.planes[c][i], e, 5e-5 + 5e-4 * std::abs(e) * std::max(1.0f, std::abs(e)))
            << "plane " << c << " x " << i % expected.width << " y " << i / expected.width;
      }
    }
  }

  ImageHeader image_;
  FrameHeader frame_;
  FrameDimensions dimensions_;
  ImageColor color_;
  FrameSlots slots_;
  TestPlanes slot_content_[4];
  SharedFrame saved_;
  bool coalescing_ = true;

 private:
  const BlendingInfo& InfoOf(size_t plane) const {
    return plane < 3 ? frame_.blending_info : frame_.ec_blending_info[plane - 3];
  }
  template <typename Foreground>
  double Blended(const BlendingInfo& info, bool any_alpha, size_t c, double bg, const Foreground& fg, uint32_t x,
                 uint32_t y) const {
    if (image_.ec_info.empty()) return BlendSample(info, false, false, -1, bg, fg(c), 0, 0);
    const ExtraChannelInfo& alpha = image_.ec_info[info.alpha_channel];
    const bool premultiplied = alpha.type == ExtraChannelType::kAlpha && alpha.alpha_associated;
    const size_t plane = 3 + info.alpha_channel;
    const double bg_alpha = Background(InfoOf(plane).source, plane, x, y);
    return BlendSample(info, any_alpha, premultiplied, static_cast<int>(c) < 3 ? -1 : static_cast<int>(c) - 3, bg,
                       fg(c), bg_alpha, fg(plane));
  }
};

struct Crop {
  int32_t x0, y0;
  uint32_t w, h;
};
constexpr Crop kCrops[] = {
    {0, 0, kWidth, kHeight},
    {4, 3, 11, 9},
    {-5, -4, 20, 13},
    {20, 15, 30, 30},
    {-8, 6, 60, 4},
    {7, -9, 3, 50},
    {-9, -9, 60, 60},
    {kWidth, 0, 5, 5},
    {0, kHeight, 9, 9},
    {-10, -10, 10, 10},
    {-2000000000, 0, 7, kHeight},
    {0, 1 << 30, 9, 9},
    {30, 21, 1, 1},
    {0, 0, kWidth, 1},
};

TEST_F(FrameComposerTest, CropsInEveryPlaceWithEveryMode) {
  AddExtra(ExtraChannelType::kAlpha);
  FillSlot(1, 11);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    for (const Crop& crop : kCrops) {
      SCOPED_TRACE(testing::Message() << "mode " << mode << " at " << crop.x0 << "," << crop.y0);
      SetCrop(crop.x0, crop.y0, crop.w, crop.h);
      frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 1};
      frame_.ec_blending_info[0] = frame_.blending_info;
      CheckComposition(mode);
    }
  }
}

TEST_F(FrameComposerTest, EmptySlotsAreBlackAndTransparent) {
  AddExtra(ExtraChannelType::kAlpha);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    SetCrop(-3, 5, 17, 9);
    frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 2};
    frame_.ec_blending_info[0] = frame_.blending_info;
    CheckComposition(mode);
  }
}

TEST_F(FrameComposerTest, ModesAndSourcesOfTheirOwnForEachChannel) {
  AddExtra(ExtraChannelType::kAlpha, true);
  AddExtra(ExtraChannelType::kDepth);
  AddExtra(ExtraChannelType::kAlpha, false);
  FillSlot(0, 21);
  FillSlot(2, 22);
  FillSlot(3, 23);
  std::mt19937 engine(4);
  const auto random = [&](uint32_t below) { return static_cast<uint32_t>(engine() % below); };
  for (uint32_t round = 0; round < 150; ++round) {
    const auto info = [&] {
      BlendingInfo result;
      result.mode = static_cast<BlendMode>(random(5));
      result.alpha_channel = random(3);
      result.clamp = random(2) != 0;
      result.source = random(4);
      return result;
    };
    SetCrop(static_cast<int32_t>(random(20)) - 10, static_cast<int32_t>(random(20)) - 10, 1 + random(40),
            1 + random(30));
    frame_.blending_info = info();
    for (size_t e = 0; e < 3; ++e) frame_.ec_blending_info[e] = info();
    CheckComposition(round);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

TEST_F(FrameComposerTest, WithoutAlphaBlendReplacesAndMulAddAdds) {
  FillSlot(0, 31);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    SetCrop(2, 2, 9, 9);
    frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 0};
    CheckComposition(mode);
  }
}

TEST_F(FrameComposerTest, FullFramesWithoutBlendingPassThrough) {
  AddExtra(ExtraChannelType::kDepth);
  SetFullFrame();
  CheckComposition(1);
  frame_.is_last = true;
  FrameComposer composer;
  FrameOutput output;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_TRUE(composer.passes_samples_through());
  frame_.is_last = false;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through()) << "it is saved";
  frame_.is_last = true;
  frame_.color_transform = FrameColorTransform::kYCbCr;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through());
  frame_.color_transform = FrameColorTransform::kNone;
  AddExtra(ExtraChannelType::kSpotColor);
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through());
}

TestPlanes AfterYcbcr(TestPlanes planes) {
  ColorTransform::Ycbcr().Apply(planes.planes[0].data(), planes.planes[1].data(), planes.planes[2].data(),
                                planes.planes[0].size());
  return planes;
}

TEST_F(FrameComposerTest, SavesBeforeOrAfterTheColorTransform) {
  AddExtra(ExtraChannelType::kAlpha);
  SetFullFrame();
  frame_.color_transform = FrameColorTransform::kYCbCr;
  const TestPlanes frame = TestPlanes::Random(4, kWidth, kHeight, 8);
  for (const bool before : {false, true}) {
    frame_.save_before_ct = before;
    TestPlanes delivered;
    ASSERT_TRUE(Compose(frame, true, &delivered).ok());
    ExpectNear(AfterYcbcr(frame), delivered);
    ASSERT_FALSE(saved_.empty());
    EXPECT_EQ(saved_->before_color_transform, before);
    ExpectNear(before ? frame : AfterYcbcr(frame), SavedPlanes());
  }
}

TEST_F(FrameComposerTest, ReferenceOnlyFramesKeepTheirOwnSize) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(0, 0, 47, 5);
  frame_.frame_type = FrameType::kReferenceOnly;
  frame_.save_before_ct = true;
  frame_.color_transform = FrameColorTransform::kYCbCr;
  const TestPlanes frame = TestPlanes::Random(4, 47, 5, 9);
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ExpectNear(frame, SavedPlanes());
  frame_.save_before_ct = false;
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ExpectNear(AfterYcbcr(frame), SavedPlanes());
}

TEST_F(FrameComposerTest, LfFramesKeepTheirColorOnly) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(0, 0, 4, 3);
  frame_.have_crop = false;
  frame_.frame_type = FrameType::kLFFrame;
  frame_.lf_level = 1;
  frame_.color_transform = FrameColorTransform::kXyb;
  TestPlanes frame = TestPlanes::Random(4, 4, 3, 10);
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ASSERT_FALSE(saved_.empty());
  EXPECT_TRUE(saved_->before_color_transform);
  frame.planes.pop_back();
  ExpectNear(frame, SavedPlanes());
}

TEST_F(FrameComposerTest, WhatIsSavedFollowsTheFrameHeader) {
  SetFullFrame();
  const TestPlanes frame = TestPlanes::Random(3, kWidth, kHeight, 11);
  const auto is_saved = [&](bool is_last, uint32_t duration, uint32_t slot) {
    frame_.is_last = is_last;
    frame_.duration = duration;
    frame_.save_as_reference = slot;
    TestPlanes delivered;
    EXPECT_TRUE(Compose(frame, true, &delivered).ok());
    return !saved_.empty();
  };
  EXPECT_TRUE(is_saved(false, 0, 0));
  EXPECT_TRUE(is_saved(false, 5, 1));
  EXPECT_FALSE(is_saved(false, 5, 0));
  EXPECT_FALSE(is_saved(true, 0, 1));
}

TEST_F(FrameComposerTest, SpotColorsAreMixedIntoWhatIsDeliveredOnly) {
  AddExtra(ExtraChannelType::kSpotColor);
  const float ink[4] = {0.9f, 0.1f, 0.4f, 0.7f};
  std::copy_n(ink, 4, image_.ec_info[0].spot_color);
  SetFullFrame();
  const TestPlanes frame = TestPlanes::Random(4, kWidth, kHeight, 12);
  TestPlanes delivered;
  ASSERT_TRUE(Compose(frame, true, &delivered).ok());
  ExpectNear(frame, SavedPlanes());
  TestPlanes expected = frame;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < expected.planes[c].size(); ++i) {
      const float mix = ink[3] * frame.planes[3][i];
      expected.planes[c][i] = mix * ink[c] + (1 - mix) * frame.planes[c][i];
    }
  }
  ExpectNear(expected, delivered);
}

TEST_F(FrameComposerTest, LayersAreDeliveredAsTheyAre) {
  AddExtra(ExtraChannelType::kAlpha);
  coalescing_ = false;
  SetCrop(-4, 9, 13, 7);
  frame_.blending_info = {BlendMode::kBlend, 0, false, 1};
  FillSlot(1, 3, true, 2, 2);  // could not be blended with
  const TestPlanes frame = TestPlanes::Random(4, 13, 7, 13);
  TestPlanes delivered;
  ASSERT_TRUE(Compose(frame, true, &delivered).ok());
  ExpectNear(frame, delivered);
  EXPECT_TRUE(saved_.empty()) << "compositions are not made";
}

TEST_F(FrameComposerTest, RefusesSourcesThatCannotBeBlendedWith) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(1, 1, 5, 5);
  const TestPlanes frame = TestPlanes::Random(4, 5, 5, 14);
  frame_.blending_info.source = 0;
  frame_.ec_blending_info[0].source = 1;
  TestPlanes delivered;
  FillSlot(0, 1, true);
  EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
  FillSlot(0, 1, false);
  EXPECT_TRUE(Compose(frame, true, &delivered).ok());
  FillSlot(1, 1, true);
  EXPECT_TRUE(Compose(frame, true, &delivered).ok()) << "extra channels do not change in the color transform";
  for (const uint32_t slot : {0u, 1u}) {
    FillSlot(0, 1);
    FillSlot(1, 1);
    FillSlot(slot, 1, false, kWidth - 1, kHeight);
    EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
    FillSlot(slot, 1, false, kWidth, kHeight - 1);
    EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
    FillSlot(slot, 1, false, kWidth, kHeight);
    EXPECT_TRUE(Compose(frame, true, &delivered).ok());
  }
}

TEST_F(FrameComposerTest, MemoryLimitIsAnError) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(1, 1, 5, 5);
  bool succeeded = false;
  for (size_t limit = 1; !succeeded; limit += 512) {
    ASSERT_LT(limit, 1u << 20);
    Budget small;
    small.set_limit(limit);
    Memory memory(&pool_, &small);
    FrameComposer composer;
    const Status status = composer.Begin(Settings(nullptr), &memory);
    succeeded = status.ok();
    if (!succeeded) {
      EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
    }
  }
}

}  // namespace
}  // namespace jxlpool
