// Memory for the kernel benchmarks: aligned arrays of random numbers, and a pool.
#ifndef TOOLS_BENCH_BENCH_MEMORY_H_
#define TOOLS_BENCH_BENCH_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>

#include "lib/pool/budget.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct BenchMemory {
  BenchMemory() = default;
  explicit BenchMemory(const BufferPoolOptions& options) : pool(options) {}

  BufferPool pool;
  Budget budget{Budget::kUnlimited, Budget::Users::kOneThread};
  Memory memory{&pool, &budget};
};

// Elements at a multiple of 128 bytes, zero at first, with room for whole vectors before and after them.
template <typename T>
class AlignedArray {
 public:
  explicit AlignedArray(size_t size)
      : size_(size), block_(static_cast<uint8_t*>(std::aligned_alloc(kRoom, Bytes(size)))) {
    for (size_t i = 0; i < Bytes(size); ++i) block_[i] = 0;
  }
  ~AlignedArray() { std::free(block_); }
  AlignedArray(const AlignedArray&) = delete;
  AlignedArray& operator=(const AlignedArray&) = delete;

  T* data() { return reinterpret_cast<T*>(block_ + kRoom); }
  const T* data() const { return reinterpret_cast<const T*>(block_ + kRoom); }
  T& operator[](size_t i) { return data()[i]; }
  size_t size() const { return size_; }

  // Uniform numbers from low to high.
  void Randomise(double low, double high, uint32_t seed = 1) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> distribution(low, high);
    for (size_t i = 0; i < size_; ++i) data()[i] = static_cast<T>(distribution(random));
  }

 private:
  static constexpr size_t kRoom = 256;
  static size_t Bytes(size_t size) { return (size * sizeof(T) + 3 * kRoom - 1) / kRoom * kRoom; }

  size_t size_;
  uint8_t* block_;
};

}  // namespace jxlpool

#endif  // TOOLS_BENCH_BENCH_MEMORY_H_
