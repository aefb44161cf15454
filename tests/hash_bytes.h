// Quick hashes of bytes, to compare what decodes deliver.
#ifndef TESTS_HASH_BYTES_H_
#define TESTS_HASH_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jxlpool {

// Continues `hash` with more bytes, whatever the pieces in which they come.
inline uint64_t HashPiece(uint64_t hash, const uint8_t* data, size_t size) {
  for (; size > 0; --size, ++data) hash = (hash ^ *data) * 0x100000001B3u;
  return hash;
}

// Faster; the result depends on the pieces.
inline uint64_t HashBytes(uint64_t hash, const uint8_t* data, size_t size) {
  for (; size >= 8; size -= 8, data += 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  }
  return HashPiece(hash, data, size);
}

}  // namespace jxlpool

#endif  // TESTS_HASH_BYTES_H_
