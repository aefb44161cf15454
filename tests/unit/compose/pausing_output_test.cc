// FrameOutput with a target that pauses: it says so whenever rows are out, and they stay until the next band is stored.
#include <vector>

#include "lib/compose/frame_output.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

constexpr uint32_t kWidth = 8;
constexpr uint32_t kHeight = 20;
constexpr uint32_t kBandRows = 6;

// Keeps where rows are, and copies them when asked to.
class ReferringSink : public BandSink {
 public:
  Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    EXPECT_EQ(y, next_row_);
    next_row_ = y + num_rows;
    for (uint32_t i = 0; i < num_rows; ++i) rows_.push_back(rows + i * stride);
    return OkStatus();
  }
  size_t num_rows() const { return rows_.size(); }
  void TakeRows(size_t row_bytes, std::vector<uint8_t>* bytes) {
    for (const uint8_t* row : rows_) bytes->insert(bytes->end(), row, row + row_bytes);
    rows_.clear();
  }

 private:
  uint32_t next_row_ = 0;
  std::vector<const uint8_t*> rows_;
};

class PausingOutputTest : public FrameTest {
 protected:
  void Begin(Orientation orientation, BandSink* sink, bool pauses, FrameOutput* output) {
    OutputPlanes planes;
    planes.width = kWidth;
    planes.height = kHeight;
    planes.orientation = orientation;
    target_ = OutputTarget();
    target_.sink = sink;
    target_.pauses = pauses;
    ASSERT_TRUE(output->Begin({planes, 1, kWidth, kBandRows}, {&target_, 1}, &memory_).ok());
  }
  void Store(uint32_t y, FrameOutput* output) {
    const float* rows[3];
    for (size_t c = 0; c < 3; ++c) rows[c] = &image_.planes[c][size_t{y} * kWidth];
    output->Store(0, y, 0, kWidth, rows);
  }

  const TestPlanes image_ = TestPlanes::Random(3, kWidth, kHeight, 1);
  OutputTarget target_;
};

TEST_F(PausingOutputTest, SaysWhenRowsAreOutAndKeepsThemUntilTheNextBand) {
  for (const Orientation orientation :
       {Orientation::kIdentity, Orientation::kFlipHorizontal, Orientation::kRotate180, Orientation::kRotate90}) {
    const uint32_t out_width = SwapsDimensions(orientation) ? kHeight : kWidth;
    CollectingSink pushed(3 * out_width);
    ReferringSink pulled;
    FrameOutput pushing, pausing;
    Begin(orientation, &pushed, false, &pushing);
    Begin(orientation, &pulled, true, &pausing);
    EXPECT_FALSE(pushing.pauses());
    EXPECT_TRUE(pausing.pauses());
    std::vector<uint8_t> bytes;
    for (uint32_t y = 0; y < kHeight; ++y) {
      Store(y, &pushing);
      Store(y, &pausing);
      if (y % 5 != 4) continue;
      ASSERT_TRUE(pushing.FinishRows(y + 1).ok());
      ASSERT_TRUE(pausing.FinishRows(y + 1).ok());
      EXPECT_EQ(pausing.Pause().code(), pulled.num_rows() == 0 ? ErrorCode::kOk : ErrorCode::kPaused);
      EXPECT_TRUE(pausing.Pause().ok()) << "once";
      EXPECT_TRUE(pushing.Pause().ok());
      pulled.TakeRows(3 * out_width, &bytes);
    }
    ASSERT_TRUE(pushing.Finish().ok());
    for (Status status; !(status = pausing.Finish()).ok();) {
      ASSERT_EQ(status.code(), ErrorCode::kPaused);
      ASSERT_GT(pulled.num_rows(), 0u);
      pulled.TakeRows(3 * out_width, &bytes);
    }
    EXPECT_EQ(pulled.num_rows(), 0u) << "nothing comes with the end";
    EXPECT_EQ(bytes, pushed.bytes);
  }
}

}  // namespace
}  // namespace jxlpool
