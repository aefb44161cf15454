// Proves: a stream tells how much it needs, and what it keeps of its input is what was asked for.
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <functional>
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
using testing::Feeder;
using testing::Frames;
using testing::FramesOf;
using testing::ImagePath;
using testing::KeepingInput;
using testing::kJpegFolder;
using testing::OneThread;
using testing::OpenedStream;
using testing::ReadFile;
using testing::ReadFrames;

TEST(KeptInput, IsThereForRewindingSeekingAndLooking) {
  const Bytes bytes = Data("animation");
  const Frames expected = FramesOf(bytes);
  ASSERT_GT(expected.pixels.size(), 1u);
  Decoder decoder = OpenedStream(KeepingInput());
  Feeder feeder(&decoder, bytes, 50);
  EXPECT_EQ(ReadFrames(&decoder, &feeder), expected);
  EXPECT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(ReadFrames(&decoder, &feeder), expected);
  EXPECT_EQ(feeder.Step([&] { return decoder.SeekFrame(1); }), JXLPOOL_OK);
  Bytes pixels;
  auto frame = Make<JxlpoolFrameInfo>();
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
  EXPECT_EQ(DecodeInto(&decoder, frame, &pixels), JXLPOOL_OK);
  EXPECT_EQ(pixels, expected.pixels[1]);
  auto header = Make<JxlpoolFrameHeader>();
  EXPECT_EQ(decoder.FrameHeader(0, &header), JXLPOOL_OK);
  EXPECT_TRUE(header.is_complete);
}

TEST(KeptInput, LetsAJpegComeAfterTheFrames) {
  const Bytes bytes = ReadFile(kJpegFolder + "/base_420.jxl");
  for (const bool keep : {false, true}) {
    Decoder decoder = OpenedStream(keep ? KeepingInput() : OneThread());
    Feeder feeder(&decoder, bytes, 1000);
    EXPECT_EQ(ReadFrames(&decoder, &feeder), FramesOf(bytes));
    Bytes jpeg;
    auto take = [&](const uint8_t* data, size_t size) {
      jpeg.insert(jpeg.end(), data, data + size);
      return true;
    };
    const JxlpoolStatus status = feeder.Step([&] { return decoder.ReconstructJpeg(&take); });
    EXPECT_EQ(status, keep ? JXLPOOL_OK : JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(jpeg, keep ? ReadFile(kJpegFolder + "/base_420.jpg") : Bytes());
    if (!keep) {
      EXPECT_TRUE(Contains(decoder.LastError().message, "released"));
    }
  }
}

TEST(InputThatIsNotKept, CannotBeUsedAgain) {
  const Bytes bytes = Data("animation");
  Decoder decoder = OpenedStream(OneThread());
  Feeder feeder(&decoder, bytes, 50);
  auto frame = Make<JxlpoolFrameInfo>();
  Bytes pixels;
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
  ASSERT_EQ(feeder.Step([&] { return DecodeInto(&decoder, frame, &pixels); }), JXLPOOL_OK);
  auto header = Make<JxlpoolFrameHeader>();
  const std::function<JxlpoolStatus()> calls[] = {
      [&] { return decoder.Rewind(); },
      [&] { return decoder.SeekFrame(0); },
      [&] { return decoder.SeekFrame(1); },
      [&] { return decoder.FrameHeader(0, &header); },
  };
  for (const auto& call : calls) {
    EXPECT_EQ(call(), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_INVALID_ARGUMENT);
    EXPECT_NE(std::string(decoder.LastError().message), "");
  }
  ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK) << "nothing was disturbed";
  ASSERT_EQ(feeder.Step([&] { return DecodeInto(&decoder, frame, &pixels); }), JXLPOOL_OK);
  EXPECT_EQ(pixels, FramesOf(bytes).pixels[1]);
}

// A frame that has begun has taken the place of what it blends with.
TEST(KeptInput, LetsASeekGiveUpAFrameInTheMiddle) {
  for (const char* name : {"animation_layers", "animation_full", "animation_lossy", "blend_mixed_modes"}) {
    const Bytes bytes = ReadFile(ImagePath(name));
    const Frames expected = FramesOf(bytes);
    for (size_t index = 0; index < expected.pixels.size(); ++index) {
      Decoder decoder = OpenedStream(KeepingInput());
      Feeder feeder(&decoder, bytes, 40);
      auto frame = Make<JxlpoolFrameInfo>();
      Bytes pixels, given_up;
      for (size_t i = 0; i <= index; ++i) {
        ASSERT_EQ(feeder.Step([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
        if (i < index) {
          ASSERT_EQ(feeder.Step([&] { return DecodeInto(&decoder, frame, &pixels); }), JXLPOOL_OK);
        }
      }
      (void)DecodeInto(&decoder, frame, &given_up);
      ASSERT_EQ(feeder.FeedAll(), JXLPOOL_OK);
      ASSERT_EQ(decoder.SeekFrame(static_cast<uint32_t>(index)), JXLPOOL_OK) << name << " " << index;
      ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
      ASSERT_EQ(DecodeInto(&decoder, frame, &pixels), JXLPOOL_OK);
      EXPECT_EQ(pixels, expected.pixels[index]) << name << " " << index;
    }
  }
}

TEST(InputState, AsksForWhatMakesProgress) {
  for (const auto& entry : std::filesystem::directory_iterator(std::string(JXLPOOL_TESTDATA) + "/images")) {
    if (entry.path().extension() != ".jxl") continue;
    const Bytes bytes = ReadFile(entry.path().string());
    Decoder decoder = OpenedStream(OneThread());
    Feeder feeder(&decoder, bytes, 0);
    const Frames frames = ReadFrames(&decoder, [&](const auto& call) {
      for (;;) {
        const JxlpoolStatus status = call();
        const auto state = decoder.InputState();
        if (status != JXLPOOL_NEED_MORE_INPUT || !state || state->has_ended) return status;
        EXPECT_EQ(state->position, feeder.position());
        if (state->needed_bytes == 0) return JXLPOOL_IO;  // it would go on for ever
        if (const JxlpoolStatus fed = feeder.Feed(state->needed_bytes); fed != JXLPOOL_OK) return fed;
      }
    });
    EXPECT_EQ(frames, FramesOf(bytes)) << entry.path();
    if (bytes.size() > 4000) {
      EXPECT_LT(feeder.calls(), bytes.size() / 50) << entry.path();
    }
  }
}

TEST(InputState, AsksForBoxesAsAWhole) {
  const Bytes bytes = Data("metadata");
  Decoder decoder = OpenedStream(OneThread());
  EXPECT_EQ(decoder.InputState()->needed_bytes, 0u) << "no call has waited";
  Feeder feeder(&decoder, bytes, 0);
  auto box = Make<JxlpoolBox>();
  uint32_t num_boxes = 0;
  for (;;) {
    const JxlpoolStatus status = jxlpool_decoder_get_box(decoder.get(), num_boxes, &box);
    if (status == JXLPOOL_END) break;
    if (status == JXLPOOL_OK) {
      ++num_boxes;
      continue;
    }
    ASSERT_EQ(status, JXLPOOL_NEED_MORE_INPUT);
    const uint64_t needed = decoder.InputState()->needed_bytes;
    ASSERT_GT(needed, 0u);
    ASSERT_EQ(feeder.Feed(needed), JXLPOOL_OK);
  }
  EXPECT_EQ(num_boxes, 2u);
  EXPECT_LT(feeder.calls(), 120u);
}

}  // namespace
}  // namespace jxlpool
