// Writers when memory runs out at any moment, in any thread: an exception, and never the end of the program.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "tools/writers/png_deflater.h"

namespace {

// Allocations that succeed from now on; negative: all do.
std::atomic<int64_t> allocations_left{-1};

void* Allocate(size_t size) {
  if (allocations_left.load() >= 0 && allocations_left.fetch_sub(1) <= 0) {
    allocations_left.store(0);
    throw std::bad_alloc();
  }
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace jxlpool::tools {
namespace {

constexpr size_t kRowBytes = 100000;
constexpr uint32_t kNumRows = 16;  // eight bands

// Compresses an image if memory allows; returns whether it did.
bool Deflate(uint32_t num_threads, std::vector<uint8_t>* stream) {
  static const std::vector<uint8_t> row(kRowBytes, 7);
  stream->clear();
  try {
    PngDeflater deflater(/*compression=*/1, num_threads);
    deflater.BeginImage(kRowBytes, 1, kNumRows, [&](const std::vector<uint8_t>& piece) {
      stream->insert(stream->end(), piece.begin(), piece.end());
    });
    for (uint32_t y = 0; y < kNumRows; ++y) deflater.AddRow(row.data());
    deflater.EndImage();
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

TEST(PngDeflater, SurvivesWithoutMemory) {
  for (const uint32_t num_threads : {1, 4}) {
    std::vector<uint8_t> expected, stream;
    stream.reserve(1 << 20);
    ASSERT_TRUE(Deflate(num_threads, &expected));
    bool done = false;
    int64_t count = 0;
    for (; !done && count < 10000; ++count) {
      allocations_left.store(count);
      done = Deflate(num_threads, &stream);
      // Not done for want of memory, or done in spite of it, with fewer threads.
      allocations_left.store(-1);
      if (done) {
        EXPECT_EQ(stream, expected);
      }
    }
    EXPECT_TRUE(done);
    EXPECT_GT(count, 20) << "some allocations are refused";
  }
}

// Only the memory for threads is short, and there is enough again later.
TEST(PngDeflater, DoesWithFewerThreads) {
  constexpr int64_t kForTheQueue = 2;
  for (int64_t count = kForTheQueue; count < 12; ++count) {
    allocations_left.store(count);
    PngDeflater deflater(/*compression=*/1, 4);
    allocations_left.store(-1);
    std::vector<uint8_t> stream;
    const std::vector<uint8_t> row(kRowBytes, 7);
    deflater.BeginImage(kRowBytes, 1, 1, [&](const std::vector<uint8_t>& piece) { stream = piece; });
    deflater.AddRow(row.data());
    deflater.EndImage();
    EXPECT_FALSE(stream.empty());
  }
}

}  // namespace
}  // namespace jxlpool::tools
