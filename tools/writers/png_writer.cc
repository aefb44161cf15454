#include "tools/writers/png_writer.h"

#include <zlib.h>

#include <algorithm>

#include "tools/writers/png_chunks.h"
#include "tools/writers/png_deflater.h"
#include "tools/writers/png_stream.h"

namespace jxlpool::tools {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kMaxChunkBytes = size_t{1} << 24;

class PngWriter : public ImageWriter {
 public:
  PngWriter(const ImageDescription& image, const PixelLayout& layout, const WriterOptions& options, OutputFile* file)
      : image_(image),
        layout_(layout),
        file_(file),
        stream_(file),
        deflater_(options.png_compression < 0 ? kDefaultPngCompression : options.png_compression, options.num_threads) {
  }

  void BeginFrame(const FrameDescription& frame) override {
    if (num_frames_++ == 0) {
      stream_.WriteHeader({frame.width, frame.height, layout_.num_channels, layout_.bits});
      if (layout_.channels != JXLPOOL_CHANNELS_EXTRA) {
        WriteColorChunks(image_, &stream_);
        WriteMetadataChunks(image_, &stream_);
      }
      if (image_.animation) WriteAnimationControl();
    }
    if (image_.animation) WriteFrameControl(frame);
    deflater_.BeginImage(frame.width * layout_.pixel_bytes(), layout_.pixel_bytes(), frame.height,
                         [this](const Bytes& data) { WriteImageData(data); });
  }

  void WriteRows(uint32_t /*y*/, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    for (uint32_t i = 0; i < num_rows; ++i) deflater_.AddRow(rows + i * stride);
  }

  void EndFrame() override { deflater_.EndImage(); }

  void Finish() override {
    stream_.WriteChunk("IEND", {});
    if (image_.animation) RewriteAnimationControl();
  }

 private:
  // The first frame is the image of readers that know nothing about animation; others have chunks of their own.
  void WriteImageData(const Bytes& data) {
    for (size_t begin = 0; begin < data.size(); begin += kMaxChunkBytes) {
      const uint8_t* piece = data.data() + begin;
      const size_t size = std::min(data.size() - begin, kMaxChunkBytes);
      if (num_frames_ == 1) {
        stream_.WriteChunk("IDAT", piece, size);
      } else {
        Bytes payload;
        payload.reserve(4 + size);
        AppendBigEndian32(sequence_number_++, &payload);
        payload.insert(payload.end(), piece, piece + size);
        stream_.WriteChunk("fdAT", payload);
      }
    }
  }

  Bytes AnimationControl() const {
    Bytes payload;
    AppendBigEndian32(num_frames_, &payload);
    AppendBigEndian32(std::min<uint32_t>(image_.info.num_loops, 0x7FFFFFFF), &payload);
    return payload;
  }

  void WriteAnimationControl() {
    animation_control_position_ = file_->position() + 8;
    stream_.WriteChunk("acTL", AnimationControl());
  }

  // The number of frames is known now.
  void RewriteAnimationControl() {
    Bytes payload = AnimationControl();
    uLong crc = crc32(0, reinterpret_cast<const Bytef*>("acTL"), 4);
    crc = crc32(crc, payload.data(), static_cast<uInt>(payload.size()));
    AppendBigEndian32(static_cast<uint32_t>(crc), &payload);
    file_->WriteAt(animation_control_position_, payload.data(), payload.size());
  }

  void WriteFrameControl(const FrameDescription& frame) {
    const uint64_t per_second = std::max<uint64_t>(1, image_.info.ticks_per_second_numerator);
    const uint64_t ticks = uint64_t{frame.duration} * image_.info.ticks_per_second_denominator;
    const FrameDelay delay = FitDelay(ticks, per_second);
    Bytes payload;
    AppendBigEndian32(sequence_number_++, &payload);
    AppendBigEndian32(frame.width, &payload);
    AppendBigEndian32(frame.height, &payload);
    AppendBigEndian32(0, &payload);  // at the canvas's origin
    AppendBigEndian32(0, &payload);
    AppendBigEndian32(uint32_t{delay.numerator} << 16 | delay.denominator, &payload);
    payload.insert(payload.end(), 2, 0);  // nothing is disposed of, the frame replaces the canvas
    stream_.WriteChunk("fcTL", payload);
  }

  const ImageDescription& image_;
  PixelLayout layout_;
  OutputFile* file_;
  PngStream stream_;
  PngDeflater deflater_;
  uint64_t animation_control_position_ = 0;
  uint32_t num_frames_ = 0;
  uint32_t sequence_number_ = 0;
};

}  // namespace

std::unique_ptr<ImageWriter> MakePngWriter(const ImageDescription& image, const PixelLayout& layout,
                                           const WriterOptions& options, OutputFile* file) {
  return std::make_unique<PngWriter>(image, layout, options, file);
}

}  // namespace jxlpool::tools
