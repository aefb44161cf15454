// C++17 face of jxlpool.h: handles that free themselves, structs that initialise themselves. Header only, throws
// nothing, adds no behaviour; everything jxlpool.h says about errors, ownership and threads holds.
//
//   jxlpool::Decoder decoder;
//   if (decoder.OpenFile("photo.jxl") != JXLPOOL_OK) return Report(decoder.LastError());
//   auto frame = jxlpool::Make<JxlpoolFrameInfo>();
//   while (decoder.NextFrame(&frame) == JXLPOOL_OK) {
//     auto write = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) { ...; return true; };
//     JxlpoolOutput output = jxlpool::RowsTo(&write);
//     output.channels = JXLPOOL_CHANNELS_RGBA;
//     if (decoder.DecodeFrame(output) != JXLPOOL_OK) return Report(decoder.LastError());
//   }
#ifndef JXLPOOL_JXLPOOL_HPP_
#define JXLPOOL_JXLPOOL_HPP_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "jxlpool/jxlpool.h"

namespace jxlpool {

// An initialised struct of jxlpool.h: struct_size set, the rest zero.
template <typename T>
T Make() {
  T object;
  JXLPOOL_INIT(object);
  return object;
}

// Bytes that belong to a decoder; see jxlpool.h for how long they stay.
struct ByteView {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// An output whose rows go to `*callable`, bool(uint32_t y, uint32_t num_rows, const void* rows, size_t stride), which
// must outlive the decode, must not throw, and returns false to stop it.
template <typename F>
JxlpoolOutput RowsTo(F* callable) {
  JxlpoolOutput output = Make<JxlpoolOutput>();
  output.rows_opaque = callable;
  output.rows = [](void* opaque, uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
    return (*static_cast<F*>(opaque))(y, num_rows, rows, stride) ? 0 : 1;
  };
  return output;
}

// Owner of one hold on a pool.
class Pool {
 public:
  // get() is null if memory is short.
  explicit Pool(const JxlpoolPoolOptions* options = nullptr) { (void)jxlpool_pool_create(options, &pool_); }
  ~Pool() { jxlpool_pool_destroy(pool_); }
  Pool(Pool&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
  Pool& operator=(Pool&& other) noexcept {
    std::swap(pool_, other.pool_);
    return *this;
  }

  JxlpoolPool* get() const { return pool_; }
  explicit operator bool() const { return pool_ != nullptr; }

  void Trim() { jxlpool_pool_trim(pool_); }
  void Clear() { jxlpool_pool_clear(pool_); }
  JxlpoolPoolStatistics Statistics() const {
    auto statistics = Make<JxlpoolPoolStatistics>();
    (void)jxlpool_pool_get_statistics(pool_, &statistics);
    return statistics;
  }
  void ResetStatistics() { jxlpool_pool_reset_statistics(pool_); }

 private:
  JxlpoolPool* pool_ = nullptr;
};

// Owner of a decoder. If it could not be created, get() is null and every call returns creation_status().
// A callback must not destroy the decoder that called it: a busy decoder is not freed but leaks.
class Decoder {
 public:
  explicit Decoder(const JxlpoolDecoderOptions* options = nullptr)
      : creation_status_(jxlpool_decoder_create(options, &decoder_)) {}
  ~Decoder() { jxlpool_decoder_destroy(decoder_); }
  Decoder(Decoder&& other) noexcept
      : decoder_(std::exchange(other.decoder_, nullptr)),
        creation_status_(std::exchange(other.creation_status_, JXLPOOL_INVALID_ARGUMENT)) {}
  Decoder& operator=(Decoder&& other) noexcept {
    std::swap(creation_status_, other.creation_status_);
    std::swap(decoder_, other.decoder_);
    return *this;
  }

  JxlpoolDecoder* get() const { return decoder_; }
  explicit operator bool() const { return decoder_ != nullptr; }
  JxlpoolStatus creation_status() const { return creation_status_; }

  JxlpoolStatus OpenMemory(const void* data, size_t size) {
    return decoder_ ? jxlpool_decoder_open_memory(decoder_, data, size) : creation_status_;
  }
  JxlpoolStatus OpenFile(const char* path) {
    return decoder_ ? jxlpool_decoder_open_file(decoder_, path) : creation_status_;
  }
  JxlpoolStatus OpenFd(int fd) { return decoder_ ? jxlpool_decoder_open_fd(decoder_, fd) : creation_status_; }

