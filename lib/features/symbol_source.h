// Where the parsers of patches and splines get their integers from: an entropy-coded stream, or a list in tests.
#ifndef LIB_FEATURES_SYMBOL_SOURCE_H_
#define LIB_FEATURES_SYMBOL_SOURCE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"

namespace jxlpool {

class SymbolSource {
 public:
  // The next integer of a context. Never fails; see Check.
  virtual uint32_t Next(size_t context) = 0;
  // An error if the source has run dry; loops of unbounded length ask now and then.
  virtual Status Check() = 0;
  // For error messages.
  virtual uint64_t Position() = 0;

 protected:
  ~SymbolSource() = default;
};

}  // namespace jxlpool

#endif  // LIB_FEATURES_SYMBOL_SOURCE_H_
