#include "lib/pool/size_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tools/bench/count_heap.h"

namespace jxlpool {
namespace {

struct Count {
  uint32_t value;
  bool empty() const { return value == 0; }
};

// Oracle: a map.
TEST(SizeTableTest, BehavesAsAMap) {
  SizeTable<Count> table;
  EXPECT_EQ(table.Find(128), nullptr);
  std::map<size_t, uint32_t> oracle;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const size_t size = 128 * (1 + random() % 3000);
    Count* count = table.FindOrInsert(size);
    ASSERT_NE(count, nullptr);
    ASSERT_EQ(count->value, oracle[size]);
    oracle[size] = ++count->value;
    const size_t other = 128 * (1 + random() % 3000);
    const Count* found = table.Find(other);
    ASSERT_EQ(found != nullptr, oracle.count(other) != 0);
    if (found != nullptr) {
      ASSERT_EQ(found->value, oracle[other]);
    }
  }
  EXPECT_EQ(table.num_sizes(), oracle.size());
  size_t visited = 0;
  table.ForEach([&](size_t size, const Count* count) {
    EXPECT_EQ(count->value, oracle[size]);
    ++visited;
  });
  EXPECT_EQ(visited, oracle.size());
}

TEST(SizeTableTest, NumberOfSizesIsBounded) {
  SizeTable<Count> table;
  size_t accepted = 0;
  for (size_t i = 1; i <= 20000; ++i) {
    Count* count = table.FindOrInsert(i * 128);
    if (count == nullptr) continue;
    count->value = 1;
    ++accepted;
  }
  EXPECT_EQ(accepted, 16384u / 4 * 3);
  EXPECT_NE(table.FindOrInsert(128), nullptr) << "known sizes still work";
}

TEST(SizeTableTest, EmptySizesMakeWayForOthers) {
  SizeTable<Count> table;
  table.FindOrInsert(64)->value = 7;
  for (size_t i = 1; i <= 100000; ++i) ASSERT_NE(table.FindOrInsert(i * 128), nullptr);
  EXPECT_EQ(table.Find(64)->value, 7u);
  EXPECT_LE(table.overhead_bytes(), 4096u * 16);
}

TEST(SizeTableTest, WhatWasReservedNeedsNoMemory) {
  SizeTable<Count> table;
  EXPECT_EQ(table.overhead_bytes(), 0u);
  table.Reserve(1000);
  const uint64_t reserved = table.overhead_bytes();
  const uint64_t before = CountedHeapUse().calls;
  for (size_t i = 1; i <= 1000; ++i) table.FindOrInsert(i * 128)->value = 1;
  EXPECT_EQ(CountedHeapUse().calls, before);
  EXPECT_EQ(table.overhead_bytes(), reserved);
}

}  // namespace
}  // namespace jxlpool
