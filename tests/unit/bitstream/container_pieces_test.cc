// A file in pieces ends as the same container as the whole file, however it was cut.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "lib/bitstream/container_reader.h"
#include "lib/pool/decode_scope.h"
#include "tests/unit/bitstream/container_fixture.h"

namespace jxlpool {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the files that these tests are about.

// Everything that can be asked, as text. Contents of codestream boxes are not kept if they are copied.
std::string Describe(const Status& status) {
  std::ostringstream text;
  text << static_cast<int>(status.code()) << " " << status.message() << " " << status.bit_position();
  return text.str();
}
std::string Text(const uint8_t* bytes, size_t size) { return std::string(bytes, bytes + size); }
std::string Describe(const Container& container) {
  std::ostringstream text;
  text << "status " << Describe(container.status()) << " level " << container.level() << " growing "
       << (container.is_growing() || container.codestream().is_growing());
  for (const Box& box : container.boxes()) {
    text << "\n"
         << std::string(box.type.name, 4) << " " << std::string(box.content_type.name, 4) << " " << box.offset << " "
         << box.size << " " << box.header_size << " " << box.contents_offset << " unbounded " << box.is_unbounded
         << " truncated " << box.is_truncated << " found " << (container.Find(box.content_type) == &box);
    if (box.type == kCodestreamBox || box.type == kPartialCodestreamBox) continue;
    text << " [" << Text(box.contents.data(), box.contents.size()) << "]";
  }
  text << "\nmetadata";
  for (size_t i = 0; container.Metadata(i) != nullptr; ++i) {
    text << " " << container.Metadata(i) - container.boxes().data();
  }
  const Codestream& codestream = container.codestream();
  const auto bytes = codestream.Section(0, codestream.size());
  EXPECT_TRUE(bytes.ok());
  text << "\ncodestream [" << Text(bytes.value().data(), bytes.value().size()) << "] end "
       << Describe(codestream.Missing());
  return text.str();
}

class ContainerPiecesTest : public ContainerTest {
 protected:
  std::string OfWhole(const Bytes& file) {
    const auto container = Open(file);
    return container.ok() ? Describe(container.value()) : Describe(container.status());
  }

  // Reads `file` in pieces of the sizes that `next` gives. The bytes of a piece are overwritten once it is read.
  std::string OfPieces(const Bytes& file, const std::function<size_t()>& next) {
    Container container;
    ContainerReader reader;
    EXPECT_TRUE(reader.Begin(&memory_, &container).ok());
    EXPECT_TRUE(container.is_growing());
    Status status;
    for (size_t at = 0; at < file.size();) {
      const size_t end = std::min(file.size(), at + next());
      Bytes piece(file.begin() + static_cast<ptrdiff_t>(at), file.begin() + static_cast<ptrdiff_t>(end));
      const Status added = reader.Add(piece, InputBytes::kCopy);
      if (status.ok()) status = added;
      EXPECT_EQ(Describe(added), Describe(status));  // an error stays
      std::fill(piece.begin(), piece.end(), uint8_t{0xAA});
      at = end;
      EXPECT_TRUE(!status.ok() || reader.position() == at);
    }
    const Status ended = reader.End();
    EXPECT_TRUE(status.ok() || Describe(ended) == Describe(status));
    EXPECT_FALSE(container.is_growing());
    return ended.ok() ? Describe(container) : Describe(ended);
  }

