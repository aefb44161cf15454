// One pool used by several threads, one thread using several pools, and all orders of ending. Run it under
// ThreadSanitizer as well.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "lib/pool/buffer_pool.h"
#include "lib/pool/decode_scope.h"
#include "lib/pool/memory.h"
#include "lib/pool/prewarm.h"

namespace jxlpool {
namespace {

Buffer Acquire(Memory* memory, size_t bytes) {
  auto buffer = memory->Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
  EXPECT_TRUE(buffer.ok());
  return std::move(buffer).value();
}

// Runs commands on a thread that lives until the object dies.
class Worker {
 public:
  Worker() : thread_([this] { Main(); }) {}
  ~Worker() {
    Run(nullptr);
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Run(std::function<void()> command) {
    std::unique_lock<std::mutex> lock(mutex_);
    command_ = std::move(command);
    pending_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !pending_; });
  }

 private:
  void Main() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (bool stop = false; !stop;) {
      changed_.wait(lock, [this] { return pending_; });
      stop = command_ == nullptr;
      if (!stop) command_();
      pending_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> command_;
  bool pending_ = false;
  std::thread thread_;
};

TEST(PoolThreadsTest, WhoFreesABlockKeepsIt) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  Worker worker;
  Buffer buffer = Acquire(&memory, 4096);
  const uint8_t* data = buffer.data();
  worker.Run([&] { buffer.Release(); });
  EXPECT_NE(Acquire(&memory, 4096).data(), data);
  const uint8_t* found = nullptr;
  worker.Run([&] { found = Acquire(&memory, 4096).data(); });
  EXPECT_EQ(found, data);
  EXPECT_EQ(pool.GetStatistics().total.live_bytes, 0u);
  EXPECT_EQ(budget.total().live, 0u);
}

TEST(PoolThreadsTest, DyingThreadHandsItsBlocksOver) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  const uint8_t* data = nullptr;
  std::thread([&] { data = Acquire(&memory, 4096).data(); }).join();
  EXPECT_EQ(pool.GetStatistics().cached_bytes, 4096u);
  EXPECT_EQ(Acquire(&memory, 4096).data(), data);
  EXPECT_EQ(pool.GetStatistics().system_allocations, 1u);
}

// What one thread gives back and does not need is there for the others, also in a first decode.
TEST(PoolThreadsTest, AThreadKeepsLittleForItself) {
  constexpr size_t kMiB = size_t{1} << 20;
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  const auto hold = [&] {
    std::vector<Buffer> held;
    for (int i = 0; i < 20; ++i) held.push_back(Acquire(&memory, kMiB));
  };
  Worker worker;
  worker.Run(hold);
  hold();
  EXPECT_GE(pool.GetStatistics().total.hits, 12u);
}

TEST(PoolThreadsTest, PeakCountsWhatDeadThreadsLeftLive) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  Buffer inherited;
  std::thread([&] { inherited = Acquire(&memory, 128 << 10); }).join();
  const Buffer own = Acquire(&memory, 64 << 10);
  EXPECT_EQ(pool.GetStatistics().peak_live_bytes, 192u << 10);
}

TEST(PoolThreadsTest, ManyShortThreadsShareFewCaches) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  std::thread([&] { Acquire(&memory, 4096); }).join();
  const uint64_t overhead = pool.GetStatistics().overhead_bytes;
  for (int i = 0; i < 50; ++i) std::thread([&] { Acquire(&memory, 4096); }).join();
  EXPECT_EQ(pool.GetStatistics().overhead_bytes, overhead);
  EXPECT_EQ(pool.GetStatistics().system_allocations, 1u);
  EXPECT_EQ(pool.GetStatistics().total.acquires, 51u);
}

TEST(PoolThreadsTest, TrimAndAgeingReachIdleThreads) {
  BufferPoolOptions options;
  options.ageing_decodes = 1;
  BufferPool pool(options);
  Budget budget;
  Memory memory(&pool, &budget);
  Worker worker;
  worker.Run([&] { Acquire(&memory, 4096).Release(); });
  pool.Trim();
  EXPECT_EQ(pool.GetStatistics().cached_bytes, 0u);
  worker.Run([&] { Acquire(&memory, 4096).Release(); });
  for (int i = 0; i < 2; ++i) {
    { const DecodeScope scope(&pool, 1); }
    EXPECT_EQ(pool.GetStatistics().cached_bytes, 4096u);
  }
  { const DecodeScope scope(&pool, 1); }
  EXPECT_EQ(pool.GetStatistics().cached_bytes, 0u);
}

