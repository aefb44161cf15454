// Tables of contents: the worked examples, permutations, truncation, limits.
#include "lib/headers/toc.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "lib/headers/frame_dimensions.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

class TocTest : public HeadersTest {
 protected:
  // Reads all headers of an example whose frame starts at byte `offset`.
  Status ReadExample(const Bytes& bytes, size_t offset) {
    BitReader reader(bytes.data(), bytes.size());
    ImageHeader image;
    FrameHeader frame;
    JXLPOOL_RETURN_IF_ERROR(ReadImageHeader(&reader, &memory_, limits_, &image));
    JXLPOOL_RETURN_IF_ERROR(reader.ZeroPadToByte());
    EXPECT_EQ(reader.Position(), 8 * offset);
    JXLPOOL_RETURN_IF_ERROR(ReadFrameHeader(&reader, &memory_, image, FrameRole::kMain, limits_, &frame));
    const Status status = ReadToc(&reader, &memory_, ComputeFrameDimensions(image, frame), frame.passes, &toc_);
    position_ = reader.Position();
    return status;
  }
  // Reads a table for `num_groups` groups in one LF group.
  Status Read(const FieldWriter& writer, uint64_t num_groups, uint32_t num_passes = 1) {
    FrameDimensions dimensions;
    dimensions.num_groups = num_groups;
    dimensions.num_lf_groups = 1;
    Passes passes;
    passes.num_passes = num_passes;
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    const Status status = ReadToc(&reader, &memory_, dimensions, passes, &toc_);
    position_ = reader.Position();
    return status;
  }

  Toc toc_;
  uint64_t position_ = 0;
};

TEST_F(TocTest, SingleSections) {
  ASSERT_TRUE(ReadExample(kModularFile, 8).ok());
  EXPECT_TRUE(toc_.IsSingleSection());
  EXPECT_EQ(toc_.entries[0].size, 16u);
  EXPECT_EQ(position_, 8u * 14);
  EXPECT_EQ(position_ / 8 + toc_.total_size, kModularFile.size());
  ASSERT_TRUE(ReadExample(kNamedFrame, 5).ok());
  EXPECT_EQ(toc_.entries[0].size, 85u);
  EXPECT_EQ(position_, 8u * 26);
  ASSERT_TRUE(ReadExample(kHdr, 16).ok());
  EXPECT_EQ(toc_.entries[0].size, 84u);
  EXPECT_EQ(position_, 8u * 22);
  ASSERT_TRUE(ReadExample(kYCbCr, 6).ok());
  EXPECT_EQ(toc_.entries[0].size, 267u);
  EXPECT_EQ(position_, 8u * 13);
}

TEST_F(TocTest, FiveSections) {
  ASSERT_TRUE(ReadExample(kFiveSections, 7).ok());
  ASSERT_EQ(toc_.entries.size(), 5u);
  const uint32_t sizes[] = {51, 21, 2, 0, 0};
  const uint64_t offsets[] = {0, 51, 72, 74, 74};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(toc_.entries[i].size, sizes[i]);
    EXPECT_EQ(toc_.entries[i].offset, offsets[i]);
  }
  EXPECT_EQ(position_, 8u * 20);
  EXPECT_EQ(toc_.LfGroup(0), 1u);
  EXPECT_EQ(toc_.HfGlobal(), 2u);
  EXPECT_EQ(toc_.PassGroup(0, 1), 4u);
}

TEST_F(TocTest, PermutedSections) {
  ASSERT_TRUE(ReadExample(kPermuted, 9).ok());
  EXPECT_TRUE(toc_.permuted);
  const uint32_t permutation[] = {0,  1,  42, 48, 2,  3,  4,  5,  6,  7,  8,  9,  43, 10, 11, 12, 13,
                                  14, 15, 16, 17, 44, 18, 19, 20, 21, 22, 23, 24, 25, 45, 26, 27, 28,
                                  29, 30, 31, 32, 33, 46, 34, 35, 36, 37, 38, 39, 40, 41, 47};
  std::vector<uint32_t> physical = {155, 992};
  physical.insert(physical.end(), 16, 5);
  physical.insert(physical.end(), 16, 9);
  physical.insert(physical.end(), 8, 5);
  physical.push_back(697);
  physical.insert(physical.end(), 5, 5);
  physical.push_back(60);
  ASSERT_EQ(toc_.entries.size(), 49u);
  for (size_t i = 0; i < 49; ++i) {
    const uint32_t at = permutation[i];
    EXPECT_EQ(toc_.entries[i].size, physical[at]);
    EXPECT_EQ(toc_.entries[i].offset, std::accumulate(physical.begin(), physical.begin() + at, uint64_t{0}));
  }
  EXPECT_EQ(toc_.total_size, 2193u);
  EXPECT_EQ(position_, 8u * 102);
  EXPECT_EQ(toc_.entries[toc_.HfGlobal()].size, 60u);
}

