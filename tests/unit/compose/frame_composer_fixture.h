// A fixture that gives frames to a FrameComposer and compares what comes out with a naive composition of whole canvases
// in double.
#ifndef TESTS_UNIT_COMPOSE_FRAME_COMPOSER_FIXTURE_H_
#define TESTS_UNIT_COMPOSE_FRAME_COMPOSER_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "lib/compose/frame_composer.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {

// The canvas; frames come in segments and bands of at most this size.
inline constexpr uint32_t kWidth = 31;
inline constexpr uint32_t kHeight = 22;
inline constexpr uint32_t kMaxSegment = 12;
inline constexpr uint32_t kBandRows = 5;

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
  void SetSlot(uint32_t slot, uint32_t w, uint32_t h);

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

  ComposeSettings Settings(FrameOutput* output);

  // Gives `frame` to a composer. `delivered` receives all planes as floats, by a sink or (else) in memory of our own.
  Status Compose(const TestPlanes& frame, bool by_sink, TestPlanes* delivered);

  // The canvas must be what the naive composition gives, however it is delivered, and be saved like that.
  void CheckComposition(uint32_t seed);

  TestPlanes SavedPlanes() const { return PlanesOf(saved_); }

  static void ExpectNear(const TestPlanes& expected, const TestPlanes& actual);

  ImageHeader image_;
  FrameHeader frame_;
  FrameDimensions dimensions_;
  ImageColor color_;
  FrameSlots slots_;
  TestPlanes slot_content_[4];
  SharedFrame saved_;
  bool coalescing_ = true;

 private:
  double Background(uint32_t source, size_t plane, uint32_t x, uint32_t y) const;
  TestPlanes NaiveCanvas(const TestPlanes& frame) const;
  // The planes that the frame replaces take its result if nothing else refers to them, else they stay as they are.
  void CheckOverwriting(const TestPlanes& frame, const TestPlanes& expected);
  static TestPlanes PlanesOf(const SharedFrame& frame);
  const BlendingInfo& InfoOf(size_t plane) const {
    return plane < 3 ? frame_.blending_info : frame_.ec_blending_info[plane - 3];
  }
  template <typename Foreground>
  double Blended(const BlendingInfo& info, bool any_alpha, size_t c, double bg, const Foreground& fg, uint32_t x,
                 uint32_t y) const;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_COMPOSE_FRAME_COMPOSER_FIXTURE_H_
