// Proves: recompressed JPEGs come back byte by byte, with any number of threads and from reused memory; reconstruction
// that must fail does so with a message while the image still opens; damaged files do no harm.
#include "lib/jpeg/reconstruct_jpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "lib/pool/decode_scope.h"

namespace jxlpool {
namespace {

namespace fs = std::filesystem;

std::vector<uint8_t> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// JPEG XL files of the project's test data and of what lies beside the project.
std::vector<fs::path> FilesIn(const char* folder) {
  std::vector<fs::path> files;
  for (const fs::path& root : {fs::path(JXLPOOL_TESTDATA), fs::path(JXLPOOL_TESTDATA) / "../../shared/testdata"}) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      if (entry.path().extension() == ".jxl") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Collector : public ByteSink {
 public:
  Status Write(const uint8_t* data, size_t size) override {
    bytes.insert(bytes.end(), data, data + size);
    return OkStatus();
  }
  std::vector<uint8_t> bytes;
};

class ReconstructJpegTest : public testing::Test {
 protected:
  Status Open(const std::vector<uint8_t>& file, ImageDecoder* image) {
    return image->Open(file.data(), file.size(), DecoderOptions());
  }
  Status Reconstruct(const std::vector<uint8_t>& file, uint32_t num_threads, std::vector<uint8_t>* jpeg) {
    Collector collector;
    const DecodeScope scope(&pool_, num_threads);
    const Status status = OpenAndReconstruct(file, num_threads, &collector);
    *jpeg = std::move(collector.bytes);
    return status;
  }
  Status OpenAndReconstruct(const std::vector<uint8_t>& file, uint32_t num_threads, ByteSink* sink) {
    ThreadPool threads(num_threads);
    ImageDecoder image(&memory_, &threads);
    JXLPOOL_RETURN_IF_ERROR(Open(file, &image));
    return ReconstructJpeg(&image, nullptr, &memory_, sink);
  }

  // Keeps what it has, also where sanitizers leave no blocks that can be drained, so that a miss is a new size.
  static BufferPoolOptions Hoarding() {
    BufferPoolOptions options;
    options.retention.slack_bytes = options.retention.max_cached_bytes;
    return options;
  }

  BufferPool pool_{Hoarding()};
  Budget budget_{uint64_t{256} << 20};
  Memory memory_{&pool_, &budget_};
};

TEST_F(ReconstructJpegTest, GivesTheSameBytes) {
  const std::vector<fs::path> files = FilesIn("jpeg");
  ASSERT_FALSE(files.empty());
  for (const fs::path& path : files) {
    const std::vector<uint8_t> expected = ReadFile(fs::path(path).replace_extension(".jpg"));
    ASSERT_FALSE(expected.empty()) << path;
    for (const uint32_t num_threads : {1, 3}) {
      std::vector<uint8_t> jpeg;
      const Status status = Reconstruct(ReadFile(path), num_threads, &jpeg);
      EXPECT_TRUE(status.ok()) << path << ": " << status.message();
      EXPECT_TRUE(jpeg == expected) << path << ": " << jpeg.size() << " bytes, expected " << expected.size();
    }
  }
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(ReconstructJpegTest, RefusesWhatDoesNotFit) {
  for (const fs::path& path : FilesIn("jpeg/bad")) {
    const std::vector<uint8_t> file = ReadFile(path);
    ThreadPool threads(1);
    ImageDecoder image(&memory_, &threads);
    ASSERT_TRUE(Open(file, &image).ok()) << path;
    Collector collector;
    const Status status = ReconstructJpeg(&image, nullptr, &memory_, &collector);
    EXPECT_FALSE(status.ok()) << path;
    EXPECT_STRNE(status.message(), "") << path;
    EXPECT_TRUE(status.code() == ErrorCode::kCorrupt || status.code() == ErrorCode::kUnsupported) << path;
    // The image is as good as before.
    FrameInfo frame;
    const auto next = image.NextFrame(&frame);
    ASSERT_TRUE(next.ok() && next.value()) << path;
    std::vector<uint8_t> pixels(size_t{3} * frame.width * frame.height);
    OutputTarget target;
    target.channels = ChannelSet::kRgb;
    target.type = OutputType::kUint8;
    target.bits = 8;
    target.pixels = pixels.data();
    target.stride = size_t{3} * frame.width;
    EXPECT_TRUE(image.DecodeFrame(&target, 1).ok()) << path;
  }
}

// A JPEG with one scan is written row by row of groups; the images have four.
TEST_F(ReconstructJpegTest, WritesWhileItDecodes) {
  class Pieces : public Collector {
   public:
    Status Write(const uint8_t* data, size_t size) override {
      num_pieces += size != 0 ? 1 : 0;
      return Collector::Write(data, size);
    }
    int num_pieces = 0;
  };
  for (const char* name : {"tall_420", "tall_grey", "tall_rgb"}) {
    const fs::path path = fs::path(JXLPOOL_TESTDATA) / "jpeg" / (std::string(name) + ".jxl");
    const std::vector<uint8_t> file = ReadFile(path);
    for (const uint32_t num_threads : {1, 2, 5}) {
      ThreadPool threads(num_threads);
      ImageDecoder image(&memory_, &threads);
      ASSERT_TRUE(Open(file, &image).ok());
      Pieces pieces;
      ASSERT_TRUE(ReconstructJpeg(&image, nullptr, &memory_, &pieces).ok());
      EXPECT_TRUE(pieces.bytes == ReadFile(fs::path(path).replace_extension(".jpg"))) << name;
      EXPECT_GE(pieces.num_pieces, num_threads == 1 ? 4 : 1) << name;
    }
  }
  EXPECT_EQ(budget_.total().live, 0u);
}

// Bytes that come before the damage are delivered, then comes the error.
TEST_F(ReconstructJpegTest, ErrorInALaterGroup) {
  const std::vector<uint8_t> expected = ReadFile(fs::path(JXLPOOL_TESTDATA) / "jpeg/tall_420.jpg");
  std::vector<uint8_t> file = ReadFile(fs::path(JXLPOOL_TESTDATA) / "jpeg/tall_420.jxl");
  ASSERT_GT(file.size(), 1000u);
  file.erase(file.end() - 40, file.end());
  std::vector<uint8_t> jpeg;
  const Status status = Reconstruct(file, 1, &jpeg);
  EXPECT_EQ(status.code(), ErrorCode::kNeedMoreInput) << status.message();
  ASSERT_GT(jpeg.size(), 1000u);
  ASSERT_LT(jpeg.size(), expected.size());
  EXPECT_TRUE(std::equal(jpeg.begin(), jpeg.end(), expected.begin()));
}

TEST_F(ReconstructJpegTest, AllocatesNothingOnceWarm) {
  for (const fs::path& path : FilesIn("jpeg")) {
    const std::vector<uint8_t> file = ReadFile(path);
    std::vector<uint8_t> jpeg;
    ASSERT_TRUE(Reconstruct(file, 1, &jpeg).ok());
    const uint64_t misses = pool_.GetStatistics().total.misses();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(Reconstruct(file, 1, &jpeg).ok());
    EXPECT_EQ(pool_.GetStatistics().total.misses(), misses) << path;
  }
}

TEST_F(ReconstructJpegTest, MemoryLimitIsAnErrorOrDoesNotMatter) {
  const std::vector<fs::path> files = FilesIn("jpeg");
  const std::vector<uint8_t> file = ReadFile(files[0]);
  std::vector<uint8_t> expected;
  ASSERT_TRUE(Reconstruct(file, 1, &expected).ok());
  for (uint64_t limit = 10000; limit < 6000000; limit += limit / 4) {
    Budget budget(limit);
    Memory memory(&pool_, &budget);
    ThreadPool threads(1);
    ImageDecoder image(&memory, &threads);
    if (!Open(file, &image).ok()) continue;
    Collector collector;
    const Status status = ReconstructJpeg(&image, nullptr, &memory, &collector);
    if (status.ok()) {
      EXPECT_TRUE(collector.bytes == expected);
    } else {
      EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit) << limit << ": " << status.message();
    }
  }
}

TEST_F(ReconstructJpegTest, ErrorOfTheSinkEndsIt) {
  class Refusing : public ByteSink {
   public:
    Status Write(const uint8_t*, size_t) override { return Status(ErrorCode::kIo, "no"); }
  } sink;
  const std::vector<uint8_t> file = ReadFile(FilesIn("jpeg")[0]);
  ThreadPool threads(1);
  ImageDecoder image(&memory_, &threads);
  ASSERT_TRUE(Open(file, &image).ok());
  EXPECT_EQ(ReconstructJpeg(&image, nullptr, &memory_, &sink).code(), ErrorCode::kIo);
}

TEST_F(ReconstructJpegTest, OtherImagesAreRefused) {
  std::vector<uint8_t> jpeg;
  for (const fs::path& path : FilesIn("images")) {
    const Status status = Reconstruct(ReadFile(path), 1, &jpeg);
    EXPECT_TRUE(status.ok() || status.code() == ErrorCode::kUnsupported) << path << ": " << status.message();
  }
}

TEST_F(ReconstructJpegTest, DataMustBeThereOnce) {
  const std::vector<uint8_t> file = ReadFile(fs::path(JXLPOOL_TESTDATA) / "jpeg/grey.jxl");
  static constexpr char kType[] = "jbrd";
  const auto type = std::search(file.begin(), file.end(), kType, kType + 4);
  ASSERT_NE(type, file.end());
  const auto box = type - 4;
  const size_t size = static_cast<size_t>(box[2] << 8 | box[3]);
  std::vector<uint8_t> twice = file;
  twice.insert(twice.begin() + (box - file.begin()), box, box + static_cast<ptrdiff_t>(size));
  std::vector<uint8_t> jpeg;
  EXPECT_STREQ(Reconstruct(twice, 1, &jpeg).message(), "the file has JPEG reconstruction data twice");
  std::vector<uint8_t> none = file;
  none[static_cast<size_t>(type - file.begin())] = 'x';
  EXPECT_STREQ(Reconstruct(none, 1, &jpeg).message(), "the file has no JPEG reconstruction data");
  // One byte less or more in the box.
  std::vector<uint8_t> shorter = file;
  const auto at = box - file.begin();
  --shorter[static_cast<size_t>(at) + 3];
  shorter.erase(shorter.begin() + at + static_cast<ptrdiff_t>(size) - 1);
  EXPECT_STREQ(Reconstruct(shorter, 1, &jpeg).message(), "the Brotli stream is truncated");
  std::vector<uint8_t> longer = file;
  ++longer[static_cast<size_t>(at) + 3];
  longer.insert(longer.begin() + at + static_cast<ptrdiff_t>(size), uint8_t{0});
  EXPECT_STREQ(Reconstruct(longer, 1, &jpeg).message(), "bytes after the end of a Brotli stream");
}

// The boxes of a file, one after another.
std::vector<std::vector<uint8_t>> BoxesOf(const std::vector<uint8_t>& file) {
  std::vector<std::vector<uint8_t>> boxes;
  for (size_t at = 0; at + 8 <= file.size();) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | file[at + i];
    if (size < 8 || size > file.size() - at) size = file.size() - at;
    boxes.emplace_back(file.begin() + static_cast<ptrdiff_t>(at), file.begin() + static_cast<ptrdiff_t>(at + size));
    at += size;
  }
  return boxes;
}

std::vector<uint8_t> FileOf(const std::vector<std::vector<uint8_t>>& boxes) {
  std::vector<uint8_t> file;
  for (const std::vector<uint8_t>& box : boxes) file.insert(file.end(), box.begin(), box.end());
  return file;
}

// Metadata and reconstruction data before, between and behind the parts of the codestream.
TEST_F(ReconstructJpegTest, OrderOfBoxesDoesNotMatter) {
  for (const char* name : {"metadata", "grey"}) {
    const fs::path path = fs::path(JXLPOOL_TESTDATA) / "jpeg" / (std::string(name) + ".jxl");
    const std::vector<uint8_t> expected = ReadFile(fs::path(path).replace_extension(".jpg"));
    const std::vector<std::vector<uint8_t>> boxes = BoxesOf(ReadFile(path));
    ASSERT_GT(boxes.size(), 3u);
    const auto is_codestream = [](const std::vector<uint8_t>& box) { return box[4] == 'j' && box[5] == 'x'; };
    for (size_t from = 2; from < boxes.size(); ++from) {
      if (is_codestream(boxes[from])) continue;
      for (size_t to = 2; to < boxes.size(); ++to) {
        std::vector<std::vector<uint8_t>> moved = boxes;
        moved.erase(moved.begin() + static_cast<ptrdiff_t>(from));
        moved.insert(moved.begin() + static_cast<ptrdiff_t>(to), boxes[from]);
        // A box of unknown size must stay the last one.
        if (moved.back() != boxes.back() && boxes.back()[3] == 0 && boxes.back()[2] == 0) continue;
        std::vector<uint8_t> jpeg;
        const Status status = Reconstruct(FileOf(moved), 1, &jpeg);
        EXPECT_TRUE(status.ok()) << name << ": " << status.message();
        EXPECT_TRUE(jpeg == expected) << name << ", box " << from << " to " << to;
      }
    }
  }
}

TEST_F(ReconstructJpegTest, MetadataMustBeThatOfTheJpeg) {
  const std::vector<std::vector<uint8_t>> boxes = BoxesOf(ReadFile(fs::path(JXLPOOL_TESTDATA) / "jpeg/metadata.jxl"));
  size_t num_needed = 0;
  for (size_t i = 2; i < boxes.size(); ++i) {
    const std::string type(boxes[i].begin() + 4, boxes[i].begin() + 8);
    if (type != "brob" && type != "Exif" && type != "xml ") continue;
    ++num_needed;
    std::vector<std::vector<uint8_t>> without = boxes;
    without.erase(without.begin() + static_cast<ptrdiff_t>(i));
    std::vector<uint8_t> jpeg;
    EXPECT_STREQ(Reconstruct(FileOf(without), 1, &jpeg).message(), "a metadata box that the JPEG needs is missing");
    // The first box of a type counts.
    std::vector<std::vector<uint8_t>> other = boxes;
    std::vector<uint8_t> box = {0, 0, 0, 15, 'E', 'x', 'i', 'f', 0, 0, 0, 0, 'a', 'b', 'c'};
    const std::string inner(boxes[i].begin() + 8, boxes[i].begin() + 12);
    if (type == "xml " || (type == "brob" && inner == "xml ")) std::copy_n("xml ", 4, box.begin() + 4);
    other.insert(other.begin() + 2, box);
    EXPECT_EQ(Reconstruct(FileOf(other), 1, &jpeg).code(), ErrorCode::kCorrupt) << type;
  }
  EXPECT_EQ(num_needed, 2u);
}

// Survives and ends soon; what comes out is either an error or some JPEG.
TEST_F(ReconstructJpegTest, SurvivesDamage) {
  std::mt19937 random(1);
  const auto below = [&](size_t end) { return random() % end; };
  ThreadPool threads(1);
  size_t num_accepted = 0;
  for (const fs::path& path : FilesIn("jpeg")) {
    const std::vector<uint8_t> file = ReadFile(path);
    if (file.size() > 8000) continue;
    static constexpr char kType[] = "jbrd";
    const size_t box = static_cast<size_t>(std::search(file.begin(), file.end(), kType, kType + 4) - file.begin()) + 4;
    ASSERT_LT(box, file.size());
    for (int i = 0; i < 300; ++i) {
      std::vector<uint8_t> damaged = file;
      for (size_t n = 1 + below(4); n != 0; --n) {
        // Mostly the header of the reconstruction data, which is short.
        const size_t at =
            i % 4 == 3 ? below(file.size()) : std::min(box + below(i % 2 == 0 ? 60 : 300), file.size() - 1);
        damaged[at] = static_cast<uint8_t>(below(3) == 0 ? random() : damaged[at] ^ 1u << below(8));
      }
      if (below(20) == 0) damaged.resize(below(file.size()));
      ImageDecoder image(&memory_, &threads);
      if (!Open(damaged, &image).ok()) continue;
      Collector collector;
      num_accepted += ReconstructJpeg(&image, nullptr, &memory_, &collector).ok() ? 1 : 0;
    }
  }
  EXPECT_GT(num_accepted, 0u);
  EXPECT_EQ(budget_.total().live, 0u);
}

}  // namespace
}  // namespace jxlpool
