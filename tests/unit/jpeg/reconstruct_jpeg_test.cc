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

#include "lib/pool/buffer_pool.h"

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
    ThreadPool threads(num_threads);
    ImageDecoder image(&memory_, &threads);
    JXLPOOL_RETURN_IF_ERROR(Open(file, &image));
    Collector collector;
    const Status status = ReconstructJpeg(&image, nullptr, &memory_, &collector);
    *jpeg = std::move(collector.bytes);
    return status;
  }

  BufferPool pool_;
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
