// A codestream of copied bytes: its blocks depend on nothing but positions, and go back when they have been used.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "lib/bitstream/codestream.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

constexpr size_t kKiB = 1024;

class CodestreamBlocksTest : public testing::Test {
 protected:
  CodestreamBlocksTest() : memory_(&pool_, &budget_), bytes_(700 * kKiB) {
    std::mt19937 random(1);
    for (uint8_t& byte : bytes_) byte = static_cast<uint8_t>(random());
  }
  ~CodestreamBlocksTest() override { EXPECT_EQ(budget_.total().live, 0u); }

  Codestream Growing() {
    Codestream codestream(&memory_);
    codestream.SetGrowing(true);
    return codestream;
  }
  // Appends what is missing up to `end` in pieces of up to `largest` bytes.
  void FillUpTo(size_t end, size_t largest, Codestream* codestream) {
    std::mt19937 random(2);
    while (codestream->size() < end) {
      const size_t at = static_cast<size_t>(codestream->size());
      const size_t size = std::min(end - at, 1 + random() % largest);
      const std::vector<uint8_t> piece(bytes_.begin() + static_cast<ptrdiff_t>(at),
                                       bytes_.begin() + static_cast<ptrdiff_t>(at + size));
      ASSERT_TRUE(codestream->AppendCopy(piece).ok());
    }
  }
  Codestream Filled(size_t end) {
    Codestream codestream = Growing();
    FillUpTo(end, end, &codestream);
    return codestream;
  }
  bool IsRight(const Codestream& codestream, size_t offset, size_t size) {
    const auto section = codestream.Section(offset, size);
    return section.ok() && section.value().size() == size &&
           std::equal(section.value().data(), section.value().data() + size,
                      bytes_.begin() + static_cast<ptrdiff_t>(offset));
  }
  uint64_t InputLive() const { return budget_.category(Category::kInput).live; }

  BufferPool pool_;
  Budget budget_;
  Memory memory_;
  std::vector<uint8_t> bytes_;
};

TEST_F(CodestreamBlocksTest, SectionsAreTheBytesThatCame) {
  for (const size_t largest : {size_t{1}, size_t{100}, size_t{5000}, size_t{1000000}}) {
    Codestream codestream = Growing();
    const size_t size = largest == 1 ? 20000 : bytes_.size();
    FillUpTo(size, largest, &codestream);
    ASSERT_EQ(codestream.size(), size);
    std::mt19937 random(3);
    uint64_t gathered = 0;
    for (int i = 0; i < 200; ++i) {
      const size_t offset = random() % size;
      const size_t count = random() % std::min(size - offset + 1, 1 + random() % size);
      EXPECT_TRUE(codestream.Has(offset, count));
      EXPECT_TRUE(IsRight(codestream, offset, count)) << offset << " " << count;
      if (count > codestream.ContiguousSize(offset)) gathered += count;
    }
    EXPECT_EQ(codestream.copied_bytes(), gathered);
  }
}

TEST_F(CodestreamBlocksTest, BordersDoNotDependOnPieces) {
  size_t border = 0;
  std::vector<size_t> borders;
  for (size_t size = 4 * kKiB; border < 1000 * kKiB; size = std::min(2 * size, 256 * kKiB))
    borders.push_back(border += size);
  for (const size_t largest : {size_t{3}, size_t{7000}, size_t{1000000}}) {
    Codestream codestream = Growing();
    for (size_t end = 1; end < bytes_.size(); end += end < 5000 ? 1 + end / 10 : end / 3) {
      FillUpTo(end, largest, &codestream);
      const size_t last = *std::upper_bound(borders.begin(), borders.end(), end - 1);
      EXPECT_EQ(InputLive(), last) << end;
      for (size_t i = 0; i < borders.size() && borders[i] < end; ++i) {
        EXPECT_EQ(codestream.ContiguousSize(borders[i] - 1), 1u);
      }
    }
  }
}

