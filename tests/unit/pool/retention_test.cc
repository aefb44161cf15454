#include "lib/pool/retention.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace jxlpool {
namespace {

RetentionOptions Options() {
  RetentionOptions options;
  options.max_cached_bytes = 1 << 20;
  options.slack_bytes = 1000;
  options.slack_percent = 10;
  return options;
}

PoolStatistics Count(const Retention& retention) {
  PoolStatistics statistics;
  retention.AddTo(&statistics);
  return statistics;
}

TEST(RetentionTest, ReservationsNeverExceedTheCap) {
  RetentionOptions options = Options();
  options.max_system_bytes = 1000;
  Retention retention(options);
  EXPECT_TRUE(retention.ReserveSystem(600));
  EXPECT_FALSE(retention.ReserveSystem(401));
  EXPECT_FALSE(retention.ReserveSystem(~uint64_t{0}));
  EXPECT_TRUE(retention.ReserveSystem(400));
  retention.ReturnSystem(600, Retention::kTrimmed);
  EXPECT_EQ(retention.system_bytes(), 400u);
  EXPECT_EQ(Count(retention).peak_system_bytes, 1000u);
}

TEST(RetentionTest, CapHoldsForManyThreads) {
  RetentionOptions options = Options();
  options.max_system_bytes = 1000;
  Retention retention(options);
  std::atomic<uint64_t> reserved{0};  // never more than the retention's own count
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50000; ++round) {
        if (!retention.ReserveSystem(300)) continue;
        if (reserved.fetch_add(300) + 300 > 1000) exceeded = true;
        reserved.fetch_sub(300);
        retention.ReturnSystem(300, Retention::kTrimmed);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded.load());
  EXPECT_LE(Count(retention).peak_system_bytes, 1000u);
  EXPECT_EQ(retention.system_bytes(), 0u);
}

TEST(RetentionTest, GrowthIsLimitedToThePeakAndSlack) {
  Retention retention(Options());
  int64_t unpublished = 0;
  ASSERT_TRUE(retention.ReserveSystem(5000));
  retention.Acquired(5000, &unpublished);
  retention.Released(5000, &unpublished);
  // 5000 bytes are cached, the peak was 5000, the slack is 1000.
  EXPECT_EQ(retention.Excess(1000, unpublished), 0u);
  EXPECT_EQ(retention.Excess(1001, unpublished), 1u);
  EXPECT_EQ(retention.Excess(5000, unpublished), 4000u);
  // Fresh blocks that raise the peak are judged by the new peak.
  EXPECT_EQ(retention.Excess(10000, unpublished), 4000u);
  EXPECT_EQ(retention.Excess(100000, unpublished), 0u) << "ten percent of it";
}

TEST(RetentionTest, PeaksOfLongAgoAreForgotten) {
  Retention retention(Options());
  int64_t unpublished = 0;
  ASSERT_TRUE(retention.ReserveSystem(8000));
  retention.Acquired(8000, &unpublished);
  retention.Released(8000, &unpublished);
  retention.ReturnSystem(3000, Retention::kTrimmed);
  EXPECT_EQ(retention.Excess(4000, unpublished), 0u);
  retention.EndPeriod();
  EXPECT_EQ(retention.Excess(4000, unpublished), 0u);
  retention.EndPeriod();
  EXPECT_EQ(retention.Excess(4000, unpublished), 4000u);
}

TEST(RetentionTest, PeakOfOneThreadIsExactThoughPublishedLate) {
  Retention retention(Options());
  int64_t mine = 0;
  for (int i = 0; i < 100; ++i) retention.Acquired(1000, &mine);
  EXPECT_EQ(Count(retention).peak_live_bytes, 100000u);
  for (int i = 0; i < 1000; ++i) retention.Acquired(1000, &mine);
  EXPECT_EQ(Count(retention).peak_live_bytes, 1100000u);
  EXPECT_LT(mine, Retention::kPublishBytes);
  // Another thread sees all but the unpublished rest.
  int64_t other = 0;
  retention.Acquired(1000000, &other);
  EXPECT_GE(Count(retention).peak_live_bytes, uint64_t{2100000} - Retention::kPublishBytes);
}

}  // namespace
}  // namespace jxlpool
