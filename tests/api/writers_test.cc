// The writers of image files: what a reader finds is what was written. PNG files are read with libpng, the others are
// compared byte by byte with what the formats' descriptions say.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/png_reading.h"
#include "tools/writers/error.h"
#include "tools/writers/exif.h"
#include "tools/writers/image_writer.h"
#include "tools/writers/output_file.h"
#include "tools/writers/png_chunks.h"
#include "tools/writers/png_filter.h"

namespace jxlpool::tools {
namespace {

using testing::BigEndian16;
using testing::BigEndian32;
using testing::Bytes;
using testing::FindChunk;
using testing::PngChunk;

// A folder that disappears with everything in it.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/jxlpool-writers-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() {
    for (const std::string& name : List()) unlink((path_ + "/" + name).c_str());
    rmdir(path_.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> List() const {
    std::vector<std::string> names;
    DIR* folder = opendir(path_.c_str());
    while (const dirent* entry = readdir(folder)) {
      if (entry->d_name != std::string(".") && entry->d_name != std::string("..")) names.emplace_back(entry->d_name);
    }
    closedir(folder);
    return names;
  }

 private:
  std::string path_;
};

ImageDescription GreyOrColor(uint32_t num_color, bool alpha, uint32_t bits) {
  ImageDescription image;
  image.info = Make<JxlpoolImageInfo>();
  image.info.width = 13;
  image.info.height = 7;
  image.info.num_color_channels = num_color;
  image.info.bits_per_sample = bits;
  image.info.alpha_channel = -1;
  image.info.intensity_target = 255;
  if (alpha) {
    image.info.alpha_channel = 0;
    image.info.num_extra_channels = 1;
    image.extra_channels.push_back(Make<JxlpoolExtraChannelInfo>());
    image.extra_channels[0].bits_per_sample = bits;
  }
  return image;
}

Bytes RandomRows(size_t bytes, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes rows(bytes);
  for (uint8_t& value : rows) value = static_cast<uint8_t>(random());
  return rows;
}

// Frames are handed over in bands of 3 rows with a gap after each row.
Bytes WriteFrames(FileFormat format, const ImageDescription& image, const PixelLayout& layout,
                  const std::vector<Bytes>& frames, const std::vector<uint32_t>& durations = {},
                  const WriterOptions& options = {}) {
  const Folder folder;
  OutputFile file(folder.File("out"), AccessFor(format, image.animation));
  const auto writer = MakeWriter(format, image, layout, &file, options);
  const uint32_t width = image.info.width, height = image.info.height;
  const size_t row_bytes = width * layout.pixel_bytes();
  const size_t stride = row_bytes + 5;
  for (size_t f = 0; f < frames.size(); ++f) {
    writer->BeginFrame({width, height, f < durations.size() ? durations[f] : 0});
    for (uint32_t y = 0; y < height; y += 3) {
      const uint32_t num_rows = std::min(3u, height - y);
      Bytes band(num_rows * stride, 0xEE);
      for (uint32_t i = 0; i < num_rows; ++i) {
        std::memcpy(band.data() + i * stride, frames[f].data() + (y + i) * row_bytes, row_bytes);
      }
      writer->WriteRows(y, num_rows, band.data(), stride);
    }
    writer->EndFrame();
  }
  writer->Finish();
  file.Commit();
  EXPECT_EQ(folder.List().size(), 1u);
  return testing::ReadFile(folder.File("out"));
}

Bytes WriteOne(FileFormat format, const ImageDescription& image, const Bytes& rows) {
  return WriteFrames(format, image, LayoutFor(format, image, {}), {rows});
}

Bytes RowsFor(FileFormat format, const ImageDescription& image, uint32_t seed = 1) {
  const PixelLayout layout = LayoutFor(format, image, {});
  return RandomRows(size_t{image.info.width} * image.info.height * layout.pixel_bytes(), seed);
}

std::string Text(const Bytes& bytes, size_t size) {
  return std::string(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(std::min(size, bytes.size())));
}

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

TEST(PnmWriter, HeadersAndSamples) {
  const ImageDescription grey = GreyOrColor(1, false, 1);
  Bytes rows = RowsFor(FileFormat::kPgm, grey);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPgm, grey, rows), 9999), "P5\n13 7\n1\n" + Text(rows, 9999));
  EXPECT_EQ(Text(WriteOne(FileFormat::kPnm, grey, rows), 9999), "P5\n13 7\n1\n" + Text(rows, 9999));

  const ImageDescription color = GreyOrColor(3, true, 12);
  rows = RowsFor(FileFormat::kPpm, color);
  EXPECT_EQ(rows.size(), 13u * 7 * 3 * 2);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPpm, color, rows), 9999), "P6\n13 7\n4095\n" + Text(rows, 9999));
  EXPECT_THROW(LayoutFor(FileFormat::kPgm, color, {}), Error);
  // Grey is promoted by the decoder.
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, grey, {}).channels, JXLPOOL_CHANNELS_RGB);
}

