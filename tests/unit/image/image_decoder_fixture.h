// The small images of testdata, and a fixture that decodes all their frames.
#ifndef TESTS_UNIT_IMAGE_IMAGE_DECODER_FIXTURE_H_
#define TESTS_UNIT_IMAGE_IMAGE_DECODER_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "lib/image/image_decoder.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {

using Bytes = std::vector<uint8_t>;

inline Bytes ReadImage(const std::string& name) {
  std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/images/" + name + ".jxl", std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

struct DecodedImage {
  Status status = OkStatus();
  std::vector<FrameInfo> infos;  // pointers are null
  std::vector<std::string> names;
  std::vector<std::vector<float>> frames;  // all channels
  bool partial = false;                    // some frame, or the end
};

inline size_t NumChannels(const ImageDecoder& decoder) {
  return decoder.num_color_channels() + decoder.header().num_extra_channels;
}

class ImageDecoderTest : public FrameTest {
 protected:
  Result<std::vector<float>> DecodeFrame(ImageDecoder* decoder, uint32_t width, uint32_t height) {
    const size_t row = width * NumChannels(*decoder);
    std::vector<float> pixels(row * height, -9.0f);
    OutputTarget target;
    target.channels = ChannelSet::kAll;
    target.type = OutputType::kFloat32;
    target.pixels = reinterpret_cast<uint8_t*>(pixels.data());
    target.stride = row * sizeof(float);
    JXLPOOL_RETURN_IF_ERROR(decoder->DecodeFrame(&target, 1));
    return pixels;
  }

  Status DecodeInto(ImageDecoder* decoder, DecodedImage* image) {
    for (;;) {
      FrameInfo info;
      JXLPOOL_ASSIGN_OR_RETURN(const bool more, decoder->NextFrame(&info));
      if (!more) {
        image->partial |= decoder->frame_is_partial();
        return OkStatus();
      }
      image->names.push_back(info.name);
      EXPECT_EQ(info.header->duration, info.duration);
      info.name = nullptr;
      info.header = nullptr;
      JXLPOOL_ASSIGN_OR_RETURN(std::vector<float> pixels, DecodeFrame(decoder, info.width, info.height));
      image->infos.push_back(info);
      image->frames.push_back(std::move(pixels));
      image->partial |= decoder->frame_is_partial();
    }
  }

  DecodedImage Decode(const Bytes& bytes, const DecoderOptions& options = {}, uint32_t num_threads = 1) {
    DecodedImage image;
    ThreadPool threads(num_threads);
    ImageDecoder decoder(&memory_, &threads);
    image.status = decoder.Open(bytes.data(), bytes.size(), options);
    if (image.status.ok()) image.status = DecodeInto(&decoder, &image);
    return image;
  }

  ThreadPool threads_{1};
};

inline double MeanSquare(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_IMAGE_IMAGE_DECODER_FIXTURE_H_
