#include "tools/writers/jpeg_writer.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <exception>
#include <utility>

// Needs size_t and FILE.
#include <jpeglib.h>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

constexpr char kExifTag[] = "Exif\0";                       // with the NUL at its end: 6 bytes
constexpr char kXmpTag[] = "http://ns.adobe.com/xap/1.0/";  // 29 bytes likewise
constexpr char kIccTag[] = "ICC_PROFILE";                   // 12 bytes likewise
// A segment's length of 16 bits counts itself.
constexpr size_t kMaxSegment = 65533;
constexpr size_t kMaxIccPiece = kMaxSegment - sizeof(kIccTag) - 2;
constexpr size_t kMaxIccPieces = 255;

bool ExifFits(const ImageDescription& image) { return image.exif.size() <= kMaxSegment - sizeof(kExifTag); }
bool XmpFits(const ImageDescription& image) { return image.xmp.size() <= kMaxSegment - sizeof(kXmpTag); }
bool IccFits(const ImageDescription& image) { return image.icc.size() <= kMaxIccPiece * kMaxIccPieces; }

// libjpeg ends a call that fails with a jump instead of a return, over C code that knows no exceptions: what goes wrong
// is kept here, and Guarded throws it.
struct JpegState {
  jpeg_compress_struct compress;
  jpeg_error_mgr errors;
  jpeg_destination_mgr destination;
  JOCTET buffer[size_t{1} << 14];
  OutputFile* file = nullptr;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = "";
  std::exception_ptr exception;  // of the file
};

JpegState* StateOf(j_common_ptr info) { return static_cast<JpegState*>(info->client_data); }
JpegState* StateOf(j_compress_ptr info) { return static_cast<JpegState*>(info->client_data); }

[[noreturn]] void OnError(j_common_ptr info) {
  JpegState* state = StateOf(info);
  info->err->format_message(info, state->message);
  std::longjmp(state->jump, 1);
}

void OnMessage(j_common_ptr) {}

bool WriteToFile(JpegState* state, size_t size) {
  try {
    state->file->Write(state->buffer, size);
    return true;
  } catch (...) {
    state->exception = std::current_exception();
    return false;
  }
}

void ResetBuffer(JpegState* state) {
  state->destination.next_output_byte = state->buffer;
  state->destination.free_in_buffer = sizeof(state->buffer);
}

void OnBegin(j_compress_ptr info) { ResetBuffer(StateOf(info)); }

boolean OnBufferFull(j_compress_ptr info) {
  JpegState* state = StateOf(info);
  if (!WriteToFile(state, sizeof(state->buffer))) std::longjmp(state->jump, 1);
  ResetBuffer(state);
  return TRUE;
}

void OnEnd(j_compress_ptr info) {
  JpegState* state = StateOf(info);
  if (!WriteToFile(state, sizeof(state->buffer) - state->destination.free_in_buffer)) std::longjmp(state->jump, 1);
}

// False if `call` ended in OnError or in a failure of the file. REQUIRES: `call` and what it calls have nothing to
// destroy.
template <typename F>
bool Survives(JpegState* state, const F& call) {
  if (setjmp(state->jump) != 0) return false;
  call();
  return true;
}

class JpegWriter : public ImageWriter {
 public:
  JpegWriter(const ImageDescription& image, const PixelLayout& layout, int quality, OutputFile* file)
      : image_(image), num_channels_(static_cast<int>(layout.num_channels)), quality_(quality) {
    state_.file = file;
    state_.compress.err = jpeg_std_error(&state_.errors);
    state_.errors.error_exit = OnError;
    state_.errors.output_message = OnMessage;
    state_.compress.client_data = &state_;
    Guarded([this] { jpeg_create_compress(&state_.compress); });
    state_.destination.init_destination = OnBegin;
    state_.destination.empty_output_buffer = OnBufferFull;
    state_.destination.term_destination = OnEnd;
    state_.compress.dest = &state_.destination;
  }
  ~JpegWriter() override { jpeg_destroy_compress(&state_.compress); }

