#include "tools/writers/png_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "tools/writers/png_chunks.h"
#include "tools/writers/png_stream.h"

namespace jxlpool::tools {
namespace {

using Bytes = std::vector<uint8_t>;

class FileSink : public ByteSink {
 public:
  explicit FileSink(OutputFile* file) : file_(file) {}
  void Write(const uint8_t* data, size_t size) override { file_->Write(data, size); }

 private:
  OutputFile* file_;
};

// Takes the PNG datastream of a later frame and passes its image data on as fdAT chunks of the main one: libpng writes
// one image per file, so every frame is a file to it.
class FrameDataSink : public ByteSink {
 public:
  FrameDataSink(PngStream* main, uint32_t* sequence_number) : main_(main), sequence_number_(sequence_number) {}

  void Write(const uint8_t* data, size_t size) override {
    while (size != 0) {
      const size_t taken = std::min(size, wanted_ - piece_.size());
      piece_.insert(piece_.end(), data, data + taken);
      data += taken;
      size -= taken;
      if (piece_.size() == wanted_) EndPiece();
    }
  }

 private:
  enum class Part { kSignature, kHeader, kBody };

  // A piece is the signature, the 8 bytes before a chunk's payload, or payload and checksum.
  void EndPiece() {
    size_t wanted = 8;
    if (part_ == Part::kHeader) {
      const uint32_t length =
          uint32_t{piece_[0]} << 24 | uint32_t{piece_[1]} << 16 | uint32_t{piece_[2]} << 8 | uint32_t{piece_[3]};
      is_image_data_ = std::memcmp(piece_.data() + 4, "IDAT", 4) == 0;
      wanted = size_t{length} + 4;
      part_ = Part::kBody;
    } else {
      if (part_ == Part::kBody && is_image_data_) PassOn();
      part_ = Part::kHeader;
    }
    piece_.clear();
    wanted_ = wanted;
  }

  void PassOn() {
    Bytes payload;
    payload.reserve(piece_.size());
    AppendBigEndian32((*sequence_number_)++, &payload);
    payload.insert(payload.end(), piece_.begin(), piece_.end() - 4);
    main_->WriteChunk("fdAT", payload);
  }

  PngStream* main_;
  uint32_t* sequence_number_;
  Part part_ = Part::kSignature;
  size_t wanted_ = 8;
  bool is_image_data_ = false;
  Bytes piece_;
};

class PngWriter : public ImageWriter {
 public:
  PngWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file)
      : image_(image), layout_(layout), file_(file), file_sink_(file), main_(&file_sink_) {}

  void BeginFrame(const FrameDescription& frame) override {
    const PngFormat format{frame.width, frame.height, layout_.num_channels, layout_.bits};
    if (num_frames_++ == 0) {
      main_.WriteHeader(format);
      if (layout_.channels != JXLPOOL_CHANNELS_EXTRA) {
        WriteColorChunks(image_, &main_);
        WriteMetadataChunks(image_, &main_);
      }
      if (image_.animation) WriteAnimationControl();
    } else {
      frame_sink_ = std::make_unique<FrameDataSink>(&main_, &sequence_number_);
      frame_ = std::make_unique<PngStream>(frame_sink_.get());
      frame_->WriteHeader(format);
    }
    if (image_.animation) WriteFrameControl(frame);
  }

  void WriteRows(uint32_t /*y*/, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    PngStream& stream = frame_ == nullptr ? main_ : *frame_;
    for (uint32_t i = 0; i < num_rows; ++i) stream.WriteRow(rows + i * stride);
  }

  void EndFrame() override {
    frame_.reset();
    frame_sink_.reset();
  }

  void Finish() override {
    main_.WriteEnd();
    if (image_.animation) RewriteAnimationControl();
  }

 private:
  Bytes AnimationControl() const {
    Bytes payload;
    AppendBigEndian32(num_frames_, &payload);
    AppendBigEndian32(std::min<uint32_t>(image_.info.num_loops, 0x7FFFFFFF), &payload);
    return payload;
  }

  void WriteAnimationControl() {
    animation_control_position_ = file_->position() + 8;
    main_.WriteChunk("acTL", AnimationControl());
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
    main_.WriteChunk("fcTL", payload);
  }

  const ImageDescription& image_;
  PixelLayout layout_;
  OutputFile* file_;
  FileSink file_sink_;
  PngStream main_;
  std::unique_ptr<FrameDataSink> frame_sink_;  // of a frame after the first
  std::unique_ptr<PngStream> frame_;
  uint64_t animation_control_position_ = 0;
  uint32_t num_frames_ = 0;
  uint32_t sequence_number_ = 0;
};

}  // namespace

std::unique_ptr<ImageWriter> MakePngWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file) {
  return std::make_unique<PngWriter>(image, layout, file);
}

}  // namespace jxlpool::tools
