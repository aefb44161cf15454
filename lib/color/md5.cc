#include "lib/color/md5.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace jxlpool {
namespace {

constexpr int kRotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

struct Md5State {
  // floor(2^32 * |sin(i + 1)|)
  uint32_t constants[64];
  uint32_t sums[4] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};

  Md5State() {
    for (int i = 0; i < 64; ++i) constants[i] = static_cast<uint32_t>(std::ldexp(std::abs(std::sin(i + 1.0)), 32));
  }

  void AddBlock(const uint8_t* block) {
    uint32_t words[16];
    for (int i = 0; i < 16; ++i) {
      const uint8_t* p = block + 4 * i;
      words[i] = uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
    }
    uint32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (int i = 0; i < 64; ++i) {
      const int round = i / 16;
      uint32_t mix;
      int word;
      switch (round) {
        case 0:
          mix = (b & c) | (~b & d);
          word = i;
          break;
        case 1:
          mix = (b & d) | (c & ~d);
          word = 5 * i + 1;
          break;
        case 2:
          mix = b ^ c ^ d;
          word = 3 * i + 5;
          break;
        default:
          mix = c ^ (b | ~d);
          word = 7 * i;
          break;
      }
      const uint32_t sum = a + mix + constants[i] + words[word % 16];
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, kRotations[round][i % 4]);
    }
    sums[0] += a;
    sums[1] += b;
    sums[2] += c;
    sums[3] += d;
  }
};

}  // namespace

void Md5(const uint8_t* data, size_t size, uint8_t digest[16]) {
  Md5State state;
  size_t at = 0;
  for (; at + 64 <= size; at += 64) state.AddBlock(data + at);
  // The last blocks hold the rest, a one bit, zeros and the length in bits.
  uint8_t tail[128] = {};
  const size_t rest = size - at;
  if (rest != 0) std::memcpy(tail, data + at, rest);
  tail[rest] = 0x80;
  const size_t tail_size = rest < 56 ? 64 : 128;
  const uint64_t bits = uint64_t{size} * 8;
  for (size_t i = 0; i < 8; ++i) tail[tail_size - 8 + i] = static_cast<uint8_t>(bits >> (8 * i));
  for (at = 0; at < tail_size; at += 64) state.AddBlock(tail + at);
  for (size_t i = 0; i < 16; ++i) digest[i] = static_cast<uint8_t>(state.sums[i / 4] >> (8 * (i % 4)));
}

}  // namespace jxlpool
