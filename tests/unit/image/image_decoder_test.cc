// ImageDecoder on small images: order of frames, skipping, rewinding, layers, previews, partial files, limits, threads.
#include "lib/image/image_decoder.h"

#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes ReadImage(const std::string& name) {
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

size_t NumChannels(const ImageDecoder& decoder) {
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

double MeanSquare(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

TEST_F(ImageDecoderTest, DescribesTheFramesOfAnAnimation) {
  const DecodedImage image = Decode(ReadImage("animation_timecodes"));
  ASSERT_TRUE(image.status.ok()) << Describe(image.status);
  ASSERT_EQ(image.frames.size(), 4u);
  EXPECT_EQ(image.names, (std::vector<std::string>{"f0", "f1", "f2", "f3"}));
  for (uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(image.infos[i].index, i);
    EXPECT_EQ(image.infos[i].width, 12u);
    EXPECT_EQ(image.infos[i].height, 9u);
    EXPECT_EQ(image.infos[i].is_last, i == 3);
    EXPECT_GT(image.infos[i].duration, 0u);
    if (i > 0) {
      EXPECT_GT(image.infos[i].timecode, image.infos[i - 1].timecode);
    }
  }
}

TEST_F(ImageDecoderTest, SkippedFramesLeaveWhatLaterOnesNeed) {
  for (const char* name : {"animation_layers", "animation_full", "animation_lossy", "animation_timecodes"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    ImageDecoder decoder(&memory_, &threads_);
    ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
    for (size_t wanted = 0; wanted < all.frames.size(); ++wanted) {
      ASSERT_TRUE(decoder.Rewind().ok());
      FrameInfo info;
      for (size_t i = 0; i <= wanted; ++i) {
        const auto more = decoder.NextFrame(&info);
        ASSERT_TRUE(more.ok() && more.value());
        EXPECT_EQ(info.index, i);
        if (i < wanted && i % 2 == 0) {
          ASSERT_TRUE(decoder.SkipFrame().ok());
        }
      }
      const auto pixels = DecodeFrame(&decoder, info.width, info.height);
      ASSERT_TRUE(pixels.ok());
      EXPECT_EQ(pixels.value(), all.frames[wanted]) << name << " frame " << wanted;
    }
  }
}

TEST_F(ImageDecoderTest, RewindsInTheMiddleAndAfterTheEnd) {
  const Bytes bytes = ReadImage("animation_layers");
  const DecodedImage all = Decode(bytes);
  ImageDecoder decoder(&memory_, &threads_);
  ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
  FrameInfo info;
  ASSERT_TRUE(decoder.NextFrame(&info).ok());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(decoder.Rewind().ok());
    DecodedImage again;
    ASSERT_TRUE(DecodeInto(&decoder, &again).ok());
    EXPECT_EQ(again.frames, all.frames);
    const auto more = decoder.NextFrame(&info);
    EXPECT_TRUE(more.ok() && !more.value()) << "the end stays the end";
  }
}

TEST_F(ImageDecoderTest, OneDecoderOpensManyImages) {
  ImageDecoder decoder(&memory_, &threads_);
  for (const char* name : {"rgb16", "vardct_d1", "animation_full", "rgb16"}) {
    const Bytes bytes = ReadImage(name);
    ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
    DecodedImage image;
    ASSERT_TRUE(DecodeInto(&decoder, &image).ok());
    EXPECT_EQ(image.frames, Decode(bytes).frames);
    EXPECT_FALSE(decoder.Open(bytes.data(), 5, {}).ok());
  }
  decoder.Close();
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(ImageDecoderTest, CallsOutOfOrderAreErrors) {
  const Bytes bytes = ReadImage("rgb16");
  ImageDecoder decoder(&memory_, &threads_);
  ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 0).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(decoder.DecodePreview(nullptr, 0).code(), ErrorCode::kInvalidArgument) << "it has none";
  EXPECT_TRUE(decoder.SkipFrame().ok());
  FrameInfo info;
  ASSERT_TRUE(decoder.NextFrame(&info).ok());
  ASSERT_TRUE(decoder.DecodeFrame(nullptr, 0).ok());
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 0).code(), ErrorCode::kInvalidArgument);
}

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

