// The pool as seen by one thread. See pool_threads_test.cc for several, allocation_test.cc for the promise of zero
// allocations.
#include "lib/pool/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "lib/pool/decode_scope.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"
#include "lib/pool/prewarm.h"
#include "tools/bench/count_heap.h"

namespace jxlpool {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

Buffer Acquire(Memory* memory, size_t bytes, Category category = Category::kTile,
               ElementType type = ElementType::kFloat) {
  auto buffer = memory->Acquire(bytes, category, type, Fill::kUninitialized);
  EXPECT_TRUE(buffer.ok());
  return buffer.ok() ? std::move(buffer).value() : Buffer();
}

struct Pooled {
  explicit Pooled(const BufferPoolOptions& options = BufferPoolOptions()) : pool(options) {}
  BufferPool pool;
  Budget budget;
  Memory memory{&pool, &budget};
};

TEST(BufferPoolTest, ReusesExactSizesLastInFirstOut) {
  Pooled s;
  const uint8_t* a_data = nullptr;
  const uint8_t* b_data = nullptr;
  {
    Buffer a = Acquire(&s.memory, 1000);
    Buffer b = Acquire(&s.memory, 1000);
    EXPECT_EQ(a.size(), 1024u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(a.data()) % kBufferAlignment, 0u);
    a_data = a.data();
    b_data = b.data();
    b.Release();
    a.Release();
  }
  const Buffer other = Acquire(&s.memory, 1025);
  EXPECT_NE(other.data(), a_data);
  EXPECT_NE(other.data(), b_data);
  EXPECT_EQ(s.pool.GetStatistics().total.hits, 0u);
  const Buffer first = Acquire(&s.memory, 1024);
  const Buffer second = Acquire(&s.memory, 897);  // 1024 when rounded up
  EXPECT_EQ(first.data(), a_data);
  EXPECT_EQ(second.data(), b_data);
  EXPECT_EQ(s.pool.GetStatistics().total.hits, 2u);
}

TEST(BufferPoolTest, LargeBlocksAreReusedThroughTheDepot) {
  Pooled s;
  const uint8_t* data = Acquire(&s.memory, 10 * kMiB).data();
  EXPECT_EQ(Acquire(&s.memory, 10 * kMiB).data(), data);
  EXPECT_EQ(s.pool.GetStatistics().system_allocations, 1u);
}

TEST(BufferPoolTest, SizesOutsideOfTheRangeAreNotCached) {
  BufferPoolOptions options;
  options.min_pooled_bytes = 1024;
  options.max_pooled_bytes = 4096;
  Pooled s(options);
  for (const size_t size : {size_t{896}, size_t{1024}, size_t{4096}, size_t{4224}}) {
    Acquire(&s.memory, size).Release();
    const bool pooled = size >= 1024 && size <= 4096;
    EXPECT_EQ(s.pool.GetStatistics().cached_blocks, pooled ? 1u : 0u) << size;
    s.pool.Trim();
  }
}

TEST(BufferPoolTest, WithoutPoolingEachBlockComesFromTheSystem) {
  BufferPoolOptions options;
  options.pooling = false;
  Pooled s(options);
  for (int i = 0; i < 10; ++i) {
    const uint64_t before = CountedHeapUse().calls;
    Buffer buffer = Acquire(&s.memory, (300 + i) << 10);
    if (HeapUseIsCounted()) {
      EXPECT_GE(CountedHeapUse().calls, before + 1) << "an aligned allocation of the C heap, each time";
    }
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % kBufferAlignment, 0u);
    std::memset(buffer.data(), 1, buffer.size());
  }
  const PoolStatistics statistics = s.pool.GetStatistics();
  EXPECT_EQ(statistics.system_allocations, 10u);
  EXPECT_EQ(statistics.system_releases, 10u);
  EXPECT_EQ(statistics.total.hits, 0u);
  EXPECT_EQ(statistics.total.misses(), 10u);
  EXPECT_EQ(statistics.system_bytes, 0u);
}

