// The writer of PNG and APNG files: what libpng reads is what was written.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/png_reading.h"
#include "tests/api/writing.h"
#include "tools/writers/error.h"
#include "tools/writers/image_writer.h"
#include "tools/writers/output_file.h"
#include "tools/writers/png_chunks.h"
#include "tools/writers/png_filter.h"

namespace jxlpool::tools {
namespace {

using testing::BigEndian16;
using testing::BigEndian32;
using testing::FindChunk;
using testing::PngChunk;

TEST(PngWriter, LibpngReadsWhatWasWritten) {
  static constexpr int kColorTypes[2][2] = {{0, 4}, {2, 6}};
  for (const uint32_t num_color : {1u, 3u}) {
    for (const bool alpha : {false, true}) {
      for (const uint32_t bits : {1u, 8u, 10u, 16u, 32u}) {
        const ImageDescription image = GreyOrColor(num_color, alpha, bits);
        const Bytes rows = RowsFor(FileFormat::kPng, image);
        const testing::DecodedPng png = testing::DecodePng(WriteOne(FileFormat::kPng, image, rows));
        EXPECT_EQ(png.width, image.info.width);
        EXPECT_EQ(png.height, image.info.height);
        EXPECT_EQ(png.bit_depth, bits <= 8 ? 8 : 16);
        EXPECT_EQ(png.color_type, kColorTypes[num_color == 3][alpha]);
        EXPECT_EQ(png.samples, rows);
      }
    }
  }
}

// Something like a photo: slopes and noise.
Bytes PhotoRows(uint32_t width, uint32_t height, size_t channels) {
  std::mt19937 random(5);
  Bytes rows(width * height * channels);
  for (size_t i = 0; i < rows.size(); ++i) {
    const double x = double(i / channels % width), y = double(i / channels / width), c = double(i % channels);
    const double wave = 90 * std::sin(x / (31 + c)) * std::cos(y / (47 - c)) + 25 * std::sin((x + y) / 5);
    rows[i] = static_cast<uint8_t>(128 + wave + double(random() % 9));
  }
  return rows;
}

// Something like text on a screen: few different glyphs at whole positions of a grid.
Bytes ScreenRows(uint32_t width, uint32_t height, size_t channels) {
  std::mt19937 random(6);
  uint32_t glyphs[20];
  for (uint32_t& glyph : glyphs) glyph = static_cast<uint32_t>(random());
  Bytes text((width / 8 + 1) * (height / 8 + 1));
  for (uint8_t& letter : text) letter = random() % 3 == 0 ? 0 : static_cast<uint8_t>(random() % 20);
  Bytes rows;
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const uint32_t glyph = glyphs[text[(y / 8) * (width / 8 + 1) + x / 8]];
      const bool ink = (glyph >> ((y % 8) * 4 + x % 8 / 2) % 32 & 1) != 0 && x % 8 < 7;
      rows.insert(rows.end(), channels, ink ? 20 : 240);
    }
  }
  return rows;
}

Bytes WritePng(const ImageDescription& image, const std::vector<Bytes>& frames, const WriterOptions& options) {
  return WriteFrames(FileFormat::kPng, image, LayoutFor(FileFormat::kPng, image, {}), frames, {}, options);
}

ImageDescription OfSize(ImageDescription image, uint32_t width, uint32_t height) {
  image.info.width = width;
  image.info.height = height;
  return image;
}

TEST(PngWriter, ThreadsDoNotChangeTheFile) {
  // Up to several bands; a row that is longer than a band; the smallest image.
  static constexpr uint32_t kSizes[][2] = {{1, 1}, {257, 99}, {301, 500}, {150001, 3}};
  for (const uint32_t num_color : {1u, 3u}) {
    for (const bool alpha : {false, true}) {
      for (const uint32_t bits : {8u, 16u}) {
        for (const auto& size : kSizes) {
          const ImageDescription image = OfSize(GreyOrColor(num_color, alpha, bits), size[0], size[1]);
          const size_t row_channels = (num_color + alpha) * bits / 8;
          const Bytes rows = PhotoRows(size[0], size[1], row_channels);
          const Bytes want = WritePng(image, {rows}, {});
          EXPECT_TRUE(testing::DecodePng(want).samples == rows);
          for (const uint32_t threads : {0u, 2u, 8u}) EXPECT_TRUE(WritePng(image, {rows}, {-1, threads}) == want);
        }
      }
    }
  }
}

