// What pools promise through the interface: caps, bounds, ageing, statistics, pre-warming, memory over time.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"
#include "tests/api/png_reading.h"

namespace jxlpool {
namespace {

using testing::Bytes;

// Several groups.
std::string Large() { return std::string(JXLPOOL_TESTDATA) + "/jpeg/progressive_444_groups.jxl"; }
std::string Small() { return std::string(JXLPOOL_API_TESTDATA) + "/lossy.jxl"; }

struct Decoded {
  JxlpoolStatus status = JXLPOOL_OK;
  uint64_t checksum = 0;
};

// The first frame, as rows of RGB.
Decoded DecodeOpen(Decoder* decoder) {
  Decoded decoded;
  size_t row_bytes = 0;
  auto take = [&](uint32_t, uint32_t num_rows, const void* rows, size_t stride) {
    for (uint32_t y = 0; y < num_rows; ++y) {
      const uint8_t* row = static_cast<const uint8_t*>(rows) + y * stride;
      for (size_t x = 0; x < row_bytes; ++x) decoded.checksum = (decoded.checksum ^ row[x]) * 0x100000001B3u;
    }
    return true;
  };
  auto frame = Make<JxlpoolFrameInfo>();
  decoded.status = decoder->NextFrame(&frame);
  if (decoded.status != JXLPOOL_OK) return decoded;
  row_bytes = size_t{frame.width} * 3;
  JxlpoolOutput output = RowsTo(&take);
  output.channels = JXLPOOL_CHANNELS_RGB;
  output.sample_type = JXLPOOL_UINT8;
  decoded.status = decoder->DecodeFrame(output);
  return decoded;
}

Decoded Decode(Decoder* decoder, const std::string& path) {
  const JxlpoolStatus status = decoder->OpenFile(path.c_str());
  if (status != JXLPOOL_OK) return {status, 0};
  const Decoded decoded = DecodeOpen(decoder);
  decoder->Close();
  return decoded;
}

Decoder MakeDecoder(const Pool& pool, uint32_t num_threads, uint64_t memory_limit = 0) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool.get();
  options.num_threads = num_threads;
  options.memory_limit = memory_limit;
  return Decoder(&options);
}

// Held at most by one decode.
uint64_t PeakOfOneDecode() {
  Pool pool;
  Decoder decoder = MakeDecoder(pool, 1);
  EXPECT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
  return pool.Statistics().peak_bytes;
}

TEST(PoolCap, HoldsForAllDecodersTogether) {
  const uint64_t peak = PeakOfOneDecode();
  auto options = Make<JxlpoolPoolOptions>();
  options.max_total_bytes = 2 * peak;
  const Pool pool(&options);
  Decoder alone = MakeDecoder(pool, 1);
  const Decoded expected = Decode(&alone, Large());
  ASSERT_EQ(expected.status, JXLPOOL_OK);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      Decoder decoder = MakeDecoder(pool, 1);
      for (int i = 0; i < 10; ++i) {
        const Decoded decoded = Decode(&decoder, Large());
        if (decoded.status == JXLPOOL_OK ? decoded.checksum != expected.checksum
                                         : decoded.status != JXLPOOL_MEMORY_LIMIT) {
          ++wrong[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
  EXPECT_LE(pool.Statistics().peak_system_bytes, options.max_total_bytes);
  // What the others have cached makes way.
  EXPECT_EQ(Decode(&alone, Large()).status, JXLPOOL_OK);
}

TEST(PoolCap, ErrorSaysWhatTheCapWouldHaveToBe) {
  const uint64_t peak = PeakOfOneDecode();
  auto options = Make<JxlpoolPoolOptions>();
  options.max_total_bytes = peak / 2;
  const Pool pool(&options);
  Decoder decoder = MakeDecoder(pool, 1);
  EXPECT_EQ(Decode(&decoder, Large()).status, JXLPOOL_MEMORY_LIMIT);
  const JxlpoolError error = decoder.LastError();
  EXPECT_GT(error.requested_bytes, 0u);
  EXPECT_STRNE(error.category, "");
  EXPECT_GT(error.needed_limit, options.max_total_bytes);
  EXPECT_LE(pool.Statistics().peak_system_bytes, options.max_total_bytes);
}

// As memory_limit does.
TEST(PoolCap, CallsForTheLeanerPlan) {
  Decoder unlimited = MakeDecoder(Pool(), 4);
  const Decoded expected = Decode(&unlimited, Large());
  ASSERT_EQ(unlimited.OpenFile(Large().c_str()), JXLPOOL_OK);
  const auto estimate = unlimited.EstimateMemory(3);
  ASSERT_TRUE(estimate);
  ASSERT_LT(estimate->one_thread, unlimited.Statistics().total.peak_bytes) << "four threads take more";
  auto options = Make<JxlpoolPoolOptions>();
  options.max_total_bytes = estimate->one_thread;
  const Pool pool(&options);
  Decoder decoder = MakeDecoder(pool, 4);
  for (int i = 0; i < 10; ++i) {
    const Decoded decoded = Decode(&decoder, Large());
    EXPECT_EQ(decoded.status, JXLPOOL_OK);
    EXPECT_EQ(decoded.checksum, expected.checksum);
  }
  EXPECT_LE(pool.Statistics().peak_system_bytes, options.max_total_bytes);
}

TEST(PoolBounds, SizesOutsideOfTheRangeAreNotCached) {
  auto options = Make<JxlpoolPoolOptions>();
  options.min_cached_size = 4096;
  options.max_cached_size = 65536;
  const Pool bounded(&options);
  const Pool unbounded;
  uint64_t cached[2];
  uint64_t misses[2];
  int i = 0;
  for (const Pool* pool : {&unbounded, &bounded}) {
    Decoder decoder = MakeDecoder(*pool, 1);
    ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
    jxlpool_pool_reset_statistics(pool->get());
    ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
    cached[i] = pool->Statistics().cached_bytes;
    misses[i++] = pool->Statistics().misses;
  }
  EXPECT_EQ(misses[0], 0u);
  EXPECT_GT(misses[1], 0u);
  EXPECT_LT(cached[1], cached[0]);
}

TEST(PoolBounds, CachedBytesStayBelowTheBound) {
  auto options = Make<JxlpoolPoolOptions>();
  options.max_cached_bytes = 100000;
  const Pool pool(&options);
  Decoder decoder = MakeDecoder(pool, 1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
    EXPECT_LE(pool.Statistics().cached_bytes, options.max_cached_bytes);
  }
}

TEST(PoolAgeing, WhatLaterImagesDoNotUseIsReleased) {
  const auto cached_after = [](bool large_before) {
    const Pool pool;
    Decoder decoder = MakeDecoder(pool, 1);
    if (large_before) {
      EXPECT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
    }
    const uint64_t large = pool.Statistics().cached_bytes;
    for (int i = 0; i < 12; ++i) EXPECT_EQ(Decode(&decoder, Small()).status, JXLPOOL_OK);
    EXPECT_TRUE(!large_before || pool.Statistics().cached_bytes < large);
    return pool.Statistics().cached_bytes;
  };
  const uint64_t small = cached_after(false);
  EXPECT_LE(cached_after(true), small + small / 16);
}

TEST(PoolStatistics, AddUpAndStartAnew) {
  Pool pool;
  Decoder decoder = MakeDecoder(pool, 2);
  ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
  const JxlpoolPoolStatistics first = pool.Statistics();
  EXPECT_EQ(first.total.requests, first.hits + first.misses);
  EXPECT_EQ(first.total.requests, first.total.releases + first.total.live_blocks);
  const auto sum = [](const JxlpoolPoolCounts* counts, uint32_t n) {
    JxlpoolPoolCounts total = {};
    for (uint32_t i = 0; i < n; ++i) {
      total.requests += counts[i].requests;
      total.requested_bytes += counts[i].requested_bytes;
      total.hits += counts[i].hits;
      total.hit_bytes += counts[i].hit_bytes;
      total.releases += counts[i].releases;
      total.live_bytes += counts[i].live_bytes;
    }
    return total;
  };
  for (const JxlpoolPoolCounts& total :
       {sum(first.categories, first.num_categories), sum(first.types, first.num_types)}) {
    EXPECT_EQ(total.requests, first.total.requests);
    EXPECT_EQ(total.requested_bytes, first.total.requested_bytes);
    EXPECT_EQ(total.hits, first.total.hits);
    EXPECT_EQ(total.hit_bytes, first.total.hit_bytes);
    EXPECT_EQ(total.releases, first.total.releases);
    EXPECT_EQ(total.live_bytes, first.total.live_bytes);
  }
  EXPECT_EQ(decoder.Statistics().matrices_active, 0u);
  EXPECT_GT(decoder.Statistics().matrices_created, 0u);
  EXPECT_EQ(decoder.Statistics().matrices_created, decoder.Statistics().matrices_released);

  pool.ResetStatistics();
  decoder.ResetStatistics();
  EXPECT_EQ(pool.Statistics().total.requests, 0u);
  EXPECT_EQ(pool.Statistics().system_allocations, 0u);
  EXPECT_EQ(pool.Statistics().cached_bytes, first.cached_bytes);
  EXPECT_EQ(decoder.Statistics().matrices_created, 0u);
  EXPECT_EQ(decoder.Statistics().total.peak_bytes, decoder.Statistics().total.live_bytes);

  pool.Trim();
  EXPECT_EQ(pool.Statistics().cached_bytes, 0u);
  EXPECT_EQ(pool.Statistics().cached_blocks, 0u);
  EXPECT_EQ(pool.Statistics().system_bytes, pool.Statistics().live_bytes);
  EXPECT_EQ(pool.Statistics().trimmed_bytes, first.cached_bytes);
}

TEST(PoolStatistics, TellWhyMemoryWentBack) {
  auto options = Make<JxlpoolPoolOptions>();
  options.max_cached_bytes = 100000;
  Pool pool(&options);
  Decoder decoder = MakeDecoder(pool, 1);
  ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
  pool.Trim();
  const JxlpoolPoolStatistics statistics = pool.Statistics();
  EXPECT_GT(statistics.overflow_bytes, 0u);
  EXPECT_GT(statistics.trimmed_bytes, 0u);
  EXPECT_EQ(statistics.system_bytes, statistics.system_allocated_bytes - statistics.system_released_bytes);
  EXPECT_EQ(statistics.system_released_bytes,
            statistics.aged_bytes + statistics.pressure_bytes + statistics.overflow_bytes + statistics.trimmed_bytes);
}

TEST(PoolClear, MakesAPoolAsNew) {
  Pool pool;
  Decoder decoder = MakeDecoder(pool, 1);
  JxlpoolPoolStatistics first;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
    if (i == 0) first = pool.Statistics();
  }
  pool.Clear();
  EXPECT_EQ(pool.Statistics().total.requests, 0u);
  EXPECT_EQ(pool.Statistics().system_bytes, 0u);
  ASSERT_EQ(Decode(&decoder, Large()).status, JXLPOOL_OK);
  const JxlpoolPoolStatistics again = pool.Statistics();
  EXPECT_EQ(again.hits, first.hits);
  EXPECT_EQ(again.system_allocations, first.system_allocations);
  EXPECT_EQ(again.peak_system_bytes, first.peak_system_bytes);
  EXPECT_EQ(again.pressure_bytes, first.pressure_bytes);
}

TEST(Canvas, OnlyFramesThatAreReferredToTakeOneAndThatIsNotCopied) {
  const auto peak_of = [](const std::string& path, JxlpoolImageInfo* info) {
    const Pool pool;
    Decoder decoder = MakeDecoder(pool, 1);
    EXPECT_EQ(decoder.OpenFile(path.c_str()), JXLPOOL_OK);
    *info = *decoder.ImageInfo();
    while (DecodeOpen(&decoder).status == JXLPOOL_OK) {
    }
    uint32_t canvas = 0;
    while (std::string(jxlpool_category_name(canvas)) != "canvas") ++canvas;
    return decoder.Statistics().categories[canvas].peak_bytes;
  };
  JxlpoolImageInfo info;
  EXPECT_EQ(peak_of(Large(), &info), 0u);
  // Each frame is shown, kept, and the next is laid over it, where it lies.
  const uint64_t peak = peak_of(testing::ImagePath("animation_layers"), &info);
  const uint64_t row_bytes = (uint64_t{info.width} * sizeof(float) + 127) / 64 * 64;
  const uint64_t frame_bytes = (3 + info.num_extra_channels) * row_bytes * info.height + 1024;
  EXPECT_GT(peak, 0u);
  EXPECT_LE(peak, frame_bytes);
}

TEST(Prewarm, MakesTheFirstDecodeHitWithoutDisturbingIt) {
  const Pool cold_pool;
  Decoder cold = MakeDecoder(cold_pool, 2);
  const Decoded expected = Decode(&cold, Large());
  ASSERT_EQ(expected.status, JXLPOOL_OK);
  Pool pool;
  Decoder decoder = MakeDecoder(pool, 2);
  EXPECT_EQ(decoder.Prewarm(3), JXLPOOL_INVALID_ARGUMENT);
  ASSERT_EQ(decoder.OpenFile(Large().c_str()), JXLPOOL_OK);
  EXPECT_LE(pool.Statistics().cached_bytes, 16384u);
  ASSERT_EQ(decoder.Prewarm(3), JXLPOOL_OK);
  EXPECT_GE(pool.Statistics().cached_bytes, cold_pool.Statistics().peak_bytes / 2);
  pool.ResetStatistics();
  const Decoded decoded = DecodeOpen(&decoder);
  EXPECT_EQ(decoded.status, JXLPOOL_OK);
  EXPECT_EQ(decoded.checksum, expected.checksum);
  const JxlpoolPoolStatistics statistics = pool.Statistics();
  EXPECT_LE(statistics.misses * 10, statistics.total.requests);
  EXPECT_LE(statistics.total.requested_bytes - statistics.total.hit_bytes, 65536u);
}

TEST(Prewarm, RespectsLimitsAndLeavesTheImageUsable) {
  const uint64_t peak = PeakOfOneDecode();
  const Pool pool;
  Decoder limited = MakeDecoder(pool, 1, peak / 4);
  ASSERT_EQ(limited.OpenFile(Large().c_str()), JXLPOOL_OK);
  EXPECT_EQ(limited.Prewarm(3), JXLPOOL_MEMORY_LIMIT);
  EXPECT_LE(limited.Statistics().total.peak_bytes, peak / 4);
  auto options = Make<JxlpoolPoolOptions>();
  options.max_cached_bytes = peak / 4;
  const Pool small_pool(&options);
  Decoder decoder = MakeDecoder(small_pool, 1);
  ASSERT_EQ(decoder.OpenFile(Large().c_str()), JXLPOOL_OK);
  EXPECT_EQ(decoder.Prewarm(3), JXLPOOL_MEMORY_LIMIT);
  EXPECT_LE(small_pool.Statistics().cached_bytes, options.max_cached_bytes);
  EXPECT_EQ(DecodeOpen(&decoder).status, JXLPOOL_OK);
}

TEST(Prewarm, OfATruncatedImageIsAnErrorOnly) {
  Bytes bytes = testing::ReadFile(Large());
  bytes.resize(bytes.size() / 8);
  Decoder decoder;
  ASSERT_EQ(decoder.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
  EXPECT_EQ(decoder.Prewarm(3), JXLPOOL_NEED_MORE_INPUT);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
}

}  // namespace
}  // namespace jxlpool
