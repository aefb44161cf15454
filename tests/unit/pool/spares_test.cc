#include "lib/pool/spares.h"

#include <gtest/gtest.h>

#include <map>

namespace jxlpool {
namespace {

// What Settle adds, by size.
std::map<size_t, int> Settle(Spares* spares, uint32_t threads) {
  std::map<size_t, int> added;
  spares->Settle(threads, [&](size_t size) {
    ++added[size];
    return true;
  });
  return added;
}

using Added = std::map<size_t, int>;

TEST(SparesTest, EachFurtherThreadGetsAsManyAsCame) {
  Spares spares;
  for (int i = 0; i < 3; ++i) spares.Came(128);
  spares.Came(256);
  EXPECT_EQ(spares.num_sizes(), 2u);
  EXPECT_EQ(Settle(&spares, 4), (Added{{128, 9}, {256, 3}}));
  EXPECT_EQ(Settle(&spares, 4), Added()) << "nothing came since";
}

TEST(SparesTest, OneThreadNeedsNone) {
  Spares spares;
  spares.Came(128);
  EXPECT_EQ(Settle(&spares, 1), Added());
  EXPECT_EQ(Settle(&spares, 4), Added()) << "it was settled";
}

TEST(SparesTest, WhatCannotBeAddedIsNotTriedAgain) {
  Spares spares;
  for (int i = 0; i < 3; ++i) spares.Came(128);
  int tried = 0;
  spares.Settle(4, [&](size_t) {
    ++tried;
    return false;
  });
  EXPECT_EQ(tried, 1);
}

// If one more comes, the spare one is in use: demand has grown by two.
TEST(SparesTest, SparesInUseAreDemand) {
  Spares spares;
  spares.Came(256);
  EXPECT_EQ(Settle(&spares, 2), (Added{{256, 1}}));
  spares.Came(256);
  EXPECT_EQ(Settle(&spares, 2), (Added{{256, 2}}));
}

TEST(SparesTest, ExpectedBlocksNeedNone) {
  Spares spares;
  for (int i = 0; i < 3; ++i) spares.Came(256);
  spares.Expect(256);
  EXPECT_EQ(Settle(&spares, 2), Added());
  spares.Came(256);
  EXPECT_EQ(Settle(&spares, 2), (Added{{256, 1}}));
}

TEST(SparesTest, DemandEndsWithTheBlocks) {
  Spares spares;
  for (int i = 0; i < 3; ++i) spares.Came(256);
  Settle(&spares, 1);
  for (int i = 0; i < 3; ++i) spares.Left(256);
  spares.Left(512);
  spares.Came(256);
  EXPECT_EQ(Settle(&spares, 2), (Added{{256, 1}}));
}

TEST(SparesTest, SizesWithoutBlocksMakeWay) {
  Spares spares;
  for (size_t size = 128; size < 128 * 100000; size += 128) {
    spares.Came(size);
    spares.Left(size);
  }
  EXPECT_LT(spares.num_sizes(), 30000u);
}

TEST(SparesTest, KeepsIdleBlocksOfSizesInUse) {
  Spares spares;
  for (int i = 0; i < 8; ++i) spares.Came(128);
  EXPECT_EQ(spares.CountKept(3, 128, 6), 4u) << "two are in use";
  EXPECT_EQ(spares.CountKept(5, 128, 6), 6u);
  EXPECT_EQ(spares.CountKept(1, 128, 6), 0u);
  EXPECT_EQ(spares.CountKept(3, 128, 8), 0u) << "none is in use";
  EXPECT_EQ(spares.CountKept(3, 256, 5), 0u);
}

}  // namespace
}  // namespace jxlpool
