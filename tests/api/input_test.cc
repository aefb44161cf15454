// Proves: an image may come from memory, a file or a pipe, whole or cut, and what it says of itself is what it was made
// with: its size, its color, its boxes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool {
namespace {

using testing::BufferOutput;
using testing::Bytes;
using testing::Data;
using testing::DataPath;
using testing::Expected;
using testing::kWidth;
using testing::NextFrame;

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

}  // namespace
}  // namespace jxlpool
