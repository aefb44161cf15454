// Calls into a decoder from its own callbacks, and errors that have to stay as they are.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"
#include "tests/api/png_reading.h"

namespace jxlpool {
namespace {

using testing::Bytes;
using testing::DataPath;

const std::string kJpegPath = std::string(JXLPOOL_TESTDATA) + "/jpeg/base_420.jxl";

// Everything that a callback must not do. Each has to be refused, without a crash and without an effect.
void ExpectAllRefused(JxlpoolDecoder* decoder) {
  uint8_t pixel[64] = {};
  auto output = Make<JxlpoolOutput>();
  output.pixels = pixel;
  output.pixels_size = sizeof(pixel);
  const auto ignore = [](void*, const uint8_t*, size_t) { return 0; };
  const uint8_t* data = nullptr;
  size_t size = 0;
  auto frame = Make<JxlpoolFrameInfo>();
  auto rows = Make<JxlpoolRows>();
  const auto pulled = Make<JxlpoolOutput>();
  auto header = Make<JxlpoolFrameHeader>();
  auto channel = Make<JxlpoolFrameExtraChannel>();
  auto index = Make<JxlpoolFrameIndex>();
  auto entry = Make<JxlpoolFrameIndexEntry>();
  auto gain_map = Make<JxlpoolGainMap>();
  auto encoding = Make<JxlpoolColorEncoding>();
  auto estimate = Make<JxlpoolMemoryEstimate>();
  auto input = Make<JxlpoolInputState>();
  const std::vector<JxlpoolStatus> statuses = {
      jxlpool_decoder_open_memory(decoder, pixel, sizeof(pixel)),
      jxlpool_decoder_open_file(decoder, DataPath("rgb8").c_str()),
      jxlpool_decoder_open_fd(decoder, -1),
      jxlpool_decoder_open_stream(decoder),
      jxlpool_decoder_open_source(
          decoder, [](void*, void*, size_t) { return int64_t{0}; }, nullptr, nullptr),
      jxlpool_decoder_feed(decoder, pixel, sizeof(pixel)),
      jxlpool_decoder_end_input(decoder),
      jxlpool_decoder_get_input_state(decoder, &input),
      jxlpool_decoder_rewind(decoder),
      jxlpool_decoder_next_frame(decoder, &frame),
      jxlpool_decoder_decode_frame(decoder, &output, 1),
      jxlpool_decoder_next_rows(decoder, &pulled, &rows),
      jxlpool_decoder_decode_preview(decoder, &output, 1),
      jxlpool_decoder_seek_frame(decoder, 0, JXLPOOL_SEEK_EXACT),
      jxlpool_decoder_reconstruct_jpeg(decoder, ignore, nullptr),
      jxlpool_decoder_prewarm(decoder, 3),
      jxlpool_decoder_estimate_memory(decoder, 3, &estimate),
      jxlpool_decoder_get_box_contents(decoder, 0, &data, &size),
      jxlpool_decoder_get_frame_header(decoder, 0, &header),
      jxlpool_decoder_get_frame_extra_channel(decoder, 0, 0, &channel),
      jxlpool_decoder_get_frame_index(decoder, &index),
      jxlpool_decoder_get_frame_index_entry(decoder, 0, &entry),
      jxlpool_decoder_get_gain_map(decoder, &gain_map),
      jxlpool_decoder_get_gain_map_color_encoding(decoder, &encoding),
      jxlpool_decoder_start_profile(decoder, 100),
  };
  for (size_t i = 0; i < statuses.size(); ++i) EXPECT_EQ(statuses[i], JXLPOOL_INVALID_ARGUMENT) << i;
  jxlpool_decoder_reset_statistics(decoder);
  jxlpool_decoder_close(decoder);
  jxlpool_decoder_destroy(decoder);
  auto error = Make<JxlpoolError>();
  EXPECT_EQ(jxlpool_decoder_get_error(decoder, &error), JXLPOOL_OK);
  EXPECT_EQ(error.status, JXLPOOL_INVALID_ARGUMENT);
  EXPECT_NE(std::string(error.message).find("busy"), std::string::npos);
}

// What a callback may do.
void ExpectLookUpsWork(Decoder* decoder, uint32_t width) {
  EXPECT_EQ(decoder->ImageInfo()->width, width);
  EXPECT_EQ(decoder->FileInfo()->box_status, JXLPOOL_OK);
  EXPECT_TRUE(decoder->ColorEncoding(JXLPOOL_PROFILE_DATA));
  EXPECT_NE(decoder->Icc(JXLPOOL_PROFILE_DATA).size, 0u);
  EXPECT_FALSE(decoder->ExtraChannel(99));
  EXPECT_FALSE(decoder->Box(99));
  EXPECT_FALSE(decoder->RawBox(99999));
  EXPECT_EQ(decoder->PixelSize(Make<JxlpoolOutput>()), 3u);
  EXPECT_GT(decoder->Statistics().total.live_bytes, 0u);
}

Bytes Decode(Decoder* decoder, const std::string& path, const std::function<void()>& callback) {
  Bytes pixels;
  EXPECT_EQ(decoder->OpenFile(path.c_str()), JXLPOOL_OK);
  EXPECT_EQ(decoder->NextFrame(nullptr), JXLPOOL_OK);
  const size_t row_bytes = 3 * size_t{decoder->ImageInfo()->width};
  auto take = [&](uint32_t, uint32_t num_rows, const void* rows, size_t stride) {
    for (uint32_t y = 0; y < num_rows; ++y) {
      const uint8_t* row = static_cast<const uint8_t*>(rows) + y * stride;
      pixels.insert(pixels.end(), row, row + row_bytes);
    }
    callback();
    return true;
  };
  EXPECT_EQ(decoder->DecodeFrame(RowsTo(&take)), JXLPOOL_OK);
  EXPECT_EQ(decoder->LastError().status, JXLPOOL_OK) << decoder->LastError().message;
  return pixels;
}

TEST(Callbacks, OfRowsAreRefusedWhatWouldDisturbTheDecode) {
  for (const uint32_t num_threads : {1, 3}) {
    auto options = Make<JxlpoolDecoderOptions>();
    options.num_threads = num_threads;
    Decoder decoder(&options);
    for (const std::string name : {"groups_128", "vardct_groups"}) {
      const std::string path = testing::ImagePath(name);
      const Bytes expected = Decode(&decoder, path, [] {});
      const uint32_t width = decoder.ImageInfo()->width;
      int count = 0;
      const Bytes pixels = Decode(&decoder, path, [&] {
        ExpectAllRefused(decoder.get());
        ExpectLookUpsWork(&decoder, width);
        std::thread([&] { ExpectAllRefused(decoder.get()); }).join();
        ++count;
      });
      EXPECT_GT(count, 0);
      EXPECT_EQ(pixels, expected);
      EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END) << "it is not busy any more";
    }
  }
}

TEST(Callbacks, OfPreviewsAreRefusedTheSame) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  bool called = false;
  auto take = [&](uint32_t, uint32_t, const void*, size_t) {
    ExpectAllRefused(decoder.get());
    return called = true;
  };
  EXPECT_EQ(decoder.DecodePreview(RowsTo(&take)), JXLPOOL_OK);
  EXPECT_TRUE(called);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
}

