#include "tools/writers/npy_writer.h"

#include <string>

namespace jxlpool::tools {
namespace {

// Magic, version and header length, then the header padded so that samples start at a multiple of 64 and its length
// does not depend on the number of frames.
constexpr size_t kPrefixBytes = 10;
constexpr size_t kDataOffset = 128;

class NpyWriter : public ImageWriter {
 public:
  NpyWriter(bool animation, const PixelLayout& layout, OutputFile* file)
      : animation_(animation), layout_(layout), file_(file) {}

  void BeginFrame(const FrameDescription& frame) override {
    ++num_frames_;
    if (num_frames_ != 1) return;
    frame_ = frame;
    const std::string header = Header();
    file_->Write(header.data(), header.size());
  }

  void WriteRows(uint32_t /*y*/, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    for (uint32_t i = 0; i < num_rows; ++i) file_->Write(rows + i * stride, frame_.width * layout_.pixel_bytes());
  }

  void EndFrame() override {}

  void Finish() override {
    if (!animation_) return;
    const std::string header = Header();
    file_->WriteAt(0, header.data(), header.size());
  }

 private:
  std::string Header() const {
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(num_frames_) + ", " +
                       std::to_string(frame_.height) + ", " + std::to_string(frame_.width) + ", " +
                       std::to_string(layout_.num_channels) + "), }";
    text.resize(kDataOffset - kPrefixBytes - 1, ' ');
    text += '\n';
    const std::string prefix = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(text.size()), 0};
    return prefix + text;
  }

  bool animation_;
  PixelLayout layout_;
  OutputFile* file_;
  FrameDescription frame_;
  uint32_t num_frames_ = 0;
};

}  // namespace

std::unique_ptr<ImageWriter> MakeNpyWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file) {
  return std::make_unique<NpyWriter>(image.animation, layout, file);
}

}  // namespace jxlpool::tools
