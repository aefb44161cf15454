// Helpers of the VarDCT tests: memory, vectors from CSV files, every SIMD target in turn, bits to read.
#ifndef TESTS_UNIT_VARDCT_VARDCT_TEST_UTIL_H_
#define TESTS_UNIT_VARDCT_VARDCT_TEST_UTIL_H_

#include <gtest/gtest.h>
#include <hwy/aligned_allocator.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "lib/bitstream/bit_reader.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "lib/vardct/lf_coefficients.h"
#include "tests/unit/each_target.h"
#include "tests/unit/test_memory.h"

namespace jxlpool {

// The headers of a frame as far as they concern VarDCT. Dimensions follow from the rest.
struct TestHeaders {
  TestHeaders() {
    header.restoration_filter.epf_iters = 0;
    header.x_qm_scale = 2;
  }
  TestHeaders(uint32_t width, uint32_t height) : TestHeaders() {
    header.width = width;
    header.height = height;
  }
  // `codes`: see FrameHeader::jpeg_upsampling.
  void Subsample(uint32_t c0, uint32_t c1, uint32_t c2) {
    header.jpeg_upsampling[0] = c0;
    header.jpeg_upsampling[1] = c1;
    header.jpeg_upsampling[2] = c2;
    header.flags = kFlagSkipAdaptiveLfSmoothing;
  }
  void Start(VarDctFrame* frame) {
    dimensions = ComputeFrameDimensions(image, header);
    frame->Initialize(image, header, dimensions);
  }

  ImageHeader image;
  FrameHeader header;
  FrameDimensions dimensions;
};

// Smooths the LF planes of the whole frame at once.
inline Status SmoothLf(Memory* memory, VarDctFrame* frame) {
  JXLPOOL_ASSIGN_OR_RETURN(LfSmoother smoother, LfSmoother::Create(*frame, memory));
  smoother.Advance(static_cast<uint32_t>(frame->dimensions->yblocks), frame);
  return OkStatus();
}

// Random 32-bit numbers, the same in every run.
class Rng {
 public:
  explicit Rng(uint32_t seed) : engine_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// `size` zeros, aligned.
template <typename T>
class AlignedArray {
 public:
  explicit AlignedArray(size_t size) : storage_(hwy::AllocateAligned<T>(size)), size_(size) { Fill(T()); }
  void Fill(T value) { std::fill_n(storage_.get(), size_, value); }
  T* data() const { return storage_.get(); }
  T& operator[](size_t i) const { return storage_[i]; }
  size_t size() const { return size_; }

 private:
  hwy::AlignedFreeUniquePtr<T[]> storage_;
  size_t size_;
};

// The numbers of a CSV file of testdata/vectors, by line; lines that start with '#' are left out.
inline std::vector<std::vector<double>> ReadVectors(const std::string& name) {
  std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/vectors/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::vector<std::vector<double>> lines;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells(line);
    std::vector<double> values;
    std::string cell;
    while (std::getline(cells, cell, ',')) values.push_back(std::strtod(cell.c_str(), nullptr));
    lines.push_back(values);
  }
  return lines;
}

// Bits in the order in which they are read.
class BitWriter {
 public:
  BitWriter& U(uint64_t value, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i, ++size_) {
      if (size_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (i < 64 ? value >> i & 1 : 0) << (size_ % 8));
    }
    return *this;
  }
  // A number that half precision represents exactly, not subnormal.
  BitWriter& F16(double value) {
    if (value == 0) return U(0, 16);
    int exponent = 0;
    const double mantissa = std::frexp(std::abs(value), &exponent);  // 0.5 <= mantissa < 1
    const auto fraction = static_cast<uint32_t>(std::lround((2 * mantissa - 1) * 1024));
    return U((value < 0 ? 0x8000u : 0u) | static_cast<uint32_t>(exponent - 1 + 15) << 10 | fraction, 16);
  }
  uint64_t size() const { return size_; }
  // The bits so far; valid until the next write. Reading past them is an overrun only from the next byte boundary on.
  BitReader Reader() const { return BitReader(bytes_.data(), bytes_.size()); }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t size_ = 0;
};

inline uint32_t PackSigned(int64_t value) { return static_cast<uint32_t>(value >= 0 ? 2 * value : -2 * value - 1); }

}  // namespace jxlpool

#endif  // TESTS_UNIT_VARDCT_VARDCT_TEST_UTIL_H_
