// Proves the contract of streams that are fed: what waits, what is refused, and what is there when.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/stream_util.h"

namespace jxlpool {
namespace {

using testing::Bytes;
using testing::Contains;
using testing::Data;
using testing::DecodeInto;
using testing::Expected;
using testing::Feeder;
using testing::Frames;
using testing::FramesOf;
using testing::ImagePath;
using testing::KeepingInput;
using testing::kJpegFolder;
using testing::NextFrame;
using testing::OneThread;
using testing::OpenedStream;
using testing::ReadFile;
using testing::ReadFrames;

// Rows of a frame with one byte per sample.
struct RowCounter {
  uint32_t num_rows = 0;
  bool operator()(uint32_t, uint32_t count, const void*, size_t) {
    num_rows += count;
    return true;
  }
};

TEST(Stream, CallsBeforeTheHeadersWaitAndChangeNothing) {
  const Bytes bytes = Data("animation");
  Decoder decoder = OpenedStream(OneThread());
  JxlpoolDecoder* const d = decoder.get();
  Bytes pixels(size_t{1} << 20);
  auto output = Make<JxlpoolOutput>();
  output.pixels = pixels.data();
  output.pixels_size = pixels.size();
  auto info = Make<JxlpoolImageInfo>();
  auto frame = Make<JxlpoolFrameInfo>();
  auto header = Make<JxlpoolFrameHeader>();
  auto box = Make<JxlpoolBox>();
  auto raw_box = Make<JxlpoolRawBox>();
  auto file = Make<JxlpoolFileInfo>();
  auto index = Make<JxlpoolFrameIndex>();
  auto gain_map = Make<JxlpoolGainMap>();
  auto estimate = Make<JxlpoolMemoryEstimate>();
  const uint8_t* data = nullptr;
  size_t size = 0;
  const auto ignore = [](void*, const uint8_t*, size_t) { return 0; };
  for (size_t fed = 0; fed < 8; ++fed) {
    const JxlpoolStatus statuses[] = {
        jxlpool_decoder_get_image_info(d, &info),
        jxlpool_decoder_get_icc(d, JXLPOOL_PROFILE_DATA, &data, &size),
        jxlpool_decoder_next_frame(d, &frame),
        jxlpool_decoder_decode_frame(d, &output, 1),
        jxlpool_decoder_decode_preview(d, &output, 1),
        jxlpool_decoder_get_box(d, 0, &box),
        jxlpool_decoder_get_raw_box(d, 0, &raw_box),
        jxlpool_decoder_get_box_contents(d, 0, &data, &size),
        jxlpool_decoder_get_file_info(d, &file),
        jxlpool_decoder_get_frame_header(d, 0, &header),
        jxlpool_decoder_get_frame_index(d, &index),
        jxlpool_decoder_get_gain_map(d, &gain_map),
        jxlpool_decoder_reconstruct_jpeg(d, ignore, nullptr),
        jxlpool_decoder_estimate_memory(d, 3, &estimate),
        jxlpool_decoder_prewarm(d, 3),
        jxlpool_decoder_rewind(d),
    };
    for (size_t i = 0; i < std::size(statuses); ++i) EXPECT_EQ(statuses[i], JXLPOOL_NEED_MORE_INPUT) << fed << " " << i;
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_NEED_MORE_INPUT);
    EXPECT_GT(decoder.InputState()->needed_bytes, 0u);
    ASSERT_EQ(decoder.Feed(&bytes[fed], 1), JXLPOOL_OK);
  }
  ASSERT_EQ(decoder.Feed(&bytes[8], bytes.size() - 8), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3, 0));
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3, 1));
}

TEST(Stream, AFrameGoesOnWithTheSameOutputsOnly) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 100);
  auto frame = Make<JxlpoolFrameInfo>();
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
  RowCounter rows, other_rows;
  JxlpoolOutput output = RowsTo(&rows);
  JxlpoolStatus status = JXLPOOL_NEED_MORE_INPUT;
  while (rows.num_rows == 0 && (status = decoder.DecodeFrame(output)) == JXLPOOL_NEED_MORE_INPUT) {
    ASSERT_EQ(feeder.Feed(100), JXLPOOL_OK);
  }
  ASSERT_EQ(status, JXLPOOL_NEED_MORE_INPUT) << "rows do not come before the end of the file";
  ASSERT_LT(rows.num_rows, frame.height);
  const auto expect_refused = [&](const JxlpoolOutput* outputs, size_t count, const char* what) {
    EXPECT_EQ(decoder.DecodeFrame(outputs, count), JXLPOOL_INVALID_ARGUMENT) << what;
    EXPECT_TRUE(Contains(decoder.LastError().message, "outputs")) << what;
  };
  const JxlpoolOutput elsewhere = RowsTo(&other_rows);
  expect_refused(&elsewhere, 1, "other rows");
  JxlpoolOutput changed = output;
  changed.sample_type = JXLPOOL_UINT16;
  expect_refused(&changed, 1, "another type");
  changed = output;
  changed.channels = JXLPOOL_CHANNELS_RGBA;
  expect_refused(&changed, 1, "other channels");
  const JxlpoolOutput two[] = {output, elsewhere};
  expect_refused(two, 2, "one more");
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(feeder.Step([&] { return decoder.DecodeFrame(output); }), JXLPOOL_OK);
  EXPECT_EQ(rows.num_rows, frame.height);
  EXPECT_EQ(other_rows.num_rows, 0u);
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_END);
}

