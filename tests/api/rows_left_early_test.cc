// Rows that are pulled out of streams, and of frames that are left before their end.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
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
using testing::Data;
using testing::DataPath;
using testing::Format;
using testing::Options;
using testing::Pull;
using testing::Push;
using testing::PushAll;
using testing::ReadFile;
using testing::Step;

TEST(NextRows, OfAFrameThatIsLeftEarlyDoNotChangeLaterFrames) {
  for (const std::string& path : AllImages()) {
    for (const bool layers : {false, true}) {
      SCOPED_TRACE(path);
      const JxlpoolDecoderOptions options = Options(2, layers);
      const JxlpoolOutput output = Format(JXLPOOL_UINT16);
      Decoder pushing(&options), pulling(&options);
      ASSERT_EQ(pushing.OpenFile(path.c_str()), JXLPOOL_OK);
      ASSERT_EQ(pulling.OpenFile(path.c_str()), JXLPOOL_OK);
      const std::vector<Bytes> expected = PushAll(&pushing, output);
      for (size_t i = 0; i < expected.size(); ++i) {
        auto frame = Make<JxlpoolFrameInfo>();
        auto rows = Make<JxlpoolRows>();
        ASSERT_EQ(pulling.NextFrame(&frame), JXLPOOL_OK);
        ASSERT_EQ(frame.index, i);
        if (i % 3 != 2) {
          ASSERT_EQ(pulling.NextRows(output, &rows), JXLPOOL_OK);
          continue;
        }
        Bytes pixels;
        ASSERT_EQ(Push(&pulling, output, frame, &pixels), JXLPOOL_OK);
        ASSERT_TRUE(pixels == expected[i]) << "frame " << i;
      }
      EXPECT_EQ(pulling.NextFrame(nullptr), JXLPOOL_END);
    }
  }
}

TEST(NextRows, OfAFrameThatIsLeftEarlyAllowSeekingAndRewinding) {
  const JxlpoolOutput output = Format(JXLPOOL_UINT16);
  for (const std::string name : {"animation", "tall_regions", "tall_regions_lossy"}) {
    Decoder decoder;
    ASSERT_EQ(decoder.OpenFile(DataPath(name).c_str()), JXLPOOL_OK);
    const std::vector<Bytes> expected = PushAll(&decoder, output);
    ASSERT_GE(expected.size(), 3u);
    auto frame = Make<JxlpoolFrameInfo>();
    auto rows = Make<JxlpoolRows>();
    Bytes pixels;
    for (uint32_t from = 0; from < expected.size(); ++from) {
      for (uint32_t to = 0; to < expected.size(); ++to) {
        ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
        ASSERT_EQ(decoder.SeekFrame(from), JXLPOOL_OK);
        ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
        ASSERT_EQ(decoder.NextRows(output, &rows), JXLPOOL_OK);
        ASSERT_EQ(decoder.SeekFrame(to), JXLPOOL_OK);
        ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
        ASSERT_EQ(Pull(&decoder, output, frame, &pixels), JXLPOOL_END);
        EXPECT_TRUE(pixels == expected[to]) << name << ": from " << from << " to " << to;
      }
    }
    ASSERT_EQ(decoder.SeekFrame(0), JXLPOOL_OK);
    ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
    ASSERT_EQ(decoder.NextRows(output, &rows), JXLPOOL_OK);
    decoder.Close();
    EXPECT_EQ(decoder.Statistics().total.live_bytes, 0u);
  }
}

// Feeds `bytes` in pieces whenever a step waits.
class Feeder {
 public:
  Feeder(Decoder* decoder, const Bytes& bytes, size_t piece) : decoder_(decoder), bytes_(bytes), piece_(piece) {}