TEST_F(CodestreamBlocksTest, ABlockGoesWhenAllOfItHasBeenReleased) {
  const Codestream codestream = Filled(60 * kKiB);  // blocks of 4, 8, 16 and 32 KiB
  EXPECT_EQ(InputLive(), 60 * kKiB);
  // Sections in any order.
  codestream.Release(10 * kKiB, 2 * kKiB);
  codestream.Release(4 * kKiB, 3 * kKiB);
  EXPECT_EQ(InputLive(), 60 * kKiB);
  EXPECT_TRUE(IsRight(codestream, 7 * kKiB, 3 * kKiB));
  codestream.Release(7 * kKiB, 3 * kKiB - 1);
  EXPECT_EQ(InputLive(), 60 * kKiB);
  codestream.Release(10 * kKiB - 1, 1);
  EXPECT_EQ(InputLive(), 52 * kKiB);
  EXPECT_FALSE(codestream.Has(11 * kKiB, 1));
  EXPECT_FALSE(codestream.Has(0, 5 * kKiB));
  EXPECT_TRUE(codestream.Has(11 * kKiB, 0));
  EXPECT_EQ(codestream.Section(0, 5 * kKiB).status().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(codestream.Section(11 * kKiB, 1).status().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(IsRight(codestream, 0, 4 * kKiB));
  EXPECT_TRUE(IsRight(codestream, 12 * kKiB, 48 * kKiB));
  // One that lies across three blocks.
  codestream.Release(3 * kKiB, kKiB);
  codestream.Release(12 * kKiB, 48 * kKiB);
  EXPECT_EQ(InputLive(), 4 * kKiB);
}

TEST_F(CodestreamBlocksTest, TheLastBlockWaitsForItsEnd) {
  Codestream codestream = Filled(6 * kKiB);
  codestream.Release(0, 6 * kKiB);
  EXPECT_EQ(InputLive(), 8 * kKiB);
  FillUpTo(7 * kKiB, kKiB, &codestream);
  EXPECT_TRUE(IsRight(codestream, 6 * kKiB, kKiB));
  codestream.Release(6 * kKiB, kKiB);
  EXPECT_EQ(InputLive(), 8 * kKiB);
  codestream.SetGrowing(false);
  EXPECT_EQ(InputLive(), 0u);
}

TEST_F(CodestreamBlocksTest, WhatLiesBeforeAFrameIsReleased) {
  const Codestream codestream = Filled(60 * kKiB);
  codestream.ReleaseBefore(3 * kKiB);
  EXPECT_EQ(InputLive(), 60 * kKiB);
  EXPECT_FALSE(codestream.Has(3 * kKiB - 1, 1));
  EXPECT_EQ(codestream.Section(0, 100).status().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(IsRight(codestream, 3 * kKiB, 20 * kKiB));
  codestream.ReleaseBefore(4 * kKiB);
  EXPECT_EQ(InputLive(), 56 * kKiB);
  codestream.ReleaseBefore(2 * kKiB);
  codestream.ReleaseBefore(4 * kKiB);
  codestream.ReleaseBefore(30 * kKiB);
  EXPECT_EQ(InputLive(), 32 * kKiB);
  // Sections that were released before are counted once.
  codestream.Release(30 * kKiB, 10 * kKiB);
  codestream.Release(50 * kKiB, 5 * kKiB);
  codestream.ReleaseBefore(55 * kKiB);
  EXPECT_TRUE(IsRight(codestream, 55 * kKiB, 5 * kKiB));
  EXPECT_EQ(InputLive(), 32 * kKiB);
  codestream.Release(40 * kKiB, 20 * kKiB);
  EXPECT_EQ(InputLive(), 0u);
}

// Released bytes that will still be read would be worse than blocks that stay too long.
TEST_F(CodestreamBlocksTest, RandomReleasesNeverTakeWhatIsNeeded) {
  std::mt19937 random(4);
  for (int repeat = 0; repeat < 50; ++repeat) {
    Codestream codestream = Growing();
    std::vector<std::pair<size_t, size_t>> sections;
    size_t frame_end = 0;
    for (int frame = 0; frame < 6; ++frame) {
      size_t at = frame_end + random() % 500;
      sections.clear();
      for (int i = 0; i < 20; ++i) {
        const size_t size = random() % 5000;
        sections.emplace_back(at, size);
        at += size;
      }
      frame_end = at;
      FillUpTo(frame_end + random() % 9000, 3000, &codestream);
      std::shuffle(sections.begin(), sections.end(), random);
      sections.resize(random() % 2 == 0 ? sections.size() : 10);  // some are never read
      for (size_t i = 0; i < sections.size(); ++i) {
        for (size_t k = i; k < sections.size(); ++k) {
          ASSERT_TRUE(IsRight(codestream, sections[k].first, sections[k].second)) << repeat;
        }
        codestream.Release(sections[i].first, sections[i].second);
      }
      codestream.ReleaseBefore(frame_end);
      ASSERT_TRUE(IsRight(codestream, frame_end, codestream.size() - frame_end));
    }
    codestream.ReleaseBefore(codestream.size());
    codestream.SetGrowing(false);
    EXPECT_EQ(InputLive(), 0u);
  }
}

TEST_F(CodestreamBlocksTest, BytesThatNobodyNeedsTakeNoBlocks) {
  Codestream codestream = Filled(kKiB);
  codestream.ReleaseBefore(100 * kKiB);
  EXPECT_EQ(InputLive(), 0u);
  FillUpTo(60 * kKiB, 1000, &codestream);
  EXPECT_EQ(InputLive(), 0u);
  FillUpTo(110 * kKiB, 1000, &codestream);
  EXPECT_EQ(InputLive(), 64 * kKiB);
  EXPECT_TRUE(IsRight(codestream, 100 * kKiB, 10 * kKiB));
  EXPECT_EQ(codestream.Section(50 * kKiB, 1).status().code(), ErrorCode::kInvalidArgument);
}

TEST_F(CodestreamBlocksTest, WhatHasNotComeIsWaitedFor) {
  Codestream codestream = Filled(1000);
  const auto expect_waiting = [&](const Status& status, uint64_t bytes) {
    EXPECT_EQ(status.code(), ErrorCode::kWaiting);
    EXPECT_EQ(status.bit_position(), 8 * bytes);
  };
  EXPECT_TRUE(codestream.is_growing());
  expect_waiting(codestream.Missing(), 1001);
  expect_waiting(codestream.MissingBefore(5000), 5000);
  expect_waiting(codestream.Section(900, 101).status(), 1001);
  expect_waiting(codestream.Section(3000, 50).status(), 3050);
  EXPECT_EQ(codestream.Section(5, ~uint64_t{0}).status().code(), ErrorCode::kWaiting);
  EXPECT_FALSE(codestream.Has(900, 101));
  EXPECT_TRUE(codestream.Has(900, 100));
  codestream.SetEnd(Corrupt("gone"));
  expect_waiting(codestream.Missing(), 1001);
  codestream.SetGrowing(false);
  EXPECT_EQ(codestream.Section(3000, 50).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(codestream.MissingBefore(5000).bit_position(), 8000u);
}

// A header of 9000 bytes that begins shortly before a border.
TEST_F(CodestreamBlocksTest, HeadersWaitForTheirEnd) {
  constexpr size_t kBegin = 4000;
  constexpr size_t kEnd = 13000;
  Codestream codestream = Growing();
  const auto parse = [&](BitReader* reader) {
    for (size_t i = kBegin; i < kEnd; ++i) {
      const uint32_t byte = reader->Read(8);
      JXLPOOL_RETURN_IF_ERROR(reader->Check());
      EXPECT_EQ(byte, bytes_[i]);
    }
    return OkStatus();
  };
  for (size_t size = 0; size < kEnd; size += 321) {
    FillUpTo(size, 100, &codestream);
    const Status status = ParseHeader(codestream, 8 * kBegin, parse);
    EXPECT_EQ(status.code(), ErrorCode::kWaiting) << size;
    EXPECT_EQ(status.bit_position(), 8 * (std::max(size, kBegin) + 1)) << size;
  }
  // The copy takes the same block if a lot has come.
  for (const size_t size : {kEnd, size_t{400000}}) {
    FillUpTo(size, 1000, &codestream);
    budget_.set_limit(budget_.total().live + 16 * kKiB);
    EXPECT_TRUE(ParseHeader(codestream, 8 * kBegin, parse).ok());
    budget_.set_limit(budget_.total().live + 16 * kKiB - 1);
    EXPECT_EQ(ParseHeader(codestream, 8 * kBegin, parse).code(), ErrorCode::kMemoryLimit);
    budget_.set_limit(Budget::kUnlimited);
  }
}

TEST_F(CodestreamBlocksTest, BlocksAreChargedToTheBudget) {
  Codestream codestream = Filled(4 * kKiB);
  budget_.set_limit(budget_.total().live + 8 * kKiB - 1);
  EXPECT_EQ(codestream.AppendCopy({bytes_.data(), 1}).code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(codestream.size(), 4 * kKiB);
  EXPECT_TRUE(IsRight(codestream, 0, 4 * kKiB));
}

TEST_F(CodestreamBlocksTest, MovingKeepsWhatIsThereAndWhatIsGone) {
  Codestream from = Filled(20 * kKiB);
  from.Release(4 * kKiB, 8 * kKiB);
  const Codestream to = std::move(from);
  EXPECT_TRUE(to.is_growing());
  EXPECT_FALSE(to.Has(5 * kKiB, 1));
  EXPECT_TRUE(IsRight(to, 12 * kKiB, 8 * kKiB));
}

TEST_F(CodestreamBlocksTest, BytesInPlaceAreToldToTheReleaser) {
  struct Told {
    std::vector<std::pair<const uint8_t*, size_t>> ranges;
  } told;
  Codestream codestream(&memory_);
  ASSERT_TRUE(codestream.Append({bytes_.data(), 100}).ok());
  ASSERT_TRUE(codestream.Append({bytes_.data() + 200, 100}).ok());
  codestream.Release(0, 10);  // nobody listens
  codestream.set_releaser({&told, [](void* object, const uint8_t* data, size_t size) {
                             static_cast<Told*>(object)->ranges.emplace_back(data, size);
                           }});
  codestream.Release(10, 20);
  codestream.Release(90, 30);
  codestream.Release(150, 0);
  codestream.Release(190, 50);
  codestream.Release(200, 50);
  codestream.ReleaseBefore(100);
  const std::vector<std::pair<const uint8_t*, size_t>> expected = {
      {bytes_.data() + 10, 20}, {bytes_.data() + 90, 10}, {bytes_.data() + 200, 20}, {bytes_.data() + 290, 10}};
  EXPECT_EQ(told.ranges, expected);
  EXPECT_TRUE(codestream.Has(0, 200));
  EXPECT_TRUE(codestream.Section(0, 200).ok());
}

}  // namespace
}  // namespace jxlpool
