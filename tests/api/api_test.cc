// The C interface and its C++ face: contracts that do not depend on how decoding works. Pixels of the small images of
// data/ are known; the command line's test looks at all of them.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/png_reading.h"

namespace jxlpool {
namespace {

using testing::Bytes;

std::string DataPath(const std::string& name) { return std::string(JXLPOOL_API_TESTDATA) + "/" + name + ".jxl"; }
Bytes Data(const std::string& name) { return testing::ReadFile(DataPath(name)); }

constexpr uint32_t kWidth = 23, kHeight = 17;

// What the images were made from; see synthetic.py.
uint32_t Sample(uint32_t x, uint32_t y, uint32_t c, uint32_t frame, uint32_t top) {
  return (x * 11 + y * 5 + c * 61 + frame * 37 + x * y / 3) * (top + 1) / 256 % (top + 1);
}
Bytes Expected(uint32_t channels, uint32_t frame = 0) {
  Bytes pixels;
  for (uint32_t i = 0; i < kWidth * kHeight * channels; ++i) {
    const uint32_t x = i / channels % kWidth, y = i / channels / kWidth;
    pixels.push_back(static_cast<uint8_t>(Sample(x, y, i % channels, frame, 255)));
  }
  return pixels;
}

JxlpoolOutput BufferOutput(JxlpoolChannels channels, Bytes* pixels, size_t num_channels) {
  auto output = Make<JxlpoolOutput>();
  pixels->assign(size_t{kWidth} * kHeight * num_channels, 0);
  output.channels = channels;
  output.pixels = pixels->data();
  output.pixels_size = pixels->size();
  return output;
}

// The pixels of the next frame; empty on any failure.
Bytes NextFrame(Decoder* decoder, JxlpoolChannels channels, size_t num_channels) {
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(channels, &pixels, num_channels);
  if (decoder->NextFrame(nullptr) != JXLPOOL_OK || decoder->DecodeFrame(output) != JXLPOOL_OK) return {};
  return pixels;
}

TEST(Structs, OlderAndNewerCallersAreUnderstood) {
  // A newer caller has members this library does not know: fine as long as they are zero.
  struct {
    JxlpoolDecoderOptions options;
    uint64_t later[2];
  } newer;
  std::memset(&newer, 0, sizeof(newer));
  newer.options.struct_size = sizeof(newer);
  JxlpoolDecoder* decoder = nullptr;
  EXPECT_EQ(jxlpool_decoder_create(&newer.options, &decoder), JXLPOOL_OK);
  newer.later[1] = 1;
  JxlpoolDecoder* none = nullptr;
  EXPECT_EQ(jxlpool_decoder_create(&newer.options, &none), JXLPOOL_UNSUPPORTED);
  EXPECT_EQ(none, nullptr);

  // An older caller's struct ends earlier; nothing behind it is touched.
  Bytes rgb = Data("rgb8");
  ASSERT_EQ(jxlpool_decoder_open_memory(decoder, rgb.data(), rgb.size()), JXLPOOL_OK);
  auto info = Make<JxlpoolImageInfo>();
  info.struct_size = offsetof(JxlpoolImageInfo, orientation);
  info.orientation = 77;
  EXPECT_EQ(jxlpool_decoder_get_image_info(decoder, &info), JXLPOOL_OK);
  EXPECT_EQ(info.struct_size, offsetof(JxlpoolImageInfo, orientation));
  EXPECT_EQ(info.width, kWidth);
  EXPECT_EQ(info.height, kHeight);
  EXPECT_EQ(info.orientation, 77u);

  // Not initialised.
  info.struct_size = 0;
  EXPECT_EQ(jxlpool_decoder_get_image_info(decoder, &info), JXLPOOL_INVALID_ARGUMENT);
  auto frame = JxlpoolFrameInfo();
  EXPECT_EQ(jxlpool_decoder_next_frame(decoder, &frame), JXLPOOL_INVALID_ARGUMENT);
  jxlpool_decoder_destroy(decoder);
}

TEST(NullArguments, AreErrorsNotCrashes) {
  EXPECT_EQ(jxlpool_pool_create(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_create(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_memory(nullptr, "", 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_file(nullptr, ""), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_next_frame(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_decode_frame(nullptr, nullptr, 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_get_image_info(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_pixel_size(nullptr, nullptr), 0u);
  jxlpool_pool_destroy(nullptr);
  jxlpool_pool_trim(nullptr);
  jxlpool_decoder_destroy(nullptr);
  jxlpool_decoder_close(nullptr);
  jxlpool_decoder_cancel(nullptr);
  Decoder decoder;
  EXPECT_EQ(jxlpool_decoder_open_memory(decoder.get(), nullptr, 5), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_file(decoder.get(), nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_STREQ(jxlpool_category_name(1000), "");
  EXPECT_STREQ(jxlpool_status_text(static_cast<JxlpoolStatus>(55)), "unknown status");
}

TEST(Options, BadOnesAreRefused) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.downsampling = 3;
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  options.downsampling = 16;
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  options.downsampling = 0;
  options.color_encoding = "blue";
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  const std::string endless(1000, 'R');
  options.color_encoding = endless.c_str();
  Decoder refused(&options);
  EXPECT_EQ(refused.creation_status(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(refused.OpenMemory("", 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(refused.LastError().status, JXLPOOL_INVALID_ARGUMENT);
  options.color_encoding = "DisplayP3";
  EXPECT_TRUE(Decoder(&options));
}

TEST(Decoding, GivesTheExactPixelsInEveryChannelSet) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgba8").c_str()), JXLPOOL_OK);
  const Bytes rgba = Expected(4);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR_ALPHA, 4), rgba);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_RGBA, 4), rgba);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_ALL, 4), rgba);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
  // Several outputs at once: color, and alpha as a plane.
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  Bytes color, alpha;
  const JxlpoolOutput outputs[2] = {BufferOutput(JXLPOOL_CHANNELS_RGB, &color, 3),
                                    BufferOutput(JXLPOOL_CHANNELS_EXTRA, &alpha, 1)};
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  ASSERT_EQ(decoder.DecodeFrame(outputs, 2), JXLPOOL_OK);
  for (size_t i = 0; i < alpha.size(); ++i) {
    ASSERT_EQ(alpha[i], rgba[4 * i + 3]);
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(color[3 * i + c], rgba[4 * i + c]);
  }
}

TEST(Decoding, HonoursStrideEndiannessAndBits) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("grey16").c_str()), JXLPOOL_OK);
  constexpr size_t kStride = 2 * kWidth + 6;
  for (const JxlpoolEndianness endianness : {JXLPOOL_ENDIAN_BIG, JXLPOOL_ENDIAN_LITTLE}) {
    Bytes pixels(kStride * kHeight, 0xEE);
    auto output = Make<JxlpoolOutput>();
    output.sample_type = JXLPOOL_UINT16;
    output.endianness = endianness;
    output.pixels = pixels.data();
    output.stride = kStride;
    output.pixels_size = pixels.size() - 6;
    ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
    ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
    ASSERT_EQ(decoder.DecodeFrame(output), JXLPOOL_OK);
    for (uint32_t y = 0; y < kHeight; ++y) {
      for (uint32_t x = 0; x < kWidth; ++x) {
        const uint8_t* at = pixels.data() + y * kStride + 2 * x;
        const int high = endianness == JXLPOOL_ENDIAN_BIG ? 0 : 1;
        ASSERT_EQ(at[high] * 256u + at[1 - high], Sample(x, y, 0, 0, 65535));
      }
      for (size_t i = 2 * kWidth; i < kStride; ++i) ASSERT_EQ(pixels[y * kStride + i], 0xEE);
    }
  }
}

TEST(Decoding, RefusesBadOutputsAndStaysUsable) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  Bytes pixels;
  const JxlpoolOutput good = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  std::vector<JxlpoolOutput> bad(9, good);
  bad[0].pixels = nullptr;
  bad[1].pixels_size -= 1;
  bad[2].stride = 3 * kWidth - 1;
  bad[3].stride = SIZE_MAX;
  bad[4].bits_per_sample = 9;
  const int none = 77;
  std::memcpy(&bad[5].channels, &none, sizeof(none));
  std::memcpy(&bad[6].sample_type, &none, sizeof(none));
  bad[7].channels = JXLPOOL_CHANNELS_EXTRA;
  bad[8].struct_size = 3;
  for (const JxlpoolOutput& output : bad) {
    EXPECT_EQ(decoder.DecodeFrame(output), JXLPOOL_INVALID_ARGUMENT) << &output - bad.data();
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_INVALID_ARGUMENT);
    EXPECT_STRNE(decoder.LastError().message, "");
  }
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 1), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.DecodeFrame(&good, 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.DecodeFrame(good), JXLPOOL_OK);
  EXPECT_EQ(pixels, Expected(3));
}

