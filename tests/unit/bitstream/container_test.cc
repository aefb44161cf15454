// Files as boxes: what is accepted, what is rejected, and that damage behind a complete image does no harm.
#include "lib/bitstream/container.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/bitstream/container_fixture.h"

namespace jxlpool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the files that these tests are about.

TEST_F(ContainerTest, BareCodestream) {
  auto container = Open(kImage);
  ASSERT_TRUE(container.ok());
  EXPECT_FALSE(container.value().is_container());
  EXPECT_EQ(CodestreamOf(container.value()), kImage);
  EXPECT_EQ(container.value().codestream().Section(0, 10).value().data(), kImage.data());
  EXPECT_EQ(EndOf(kImage), ErrorCode::kNeedMoreInput);
}

TEST_F(ContainerTest, SignatureDecides) {
  EXPECT_EQ(OpenError({}), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(OpenError({0xFF}), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(OpenError({0xFF, 0xD8}), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError({0x89, 'P', 'N', 'G'}), ErrorCode::kCorrupt);
  for (size_t size = 1; size <= kSignature.size(); ++size) {
    Bytes prefix(kSignature.begin(), kSignature.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(OpenError(prefix), ErrorCode::kNeedMoreInput) << size;
    prefix.back() ^= 1;
    EXPECT_EQ(OpenError(prefix), ErrorCode::kCorrupt) << size;
  }
}

TEST_F(ContainerTest, OneBoxInEverySizeForm) {
  for (const SizeForm form : {SizeForm::kShort, SizeForm::kLong, SizeForm::kUnbounded, SizeForm::kLongUnbounded}) {
    const Bytes file = Join({MakeBox("jxlc", kImage, form)});
    ExpectImage(file);
    auto container = Open(file);
    const Box& box = container.value().boxes().back();
    const bool is_long = form == SizeForm::kLong || form == SizeForm::kLongUnbounded;
    EXPECT_EQ(box.header_size, is_long ? 16u : 8u);
    EXPECT_EQ(box.size, box.header_size + kImage.size());
    EXPECT_EQ(box.offset, 32u);
    EXPECT_EQ(box.is_unbounded, form == SizeForm::kUnbounded || form == SizeForm::kLongUnbounded);
    // Bytes cannot follow a box whose end is known; a box without a size may still grow.
    EXPECT_EQ(EndOf(file), box.is_unbounded ? ErrorCode::kNeedMoreInput : ErrorCode::kCorrupt);
  }
}

TEST_F(ContainerTest, ImpossibleBoxSizesAreRejected) {
  for (uint32_t size = 2; size < 8; ++size) {
    Bytes box = MakeBox("junk", {1, 2, 3, 4, 5, 6, 7, 8});
    box[3] = static_cast<uint8_t>(size);
    EXPECT_EQ(OpenError(Join({box, MakeBox("jxlc", kImage)})), ErrorCode::kCorrupt) << size;
  }
  for (uint32_t size = 1; size < 16; ++size) {
    Bytes box = MakeBox("junk", {1, 2, 3, 4, 5, 6, 7, 8}, SizeForm::kLong);
    box[15] = static_cast<uint8_t>(size);
    EXPECT_EQ(OpenError(Join({box, MakeBox("jxlc", kImage)})), ErrorCode::kCorrupt) << size;
  }
  Bytes box = MakeBox("junk", {1, 2, 3}, SizeForm::kLong);
  std::fill(box.begin() + 8, box.begin() + 16, uint8_t{0xFF});
  EXPECT_EQ(OpenError(Join({box, MakeBox("jxlc", kImage)})), ErrorCode::kCorrupt);
  // As large as it can get, but merely truncated.
  box[15] = 0xDF;
  EXPECT_EQ(OpenError(Join({box, MakeBox("jxlc", kImage)})), ErrorCode::kNeedMoreInput);
}

TEST_F(ContainerTest, FileTypeBoxIsSecondAndSane) {
  const Bytes codestream = MakeBox("jxlc", kImage);
  const auto with_second = [&](const Bytes& second) {
    Bytes file = kSignature;
    Append(&file, second);
    Append(&file, codestream);
    return file;
  };
  const auto changed = [&](size_t at, uint8_t value) {
    Bytes box = FileType();
    box[at] = value;
    return box;
  };
  ExpectImage(with_second(FileType(0)));
  ExpectImage(with_second(FileType(1)));
  EXPECT_EQ(OpenError(with_second({})), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError(with_second(MakeBox("junk", {}))), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError(with_second(FileType(2))), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError(with_second(changed(8, 'J'))), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError(with_second(MakeBox("ftyp", {'j', 'x', 'l', ' ', 0, 0, 0, 0}))), ErrorCode::kCorrupt);
  EXPECT_EQ(OpenError(with_second(changed(3, 0))), ErrorCode::kCorrupt);  // unbounded
  EXPECT_EQ(OpenError(Join({FileType(), codestream})), ErrorCode::kCorrupt);
  // More brands.
  Bytes contents = {'j', 'x', 'l', ' ', 0, 0, 0, 0, 'j', 'x', 'l', ' ', 'm', 'i', 'f', '1'};
  ExpectImage(with_second(MakeBox("ftyp", contents)));
}

TEST_F(ContainerTest, UnknownBoxesAreSkippedEvenIfEmpty) {
  ExpectImage(Join({MakeBox("junk", {}), MakeBox("jxll", {10}), MakeBox("jxlc", kImage), MakeBox("junk", {1, 2}),
                    MakeBox("free", {}, SizeForm::kUnbounded)}));
}

TEST_F(ContainerTest, LevelIsFiveUnlessDeclaredTen) {
  EXPECT_EQ(Open(Join({MakeBox("jxlc", kImage)})).value().level(), 5u);
  EXPECT_EQ(Open(Join({MakeBox("jxll", {10}), MakeBox("jxlc", kImage)})).value().level(), 10u);
  EXPECT_EQ(Open(Join({MakeBox("jxll", {7}), MakeBox("jxlc", kImage)})).value().level(), 5u);
  EXPECT_EQ(Open(Join({MakeBox("jxll", {}), MakeBox("jxlc", kImage)})).value().level(), 5u);
}

// Four parts of different sizes, one of them empty, in all orders, with other boxes in between.
TEST_F(ContainerTest, PartsInEveryOrder) {
  const std::vector<Bytes> payloads = {{0xFF, 0x0A, 1}, {}, {2, 3, 4, 5, 6}, {7, 8}};
  std::vector<uint32_t> order = {0, 1, 2, 3};
  do {
    std::vector<Bytes> boxes;
    for (const uint32_t index : order) {
      boxes.push_back(Part(index, index == 3, payloads[index], index % 2 == 0 ? SizeForm::kShort : SizeForm::kLong));
      boxes.push_back(MakeBox("Exif", {0, 0, 0, 0}));
    }
    ExpectImage(Join(boxes, 1));
    const bool in_order = std::is_sorted(order.begin(), order.end());
    if (in_order) {
      ExpectImage(Join(boxes, 0));
      continue;
    }
    // Without permission for it, the first one out of order ends the codestream.
    auto container = Open(Join(boxes, 0));
    if (container.ok()) {
      EXPECT_EQ(container.value().status().code(), ErrorCode::kCorrupt);
      EXPECT_EQ(EndOf(Join(boxes, 0)), ErrorCode::kCorrupt);
    } else {
      EXPECT_EQ(container.status().code(), ErrorCode::kCorrupt);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(ContainerTest, LastPartWithoutItsFlagOrWithoutItsEnd) {
  const Bytes unflagged = Join({Part(0, false, {0xFF, 0x0A, 1, 2}), Part(1, false, {3, 4, 5, 6, 7, 8})});
  ExpectImage(unflagged);
  EXPECT_EQ(EndOf(unflagged), ErrorCode::kNeedMoreInput);
  const Bytes unbounded =
      Join({Part(0, false, {0xFF, 0x0A, 1, 2}), Part(1, true, {3, 4, 5, 6, 7, 8}, SizeForm::kUnbounded)});
  ExpectImage(unbounded);
  EXPECT_EQ(EndOf(unbounded), ErrorCode::kNeedMoreInput);
  const Bytes flagged = Join({Part(0, false, {0xFF, 0x0A, 1, 2}), Part(1, true, {3, 4, 5, 6, 7, 8})});
  EXPECT_EQ(EndOf(flagged), ErrorCode::kCorrupt);
}

TEST_F(ContainerTest, DuplicateAndSurplusPartsAreRejected) {
  const Bytes part0 = Part(0, false, {0xFF, 0x0A});
  const Bytes part1 = Part(1, false, {1});
  const Bytes last = Part(2, true, {2});
  const std::vector<std::vector<Bytes>> bad = {
      {part0, part0},       // already appended
      {part0, last, last},  // waiting twice, then needed
      {part0, last, last, part1},
      {part0, part1, last, Part(3, false, {})},       // after the last
      {part0, part1, last, MakeBox("jxlc", kImage)},  // a second codestream
      {MakeBox("jxlc", kImage), MakeBox("jxlc", kImage)},
      {MakeBox("jxlc", kImage), part0},
      {part0, MakeBox("jxlp", {0, 0, 0})},  // no room for the index
  };
  for (size_t i = 0; i < bad.size(); ++i) EXPECT_EQ(StatusOf(Join(bad[i], 1)).code(), ErrorCode::kCorrupt) << i;
  EXPECT_EQ(OpenError(Join({MakeBox("jxlp", {0, 0, 0})})), ErrorCode::kCorrupt);
}

// The image is complete before the damage, so the damage does not matter; bytes of an incomplete one are corrupt.
TEST_F(ContainerTest, DamageBehindTheCodestreamIsHarmless) {
  const Bytes small_box = {0, 0, 0, 3, 'j', 'u', 'n', 'k'};
  const Bytes whole = Join({MakeBox("jxlc", kImage), small_box});
  auto container = Open(whole);
  ASSERT_TRUE(container.ok());
  EXPECT_EQ(container.value().status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(CodestreamOf(container.value()), kImage);
  const Bytes partial = Join({Part(0, false, kImage), small_box});
  EXPECT_EQ(CodestreamOf(Open(partial).value()), kImage);
  EXPECT_EQ(EndOf(partial), ErrorCode::kCorrupt);
  // Another file.
  Bytes two = Join({MakeBox("jxlc", kImage)});
  const Bytes copy = two;
  Append(&two, copy);
  EXPECT_EQ(CodestreamOf(Open(two).value()), kImage);
}

TEST_F(ContainerTest, EveryTruncationNeedsMoreInput) {
  const Bytes file = Join(
      {MakeBox("jxll", {5}), Part(1, true, {5, 6, 7, 8}, SizeForm::kLong), Part(0, false, {0xFF, 0x0A, 1, 2, 3, 4})},
      1);
  for (size_t size = 0; size < file.size(); ++size) {
    const Bytes cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
    auto container = Open(cut);
    if (!container.ok()) {
      EXPECT_EQ(container.status().code(), ErrorCode::kNeedMoreInput) << size;
      continue;
    }
    EXPECT_EQ(EndOf(cut), ErrorCode::kNeedMoreInput) << size;
    const Bytes codestream = CodestreamOf(container.value());
    EXPECT_TRUE(std::equal(codestream.begin(), codestream.end(), kImage.begin())) << size;
  }
}

TEST_F(ContainerTest, MemoryLimitIsAnError) {
  const Bytes file = Join({Part(1, true, {1}), Part(0, false, {0xFF, 0x0A})}, 1);
  budget_.set_limit(0);
  EXPECT_EQ(OpenError(file), ErrorCode::kMemoryLimit);
  EXPECT_EQ(OpenError(kImage), ErrorCode::kMemoryLimit);
}

}  // namespace
}  // namespace jxlpool
