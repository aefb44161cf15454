// Files as boxes: what is accepted, what is rejected, and that damage behind a complete image does no harm.
#include "lib/bitstream/container.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kSignature = {0, 0, 0, 12, 'J', 'X', 'L', ' ', 0x0D, 0x0A, 0x87, 0x0A};
const Bytes kImage = {0xFF, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8};

void Append(Bytes* bytes, const Bytes& more) { bytes->insert(bytes->end(), more.begin(), more.end()); }
void AppendBigEndian(Bytes* bytes, uint64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

enum class SizeForm { kShort, kLong, kUnbounded, kLongUnbounded };

Bytes MakeBox(const std::string& type, const Bytes& contents, SizeForm form = SizeForm::kShort) {
  Bytes box;
  const bool is_long = form == SizeForm::kLong || form == SizeForm::kLongUnbounded;
  const uint32_t word = form == SizeForm::kShort ? static_cast<uint32_t>(8 + contents.size()) : is_long ? 1 : 0;
  AppendBigEndian(&box, word, 4);
  for (const char c : type) box.push_back(static_cast<uint8_t>(c));
  if (is_long) AppendBigEndian(&box, form == SizeForm::kLong ? 16 + contents.size() : 0, 8);
  Append(&box, contents);
  return box;
}

Bytes FileType(uint32_t version = 0) {
  Bytes contents = {'j', 'x', 'l', ' '};
  AppendBigEndian(&contents, version, 4);
  Append(&contents, {'j', 'x', 'l', ' '});
  return MakeBox("ftyp", contents);
}

Bytes Part(uint32_t index, bool is_last, const Bytes& payload, SizeForm form = SizeForm::kShort) {
  Bytes contents;
  AppendBigEndian(&contents, index | (is_last ? 0x80000000u : 0), 4);
  Append(&contents, payload);
  return MakeBox("jxlp", contents, form);
}

Bytes Join(const std::vector<Bytes>& boxes, uint32_t version = 0) {
  Bytes file = kSignature;
  Append(&file, FileType(version));
  for (const Bytes& box : boxes) Append(&file, box);
  return file;
}

class ContainerTest : public testing::Test {
 protected:
  ContainerTest() : memory_(&pool_, &budget_) {}
  ~ContainerTest() override { EXPECT_EQ(budget_.total().live, 0u); }

  Result<Container> Open(const Bytes& file) { return Container::Open(file, &memory_); }
  ErrorCode OpenError(const Bytes& file) { return Open(file).status().code(); }

  // The status of a file that has some codestream.
  Status StatusOf(const Bytes& file) {
    auto container = Open(file);
    EXPECT_TRUE(container.ok()) << container.status().message();
    return container.ok() ? container.value().status() : container.status();
  }

  Bytes CodestreamOf(const Container& container) {
    const auto section = container.codestream().Section(0, container.codestream().size());
    EXPECT_TRUE(section.ok());
    return Bytes(section.value().data(), section.value().data() + section.value().size());
  }
  // Expects a good file and the codestream kImage in it.
  void ExpectImage(const Bytes& file) {
    auto container = Open(file);
    ASSERT_TRUE(container.ok()) << container.status().message();
    EXPECT_TRUE(container.value().status().ok()) << container.value().status().message();
    EXPECT_EQ(CodestreamOf(container.value()), kImage);
  }
  // What asking for one more byte than there is gives.
  ErrorCode EndOf(const Bytes& file) {
    auto container = Open(file);
    EXPECT_TRUE(container.ok());
    const Codestream& codestream = container.value().codestream();
    return codestream.Section(codestream.size(), 1).status().code();
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_;
};

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

TEST_F(ContainerTest, MetadataStaysInPlace) {
  const Bytes exif = {0, 0, 0, 0, 'I', 'I', '*', 0};
  const Bytes file = Join({MakeBox("Exif", exif), MakeBox("jxlc", kImage), MakeBox("xml ", {'<', '>'}),
                           MakeBox("brob", {'j', 'u', 'm', 'b', 3}), MakeBox("jbrd", {1, 2})});
  auto opened = Open(file);
  ASSERT_TRUE(opened.ok());
  const Container& container = opened.value();
  ASSERT_EQ(container.boxes().size(), 7u);
  const Box* box = container.Find(kExifBox);
  ASSERT_NE(box, nullptr);
  EXPECT_TRUE(box->is_metadata());
  EXPECT_EQ(box->contents.data(), file.data() + 32 + 8);
  EXPECT_EQ(Bytes(box->contents.begin(), box->contents.end()), exif);
  ASSERT_NE(container.Find(kXmlBox), nullptr);
  box = container.Find(kJumbfBox);
  ASSERT_NE(box, nullptr);
  EXPECT_TRUE(box->is_compressed());
  EXPECT_EQ(box->contents.size(), 1u);
  EXPECT_TRUE(container.has_jpeg_reconstruction());
  EXPECT_EQ(container.Find(kGainMapBox), nullptr);
  size_t metadata = 0;
  for (const Box& each : container.boxes()) metadata += each.is_metadata() ? 1 : 0;
  EXPECT_EQ(metadata, 3u);
}

TEST_F(ContainerTest, CompressedBoxesHideNoStructure) {
  for (const std::string type : {"brob", "jbrd", "jxlc", "jxlp", "jxl ", "JXL "}) {
    Bytes contents(type.begin(), type.end());
    contents.push_back(3);
    auto container = Open(Join({MakeBox("brob", contents), MakeBox("jxlc", kImage)}));
    ASSERT_TRUE(container.ok());
    const Box& box = container.value().boxes()[2];
    EXPECT_FALSE(box.is_compressed()) << type;
    EXPECT_EQ(box.content_type, kBrotliBox);
    EXPECT_FALSE(container.value().has_jpeg_reconstruction());
  }
  EXPECT_EQ(OpenError(Join({MakeBox("brob", {'E', 'x', 'i'}), MakeBox("jxlc", kImage)})), ErrorCode::kCorrupt);
}

// 1000 lines "line 0" to "line 6" in turn, and 2^20 zeros, compressed by the Brotli encoder.
const Bytes kLines = {0x1b, 0x57, 0x1b, 0xf8, 0x1d, 0x09, 0x36, 0x4e, 0x72, 0xbb, 0x06, 0xd2, 0x8f, 0xb5,
                      0x42, 0x59, 0x1a, 0x1b, 0xd8, 0x80, 0xb1, 0x79, 0x31, 0x0b, 0xc4, 0x2d, 0x19, 0x98,
                      0xe5, 0xb2, 0x4a, 0x00, 0x88, 0x5e, 0x01, 0x62, 0x51, 0x3b, 0x5c, 0x02, 0xe0, 0x04};
const Bytes kZeros = {0x5b, 0xff, 0xff, 0x8f, 0x7f, 0x02, 0x20, 0x1e, 0x0b, 0x04, 0x72, 0xef, 0x1f, 0x00};

class BoxContentsTest : public ContainerTest {
 protected:
  // Reads the contents of a compressed xml box.
  Status Read(const Bytes& compressed, uint64_t limit, Bytes* out) {
    Bytes contents = {'x', 'm', 'l', ' '};
    Append(&contents, compressed);
    const Bytes file = Join({MakeBox("jxlc", kImage), MakeBox("brob", contents)});
    auto container = Open(file);
    PoolVector<uint8_t> result;
    const Status status = ReadBoxContents(*container.value().Find(kXmlBox), &memory_, limit, &result);
    out->assign(result.begin(), result.end());
    return status;
  }
};

TEST_F(BoxContentsTest, AreDecompressed) {
  std::string expected;
  for (int i = 0; i < 1000; ++i) expected += "line " + std::to_string(i % 7) + "\n";
  Bytes out;
  ASSERT_TRUE(Read(kLines, expected.size(), &out).ok());
  EXPECT_EQ(std::string(out.begin(), out.end()), expected);
  EXPECT_EQ(Read(kLines, expected.size() - 1, &out).code(), ErrorCode::kSizeLimit);
  ASSERT_TRUE(Read(kZeros, ~uint64_t{0}, &out).ok());
  EXPECT_EQ(out, Bytes(1 << 20));
}

TEST_F(BoxContentsTest, StreamMustEndWithTheBox) {
  Bytes out;
  for (size_t size = 0; size < kLines.size(); ++size) {
    const Bytes cut(kLines.begin(), kLines.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(Read(cut, 1 << 20, &out).code(), ErrorCode::kCorrupt) << size;
  }
  Bytes longer = kLines;
  longer.push_back(0);
  EXPECT_EQ(Read(longer, 1 << 20, &out).code(), ErrorCode::kCorrupt);
  Bytes broken = kLines;
  broken[3] ^= 0x55;
  EXPECT_EQ(Read(broken, 1 << 20, &out).code(), ErrorCode::kCorrupt);
}

TEST_F(BoxContentsTest, BombsMeetALimit) {
  Bytes out;
  EXPECT_EQ(Read(kZeros, 65536, &out).code(), ErrorCode::kSizeLimit);
  EXPECT_LE(out.size(), 65537u);
  for (const uint64_t limit : {0, 10000, 100000, 500000}) {
    budget_.set_limit(limit);
    const Bytes file = Join({MakeBox("jxlc", kImage)});
    PoolVector<uint8_t> result(&memory_, Category::kInput);
    Box box;
    box.type = kBrotliBox;
    box.content_type = kXmlBox;
    box.contents = kZeros;
    EXPECT_EQ(ReadBoxContents(box, &memory_, ~uint64_t{0}, &result).code(), ErrorCode::kMemoryLimit) << limit;
  }
  budget_.set_limit(Budget::kUnlimited);
}

TEST_F(BoxContentsTest, PlainBoxesAreCopiedUpToTheLimit) {
  Box box;
  box.type = box.content_type = kXmlBox;
  box.contents = kLines;
  PoolVector<uint8_t> result;
  EXPECT_TRUE(ReadBoxContents(box, &memory_, kLines.size(), &result).ok());
  EXPECT_EQ(Bytes(result.begin(), result.end()), kLines);
  EXPECT_EQ(ReadBoxContents(box, &memory_, kLines.size() - 1, &result).code(), ErrorCode::kSizeLimit);
  box.is_truncated = true;
  EXPECT_EQ(ReadBoxContents(box, &memory_, kLines.size(), &result).code(), ErrorCode::kNeedMoreInput);
}

TEST_F(ContainerTest, MemoryLimitIsAnError) {
  const Bytes file = Join({Part(1, true, {1}), Part(0, false, {0xFF, 0x0A})}, 1);
  budget_.set_limit(0);
  EXPECT_EQ(OpenError(file), ErrorCode::kMemoryLimit);
  EXPECT_EQ(OpenError(kImage), ErrorCode::kMemoryLimit);
}

}  // namespace
}  // namespace jxlpool
