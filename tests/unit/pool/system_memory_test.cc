#include "lib/pool/system_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

TEST(SystemMemoryTest, SizesAroundTheThresholdsAreAlignedWritableAndHonestAboutZero) {
  const SystemMemoryOptions options;
  const SystemMemory system(options);
  std::vector<size_t> sizes = {128, 4096, 10 << 20};
  for (const size_t threshold : {options.map_bytes, options.huge_bytes, size_t{4} << 20}) {
    for (const size_t size : {threshold - 128, threshold, threshold + 128, threshold + 4096}) sizes.push_back(size);
  }
  for (const size_t size : sizes) {
    bool is_zero = false;
    uint8_t* payload = system.Allocate(size, SystemMemory::Backing::kNow, &is_zero);
    ASSERT_NE(payload, nullptr) << size;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(payload) % kBufferAlignment, 0u);
    EXPECT_EQ(is_zero, !kSanitizerWatchesHeap && size >= options.map_bytes);
    if (is_zero) {
      EXPECT_EQ(std::count(payload, payload + size, 0), static_cast<ptrdiff_t>(size));
      if (size >= options.huge_bytes) {
        EXPECT_EQ(reinterpret_cast<uintptr_t>(payload) % (size_t{2} << 20), 0u);
      }
    }
    std::memset(payload, 0x5A, size);
    SystemMemory::Touch(payload, size);
    EXPECT_EQ(std::count(payload, payload + size, 0x5A), static_cast<ptrdiff_t>(size));
    system.Free(payload, size);
  }
}

// Whether the mapping at `address` has asked for huge pages, by the system's own account.
bool AsksForHugePages(const uint8_t* address) {
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
      const auto at = reinterpret_cast<uintptr_t>(address);
      inside = begin <= at && at < end;
    } else if (inside && line.rfind("VmFlags:", 0) == 0) {
      return line.find(" hg") != std::string::npos;
    }
  }
  return false;
}

TEST(SystemMemoryTest, LargeBlocksAskForHugePages) {
  if (kSanitizerWatchesHeap) GTEST_SKIP() << "everything comes from the C heap";
  if (!std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled")) GTEST_SKIP() << "the system has none";
  const SystemMemoryOptions options;
  const SystemMemory system(options);
  for (const size_t size : {options.huge_bytes - 4096, options.huge_bytes, size_t{5} << 20}) {
    bool is_zero = false;
    uint8_t* payload = system.Allocate(size, SystemMemory::Backing::kNow, &is_zero);
    ASSERT_NE(payload, nullptr);
    EXPECT_EQ(AsksForHugePages(payload), size >= options.huge_bytes) << size;
    system.Free(payload, size);
  }
}

TEST(SystemMemoryTest, AbsurdSizesAreRefused) {
  const SystemMemory system{SystemMemoryOptions()};
  bool is_zero = false;
  EXPECT_EQ(system.Allocate(~size_t{0} - 127, SystemMemory::Backing::kNow, &is_zero), nullptr);
  EXPECT_EQ(system.Allocate(size_t{1} << 62, SystemMemory::Backing::kNow, &is_zero), nullptr);
}

}  // namespace
}  // namespace jxlpool
