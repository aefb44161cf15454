// What the operating system says the process occupies must follow what the pool says it holds.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

constexpr size_t kKiB = 1024;
constexpr size_t kMiB = size_t{1} << 20;

struct ProcessBytes {
  size_t mapped = 0;
  size_t resident = 0;
};

ProcessBytes ReadProcessBytes() {
  unsigned long mapped = 0;
  unsigned long resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return {};
  if (std::fscanf(file, "%lu %lu", &mapped, &resident) != 2) mapped = resident = 0;
  std::fclose(file);
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return {mapped * page, resident * page};
}

size_t ResidentBytes() { return ReadProcessBytes().resident; }

class ResidentMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(JXLPOOL_TSAN)
    GTEST_SKIP() << "sanitizers have memory of their own";
#endif
    if (kSanitizerWatchesHeap) GTEST_SKIP() << "sanitizers have memory of their own";
    if (ResidentBytes() == 0) GTEST_SKIP() << "needs /proc";
  }
  // Holds blocks of `size` bytes, `total` bytes altogether, all written to.
  std::vector<Buffer> Hold(size_t size, size_t total) {
    std::vector<Buffer> held;
    for (size_t bytes = 0; bytes < total; bytes += size) {
      auto buffer = memory_.Acquire(size, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
      EXPECT_TRUE(buffer.ok());
      std::memset(buffer.value().data(), 1, size);
      held.push_back(std::move(buffer).value());
    }
    return held;
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

// One phase after the other with blocks of other sizes, mapped and huge: not the sum of all.
TEST_F(ResidentMemoryTest, PhasesOfOtherSizesDoNotAddUp) {
  const size_t before = ResidentBytes();
  size_t most = 0;
  for (const size_t size : {40 * kKiB, 200 * kKiB, 768 * kKiB, 3 * kMiB, 5 * kMiB + 1000, 700 * kKiB, 13 * kMiB}) {
    const std::vector<Buffer> held = Hold(size, 64 * kMiB);
    most = std::max(most, ResidentBytes());
  }
  const size_t peak = pool_.GetStatistics().peak_live_bytes;
  EXPECT_LE(most - before, peak + peak / 8 + 4 * kMiB);
}

TEST_F(ResidentMemoryTest, HugePagesDoNotRoundUp) {
  const size_t before = ResidentBytes();
  const std::vector<Buffer> held = Hold(2 * kMiB + 4096, 100 * kMiB);
  EXPECT_LE(ResidentBytes() - before, 102 * kMiB + 2 * kMiB);
}

TEST_F(ResidentMemoryTest, AddressSpaceDoesNotLeak) {
  const size_t before = ReadProcessBytes().mapped;
  for (int i = 0; i < 200; ++i) {
    Hold(3 * kMiB + 1000, 6 * kMiB);
    Hold(100 * kKiB, kMiB);
    pool_.Trim();
  }
  EXPECT_LE(ReadProcessBytes().mapped, before + kMiB);
}

TEST_F(ResidentMemoryTest, TrimGivesMappedBlocksBack) {
  const size_t before = ResidentBytes();
  Hold(300 * kKiB, 20 * kMiB);
  Hold(5 * kMiB, 20 * kMiB);
  EXPECT_GE(ResidentBytes(), before + 15 * kMiB) << "cached";
  pool_.Trim();
  EXPECT_LE(ResidentBytes(), before + kMiB);
}

}  // namespace
}  // namespace jxlpool
