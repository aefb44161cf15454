// FrameOutput::StreamedPixelBytes counts the samples of sinks, and of nothing else.
#include <gtest/gtest.h>

#include <vector>

#include "lib/compose/frame_output.h"

namespace jxlpool {
namespace {

class NoSink : public BandSink {
 public:
  Status Band(uint32_t, uint32_t, const uint8_t*, size_t) override { return OkStatus(); }
};

TEST(OutputBytesTest, SamplesOfSinks) {
  NoSink sink;
  uint8_t pixel = 0;
  const struct {
    ChannelSet channels;
    uint64_t of_color;  // samples per pixel of an image with three extra channels
    uint64_t of_grey;
  } cases[] = {{ChannelSet::kColor, 3, 1}, {ChannelSet::kColorAlpha, 4, 2}, {ChannelSet::kRgb, 3, 3},
               {ChannelSet::kRgba, 4, 4},  {ChannelSet::kAll, 6, 4},        {ChannelSet::kExtra, 1, 1}};
  const std::pair<OutputType, uint64_t> types[] = {
      {OutputType::kUint8, 1}, {OutputType::kUint16, 2}, {OutputType::kFloat16, 2}, {OutputType::kFloat32, 4}};
  for (const uint32_t num_color : {1u, 3u}) {
    OutputPlanes planes;
    planes.num_color = num_color;
    planes.num_extra = 3;
    std::vector<OutputTarget> targets;
    uint64_t sum = 0;
    for (const auto& c : cases) {
      for (const auto& [type, sample_bytes] : types) {
        OutputTarget target;
        target.channels = c.channels;
        target.type = type;
        target.sink = &sink;
        const uint64_t bytes = (num_color == 1 ? c.of_grey : c.of_color) * sample_bytes;
        EXPECT_EQ(FrameOutput::StreamedPixelBytes(planes, {&target, 1}), bytes);
        targets.push_back(target);
        sum += bytes;
      }
    }
    OutputTarget buffer;
    buffer.pixels = &pixel;
    targets.push_back(buffer);
    EXPECT_EQ(FrameOutput::StreamedPixelBytes(planes, targets), sum);
  }
}

}  // namespace
}  // namespace jxlpool
