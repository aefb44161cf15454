// Reading and filling in the public structs, which carry their size so that caller and library may be of different
// versions.
#ifndef LIB_API_STRUCT_IO_H_
#define LIB_API_STRUCT_IO_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "jxlpool/jxlpool.h"

namespace jxlpool {

// Less than any struct of any version has.
inline constexpr size_t kSmallestStruct = 2 * sizeof(size_t);

// The first member of a public struct of unknown version. REQUIRES: `object` is not null.
inline size_t StructSize(const void* object) {
  size_t size;
  std::memcpy(&size, object, sizeof(size));
  return size;
}

// What a caller's struct says in terms of this version: members it does not have are zero. JXLPOOL_INVALID_ARGUMENT if
// it is no struct, JXLPOOL_UNSUPPORTED if it asks for something this version does not know.
template <typename T>
JxlpoolStatus ReadStruct(const T* from, T* to) {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
  if (from == nullptr || StructSize(from) < kSmallestStruct) return JXLPOOL_INVALID_ARGUMENT;
  const size_t size = StructSize(from);
  const auto* bytes = reinterpret_cast<const uint8_t*>(from);
  for (size_t i = sizeof(T); i < size; ++i) {
    if (bytes[i] != 0) return JXLPOOL_UNSUPPORTED;
  }
  std::memset(static_cast<void*>(to), 0, sizeof(T));
  std::memcpy(static_cast<void*>(to), from, std::min(size, sizeof(T)));
  to->struct_size = sizeof(T);
  return JXLPOOL_OK;
}

// Gives a caller's struct the members it has; those this version does not know become zero.
template <typename T>
JxlpoolStatus WriteStruct(const T& from, T* to) {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
  if (to == nullptr || StructSize(to) < kSmallestStruct) return JXLPOOL_INVALID_ARGUMENT;
  const size_t size = StructSize(to);
  std::memset(static_cast<void*>(to), 0, size);
  std::memcpy(static_cast<void*>(to), &from, std::min(size, sizeof(T)));
  std::memcpy(static_cast<void*>(to), &size, sizeof(size));
  return JXLPOOL_OK;
}

}  // namespace jxlpool

#endif  // LIB_API_STRUCT_IO_H_
