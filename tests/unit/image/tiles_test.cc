// Proves: group by group, tile by tile, with any number of threads and in any mode, the pixels are those of the frame
// rendered as one tile, bit for bit.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lib/image/image_decoder.h"
#include "tests/unit/compose/frame_test_util.h"
#include "tests/unit/image/one_tile_decoder.h"

namespace jxlpool {
namespace {

class TilesTest : public FrameTest {
 protected:
  // All samples of all frames as floats, all channels; nothing after an error.
  std::vector<float> Decode(const std::vector<uint8_t>& bytes, const DecoderOptions& options, ThreadPool* threads) {
    std::vector<float> samples;
    ImageDecoder decoder(&memory_, threads);
    if (!decoder.Open(bytes.data(), bytes.size(), options).ok()) return {};
    FrameInfo info;
    for (;;) {
      const auto more = decoder.NextFrame(&info);
      if (!more.ok()) return {};
      if (!more.value()) return samples;
      const size_t row = info.width * (decoder.num_color_channels() + decoder.header().num_extra_channels);
      const size_t begin = samples.size();
      samples.resize(begin + row * info.height);
      OutputTarget target;
      target.channels = ChannelSet::kAll;
      target.type = OutputType::kFloat32;
      target.pixels = reinterpret_cast<uint8_t*>(samples.data() + begin);
      target.stride = row * sizeof(float);
      if (!decoder.DecodeFrame(&target, 1).ok()) return {};
    }
  }
};

TEST_F(TilesTest, EqualOneTile) {
  int compared = 0;
  ThreadPool one(1);
  ThreadPool several(3);
  for (const auto& entry : std::filesystem::directory_iterator(std::string(JXLPOOL_TESTDATA) + "/images")) {
    if (entry.path().extension() != ".jxl") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
    DecoderOptions options;
    const std::vector<float> expected = DecodeAsOneTile(bytes, &memory_);
    if (expected.empty()) continue;  // needs options that others test
    const auto same = [&](const std::vector<float>& actual) {
      return actual.size() == expected.size() &&
             std::memcmp(actual.data(), expected.data(), actual.size() * sizeof(float)) == 0;
    };
    EXPECT_TRUE(same(Decode(bytes, options, &one))) << entry.path();
    EXPECT_TRUE(same(Decode(bytes, options, &several))) << entry.path();
    options.mode = DecodeMode::kStreaming;
    EXPECT_TRUE(same(Decode(bytes, options, &several))) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 200);
}

}  // namespace
}  // namespace jxlpool