TEST(PngWriter, EveryCompressionIsReadBack) {
  const ImageDescription image = OfSize(GreyOrColor(3, false, 8), 1001, 400);
  const Bytes frames[] = {PhotoRows(1001, 400, 3), ScreenRows(1001, 400, 3), RandomRows(1001 * 400 * 3, 1),
                          Bytes(1001 * 400 * 3, 7)};
  for (const Bytes& rows : frames) {
    size_t stored = 0;
    for (int compression = 0; compression <= 9; ++compression) {
      const Bytes file = WritePng(image, {rows}, {compression, 3});
      EXPECT_TRUE(testing::DecodePng(file).samples == rows) << compression;
      if (compression == 0) stored = file.size();
      EXPECT_LE(file.size(), stored + 2000);
    }
    EXPECT_GT(stored, rows.size());
    EXPECT_LT(stored, rows.size() + 2000);
  }
}

TEST(PngWriter, FilesAreAboutAsSmallAsThoseOfLibpng) {
  for (const uint32_t num_color : {1u, 3u}) {
    const ImageDescription image = OfSize(GreyOrColor(num_color, false, 8), 1500, 1000);
    for (const Bytes& rows : {PhotoRows(1500, 1000, num_color), ScreenRows(1500, 1000, num_color),
                              RandomRows(1500 * 1000 * num_color, 2), Bytes(1500 * 1000 * num_color, 9)}) {
      const size_t plain = testing::EncodePng(1500, 1000, num_color, rows).size();
      EXPECT_LE(double(WritePng(image, {rows}, {}).size()), double(plain) * 1.05 + 100);
    }
  }
}

TEST(PngWriter, AnimationsWithSeveralBandsPerFrame) {
  ImageDescription image = OfSize(GreyOrColor(3, true, 8), 501, 400);
  image.animation = true;
  image.info.ticks_per_second_numerator = 10;
  image.info.ticks_per_second_denominator = 1;
  const std::vector<Bytes> frames = {PhotoRows(501, 400, 4), ScreenRows(501, 400, 4), RandomRows(501 * 400 * 4, 3)};
  const Bytes want = WritePng(image, frames, {});
  const std::vector<Bytes> split = testing::SplitApng(testing::ReadChunks(want));
  ASSERT_EQ(split.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(testing::DecodePng(split[i]).samples == frames[i]);
  for (const uint32_t threads : {2u, 8u}) EXPECT_TRUE(WritePng(image, frames, {-1, threads}) == want);
}

TEST(PngWriter, CanBeAbandonedOrFail) {
  const ImageDescription image = OfSize(GreyOrColor(3, false, 8), 1000, 4000);
  const PixelLayout layout = LayoutFor(FileFormat::kPng, image, {});
  const Bytes rows = RandomRows(3000 * 4000, 4);
  for (const uint32_t threads : {1u, 4u}) {
    for (const uint32_t num_rows : {0u, 1u, 300u, 3000u}) {
      const Folder folder;
      {
        OutputFile file(folder.File("a"), OutputFile::Access::kStream);
        const auto writer = MakeWriter(FileFormat::kPng, image, layout, &file, {-1, threads});
        writer->BeginFrame({1000, 4000, 0});
        for (uint32_t y = 0; y < num_rows; ++y) writer->WriteRows(y, 1, rows.data() + y * 3000, 3000);
      }
      EXPECT_TRUE(folder.List().empty());
    }
    OutputFile full("/dev/full", OutputFile::Access::kStream);
    const auto writer = MakeWriter(FileFormat::kPng, image, layout, &full, {-1, threads});
    writer->BeginFrame({1000, 4000, 0});
    EXPECT_THROW(
        for (uint32_t y = 0; y < 4000; ++y) { writer->WriteRows(y, 1, rows.data() + y * 3000, 3000); }, Error);
  }
}

TEST(PngFilter, TakesTheFilterOfTheLeastResiduals) {
  for (const size_t pixel : {1u, 2u, 3u, 4u, 6u, 8u}) {
    for (const size_t pixels : {1u, 2u, 37u, 3000u}) {
      const size_t size = pixel * pixels;
      for (uint32_t kind = 0; kind < 4; ++kind) {
        const Bytes noise = RandomRows(2 * size, kind);
        Bytes row(noise.begin(), noise.begin() + static_cast<ptrdiff_t>(size)), above(size);
        for (size_t i = 0; i < size; ++i) {
          above[i] = static_cast<uint8_t>(kind == 0 ? noise[size + i] : i / pixel * kind + noise[size + i] % 4);
          if (kind != 0) row[i] = static_cast<uint8_t>(above[i] + noise[i] % (3 * kind));
        }
        Bytes out(size + 1);
        FilterRow(row.data(), above.data(), size, pixel, out.data());
        // The definitions of the PNG specification, read off for all five.
        uint64_t sums[5] = {};
        Bytes want;
        for (int filter = 0; filter < 5; ++filter) {
          Bytes residuals = {static_cast<uint8_t>(filter)};
          for (size_t i = 0; i < size; ++i) {
            const int a = i < pixel ? 0 : row[i - pixel], b = above[i], c = i < pixel ? 0 : above[i - pixel];
            const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
            const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
            const int predictions[5] = {0, a, b, (a + b) / 2, paeth};
            residuals.push_back(static_cast<uint8_t>(row[i] - predictions[filter]));
            sums[filter] += static_cast<uint64_t>(std::abs(static_cast<int8_t>(residuals.back())));
          }
          if (filter == out[0]) want = residuals;
        }
        EXPECT_EQ(sums[out[0]], *std::min_element(sums, sums + 5));
        EXPECT_EQ(out, want);
      }
    }
  }
}

JxlpoolColorEncoding Srgb() {
  auto encoding = Make<JxlpoolColorEncoding>();
  encoding.white_point = JXLPOOL_WHITE_POINT_D65;
  encoding.primaries = JXLPOOL_PRIMARIES_SRGB;
  encoding.transfer = JXLPOOL_TRANSFER_SRGB;
  encoding.rendering_intent = JXLPOOL_INTENT_RELATIVE;
  encoding.has_cicp = 1;
  const uint8_t cicp[4] = {1, 13, 0, 1};
  std::memcpy(encoding.cicp, cicp, 4);
  return encoding;
}

Bytes FakeProfile(const char* space) {
  Bytes icc = RandomRows(500, 9);
  std::memcpy(icc.data() + 16, space, 4);
  return icc;
}

std::vector<PngChunk> ChunksOf(const ImageDescription& image) {
  return testing::ReadChunks(WriteOne(FileFormat::kPng, image, RowsFor(FileFormat::kPng, image)));
}

TEST(PngWriter, SrgbIsSignalledByItsOwnChunk) {
  ImageDescription image = GreyOrColor(3, false, 8);
  image.encoding = Srgb();
  image.icc = FakeProfile("RGB ");
  const auto chunks = ChunksOf(image);
  ASSERT_NE(FindChunk(chunks, "sRGB"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "sRGB")->payload, Bytes{1});
  ASSERT_NE(FindChunk(chunks, "gAMA"), nullptr);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "gAMA")->payload, 0), 45455u);
  ASSERT_NE(FindChunk(chunks, "cHRM"), nullptr);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "cHRM")->payload, 8), 64000u);
  EXPECT_EQ(FindChunk(chunks, "iCCP"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "cICP"), nullptr);
}

