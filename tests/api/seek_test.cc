// Seeking gives the same pixels as decoding frame after frame, from wherever and to wherever, with and without a frame
// index; and an index that lies is not believed where that can be noticed.
//
// All images of testdata with several frames, those of the environment variable JXLPOOL_TEST_ANIMATIONS (file names
// with spaces between them), and regions.jxl, whose frames are drawn over each other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/boxes.h"
#include "tests/api/png_reading.h"

namespace jxlpool {
namespace {

using testing::Bytes;

std::string RegionsPath() { return std::string(JXLPOOL_API_TESTDATA) + "/regions.jxl"; }

struct DecodedFrame {
  uint32_t index = 0;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t duration = 0;
  Bytes pixels;

  friend bool operator==(const DecodedFrame&, const DecodedFrame&) = default;
};

// Floats of all channels.
JxlpoolStatus DecodeNext(Decoder* decoder, DecodedFrame* frame) {
  auto info = Make<JxlpoolFrameInfo>();
  if (const JxlpoolStatus status = decoder->NextFrame(&info); status != JXLPOOL_OK) return status;
  auto output = Make<JxlpoolOutput>();
  output.channels = JXLPOOL_CHANNELS_ALL;
  output.sample_type = JXLPOOL_FLOAT32;
  frame->index = info.index;
  frame->width = info.width;
  frame->height = info.height;
  frame->duration = info.duration;
  frame->pixels.assign(size_t{info.width} * info.height * decoder->PixelSize(output), 0);
  output.pixels = frame->pixels.data();
  output.pixels_size = frame->pixels.size();
  return decoder->DecodeFrame(output);
}

std::vector<DecodedFrame> DecodeAll(Decoder* decoder) {
  std::vector<DecodedFrame> frames;
  for (DecodedFrame frame; DecodeNext(decoder, &frame) == JXLPOOL_OK;) frames.push_back(frame);
  return frames;
}

std::vector<std::string> FilesWithSeveralFrames() {
  std::vector<std::string> paths = {RegionsPath(), std::string(JXLPOOL_API_TESTDATA) + "/animation.jxl"};
  for (const auto& entry : std::filesystem::directory_iterator(std::string(JXLPOOL_TESTDATA) + "/images")) {
    Decoder decoder;
    auto header = Make<JxlpoolFrameHeader>();
    if (decoder.OpenFile(entry.path().c_str()) != JXLPOOL_OK) continue;
    if (decoder.FrameHeader(1, &header) == JXLPOOL_OK) paths.push_back(entry.path());
  }
  if (const char* more = std::getenv("JXLPOOL_TEST_ANIMATIONS")) {
    std::istringstream names(more);
    for (std::string name; names >> name;) paths.push_back(name);
  }
  return paths;
}

// Jumps about, decoding, skipping and playing on; compares every frame.
void JumpAbout(Decoder* decoder, const std::vector<DecodedFrame>& expected, JxlpoolSeek how) {
  std::mt19937 random(1);
  const uint32_t count = static_cast<uint32_t>(expected.size());
  for (uint32_t step = 0; step < std::max(2 * count, 12u); ++step) {
    const uint32_t target = step < count ? count - 1 - step : static_cast<uint32_t>(random() % count);
    ASSERT_EQ(decoder->SeekFrame(target, how), JXLPOOL_OK) << decoder->LastError().message;
    const uint32_t skipped = static_cast<uint32_t>(random() % 3);
    const uint32_t played = static_cast<uint32_t>(random() % 4);
    for (uint32_t i = 0; i < skipped && target + i < count; ++i) ASSERT_EQ(decoder->NextFrame(nullptr), JXLPOOL_OK);
    for (uint32_t i = target + skipped; i < target + skipped + played && i < count; ++i) {
      DecodedFrame frame;
      ASSERT_EQ(DecodeNext(decoder, &frame), JXLPOOL_OK) << decoder->LastError().message;
      ASSERT_TRUE(frame == expected[i]) << "frame " << i << ", sought " << target;
    }
  }
}

TEST(Seek, GivesTheFramesThatDecodingInOrderGives) {
  const std::vector<std::string> paths = FilesWithSeveralFrames();
  EXPECT_GT(paths.size(), 20u);
  for (const std::string& path : paths) {
    for (const int layers : {0, 1}) {
      SCOPED_TRACE(path + (layers != 0 ? ", layers" : ""));
      auto options = Make<JxlpoolDecoderOptions>();
      options.layers = layers;
      options.num_threads = 3;
      Decoder decoder(&options);
      ASSERT_EQ(decoder.OpenFile(path.c_str()), JXLPOOL_OK);
      const std::vector<DecodedFrame> expected = DecodeAll(&decoder);
      ASSERT_FALSE(expected.empty());
      JumpAbout(&decoder, expected, JXLPOOL_SEEK_EXACT);
      EXPECT_EQ(decoder.SeekFrame(static_cast<uint32_t>(expected.size())), JXLPOOL_END);
      ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
      EXPECT_TRUE(DecodeAll(&decoder) == expected);
    }
  }
}

TEST(Seek, BeyondTheEndChangesNothing) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(RegionsPath().c_str()), JXLPOOL_OK);
  const std::vector<DecodedFrame> expected = DecodeAll(&decoder);
  ASSERT_EQ(expected.size(), 10u);
  ASSERT_EQ(decoder.SeekFrame(4), JXLPOOL_OK);
  EXPECT_EQ(decoder.SeekFrame(10), JXLPOOL_END);
  EXPECT_EQ(decoder.SeekFrame(UINT32_MAX, JXLPOOL_SEEK_USE_INDEX), JXLPOOL_END);
  DecodedFrame frame;
  ASSERT_EQ(DecodeNext(&decoder, &frame), JXLPOOL_OK);
  EXPECT_TRUE(frame == expected[4]);
  JxlpoolSeek wrong;
  const uint32_t number = 7;
  std::memcpy(&wrong, &number, sizeof(wrong));
  EXPECT_EQ(decoder.SeekFrame(0, wrong), JXLPOOL_INVALID_ARGUMENT);
  decoder.Close();
  EXPECT_EQ(decoder.SeekFrame(0), JXLPOOL_INVALID_ARGUMENT);
}

