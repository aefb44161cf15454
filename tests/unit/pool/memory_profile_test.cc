#include "lib/pool/memory_profile.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"

namespace jxlpool {
namespace {

Buffer Acquire(Memory* memory, size_t bytes, Category category) {
  auto buffer = memory->Acquire(bytes, category, ElementType::kUint8, Fill::kUninitialized);
  EXPECT_TRUE(buffer.ok());
  return buffer.ok() ? std::move(buffer).value() : Buffer();
}

TEST(MemoryProfileTest, FollowsABudget) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  MemoryProfile profile;
  ASSERT_TRUE(profile.Start(1000).ok());
  budget.set_observer(&profile);
  {
    const MemoryProfile::StageScope stage(&profile, "decode", 3);
    const Buffer lf = Acquire(&memory, 1024, Category::kLf);
    Acquire(&memory, 8192, Category::kTile).Release();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  budget.set_observer(nullptr);
  Acquire(&memory, 1 << 20, Category::kTile).Release();
  EXPECT_EQ(profile.peak().total, 1024u + 8192u);
  EXPECT_EQ(profile.peak().by_category[static_cast<size_t>(Category::kTile)], 8192u);
  EXPECT_EQ(profile.peak().by_category[static_cast<size_t>(Category::kLf)], 1024u);
  ASSERT_GE(profile.num_samples(), 2u);
  EXPECT_EQ(profile.samples()[profile.num_samples() - 1].total, 0u);
  ASSERT_EQ(profile.num_stages(), 1u);
  EXPECT_EQ(std::string(profile.stages()[0].name), "decode");
  EXPECT_EQ(profile.stages()[0].frame, 3u);
  EXPECT_GE(profile.stages()[0].end_ns, profile.stages()[0].begin_ns + 1000000);
}

TEST(MemoryProfileTest, KeepsThePeakWhenSamplesAreMerged) {
  MemoryProfile profile;
  ASSERT_TRUE(profile.Start(16).ok());
  uint64_t live[kNumCategories] = {};
  for (uint64_t i = 0; i < 200; ++i) {
    live[2] = i == 57 ? 1000 : i % 7;
    profile.Sample(live);
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  EXPECT_LE(profile.num_samples(), 16u);
  EXPECT_EQ(profile.peak().total, 1000u);
  bool found = false;
  for (size_t i = 0; i < profile.num_samples(); ++i) {
    found |= profile.samples()[i].total == 1000;
    const uint64_t before = i == 0 ? 0 : profile.samples()[i - 1].time_ns;
    EXPECT_GT(profile.samples()[i].time_ns, before);
  }
  EXPECT_TRUE(found);
}

TEST(MemoryProfileTest, NothingIsRecordedBeforeStart) {
  MemoryProfile profile;
  { const MemoryProfile::StageScope stage(&profile, "open"); }
  EXPECT_EQ(profile.num_stages(), 0u);
  EXPECT_FALSE(profile.started());
}

}  // namespace
}  // namespace jxlpool