TEST(PnmWriter, BitsPerSampleCanBeChosen) {
  const ImageDescription image = GreyOrColor(3, false, 12);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {8, false}).bits, 8u);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {8, false}).type, JXLPOOL_UINT8);
  EXPECT_EQ(LayoutFor(FileFormat::kPpm, image, {0, false}).bits, 12u);
  EXPECT_EQ(LayoutFor(FileFormat::kPng, image, {-1, false}).bits, 16u);
  EXPECT_EQ(LayoutFor(FileFormat::kPng, image, {8, false}).bits, 8u);
}

TEST(PamWriter, TupleTypesNameTheChannels) {
  ImageDescription image = GreyOrColor(3, true, 8);
  Bytes rows = RowsFor(FileFormat::kPam, image);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPam, image, rows), 9999),
            "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + Text(rows, 9999));

  image.info.num_extra_channels = 2;
  image.extra_channels.push_back(image.extra_channels[0]);
  image.extra_channels[1].type = JXLPOOL_EXTRA_DEPTH;
  const PixelLayout layout = LayoutFor(FileFormat::kPam, image, {-1, true});
  EXPECT_EQ(layout.num_channels, 5u);
  rows = RandomRows(13 * 7 * 5, 2);
  EXPECT_EQ(
      Text(WriteFrames(FileFormat::kPam, image, layout, {rows}), 9999),
      "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 5\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nTUPLTYPE Depth\nENDHDR\n" + Text(rows, 9999));

  const PixelLayout plane = LayoutForExtraChannel(FileFormat::kPam, image, 1, {});
  rows.resize(13 * 7);
  EXPECT_EQ(Text(WriteFrames(FileFormat::kPam, image, plane, {rows}), 9999),
            "P7\nWIDTH 13\nHEIGHT 7\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n" + Text(rows, 9999));
}

TEST(PfmWriter, RowsGoFromBottomToTop) {
  const ImageDescription image = GreyOrColor(3, false, 32);
  const Bytes rows = RowsFor(FileFormat::kPfm, image);
  const size_t row_bytes = 13 * 3 * 4;
  ASSERT_EQ(rows.size(), 7 * row_bytes);
  std::string want = "PF\n13 7\n-1.0\n";
  for (size_t y = 7; y-- > 0;) want.append(reinterpret_cast<const char*>(rows.data()) + y * row_bytes, row_bytes);
  EXPECT_EQ(Text(WriteOne(FileFormat::kPfm, image, rows), 9999), want);
}