TEST(Seek, FailsCleanlyWhereTheFileEnds) {
  const Bytes whole = testing::ReadFile(RegionsPath());
  Decoder complete;
  auto last = Make<JxlpoolFrameHeader>();
  ASSERT_EQ(complete.OpenMemory(whole.data(), whole.size()), JXLPOOL_OK);
  ASSERT_EQ(complete.FrameHeader(9, &last), JXLPOOL_OK);
  const uint64_t end_of_last_header = last.offset + last.header_bytes;
  for (size_t size = 20; size < whole.size(); size += 13) {
    Decoder decoder;
    if (decoder.OpenMemory(whole.data(), size) != JXLPOOL_OK) continue;
    EXPECT_EQ(decoder.SeekFrame(9) == JXLPOOL_OK, size >= end_of_last_header) << size;
    ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
    ASSERT_EQ(decoder.SeekFrame(0), JXLPOOL_OK);
  }
}

// ---- Frame indices ----

struct IndexEntry {
  uint64_t offset;
  uint64_t first_frame;
};

// `num_frames` in all; entries without order would make no index.
Bytes MakeIndex(const std::vector<IndexEntry>& entries, uint64_t num_frames) {
  Bytes bytes;
  testing::AppendVarint(entries.size(), &bytes);
  testing::AppendBigEndian(1, 4, &bytes);
  testing::AppendBigEndian(1000, 4, &bytes);
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t next = i + 1 < entries.size() ? entries[i + 1].first_frame : num_frames;
    testing::AppendVarint(entries[i].offset - (i == 0 ? 0 : entries[i - 1].offset), &bytes);
    testing::AppendVarint(100, &bytes);
    testing::AppendVarint(next - entries[i].first_frame, &bytes);
  }
  return bytes;
}

std::vector<JxlpoolFrameHeader> Headers(Decoder* decoder) {
  std::vector<JxlpoolFrameHeader> headers;
  auto header = Make<JxlpoolFrameHeader>();
  for (uint32_t i = 0; decoder->FrameHeader(i, &header) == JXLPOOL_OK; ++i) headers.push_back(header);
  return headers;
}

class IndexedSeek : public ::testing::Test {
 protected:
  IndexedSeek() { options_.num_threads = 3; }

  // regions.jxl, or another bare codestream.
  void Load(const std::string& path) {
    codestream_ = testing::ReadFile(path);
    Decoder decoder(&options_);
    ASSERT_EQ(decoder.OpenMemory(codestream_.data(), codestream_.size()), JXLPOOL_OK);
    headers_ = Headers(&decoder);
    expected_ = DecodeAll(&decoder);
  }
  // An entry for the frame with this header.
  IndexEntry EntryFor(size_t frame) const { return {headers_[frame].offset, headers_[frame].num_shown_before}; }

  // Opens the codestream in a container with this index.
  void OpenWith(const Bytes& index, Decoder* decoder) {
    file_ = testing::MakeContainer({{"jxli", index}, {"jxlc", codestream_}});
    ASSERT_EQ(decoder->OpenMemory(file_.data(), file_.size()), JXLPOOL_OK);
  }
  // Whatever the index says, the frames are right.
  void ExpectRightFrames(const Bytes& index) {
    Decoder decoder(&options_);
    OpenWith(index, &decoder);
    JumpAbout(&decoder, expected_, JXLPOOL_SEEK_USE_INDEX);
  }

  JxlpoolDecoderOptions options_ = Make<JxlpoolDecoderOptions>();
  Bytes codestream_, file_;
  std::vector<JxlpoolFrameHeader> headers_;
  std::vector<DecodedFrame> expected_;
};