TEST(Decoding, FramesOfAnAnimationAndSkipping) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("animation").c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->have_animation);
  EXPECT_EQ(info->num_loops, 0u);  // the encoder drops the number
  const double tick = double(info->ticks_per_second_denominator) / info->ticks_per_second_numerator;
  const double seconds[3] = {0.1, 0.25, 2};
  auto frame = Make<JxlpoolFrameInfo>();
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
    EXPECT_EQ(frame.index, i);
    EXPECT_EQ(frame.width, kWidth);
    EXPECT_DOUBLE_EQ(frame.duration * tick, seconds[i]);
    EXPECT_EQ(frame.is_last, i == 2);
    EXPECT_EQ(std::strlen(frame.name), frame.name_length);
  }
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_END);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_RGBA, 4), Expected(4, 2));
}

// The image turned by 90 degrees clockwise.
Bytes Turned(const Bytes& pixels) {
  Bytes turned(pixels.size());
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
    const uint32_t x = i % kWidth, y = i / kWidth;
    for (uint32_t c = 0; c < 3; ++c) turned[3 * (x * kHeight + kHeight - 1 - y) + c] = pixels[3 * i + c];
  }
  return turned;
}

TEST(Decoding, OrientationIsAppliedUnlessKept) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->orientation, 6u);
  EXPECT_EQ(info->width, kHeight);
  EXPECT_EQ(info->height, kWidth);
  EXPECT_EQ(info->intrinsic_width, 2 * kHeight);
  EXPECT_EQ(info->intrinsic_height, 2 * kWidth);
  EXPECT_EQ(info->preview_width, kHeight);
  EXPECT_EQ(info->preview_height, kWidth);
  EXPECT_EQ(info->intensity_target, 1000.0f);
  EXPECT_EQ(info->min_nits, 0.25f);
  EXPECT_EQ(info->linear_below, 0.5f);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Turned(Expected(3)));

  auto options = Make<JxlpoolDecoderOptions>();
  options.keep_orientation = 1;
  Decoder keeping(&options);
  ASSERT_EQ(keeping.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  EXPECT_EQ(keeping.ImageInfo()->orientation, 6u);
  EXPECT_EQ(keeping.ImageInfo()->width, kWidth);
  EXPECT_EQ(keeping.ImageInfo()->intrinsic_height, 2 * kHeight);
  EXPECT_EQ(keeping.ImageInfo()->preview_width, kWidth);
  EXPECT_EQ(NextFrame(&keeping, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
}

TEST(Decoding, PreviewsDoNotDisturbFrames) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  Bytes preview, pixels;
  const JxlpoolOutput preview_output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &preview, 3);
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  EXPECT_EQ(decoder.DecodePreview(preview_output), JXLPOOL_OK);
  EXPECT_EQ(preview, Turned(Expected(3, 1)));
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  preview.assign(preview.size(), 0);
  EXPECT_EQ(decoder.DecodePreview(preview_output), JXLPOOL_OK);
  EXPECT_EQ(preview, Turned(Expected(3, 1)));
  ASSERT_EQ(decoder.DecodeFrame(output), JXLPOOL_OK);
  EXPECT_EQ(pixels, Turned(Expected(3)));
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
}