  void ExpectSame(const Bytes& file) {
    const std::string whole = OfWhole(file);
    const size_t largest = std::min<size_t>(file.size(), 64);
    for (size_t size = 1; size <= largest; ++size) {
      ASSERT_EQ(OfPieces(file, [=] { return size; }), whole) << "pieces of " << size;
    }
    ASSERT_EQ(OfPieces(file, [&] { return file.size(); }), whole);
    for (uint32_t seed = 0; seed < 10; ++seed) {
      std::mt19937 random(seed);
      ASSERT_EQ(OfPieces(file, [&] { return 1 + random() % (2 + file.size() / 3); }), whole) << "random " << seed;
    }
  }
};

Bytes Chars(const std::string& text) { return Bytes(text.begin(), text.end()); }

Bytes MetadataFile() {
  return Join({MakeBox("jxll", {10}), MakeBox("Exif", {0, 0, 0, 0, 'I', 'I'}), MakeBox("jbrd", {1, 2}),
               Part(0, false, {0xFF, 0x0A, 1, 2}), MakeBox("brob", Chars("xml <a>"), SizeForm::kLong),
               MakeBox("brob", Chars("jxlc?")), MakeBox("free", {}), Part(1, true, {3, 4, 5, 6, 7, 8}, SizeForm::kLong),
               MakeBox("jxli", {7}), MakeBox("jhgm", Bytes(3000, 42)), MakeBox("xml ", Chars("<b/>"))},
              1);
}

std::vector<Bytes> Files() {
  const Bytes whole = MakeBox("jxlc", kImage);
  const Bytes small_box = {0, 0, 0, 3, 'j', 'u', 'n', 'k'};
  const Bytes part0 = Part(0, false, {0xFF, 0x0A, 1});
  const Bytes part1 = Part(1, false, {2, 3});
  const Bytes last = Part(2, true, {4, 5, 6, 7, 8});
  std::vector<Bytes> files = {kImage, {}, {0xFF}, {0xFF, 0xD8}, Chars("\x89PNG"), kSignature, MetadataFile()};
  for (const SizeForm form : {SizeForm::kShort, SizeForm::kLong, SizeForm::kUnbounded, SizeForm::kLongUnbounded}) {
    for (const char* type : {"jxlc", "jxlp", "brob", "Exif", "jxll", "ftyp", "JXL "}) {
      for (const size_t size : {0, 1, 3, 4, 9}) {
        files.push_back(Join({part0, MakeBox(type, Bytes(size, 0), form)}, 1));
        files.push_back(Join({MakeBox(type, Bytes(size, 0), form)}));
      }
    }
    files.push_back(Join({whole, MakeBox("brob", Chars("Exif123"), form)}));
    files.push_back(Join({last, part0, Part(1, false, {2, 3}, form)}, 1));
    files.push_back(Join({last, part1, Part(0, false, {0xFF, 0x0A, 1}, form)}, 1));
  }
  std::vector<Bytes> parts = {part0, part1, last};
  for (uint32_t version = 0; version < 3; ++version) {
    for (const Bytes& a : parts) {
      for (const Bytes& b : parts) {
        for (const Bytes& c : parts)
          files.push_back(Join({a, MakeBox("junk", {1}), b, c, MakeBox("xml ", {2})}, version));
      }
    }
  }
  for (const Bytes& end : {small_box, whole, part0, FileType(), kSignature, Part(3, false, {})}) {
    files.push_back(Join({whole, MakeBox("Exif", {9}), end, MakeBox("junk", {})}));
    files.push_back(Join({part0, part1, last, end, whole}, 1));
    files.push_back(Join({part0, last, last, end}, 1));
    files.push_back(Join({end, whole}));
  }
  Bytes huge = MakeBox("junk", {1, 2, 3}, SizeForm::kLong);
  std::fill(huge.begin() + 8, huge.begin() + 16, uint8_t{0xFF});
  files.push_back(Join({whole, huge}));
  huge[15] = 0xDF - 18;
  files.push_back(Join({whole, huge}));
  return files;
}

TEST_F(ContainerPiecesTest, EveryCutOfEveryFileIsTheSame) {
  for (const Bytes& file : Files()) ASSERT_NO_FATAL_FAILURE(ExpectSame(file));
}

TEST_F(ContainerPiecesTest, TruncatedFilesAreTheSame) {
  for (const Bytes& file : Files()) {
    const std::string name = OfWhole(file);
    for (size_t size = 0; size < std::min<size_t>(file.size(), 300); ++size) {
      const Bytes cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
      const std::string whole = OfWhole(cut);
      for (const size_t piece : {1, 2, 5, 13}) {
        ASSERT_EQ(OfPieces(cut, [=] { return piece; }), whole) << size << " bytes of\n" << name;
      }
    }
  }
}

TEST_F(ContainerPiecesTest, DamagedFilesAreTheSame) {
  std::mt19937 random(1);
  for (const Bytes& file : Files()) {
    for (int i = 0; i < 40 && !file.empty(); ++i) {
      Bytes damaged = file;
      damaged[random() % std::min<size_t>(file.size(), 200)] =
          static_cast<uint8_t>(random() % 2 ? random() : random() % 20);
      const std::string whole = OfWhole(damaged);
      ASSERT_EQ(OfPieces(damaged, [] { return 1; }), whole);
      ASSERT_EQ(OfPieces(damaged, [&] { return 1 + random() % 30; }), whole);
    }
  }
}

// What is known after each byte.
TEST_F(ContainerPiecesTest, BoxesAppearWhenTheyAreComplete) {
  const Bytes file = MetadataFile();
  const auto whole = Open(file);
  Container container;
  ContainerReader reader;
  ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
  EXPECT_FALSE(container.is_container());
  for (size_t size = 1; size <= file.size(); ++size) {
    ASSERT_TRUE(reader.Add({file.data() + size - 1, 1}, InputBytes::kCopy).ok());
    size_t complete = 0;
    for (const Box& box : whole.value().boxes()) complete += box.offset + box.size <= size ? 1 : 0;
    ASSERT_EQ(container.boxes().size(), complete) << size;
    EXPECT_TRUE(container.is_growing());
    EXPECT_TRUE(container.status().ok());
    for (const BoxType type : {kXmlBox, kGainMapBox, kJpegReconstructionBox, kExifBox}) {
      EXPECT_NE(container.MayStillCome(type), container.Find(type) != nullptr) << size;
    }
    EXPECT_TRUE(container.MayStillCome("else"));
    EXPECT_EQ(container.codestream().is_growing(), complete < 10) << size;
  }
  ASSERT_TRUE(reader.End().ok());
  EXPECT_FALSE(container.MayStillCome("else"));
  EXPECT_EQ(Describe(container), Describe(whole.value()));
  const Box* box = container.Find(kGainMapBox);
  EXPECT_EQ(Bytes(box->contents.begin(), box->contents.end()), Bytes(3000, 42));
}

TEST_F(ContainerPiecesTest, TheCodestreamComesAsItComes) {
  for (const Bytes& file :
       {kImage, Join({MakeBox("jxlc", kImage)}), Join({MakeBox("jxlc", kImage, SizeForm::kUnbounded)}),
        Join({MakeBox("jxlc", kImage, SizeForm::kLong), MakeBox("xml ", Bytes(20))})}) {
    Container container;
    ContainerReader reader;
    ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
    const size_t begin =
        static_cast<size_t>(std::search(file.begin(), file.end(), kImage.begin(), kImage.end()) - file.begin());
    for (size_t size = 1; size <= file.size(); ++size) {
      ASSERT_TRUE(reader.Add({file.data() + size - 1, 1}, InputBytes::kCopy).ok());
      const uint64_t come = container.codestream().size();
      if (size > begin + 2 || begin != 0) {
        EXPECT_EQ(come, std::min(kImage.size(), size - std::min(size, begin))) << size;
      }
      EXPECT_TRUE(container.status().ok());
      if (container.codestream().is_growing()) {
        const Status missing = container.codestream().Missing();
        EXPECT_EQ(missing.code(), ErrorCode::kWaiting);
        EXPECT_EQ(missing.bit_position(), 8 * (come + 1));
      } else {
        EXPECT_EQ(container.codestream().Missing().code(), ErrorCode::kCorrupt);
      }
    }
    ASSERT_TRUE(reader.End().ok());
    EXPECT_EQ(CodestreamOf(container), kImage);
  }
}

TEST_F(ContainerPiecesTest, NothingComesBehindABoxWithoutASize) {
  const auto may_come = [&](const Bytes& file, BoxType type) {
    Container container;
    ContainerReader reader;
    EXPECT_TRUE(reader.Begin(&memory_, &container).ok());
    EXPECT_TRUE(reader.Add(file, InputBytes::kCopy).ok());
    return container.MayStillCome(type);
  };
  EXPECT_FALSE(may_come(kImage, kExifBox));
  EXPECT_TRUE(may_come({0xFF}, kExifBox));
  EXPECT_TRUE(may_come(Join({MakeBox("jxlc", kImage)}), kExifBox));
  EXPECT_FALSE(may_come(Join({MakeBox("jxlc", kImage, SizeForm::kUnbounded)}), kExifBox));
  EXPECT_TRUE(may_come(Join({MakeBox("Exif", {1}, SizeForm::kUnbounded)}), kExifBox));
  EXPECT_TRUE(may_come(Join({MakeBox("brob", Chars("Exif"), SizeForm::kUnbounded)}), kExifBox));
  EXPECT_FALSE(may_come(Join({MakeBox("brob", Chars("Exif"), SizeForm::kUnbounded)}), kXmlBox));
}

// Every byte of the codestream has its place, whether it has come or not, as far as headers tell.
TEST_F(ContainerPiecesTest, FilePositionsAreExactWithinTheBox) {
  const Bytes file = Join({MakeBox("Exif", {1, 2, 3}), Part(2, true, {5, 6, 7, 8}), Part(0, false, {0xFF, 0x0A, 1}),
                           MakeBox("xml ", {9}), Part(1, false, {2, 3, 4}), MakeBox("junk", {})},
                          1);
  const size_t exif = 32;
  const size_t part2 = exif + 11;
  const size_t part0 = part2 + 16;
  const size_t xml = part0 + 15;
  const size_t part1 = xml + 9;
  const size_t junk = part1 + 15;
  std::vector<uint64_t> places;
  for (size_t i = 0; i < 3; ++i) places.push_back(part0 + 12 + i);
  for (size_t i = 0; i < 3; ++i) places.push_back(part1 + 12 + i);
  for (size_t i = 0; i < 4; ++i) places.push_back(part2 + 12 + i);
  Container container;
  ContainerReader reader;
  ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
  for (size_t size = 1; size <= file.size(); ++size) {
    ASSERT_TRUE(reader.Add({file.data() + size - 1, 1}, InputBytes::kCopy).ok());
    if (size < 12) continue;
    const size_t begun = size >= part1 + 12 ? 6 : size >= part0 + 12 ? 3 : 0;
    const size_t known = size >= junk ? 10 : begun;
    for (size_t i = 0; i < known; ++i) ASSERT_EQ(reader.FilePosition(i), places[i]) << size << " " << i;
    if (known == 10) continue;
    const size_t headers[] = {12, exif, part2, part0, xml, part1, junk};
    // The header that is being read, or else the next.
    const size_t* next = std::find_if(std::begin(headers), std::end(headers), [&](size_t at) { return at + 8 > size; });
    ASSERT_EQ(reader.FilePosition(known), *next) << size;
    ASSERT_EQ(reader.FilePosition(~uint64_t{0}), *next) << size;
  }
  Container bare;
  ASSERT_TRUE(reader.Begin(&memory_, &bare).ok());
  ASSERT_TRUE(reader.Add(kImage, InputBytes::kCopy).ok());
  EXPECT_EQ(reader.FilePosition(5), 5u);
  EXPECT_EQ(reader.FilePosition(500), 500u);
  EXPECT_TRUE(bare.status().ok());
}

// Sizes are announced, bytes are not there: memory goes with the bytes.
TEST_F(ContainerPiecesTest, AnnouncementsTakeNoMemory) {
  for (const char* type : {"xml ", "jxlc", "jxlp", "brob"}) {
    Bytes box = MakeBox(type, {0, 0, 0, 1, 0xFF, 0x0A, 1, 2}, SizeForm::kLong);
    box[8] = 0x10;
    Container container;
    ContainerReader reader;
    ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
    ASSERT_TRUE(reader.Add(Join({box}, 1), InputBytes::kCopy).ok());
    EXPECT_LE(budget_.total().live, 12000u) << type;
    (void)reader.End();
  }
}

TEST_F(ContainerPiecesTest, PiecesDoNotDecideAboutMemory) {
  Bytes image = kImage;
  image.resize(50000);
  const Bytes file = Join({MakeBox("Exif", Bytes(1500)), Part(1, true, Bytes(9000)), Part(0, false, image)}, 1);
  // A pool that has served one cut has all blocks for the others.
  const DecodeScope scope(&pool_, 1);
  (void)OfPieces(file, [&] { return file.size(); });
  const uint64_t misses = pool_.GetStatistics().total.misses();
  std::vector<uint64_t> peaks;
  for (const size_t size : {size_t{1}, size_t{700}, file.size()}) {
    budget_.ResetPeaks();
    (void)OfPieces(file, [=] { return size; });
    EXPECT_EQ(pool_.GetStatistics().total.misses(), misses) << size;
    peaks.push_back(budget_.category(Category::kInput).peak);
  }
  EXPECT_EQ(peaks[0], peaks[1]);
  EXPECT_EQ(peaks[0], peaks[2]);
}

TEST_F(ContainerPiecesTest, MemoryLimitsAreErrorsThatLeaveNothing) {
  Bytes image = kImage;
  image.resize(30000);
  const Bytes file = Join({MakeBox("Exif", Bytes(1500)), Part(1, true, Bytes(9000)), Part(0, false, image)}, 1);
  size_t failures = 0;
  for (uint64_t limit = 0;; limit += 1000) {
    budget_.set_limit(limit);
    Container container;
    ContainerReader reader;
    Status status = reader.Begin(&memory_, &container);
    for (size_t at = 0; at < file.size() && status.ok(); at += 500) {
      status = reader.Add(std::span(file).subspan(at, std::min<size_t>(500, file.size() - at)), InputBytes::kCopy);
    }
    if (status.ok()) status = reader.End();
    if (status.ok()) break;
    EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
    EXPECT_EQ(reader.End().code(), ErrorCode::kMemoryLimit);
    EXPECT_FALSE(container.is_growing());
    ++failures;
    container = Container();
    reader.Close();
    EXPECT_EQ(budget_.total().live, 0u);
  }
  EXPECT_GT(failures, 30u);
  budget_.set_limit(Budget::kUnlimited);
}

// What ReleaseBefore gives up need not be fed, up to the last byte of a box, which tells how it ends.
TEST_F(ContainerPiecesTest, WhatIsNotNeededIsSkipped) {
  Bytes image = {0xFF, 0x0A};
  for (size_t i = 2; i < 20000; ++i) image.push_back(static_cast<uint8_t>(i * i / 7));
  const Bytes first(image.begin(), image.begin() + 9000);
  const Bytes second(image.begin() + 9000, image.end());
  const Bytes files[] = {image, Join({MakeBox("jxlc", image), MakeBox("Exif", {0, 0, 0, 0})}),
                         Join({Part(0, false, first), Part(1, true, second)})};
  for (const Bytes& file : files) {
    Container container;
    ContainerReader reader;
    ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
    size_t at = 0;
    const auto feed = [&](size_t size) {
      EXPECT_TRUE(reader.Add(std::span(file).subspan(at, size), InputBytes::kCopy).ok());
      at += size;
    };
    feed(100);
    EXPECT_EQ(reader.MaySkip(), 0u);
    container.codestream().ReleaseBefore(15000);
    size_t skipped = 0;
    while (at < file.size()) {
      if (const uint64_t count = reader.MaySkip(); count != 0) {
        ASSERT_TRUE(reader.Skip(count).ok());
        at += count;
        skipped += count;
      } else {
        feed(1);
      }
      ASSERT_EQ(reader.position(), at);
    }
    EXPECT_GT(skipped, 14800u);
    ASSERT_TRUE(reader.End().ok());
    ASSERT_EQ(container.codestream().size(), image.size());
    const auto rest = container.codestream().Section(15000, 5000);
    ASSERT_TRUE(rest.ok());
    EXPECT_TRUE(std::equal(rest.value().data(), rest.value().data() + 5000, image.begin() + 15000));
    EXPECT_TRUE(container.status().ok());
  }
}

TEST_F(ContainerPiecesTest, AReaderCanBeginAgain) {
  Container container;
  ContainerReader reader;
  const Bytes file = MetadataFile();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
    ASSERT_TRUE(reader.Add({file.data(), file.size() - static_cast<size_t>(i)}, InputBytes::kCopy).ok());
  }
  ASSERT_TRUE(reader.Begin(&memory_, &container).ok());
  EXPECT_EQ(reader.position(), 0u);
  ASSERT_TRUE(reader.Add(file, InputBytes::kCopy).ok());
  ASSERT_TRUE(reader.End().ok());
  EXPECT_EQ(Describe(container), OfWhole(file));
}

}  // namespace
}  // namespace jxlpool
