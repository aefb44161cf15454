// One pair of samples of the Squeeze transform, for what vectors leave over. The steps are those of squeeze_simd.cc,
// with the same result even where values overflow.
#ifndef LIB_MODULAR_TRANSFORMS_UNSQUEEZE_SCALAR_H_
#define LIB_MODULAR_TRANSFORMS_UNSQUEEZE_SCALAR_H_

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace jxlpool {

// Returns how the samples between `before` and `after` would change around `average` if they went on smoothly.
template <typename T>
T SqueezeTendency(T before, T average, T after) {
  using Unsigned = std::make_unsigned_t<T>;
  const bool falls = before >= average && average >= after;
  const bool rises = before <= average && average <= after;
  if (!falls && !rises) return 0;
  const auto distance = [](T x, T y) -> uint64_t {
    return static_cast<Unsigned>(static_cast<Unsigned>(std::max(x, y)) - static_cast<Unsigned>(std::min(x, y)));
  };
  const uint64_t a = distance(before, average);
  const uint64_t b = distance(average, after);
  uint64_t t = (a / 3 + distance(before, after) + 2) >> 2;
  if (t > 2 * a + (t & 1)) t = 2 * a + 1;
  if (t + (t & 1) > 2 * b) t = 2 * b;
  const Unsigned wrapped = static_cast<Unsigned>(t);
  return static_cast<T>(falls ? wrapped : static_cast<Unsigned>(Unsigned{0} - wrapped));
}

// Makes the two samples with this average whose difference is residual + tendency.
template <typename T>
void UnsqueezePair(T average, T residual, T tendency, T* even, T* odd) {
  const int64_t difference = int64_t{residual} + tendency;
  *even = static_cast<T>(average + difference / 2);
  *odd = static_cast<T>(*even - difference);
}

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRANSFORMS_UNSQUEEZE_SCALAR_H_