TEST(PoolThreadsTest, WarmPoolFindsABlockInAnotherThreadsCache) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  Worker worker;
  const uint8_t* data = nullptr;
  worker.Run([&] { data = Acquire(&memory, 4096).data(); });
  const Buffer cold = Acquire(&memory, 4096);
  EXPECT_NE(cold.data(), data) << "before the first decode has ended it is not worth searching";
  { const DecodeScope scope(&pool, 1); }
  pool.ResetStatistics();
  std::vector<Buffer> warm;
  bool found = false;
  while (!found && pool.GetStatistics().system_allocations == 0) {  // spare blocks come first
    warm.push_back(Acquire(&memory, 4096));
    found = warm.back().data() == data;
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(pool.GetStatistics().total.misses(), 0u);
  const Buffer more = Acquire(&memory, 4096);
  EXPECT_EQ(pool.GetStatistics().system_allocations, 1u);
}

// In the first decode one thread happens to do everything; in the second one all blocks are live in two threads.
TEST(PoolThreadsTest, SparesCoverWorkThatFallsToOtherThreads) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  const size_t sizes[] = {1000, 5000, 100 << 10, 700 << 10};
  {
    const DecodeScope scope(&pool, 2);
    for (int i = 0; i < 2; ++i) {
      for (const size_t size : sizes) Acquire(&memory, size).Release();
    }
  }
  for (int decode = 0; decode < 20; ++decode) {  // spares must not age while their sizes are in use
    const DecodeScope scope(&pool, 2);
    pool.ResetStatistics();
    {
      std::vector<Buffer> mine;
      std::vector<Buffer> theirs;
      Worker worker;
      for (const size_t size : sizes) {
        mine.push_back(Acquire(&memory, size));
        if (decode % 10 == 0 || decode == 19) worker.Run([&] { theirs.push_back(Acquire(&memory, size)); });
      }
    }
    EXPECT_EQ(pool.GetStatistics().total.misses(), 0u) << "decode " << decode;
  }
}

TEST(PoolThreadsTest, SmallBlocksStayWhenTheExcessIsOutOfReach) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  Worker worker;
  worker.Run([&] {
    std::vector<Buffer> held;
    for (int i = 0; i < 6; ++i) held.push_back(Acquire(&memory, size_t{1} << 20));
  });
  const auto acquire_small = [&] {
    std::vector<Buffer> held;
    for (int i = 0; i < 20; ++i) held.push_back(Acquire(&memory, 1024));
  };
  acquire_small();
  pool.ResetStatistics();
  // Calls for some 5 MiB of cached blocks to go. All but the small ones are the worker's.
  const Buffer large = Acquire(&memory, size_t{5} << 20);
  EXPECT_EQ(pool.GetStatistics().total.misses(), 1u);
  acquire_small();
  EXPECT_EQ(pool.GetStatistics().total.misses(), 1u);
}

TEST(PoolThreadsTest, PoolMayDieBeforeItsThreads) {
  Worker worker;
  for (int i = 0; i < 40; ++i) {
    auto pool = std::make_unique<BufferPool>();
    Budget budget;
    Memory memory(pool.get(), &budget);
    worker.Run([&] { Acquire(&memory, 4096).Release(); });
    Acquire(&memory, 4096).Release();
    pool.reset();
  }
}

TEST(PoolThreadsTest, OneThreadMayUseMorePoolsThanItRemembers) {
  constexpr size_t kPools = 40;
  std::vector<std::unique_ptr<BufferPool>> pools(kPools);
  for (auto& pool : pools) pool = std::make_unique<BufferPool>();
  for (int round = 0; round < 3; ++round) {
    for (auto& pool : pools) {
      Budget budget;
      Memory memory(pool.get(), &budget);
      Acquire(&memory, 4096).Release();
      Acquire(&memory, 4096).Release();
    }
  }
  for (auto& pool : pools) {
    const PoolStatistics statistics = pool->GetStatistics();
    EXPECT_EQ(statistics.system_allocations, 1u);
    EXPECT_EQ(statistics.total.acquires, 6u);
    EXPECT_EQ(statistics.total.live_bytes, 0u);
    EXPECT_EQ(statistics.cached_bytes, 4096u);
  }
}

// A thread_local object that is older than the thread's caches dies after them, and may still hold and take blocks.
struct Late {
  Memory* memory = nullptr;
  std::optional<Buffer> held;
  ~Late() {
    if (memory == nullptr) return;
    held.reset();
    Acquire(memory, 4096).Release();
    Acquire(memory, 8192).Release();
  }
};

