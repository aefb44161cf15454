// Constants of the recursive DCT, computed by the compiler.
#ifndef LIB_VARDCT_DCT_CONSTANTS_H_
#define LIB_VARDCT_DCT_CONSTANTS_H_

#include <array>
#include <cstddef>

namespace jxlpool {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr float kSqrt2 = 1.41421356237309504880f;

// Sums the Taylor series, which is exact to double precision for 0 <= x <= pi / 2.
constexpr double CosineOfFirstQuadrant(double x) {
  double sum = 0;
  double term = 1;
  for (int i = 1; i < 40; i += 2) {
    sum += term;
    term *= -x * x / (i * (i + 1));
  }
  return sum;
}

// The odd half of an inverse DCT of size N is multiplied with 1 / (2 cos((i + 1/2) pi / N)) for i < N / 2.
template <size_t N>
constexpr std::array<float, N / 2> MakeDctGains() {
  std::array<float, N / 2> gains = {};
  for (size_t i = 0; i < N / 2; ++i) {
    gains[i] =
        static_cast<float>(0.5 / CosineOfFirstQuadrant((static_cast<double>(i) + 0.5) * kPi / static_cast<double>(N)));
  }
  return gains;
}
template <size_t N>
inline constexpr std::array<float, N / 2> kDctGains = MakeDctGains<N>();

}  // namespace jxlpool

#endif  // LIB_VARDCT_DCT_CONSTANTS_H_