  void BeginFrame(const FrameDescription& frame) override {
    if (frame.width > JPEG_MAX_DIMENSION || frame.height > JPEG_MAX_DIMENSION) {
      throw Error(state_.file->path() + ": a JPEG file holds at most " + std::to_string(JPEG_MAX_DIMENSION) +
                  " pixels a side");
    }
    Guarded([&] {
      jpeg_compress_struct* compress = &state_.compress;
      compress->image_width = frame.width;
      compress->image_height = frame.height;
      compress->input_components = num_channels_;
      compress->in_color_space = num_channels_ == 1 ? JCS_GRAYSCALE : JCS_RGB;
      jpeg_set_defaults(compress);
      for (int i = 0; i < compress->num_components; ++i) {
        compress->comp_info[i].h_samp_factor = 1;
        compress->comp_info[i].v_samp_factor = 1;
      }
      jpeg_set_quality(compress, quality_, TRUE);
      jpeg_start_compress(compress, TRUE);
    });
    WriteMetadata();
  }

  void WriteRows(uint32_t, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    Guarded([&] {
      for (uint32_t i = 0; i < num_rows; ++i) {
        // libjpeg does not write there.
        JSAMPROW row = const_cast<JSAMPROW>(rows + i * stride);
        jpeg_write_scanlines(&state_.compress, &row, 1);
      }
    });
  }

  void EndFrame() override {
    Guarded([this] { jpeg_finish_compress(&state_.compress); });
  }
  void Finish() override {}

 private:
  template <typename F>
  void Guarded(const F& call) {
    if (Survives(&state_, call)) return;
    if (state_.exception != nullptr) std::rethrow_exception(std::exchange(state_.exception, nullptr));
    throw Error(state_.file->path() + ": cannot write JPEG: " + state_.message);
  }

  void WriteSegment(int marker, const std::vector<uint8_t>& bytes) {
    Guarded(
        [&] { jpeg_write_marker(&state_.compress, marker, bytes.data(), static_cast<unsigned int>(bytes.size())); });
  }

  void WriteTagged(int marker, const char* tag, size_t tag_size, const std::vector<uint8_t>& bytes) {
    std::vector<uint8_t> segment(tag, tag + tag_size);
    segment.insert(segment.end(), bytes.begin(), bytes.end());
    WriteSegment(marker, segment);
  }

  void WriteIcc() {
    const size_t count = (image_.icc.size() + kMaxIccPiece - 1) / kMaxIccPiece;
    for (size_t i = 0; i < count; ++i) {
      const size_t begin = i * kMaxIccPiece;
      const size_t end = std::min(begin + kMaxIccPiece, image_.icc.size());
      std::vector<uint8_t> piece = {static_cast<uint8_t>(i + 1), static_cast<uint8_t>(count)};
      piece.insert(piece.end(), image_.icc.begin() + static_cast<ptrdiff_t>(begin),
                   image_.icc.begin() + static_cast<ptrdiff_t>(end));
      WriteTagged(JPEG_APP0 + 2, kIccTag, sizeof(kIccTag), piece);
    }
  }

  void WriteMetadata() {
    if (!image_.exif.empty() && ExifFits(image_)) WriteTagged(JPEG_APP0 + 1, kExifTag, sizeof(kExifTag), image_.exif);
    if (!image_.xmp.empty() && XmpFits(image_)) WriteTagged(JPEG_APP0 + 1, kXmpTag, sizeof(kXmpTag), image_.xmp);
    if (!IsSrgb(image_) && IccFits(image_)) WriteIcc();
  }

  const ImageDescription& image_;
  const int num_channels_;
  const int quality_;
  JpegState state_;
};

}  // namespace

std::vector<std::string> LostInJpeg(const ImageDescription& image) {
  std::vector<std::string> lost;
  if (image.info.alpha_channel >= 0) lost.emplace_back("transparency");
  if (!ExifFits(image)) lost.emplace_back("Exif data of more than 64 KiB");
  if (!XmpFits(image)) lost.emplace_back("XMP data of more than 64 KiB");
  if (!IccFits(image)) lost.emplace_back("an ICC profile of more than 16 MiB");
  return lost;
}

std::unique_ptr<ImageWriter> MakeJpegWriter(const ImageDescription& image, const PixelLayout& layout, int quality,
                                            OutputFile* file) {
  return std::make_unique<JpegWriter>(image, layout, quality, file);
}

}  // namespace jxlpool::tools