  JxlpoolStatus operator()(const Step& step) {
    for (;;) {
      const JxlpoolStatus status = step();
      if (status != JXLPOOL_NEED_MORE_INPUT) return status;
      if (position_ == bytes_.size()) {
        EXPECT_EQ(jxlpool_decoder_end_input(decoder_->get()), JXLPOOL_OK);
        continue;
      }
      const size_t size = std::min(piece_, bytes_.size() - position_);
      EXPECT_EQ(jxlpool_decoder_feed(decoder_->get(), bytes_.data() + position_, size), JXLPOOL_OK);
      position_ += size;
    }
  }

 private:
  Decoder* decoder_;
  const Bytes& bytes_;
  size_t piece_;
  size_t position_ = 0;
};

TEST(NextRows, ComeAsInputIsFed) {
  const JxlpoolOutput output = Format(JXLPOOL_UINT16);
  for (const std::string& path : AllImages()) {
    const Bytes bytes = ReadFile(path);
    for (const bool leaves_early : {false, true}) {
      SCOPED_TRACE(path);
      const JxlpoolDecoderOptions options = Options(leaves_early ? 1 : 2);
      Decoder pushing(&options), decoder(&options);
      ASSERT_EQ(pushing.OpenFile(path.c_str()), JXLPOOL_OK);
      const std::vector<Bytes> expected = PushAll(&pushing, output);
      ASSERT_EQ(jxlpool_decoder_open_stream(decoder.get()), JXLPOOL_OK);
      Feeder feed(&decoder, bytes, std::max<size_t>(bytes.size() / 40, 1));
      for (size_t i = 0; i < expected.size(); ++i) {
        auto frame = Make<JxlpoolFrameInfo>();
        auto rows = Make<JxlpoolRows>();
        ASSERT_EQ(feed([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
        ASSERT_EQ(frame.index, i);
        if (leaves_early && i % 2 == 0) {
          ASSERT_EQ(feed([&] { return decoder.NextRows(output, &rows); }), JXLPOOL_OK);
          continue;
        }
        Bytes pixels;
        ASSERT_EQ(Pull(&decoder, output, frame, &pixels, std::ref(feed)), JXLPOOL_END);
        ASSERT_TRUE(pixels == expected[i]) << "frame " << i;
      }
      EXPECT_EQ(feed([&] { return decoder.NextFrame(nullptr); }), JXLPOOL_END);
    }
  }
}

TEST(NextRows, OfAFrameThatWasGivenUpAreRefusedWhileTheRestIsAwaited) {
  const JxlpoolOutput output = Format(JXLPOOL_UINT8);
  for (const std::string name : {"tall_regions", "tall_regions_lossy"}) {
    const Bytes bytes = Data(name);
    const JxlpoolDecoderOptions options = Options(1);
    Decoder pushing(&options), decoder(&options);
    ASSERT_EQ(pushing.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
    const std::vector<Bytes> expected = PushAll(&pushing, output);
    ASSERT_EQ(jxlpool_decoder_open_stream(decoder.get()), JXLPOOL_OK);
    // Byte by byte, so that the first rows come long before the end of the frame.
    Feeder feed(&decoder, bytes, 1);
    auto frame = Make<JxlpoolFrameInfo>();
    auto rows = Make<JxlpoolRows>();
    ASSERT_EQ(feed([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
    ASSERT_EQ(feed([&] { return decoder.NextRows(output, &rows); }), JXLPOOL_OK);
    EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_NEED_MORE_INPUT);
    EXPECT_EQ(decoder.NextRows(output, &rows), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_STREQ(decoder.LastError().message, "there is no frame to decode");
    Bytes pixels;
    EXPECT_EQ(Push(&decoder, output, frame, &pixels), JXLPOOL_INVALID_ARGUMENT);
    ASSERT_EQ(feed([&] { return decoder.NextFrame(&frame); }), JXLPOOL_OK);
    EXPECT_EQ(frame.index, 1u);
    ASSERT_EQ(Pull(&decoder, output, frame, &pixels, std::ref(feed)), JXLPOOL_END);
    EXPECT_TRUE(pixels == expected[1]) << name;
  }
}

}  // namespace
}  // namespace jxlpool
