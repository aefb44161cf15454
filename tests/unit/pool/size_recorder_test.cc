#include "lib/pool/size_recorder.h"

#include <gtest/gtest.h>

#include <map>

#include "lib/pool/budget.h"
#include "lib/pool/memory.h"

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

TEST(SizeRecorderTest, CountsWhatIsLiveAtATimeAndWhatTasksAdd) {
  SizeRecorder recorder;
  ASSERT_TRUE(recorder.Start().ok());
  recorder.Released(64);  // of before
  recorder.Acquired(1024);
  recorder.Acquired(1024);
  recorder.Released(1024);
  recorder.Acquired(4096);
  recorder.BeginTask();
  for (int i = 0; i < 3; ++i) {
    recorder.Acquired(1024);
    recorder.Acquired(256);
    recorder.Released(256);
  }
  for (int i = 0; i < 3; ++i) recorder.Released(1024);
  recorder.EndTask();
  recorder.BeginTask();
  recorder.Acquired(1024);
  recorder.Acquired(512);
  recorder.EndTask();
  EXPECT_EQ(Requests(&recorder, 0), (std::map<size_t, uint32_t>{{256, 1}, {512, 1}, {1024, 4}, {4096, 1}}));
  EXPECT_EQ(Requests(&recorder, 2), (std::map<size_t, uint32_t>{{256, 3}, {512, 3}, {1024, 10}, {4096, 1}}));
}

TEST(SizeRecorderTest, MoreSizesThanItRecordsDoNoHarm) {
  SizeRecorder recorder;
  ASSERT_TRUE(recorder.Start().ok());
  for (size_t size = 1; size <= 2 * SizeRecorder::kMaxSizes; ++size) recorder.Acquired(size);
  EXPECT_EQ(Requests(&recorder, 0).size(), SizeRecorder::kMaxSizes);
  for (size_t size = 1; size <= 2 * SizeRecorder::kMaxSizes; ++size) recorder.Released(size);
  ASSERT_TRUE(recorder.Start().ok());
  EXPECT_TRUE(recorder.Requests(1).empty());
}

// What was recorded of one worker makes the pool ready for several at a time.
TEST(SizeRecorderTest, PrewarmedPoolMissesNothing) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  const auto acquire = [&](size_t bytes) {
    auto buffer = memory.Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
    EXPECT_TRUE(buffer.ok());
    return std::move(buffer).value();
  };
  SizeRecorder recorder;
  ASSERT_TRUE(recorder.Start().ok());
  {
    budget.set_recorder(&recorder);
    const Buffer kept = acquire(100000);
    recorder.BeginTask();
    { const Buffer task[2] = {acquire(50000), acquire(3000)}; }
    recorder.EndTask();
  }
  budget.set_recorder(nullptr);
  ASSERT_TRUE(pool.Prewarm(recorder.Requests(2)).ok());
  pool.ResetStatistics();
  const Buffer kept = acquire(100000);
  const Buffer tasks[] = {acquire(50000), acquire(3000), acquire(50000), acquire(3000), acquire(50000), acquire(3000)};
  EXPECT_EQ(pool.GetStatistics().total.misses(), 0u);
  { const Buffer one_more = acquire(50000); }
  EXPECT_EQ(pool.GetStatistics().total.misses(), 1u);
}

}  // namespace
}  // namespace jxlpool