TEST(Decoding, CallbacksCanStopIt) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto stop = [](uint32_t, uint32_t, const void*, size_t) { return false; };
  EXPECT_EQ(decoder.DecodeFrame(RowsTo(&stop)), JXLPOOL_CANCELLED);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_CANCELLED);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_FALSE(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3).empty());
}

TEST(Decoding, CancelHoldsUntilTheNextRewind) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  decoder.Cancel();
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  JxlpoolStatus status = decoder.NextFrame(nullptr);
  if (status == JXLPOOL_OK) status = decoder.DecodeFrame(output);
  EXPECT_EQ(status, JXLPOOL_CANCELLED);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_FALSE(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3).empty());
}

TEST(Input, ComesFromMemoryFilesAndPipes) {
  const Bytes bytes = Data("rgb8");
  Decoder decoder;
  ASSERT_EQ(decoder.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  EXPECT_EQ(decoder.Statistics().copied_input_bytes, 0u);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(ends[1]);
  ASSERT_EQ(decoder.OpenFd(ends[0]), JXLPOOL_OK);
  close(ends[0]);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  EXPECT_EQ(decoder.Statistics().copied_input_bytes, bytes.size());
  decoder.ResetStatistics();
  EXPECT_EQ(decoder.Statistics().copied_input_bytes, 0u) << "though the image is still open";
  ASSERT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  EXPECT_EQ(decoder.Statistics().copied_input_bytes, 0u);
  EXPECT_EQ(decoder.OpenFd(-1), JXLPOOL_IO);
  EXPECT_FALSE(decoder.ImageInfo());
}

TEST(Input, EveryTruncationIsAnErrorThatSaysSo) {
  for (const char* name : {"rgb8", "lossy", "metadata", "animation", "oriented_preview"}) {
    const Bytes bytes = Data(name);
    Decoder decoder;
    for (size_t size = 0; size < bytes.size(); size += 1 + size / 16) {
      // At the end of a page: reading further is a crash under the sanitizers.
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      JxlpoolStatus status = decoder.OpenMemory(cut.data(), cut.size());
      while (status == JXLPOOL_OK) {
        if ((status = decoder.NextFrame(nullptr)) != JXLPOOL_OK) break;
        Bytes pixels;
        const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_RGBA, &pixels, 4);
        status = decoder.DecodeFrame(output);
      }
      EXPECT_TRUE(status == JXLPOOL_NEED_MORE_INPUT || status == JXLPOOL_CORRUPT)
          << name << " " << size << " " << status;
      EXPECT_EQ(decoder.LastError().status, status);
    }
  }
}

