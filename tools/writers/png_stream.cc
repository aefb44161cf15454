#include "tools/writers/png_stream.h"

#include <zlib.h>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

// Time matters more than the last per cent of size: the decoder outruns deflate by far. For a 5 megapixel photo this is
// 0.25 s and 7.5 MB, where level 6 with all filters takes 1.12 s and 6.9 MB.
constexpr int kCompressionLevel = 1;
constexpr int kFilter = PNG_FAST_FILTERS;

}  // namespace

void AppendBigEndian32(uint32_t value, std::vector<uint8_t>* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<uint8_t>(value >> shift));
}

// libpng reports errors by longjmp: `calls` must not own anything that needs a destructor.
template <typename F>
void PngStream::Guarded(F&& calls) {
  if (setjmp(png_jmpbuf(png_)) != 0) {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
    throw Error("cannot write PNG: " + message_);
  }
  calls();
}

PngStream::PngStream(ByteSink* sink) : sink_(sink) {
  png_ = png_create_write_struct(
      PNG_LIBPNG_VER_STRING, this,
      [](png_structp png, png_const_charp message) {
        static_cast<PngStream*>(png_get_error_ptr(png))->message_ = message;
        png_longjmp(png, 1);
      },
      [](png_structp, png_const_charp) {});
  info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
  if (info_ == nullptr) {
    png_destroy_write_struct(&png_, nullptr);
    throw Error("cannot write PNG: out of memory");
  }
  png_set_write_fn(
      png_, this,
      [](png_structp png, png_bytep data, size_t size) {
        auto* self = static_cast<PngStream*>(png_get_io_ptr(png));
        try {
          self->sink_->Write(data, size);
          return;
        } catch (...) {
          self->exception_ = std::current_exception();
        }
        png_error(png, "write failed");
      },
      [](png_structp) {});
}

PngStream::~PngStream() { png_destroy_write_struct(&png_, &info_); }

void PngStream::WriteHeader(const PngFormat& format) {
  static constexpr int kColorTypes[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                        PNG_COLOR_TYPE_RGB_ALPHA};
  Guarded([&] {
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, format.width, format.height, static_cast<int>(format.bits_per_sample),
                 kColorTypes[format.num_channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, kCompressionLevel);
    png_set_compression_strategy(png_, Z_DEFAULT_STRATEGY);
    png_set_compression_buffer_size(png_, size_t{1} << 16);
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, kFilter);
    png_write_info_before_PLTE(png_, info_);
  });
}

void PngStream::WriteChunk(const char type[5], const std::vector<uint8_t>& payload) {
  Guarded([&] { png_write_chunk(png_, reinterpret_cast<png_const_bytep>(type), payload.data(), payload.size()); });
}

void PngStream::WriteRow(const uint8_t* row) {
  Guarded([&] {
    if (!rows_begun_) png_write_info(png_, info_);
    rows_begun_ = true;
    png_write_row(png_, row);
  });
}

void PngStream::WriteEnd() {
  Guarded([&] { png_write_end(png_, nullptr); });
}

}  // namespace jxlpool::tools
