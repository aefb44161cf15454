// Proves: limits are kept, with errors that say what was asked for; and a pool serves several decoders, in turn and at
// the same time, for as long as one of them needs it.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool {
namespace {

using testing::BufferOutput;
using testing::Bytes;
using testing::DataPath;
using testing::Expected;
using testing::kHeight;
using testing::kWidth;
using testing::NextFrame;

TEST(Limits, MemoryLimitNamesTheRequest) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.memory_limit = 20000;
  options.num_threads = 1;
  Decoder decoder(&options);
  JxlpoolStatus status = decoder.OpenFile(DataPath("lossy").c_str());
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  if (status == JXLPOOL_OK) status = decoder.NextFrame(nullptr);
  if (status == JXLPOOL_OK) status = decoder.DecodeFrame(output);
  EXPECT_EQ(status, JXLPOOL_MEMORY_LIMIT);
  const JxlpoolError error = decoder.LastError();
  EXPECT_GT(error.requested_bytes, 0u);
  EXPECT_STRNE(error.category, "");
  EXPECT_LE(decoder.Statistics().total.peak_bytes, options.memory_limit);
  EXPECT_EQ(decoder.Statistics().memory_limit, options.memory_limit);
}

TEST(Limits, SizeLimitComesBeforeMemory) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.max_samples = kWidth * kHeight;
  Decoder decoder(&options);
  EXPECT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_SIZE_LIMIT);
}

TEST(Pools, AreSharedAndOutliveTheirHandle) {
  auto pool = std::make_unique<Pool>();
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool->get();
  options.num_threads = 1;
  Decoder first(&options), second(&options);
  ASSERT_EQ(first.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_FALSE(NextFrame(&first, JXLPOOL_CHANNELS_COLOR, 3).empty());
  EXPECT_GT(pool->Statistics().misses, 0u);
  EXPECT_GT(pool->Statistics().live_bytes, 0u);
  first.Close();
  EXPECT_EQ(pool->Statistics().live_bytes, 0u);
  EXPECT_EQ(first.Statistics().total.live_bytes, 0u);
  // What one gave back the other finds.
  pool->ResetStatistics();
  ASSERT_EQ(second.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_FALSE(NextFrame(&second, JXLPOOL_CHANNELS_COLOR, 3).empty());
  EXPECT_GT(pool->Statistics().hits, 0u);
  pool.reset();
  ASSERT_EQ(second.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&second, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
}

TEST(Pools, ServeThreadsAtTheSameTime) {
  Pool pool;
  std::vector<std::thread> threads;
  std::vector<int> failures(4, 0);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, &failures, t] {
      auto options = Make<JxlpoolDecoderOptions>();
      options.pool = pool.get();
      options.num_threads = 2;
      Decoder decoder(&options);
      for (int i = 0; i < 20; ++i) {
        if (decoder.OpenFile(DataPath("rgb8").c_str()) != JXLPOOL_OK) ++failures[t];
        if (NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3) != Expected(3)) ++failures[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : failures) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace jxlpool
