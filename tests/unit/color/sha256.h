// SHA-256 (FIPS 180-4), for comparing with published digests.
#ifndef TESTS_UNIT_COLOR_SHA256_H_
#define TESTS_UNIT_COLOR_SHA256_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace jxlpool {

inline std::string Sha256(const uint8_t* data, size_t size) {
  // Fractional parts of the square roots and cube roots of the first primes; long double has enough bits for 32 of
  // them.
  std::vector<uint32_t> primes;
  for (uint32_t n = 2; primes.size() < 64; ++n) {
    bool prime = true;
    for (const uint32_t p : primes) prime = prime && n % p != 0;
    if (prime) primes.push_back(n);
  }
  const auto fraction = [](long double v) { return static_cast<uint32_t>(std::ldexp(v - std::floor(v), 32)); };
  uint32_t h[8];
  uint32_t k[64];
  for (size_t i = 0; i < 8; ++i) h[i] = fraction(std::sqrt(static_cast<long double>(primes[i])));
  for (size_t i = 0; i < 64; ++i) k[i] = fraction(std::cbrt(static_cast<long double>(primes[i])));

  std::vector<uint8_t> message(data, data + size);
  message.push_back(0x80);
  while (message.size() % 64 != 56) message.push_back(0);
  for (int i = 7; i >= 0; --i) message.push_back(static_cast<uint8_t>(uint64_t{size} * 8 >> (8 * i)));
  for (size_t at = 0; at < message.size(); at += 64) {
    uint32_t w[64];
    for (size_t i = 0; i < 16; ++i) {
      const uint8_t* p = &message[at + 4 * i];
      w[i] = uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
    }
    for (size_t i = 16; i < 64; ++i) {
      const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    std::copy(h, h + 8, v);
    for (size_t i = 0; i < 64; ++i) {
      const uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
      const uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      for (size_t j = 7; j > 0; --j) v[j] = v[j - 1];
      v[4] += t1;
      v[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; ++i) h[i] += v[i];
  }
  std::string hex;
  char digits[9];
  for (const uint32_t word : h) {
    std::snprintf(digits, sizeof(digits), "%08x", word);
    hex += digits;
  }
  return hex;
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_COLOR_SHA256_H_
