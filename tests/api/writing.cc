#include "tests/api/writing.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>

#include "jxlpool/jxlpool.hpp"
#include "tools/writers/output_file.h"

namespace jxlpool::tools {

Folder::Folder() {
  char name[] = "/tmp/jxlpool-writers-XXXXXX";
  path_ = mkdtemp(name);
}

Folder::~Folder() {
  for (const std::string& name : List()) unlink((path_ + "/" + name).c_str());
  rmdir(path_.c_str());
}

std::vector<std::string> Folder::List() const {
  std::vector<std::string> names;
  DIR* folder = opendir(path_.c_str());
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name != std::string(".") && entry->d_name != std::string("..")) names.emplace_back(entry->d_name);
  }
  closedir(folder);
  return names;
}

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
                  const std::vector<Bytes>& frames, const std::vector<uint32_t>& durations,
                  const WriterOptions& options) {
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

Bytes RowsFor(FileFormat format, const ImageDescription& image, uint32_t seed) {
  const PixelLayout layout = LayoutFor(format, image, {});
  return RandomRows(size_t{image.info.width} * image.info.height * layout.pixel_bytes(), seed);
}

}  // namespace jxlpool::tools
