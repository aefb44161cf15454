// SharedFrame: the planes live exactly as long as there are references to them, and their memory goes back.
#include "lib/compose/shared_frame.h"

#include <thread>
#include <vector>

#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

using SharedFrameTest = FrameTest;

SharedFrame MustCreate(Memory* memory, Fill fill = Fill::kZero) {
  auto frame = SharedFrame::Create(memory, 4, 10, 7, fill);
  EXPECT_TRUE(frame.ok());
  return std::move(frame).value();
}

TEST_F(SharedFrameTest, HasTheAskedForSize) {
  const SharedFrame frame = MustCreate(&memory_);
  ASSERT_FALSE(frame.empty());
  EXPECT_EQ(frame->width(), 10u);
  EXPECT_EQ(frame->height(), 7u);
  EXPECT_EQ(frame->planes.planes(), 4u);
  EXPECT_FALSE(frame->before_color_transform);
  for (size_t x = 0; x < 10; ++x) EXPECT_EQ(frame->planes.Row(3, 6)[x], 0.0f);
}

TEST_F(SharedFrameTest, TheLastReferenceFreesThePlanes) {
  SharedFrame first = MustCreate(&memory_);
  const size_t live = budget_.total().live;
  EXPECT_GT(live, 0u);
  SharedFrame second = first;
  SharedFrame third;
  third = second;
  EXPECT_EQ(&*third, &*first);
  first.Release();
  EXPECT_TRUE(first.empty());
  first.Release();
  second = SharedFrame();
  EXPECT_EQ(budget_.total().live, live);
  EXPECT_EQ(third->width(), 10u);
  third.Release();
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(SharedFrameTest, IsUniqueWhileNobodyElseRefersToIt) {
  SharedFrame frame;
  EXPECT_FALSE(frame.unique());
  frame = MustCreate(&memory_);
  EXPECT_TRUE(frame.unique());
  {
    const SharedFrame other = frame;
    EXPECT_FALSE(frame.unique());
  }
  EXPECT_TRUE(frame.unique());
}

TEST_F(SharedFrameTest, MovesAndSelfAssignmentKeepTheCount) {
  SharedFrame first = MustCreate(&memory_);
  SharedFrame second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): a moved-from frame is empty
  SharedFrame& alias = second;
  second = alias;
  ASSERT_FALSE(second.empty());
  second = MustCreate(&memory_);
  EXPECT_EQ(second->height(), 7u);
}

TEST_F(SharedFrameTest, SlotsShareAndClear) {
  FrameSlots slots;
  slots.reference[0] = MustCreate(&memory_);
  slots.reference[3] = slots.reference[0];
  slots.lf[1] = slots.reference[0];
  const size_t live = budget_.total().live;
  FrameSlots copy = slots;
  slots.Clear();
  EXPECT_TRUE(slots.reference[0].empty());
  EXPECT_EQ(budget_.total().live, live);
  copy.Clear();
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(SharedFrameTest, CopiesMayComeAndGoOnManyThreads) {
  const SharedFrame frame = MustCreate(&memory_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([mine = frame] {
      for (int i = 0; i < 1000; ++i) {
        const SharedFrame copy = mine;
        const SharedFrame other = copy;
        ASSERT_EQ(other->width(), 10u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(frame->height(), 7u);
}

TEST_F(SharedFrameTest, MemoryLimitIsAnErrorAndLeavesNothing) {
  for (size_t limit = 1; limit < 4000; limit += 128) {
    Budget small;
    small.set_limit(limit);
    Memory memory(&pool_, &small);
    const auto frame = SharedFrame::Create(&memory, 4, 10, 7, Fill::kZero);
    if (!frame.ok()) {
      EXPECT_EQ(frame.status().code(), ErrorCode::kMemoryLimit);
    }
  }
  EXPECT_FALSE(SharedFrame::Create(&memory_, 4, SIZE_MAX / 4, 7, Fill::kZero).ok());
}

}  // namespace
}  // namespace jxlpool
