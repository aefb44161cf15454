// Metadata in files: where it is found, and what is in it.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/bitstream/container.h"
#include "tests/unit/bitstream/container_fixture.h"

namespace jxlpool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the files that these tests are about.

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
  box = container.Find("jumb");
  ASSERT_NE(box, nullptr);
  EXPECT_TRUE(box->is_compressed());
  EXPECT_EQ(box->contents.size(), 1u);
  EXPECT_TRUE(container.has_jpeg_reconstruction());
  EXPECT_EQ(container.Find(kGainMapBox), nullptr);
  EXPECT_EQ(container.Find(kFrameIndexBox), nullptr);
  EXPECT_EQ(container.Find(kJpegReconstructionBox), container.boxes().end() - 1);
  size_t metadata = 0;
  for (const Box& each : container.boxes()) {
    if (!each.is_metadata()) continue;
    EXPECT_EQ(container.Metadata(metadata++), &each);
  }
  EXPECT_EQ(metadata, 3u);
  EXPECT_EQ(container.Metadata(3), nullptr);
  EXPECT_EQ(container.Metadata(~size_t{0}), nullptr);
}

TEST_F(ContainerTest, TheFirstBoxOfATypeIsFound) {
  const Bytes compressed = {'j', 'h', 'g', 'm', 3};
  auto opened = Open(Join({MakeBox("jxli", {1}), MakeBox("brob", compressed), MakeBox("jxli", {2}),
                           MakeBox("jhgm", {4}), MakeBox("jxlc", kImage)}));
  ASSERT_TRUE(opened.ok());
  const Container container = std::move(opened).value();
  EXPECT_EQ(container.Find(kFrameIndexBox), &container.boxes()[2]);
  EXPECT_EQ(container.Find(kGainMapBox), &container.boxes()[3]);
  EXPECT_FALSE(container.has_jpeg_reconstruction());
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

}  // namespace
}  // namespace jxlpool