TEST(PngWriter, OtherEncodingsComeAsCodePointsAndProfile) {
  ImageDescription image = GreyOrColor(3, false, 16);
  image.info.intensity_target = 1000;
  image.encoding = Srgb();
  image.encoding->primaries = JXLPOOL_PRIMARIES_2100;
  image.encoding->transfer = JXLPOOL_TRANSFER_PQ;
  const uint8_t cicp[4] = {9, 16, 0, 1};
  std::memcpy(image.encoding->cicp, cicp, 4);
  const double xy[6] = {0.708, 0.292, 0.170, 0.797, 0.131, 0.046};
  std::memcpy(image.encoding->primaries_xy, xy, sizeof(xy));
  image.icc = FakeProfile("RGB ");
  const auto chunks = ChunksOf(image);
  EXPECT_EQ(FindChunk(chunks, "sRGB"), nullptr);
  ASSERT_NE(FindChunk(chunks, "cICP"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "cICP")->payload, Bytes(cicp, cicp + 4));
  ASSERT_NE(FindChunk(chunks, "cLLI"), nullptr);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "cLLI")->payload, 0), 10000000u);
  ASSERT_NE(FindChunk(chunks, "cHRM"), nullptr);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "cHRM")->payload, 8), 70800u);
  EXPECT_EQ(FindChunk(chunks, "gAMA"), nullptr);
  const PngChunk* iccp = FindChunk(chunks, "iCCP");
  ASSERT_NE(iccp, nullptr);
  const size_t name = std::strlen(reinterpret_cast<const char*>(iccp->payload.data()));
  Bytes profile(image.icc.size());
  uLongf size = profile.size();
  ASSERT_EQ(uncompress(profile.data(), &size, iccp->payload.data() + name + 2, iccp->payload.size() - name - 2), Z_OK);
  EXPECT_EQ(profile, image.icc);
}

TEST(PngWriter, AnEmbeddedProfileWinsOverFields) {
  ImageDescription image = GreyOrColor(3, false, 8);
  image.encoding = Srgb();
  image.encoding->from_icc = 1;
  image.icc = FakeProfile("RGB ");
  const auto chunks = ChunksOf(image);
  EXPECT_NE(FindChunk(chunks, "iCCP"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "sRGB"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "cICP"), nullptr);
  image.icc = FakeProfile("CMYK");
  EXPECT_EQ(FindChunk(ChunksOf(image), "iCCP"), nullptr);
}

