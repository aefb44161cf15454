#include "lib/pool/scratch_arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

class ScratchArenaTest : public testing::Test {
 protected:
  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

TEST_F(ScratchArenaTest, RangesAreAlignedAndDisjoint) {
  ScratchArena arena;
  const size_t capacity = ScratchArena::BytesFor<float>(17) + ScratchArena::BytesFor<uint8_t>(1);
  EXPECT_EQ(capacity, 128u + 64u);
  ASSERT_TRUE(arena.Reserve(&memory_, capacity).ok());
  EXPECT_EQ(budget_.category(Category::kTile).live, 256u);
  auto a = arena.Allocate<float>(17);
  auto b = arena.Allocate<uint8_t>(1);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a.value()) % 64, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(b.value()) % 64, 0u);
  EXPECT_GE(b.value(), reinterpret_cast<uint8_t*>(a.value() + 17));
  std::memset(a.value(), 1, 17 * sizeof(float));
  *b.value() = 2;
}

TEST_F(ScratchArenaTest, ScopesNestAndRewind) {
  ScratchArena arena;
  ASSERT_TRUE(arena.Reserve(&memory_, 1024).ok());
  const ScratchArena::Scope outer(&arena);
  ASSERT_TRUE(arena.Allocate<uint32_t>(16).ok());
  const uint8_t* first = nullptr;
  for (int i = 0; i < 100; ++i) {
    const ScratchArena::Scope inner(&arena);
    auto range = arena.Allocate<uint8_t>(960);
    ASSERT_TRUE(range.ok());
    if (first == nullptr) first = range.value();
    EXPECT_EQ(range.value(), first);
    EXPECT_EQ(arena.used(), 1024u);
  }
  EXPECT_EQ(arena.used(), 64u);
  EXPECT_EQ(pool_.GetStatistics().total.acquires, 1u) << "one buffer serves all";
}

TEST_F(ScratchArenaTest, ExhaustionIsAnErrorAndHarmless) {
  ScratchArena arena;
  EXPECT_EQ(arena.Allocate<uint8_t>(1).status().code(), ErrorCode::kMemoryLimit) << "nothing reserved";
  EXPECT_TRUE(arena.Allocate<uint8_t>(0).ok());
  ASSERT_TRUE(arena.Reserve(&memory_, 256).ok());
  EXPECT_TRUE(arena.Allocate<uint64_t>(30).ok());
  EXPECT_EQ(arena.Allocate<uint8_t>(1).status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(arena.Allocate<uint64_t>(std::numeric_limits<size_t>::max()).status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(arena.Allocate<uint64_t>(std::numeric_limits<size_t>::max() / 8).status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(arena.used(), 256u);
}

TEST_F(ScratchArenaTest, AMeterMeasuresWhatAnArenaNeeds) {
  const auto allocate_all = [](auto* source) {
    return source->template Allocate<uint8_t>(1).ok() && source->template Allocate<double>(9).ok() &&
           source->template Allocate<float>(0).ok() && source->template Allocate<float>(32).ok();
  };
  ScratchMeter meter;
  ASSERT_TRUE(allocate_all(&meter));
  EXPECT_EQ(meter.used(), 64u + 128 + 0 + 128);
  ScratchArena arena;
  ASSERT_TRUE(arena.Reserve(&memory_, meter.used()).ok());
  {
    const ScratchArena::Scope scope(&arena);
    EXPECT_TRUE(allocate_all(&arena));
    EXPECT_EQ(arena.used(), meter.used());
  }
  EXPECT_TRUE(meter.Allocate<uint64_t>(std::numeric_limits<size_t>::max()).ok());
  EXPECT_EQ(meter.used(), std::numeric_limits<size_t>::max()) << "more than can be reserved";
}

TEST_F(ScratchArenaTest, ReserveFillsNewMemoryAsAsked) {
  ScratchArena dirty;
  ASSERT_TRUE(dirty.Reserve(&memory_, 4096).ok());
  std::memset(dirty.Allocate<uint8_t>(4096).value(), 7, 4096);
  dirty.Release();
  ScratchArena arena;
  ASSERT_TRUE(arena.Reserve(&memory_, 4096, Category::kTile, Fill::kZero).ok());
  const uint8_t* bytes = arena.Allocate<uint8_t>(4096).value();
  EXPECT_EQ(std::count(bytes, bytes + 4096, 0), kFillPatterns ? 0 : 4096) << "debug builds mark what is uninitialised";
}

TEST_F(ScratchArenaTest, ReserveKeepsABigEnoughBufferAndRespectsTheBudget) {
  Budget small(1000);
  Memory memory(&pool_, &small);
  ScratchArena arena;
  ASSERT_TRUE(arena.Reserve(&memory, 512).ok());
  ASSERT_TRUE(arena.Reserve(&memory, 100).ok());
  EXPECT_EQ(arena.capacity(), 512u);
  EXPECT_EQ(arena.Reserve(&memory, 2000).code(), ErrorCode::kMemoryLimit);
  ScratchArena moved = std::move(arena);
  moved.Release();
  EXPECT_EQ(small.total().live, 0u);
}

}  // namespace
}  // namespace jxlpool
