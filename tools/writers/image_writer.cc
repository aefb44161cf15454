#include "tools/writers/image_writer.h"

#include <algorithm>
#include <cctype>

#include "tools/writers/error.h"
#include "tools/writers/jpeg_writer.h"
#include "tools/writers/npy_writer.h"
#include "tools/writers/png_writer.h"
#include "tools/writers/pnm_writer.h"

namespace jxlpool::tools {
namespace {

bool IsPng(FileFormat format) { return format == FileFormat::kPng; }
bool IsFloat(FileFormat format) { return format == FileFormat::kPfm || format == FileFormat::kNpy; }

// Significant bits of integer samples in a file.
uint32_t BitsFor(FileFormat format, uint32_t coded_bits, bool coded_float, int requested) {
  const uint32_t coded = coded_float ? 16 : std::min<uint32_t>(coded_bits, 16);
  const uint32_t wanted = requested > 0 ? std::min<uint32_t>(static_cast<uint32_t>(requested), 16) : coded;
  // PNG scales samples to the range of its containers; the others say what their maximum is.
  if (format == FileFormat::kJpeg) return 8;
  if (IsPng(format)) return wanted <= 8 ? 8 : 16;
  return wanted;
}

void SetSampleType(FileFormat format, uint32_t coded_bits, bool coded_float, int requested, PixelLayout* layout) {
  if (IsFloat(format)) {
    layout->type = JXLPOOL_FLOAT32;
    layout->endianness = JXLPOOL_ENDIAN_LITTLE;
    return;
  }
  layout->bits = BitsFor(format, coded_bits, coded_float, requested);
  layout->type = layout->bits <= 8 ? JXLPOOL_UINT8 : JXLPOOL_UINT16;
  layout->endianness = JXLPOOL_ENDIAN_BIG;
}

void SetChannels(FileFormat format, const ImageDescription& image, bool extra_channels, PixelLayout* layout) {
  const uint32_t num_color = image.info.num_color_channels;
  const bool alpha = image.info.alpha_channel >= 0;
  layout->channels = JXLPOOL_CHANNELS_COLOR;
  layout->num_channels = num_color;
  switch (format) {
    case FileFormat::kPgm:
      if (num_color != 1) throw Error("a PGM file holds grey images only; use PPM");
      break;
    case FileFormat::kPpm:
      layout->channels = JXLPOOL_CHANNELS_RGB;
      layout->num_channels = 3;
      break;
    case FileFormat::kPnm:
    case FileFormat::kPfm:
    case FileFormat::kJpeg:
      break;
    case FileFormat::kNpy:
      layout->channels = JXLPOOL_CHANNELS_ALL;
      layout->num_channels = num_color + image.info.num_extra_channels;
      break;
    case FileFormat::kPam:
      if (extra_channels && image.info.num_extra_channels != 0) {
        layout->channels = JXLPOOL_CHANNELS_ALL;
        layout->num_channels = num_color + image.info.num_extra_channels;
        layout->has_alpha = image.info.alpha_channel == 0;
        break;
      }
      [[fallthrough]];
    case FileFormat::kPng:
      if (alpha) {
        layout->channels = JXLPOOL_CHANNELS_COLOR_ALPHA;
        layout->num_channels = num_color + 1;
        layout->has_alpha = true;
      }
      break;
  }
}

}  // namespace

std::optional<FileFormat> FormatFromName(const std::string& name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "png" || lower == "apng") return FileFormat::kPng;
  if (lower == "ppm") return FileFormat::kPpm;
  if (lower == "pgm") return FileFormat::kPgm;
  if (lower == "pnm") return FileFormat::kPnm;
  if (lower == "pam") return FileFormat::kPam;
  if (lower == "pfm") return FileFormat::kPfm;
  if (lower == "npy") return FileFormat::kNpy;
  if (lower == "jpg" || lower == "jpeg") return FileFormat::kJpeg;
  return std::nullopt;
}

const char* ExtraChannelName(JxlpoolExtraChannelType type) {
  switch (type) {
    case JXLPOOL_EXTRA_ALPHA:
      return "Alpha";
    case JXLPOOL_EXTRA_DEPTH:
      return "Depth";
    case JXLPOOL_EXTRA_SPOT_COLOR:
      return "SpotColor";
    case JXLPOOL_EXTRA_SELECTION_MASK:
      return "SelectionMask";
    case JXLPOOL_EXTRA_BLACK:
      return "Black";
    case JXLPOOL_EXTRA_CFA:
      return "CFA";
    case JXLPOOL_EXTRA_THERMAL:
      return "Thermal";
    case JXLPOOL_EXTRA_OPTIONAL:
      break;
  }
  return "Optional";
}

bool IsSrgb(const ImageDescription& image) {
  if (!image.encoding || image.encoding->from_icc) return false;
  const JxlpoolColorEncoding& encoding = *image.encoding;
  const bool srgb_primaries =
      encoding.color_space == JXLPOOL_COLOR_SPACE_GRAY ||
      (encoding.color_space == JXLPOOL_COLOR_SPACE_RGB && encoding.primaries == JXLPOOL_PRIMARIES_SRGB);
  return srgb_primaries && encoding.white_point == JXLPOOL_WHITE_POINT_D65 &&
         encoding.transfer == JXLPOOL_TRANSFER_SRGB;
}

bool HoldsAnimation(FileFormat format) { return format == FileFormat::kPng || format == FileFormat::kNpy; }

bool WantsStraightAlpha(FileFormat format) { return format == FileFormat::kPng || format == FileFormat::kPam; }

OutputFile::Access AccessFor(FileFormat format, bool animation) {
  const bool patches_header = animation && HoldsAnimation(format);
  return patches_header || format == FileFormat::kPfm ? OutputFile::Access::kRandom : OutputFile::Access::kStream;
}

PixelLayout LayoutFor(FileFormat format, const ImageDescription& image, const LayoutRequest& request) {
  PixelLayout layout;
  SetChannels(format, image, request.extra_channels, &layout);
  SetSampleType(format, image.info.bits_per_sample, image.info.exponent_bits != 0, request.bits_per_sample, &layout);
  return layout;
}

PixelLayout LayoutForExtraChannel(FileFormat format, const ImageDescription& image, uint32_t channel,
                                  const LayoutRequest& request) {
  const JxlpoolExtraChannelInfo& info = image.extra_channels.at(channel);
  PixelLayout layout;
  layout.channels = JXLPOOL_CHANNELS_EXTRA;
  layout.extra_channel = channel;
  layout.num_channels = 1;
  SetSampleType(format, info.bits_per_sample, info.exponent_bits != 0, request.bits_per_sample, &layout);
  return layout;
}

std::unique_ptr<ImageWriter> MakeWriter(FileFormat format, const ImageDescription& image, const PixelLayout& layout,
                                        OutputFile* file, const WriterOptions& options) {
  switch (format) {
    case FileFormat::kPng:
      return MakePngWriter(image, layout, options, file);
    case FileFormat::kNpy:
      return MakeNpyWriter(image, layout, file);
    case FileFormat::kJpeg:
      return MakeJpegWriter(image, layout, options.jpeg_quality < 0 ? kDefaultJpegQuality : options.jpeg_quality, file);
    case FileFormat::kPfm:
      return MakePfmWriter(layout, file);
    case FileFormat::kPam:
      return MakePamWriter(image, layout, file);
    case FileFormat::kPpm:
    case FileFormat::kPgm:
    case FileFormat::kPnm:
      return MakePnmWriter(layout, file);
  }
  return nullptr;
}

}  // namespace jxlpool::tools