TEST(BufferPoolTest, StatisticsAddUpByCategoryAndType) {
  Pooled s;
  const Buffer lf = Acquire(&s.memory, 1024, Category::kLf, ElementType::kFloat);
  const Buffer tile = Acquire(&s.memory, 2048, Category::kTile, ElementType::kFloat);
  Acquire(&s.memory, 4096, Category::kTile, ElementType::kInt16).Release();
  const Buffer again = Acquire(&s.memory, 4096, Category::kModular, ElementType::kInt16);
  PoolStatistics statistics = s.pool.GetStatistics();
  const auto& tiles = statistics.by_category[static_cast<size_t>(Category::kTile)];
  const auto& modular = statistics.by_category[static_cast<size_t>(Category::kModular)];
  const auto& shorts = statistics.by_type[static_cast<size_t>(ElementType::kInt16)];
  EXPECT_EQ(tiles.acquires, 2u);
  EXPECT_EQ(tiles.live_bytes, 2048u);
  EXPECT_EQ(modular.acquires, 1u);
  EXPECT_EQ(modular.hits, 1u);
  EXPECT_EQ(modular.hit_bytes, 4096u);
  EXPECT_EQ(shorts.acquires, 2u);
  EXPECT_EQ(shorts.releases, 1u);
  EXPECT_EQ(shorts.live_bytes, 4096u);
  EXPECT_EQ(statistics.total.acquires, 4u);
  EXPECT_EQ(statistics.total.hits, 1u);
  EXPECT_EQ(statistics.total.live_bytes, 1024u + 2048u + 4096u);
  EXPECT_EQ(statistics.peak_live_bytes, 1024u + 2048u + 4096u);
  EXPECT_EQ(statistics.total.live_blocks, 3u);
  EXPECT_EQ(statistics.cached_bytes, 0u);
  EXPECT_EQ(statistics.system_bytes, statistics.total.live_bytes + statistics.cached_bytes);
  EXPECT_GT(statistics.overhead_bytes, 0u);

  s.pool.ResetStatistics();
  statistics = s.pool.GetStatistics();
  EXPECT_EQ(statistics.total.acquires, 0u);
  EXPECT_EQ(statistics.total.hits, 0u);
  EXPECT_EQ(statistics.system_allocations, 0u);
  EXPECT_EQ(statistics.total.live_blocks, 3u) << "what is live stays so";
  EXPECT_EQ(statistics.peak_live_bytes, 1024u + 2048u + 4096u);
}

TEST(BufferPoolTest, CachedBytesAreCapped) {
  BufferPoolOptions options;
  options.retention.max_cached_bytes = kMiB;
  Pooled s(options);
  std::mt19937 random(3);
  std::vector<Buffer> held;
  for (int i = 0; i < 5000; ++i) {
    if (held.size() > 40 || (!held.empty() && random() % 2 == 0)) {
      held.erase(held.begin() + static_cast<ptrdiff_t>(random() % held.size()));
    } else {
      held.push_back(Acquire(&s.memory, 128 * (1 + random() % 1000)));
    }
    const PoolStatistics statistics = s.pool.GetStatistics();
    ASSERT_LE(statistics.cached_bytes, kMiB);
    ASSERT_EQ(statistics.system_bytes, statistics.total.live_bytes + statistics.cached_bytes);
  }
  held.clear();
  EXPECT_LE(s.pool.GetStatistics().cached_bytes, kMiB);
  EXPECT_GT(s.pool.GetStatistics().overflow_bytes, 0u);
}

TEST(BufferPoolTest, SurplusOfAThreadGoesToTheDepotAndComesBack) {
  BufferPoolOptions options;
  options.max_thread_bytes = 64 << 10;
  Pooled s(options);
  {
    std::vector<Buffer> held;
    for (int i = 0; i < 100; ++i) held.push_back(Acquire(&s.memory, 1024));
    for (int i = 0; i < 100; ++i) held.push_back(Acquire(&s.memory, 32 << 10));
  }
  EXPECT_EQ(s.pool.GetStatistics().cached_blocks, 200u);
  s.pool.ResetStatistics();
  {
    std::vector<Buffer> held;
    for (int i = 0; i < 100; ++i) held.push_back(Acquire(&s.memory, 1024));
    for (int i = 0; i < 100; ++i) held.push_back(Acquire(&s.memory, 32 << 10));
  }
  EXPECT_EQ(s.pool.GetStatistics().total.misses(), 0u);
}

