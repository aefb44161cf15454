// Frame index boxes: good ones, and that nothing a box claims is believed.
#include "lib/bitstream/frame_index.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

using Bytes = std::vector<uint8_t>;

// Seven bits a byte, lowest first.
void AppendVarint(uint64_t value, Bytes* bytes) {
  for (; value >= 128; value >>= 7) bytes->push_back(static_cast<uint8_t>(value | 128));
  bytes->push_back(static_cast<uint8_t>(value));
}
void AppendBigEndian32(uint32_t value, Bytes* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<uint8_t>(value >> shift));
}

struct Entry {
  uint64_t step, duration, num_frames;
};
Bytes MakeIndex(uint64_t count, uint32_t numerator, uint32_t denominator, const std::vector<Entry>& entries) {
  Bytes bytes;
  AppendVarint(count, &bytes);
  AppendBigEndian32(numerator, &bytes);
  AppendBigEndian32(denominator, &bytes);
  for (const Entry& entry : entries) {
    AppendVarint(entry.step, &bytes);
    AppendVarint(entry.duration, &bytes);
    AppendVarint(entry.num_frames, &bytes);
  }
  return bytes;
}

class FrameIndexTest : public testing::Test {
 protected:
  Status Read(const Bytes& bytes) { return ReadFrameIndex(bytes, &memory_, &index_); }
  bool IsCorrupt(const Bytes& bytes) { return Read(bytes).code() == ErrorCode::kCorrupt; }

  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
  FrameIndex index_;
};

TEST_F(FrameIndexTest, AddsUpStepsAndCounts) {
  const Bytes bytes = MakeIndex(3, 1, 1000, {{9, 500, 2}, {300, 250, 1}, {70000, 0, 12345}});
  ASSERT_TRUE(Read(bytes).ok());
  EXPECT_EQ(index_.tick_numerator, 1u);
  EXPECT_EQ(index_.tick_denominator, 1000u);
  ASSERT_EQ(index_.entries.size(), 3u);
  const uint64_t offsets[] = {9, 309, 70309}, durations[] = {500, 250, 0}, counts[] = {2, 1, 12345},
                 firsts[] = {0, 2, 3};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(index_.entries[i].offset, offsets[i]);
    EXPECT_EQ(index_.entries[i].duration, durations[i]);
    EXPECT_EQ(index_.entries[i].num_frames, counts[i]);
    EXPECT_EQ(index_.entries[i].first_frame, firsts[i]);
  }
}

TEST_F(FrameIndexTest, EveryTruncationAndEveryExtensionIsAnError) {
  const Bytes bytes = MakeIndex(2, 7, 1001, {{20, 1, 2}, {1000, 300, 4}});
  ASSERT_TRUE(Read(bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(IsCorrupt(Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)))) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_TRUE(IsCorrupt(longer));
}

TEST_F(FrameIndexTest, NonsenseIsRefused) {
  EXPECT_TRUE(IsCorrupt(MakeIndex(0, 1, 1000, {})));
  EXPECT_TRUE(IsCorrupt(MakeIndex(1, 1, 0, {{9, 1, 1}})));
  EXPECT_TRUE(IsCorrupt(MakeIndex(2, 1, 1000, {{9, 1, 1}, {0, 1, 1}})));
  EXPECT_TRUE(IsCorrupt(MakeIndex(1, 1, 1000, {{9, 1, 0}})));
  EXPECT_TRUE(Read(MakeIndex(1, 1, 1000, {{0, 1, 1}})).ok());
  EXPECT_TRUE(Read(MakeIndex(1, 0, 1, {{9, 1, 1}})).ok());
}

TEST_F(FrameIndexTest, HugeNumbersNeitherOverflowNorAllocate) {
  const uint64_t top = ~uint64_t{0};
  EXPECT_TRUE(IsCorrupt(MakeIndex(top, 1, 1000, {{9, 1, 1}})));
  EXPECT_TRUE(IsCorrupt(MakeIndex(uint64_t{1} << 40, 1, 1000, {{9, 1, 1}})));
  EXPECT_EQ(budget_.total().peak, 0u);
  EXPECT_TRUE(Read(MakeIndex(1, 1, 1000, {{top, top, top}})).ok());
  EXPECT_EQ(index_.entries[0].offset, top);
  EXPECT_TRUE(IsCorrupt(MakeIndex(2, 1, 1000, {{top, 1, 1}, {1, 1, 1}})));
  EXPECT_TRUE(IsCorrupt(MakeIndex(3, 1, 1000, {{1, 1, top}, {1, 1, 1}, {1, 1, 1}})));
  Bytes endless = MakeIndex(1, 1, 1000, {});
  endless.insert(endless.end(), 30, 0xFF);
  EXPECT_TRUE(IsCorrupt(endless));
}

}  // namespace
}  // namespace jxlpool
