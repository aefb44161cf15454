// A quick hash of bytes, to compare what decodes deliver.
#ifndef TESTS_HASH_BYTES_H_
#define TESTS_HASH_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jxlpool {

// Continues `hash` with more bytes.
inline uint64_t HashBytes(uint64_t hash, const uint8_t* data, size_t size) {
  for (; size >= 8; size -= 8, data += 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  }
  for (; size > 0; --size, ++data) hash = (hash ^ *data) * 0x100000001B3u;
  return hash;
}

}  // namespace jxlpool

#endif  // TESTS_HASH_BYTES_H_
