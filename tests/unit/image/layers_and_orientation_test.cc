// Proves: layers have the place and size that the file gives them, images and layers are turned together unless that is
// not wanted, and previews may be decoded at any time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/image/image_decoder.h"
#include "tests/unit/image/image_decoder_fixture.h"

namespace jxlpool {
namespace {

TEST_F(ImageDecoderTest, LayersHaveTheirOwnPlaceAndSize) {
  DecoderOptions layers;
  layers.coalescing = false;
  for (const char* name : {"crop_inside", "crop_negative", "crop_beyond", "crop_around", "crop_outside"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage composed = Decode(bytes);
    const DecodedImage image = Decode(bytes, layers);
    ASSERT_TRUE(image.status.ok()) << name;
    ASSERT_EQ(composed.frames.size(), 1u);
    ASSERT_GE(image.frames.size(), 2u) << name;
    bool any_elsewhere = false;
    for (const FrameInfo& info : image.infos) {
      any_elsewhere |= info.x0 != 0 || info.y0 != 0 || info.width != 12 || info.height != 9;
    }
    EXPECT_TRUE(any_elsewhere) << name;
  }
  const DecodedImage negative = Decode(ReadImage("crop_negative"), layers);
  EXPECT_LT(negative.infos.back().x0, 0);
}

// Sets the orientation of a bare codestream whose image header has extra fields.
void SetOrientation(int orientation, Bytes* bytes) {
  BitReader reader(bytes->data(), bytes->size());
  reader.Read(16);
  const bool div8 = reader.ReadBool();
  const auto read_size = [&] {
    static constexpr uint32_t kBits[4] = {9, 13, 18, 30};
    reader.Read(div8 ? 5 : kBits[reader.Read(2)]);
  };
  read_size();
  if (reader.Read(3) == 0) read_size();
  ASSERT_EQ(reader.Read(2), 2u) << "not all default, extra fields";
  for (uint64_t i = 0, at = reader.Position(); i < 3; ++i, ++at) {
    const uint8_t bit = static_cast<uint8_t>(1 << (at % 8));
    uint8_t& byte = (*bytes)[at / 8];
    byte = static_cast<uint8_t>(((orientation - 1) >> i) & 1 ? byte | bit : byte & ~bit);
  }
}

TEST_F(ImageDecoderTest, LayersAreTurnedWithTheirPlace) {
  DecoderOptions layers;
  layers.coalescing = false;
  const Bytes original = ReadImage("animation_layers");
  const DecodedImage stored = Decode(original, layers);
  ASSERT_TRUE(stored.status.ok());
  bool any_elsewhere = false;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Bytes bytes = original;
    SetOrientation(orientation, &bytes);
    const DecodedImage turned = Decode(bytes, layers);
    ASSERT_TRUE(turned.status.ok());
    ASSERT_EQ(turned.frames.size(), stored.frames.size());
    const auto place = [&](uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
      return Oriented(static_cast<Orientation>(orientation), x, y, w, h);
    };
    for (size_t i = 0; i < stored.frames.size(); ++i) {
      const FrameInfo& from = stored.infos[i];
      const FrameInfo& to = turned.infos[i];
      any_elsewhere |= from.x0 != 0 || from.y0 != 0;
      const size_t channels = stored.frames[i].size() / from.width / from.height;
      for (uint32_t y = 0; y < from.height; ++y) {
        for (uint32_t x = 0; x < from.width; ++x) {
          const Pixel in_layer = place(x, y, from.width, from.height);
          const float* a = &stored.frames[i][(y * from.width + x) * channels];
          const float* b = &turned.frames[i][(in_layer.y * to.width + in_layer.x) * channels];
          ASSERT_TRUE(std::equal(a, a + channels, b));
          const Pixel on_canvas = place(x + static_cast<uint32_t>(from.x0), y + static_cast<uint32_t>(from.y0), 24, 18);
          ASSERT_EQ(on_canvas.x, in_layer.x + static_cast<uint32_t>(to.x0)) << orientation << " layer " << i;
          ASSERT_EQ(on_canvas.y, in_layer.y + static_cast<uint32_t>(to.y0)) << orientation << " layer " << i;
        }
      }
    }
  }
  EXPECT_TRUE(any_elsewhere);
}

TEST_F(ImageDecoderTest, PreviewsMayBeDecodedAtAnyTime) {
  for (const char* name : {"preview", "preview_turned"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok());
    ImageDecoder decoder(&memory_, &threads_);
    ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
    ASSERT_TRUE(decoder.header().have_preview);
    const SizeHeader size = decoder.header().preview;
    const size_t channels = decoder.num_color_channels();
    const bool swaps = SwapsDimensions(decoder.header().orientation);
    const size_t width = swaps ? size.height : size.width;
    const auto preview = [&] {
      Bytes pixels(channels * size.width * size.height);
      OutputTarget target;
      target.pixels = pixels.data();
      target.stride = channels * width;
      EXPECT_TRUE(decoder.DecodePreview(&target, 1).ok());
      return pixels;
    };
    const Bytes first = preview();
    FrameInfo info;
    ASSERT_TRUE(decoder.NextFrame(&info).ok());
    EXPECT_EQ(preview(), first);
    const auto pixels = DecodeFrame(&decoder, info.width, info.height);
    ASSERT_TRUE(pixels.ok());
    EXPECT_EQ(pixels.value(), all.frames[0]) << "the preview disturbs nothing";
    EXPECT_EQ(preview(), first);
  }
}

TEST_F(ImageDecoderTest, OrientationMayBeKept) {
  DecoderOptions keep;
  keep.keep_orientation = true;
  const DecodedImage first = Decode(ReadImage("orientation1"));
  ASSERT_TRUE(first.status.ok());
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes bytes = ReadImage("orientation" + std::to_string(orientation));
    const DecodedImage stored = Decode(bytes, keep);
    const DecodedImage turned = Decode(bytes);
    EXPECT_EQ(stored.frames, first.frames) << orientation;
    EXPECT_EQ(stored.infos[0].width, 9u);
    EXPECT_EQ(turned.infos[0].width, orientation > 4 ? 6u : 9u);
    EXPECT_EQ(turned.infos[0].height, orientation > 4 ? 9u : 6u);
    EXPECT_EQ(turned.frames == first.frames, orientation == 1);
  }
}

}  // namespace
}  // namespace jxlpool