TEST(PngWriter, MetadataTravelsBeforeTheImageData) {
  ImageDescription image = GreyOrColor(3, false, 8);
  image.exif = {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0};
  image.xmp = {'<', 'x', '/', '>'};
  const auto chunks = ChunksOf(image);
  ASSERT_NE(FindChunk(chunks, "eXIf"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "eXIf")->payload, image.exif);
  const std::string text("XML:com.adobe.xmp\0\0\0\0\0<x/>", 26);
  ASSERT_NE(FindChunk(chunks, "iTXt"), nullptr);
  EXPECT_EQ(FindChunk(chunks, "iTXt")->payload, Bytes(text.begin(), text.end()));
  EXPECT_LT(FindChunk(chunks, "eXIf"), FindChunk(chunks, "IDAT"));
  EXPECT_LT(FindChunk(chunks, "iTXt"), FindChunk(chunks, "IDAT"));
}

TEST(PngWriter, AnimationsHaveAllFramesAndDelays) {
  ImageDescription image = GreyOrColor(3, true, 8);
  image.animation = true;
  image.info.num_loops = 7;
  image.info.ticks_per_second_numerator = 30000;
  image.info.ticks_per_second_denominator = 1001;
  std::vector<Bytes> frames;
  for (uint32_t i = 0; i < 3; ++i) frames.push_back(RowsFor(FileFormat::kPng, image, i));
  const PixelLayout layout = LayoutFor(FileFormat::kPng, image, {});
  const Bytes file = WriteFrames(FileFormat::kPng, image, layout, frames, {1, 30, 100000});
  const auto chunks = testing::ReadChunks(file);
  ASSERT_NE(FindChunk(chunks, "acTL"), nullptr);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "acTL")->payload, 0), 3u);
  EXPECT_EQ(BigEndian32(FindChunk(chunks, "acTL")->payload, 4), 7u);
  EXPECT_LT(FindChunk(chunks, "acTL"), FindChunk(chunks, "IDAT"));
  EXPECT_EQ(testing::DecodePng(file).samples, frames[0]);
  const std::vector<Bytes> split = testing::SplitApng(chunks);
  ASSERT_EQ(split.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(testing::DecodePng(split[i]).samples, frames[i]);

  std::vector<double> delays;
  for (const PngChunk& chunk : chunks) {
    if (chunk.type != "fcTL") continue;
    EXPECT_EQ(BigEndian32(chunk.payload, 4), image.info.width);
    EXPECT_EQ(BigEndian32(chunk.payload, 8), image.info.height);
    delays.push_back(double(BigEndian16(chunk.payload, 20)) / BigEndian16(chunk.payload, 22));
    EXPECT_EQ(BigEndian16(chunk.payload, 24), 0u);  // dispose and blend
  }
  ASSERT_EQ(delays.size(), 3u);
  EXPECT_EQ(delays[0], 1001.0 / 30000);
  EXPECT_EQ(delays[1], 1001.0 / 1000);
  EXPECT_NEAR(delays[2], 100000 * 1001.0 / 30000, 1e-3);
}

TEST(FrameDelay, FitsSixteenBits) {
  const auto fit = [](uint64_t n, uint64_t d) {
    const FrameDelay delay = FitDelay(n, d);
    return std::pair<int, int>(delay.numerator, delay.denominator);
  };
  EXPECT_EQ(fit(0, 1000), (std::pair<int, int>(0, 1)));
  EXPECT_EQ(fit(100, 1000), (std::pair<int, int>(1, 10)));
  EXPECT_EQ(fit(65535, 65534), (std::pair<int, int>(65535, 65534)));
  EXPECT_EQ(fit(uint64_t{0xFFFFFFFF} * 1000, 1), (std::pair<int, int>(65535, 1)));
  EXPECT_EQ(fit(65535, 1), (std::pair<int, int>(65535, 1)));
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) {
    const uint64_t n = random() >> (24 + random() % 40), d = 1 + (random() >> (34 + random() % 30));
    const FrameDelay delay = FitDelay(n, d);
    ASSERT_NE(delay.denominator, 0);
    const double want = std::min(65535.0, double(n) / double(d));
    // Convergents p/q are nearer than 1/(q * next q), and the next would have left the range.
    ASSERT_NEAR(double(delay.numerator) / delay.denominator, want, std::max(1.0, want) / 65535.0) << n << "/" << d;
  }
}

}  // namespace
}  // namespace jxlpool::tools
