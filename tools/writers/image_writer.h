// ImageWriter: turns rows of samples into a file of some format, row by row as they become final.
//
//   const PixelLayout layout = LayoutFor(format, image, request);   // how the decoder must deliver rows
//   OutputFile file(path, AccessFor(format));
//   auto writer = MakeWriter(format, image, layout, &file);
//   for each frame: writer->BeginFrame(frame); writer->WriteRows(...) from top to bottom; writer->EndFrame();
//   writer->Finish();  file.Commit();
//
// A format without animation holds one frame per file. Failures are Errors. Not thread-safe.
#ifndef TOOLS_WRITERS_IMAGE_WRITER_H_
#define TOOLS_WRITERS_IMAGE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.h"
#include "tools/writers/output_file.h"

namespace jxlpool::tools {

enum class FileFormat { kPng, kPpm, kPgm, kPnm, kPam, kPfm, kNpy, kJpeg };

// The format that a name such as "png" or "ppm" stands for (any case); nothing if it is not one of an image.
std::optional<FileFormat> FormatFromName(const std::string& name);

// Whether one file holds all frames of an animation.
bool HoldsAnimation(FileFormat format);
// Whether the format's alpha is straight: color must be divided by an associated alpha.
bool WantsStraightAlpha(FileFormat format);
OutputFile::Access AccessFor(FileFormat format, bool animation);

// What writers need to know about the decoded image.
struct ImageDescription {
  JxlpoolImageInfo info = {};
  std::vector<JxlpoolExtraChannelInfo> extra_channels;
  std::vector<uint8_t> icc;                      // profile of the delivered pixels; may be empty
  std::optional<JxlpoolColorEncoding> encoding;  // the same as fields
  std::vector<uint8_t> exif;                     // TIFF structure, orientation already reset; may be empty
  std::vector<uint8_t> xmp;                      // XML text; may be empty
  bool animation = false;                        // several frames go to one file, with durations
};

// "Alpha", "Depth", ...
const char* ExtraChannelName(JxlpoolExtraChannelType type);

// Whether the delivered pixels are what readers take a file without any color information for: sRGB, or grey with that
// curve, and the file says so by fields.
bool IsSrgb(const ImageDescription& image);

// How rows lie in memory. Samples of a pixel are side by side, rows of a writer follow each other at any stride.
struct PixelLayout {
  JxlpoolChannels channels = JXLPOOL_CHANNELS_COLOR;
  uint32_t extra_channel = 0;  // for JXLPOOL_CHANNELS_EXTRA
  uint32_t num_channels = 0;
  bool has_alpha = false;  // the last of 2 or 4 channels is alpha
  JxlpoolSampleType type = JXLPOOL_UINT8;
  JxlpoolEndianness endianness = JXLPOOL_ENDIAN_NATIVE;
  uint32_t bits = 0;  // samples go up to 2^bits - 1; 0 for float

  size_t sample_bytes() const { return type == JXLPOOL_UINT8 ? 1 : type == JXLPOOL_FLOAT32 ? 4 : 2; }
  size_t pixel_bytes() const { return num_channels * sample_bytes(); }
};

struct LayoutRequest {
  int bits_per_sample = -1;     // -1: as the format likes; 0: as coded; else explicit
  bool extra_channels = false;  // put extra channels into the file if the format can hold them
};

// The layout in which `format` wants the image's pixels. An Error if it cannot hold them.
PixelLayout LayoutFor(FileFormat format, const ImageDescription& image, const LayoutRequest& request);
// The same for a file that holds one extra channel only.
PixelLayout LayoutForExtraChannel(FileFormat format, const ImageDescription& image, uint32_t channel,
                                  const LayoutRequest& request);

struct FrameDescription {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t duration = 0;  // ticks
};

class ImageWriter {
 public:
  virtual ~ImageWriter() = default;
  // REQUIRES: the first frame, or HoldsAnimation() and the size of the first.
  virtual void BeginFrame(const FrameDescription& frame) = 0;
  // Rows [y, y + num_rows) of the frame. REQUIRES: y is the number of rows written so far.
  virtual void WriteRows(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) = 0;
  // REQUIRES: all rows were written.
  virtual void EndFrame() = 0;
  // Completes the file. REQUIRES: at least one frame was written.
  virtual void Finish() = 0;
};

// What may change a file's size, and the time to write it, but nothing of its contents (JPEG: how close they are).
struct WriterOptions {
  int png_compression = -1;  // 0 to 9; -1: as the format likes
  uint32_t num_threads = 1;  // formats that take time to compress use that many of their own if there are several
  int jpeg_quality = -1;     // 0 to 100; -1: the default
};

// None of the arguments is owned; `image` and `file` must outlive the writer.
std::unique_ptr<ImageWriter> MakeWriter(FileFormat format, const ImageDescription& image, const PixelLayout& layout,
                                        OutputFile* file, const WriterOptions& options = {});

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_IMAGE_WRITER_H_