  // Input that arrives in pieces.
  JxlpoolStatus OpenStream() { return decoder_ ? jxlpool_decoder_open_stream(decoder_) : creation_status_; }
  JxlpoolStatus Feed(const void* data, size_t size) {
    return decoder_ ? jxlpool_decoder_feed(decoder_, data, size) : creation_status_;
  }
  JxlpoolStatus EndInput() { return decoder_ ? jxlpool_decoder_end_input(decoder_) : creation_status_; }
  // Nothing if no stream is open.
  std::optional<JxlpoolInputState> InputState() {
    return Get<JxlpoolInputState>(
        [this](JxlpoolInputState* state) { return jxlpool_decoder_get_input_state(decoder_, state); });
  }
  // Input that the decoder reads by itself from `*callable`, int64_t(void* buffer, size_t size), which must outlive the
  // image, must not throw, and returns how many bytes it put there: 0 at the end, a negative number if it failed.
  template <typename F>
  JxlpoolStatus OpenSource(F* callable) {
    if (decoder_ == nullptr) return creation_status_;
    return jxlpool_decoder_open_source(
        decoder_,
        [](void* opaque, void* buffer, size_t size) -> int64_t { return (*static_cast<F*>(opaque))(buffer, size); },
        nullptr, callable);
  }

  void Close() {
    if (decoder_) jxlpool_decoder_close(decoder_);
  }
  JxlpoolStatus Rewind() { return decoder_ ? jxlpool_decoder_rewind(decoder_) : creation_status_; }
  void Cancel() {
    if (decoder_) jxlpool_decoder_cancel(decoder_);
  }

  JxlpoolError LastError() const {
    auto error = Make<JxlpoolError>();
    if (decoder_ == nullptr || jxlpool_decoder_get_error(decoder_, &error) != JXLPOOL_OK) {
      error.status = creation_status_;
      error.message = jxlpool_status_text(creation_status_);
      error.bit_position = JXLPOOL_NO_POSITION;
      error.category = "";
    }
    return error;
  }

  // Nothing if no image is open.
  std::optional<JxlpoolImageInfo> ImageInfo() {
    return Get<JxlpoolImageInfo>(
        [this](JxlpoolImageInfo* info) { return jxlpool_decoder_get_image_info(decoder_, info); });
  }
  std::optional<JxlpoolExtraChannelInfo> ExtraChannel(uint32_t index) {
    return Get<JxlpoolExtraChannelInfo>([this, index](JxlpoolExtraChannelInfo* info) {
      return jxlpool_decoder_get_extra_channel(decoder_, index, info);
    });
  }
  // Nothing if no image is open or a header is broken.
  std::optional<JxlpoolMemoryEstimate> EstimateMemory(uint32_t streamed_pixel_bytes) {
    return Get<JxlpoolMemoryEstimate>([this, streamed_pixel_bytes](JxlpoolMemoryEstimate* estimate) {
      return jxlpool_decoder_estimate_memory(decoder_, streamed_pixel_bytes, estimate);
    });
  }
  JxlpoolStatus Prewarm(uint32_t streamed_pixel_bytes) {
    return decoder_ ? jxlpool_decoder_prewarm(decoder_, streamed_pixel_bytes) : creation_status_;
  }
  // Nothing if the profile cannot be expressed so.
  std::optional<JxlpoolColorEncoding> ColorEncoding(JxlpoolProfile profile) {
    return Get<JxlpoolColorEncoding>([this, profile](JxlpoolColorEncoding* encoding) {
      return jxlpool_decoder_get_color_encoding(decoder_, profile, encoding);
    });
  }
  // Empty if there is none.
  ByteView Icc(JxlpoolProfile profile) {
    ByteView bytes;
    if (decoder_ == nullptr || jxlpool_decoder_get_icc(decoder_, profile, &bytes.data, &bytes.size) != JXLPOOL_OK) {
      return {};
    }
    return bytes;
  }
  // Nothing past the last box.
  std::optional<JxlpoolBox> Box(uint32_t index) {
    return Get<JxlpoolBox>([this, index](JxlpoolBox* box) { return jxlpool_decoder_get_box(decoder_, index, box); });
  }
  JxlpoolStatus BoxContents(uint32_t index, ByteView* bytes) {
    return decoder_ ? jxlpool_decoder_get_box_contents(decoder_, index, &bytes->data, &bytes->size) : creation_status_;
  }

