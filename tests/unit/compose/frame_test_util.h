// What the frame tests share: memory that must be given back, random planes, sinks that check the order of rows.
#ifndef TESTS_UNIT_COMPOSE_FRAME_TEST_UTIL_H_
#define TESTS_UNIT_COMPOSE_FRAME_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "lib/compose/output_request.h"
#include "lib/headers/image_header.h"
#include "lib/pool/budget.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"

namespace jxlpool {

class FrameTest : public testing::Test {
 protected:
  FrameTest() : memory_(&pool_, &budget_) {}
  ~FrameTest() override { EXPECT_EQ(budget_.total().live, 0u) << "memory was not given back"; }

  BufferPool pool_;
  Budget budget_;
  Memory memory_;
};

inline std::string Describe(const Status& status) {
  return status.ok() ? "ok"
                     : std::string(status.message()) + " (" + std::to_string(static_cast<int>(status.code())) + ")";
}

struct Pixel {
  uint32_t x, y;
};

// Where a stored pixel of a w x h image is displayed (ISO/IEC 18181-1, orientation).
inline Pixel Oriented(Orientation orientation, uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  switch (orientation) {
    case Orientation::kIdentity:
      return {x, y};
    case Orientation::kFlipHorizontal:
      return {w - 1 - x, y};
    case Orientation::kRotate180:
      return {w - 1 - x, h - 1 - y};
    case Orientation::kFlipVertical:
      return {x, h - 1 - y};
    case Orientation::kTranspose:
      return {y, x};
    case Orientation::kRotate90:
      return {h - 1 - y, x};
    case Orientation::kAntiTranspose:
      return {h - 1 - y, w - 1 - x};
    case Orientation::kRotate270:
      return {y, w - 1 - x};
  }
  return {0, 0};
}

// Planes of an image, row by row.
struct TestPlanes {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<std::vector<float>> planes;

  TestPlanes() = default;
  TestPlanes(size_t num_planes, uint32_t w, uint32_t h) : width(w), height(h) {
    planes.assign(num_planes, std::vector<float>(size_t{w} * h));
  }
  float& At(size_t plane, uint32_t x, uint32_t y) { return planes[plane][size_t{y} * width + x]; }
  float At(size_t plane, uint32_t x, uint32_t y) const { return planes[plane][size_t{y} * width + x]; }

  static TestPlanes Random(size_t num_planes, uint32_t w, uint32_t h, uint32_t seed) {
    TestPlanes result(num_planes, w, h);
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> value(-0.2f, 1.2f);
    for (auto& plane : result.planes) {
      for (float& sample : plane) sample = value(random);
    }
    return result;
  }
};

// Row segments of a width x height image, at most `max_segment` wide, in random order within bands.
struct Segment {
  uint32_t y, x, n;
};
inline std::vector<std::vector<Segment>> BandsOfSegments(uint32_t width, uint32_t height, uint32_t max_segment,
                                                         uint32_t band_rows, uint32_t seed) {
  std::vector<std::vector<Segment>> bands;
  std::mt19937 random(seed);
  for (uint32_t y0 = 0; y0 < height; y0 += band_rows) {
    std::vector<Segment> band;
    for (uint32_t y = y0; y < std::min(height, y0 + band_rows); ++y) {
      for (uint32_t x = 0; x < width;) {
        const uint32_t n = std::min(width - x, 1 + static_cast<uint32_t>(random() % max_segment));
        band.push_back({y, x, n});
        x += n;
      }
    }
    std::shuffle(band.begin(), band.end(), random);
    bands.push_back(std::move(band));
  }
  return bands;
}

// Collects rows without padding.
class CollectingSink : public BandSink {
 public:
  explicit CollectingSink(size_t row_bytes) : row_bytes_(row_bytes) {}

  Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    EXPECT_EQ(y, next_row) << "bands must come from top to bottom";
    EXPECT_GT(num_rows, 0u);
    EXPECT_GE(stride, row_bytes_);
    if (next_row >= fail_at_row) return Status(ErrorCode::kIo, "the disk is full");
    for (uint32_t i = 0; i < num_rows; ++i) {
      bytes.insert(bytes.end(), rows + i * stride, rows + i * stride + row_bytes_);
    }
    next_row += num_rows;
    largest_band = std::max(largest_band, num_rows);
    return OkStatus();
  }

  std::vector<uint8_t> bytes;
  uint32_t next_row = 0;
  uint32_t largest_band = 0;
  uint32_t fail_at_row = UINT32_MAX;

 private:
  size_t row_bytes_;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_COMPOSE_FRAME_TEST_UTIL_H_