TEST_F(IndexedSeek, IsReported) {
  Load(RegionsPath());
  Decoder decoder;
  OpenWith(MakeIndex({EntryFor(0), EntryFor(6)}, 10), &decoder);
  auto index = Make<JxlpoolFrameIndex>();
  ASSERT_EQ(decoder.FrameIndex(&index), JXLPOOL_OK);
  EXPECT_EQ(index.num_entries, 2u);
  EXPECT_EQ(index.tick_numerator, 1u);
  EXPECT_EQ(index.tick_denominator, 1000u);
  const auto entry = decoder.FrameIndexEntry(1);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->offset, headers_[6].offset);
  EXPECT_EQ(entry->first_frame, 6u);
  EXPECT_EQ(entry->num_frames, 4u);
  EXPECT_EQ(entry->duration, 100u);
  EXPECT_FALSE(decoder.FrameIndexEntry(2));
  OpenWith({1, 2, 3}, &decoder);
  EXPECT_EQ(decoder.FrameIndex(&index), JXLPOOL_CORRUPT);
  EXPECT_EQ(decoder.SeekFrame(3, JXLPOOL_SEEK_USE_INDEX), JXLPOOL_OK);
  ASSERT_EQ(decoder.OpenMemory(codestream_.data(), codestream_.size()), JXLPOOL_OK);
  EXPECT_EQ(decoder.FrameIndex(&index), JXLPOOL_END);
}

TEST_F(IndexedSeek, AnyChoiceOfEntriesGivesTheSameFrames) {
  Load(RegionsPath());
  for (uint32_t choice = 0; choice < 512; choice += 5) {
    std::vector<IndexEntry> entries = {EntryFor(0)};
    for (size_t i = 1; i < 10; ++i) {
      if ((choice >> (i - 1) & 1) != 0) entries.push_back(EntryFor(i));
    }
    SCOPED_TRACE(choice);
    ExpectRightFrames(MakeIndex(entries, 10));
  }
}

TEST_F(IndexedSeek, AllFilesGiveTheSameFrames) {
  for (const std::string& path : FilesWithSeveralFrames()) {
    SCOPED_TRACE(path);
    Load(path);
    if (codestream_[0] != 0xFF) continue;  // a container already
    std::vector<IndexEntry> entries;
    // Every frame behind a shown one.
    for (size_t i = 0; i < headers_.size(); ++i) {
      if (i == 0 || headers_[i - 1].is_shown != 0) entries.push_back(EntryFor(i));
    }
    ExpectRightFrames(MakeIndex(entries, expected_.size()));
  }
}

// If a frame before the entry is unreadable, only the index leads past it.
TEST_F(IndexedSeek, IsUsedWhereItIsSafe) {
  Load(RegionsPath());
  const Bytes index = MakeIndex({EntryFor(0), EntryFor(6)}, 10);
  for (size_t at = headers_[2].offset; at < headers_[2].offset + 4; ++at) codestream_[at] = 0xFF;
  Decoder decoder;
  // Frame 8 reads a slot that nothing behind the entry writes.
  for (const uint32_t target : {6u, 7u}) {
    OpenWith(index, &decoder);
    EXPECT_NE(decoder.SeekFrame(target), JXLPOOL_OK);
    ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
    ASSERT_EQ(decoder.SeekFrame(target, JXLPOOL_SEEK_USE_INDEX), JXLPOOL_OK);
    for (uint32_t i = target; i < 8; ++i) {
      DecodedFrame frame;
      ASSERT_EQ(DecodeNext(&decoder, &frame), JXLPOOL_OK) << i << " " << decoder.LastError().message;
      EXPECT_TRUE(frame == expected_[i]) << i;
    }
    EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  }
  // Frame 7 is drawn over frame 6: an entry there is no place to start.
  OpenWith(MakeIndex({EntryFor(0), EntryFor(7)}, 10), &decoder);
  EXPECT_NE(decoder.SeekFrame(7, JXLPOOL_SEEK_USE_INDEX), JXLPOOL_OK);
}

TEST_F(IndexedSeek, LiesAreNoticedWhereItIsUsed) {
  Load(RegionsPath());
  const IndexEntry first = EntryFor(0), good = EntryFor(6);
  // Not at a frame, at another frame, beyond the end, or with another number of frames.
  ExpectRightFrames(MakeIndex({first, {good.offset + 1, 6}}, 10));
  ExpectRightFrames(MakeIndex({first, {headers_[5].offset, 6}}, 10));
  ExpectRightFrames(MakeIndex({first, {headers_[7].offset, 6}}, 10));
  ExpectRightFrames(MakeIndex({first, {uint64_t{1} << 40, 6}}, 10));
  ExpectRightFrames(MakeIndex({first, {~uint64_t{0}, 6}}, 10));
  ExpectRightFrames(MakeIndex({first, good}, 9));
  ExpectRightFrames(MakeIndex({first, good}, 11));
  ExpectRightFrames(MakeIndex({first, good}, uint64_t{1} << 63));
  ExpectRightFrames(MakeIndex({first, {good.offset, uint64_t{1} << 62}}, uint64_t{1} << 63));
  ExpectRightFrames(MakeIndex({{first.offset + 1, 0}, good}, 10));
  ExpectRightFrames(MakeIndex({first, good, {headers_[8].offset, 7}}, 10));
}

}  // namespace
}  // namespace jxlpool
