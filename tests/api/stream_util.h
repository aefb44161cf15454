// Feeding a decoder, and what a whole file gives.
#ifndef TESTS_API_STREAM_UTIL_H_
#define TESTS_API_STREAM_UTIL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool::testing {

// A decoder with the default options and one thread.
inline JxlpoolDecoderOptions OneThread() {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  return options;
}

inline JxlpoolDecoderOptions KeepingInput() {
  JxlpoolDecoderOptions options = OneThread();
  options.keep_input = 1;
  return options;
}

// A decoder with an open stream.
inline Decoder OpenedStream(const JxlpoolDecoderOptions& options) {
  Decoder decoder(&options);
  EXPECT_EQ(decoder.OpenStream(), JXLPOOL_OK);
  return decoder;
}

inline const std::string kJpegFolder = std::string(JXLPOOL_TESTDATA) + "/jpeg";

inline bool Contains(const char* text, const char* part) { return std::string(text).find(part) != std::string::npos; }

// Feeds a file to an open stream, piece by piece, whenever a call has to wait. Does not own the decoder.
class Feeder {
 public:
  Feeder(Decoder* decoder, Bytes bytes, size_t piece) : decoder_(*decoder), bytes_(std::move(bytes)), piece_(piece) {}

  // Repeats a call until it does not wait any more; its status, or that of the feeding.
  template <typename Call>
  JxlpoolStatus Step(const Call& call) {
    for (;;) {
      const JxlpoolStatus status = call();
      if (status != JXLPOOL_NEED_MORE_INPUT || has_ended_) return status;
      if (const JxlpoolStatus fed = Feed(piece_); fed != JXLPOOL_OK) return fed;
    }
  }
  // The next `size` bytes, or the end if there are no more.
  JxlpoolStatus Feed(size_t size) {
    ++calls_;
    if (position_ == bytes_.size()) {
      has_ended_ = true;
      return decoder_.EndInput();
    }
    // Memory of its own, so that the address sanitizer sees what is read later.
    const auto begin = bytes_.begin() + static_cast<ptrdiff_t>(position_);
    size = std::min(size, bytes_.size() - position_);
    const Bytes piece(begin, begin + static_cast<ptrdiff_t>(size));
    position_ += size;
    return decoder_.Feed(piece.data(), piece.size());
  }
  JxlpoolStatus FeedAll() {
    const JxlpoolStatus status = position_ < bytes_.size() ? Feed(bytes_.size()) : JXLPOOL_OK;
    return status != JXLPOOL_OK || has_ended_ ? status : Feed(0);
  }

  size_t position() const { return position_; }
  size_t calls() const { return calls_; }
  bool has_ended() const { return has_ended_; }
  void set_piece(size_t piece) { piece_ = piece; }

 private:
  Decoder& decoder_;
  const Bytes bytes_;
  size_t piece_;
  size_t position_ = 0;
  size_t calls_ = 0;
  bool has_ended_ = false;
};

// Color and alpha of one frame, 8 bits each, in `*pixels`. Repeat it with the same `pixels`.
inline JxlpoolStatus DecodeInto(Decoder* decoder, const JxlpoolFrameInfo& frame, Bytes* pixels) {
  auto output = Make<JxlpoolOutput>();
  output.channels = JXLPOOL_CHANNELS_RGBA;
  pixels->resize(size_t{4} * frame.width * frame.height);
  output.pixels = pixels->data();
  output.pixels_size = pixels->size();
  return decoder->DecodeFrame(output);
}

// What the frames of a file are.
struct Frames {
  JxlpoolStatus status = JXLPOOL_OK;  // of the last call: JXLPOOL_END if all are there
  std::vector<Bytes> pixels;

  friend bool operator==(const Frames&, const Frames&) = default;
};

// Of the open image; `step` calls what it is given, once or until it does not wait any more.
template <typename Step>
Frames ReadFrames(Decoder* decoder, const Step& step) {
  Frames frames;
  auto frame = Make<JxlpoolFrameInfo>();
  while ((frames.status = step([&] { return decoder->NextFrame(&frame); })) == JXLPOOL_OK) {
    frames.pixels.emplace_back();
    frames.status = step([&] { return DecodeInto(decoder, frame, &frames.pixels.back()); });
    if (frames.status != JXLPOOL_OK) break;
  }
  return frames;
}
inline Frames ReadFrames(Decoder* decoder) {
  return ReadFrames(decoder, [](const auto& call) { return call(); });
}
inline Frames ReadFrames(Decoder* decoder, Feeder* feeder) {
  return ReadFrames(decoder, [feeder](const auto& call) { return feeder->Step(call); });
}

inline Frames FramesOf(const Bytes& bytes, bool allow_partial = false) {
  JxlpoolDecoderOptions options = OneThread();
  options.allow_partial = allow_partial ? 1 : 0;
  Decoder decoder(&options);
  Frames frames;
  frames.status = decoder.OpenMemory(bytes.data(), bytes.size());
  return frames.status == JXLPOOL_OK ? ReadFrames(&decoder) : frames;
}

}  // namespace jxlpool::testing

#endif  // TESTS_API_STREAM_UTIL_H_
