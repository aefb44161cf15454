// Once warm, a repeated pattern of acquisitions makes no allocation at all: neither the pool's statistics nor the
// count of calls to malloc, operator new and mmap may move.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "lib/base/thread_pool.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/decode_scope.h"
#include "lib/pool/matrix.h"
#include "lib/pool/pool_vector.h"
#include "lib/pool/pooled_object.h"
#include "lib/pool/scratch_arena.h"
#include "tools/bench/count_heap.h"

namespace jxlpool {
namespace {

struct State {
  PoolVector<uint32_t> list;
  explicit State(Memory* memory) : list(memory, Category::kOther) {}
};

// Something like a group: matrices, a growing vector, an object, scratch. Sizes depend on `task`.
Status DecodeGroup(Memory* memory, uint32_t task) {
  JXLPOOL_ASSIGN_OR_RETURN(auto tile, Matrix3D<float>::Create(memory, Category::kTile, 3, 256, 256 - task % 3));
  JXLPOOL_ASSIGN_OR_RETURN(auto coefficients, Matrix3D<int16_t>::Create(memory, Category::kCoefficients, 3, 256, 256));
  JXLPOOL_ASSIGN_OR_RETURN(auto state, MakePooled<State>(memory, Category::kOther, memory));
  for (uint32_t i = 0; i < 100 * (1 + task % 5); ++i) JXLPOOL_RETURN_IF_ERROR(state->list.PushBack(i));
  ScratchArena arena;
  JXLPOOL_RETURN_IF_ERROR(arena.Reserve(memory, 64 << 10));
  JXLPOOL_ASSIGN_OR_RETURN(float* rows, arena.Allocate<float>(1000));
  rows[0] = tile.Row(0, 0)[0] = 1.0f;
  coefficients.Row(2, 255)[0] = 1;
  return OkStatus();
}

Status Decode(Memory* memory, ThreadPool* threads) {
  const DecodeScope scope(memory->pool(), threads->num_workers());
  JXLPOOL_ASSIGN_OR_RETURN(auto lf, Matrix3D<float>::Create(memory, Category::kLf, 3, 256, 256, Fill::kZero));
  JXLPOOL_ASSIGN_OR_RETURN(auto canvas, Matrix3D<uint8_t>::Create(memory, Category::kCanvas, 3, 1000, 1000));
  JXLPOOL_RETURN_IF_ERROR(threads->Run(40, [&](uint32_t task, uint32_t) { return DecodeGroup(memory, task); }));
  lf.Release();
  canvas.Release();
  return OkStatus();
}

TEST(AllocationTest, WarmDecodesOfOneThreadAllocateNothing) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  ThreadPool threads(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Decode(&memory, &threads).ok());
  pool.ResetStatistics();
  const uint64_t before = CountedHeapUse().calls;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Decode(&memory, &threads).ok());
  EXPECT_EQ(CountedHeapUse().calls, before);
  const PoolStatistics statistics = pool.GetStatistics();
  EXPECT_EQ(statistics.system_allocations, 0u);
  EXPECT_EQ(statistics.system_releases, 0u);
  EXPECT_EQ(statistics.total.misses(), 0u);
  EXPECT_GT(statistics.total.acquires, 1000u);
}

TEST(AllocationTest, TheCountSeesWhatAColdPoolAllocates) {
  if (!HeapUseIsCounted()) GTEST_SKIP() << "calls into the heap cannot be counted in this build";
  const uint64_t before = CountedHeapUse().calls;
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  for (const size_t bytes : {size_t{1000}, size_t{200} << 10, size_t{3} << 20}) {
    EXPECT_TRUE(memory.Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized).ok());
  }
  EXPECT_GE(CountedHeapUse().calls, before + 4) << "three payloads and a slab of headers";
  const uint64_t allocated = CountedHeapUse().calls;
  ::operator delete(::operator new(8));
  EXPECT_EQ(CountedHeapUse().calls, allocated + 1);
}

// How many blocks of a size are live at a time varies with the scheduling of the threads, but not for ever upwards.
TEST(AllocationTest, WarmDecodesOfSeveralThreadsSettle) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  ThreadPool threads(3);
  uint64_t quiet = 0;
  for (int i = 0; i < 200 && quiet < 5; ++i) {
    const uint64_t before = CountedHeapUse().calls;
    ASSERT_TRUE(Decode(&memory, &threads).ok());
    quiet = CountedHeapUse().calls == before ? quiet + 1 : 0;
  }
  EXPECT_GE(quiet, 5u);
}

}  // namespace
}  // namespace jxlpool
