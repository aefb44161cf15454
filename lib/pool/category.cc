#include "lib/pool/category.h"

namespace jxlpool {

const char* CategoryName(Category category) {
  static constexpr const char* kNames[kNumCategories] = {"coefficients", "tile",   "border", "lf",    "modular",
                                                         "entropy",      "canvas", "output", "input", "other"};
  return kNames[static_cast<size_t>(category)];
}

const char* ElementTypeName(ElementType type) {
  static constexpr const char* kNames[kNumElementTypes] = {"uint8", "int16", "uint16", "int32", "float", "other"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace jxlpool
