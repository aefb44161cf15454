// Rows that are pulled: the same pixels as pushed ones, in order and complete, in the same memory.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"
#include "tests/api/png_reading.h"
#include "tests/api/rows_support.h"

namespace jxlpool {
namespace {

using testing::AllImages;
using testing::Bytes;
using testing::Collected;
using testing::Format;
using testing::ImagePath;
using testing::Options;
using testing::Pull;
using testing::Push;
using testing::PushAll;
using testing::ReadFile;

void ExpectSameWhenPulled(const std::string& path, const JxlpoolDecoderOptions& options, const JxlpoolOutput& output) {
  SCOPED_TRACE(path + ", " + std::to_string(options.num_threads) + " threads, type " +
               std::to_string(output.sample_type));
  Decoder pushing(&options), pulling(&options);
  ASSERT_EQ(pushing.OpenFile(path.c_str()), pulling.OpenFile(path.c_str()));
  const std::vector<Bytes> expected = PushAll(&pushing, output);
  EXPECT_FALSE(expected.empty());
  auto frame = Make<JxlpoolFrameInfo>();
  for (const Bytes& pixels : expected) {
    Bytes pulled;
    ASSERT_EQ(pulling.NextFrame(&frame), JXLPOOL_OK);
    ASSERT_EQ(Pull(&pulling, output, frame, &pulled), JXLPOOL_END);
    ASSERT_TRUE(pulled == pixels);
  }
  EXPECT_EQ(pulling.NextFrame(&frame), JXLPOOL_END);
  pulling.Close();
  EXPECT_EQ(pulling.Statistics().total.live_bytes, 0u);
}

TEST(NextRows, GivesThePixelsOfDecodeFrameForEveryImage) {
  for (const std::string& path : AllImages()) {
    for (const uint32_t num_threads : {1, 2, 8}) {
      ExpectSameWhenPulled(path, Options(num_threads), Format(JXLPOOL_UINT16));
    }
  }
}

TEST(NextRows, GivesThemInEverySampleType) {
  for (const std::string& path : AllImages()) {
    for (const JxlpoolSampleType type : {JXLPOOL_UINT8, JXLPOOL_FLOAT16, JXLPOOL_FLOAT32}) {
      ExpectSameWhenPulled(path, Options(1), Format(type, JXLPOOL_CHANNELS_ALL));
    }
  }
}

TEST(NextRows, GivesThemForLayersAndAsStored) {
  for (const std::string& path : AllImages()) {
    JxlpoolDecoderOptions options = Options(2, true);
    options.mode = JXLPOOL_MODE_STREAMING;
    options.keep_orientation = 1;
    ExpectSameWhenPulled(path, options, Format(JXLPOOL_UINT8, JXLPOOL_CHANNELS_RGBA));
  }
}

TEST(NextRows, ComeInSeveralStepsWhereTheImageIsTall) {
  const JxlpoolDecoderOptions options = Options(1);
  Decoder decoder(&options);
  for (const std::string name : {"vardct_tall", "vardct_tall_420", "groups_128"}) {
    ASSERT_EQ(decoder.OpenFile(ImagePath(name).c_str()), JXLPOOL_OK);
    auto frame = Make<JxlpoolFrameInfo>();
    ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
    auto rows = Make<JxlpoolRows>();
    ASSERT_EQ(decoder.NextRows(Format(JXLPOOL_UINT8), &rows), JXLPOOL_OK);
    EXPECT_LT(rows.num_rows, frame.height) << name;
  }
}

TEST(NextRows, TakeNoMoreMemoryThanACallback) {
  for (const std::string& path : AllImages()) {
    uint64_t peaks[2];
    for (const bool pulls : {false, true}) {
      const JxlpoolDecoderOptions options = Options(1);
      Decoder decoder(&options);
      const JxlpoolOutput output = Format(JXLPOOL_UINT8);
      ASSERT_EQ(decoder.OpenFile(path.c_str()), JXLPOOL_OK);
      auto frame = Make<JxlpoolFrameInfo>();
      while (decoder.NextFrame(&frame) == JXLPOOL_OK) {
        Bytes pixels;
        pulls ? Pull(&decoder, output, frame, &pixels) : Push(&decoder, output, frame, &pixels);
      }
      peaks[pulls] = decoder.Statistics().total.peak_bytes;
    }
    // This is for the format that each call reads.
    EXPECT_LE(peaks[1], peaks[0] + 1024) << path;
  }
}

TEST(NextRows, StayWhereTheyAreUntilTheNextCall) {
  for (const uint32_t num_threads : {1, 4}) {
    const JxlpoolDecoderOptions options = Options(num_threads);
    Decoder decoder(&options), other(&options);
    const JxlpoolOutput output = Format(JXLPOOL_UINT8);
    ASSERT_EQ(decoder.OpenFile(ImagePath("vardct_tall").c_str()), JXLPOOL_OK);
    auto frame = Make<JxlpoolFrameInfo>();
    ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
    const size_t row_bytes = frame.width * decoder.PixelSize(output);
    auto rows = Make<JxlpoolRows>();
    while (decoder.NextRows(output, &rows) == JXLPOOL_OK) {
      const auto* data = static_cast<const uint8_t*>(rows.data);
      const Bytes before(data, data + (rows.num_rows - 1) * rows.stride + row_bytes);
      EXPECT_TRUE(decoder.ImageInfo());
      EXPECT_TRUE(decoder.EstimateMemory(4));
      EXPECT_EQ(decoder.Prewarm(4), JXLPOOL_OK);
      EXPECT_EQ(Bytes(data, data + before.size()), before);
    }
  }
}

TEST(NextRows, AreThoseOfDecodeFrameWhereTheFileEndsEarly) {
  for (const std::string name : {"vardct_tall", "groups_128", "progressive_dc1", "squeeze", "animation_full"}) {
    Bytes bytes = ReadFile(ImagePath(name));
    bytes.resize(bytes.size() * 6 / 10);
    for (const int allow_partial : {0, 1}) {
      JxlpoolDecoderOptions options = Options(2);
      options.allow_partial = allow_partial;
      const JxlpoolOutput output = Format(JXLPOOL_UINT8);
      Decoder pushing(&options), pulling(&options);
      ASSERT_EQ(pushing.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
      ASSERT_EQ(pulling.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
      auto frame = Make<JxlpoolFrameInfo>();
      JxlpoolStatus status = JXLPOOL_OK;
      while (status == JXLPOOL_OK) {
        ASSERT_EQ(status = pushing.NextFrame(&frame), pulling.NextFrame(&frame));
        if (status != JXLPOOL_OK) break;
        Bytes expected, pixels;
        status = Push(&pushing, output, frame, &expected);
        EXPECT_EQ(Pull(&pulling, output, frame, &pixels), status == JXLPOOL_OK ? JXLPOOL_END : status) << name;
        if (status == JXLPOOL_OK || status == JXLPOOL_PARTIAL) {
          EXPECT_TRUE(pixels == expected) << name;
        }
      }
      EXPECT_STREQ(pulling.LastError().message, pushing.LastError().message) << name;
    }
  }
}

TEST(NextRows, RefuseWhatIsWrong) {
  Decoder decoder;
  auto rows = Make<JxlpoolRows>();
  const JxlpoolOutput output = Format(JXLPOOL_UINT8);
  EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_INVALID_ARGUMENT) << "no image";
  ASSERT_EQ(decoder.OpenFile(ImagePath("groups_128").c_str()), JXLPOOL_OK);
  EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_INVALID_ARGUMENT) << "no frame";
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  EXPECT_EQ(jxlpool_decoder_next_rows(nullptr, &output, &rows), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.NextRows(output, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_next_rows(decoder.get(), nullptr, &rows), JXLPOOL_INVALID_ARGUMENT);
  JxlpoolRows not_initialised = {};
  EXPECT_EQ(decoder.NextRows(output, &not_initialised), JXLPOOL_INVALID_ARGUMENT);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  EXPECT_EQ(decoder.NextRows(RowsTo(&take), &rows), JXLPOOL_INVALID_ARGUMENT);
  Bytes buffer(1 << 20);
  JxlpoolOutput wrong = output;
  wrong.pixels = buffer.data();
  wrong.pixels_size = buffer.size();
  EXPECT_EQ(decoder.NextRows(wrong, &rows), JXLPOOL_INVALID_ARGUMENT);
  wrong = Format(JXLPOOL_UINT8, JXLPOOL_CHANNELS_EXTRA);
  wrong.extra_channel = 99;
  EXPECT_EQ(decoder.NextRows(wrong, &rows), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_OK) << "none of this did harm";
}

TEST(NextRows, RefuseAnotherOutputInTheMiddleOfAFrame) {
  Decoder decoder, pushing;
  const JxlpoolOutput output = Format(JXLPOOL_UINT8);
  ASSERT_EQ(pushing.OpenFile(ImagePath("groups_128").c_str()), JXLPOOL_OK);
  const std::vector<Bytes> expected = PushAll(&pushing, output);
  ASSERT_EQ(decoder.OpenFile(ImagePath("groups_128").c_str()), JXLPOOL_OK);
  auto frame = Make<JxlpoolFrameInfo>();
  auto rows = Make<JxlpoolRows>();
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
  Collected collected;
  collected.row_bytes = frame.width * decoder.PixelSize(output);
  JxlpoolStatus status;
  while ((status = decoder.NextRows(output, &rows)) == JXLPOOL_OK) {
    collected.Take(rows.y, rows.num_rows, rows.data, rows.stride);
    EXPECT_EQ(decoder.NextRows(Format(JXLPOOL_UINT16), &rows), JXLPOOL_INVALID_ARGUMENT);
    Bytes pixels;
    EXPECT_EQ(Push(&decoder, output, frame, &pixels), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_TRUE(pixels.empty());
  }
  EXPECT_EQ(status, JXLPOOL_END);
  EXPECT_TRUE(collected.pixels == expected[0]);
  EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_INVALID_ARGUMENT) << "the frame is over";
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
}

TEST(NextRows, EndWhenTheDecodeIsCancelled) {
  Decoder decoder;
  const JxlpoolOutput output = Format(JXLPOOL_UINT8);
  ASSERT_EQ(decoder.OpenFile(ImagePath("vardct_tall").c_str()), JXLPOOL_OK);
  auto frame = Make<JxlpoolFrameInfo>();
  auto rows = Make<JxlpoolRows>();
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextRows(output, &rows), JXLPOOL_OK);
  decoder.Cancel();
  Bytes pixels;
  JxlpoolStatus status;
  while ((status = decoder.NextRows(output, &rows)) == JXLPOOL_OK) {
  }
  EXPECT_EQ(status, JXLPOOL_CANCELLED);
  EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_CANCELLED) << "errors repeat themselves";
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
  EXPECT_EQ(Pull(&decoder, output, frame, &pixels), JXLPOOL_END);
}

}  // namespace
}  // namespace jxlpool