TEST(BufferPoolTest, TrimReleasesEverythingCached) {
  Pooled s;
  const Buffer live = Acquire(&s.memory, 5000);
  Acquire(&s.memory, 1000).Release();
  Acquire(&s.memory, 10 * kMiB).Release();
  s.pool.Trim();
  PoolStatistics statistics = s.pool.GetStatistics();
  EXPECT_EQ(statistics.cached_bytes, 0u);
  EXPECT_EQ(statistics.system_bytes, 5120 - 5120 % 128);
  EXPECT_EQ(statistics.trimmed_bytes, 1024u + 10 * kMiB);
  s.pool.Clear();
  statistics = s.pool.GetStatistics();
  EXPECT_EQ(statistics.total.acquires, 0u);
  EXPECT_EQ(statistics.trimmed_bytes, 0u);
}

TEST(BufferPoolTest, CapOnTheSystemIsHardButCachesMakeWay) {
  BufferPoolOptions options;
  options.retention.max_system_bytes = 10 * kMiB;
  Pooled s(options);
  Acquire(&s.memory, 6 * kMiB).Release();
  const Buffer five = Acquire(&s.memory, 5 * kMiB);  // only fits without the cached six
  ASSERT_FALSE(five.empty());
  auto six = s.memory.Acquire(6 * kMiB, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
  EXPECT_EQ(six.status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(s.budget.total().live, 5 * kMiB) << "the failed charge was refunded";
  EXPECT_LE(s.pool.GetStatistics().peak_system_bytes, 10 * kMiB);
  const Buffer rest = Acquire(&s.memory, 5 * kMiB);
  EXPECT_FALSE(rest.empty());
}

// The depot is emptied only if the cache of the thread that asks does not suffice.
TEST(BufferPoolTest, PressureEmptiesTheNearestCacheFirst) {
  BufferPoolOptions options;
  options.retention.max_system_bytes = 10 * kMiB;
  options.retention.slack_bytes = 10 * kMiB;  // what is cached stays until the cap calls for it
  Pooled s(options);
  std::thread([&] { Acquire(&s.memory, kMiB).Release(); }).join();  // leaves its block to the depot
  const uint8_t* in_depot = nullptr;
  {
    const Buffer block = Acquire(&s.memory, 3 * kMiB);
    in_depot = block.data();
  }
  Acquire(&s.memory, 2 * kMiB).Release();  // stays with this thread
  ASSERT_EQ(s.pool.GetStatistics().cached_bytes, 6 * kMiB);
  Buffer five = Acquire(&s.memory, 5 * kMiB);
  EXPECT_EQ(s.pool.GetStatistics().trimmed_bytes, 2 * kMiB) << "this thread's";
  EXPECT_EQ(Acquire(&s.memory, 3 * kMiB).data(), in_depot);
  const Buffer three = Acquire(&s.memory, 3 * kMiB + 128);
  ASSERT_FALSE(three.empty());
  EXPECT_EQ(s.pool.GetStatistics().trimmed_bytes, 6 * kMiB) << "and the depot";
  five.Release();
}

TEST(BufferPoolTest, BudgetHoldsForRandomSequences) {
  constexpr uint64_t kLimit = 500000;
  Pooled s;
  s.budget.set_limit(kLimit);
  std::mt19937 random(11);
  std::vector<Buffer> held;
  uint64_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    if (!held.empty() && random() % 2 == 0) {
      held.erase(held.begin() + static_cast<ptrdiff_t>(random() % held.size()));
    } else {
      auto buffer = s.memory.Acquire(random() % 60000, Category::kTile, ElementType::kOther, Fill::kUninitialized);
      if (buffer.ok()) {
        held.push_back(std::move(buffer).value());
      } else {
        EXPECT_EQ(buffer.status().code(), ErrorCode::kMemoryLimit);
        ++refused;
      }
    }
    uint64_t sum = 0;
    for (const Buffer& buffer : held) sum += buffer.size();
    ASSERT_EQ(s.budget.total().live, sum);
    ASSERT_LE(sum, kLimit);
    ASSERT_EQ(s.pool.GetStatistics().total.live_bytes, sum);
  }
  EXPECT_GT(refused, 0u);
}

TEST(BufferPoolTest, UnusedBlocksAgeAndUsedOnesStay) {
  BufferPoolOptions options;
  options.ageing_decodes = 3;
  Pooled s(options);
  Acquire(&s.memory, 4096).Release();
  Acquire(&s.memory, 8192).Release();
  Acquire(&s.memory, 4 * kMiB).Release();
  // Periods end after 3, 6 and 9 decodes. The large block sits in the depot from the first, the small one from the
  // second.
  for (int decodes = 0; decodes < 12; ++decodes) {
    const size_t small = decodes < 9 ? 4096 : 0;
    const size_t large = decodes < 6 ? 4 * kMiB : 0;
    EXPECT_EQ(s.pool.GetStatistics().cached_bytes, 8192 + small + large) << "after " << decodes << " decodes";
    const DecodeScope scope(&s.pool, 1);
    Acquire(&s.memory, 8192).Release();
  }
  EXPECT_EQ(s.pool.GetStatistics().cached_bytes, 8192u);
  EXPECT_EQ(s.pool.GetStatistics().aged_bytes, 4096u + 4 * kMiB);
}

TEST(BufferPoolTest, OverlappingDecodesCountAsOneTick) {
  BufferPoolOptions options;
  options.ageing_decodes = 1;
  Pooled s(options);
  Acquire(&s.memory, 4 * kMiB).Release();
  { const DecodeScope overlapping[] = {{&s.pool, 1}, {&s.pool, 1}, {&s.pool, 1}, {&s.pool, 1}}; }
  EXPECT_EQ(s.pool.GetStatistics().cached_bytes, 4 * kMiB) << "one tick: the block came in this period";
  { const DecodeScope scope(&s.pool, 1); }
  EXPECT_EQ(s.pool.GetStatistics().cached_bytes, 0u);
}

// Phases that need different sizes one after the other: the pool must not hold the sum of them.
void DecodeInPhases(Memory* memory, size_t phases, size_t phase_bytes) {
  for (size_t phase = 0; phase < phases; ++phase) {
    std::vector<Buffer> held;
    const size_t size = (100 << 10) + phase * 128;
    for (size_t bytes = 0; bytes < phase_bytes; bytes += size) held.push_back(Acquire(memory, size));
  }
}

TEST(BufferPoolTest, FirstDecodeNeedsLittleMoreThanItsPeak) {
  Pooled s;
  DecodeInPhases(&s.memory, 10, 16 * kMiB);
  const PoolStatistics statistics = s.pool.GetStatistics();
  EXPECT_LT(statistics.peak_live_bytes, 17 * kMiB);
  EXPECT_LE(statistics.peak_system_bytes, statistics.peak_live_bytes + 4 * kMiB + kMiB / 8);
  EXPECT_GT(statistics.pressure_bytes, 0u);
}

TEST(BufferPoolTest, SecondDecodeIsFreeOfMisses) {
  Pooled s;
  {
    const DecodeScope scope(&s.pool, 1);
    DecodeInPhases(&s.memory, 10, 16 * kMiB);
  }
  PoolStatistics statistics = s.pool.GetStatistics();
  EXPECT_EQ(statistics.system_bytes, statistics.cached_bytes);
  if (kSanitizerWatchesHeap) GTEST_SKIP() << "blocks of the C heap cannot be drained";
  for (int decode = 0; decode < 8; ++decode) {
    s.pool.ResetStatistics();
    {
      const DecodeScope scope(&s.pool, 1);
      DecodeInPhases(&s.memory, 10, 16 * kMiB);
    }
    statistics = s.pool.GetStatistics();
    EXPECT_EQ(statistics.total.misses(), 0u);
    EXPECT_EQ(statistics.system_bytes, statistics.cached_bytes);
  }
  s.pool.Trim();
  EXPECT_EQ(s.pool.GetStatistics().system_bytes, 0u);
}

// Images of many shapes, which have sizes of their own: a large one among them is forgotten after a while.
TEST(BufferPoolTest, OneLargeDecodeDoesNotLetLaterOnesHoard) {
  Pooled s;
  for (size_t i = 0; i < 17; ++i) {
    const DecodeScope scope(&s.pool, 1);
    if (i == 0) DecodeInPhases(&s.memory, 1, 128 * kMiB);
    if (i < 7) continue;
    const size_t size = (200 << 10) + i * 4096;
    std::vector<Buffer> held;
    for (size_t bytes = 0; bytes < 8 * kMiB; bytes += size) held.push_back(Acquire(&s.memory, size));
  }
  EXPECT_GT(s.pool.GetStatistics().pressure_bytes, 60 * kMiB);
}

TEST(BufferPoolTest, DrainedBlocksAreZeroAndServeTheSameDecode) {
  Pooled s;
  for (int round = 0; round < 3; ++round) {
    for (size_t phase = 0; phase < 10; ++phase) {
      std::vector<Buffer> held;
      const size_t size = (100 << 10) + phase * 4096;
      for (size_t bytes = 0; bytes < 8 * kMiB; bytes += size) {
        auto buffer = s.memory.Acquire(size, Category::kTile, ElementType::kOther, Fill::kZero);
        ASSERT_TRUE(buffer.ok());
        uint8_t* data = buffer.value().data();
        for (size_t i = 0; i < size; i += 509) ASSERT_EQ(data[i], 0);
        std::memset(data, 0xAB, size);
        held.push_back(std::move(buffer).value());
      }
    }
  }
  EXPECT_GT(s.pool.GetStatistics().pressure_bytes, 0u);
}

TEST(BufferPoolTest, PrewarmedBlocksMakeTheFirstDecodeHit) {
  Pooled s;
  const PrewarmRequest requests[] = {{768 << 10, 3}, {5000, 10}, {6 * kMiB, 2}};
  ASSERT_TRUE(Prewarm(&s.pool, requests).ok());
  EXPECT_EQ(s.pool.GetStatistics().system_allocations, 15u);
  Acquire(&s.memory, kMiB / 4).Release();  // must not displace what was just made ready
  s.pool.ResetStatistics();
  {
    std::vector<Buffer> held;
    for (const PrewarmRequest& request : requests) {
      for (uint32_t i = 0; i < request.count; ++i) held.push_back(Acquire(&s.memory, request.bytes));
    }
  }
  EXPECT_EQ(s.pool.GetStatistics().total.misses(), 0u);
  ASSERT_TRUE(Prewarm(&s.pool, requests).ok()) << "again: nothing is missing";
  EXPECT_EQ(s.pool.GetStatistics().system_allocations, 0u);
}

// What pre-warming asks for is counted for all threads.
TEST(BufferPoolTest, PrewarmedBlocksNeedNoSpares) {
  Pooled s;
  for (int i = 0; i < 3; ++i) Acquire(&s.memory, 5000).Release();  // while it was counted
  const PrewarmRequest requests[] = {{5000, 10}};
  ASSERT_TRUE(Prewarm(&s.pool, requests).ok());
  s.pool.ResetStatistics();
  { const DecodeScope scope(&s.pool, 4); }
  EXPECT_EQ(s.pool.GetStatistics().system_allocations, 0u);
  {
    const DecodeScope scope(&s.pool, 4);
    Acquire(&s.memory, 6000).Release();
  }
  EXPECT_EQ(s.pool.GetStatistics().system_allocations, 4u)
      << "one that was missed, and a spare for each further thread";
}

TEST(BufferPoolTest, PrewarmStopsAtTheBounds) {
  BufferPoolOptions options;
  options.retention.max_cached_bytes = 10 * kMiB;
  Pooled s(options);
  const PrewarmRequest requests[] = {{3 * kMiB, 10}};
  EXPECT_EQ(Prewarm(&s.pool, requests).code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(s.pool.GetStatistics().cached_bytes, 9 * kMiB);
}

TEST(BufferPoolTest, PrewarmedZeroBlocksAreZero) {
  Pooled s;
  const PrewarmRequest requests[] = {{4 * kMiB, 1}, {4096, 1}};
  ASSERT_TRUE(Prewarm(&s.pool, requests).ok());
  for (const PrewarmRequest& request : requests) {
    auto buffer = s.memory.Acquire(request.bytes, Category::kTile, ElementType::kOther, Fill::kZero);
    ASSERT_TRUE(buffer.ok());
    for (size_t i = 0; i < request.bytes; ++i) ASSERT_EQ(buffer.value().data()[i], 0);
  }
}

TEST(BufferPoolTest, AbsurdSizesFailCleanly) {
  Pooled s;
  for (const size_t bytes : {~size_t{0}, ~size_t{0} - 200}) {
    auto buffer = s.memory.Acquire(bytes, Category::kTile, ElementType::kOther, Fill::kZero);
    EXPECT_EQ(buffer.status().code(), ErrorCode::kMemoryLimit);
  }
  EXPECT_EQ(s.budget.total().live, 0u);
  EXPECT_EQ(s.pool.GetStatistics().system_bytes, 0u);
}

}  // namespace
}  // namespace jxlpool