TEST(Callbacks, OfJpegBytesAreRefusedTheSame) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(kJpegPath.c_str()), JXLPOOL_OK);
  Bytes jpeg;
  auto take = [&](const uint8_t* data, size_t size) {
    ExpectAllRefused(decoder.get());
    ExpectLookUpsWork(&decoder, decoder.ImageInfo()->width);
    jpeg.insert(jpeg.end(), data, data + size);
    return true;
  };
  EXPECT_EQ(decoder.ReconstructJpeg(&take), JXLPOOL_OK);
  EXPECT_EQ(decoder.LastError().status, JXLPOOL_OK);
  EXPECT_EQ(jpeg, testing::ReadFile(kJpegPath.substr(0, kJpegPath.size() - 4) + ".jpg"));
}

TEST(Callbacks, MayCancel) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto stop = [&](uint32_t, uint32_t, const void*, size_t) {
    decoder.Cancel();
    ExpectAllRefused(decoder.get());
    return false;
  };
  EXPECT_EQ(decoder.DecodeFrame(RowsTo(&stop)), JXLPOOL_CANCELLED);
  EXPECT_EQ(decoder.LastError().status, JXLPOOL_CANCELLED) << "refused calls do not hide the result";
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
}

TEST(Callbacks, MayUseAnotherDecoder) {
  Decoder decoder, other;
  const Bytes expected = Decode(&other, DataPath("rgb8"), [] {});
  EXPECT_EQ(Decode(&decoder, DataPath("rgb8"), [&] { EXPECT_EQ(Decode(&other, DataPath("rgb8"), [] {}), expected); }),
            expected);
}

TEST(Errors, OfFramesRepeatThemselvesWhateverHappensInBetween) {
  Bytes cut = testing::ReadFile(DataPath("lossy"));
  cut.resize(cut.size() - 20);
  Decoder decoder;
  ASSERT_EQ(decoder.OpenMemory(cut.data(), cut.size()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  const JxlpoolOutput output = RowsTo(&take);
  ASSERT_EQ(decoder.DecodeFrame(output), JXLPOOL_NEED_MORE_INPUT);
  const JxlpoolError fatal = decoder.LastError();
  EXPECT_EQ(fatal.status, JXLPOOL_NEED_MORE_INPUT);
  const std::vector<std::function<JxlpoolStatus()>> again = {
      [&] { return decoder.NextFrame(nullptr); },
      [&] { return decoder.DecodeFrame(output); },
      [&] { return decoder.DecodePreview(output); },
      [&] { return decoder.SeekFrame(0); },
  };
  for (const auto& call : again) {
    ASSERT_EQ(jxlpool_decoder_get_box_contents(decoder.get(), 0, nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_FALSE(decoder.ExtraChannel(99));
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_INVALID_ARGUMENT) << "the latest failed call";
    EXPECT_EQ(call(), JXLPOOL_NEED_MORE_INPUT);
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_NEED_MORE_INPUT);
    EXPECT_STREQ(decoder.LastError().message, fatal.message);
    EXPECT_EQ(decoder.LastError().bit_position, fatal.bit_position);
  }
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(decoder.LastError().status, JXLPOOL_OK);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
}

TEST(Errors, OfMemoryRepeatWhatWasRefused) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  options.memory_limit = 30000;
  Decoder decoder(&options);
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  ASSERT_EQ(decoder.DecodeFrame(RowsTo(&take)), JXLPOOL_MEMORY_LIMIT);
  const JxlpoolError fatal = decoder.LastError();
  EXPECT_FALSE(decoder.ExtraChannel(99));
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_MEMORY_LIMIT);
  EXPECT_EQ(decoder.LastError().requested_bytes, fatal.requested_bytes);
  EXPECT_GT(fatal.requested_bytes, 0u);
  EXPECT_STREQ(decoder.LastError().category, fatal.category);
  EXPECT_EQ(decoder.LastError().needed_limit, fatal.needed_limit);
}

}  // namespace
}  // namespace jxlpool