TEST_F(TocTest, EveryTruncationNeedsMoreInput) {
  for (const auto& [bytes, offset, needed] :
       {std::tuple(&kModularFile, 8, 14), {&kFiveSections, 7, 20}, {&kPermuted, 9, 102}}) {
    for (size_t size = 0; size < bytes->size(); ++size) {
      const Bytes cut(bytes->begin(), bytes->begin() + static_cast<ptrdiff_t>(size));
      if (size < static_cast<size_t>(offset)) continue;
      EXPECT_EQ(ReadExample(cut, static_cast<size_t>(offset)).code(),
                size < static_cast<size_t>(needed) ? ErrorCode::kNeedMoreInput : ErrorCode::kOk)
          << size;
    }
  }
}

TEST_F(TocTest, SizesInEveryForm) {
  const FieldWriter writer =
      FieldWriter().Bool(false).Pad().U32(0, 10, 1023).U32(1, 14, 16383).U32(2, 22, 1).U32(3, 30, (1u << 30) - 1);
  ASSERT_TRUE(Read(FieldWriter(writer).U32(0, 10, 0), 2).ok());
  const uint32_t sizes[] = {1023, 1024 + 16383, 17409, 4211712u + (1u << 30) - 1, 0};
  uint64_t offset = 0;
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(toc_.entries[i].size, sizes[i]);
    EXPECT_EQ(toc_.entries[i].offset, offset);
    offset += sizes[i];
  }
  EXPECT_EQ(toc_.total_size, offset);
}

TEST_F(TocTest, PaddingMustBeZero) {
  EXPECT_EQ(Read(FieldWriter().Bool(false).U(7, 64).U32(0, 10, 5).Pad(), 1).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Read(FieldWriter().Bool(false).U(7, 0).U32(0, 10, 5).U(4, 8), 1).code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(Read(FieldWriter().Bool(false).U(7, 0).U32(0, 10, 5).U(4, 0), 1).ok());
}

TEST_F(TocTest, NumberOfSections) {
  const auto count = [](uint64_t groups, uint64_t lf_groups, uint32_t num_passes) {
    FrameDimensions dimensions;
    dimensions.num_groups = groups;
    dimensions.num_lf_groups = lf_groups;
    Passes passes;
    passes.num_passes = num_passes;
    return NumSections(dimensions, passes);
  };
  EXPECT_EQ(count(1, 1, 1), 1u);
  EXPECT_EQ(count(1, 1, 2), 5u);
  EXPECT_EQ(count(45, 2, 1), 49u);
  EXPECT_EQ(count(45, 2, 3), 139u);
}

// 65536 sections are the most there can be, and memory is taken only if the data is there.
TEST_F(TocTest, TooManySections) {
  FieldWriter writer;
  writer.Bool(false).Pad();
  for (uint32_t i = 0; i < 65536; ++i) writer.U32(0, 10, i & 1);
  ASSERT_TRUE(Read(writer, 65533).ok());
  EXPECT_EQ(toc_.entries.size(), 65536u);
  EXPECT_EQ(toc_.total_size, 32768u);
  EXPECT_EQ(Read(writer, 65534).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Read(writer, ~uint64_t{0} - 10).code(), ErrorCode::kCorrupt);
  budget_.set_limit(1000);
  EXPECT_EQ(Read(FieldWriter().U(64, 0), 65533).code(), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(Read(writer, 65533).code(), ErrorCode::kMemoryLimit);
  budget_.set_limit(Budget::kUnlimited);
}

// Single bits of the permutation flipped: never a crash, and in what is accepted, each byte belongs to one section.
TEST_F(TocTest, DamagedPermutations) {
  int good = 0;
  for (size_t bit = 107; bit < 8 * kPermuted.size(); ++bit) {
    Bytes bytes = kPermuted;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
    const Status status = ReadExample(bytes, 9);
    if (!status.ok()) {
      EXPECT_TRUE(status.code() == ErrorCode::kCorrupt || status.code() == ErrorCode::kNeedMoreInput) << bit;
      continue;
    }
    ++good;
    std::vector<std::pair<uint64_t, uint32_t>> sections;
    for (const TocEntry& entry : toc_.entries) sections.emplace_back(entry.offset, entry.size);
    std::sort(sections.begin(), sections.end());
    uint64_t end = 0;
    for (const auto& [offset, size] : sections) {
      EXPECT_EQ(offset, end) << bit;
      end = offset + size;
    }
    EXPECT_EQ(end, toc_.total_size);
  }
  EXPECT_GT(good, 100);
}

}  // namespace
}  // namespace jxlpool
