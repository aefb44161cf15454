// JPEG files made from pixels: close to the pixels, with the metadata they were given, and clean failures.
#include "tools/writers/jpeg_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/jpeg_reading.h"
#include "tests/api/png_reading.h"
#include "tools/writers/error.h"
#include "tools/writers/exif.h"

namespace jxlpool::tools {
namespace {

using testing::Bytes;
using testing::DecodedJpeg;
using testing::JpegSegment;

constexpr int kApp1 = 0xE1;
constexpr int kApp2 = 0xE2;

ImageDescription Describe(uint32_t num_color) {
  ImageDescription image;
  image.info = Make<JxlpoolImageInfo>();
  image.info.num_color_channels = num_color;
  image.info.bits_per_sample = 8;
  image.info.alpha_channel = -1;
  return image;
}

// Slopes and waves.
Bytes Pixels(uint32_t width, uint32_t height, uint32_t channels) {
  Bytes pixels;
  for (uint32_t i = 0; i < width * height * channels; ++i) {
    const double x = i / channels % width, y = i / channels / width, c = i % channels;
    pixels.push_back(static_cast<uint8_t>(128 + 90 * std::sin(x / (9 + c)) * std::cos(y / (13 - c)) + c * 10));
  }
  return pixels;
}

void Write(const ImageDescription& image, uint32_t width, uint32_t height, const Bytes& pixels, int quality,
           OutputFile* file) {
  const PixelLayout layout = LayoutFor(FileFormat::kJpeg, image, {});
  ASSERT_EQ(layout.type, JXLPOOL_UINT8);
  ASSERT_EQ(layout.num_channels, image.info.num_color_channels);
  WriterOptions options;
  options.jpeg_quality = quality;
  const auto writer = MakeWriter(FileFormat::kJpeg, image, layout, file, options);
  writer->BeginFrame({width, height, 0});
  const size_t row_bytes = size_t{width} * layout.num_channels;
  for (uint32_t y = 0; y < height; y += 5) {
    writer->WriteRows(y, std::min(5u, height - y), pixels.data() + y * row_bytes, row_bytes);
  }
  writer->EndFrame();
  writer->Finish();
}

Bytes WriteToMemory(const ImageDescription& image, uint32_t width, uint32_t height, int quality = -1) {
  char path[] = "/tmp/jxlpool-jpeg-XXXXXX";
  close(mkstemp(path));
  OutputFile file(path, OutputFile::Access::kStream);
  Write(image, width, height, Pixels(width, height, image.info.num_color_channels), quality, &file);
  file.Commit();
  const Bytes bytes = testing::ReadFile(path);
  unlink(path);
  return bytes;
}

double Psnr(const Bytes& a, const Bytes& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
  return 10 * std::log10(255 * 255 / std::max(sum / double(a.size()), 1e-9));
}

std::vector<Bytes> PayloadsOf(const Bytes& jpeg, int marker) {
  std::vector<Bytes> payloads;
  for (const JpegSegment& segment : testing::ReadJpegSegments(jpeg)) {
    if (segment.marker == marker) payloads.push_back(segment.payload);
  }
  return payloads;
}

Bytes WithTag(const std::string& tag, const Bytes& bytes) {
  Bytes all(tag.begin(), tag.end());
  all.insert(all.end(), bytes.begin(), bytes.end());
  return all;
}
const std::string kExifTag("Exif\0\0", 6);
const std::string kXmpTag("http://ns.adobe.com/xap/1.0/\0", 29);
const std::string kIccTag("ICC_PROFILE\0", 12);

TEST(JpegWriter, LibjpegReadsPixelsThatAreClose) {
  for (const uint32_t channels : {1u, 3u}) {
    for (const uint32_t size : {1u, 7u, 8u, 17u, 100u}) {
      const DecodedJpeg image = testing::DecodeJpeg(WriteToMemory(Describe(channels), size, size + 3));
      ASSERT_EQ(image.width, size);
      ASSERT_EQ(image.height, size + 3);
      ASSERT_EQ(image.num_channels, channels);
      EXPECT_GT(Psnr(image.samples, Pixels(size, size + 3, channels)), 42) << channels << " " << size;
    }
  }
}

TEST(JpegWriter, QualityMakesAPriceAndADifference) {
  double psnr = 0;
  size_t bytes = 0;
  for (const int quality : {0, 30, 75, 95, 100}) {
    const Bytes jpeg = WriteToMemory(Describe(3), 120, 90, quality);
    const DecodedJpeg image = testing::DecodeJpeg(jpeg);
    const double now = Psnr(image.samples, Pixels(120, 90, 3));
    EXPECT_GT(now, psnr) << quality;
    EXPECT_GT(jpeg.size(), bytes) << quality;
    psnr = now;
    bytes = jpeg.size();
  }
  EXPECT_EQ(WriteToMemory(Describe(3), 120, 90), WriteToMemory(Describe(3), 120, 90, kDefaultJpegQuality));
}

TEST(JpegWriter, MetadataIsInSegments) {
  ImageDescription image = Describe(3);
  image.exif = {'M', 'M', 0, 42, 0, 0, 0, 8};
  image.xmp = {'<', 'x', '/', '>'};
  const Bytes jpeg = WriteToMemory(image, 20, 10);
  EXPECT_EQ(PayloadsOf(jpeg, kApp1), (std::vector<Bytes>{WithTag(kExifTag, image.exif), WithTag(kXmpTag, image.xmp)}));
  EXPECT_TRUE(PayloadsOf(jpeg, kApp2).empty());
  EXPECT_TRUE(LostInJpeg(image).empty());
  EXPECT_GT(testing::DecodeJpeg(jpeg).width, 0u);
}

TEST(JpegWriter, ProfilesOfAnySizeAreCutIntoPieces) {
  for (const size_t size : {size_t{1}, size_t{65519}, size_t{65520}, size_t{200000}}) {
    ImageDescription image = Describe(3);
    for (size_t i = 0; i < size; ++i) image.icc.push_back(static_cast<uint8_t>(i * i >> 3));
    const std::vector<Bytes> pieces = PayloadsOf(WriteToMemory(image, 9, 9), kApp2);
    ASSERT_EQ(pieces.size(), (size + 65518) / 65519);
    Bytes icc;
    for (size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(std::string(pieces[i].begin(), pieces[i].begin() + 12), kIccTag);
      EXPECT_EQ(pieces[i][12], i + 1);
      EXPECT_EQ(pieces[i][13], pieces.size());
      icc.insert(icc.end(), pieces[i].begin() + 14, pieces[i].end());
    }
    EXPECT_EQ(icc, image.icc);
  }
}

TEST(JpegWriter, SrgbNeedsNoProfile) {
  ImageDescription image = Describe(3);
  image.icc = {1, 2, 3};
  image.encoding = Make<JxlpoolColorEncoding>();
  image.encoding->white_point = JXLPOOL_WHITE_POINT_D65;
  image.encoding->primaries = JXLPOOL_PRIMARIES_SRGB;
  image.encoding->transfer = JXLPOOL_TRANSFER_SRGB;
  EXPECT_TRUE(PayloadsOf(WriteToMemory(image, 9, 9), kApp2).empty());
  image.encoding->primaries = JXLPOOL_PRIMARIES_P3;
  EXPECT_EQ(PayloadsOf(WriteToMemory(image, 9, 9), kApp2).size(), 1u);
  image.encoding->primaries = JXLPOOL_PRIMARIES_SRGB;
  image.encoding->from_icc = 1;
  EXPECT_EQ(PayloadsOf(WriteToMemory(image, 9, 9), kApp2).size(), 1u);
}

TEST(JpegWriter, WhatDoesNotFitIsLeftOutAndSaid) {
  ImageDescription image = Describe(3);
  image.exif.assign(65527, 1);
  image.xmp.assign(65504, 2);
  EXPECT_TRUE(LostInJpeg(image).empty());
  EXPECT_EQ(PayloadsOf(WriteToMemory(image, 9, 9), kApp1).size(), 2u);
  image.exif.push_back(1);
  image.xmp.push_back(2);
  image.icc.assign(255 * 65519 + 1, 3);
  image.info.alpha_channel = 0;
  EXPECT_EQ(LostInJpeg(image).size(), 4u);
  const Bytes jpeg = WriteToMemory(image, 9, 9);
  EXPECT_TRUE(PayloadsOf(jpeg, kApp1).empty());
  EXPECT_TRUE(PayloadsOf(jpeg, kApp2).empty());
  EXPECT_GT(testing::DecodeJpeg(jpeg).width, 0u);
}

TEST(JpegWriter, FailuresAreErrors) {
  OutputFile full("/dev/full", OutputFile::Access::kStream);
  const auto fill = [&] {
    Write(Describe(3), 900, 900, Pixels(900, 900, 3), 100, &full);
    full.Commit();
  };
  EXPECT_THROW(fill(), Error);
  OutputFile null("/dev/null", OutputFile::Access::kStream);
  const ImageDescription image = Describe(3);
  const PixelLayout layout = LayoutFor(FileFormat::kJpeg, image, {});
  const auto writer = MakeWriter(FileFormat::kJpeg, image, layout, &null, {});
  EXPECT_THROW(writer->BeginFrame({70000, 2, 0}), Error);
  const auto unfinished = MakeWriter(FileFormat::kJpeg, image, layout, &null, {});
  unfinished->BeginFrame({7, 2, 0});
  EXPECT_THROW(unfinished->EndFrame(), Error);  // libjpeg's own complaint
}

TEST(Orientation, IsResetInXmp) {
  const auto reset = [](const std::string& text) {
    Bytes bytes(text.begin(), text.end());
    ResetXmpOrientation(&bytes);
    return std::string(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(reset("<a tiff:Orientation=\"6\" b='6'/>"), "<a tiff:Orientation=\"1\" b='6'/>");
  EXPECT_EQ(reset("<a tiff:Orientation = '8'/>"), "<a tiff:Orientation = '1'/>");
  EXPECT_EQ(reset("<tiff:Orientation>3</tiff:Orientation>"), "<tiff:Orientation>1</tiff:Orientation>");
  for (const char* same : {"", "tiff:Orientation", "tiff:Orientation=", "tiff:Orientation=\"", "tiff:Orientation=\"6",
                           "tiff:Orientation=\"66\"", "tiff:OrientationX=\"6\"", "tiff:Orientation=\"9\"", "6"}) {
    EXPECT_EQ(reset(same), same);
  }
}

}  // namespace
}  // namespace jxlpool::tools
