// StreamWriter: encodes integers as an entropy code of the plainest kind, for tests that need streams of known content.
//
// Prefix codes without LZ77. Contexts belong to clusters in a pseudo-random way; clusters have alphabets of 8 to
// 64 equally long codes and the integer configuration (0, 0, 0) or (4, 2, 0), so that reading with a wrong context
// goes wrong soon.
#ifndef TESTS_UNIT_VARDCT_STREAM_WRITER_H_
#define TESTS_UNIT_VARDCT_STREAM_WRITER_H_

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {

class StreamWriter {
 public:
  static constexpr uint32_t kNumClusters = 4;

  // `small`: integers below 128 only, coded in at most 8 bits; otherwise below 2^15.
  StreamWriter(size_t num_contexts, uint32_t seed, bool small = false) : small_(small) {
    for (size_t i = 0; i < num_contexts; ++i) {
      seed = seed * 1664525 + 1013904223;
      // The first contexts make sure that all clusters occur.
      map_.push_back(i < kNumClusters ? static_cast<uint8_t>(i)
                                      : static_cast<uint8_t>(seed >> 20 & (kNumClusters - 1)));
    }
  }

  void WriteHeader(BitWriter* writer) const {
    writer->U(0, 1);          // no LZ77
    writer->U(1, 1).U(2, 2);  // simple cluster map, 2 bits an entry
    for (const uint8_t cluster : map_) writer->U(cluster, 2);
    writer->U(1, 1);  // prefix codes
    for (uint32_t k = 0; k < kNumClusters; ++k) {
      if (IsSplit(k)) {
        writer->U(4, 4).U(2, 3).U(0, 2);  // split exponent 4, 2 bits of 0 ... 4, 0 of 0 ... 2
      } else {
        writer->U(0, 4);  // split exponent 0: the other fields have no bits
      }
    }
    for (uint32_t k = 0; k < kNumClusters; ++k) WriteAlphabetSize((1u << CodeBits(k)) - 1, writer);
    for (uint32_t k = 0; k < kNumClusters; ++k) WriteFlatCode(CodeBits(k), writer);
  }

  // Appends an integer.
  void Put(size_t context, uint32_t value) {
    ASSERT_LT(context, map_.size());
    const uint32_t cluster = map_[context];
    uint32_t token = value;
    uint32_t extra_bits = 0;
    if (!IsSplit(cluster)) {
      if (value > 0) {
        extra_bits = static_cast<uint32_t>(std::bit_width(value)) - 1;
        token = 1 + extra_bits;
      }
    } else if (value >= 16) {
      extra_bits = static_cast<uint32_t>(std::bit_width(value)) - 3;
      token = 16 + (extra_bits - 2) * 4 + ((value >> extra_bits) & 3);
    }
    const uint32_t bits = CodeBits(cluster);
    ASSERT_LT(token, 1u << bits) << "integer " << value << " is too large for the test code";
    // Canonical codes of equal length are the tokens themselves, most significant bit first.
    for (uint32_t i = bits; i-- > 0;) symbols_.U(token >> i & 1, 1);
    symbols_.U(value & ((1u << extra_bits) - 1), extra_bits);
    ++count_;
  }

  // Appends the integers so far to `writer`.
  void WriteSymbols(BitWriter* writer) {
    for (uint64_t i = 0; i < symbols_.size(); ++i) writer->U(symbols_.bytes()[i / 8] >> (i % 8) & 1, 1);
    symbols_ = BitWriter();
  }
  size_t count() const { return count_; }

 private:
  static bool IsSplit(uint32_t cluster) { return cluster % 2 == 1; }
  uint32_t CodeBits(uint32_t cluster) const {
    if (small_) return IsSplit(cluster) ? 5 : 3;
    return IsSplit(cluster) ? 6 : 4 + cluster / 2;
  }

  static void WriteAlphabetSize(uint32_t size_minus_1, BitWriter* writer) {
    const uint32_t bits = static_cast<uint32_t>(std::bit_width(size_minus_1)) - 1;
    writer->U(1, 1).U(bits, 4).U(size_minus_1 - (1u << bits), bits);
  }

  // The code of code lengths has one symbol, which therefore takes no bits.
  static void WriteFlatCode(uint32_t length, BitWriter* writer) {
    static constexpr uint32_t kOrder[18] = {1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    writer->U(0, 2);
    for (const uint32_t symbol : kOrder) writer->U(symbol == length ? 1 : 0, 2);  // length 4 or 0
  }

  bool small_;
  std::vector<uint8_t> map_;
  BitWriter symbols_;
  size_t count_ = 0;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_VARDCT_STREAM_WRITER_H_
