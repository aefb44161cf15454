// Rows of frames, pulled and pushed, for comparing them.
#ifndef TESTS_API_ROWS_SUPPORT_H_
#define TESTS_API_ROWS_SUPPORT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/png_reading.h"

namespace jxlpool::testing {

// All images of testdata and of the tests of the interface.
inline std::vector<std::string> AllImages() {
  std::vector<std::string> paths;
  for (const std::string folder : {JXLPOOL_TESTDATA "/images", JXLPOOL_TESTDATA "/jpeg", JXLPOOL_API_TESTDATA}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jxl") paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

inline JxlpoolDecoderOptions Options(uint32_t num_threads, bool layers = false) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = num_threads;
  options.layers = layers ? 1 : 0;
  return options;
}

inline JxlpoolOutput Format(JxlpoolSampleType type, JxlpoolChannels channels = JXLPOOL_CHANNELS_COLOR_ALPHA) {
  auto output = Make<JxlpoolOutput>();
  output.channels = channels;
  output.sample_type = type;
  return output;
}

// The pixels of a frame as rows make them; fails unless these come in order.
struct Collected {
  size_t row_bytes = 0;
  uint32_t next_row = 0;
  Bytes pixels;

  void Take(uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
    EXPECT_EQ(y, next_row);
    EXPECT_GT(num_rows, 0u);
    next_row = y + num_rows;
    for (uint32_t i = 0; i < num_rows; ++i) {
      const uint8_t* row = static_cast<const uint8_t*>(rows) + i * stride;
      pixels.insert(pixels.end(), row, row + row_bytes);
    }
  }
};

// A step of a decode; where it waits for input, more is fed until the step gives something else.
using Step = std::function<JxlpoolStatus()>;
using Player = std::function<JxlpoolStatus(const Step&)>;
inline JxlpoolStatus PlayAtOnce(const Step& step) { return step(); }

// The current frame, pulled to its end; what the last call gave.
inline JxlpoolStatus Pull(Decoder* decoder, const JxlpoolOutput& output, const JxlpoolFrameInfo& frame, Bytes* pixels,
                          const Player& play = PlayAtOnce) {
  Collected collected;
  collected.row_bytes = frame.width * decoder->PixelSize(output);
  JxlpoolStatus status = JXLPOOL_OK;
  for (auto rows = Make<JxlpoolRows>();;) {
    status = play([&] { return decoder->NextRows(output, &rows); });
    if (status != JXLPOOL_OK) break;
    collected.Take(rows.y, rows.num_rows, rows.data, rows.stride);
  }
  const bool is_over = status == JXLPOOL_END || status == JXLPOOL_PARTIAL;
  if (is_over) {
    EXPECT_EQ(collected.next_row, frame.height);
  }
  *pixels = std::move(collected.pixels);
  return status;
}

// The same rows, pushed.
inline JxlpoolStatus Push(Decoder* decoder, JxlpoolOutput output, const JxlpoolFrameInfo& frame, Bytes* pixels) {
  Collected collected;
  collected.row_bytes = frame.width * decoder->PixelSize(output);
  auto take = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
    collected.Take(y, num_rows, rows, stride);
    return true;
  };
  const JxlpoolOutput target = RowsTo(&take);
  output.rows = target.rows;
  output.rows_opaque = target.rows_opaque;
  const JxlpoolStatus status = decoder->DecodeFrame(output);
  *pixels = std::move(collected.pixels);
  return status;
}

// All frames of an open image, pushed.
inline std::vector<Bytes> PushAll(Decoder* decoder, const JxlpoolOutput& output) {
  std::vector<Bytes> frames;
  auto frame = Make<JxlpoolFrameInfo>();
  while (decoder->NextFrame(&frame) == JXLPOOL_OK) {
    if (Push(decoder, output, frame, &frames.emplace_back()) != JXLPOOL_OK) return {};
  }
  return frames;
}

}  // namespace jxlpool::testing

#endif  // TESTS_API_ROWS_SUPPORT_H_