TEST(PoolThreadsTest, ThreadMayUseThePoolAfterItsCachesAreGone) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  std::thread([&] {
    static thread_local Late late;
    late.memory = &memory;
    late.held = Acquire(&memory, 4096);
  }).join();
  const PoolStatistics statistics = pool.GetStatistics();
  EXPECT_EQ(statistics.total.acquires, 3u);
  EXPECT_EQ(statistics.total.live_bytes, 0u);
  EXPECT_EQ(statistics.cached_bytes, 4096u + 8192u);
  EXPECT_EQ(statistics.system_allocations, 2u);
}

// Threads acquire, check that no other thread writes to their blocks, pass blocks on to each other, end and are
// replaced, while others age, trim and read the statistics.
TEST(PoolThreadsTest, Stress) {
  constexpr int kThreads = 4;
  constexpr int kGenerations = 4;
  constexpr int kSteps = 3000;
  constexpr uint64_t kLimit = 6 << 20;
  BufferPoolOptions options;
  options.ageing_decodes = 1;
  options.max_thread_bytes = 256 << 10;
  options.max_thread_block_bytes = 64 << 10;
  options.retention.max_cached_bytes = 2 << 20;
  options.retention.slack_bytes = 128 << 10;
  BufferPool pool(options);
  Budget budget(kLimit);
  Memory memory(&pool, &budget);
  std::mutex exchange_mutex;
  std::vector<Buffer> exchange;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> damaged{0};

  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Buffer> held;
    auto check_and_drop = [&](Buffer buffer) {
      if (buffer.data()[0] != buffer.data()[buffer.size() - 1]) ++damaged;
    };
    for (int i = 0; i < kSteps; ++i) {
      const unsigned action = random() % 8;
      if (action < 4) {
        const size_t bytes = random() % 10 == 0 ? random() % 300000 + 1 : 128 * (1 + random() % 30);
        auto buffer = memory.Acquire(bytes, Category::kModular, ElementType::kInt32,
                                     random() % 2 == 0 ? Fill::kZero : Fill::kUninitialized);
        if (!buffer.ok()) continue;
        const auto mark = static_cast<uint8_t>(random());
        buffer.value().data()[0] = mark;
        buffer.value().data()[buffer.value().size() - 1] = mark;
        held.push_back(std::move(buffer).value());
      } else if (action < 7 && !held.empty()) {
        std::swap(held[random() % held.size()], held.back());
        check_and_drop(std::move(held.back()));
        held.pop_back();
      } else if (action == 7) {
        const std::lock_guard<std::mutex> lock(exchange_mutex);
        if (!held.empty() && exchange.size() < 50) {
          exchange.push_back(std::move(held.back()));
          held.pop_back();
        } else if (!exchange.empty()) {
          held.push_back(std::move(exchange.back()));
          exchange.pop_back();
        }
      }
    }
    for (Buffer& buffer : held) check_and_drop(std::move(buffer));
  };
  std::thread upkeep([&] {
    std::mt19937 random(99);
    while (!stop.load()) {
      switch (random() % 4) {
        case 0:
          pool.Trim();
          break;
        case 1: {
          const DecodeScope scope(&pool, 2);
          break;
        }
        case 2: {
          const PrewarmRequest requests[] = {{1024, 4}, {100000, 1}};
          static_cast<void>(Prewarm(&pool, requests));
          break;
        }
        default: {
          const PoolStatistics statistics = pool.GetStatistics();
          EXPECT_LE(budget.total().live, kLimit);
          EXPECT_LE(statistics.total.hits, statistics.total.acquires);
          if (random() % 16 == 0) pool.ResetStatistics();
          break;
        }
      }
      std::this_thread::yield();
    }
  });
  for (int generation = 0; generation < kGenerations; ++generation) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, generation * kThreads + i + 1);
    for (std::thread& thread : threads) thread.join();
  }
  stop = true;
  upkeep.join();
  exchange.clear();
  EXPECT_EQ(damaged.load(), 0u);
  EXPECT_EQ(budget.total().live, 0u);
  EXPECT_LE(budget.total().peak, kLimit);
  PoolStatistics statistics = pool.GetStatistics();
  EXPECT_EQ(statistics.total.live_bytes, 0u);
  EXPECT_EQ(statistics.system_bytes, statistics.cached_bytes);
  EXPECT_LE(statistics.cached_bytes, (2u << 20) + (kThreads + 2) * (256u << 10));
  pool.Trim();
  statistics = pool.GetStatistics();
  EXPECT_EQ(statistics.system_bytes, 0u);
  EXPECT_EQ(statistics.cached_blocks, 0u);
}

}  // namespace
}  // namespace jxlpool
