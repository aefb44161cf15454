#include "lib/pool/size_recorder.h"

#include <gtest/gtest.h>

#include <map>

#include "lib/pool/budget.h"
#include "lib/pool/memory.h"
#include "lib/pool/memory_profile.h"

namespace jxlpool {
namespace {

std::map<size_t, uint32_t> Requests(SizeRecorder* recorder, uint32_t further_tasks) {
  std::map<size_t, uint32_t> counts;
  size_t previous = SIZE_MAX;
  for (const PrewarmRequest& request : recorder->Requests(further_tasks)) {
    EXPECT_LT(request.bytes, previous);
    previous = request.bytes;
    counts[request.bytes] = request.count;
  }
  return counts;
}

class SizeRecorderTest : public testing::Test {
 protected:
  void Acquired(size_t size) { EXPECT_TRUE(budget_.TryCharge(size, Category::kTile)); }
  void Released(size_t size) { budget_.Refund(size, Category::kTile); }

  Budget budget_;
};

TEST_F(SizeRecorderTest, CountsWhatIsLiveAtATimeAndWhatTasksAdd) {
  Acquired(64);
  SizeRecorder recorder(&budget_);
  Released(64);  // of before
  Acquired(1024);
  Acquired(1024);
  Released(1024);
  Acquired(4096);
  recorder.BeginTask();
  for (int i = 0; i < 3; ++i) {
    Acquired(1024);
    Acquired(256);
    Released(256);
  }
  for (int i = 0; i < 3; ++i) Released(1024);
  recorder.EndTask();
  recorder.BeginTask();
  Acquired(1024);
  Acquired(512);
  recorder.EndTask();
  EXPECT_EQ(Requests(&recorder, 0), (std::map<size_t, uint32_t>{{256, 1}, {512, 1}, {1024, 4}, {4096, 1}}));
  EXPECT_EQ(Requests(&recorder, 2), (std::map<size_t, uint32_t>{{256, 3}, {512, 3}, {1024, 10}, {4096, 1}}));
}

TEST_F(SizeRecorderTest, MoreSizesThanItRecordsDoNoHarm) {
  {
    SizeRecorder recorder(&budget_);
    for (size_t size = 1; size <= 2 * SizeRecorder::kMaxSizes; ++size) Acquired(size);
    EXPECT_EQ(Requests(&recorder, 0).size(), SizeRecorder::kMaxSizes);
    for (size_t size = 1; size <= 2 * SizeRecorder::kMaxSizes; ++size) Released(size);
  }
  EXPECT_EQ(budget_.observer(), nullptr);
  SizeRecorder another(&budget_);
  EXPECT_TRUE(another.Requests(1).empty());
}

// A profile that runs while a pool is pre-warmed shows what that took.
TEST_F(SizeRecorderTest, AFormerObserverGoesOnSeeingEverything) {
  MemoryProfile profile;
  ASSERT_TRUE(profile.Start(1000).ok());
  budget_.set_observer(&profile);
  Acquired(1024);
  {
    SizeRecorder recorder(&budget_);
    Acquired(4096);
    Released(4096);
    EXPECT_EQ(Requests(&recorder, 0), (std::map<size_t, uint32_t>{{4096, 1}}));
  }
  Acquired(2048);
  EXPECT_EQ(profile.peak().total, 1024u + 4096u);
  EXPECT_EQ(profile.samples()[profile.num_samples() - 1].total, 1024u + 2048u);
}

// What was recorded of one worker makes the pool ready for several at a time.
TEST_F(SizeRecorderTest, PrewarmedPoolMissesNothing) {
  BufferPool pool;
  Memory memory(&pool, &budget_);
  const auto acquire = [&](size_t bytes) {
    auto buffer = memory.Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
    EXPECT_TRUE(buffer.ok());
    return std::move(buffer).value();
  };
  SizeRecorder recorder(&budget_);
  {
    const Buffer kept = acquire(100000);
    recorder.BeginTask();
    { const Buffer task[2] = {acquire(50000), acquire(3000)}; }
    recorder.EndTask();
  }
  ASSERT_TRUE(Prewarm(&pool, recorder.Requests(2)).ok());
  pool.ResetStatistics();
  const Buffer kept = acquire(100000);
  const Buffer tasks[] = {acquire(50000), acquire(3000), acquire(50000), acquire(3000), acquire(50000), acquire(3000)};
  EXPECT_EQ(pool.GetStatistics().total.misses(), 0u);
  { const Buffer one_more = acquire(50000); }
  EXPECT_EQ(pool.GetStatistics().total.misses(), 1u);
}

}  // namespace
}  // namespace jxlpool
