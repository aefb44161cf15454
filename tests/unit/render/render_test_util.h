// Running pipelines in tests.
#ifndef TESTS_UNIT_RENDER_RENDER_TEST_UTIL_H_
#define TESTS_UNIT_RENDER_RENDER_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "lib/render/tile_pipeline.h"
#include "tests/unit/features/features_test_util.h"
#include "tests/unit/render/naive_render.h"

namespace jxlpool {

// A rectangle of a plane in memory of exactly its size, so that sanitizers see any access beyond.
struct ExactPiece {
  std::unique_ptr<float[]> samples;
  InputPiece piece;
};

inline ExactPiece CutPiece(NaivePlane* plane, const Rect& rect) {
  ExactPiece result;
  result.samples = std::make_unique<float[]>(static_cast<size_t>(rect.width * rect.height));
  for (int64_t y = 0; y < rect.height; ++y) {
    for (int64_t x = 0; x < rect.width; ++x) {
      result.samples[static_cast<size_t>(y * rect.width + x)] = static_cast<float>(plane->At(rect.x0 + x, rect.y0 + y));
    }
  }
  result.piece.view = {result.samples.get(), static_cast<size_t>(rect.width), static_cast<size_t>(rect.width),
                       static_cast<size_t>(rect.height)};
  result.piece.x0 = rect.x0;
  result.piece.y0 = rect.y0;
  return result;
}

// Renders `rect`, each channel's input in up to four pieces of exactly what InputRect asks for, into `out`.
inline void RenderRect(const TilePipeline& pipeline, NaivePlanes* planes, const EpfSigma& sigma, const Rect& rect,
                       bool split, RenderScratch* scratch, std::vector<std::vector<float>>* out, int64_t out_width) {
  std::vector<ExactPiece> memory;
  std::vector<ChannelInput> channels(pipeline.num_channels());
  for (size_t c = 0; c < pipeline.num_channels(); ++c) {
    const Rect needed = pipeline.InputRect(c, rect);
    const int64_t cut_x = split ? needed.width / 3 : 0;
    const int64_t cut_y = split ? needed.height / 2 : 0;
    for (const Rect& part :
         {Rect{needed.x0, needed.y0, cut_x, cut_y}, Rect{needed.x0 + cut_x, needed.y0, needed.width - cut_x, cut_y},
          Rect{needed.x0, needed.y0 + cut_y, cut_x, needed.height - cut_y},
          Rect{needed.x0 + cut_x, needed.y0 + cut_y, needed.width - cut_x, needed.height - cut_y}}) {
      if (part.empty()) continue;
      memory.push_back(CutPiece(&(*planes)[c], part));
      channels[c].pieces[channels[c].num_pieces++] = memory.back().piece;
    }
  }
  TileInput input;
  input.channels = channels.data();
  input.epf_sigma = sigma.blocks;
  input.epf_constant_sigma = sigma.constant;
  int64_t next_y = rect.y0;
  const Status status = pipeline.Render(
      input, rect,
      [&](const OutputRow& row) {
        EXPECT_EQ(row.y, next_y++);
        EXPECT_EQ(row.x0, rect.x0);
        EXPECT_EQ(static_cast<int64_t>(row.width), rect.width);
        const size_t aligned_width = (row.x0 % 16 + row.width + 15) / 16 * 16;
        for (size_t c = 0; c < pipeline.num_channels(); ++c) {
          float* aligned = row.rows[c] - row.x0 % 16;
          EXPECT_EQ(reinterpret_cast<uintptr_t>(aligned) % 64, 0u);
          std::copy(row.rows[c], row.rows[c] + row.width, &(*out)[c][row.y * out_width + row.x0]);
          // Users may do what they like with the row.
          std::fill(aligned, aligned + aligned_width, 1e20f);
        }
        return OkStatus();
      },
      scratch);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(next_y, rect.y1());
}

// The whole frame as one tile.
inline std::vector<std::vector<float>> RenderWhole(const TilePipeline& pipeline, NaivePlanes* planes,
                                                   const EpfSigma& sigma, int64_t width, int64_t height,
                                                   Memory* memory) {
  std::vector<std::vector<float>> out(pipeline.num_channels(), std::vector<float>(width * height, -99.0f));
  RenderScratch scratch;
  EXPECT_TRUE(pipeline.PrepareScratch(memory, width, &scratch).ok());
  RenderRect(pipeline, planes, sigma, Rect{0, 0, width, height}, false, &scratch, &out, width);
  return out;
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_RENDER_RENDER_TEST_UTIL_H_
