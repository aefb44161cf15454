#include "tools/writers/pnm_writer.h"

#include <string>

namespace jxlpool::tools {
namespace {

// A text header and rows from top to bottom.
class NetpbmWriter : public ImageWriter {
 public:
  NetpbmWriter(const PixelLayout& layout, OutputFile* file) : layout_(layout), file_(file) {}

  void BeginFrame(const FrameDescription& frame) override {
    width_ = frame.width;
    const std::string header = Header(frame);
    file_->Write(header.data(), header.size());
  }
  void WriteRows(uint32_t /*y*/, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    for (uint32_t i = 0; i < num_rows; ++i) file_->Write(rows + i * stride, width_ * layout_.pixel_bytes());
  }
  void EndFrame() override {}
  void Finish() override {}

 protected:
  uint32_t MaxValue() const { return (uint32_t{1} << layout_.bits) - 1; }
  const PixelLayout& layout() const { return layout_; }

 private:
  virtual std::string Header(const FrameDescription& frame) const = 0;

  PixelLayout layout_;
  OutputFile* file_;
  uint32_t width_ = 0;
};

class PnmWriter : public NetpbmWriter {
 public:
  using NetpbmWriter::NetpbmWriter;

 private:
  std::string Header(const FrameDescription& frame) const override {
    return std::string(layout().num_channels == 1 ? "P5\n" : "P6\n") + std::to_string(frame.width) + " " +
           std::to_string(frame.height) + "\n" + std::to_string(MaxValue()) + "\n";
  }
};

class PamWriter : public NetpbmWriter {
 public:
  PamWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file)
      : NetpbmWriter(layout, file), image_(image) {}

 private:
  std::string Header(const FrameDescription& frame) const override {
    std::string header = "P7\nWIDTH " + std::to_string(frame.width) + "\nHEIGHT " + std::to_string(frame.height) +
                         "\nDEPTH " + std::to_string(layout().num_channels) + "\nMAXVAL " + std::to_string(MaxValue()) +
                         "\n";
    const bool single = layout().channels == JXLPOOL_CHANNELS_EXTRA;
    const bool color = !single && image_.info.num_color_channels == 3;
    header += std::string("TUPLTYPE ") + (color ? "RGB" : "GRAYSCALE") + (layout().has_alpha ? "_ALPHA" : "") + "\n";
    if (layout().channels == JXLPOOL_CHANNELS_ALL) {
      for (size_t i = layout().has_alpha ? 1 : 0; i < image_.extra_channels.size(); ++i) {
        header += std::string("TUPLTYPE ") + ExtraChannelName(image_.extra_channels[i].type) + "\n";
      }
    }
    return header + "ENDHDR\n";
  }

  const ImageDescription& image_;
};

class PfmWriter : public ImageWriter {
 public:
  PfmWriter(const PixelLayout& layout, OutputFile* file) : layout_(layout), file_(file) {}

  void BeginFrame(const FrameDescription& frame) override {
    frame_ = frame;
    // A negative scale stands for little-endian samples.
    const std::string header = std::string(layout_.num_channels == 1 ? "Pf\n" : "PF\n") + std::to_string(frame.width) +
                               " " + std::to_string(frame.height) + "\n-1.0\n";
    file_->Write(header.data(), header.size());
  }
  void WriteRows(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    const uint64_t row_bytes = uint64_t{frame_.width} * layout_.pixel_bytes();
    for (uint32_t i = 0; i < num_rows; ++i) {
      const uint64_t row_from_bottom = frame_.height - 1 - (y + i);
      file_->WriteAt(file_->position() + row_from_bottom * row_bytes, rows + i * stride, row_bytes);
    }
  }
  void EndFrame() override {}
  void Finish() override {}

 private:
  PixelLayout layout_;
  OutputFile* file_;
  FrameDescription frame_;
};

}  // namespace

std::unique_ptr<ImageWriter> MakePnmWriter(const PixelLayout& layout, OutputFile* file) {
  return std::make_unique<PnmWriter>(layout, file);
}
std::unique_ptr<ImageWriter> MakePamWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file) {
  return std::make_unique<PamWriter>(image, layout, file);
}
std::unique_ptr<ImageWriter> MakePfmWriter(const PixelLayout& layout, OutputFile* file) {
  return std::make_unique<PfmWriter>(layout, file);
}

}  // namespace jxlpool::tools