TEST(Information, MatchesTheFile) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgba8").c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->num_color_channels, 3u);
  EXPECT_EQ(info->num_extra_channels, 1u);
  EXPECT_EQ(info->alpha_channel, 0);
  EXPECT_EQ(info->bits_per_sample, 8u);
  EXPECT_EQ(info->exponent_bits, 0u);
  EXPECT_EQ(info->orientation, 1u);
  EXPECT_EQ(info->intrinsic_width, kWidth);
  EXPECT_EQ(info->intensity_target, 255.0f);
  EXPECT_FALSE(info->xyb_encoded);
  EXPECT_FALSE(info->have_preview);
  EXPECT_FALSE(info->has_jpeg_reconstruction);
  const auto alpha = decoder.ExtraChannel(0);
  ASSERT_TRUE(alpha);
  EXPECT_EQ(alpha->type, JXLPOOL_EXTRA_ALPHA);
  EXPECT_EQ(alpha->bits_per_sample, 8u);
  EXPECT_EQ(alpha->name[alpha->name_length], 0);
  EXPECT_FALSE(decoder.ExtraChannel(1));
  auto preview = Make<JxlpoolOutput>();
  EXPECT_EQ(decoder.DecodePreview(preview), JXLPOOL_END);

  const auto color = decoder.ColorEncoding(JXLPOOL_PROFILE_DATA);
  ASSERT_TRUE(color);
  EXPECT_FALSE(color->from_icc);
  EXPECT_EQ(color->primaries, uint32_t{JXLPOOL_PRIMARIES_SRGB});
  EXPECT_EQ(color->transfer, uint32_t{JXLPOOL_TRANSFER_SRGB});
  EXPECT_NEAR(color->white_xy[0], 0.3127, 1e-4);
  EXPECT_EQ(std::string(color->name).substr(0, 12), "RGB_D65_SRG_");
  ASSERT_TRUE(color->has_cicp);
  EXPECT_EQ(color->cicp[0], 1);
  EXPECT_EQ(color->cicp[1], 13);
  EXPECT_EQ(color->cicp[3], 1);
  const ByteView icc = decoder.Icc(JXLPOOL_PROFILE_ORIGINAL);
  ASSERT_GT(icc.size, 128u);
  EXPECT_EQ(std::memcmp(icc.data + 36, "acsp", 4), 0);

  ASSERT_EQ(decoder.OpenFile(DataPath("grey_float").c_str()), JXLPOOL_OK);
  EXPECT_EQ(decoder.ImageInfo()->exponent_bits, 8u);
  EXPECT_EQ(decoder.ImageInfo()->num_color_channels, 1u);
  EXPECT_EQ(decoder.ImageInfo()->alpha_channel, -1);
}