  // `info` may be null.
  JxlpoolStatus NextFrame(JxlpoolFrameInfo* info) {
    return decoder_ ? jxlpool_decoder_next_frame(decoder_, info) : creation_status_;
  }
  JxlpoolStatus DecodeFrame(const JxlpoolOutput& output) { return DecodeFrame(&output, 1); }
  JxlpoolStatus DecodeFrame(const JxlpoolOutput* outputs, size_t num_outputs) {
    return decoder_ ? jxlpool_decoder_decode_frame(decoder_, outputs, num_outputs) : creation_status_;
  }
  // Delivers what has come of a frame so far.
  JxlpoolStatus Flush(const JxlpoolOutput& output) {
    return decoder_ ? jxlpool_decoder_flush(decoder_, &output, 1) : creation_status_;
  }
  // How far a frame has come; nothing if no image is open.
  std::optional<JxlpoolProgress> Progress() {
    return Get<JxlpoolProgress>(
        [this](JxlpoolProgress* progress) { return jxlpool_decoder_get_progress(decoder_, progress); });
  }
  // JXLPOOL_END: the frame is over.
  JxlpoolStatus NextRows(const JxlpoolOutput& output, JxlpoolRows* rows) {
    return decoder_ ? jxlpool_decoder_next_rows(decoder_, &output, rows) : creation_status_;
  }
  JxlpoolStatus DecodePreview(const JxlpoolOutput& output) {
    return decoder_ ? jxlpool_decoder_decode_preview(decoder_, &output, 1) : creation_status_;
  }
  // Frame `index` is the next that NextFrame delivers.
  JxlpoolStatus SeekFrame(uint32_t index, JxlpoolSeek how = JXLPOOL_SEEK_EXACT) {
    return decoder_ ? jxlpool_decoder_seek_frame(decoder_, index, how) : creation_status_;
  }

  // The structure of the file. Nothing if no image is open.
  std::optional<JxlpoolFileInfo> FileInfo() {
    return Get<JxlpoolFileInfo>(
        [this](JxlpoolFileInfo* info) { return jxlpool_decoder_get_file_info(decoder_, info); });
  }
  // Nothing past the last box.
  std::optional<JxlpoolRawBox> RawBox(uint32_t index) {
    return Get<JxlpoolRawBox>(
        [this, index](JxlpoolRawBox* box) { return jxlpool_decoder_get_raw_box(decoder_, index, box); });
  }
  // JXLPOOL_END past the last frame.
  JxlpoolStatus FrameHeader(uint32_t index, JxlpoolFrameHeader* header) {
    return decoder_ ? jxlpool_decoder_get_frame_header(decoder_, index, header) : creation_status_;
  }
  std::optional<JxlpoolFrameExtraChannel> FrameExtraChannel(uint32_t index, uint32_t channel) {
    return Get<JxlpoolFrameExtraChannel>([this, index, channel](JxlpoolFrameExtraChannel* info) {
      return jxlpool_decoder_get_frame_extra_channel(decoder_, index, channel, info);
    });
  }
  // JXLPOOL_END if the file has none.
  JxlpoolStatus FrameIndex(JxlpoolFrameIndex* index) {
    return decoder_ ? jxlpool_decoder_get_frame_index(decoder_, index) : creation_status_;
  }
  // Nothing past the last entry.
  std::optional<JxlpoolFrameIndexEntry> FrameIndexEntry(uint64_t index) {
    return Get<JxlpoolFrameIndexEntry>([this, index](JxlpoolFrameIndexEntry* entry) {
      return jxlpool_decoder_get_frame_index_entry(decoder_, index, entry);
    });
  }
  // JXLPOOL_END if the file has none.
  JxlpoolStatus GainMap(JxlpoolGainMap* gain_map) {
    return decoder_ ? jxlpool_decoder_get_gain_map(decoder_, gain_map) : creation_status_;
  }
  // Nothing if it has none.
  std::optional<JxlpoolColorEncoding> GainMapColorEncoding() {
    return Get<JxlpoolColorEncoding>([this](JxlpoolColorEncoding* encoding) {
      return jxlpool_decoder_get_gain_map_color_encoding(decoder_, encoding);
    });
  }

  // The original JPEG goes to `*callable`, bool(const uint8_t* data, size_t size), which must not throw, and returns
  // false to stop.
  template <typename F>
  JxlpoolStatus ReconstructJpeg(F* callable) {
    if (decoder_ == nullptr) return creation_status_;
    return jxlpool_decoder_reconstruct_jpeg(
        decoder_,
        [](void* opaque, const uint8_t* data, size_t size) { return (*static_cast<F*>(opaque))(data, size) ? 0 : 1; },
        callable);
  }
  // 0 if no image is open.
  size_t PixelSize(const JxlpoolOutput& output) const {
    return decoder_ ? jxlpool_decoder_pixel_size(decoder_, &output) : 0;
  }

  JxlpoolDecoderStatistics Statistics() const {
    auto statistics = Make<JxlpoolDecoderStatistics>();
    if (decoder_) (void)jxlpool_decoder_get_statistics(decoder_, &statistics);
    return statistics;
  }
  void ResetStatistics() {
    if (decoder_) jxlpool_decoder_reset_statistics(decoder_);
  }

 private:
  template <typename T, typename F>
  std::optional<T> Get(F&& function) {
    T object = Make<T>();
    if (decoder_ == nullptr || function(&object) != JXLPOOL_OK) return std::nullopt;
    return object;
  }

  JxlpoolDecoder* decoder_ = nullptr;
  JxlpoolStatus creation_status_;
};

}  // namespace jxlpool

#endif  // JXLPOOL_JXLPOOL_HPP_