TEST_F(ImageDecoderTest, ATruncatedFileIsAnErrorUnlessPartialImagesAreAllowed) {
  DecoderOptions partial;
  partial.allow_partial = true;
  for (const char* name : {"animation_full", "animation_layers", "vardct_groups", "groups_squeeze", "progressive_dc1",
                           "modular_groups", "lf_groups", "vardct_alpha", "jxlp"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    const size_t step = 1 + bytes.size() / 23;
    size_t frames_before = 0;
    for (size_t size = 0; size < bytes.size(); size += step) {
      SCOPED_TRACE(testing::Message() << name << " cut to " << size);
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      const DecodedImage strict = Decode(cut);
      if (strict.status.ok()) {
        EXPECT_EQ(strict.frames, all.frames) << "nothing was lost but the end of the container";
        continue;
      }
      EXPECT_EQ(strict.status.code(), ErrorCode::kNeedMoreInput) << Describe(strict.status);
      const DecodedImage some = Decode(cut, partial);
      if (some.status.ok()) {
        EXPECT_TRUE(some.partial);
      } else {
        EXPECT_EQ(some.status.code(), ErrorCode::kNeedMoreInput) << Describe(some.status);
      }
      EXPECT_TRUE(some.status.ok() || some.frames.empty()) << "what was delivered is the result";
      EXPECT_GE(some.frames.size(), frames_before) << "more data, fewer frames";
      EXPECT_LE(some.frames.size(), all.frames.size());
      frames_before = some.frames.size();
    }
    if (all.frames.size() > 1) {
      EXPECT_GT(frames_before, 0u) << name;
    }
  }
}

TEST_F(ImageDecoderTest, MoreDataGiveABetterImage) {
  DecoderOptions partial;
  partial.allow_partial = true;
  for (const char* name : {"vardct_groups", "progressive_dc1", "groups_squeeze"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes, partial);
    ASSERT_TRUE(all.status.ok());
    EXPECT_FALSE(all.partial);
    double error = 1e9;
    int num_images = 0;
    for (size_t i = 1; i < 30; ++i) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(bytes.size() * i / 30));
      const DecodedImage some = Decode(cut, partial);
      if (!some.status.ok() || some.frames.empty()) continue;
      ++num_images;
      const double new_error = MeanSquare(some.frames[0], all.frames[0]);
      EXPECT_LE(new_error, error * 1.02) << name << " at " << i;
      error = new_error;
    }
    EXPECT_GT(num_images, 0) << name;
  }
}

TEST_F(ImageDecoderTest, DownsamplingGivesACoarserImageOfTheSameSize) {
  for (const char* name : {"vardct_groups", "progressive", "progressive_ac", "progressive_dc1", "vardct_d1"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    double error = 0;
    for (const uint32_t factor : {1u, 2u, 4u, 8u}) {
      DecoderOptions options;
      options.downsampling = factor;
      const DecodedImage coarse = Decode(bytes, options);
      ASSERT_TRUE(coarse.status.ok()) << name << " " << Describe(coarse.status);
      const double new_error = MeanSquare(coarse.frames[0], all.frames[0]);
      EXPECT_GE(new_error, error * 0.98) << name << " by " << factor;
      error = new_error;
    }
    EXPECT_GT(error, 0.0);
    EXPECT_LT(error, 0.08) << name;
  }
}

TEST_F(ImageDecoderTest, LimitsAreErrorsOfTheirOwn) {
  const Bytes bytes = ReadImage("rgb16");
  DecoderOptions small;
  small.max_samples = 100;
  EXPECT_EQ(Decode(bytes, small).status.code(), ErrorCode::kSizeLimit);
  const std::atomic<bool> cancelled = true;
  DecoderOptions stopped;
  stopped.cancelled = &cancelled;
  EXPECT_EQ(Decode(bytes, stopped).status.code(), ErrorCode::kCancelled);
  EXPECT_EQ(Decode(ReadImage("vardct_groups"), stopped, 3).status.code(), ErrorCode::kCancelled);
}

TEST_F(ImageDecoderTest, EveryMemoryLimitIsACleanError) {
  for (const char* name : {"vardct_groups", "animation_layers", "groups_squeeze", "palette_alpha", "preview",
                           "progressive_dc1", "text_patches", "orientation8_alpha", "extra_six", "noise"}) {
    const Bytes bytes = ReadImage(name);
    budget_.set_limit(Budget::kUnlimited);
    budget_.ResetPeaks();
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    const uint64_t peak = budget_.total().peak;
    for (uint64_t i = 1; i <= 40; ++i) {
      budget_.set_limit(peak * i / 40);
      const DecodedImage image = Decode(bytes, {}, 1 + i % 2);
      if (image.status.ok()) {
        EXPECT_EQ(image.frames, all.frames);
      } else {
        EXPECT_EQ(image.status.code(), ErrorCode::kMemoryLimit) << name << ": " << Describe(image.status);
      }
      EXPECT_EQ(budget_.total().live, 0u) << name;
    }
    budget_.set_limit(Budget::kUnlimited);
    EXPECT_EQ(Decode(bytes).frames, all.frames) << "failures leave nothing behind";
  }
}

TEST_F(ImageDecoderTest, ThreadsDoNotChangePixels) {
  for (const char* name : {"vardct_groups", "groups_squeeze", "modular_groups", "animation_layers", "lf_groups",
                           "progressive_dc1", "noise", "text_patches", "upsampling_mixed", "orientation6_groups"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage one = Decode(bytes);
    ASSERT_TRUE(one.status.ok());
    for (const uint32_t threads : {2u, 5u}) EXPECT_EQ(Decode(bytes, {}, threads).frames, one.frames) << name;
  }
}

TEST_F(ImageDecoderTest, AnErrorInALaterFrameLeavesTheEarlierOnes) {
  const Bytes good = ReadImage("animation_full");
  const DecodedImage all = Decode(good);
  size_t num_errors = 0;
  for (size_t at = 40; at < good.size(); at += 7) {
    Bytes bytes = good;
    for (size_t i = at; i < std::min(good.size(), at + 3); ++i) bytes[i] ^= 0x5A;
    const DecodedImage image = Decode(bytes);
    if (image.status.ok()) continue;
    ++num_errors;
    EXPECT_LT(image.frames.size(), all.frames.size() + 1);
  }
  EXPECT_GT(num_errors, 0u);
}

}  // namespace
}  // namespace jxlpool