TEST(Stream, AFrameThatIsBeingSkippedCannotBeDecoded) {
  const Bytes bytes = Data("animation");
  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 1);
  auto frame = Make<JxlpoolFrameInfo>();
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_NEED_MORE_INPUT);
  Bytes pixels;
  EXPECT_EQ(DecodeInto(&decoder, frame, &pixels), JXLPOOL_INVALID_ARGUMENT);
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
  EXPECT_EQ(frame.index, 1u);
  EXPECT_EQ(feeder.Step([&] { return DecodeInto(&decoder, frame, &pixels); }), JXLPOOL_OK);
  EXPECT_EQ(pixels, FramesOf(bytes).pixels[1]);
}

TEST(Stream, FeedingWhatIsNotFedIsRefused) {
  const Bytes bytes = Data("rgb8");
  Decoder decoder;
  EXPECT_EQ(decoder.Feed(bytes.data(), 1), JXLPOOL_INVALID_ARGUMENT) << "nothing is open";
  EXPECT_EQ(decoder.EndInput(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_FALSE(decoder.InputState());

  ASSERT_EQ(decoder.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
  EXPECT_EQ(decoder.Feed(bytes.data(), 1), JXLPOOL_INVALID_ARGUMENT) << "no stream";
  EXPECT_EQ(decoder.EndInput(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_FALSE(decoder.InputState());
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));

  auto read = [&, at = size_t{0}](void* to, size_t size) mutable -> int64_t {
    size = std::min(size, bytes.size() - at);
    std::copy_n(bytes.data() + at, size, static_cast<uint8_t*>(to));
    at += size;
    return static_cast<int64_t>(size);
  };
  ASSERT_EQ(decoder.OpenSource(&read), JXLPOOL_OK);
  EXPECT_EQ(decoder.Feed(bytes.data(), 1), JXLPOOL_INVALID_ARGUMENT) << "a source";
  EXPECT_EQ(decoder.EndInput(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));

  ASSERT_EQ(decoder.OpenStream(), JXLPOOL_OK);
  EXPECT_EQ(decoder.Feed(nullptr, 1), JXLPOOL_INVALID_ARGUMENT) << "no bytes";
  EXPECT_EQ(decoder.Feed(nullptr, 0), JXLPOOL_OK);
  ASSERT_EQ(decoder.Feed(bytes.data(), bytes.size()), JXLPOOL_OK);
  ASSERT_EQ(decoder.EndInput(), JXLPOOL_OK);
  EXPECT_EQ(decoder.Feed(bytes.data(), 1), JXLPOOL_INVALID_ARGUMENT) << "behind the end";
  EXPECT_EQ(decoder.EndInput(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_TRUE(decoder.InputState()->has_ended);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  decoder.Close();
  EXPECT_EQ(decoder.Feed(bytes.data(), 1), JXLPOOL_INVALID_ARGUMENT) << "closed";
}

TEST(Stream, WhatIsNoImageIsRefusedAtOnce) {
  for (const std::string& bytes : {std::string("P"), std::string("\xff\xd8"), std::string(12, '\0')}) {
    Decoder decoder = OpenedStream(OneThread());
    EXPECT_EQ(decoder.Feed(bytes.data(), bytes.size()), JXLPOOL_CORRUPT) << bytes;
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_CORRUPT);
    EXPECT_EQ(decoder.Statistics().total.live_bytes, 0u);
    EXPECT_EQ(decoder.Feed(bytes.data(), bytes.size()), JXLPOOL_INVALID_ARGUMENT) << "no image is open";
    EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_INVALID_ARGUMENT);
  }
  for (const size_t size : {0, 1, 5}) {
    Decoder decoder = OpenedStream(OneThread());
    ASSERT_EQ(decoder.Feed(Data("metadata").data(), size), JXLPOOL_OK);
    EXPECT_EQ(decoder.EndInput(), JXLPOOL_NEED_MORE_INPUT) << size;
    EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_INVALID_ARGUMENT) << "no image is open";
  }
}

TEST(Stream, ACutFileIsAnErrorOrPartial) {
  Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  bytes.resize(bytes.size() * 3 / 4);
  for (const bool allow_partial : {false, true}) {
    JxlpoolDecoderOptions options = OneThread();
    options.allow_partial = allow_partial ? 1 : 0;
    Decoder decoder = OpenedStream(options);
    Feeder feeder(&decoder, bytes, 333);
    const Frames frames = ReadFrames(&decoder, &feeder);
    EXPECT_EQ(frames.status, allow_partial ? JXLPOOL_PARTIAL : JXLPOOL_NEED_MORE_INPUT);
    EXPECT_TRUE(feeder.has_ended());
    EXPECT_EQ(decoder.InputState()->needed_bytes, 0u);
    EXPECT_EQ(frames.status, FramesOf(bytes, allow_partial).status);
    if (allow_partial) {
      EXPECT_EQ(frames, FramesOf(bytes, allow_partial));
    }
    if (!allow_partial) {
      EXPECT_EQ(decoder.LastError().status, JXLPOOL_NEED_MORE_INPUT);
      EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_NEED_MORE_INPUT) << "the error repeats itself";
    }
  }
}

TEST(Stream, OfTooMuchForTheMemoryLimitSaysWhatItNeeds) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  JxlpoolDecoderOptions options = KeepingInput();
  options.memory_limit = 6000;
  Decoder decoder = OpenedStream(options);
  Feeder feeder(&decoder, bytes, 500);
  const Frames frames = ReadFrames(&decoder, &feeder);
  EXPECT_EQ(frames.status, JXLPOOL_MEMORY_LIMIT);
  const JxlpoolError error = decoder.LastError();
  EXPECT_EQ(error.status, JXLPOOL_MEMORY_LIMIT);
  EXPECT_GT(error.needed_limit, options.memory_limit);
  EXPECT_LE(decoder.Statistics().total.peak_bytes, options.memory_limit);
}

