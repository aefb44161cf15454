// Input: the file of one decode on its way into the decoder, as a whole or in pieces that a number chooses.
#ifndef TESTS_FUZZ_INPUT_H_
#define TESTS_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "jxlpool/jxlpool.hpp"

namespace jxlpool::fuzz {

class Input {
 public:
  // `seed`: chooses the pieces; 0: the file is opened in memory. All that is referred to must outlive the object.
  Input(Decoder* decoder, const uint8_t* data, size_t size, uint64_t seed)
      : decoder_(*decoder), data_(data), size_(size), seed_(seed) {}

  Decoder& decoder() { return decoder_; }

  // Reads everything up to the first frame. May be called again.
  JxlpoolStatus Open() {
    if (seed_ == 0) return decoder_.OpenMemory(data_, size_);
    position_ = 0;
    may_feed_ = true;
    random_ = seed_;
    if (const JxlpoolStatus status = decoder_.OpenStream(); status != JXLPOOL_OK) return status;
    auto info = Make<JxlpoolImageInfo>();
    return Step([&] { return jxlpool_decoder_get_image_info(decoder_.get(), &info); });
  }

  // Calls call() until it does not wait any more; its status, or that of feeding.
  template <typename Call>
  JxlpoolStatus Step(const Call& call) {
    return Step(call, [] {});
  }
  // The same; calls wait() whenever it has to wait.
  template <typename Call, typename Wait>
  JxlpoolStatus Step(const Call& call, const Wait& wait) {
    for (;;) {
      const JxlpoolStatus status = call();
      if (status != JXLPOOL_NEED_MORE_INPUT || !may_feed_) return status;
      wait();
      if (const JxlpoolStatus fed = Feed(); fed != JXLPOOL_OK) return fed;
    }
  }

  // Feeds another piece, or the end.
  JxlpoolStatus Feed() {
    if (position_ == size_) {
      may_feed_ = false;
      return decoder_.EndInput();
    }
    const size_t scale = Next() % 4 == 0 ? 16 : size_ / 8 + 64;
    const size_t count = std::min<size_t>(Next() % scale, size_ - position_);
    // A copy that goes away, so that the address sanitizer sees what is read later.
    const std::vector<uint8_t> piece(data_ + position_, data_ + position_ + count);
    position_ += count;
    return decoder_.Feed(piece.data(), piece.size());
  }
  bool may_feed() const { return may_feed_; }

  uint32_t Next() {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(random_ >> 33);
  }

 private:
  Decoder& decoder_;
  const uint8_t* const data_;
  const size_t size_;
  const uint64_t seed_;
  uint64_t random_ = 0;
  size_t position_ = 0;
  bool may_feed_ = false;
};

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_INPUT_H_
