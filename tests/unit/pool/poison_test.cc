// Misuse of pooled memory must be loud. The death tests mean something under AddressSanitizer only.
#include "lib/pool/poison.h"

#include <gtest/gtest.h>

#include <cstring>

#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "lib/pool/scratch_arena.h"

namespace jxlpool {
namespace {

#if defined(JXLPOOL_ASAN)
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

class PoisonTest : public testing::Test {
 protected:
  Buffer Acquire(size_t bytes, Fill fill = Fill::kUninitialized) {
    auto buffer = memory_.Acquire(bytes, Category::kTile, ElementType::kUint8, fill);
    EXPECT_TRUE(buffer.ok());
    return std::move(buffer).value();
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

using PoisonDeathTest = PoisonTest;

uint8_t Read(const uint8_t* data) { return *const_cast<const volatile uint8_t*>(data); }

TEST_F(PoisonDeathTest, UseAfterReleaseIsReported) {
  if (!kAddressSanitizer) GTEST_SKIP() << "needs AddressSanitizer";
  for (const size_t bytes : {size_t{128}, size_t{100000}, size_t{4} << 20}) {
    Buffer buffer = Acquire(bytes);
    const uint8_t* data = buffer.data();
    buffer.Release();
    ASSERT_EQ(pool_.GetStatistics().cached_blocks, 1u) << "must still be the pool's, not the heap's to report";
    EXPECT_DEATH(Read(data), "use-after-poison");
    EXPECT_DEATH(Read(data + bytes - 1), "use-after-poison");
    Buffer again = Acquire(bytes);
    EXPECT_EQ(again.data(), data);
    again.data()[0] = 1;
    EXPECT_EQ(Read(data), 1);
    again.Release();
    pool_.Trim();
  }
}

TEST_F(PoisonDeathTest, ReadingPastABlockIsReported) {
  if (!kAddressSanitizer) GTEST_SKIP() << "needs AddressSanitizer";
  const Buffer buffer = Acquire(size_t{1} << 20);
  EXPECT_DEATH(Read(buffer.data() + buffer.size()), "heap-buffer-overflow");
}

TEST_F(PoisonDeathTest, ScratchAfterItsScopeOrPastItsEndIsReported) {
  if (!kAddressSanitizer) GTEST_SKIP() << "needs AddressSanitizer";
  ScratchArena arena;
  ASSERT_TRUE(arena.Reserve(&memory_, 4096).ok());
  const uint8_t* data = nullptr;
  {
    const ScratchArena::Scope scope(&arena);
    auto range = arena.Allocate<uint8_t>(100);
    ASSERT_TRUE(range.ok());
    data = range.value();
    range.value()[99] = 1;
    EXPECT_DEATH(Read(data + 104), "use-after-poison");
  }
  EXPECT_DEATH(Read(data), "use-after-poison");
}

TEST_F(PoisonTest, DebugBuildsFillWithPatterns) {
  if (!kFillPatterns) GTEST_SKIP() << "needs a build without NDEBUG";
  Buffer buffer = Acquire(1000);
  for (size_t i = 0; i < buffer.size(); ++i) ASSERT_EQ(buffer.data()[i], kUninitializedPattern);
  uint8_t* data = buffer.data();
  const size_t size = buffer.size();
  data[5] = 1;
  buffer.Release();
  UnpoisonRange(data, size);
  for (size_t i = 0; i < size; ++i) ASSERT_EQ(data[i], kReleasedPattern);
}

TEST_F(PoisonTest, DirtyFillLeavesWhatTheLastHolderWrote) {
  for (const size_t bytes : {size_t{128}, size_t{200} << 10, size_t{5} << 20}) {
    Buffer buffer = Acquire(bytes);
    const uint8_t* data = buffer.data();
    std::memset(buffer.data(), 0x5A, buffer.size());
    buffer.Release();
    buffer = Acquire(bytes, Fill::kDirty);
    ASSERT_EQ(buffer.data(), data);
    const uint8_t expected = kFillPatterns ? kReleasedPattern : 0x5A;
    for (size_t i = 0; i < buffer.size(); ++i) ASSERT_EQ(buffer.data()[i], expected);
    buffer.Release();
    buffer = Acquire(bytes, Fill::kZero);
    for (size_t i = 0; i < buffer.size(); ++i) ASSERT_EQ(buffer.data()[i], 0);
    buffer.Release();
    buffer = Acquire(bytes);
    if (kFillPatterns || kSanitizerWatchesHeap) continue;
    EXPECT_EQ(buffer.data()[0], 0) << "uninitialised is no work in release builds";
  }
}

TEST_F(PoisonTest, ZeroFillIsZeroForFreshAndReusedBlocksOfAllBackings) {
  for (const size_t bytes : {size_t{128}, size_t{200} << 10, size_t{5} << 20}) {
    for (int round = 0; round < 3; ++round) {
      Buffer buffer = Acquire(bytes, Fill::kZero);
      for (size_t i = 0; i < buffer.size(); ++i) ASSERT_EQ(buffer.data()[i], 0) << bytes << " round " << round;
      for (size_t i = 0; i < buffer.size(); ++i) buffer.data()[i] = 0xFF;
    }
  }
}

}  // namespace
}  // namespace jxlpool
