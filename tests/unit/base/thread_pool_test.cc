#include "lib/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace jxlpool {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (const uint32_t threads : {0u, 1u, 2u, 8u}) {
    ThreadPool pool(threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<std::atomic<int>> runs(97);
      ASSERT_TRUE(pool.Run(97,
                           [&](uint32_t task, uint32_t worker) {
                             EXPECT_LT(worker, pool.num_workers());
                             ++runs[task];
                             return OkStatus();
                           })
                      .ok());
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPoolTest, ReturnsTheErrorAndStopsStartingTasks) {
  for (const uint32_t threads : {1u, 4u}) {
    ThreadPool pool(threads);
    std::atomic<int> runs{0};
    const Status status = pool.Run(100000, [&](uint32_t task, uint32_t) {
      ++runs;
      return task == 5 ? Corrupt("task five", 123) : OkStatus();
    });
    EXPECT_EQ(status.code(), ErrorCode::kCorrupt);
    EXPECT_EQ(status.bit_position(), 123u);
    EXPECT_LT(runs, 100000);
    EXPECT_TRUE(pool.Run(3, [](uint32_t, uint32_t) { return OkStatus(); }).ok());
  }
}

}  // namespace
}  // namespace jxlpool
