// What a block of pooled memory is used for; every acquisition is charged to one category.
#ifndef LIB_POOL_CATEGORY_H_
#define LIB_POOL_CATEGORY_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace jxlpool {

enum class Category : uint8_t {
  kCoefficients,  // HF coefficients of groups
  kTile,          // samples of groups and render tiles, row rings, scratch
  kBorder,        // borders kept between tiles
  kLf,            // LF image and other 1/64-size state
  kModular,       // modular channels and MA trees
  kEntropy,       // cluster maps, alias and prefix tables, LZ77 windows
  kCanvas,        // reference slots and blended canvases
  kOutput,        // rows on their way to the caller
  kInput,         // copied or decompressed input bytes (ICC, straddling sections, standard input)
  kOther,         // small bookkeeping whose size depends on the input (TOC, patch lists, names)
};
inline constexpr size_t kNumCategories = 10;

// Element type of a block, for statistics only.
enum class ElementType : uint8_t { kUint8, kInt16, kUint16, kInt32, kFloat, kOther };
inline constexpr size_t kNumElementTypes = 6;

// What the caller finds in a fresh block.
enum class Fill : uint8_t {
  kUninitialized,  // anything; debug and sanitizer builds make reading it visible
  kZero,           // all bytes zero
  kDirty,          // what the last holder left or the system gave; reading it is no error
};

// Lower-case name, e.g. "coefficients".
const char* CategoryName(Category category);
// E.g. "float".
const char* ElementTypeName(ElementType type);

template <typename T>
constexpr ElementType ElementTypeOf() {
  if constexpr (std::is_same_v<T, uint8_t>) return ElementType::kUint8;
  if constexpr (std::is_same_v<T, int16_t>) return ElementType::kInt16;
  if constexpr (std::is_same_v<T, uint16_t>) return ElementType::kUint16;
  if constexpr (std::is_same_v<T, int32_t>) return ElementType::kInt32;
  if constexpr (std::is_same_v<T, float>) return ElementType::kFloat;
  return ElementType::kOther;
}

}  // namespace jxlpool

#endif  // LIB_POOL_CATEGORY_H_