TEST(Stream, CanBeCancelledBetweenPieces) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 100);
  auto frame = Make<JxlpoolFrameInfo>();
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
  Bytes pixels;
  ASSERT_EQ(DecodeInto(&decoder, frame, &pixels), JXLPOOL_NEED_MORE_INPUT);
  decoder.Cancel();
  EXPECT_EQ(feeder.Step([&] { return DecodeInto(&decoder, frame, &pixels); }), JXLPOOL_CANCELLED);
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_CANCELLED);
  ASSERT_EQ(decoder.OpenStream(), JXLPOOL_OK);
  Feeder again(&decoder, bytes, 1000);
  EXPECT_EQ(ReadFrames(&decoder, &again), FramesOf(bytes));
}

TEST(Stream, BoxesBehindTheImageAreWaitedFor) {
  const Bytes bytes = ReadFile(ImagePath("boxes_around"));
  Decoder whole;
  ASSERT_EQ(whole.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
  uint32_t num_boxes = 0;
  while (whole.Box(num_boxes)) ++num_boxes;
  ASSERT_GT(num_boxes, 1u);

  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 1);
  EXPECT_EQ(ReadFrames(&decoder, &feeder), FramesOf(bytes));
  ASSERT_FALSE(feeder.has_ended()) << "the frames take no more than they need";
  auto box = Make<JxlpoolBox>();
  const uint32_t last = num_boxes - 1;
  EXPECT_EQ(jxlpool_decoder_get_box(decoder.get(), last, &box), JXLPOOL_NEED_MORE_INPUT);
  EXPECT_EQ(feeder.Step([&] { return jxlpool_decoder_get_box(decoder.get(), last, &box); }), JXLPOOL_OK);
  EXPECT_STREQ(box.type, whole.Box(last)->type);
  EXPECT_EQ(box.position, whole.Box(last)->position);
  ASSERT_EQ(box.size, whole.Box(last)->size);
  EXPECT_TRUE(std::equal(box.data, box.data + box.size, whole.Box(last)->data));
  EXPECT_EQ(feeder.Step([&] { return jxlpool_decoder_get_box(decoder.get(), num_boxes, &box); }), JXLPOOL_END);
  EXPECT_TRUE(feeder.has_ended());
}