TEST(Boxes, AreFoundAndDecompressed) {
  for (const char* name : {"metadata", "metadata_brob"}) {
    Decoder decoder;
    ASSERT_EQ(decoder.OpenFile(DataPath(name).c_str()), JXLPOOL_OK);
    EXPECT_TRUE(decoder.ImageInfo()->is_container);
    const auto exif = decoder.Box(0), xmp = decoder.Box(1);
    ASSERT_TRUE(exif && xmp);
    EXPECT_FALSE(decoder.Box(2));
    EXPECT_STREQ(exif->type, "Exif");
    EXPECT_STREQ(xmp->type, "xml ");
    EXPECT_EQ(exif->is_compressed, std::strcmp(name, "metadata_brob") == 0);
    ByteView bytes;
    ASSERT_EQ(decoder.BoxContents(1, &bytes), JXLPOOL_OK);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data), 16), "<?xpacket begin=");
    ASSERT_EQ(decoder.BoxContents(0, &bytes), JXLPOOL_OK);
    ASSERT_EQ(bytes.size, 4u + 8 + 2 + 24 + 4);
    EXPECT_EQ(std::memcmp(bytes.data + 4, "MM\0\x2a", 4), 0);
    EXPECT_EQ(decoder.BoxContents(2, &bytes), JXLPOOL_END);
    // The image is not disturbed.
    EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  }
}

TEST(Limits, MemoryLimitNamesTheRequest) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.memory_limit = 20000;
  options.num_threads = 1;
  Decoder decoder(&options);
  JxlpoolStatus status = decoder.OpenFile(DataPath("lossy").c_str());
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  if (status == JXLPOOL_OK) status = decoder.NextFrame(nullptr);
  if (status == JXLPOOL_OK) status = decoder.DecodeFrame(output);
  EXPECT_EQ(status, JXLPOOL_MEMORY_LIMIT);
  const JxlpoolError error = decoder.LastError();
  EXPECT_GT(error.requested_bytes, 0u);
  EXPECT_STRNE(error.category, "");
  EXPECT_LE(decoder.Statistics().total.peak_bytes, options.memory_limit);
  EXPECT_EQ(decoder.Statistics().memory_limit, options.memory_limit);
}

TEST(Limits, SizeLimitComesBeforeMemory) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.max_samples = kWidth * kHeight;
  Decoder decoder(&options);
  EXPECT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_SIZE_LIMIT);
}

TEST(Pools, AreSharedAndOutliveTheirHandle) {
  auto pool = std::make_unique<Pool>();
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool->get();
  options.num_threads = 1;
  Decoder first(&options), second(&options);
  ASSERT_EQ(first.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_FALSE(NextFrame(&first, JXLPOOL_CHANNELS_COLOR, 3).empty());
  EXPECT_GT(pool->Statistics().misses, 0u);
  EXPECT_GT(pool->Statistics().live_bytes, 0u);
  first.Close();
  EXPECT_EQ(pool->Statistics().live_bytes, 0u);
  EXPECT_EQ(first.Statistics().total.live_bytes, 0u);
  // What one gave back the other finds.
  pool->ResetStatistics();
  ASSERT_EQ(second.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_FALSE(NextFrame(&second, JXLPOOL_CHANNELS_COLOR, 3).empty());
  EXPECT_GT(pool->Statistics().hits, 0u);
  pool.reset();
  ASSERT_EQ(second.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&second, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
}

TEST(Pools, ServeThreadsAtTheSameTime) {
  Pool pool;
  std::vector<std::thread> threads;
  std::vector<int> failures(4, 0);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, &failures, t] {
      auto options = Make<JxlpoolDecoderOptions>();
      options.pool = pool.get();
      options.num_threads = 2;
      Decoder decoder(&options);
      for (int i = 0; i < 20; ++i) {
        if (decoder.OpenFile(DataPath("rgb8").c_str()) != JXLPOOL_OK) ++failures[t];
        if (NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3) != Expected(3)) ++failures[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : failures) EXPECT_EQ(count, 0);
}

TEST(Handles, CanBeMoved) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  Decoder moved(std::move(decoder));
  EXPECT_EQ(NextFrame(&moved, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  Decoder assigned;
  assigned = std::move(moved);
  EXPECT_TRUE(assigned.ImageInfo());
}

}  // namespace
}  // namespace jxlpool
