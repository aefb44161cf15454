// The naive composition, and how a FrameComposer is compared with it.
#include "tests/unit/compose/frame_composer_fixture.h"

#include <cmath>
#include <cstring>
#include <vector>

namespace jxlpool {
namespace {

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

}  // namespace

void FrameComposerTest::SetSlot(uint32_t slot, uint32_t w, uint32_t h) {
  const TestPlanes& content = slot_content_[slot];
  auto frame = SharedFrame::Create(&memory_, num_planes(), w, h, Fill::kUninitialized);
  ASSERT_TRUE(frame.ok());
  for (size_t c = 0; c < num_planes(); ++c) {
    for (uint32_t y = 0; y < h; ++y)
      std::copy_n(&content.planes[c][size_t{y} * content.width], w, frame.value()->planes.Row(c, y));
  }
  slots_.reference[slot] = std::move(frame).value();
}

ComposeSettings FrameComposerTest::Settings(FrameOutput* output) {
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

Status FrameComposerTest::Compose(const TestPlanes& frame, bool by_sink, TestPlanes* delivered) {
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
  JXLPOOL_RETURN_IF_ERROR(output.Begin({planes, 1, kMaxSegment, kBandRows}, {&target, 1}, &memory_));
  FrameComposer composer;
  JXLPOOL_RETURN_IF_ERROR(composer.Begin(Settings(delivered == nullptr ? nullptr : &output), &memory_));
  JXLPOOL_RETURN_IF_ERROR(composer.FillAbove());
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

double FrameComposerTest::Background(uint32_t source, size_t plane, uint32_t x, uint32_t y) const {
  return slots_.reference[source].empty() ? 0.0 : static_cast<double>(slot_content_[source].At(plane, x, y));
}

TestPlanes FrameComposerTest::NaiveCanvas(const TestPlanes& frame) const {
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

void FrameComposerTest::CheckComposition(uint32_t seed) {
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

void FrameComposerTest::CheckOverwriting(const TestPlanes& frame, const TestPlanes& expected) {
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

TestPlanes FrameComposerTest::PlanesOf(const SharedFrame& frame) {
  TestPlanes result(frame->planes.planes(), frame->width(), frame->height());
  for (size_t c = 0; c < frame->planes.planes(); ++c) {
    for (uint32_t y = 0; y < frame->height(); ++y) {
      std::copy_n(frame->planes.Row(c, y), frame->width(), &result.planes[c][size_t{y} * frame->width()]);
    }
  }
  return result;
}

void FrameComposerTest::ExpectNear(const TestPlanes& expected, const TestPlanes& actual) {
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

template <typename Foreground>
double FrameComposerTest::Blended(const BlendingInfo& info, bool any_alpha, size_t c, double bg, const Foreground& fg,
                                  uint32_t x, uint32_t y) const {
  if (image_.ec_info.empty()) return BlendSample(info, false, false, -1, bg, fg(c), 0, 0);
  const ExtraChannelInfo& alpha = image_.ec_info[info.alpha_channel];
  const bool premultiplied = alpha.type == ExtraChannelType::kAlpha && alpha.alpha_associated;
  const size_t plane = 3 + info.alpha_channel;
  const double bg_alpha = Background(InfoOf(plane).source, plane, x, y);
  return BlendSample(info, any_alpha, premultiplied, static_cast<int>(c) < 3 ? -1 : static_cast<int>(c) - 3, bg, fg(c),
                     bg_alpha, fg(plane));
}

}  // namespace jxlpool