TEST(Stream, WithoutAContainerHasNoBoxesToWaitFor) {
  const Bytes bytes = Data("rgb8");
  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 1);
  auto box = Make<JxlpoolBox>();
  EXPECT_EQ(feeder.Step([&] { return jxlpool_decoder_get_box(decoder.get(), 0, &box); }), JXLPOOL_END);
  EXPECT_LT(feeder.position(), bytes.size());
}

TEST(Stream, GivesTheJpegThatItWasMadeFrom) {
  int pairs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kJpegFolder)) {
    std::filesystem::path jpeg_path = entry.path();
    if (jpeg_path.extension() != ".jxl" || !std::filesystem::exists(jpeg_path.replace_extension(".jpg"))) continue;
    Decoder decoder = OpenedStream(OneThread());
    Feeder feeder(&decoder, ReadFile(entry.path().string()), 777);
    Bytes jpeg;
    auto take = [&](const uint8_t* data, size_t size) {
      jpeg.insert(jpeg.end(), data, data + size);
      return true;
    };
    ASSERT_EQ(feeder.Step([&] { return decoder.ReconstructJpeg(&take); }), JXLPOOL_OK) << entry.path();
    EXPECT_EQ(jpeg, ReadFile(jpeg_path.string())) << entry.path();
    EXPECT_EQ(ReadFrames(&decoder, &feeder), FramesOf(ReadFile(entry.path().string()))) << entry.path();
    ++pairs;
  }
  EXPECT_GT(pairs, 5);
}

TEST(Stream, EstimatesAndPrewarmsWhateverHasCome) {
  for (const char* name : {"vardct_tall_420", "vardct_tall", "animation_layers"}) {
    const Bytes bytes = ReadFile(ImagePath(name));
    Decoder decoder = OpenedStream(OneThread());
    Feeder feeder(&decoder, bytes, bytes.size() / 50 + 1);
    auto estimate = Make<JxlpoolMemoryEstimate>();
    const Frames frames = ReadFrames(&decoder, [&](const auto& call) {
      return feeder.Step([&] {
        // Of input that has been used nothing can be said.
        for (const JxlpoolStatus status :
             {jxlpool_decoder_estimate_memory(decoder.get(), 3, &estimate), decoder.Prewarm(3)}) {
          EXPECT_TRUE(status == JXLPOOL_OK || status == JXLPOOL_NEED_MORE_INPUT || status == JXLPOOL_INVALID_ARGUMENT)
              << name << " " << status;
        }
        return call();
      });
    });
    EXPECT_EQ(frames, FramesOf(bytes)) << name;
  }
}

TEST(Stream, ManySharePools) {
  const Bytes files[] = {ReadFile(ImagePath("vardct_tall_420")), Data("animation")};
  Pool pool;
  JxlpoolDecoderOptions options = OneThread();
  options.pool = pool.get();
  for (int round = 0; round < 3; ++round) {
    Decoder decoders[] = {OpenedStream(options), OpenedStream(options)};
    Feeder feeders[] = {Feeder(&decoders[0], files[0], 90), Feeder(&decoders[1], files[1], 30)};
    std::vector<Bytes> got[2];
    auto frame = Make<JxlpoolFrameInfo>();
    // A piece for one, a piece for the other.
    bool is_in_frame[2] = {}, is_done[2] = {};
    while (!is_done[0] || !is_done[1]) {
      for (int i = 0; i < 2; ++i) {
        if (is_done[i]) continue;
        JxlpoolStatus status = JXLPOOL_OK;
        if (!is_in_frame[i] && (status = decoders[i].NextFrame(&frame)) == JXLPOOL_OK) {
          is_in_frame[i] = true;
          got[i].emplace_back(size_t{4} * frame.width * frame.height);
        }
        if (is_in_frame[i]) {
          auto output = Make<JxlpoolOutput>();
          output.channels = JXLPOOL_CHANNELS_RGBA;
          output.pixels = got[i].back().data();
          output.pixels_size = got[i].back().size();
          status = decoders[i].DecodeFrame(output);
          is_in_frame[i] = status == JXLPOOL_NEED_MORE_INPUT;
        }
        if (status == JXLPOOL_NEED_MORE_INPUT) {
          ASSERT_EQ(feeders[i].Feed(100), JXLPOOL_OK);
        }
        is_done[i] = status == JXLPOOL_END;
        ASSERT_TRUE(status == JXLPOOL_OK || status == JXLPOOL_NEED_MORE_INPUT || is_done[i]) << status;
      }
    }
    for (int i = 0; i < 2; ++i) EXPECT_EQ(got[i], FramesOf(files[i]).pixels);
  }
  EXPECT_EQ(pool.Statistics().live_bytes, 0u);
}

}  // namespace
}  // namespace jxlpool
