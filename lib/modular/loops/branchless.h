// Minimum, maximum and selection without branches, for conditions that no branch predictor can guess. Compilers are
// free to make branches of ternary expressions, and do.
#ifndef LIB_MODULAR_LOOPS_BRANCHLESS_H_
#define LIB_MODULAR_LOOPS_BRANCHLESS_H_

#include <cstdint>

namespace jxlpool {

#if defined(__x86_64__) && defined(__GNUC__)
template <typename T>
[[gnu::always_inline]] inline T BranchlessMax(T a, T b) {
  asm("cmp %[b], %[a]\n\tcmovl %[b], %[a]" : [a] "+r"(a) : [b] "rm"(b) : "cc");
  return a;
}
template <typename T>
[[gnu::always_inline]] inline T BranchlessMin(T a, T b) {
  asm("cmp %[b], %[a]\n\tcmovg %[b], %[a]" : [a] "+r"(a) : [b] "rm"(b) : "cc");
  return a;
}
// Returns a > b ? yes : no.
template <typename T>
[[gnu::always_inline]] inline T SelectIfGreater(T a, T b, T yes, T no) {
  asm("cmp %[b], %[a]\n\tcmovg %[yes], %[no]" : [no] "+r"(no) : [a] "r"(a), [b] "rm"(b), [yes] "rm"(yes) : "cc");
  return no;
}
#else
template <typename T>
[[gnu::always_inline]] inline T BranchlessMax(T a, T b) {
  return a < b ? b : a;
}
template <typename T>
[[gnu::always_inline]] inline T BranchlessMin(T a, T b) {
  return a > b ? b : a;
}
template <typename T>
[[gnu::always_inline]] inline T SelectIfGreater(T a, T b, T yes, T no) {
  return a > b ? yes : no;
}
#endif

// REQUIRES: low <= high.
template <typename T>
[[gnu::always_inline]] inline T BranchlessClamp(T v, T low, T high) {
  return BranchlessMin(BranchlessMax(v, low), high);
}

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_BRANCHLESS_H_