TEST(NpyWriter, HeaderTellsTheShapeOnceItIsKnown) {
  ImageDescription image = GreyOrColor(3, true, 8);
  image.animation = true;
  const Bytes first = RowsFor(FileFormat::kNpy, image, 1), second = RowsFor(FileFormat::kNpy, image, 2);
  const Bytes file = WriteFrames(FileFormat::kNpy, image, LayoutFor(FileFormat::kNpy, image, {}), {first, second});
  ASSERT_EQ(file.size(), 128 + first.size() + second.size());
  EXPECT_EQ(Text(file, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(file[8] + 256 * file[9], 118);
  const std::string header = Text(file, 128).substr(10);
  EXPECT_EQ(header.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 7, 13, 4), }"), 0u);
  EXPECT_EQ(header.back(), '\n');
  EXPECT_TRUE(std::equal(first.begin(), first.end(), file.begin() + 128));
  EXPECT_TRUE(std::equal(second.begin(), second.end(), file.begin() + 128 + static_cast<ptrdiff_t>(first.size())));
}

TEST(Exif, OrientationIsReset) {
  for (const bool little : {true, false}) {
    // One directory with the width and the orientation.
    Bytes tiff = {'I', 'I', 42, 0,    8,    0, 0, 0, 2, 0, 0x00, 0x01, 3, 0, 1, 0, 0, 0, 9,
                  0,   0,   0,  0x12, 0x01, 3, 0, 1, 0, 0, 0,    6,    0, 0, 0, 0, 0, 0, 0};
    if (!little) {
      tiff = {'M', 'M', 0, 42,   0,    0, 0, 8, 0, 2, 0x01, 0x00, 0, 3, 0, 0, 0, 1, 0,
              9,   0,   0, 0x01, 0x12, 0, 3, 0, 0, 0, 1,    0,    6, 0, 0, 0, 0, 0, 0};
    }
    Bytes want = tiff;
    want[little ? 30 : 31] = 1;
    Bytes got = tiff;
    ResetExifOrientation(&got);
    EXPECT_EQ(got, want);
    // Every truncation is survived.
    for (size_t size = 0; size < tiff.size(); ++size) {
      Bytes cut(tiff.begin(), tiff.begin() + static_cast<ptrdiff_t>(size));
      ResetExifOrientation(&cut);
    }
  }
  Bytes far = {'I', 'I', 42, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  ResetExifOrientation(&far);
}

TEST(OutputFile, AppearsWhenCommittedOnly) {
  const Folder folder;
  {
    OutputFile file(folder.File("a"), OutputFile::Access::kStream);
    file.Write("abc", 3);
    EXPECT_EQ(folder.List().size(), 1u);
    EXPECT_NE(folder.List()[0], "a");
  }
  EXPECT_TRUE(folder.List().empty());
  OutputFile file(folder.File("a"), OutputFile::Access::kRandom);
  file.Write("abc", 3);
  file.WriteAt(1, "X", 1);
  file.Write("d", 1);
  file.Commit();
  EXPECT_EQ(folder.List(), std::vector<std::string>{"a"});
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "aXcd");
  struct stat status;
  ASSERT_EQ(stat(folder.File("a").c_str(), &status), 0);
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
}

TEST(OutputFile, KeepsTheOldFileUntilThen) {
  const Folder folder;
  {
    OutputFile file(folder.File("a"), OutputFile::Access::kStream);
    file.Write("old", 3);
    file.Commit();
  }
  chmod(folder.File("a").c_str(), 0640);
  ASSERT_EQ(symlink("a", folder.File("link").c_str()), 0);
  { OutputFile(folder.File("link"), OutputFile::Access::kStream).Write("new", 3); }
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "old");
  OutputFile file(folder.File("link"), OutputFile::Access::kStream);
  file.Write("new", 3);
  file.Commit();
  EXPECT_EQ(Text(testing::ReadFile(folder.File("a")), 99), "new");
  struct stat status;
  ASSERT_EQ(lstat(folder.File("link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
  ASSERT_EQ(stat(folder.File("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(OutputFile, FailuresNameTheFile) {
  const auto message = [](const std::string& path, OutputFile::Access access) -> std::string {
    try {
      OutputFile file(path, access);
      file.Write("abc", 3);
      file.Commit();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("/dev/full", OutputFile::Access::kStream), "/dev/full: cannot write: No space left on device");
  EXPECT_EQ(message("/dev/full", OutputFile::Access::kRandom), "/dev/full: cannot write: No space left on device");
  EXPECT_EQ(message("/no/such/folder/a", OutputFile::Access::kStream),
            "/no/such/folder/a: cannot write: No such file or directory");
  EXPECT_EQ(message("/tmp", OutputFile::Access::kStream), "/tmp: cannot write: Is a directory");
  EXPECT_EQ(message("/dev/null", OutputFile::Access::kRandom), "");
}

}  // namespace
}  // namespace jxlpool::tools
