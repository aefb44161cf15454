// The 27 varblock types of VarDCT frames: sizes, coefficient order ids, dequantisation table indices, and how their
// coefficients are stored (ISO/IEC 18181-1, varblock transform types).
//
// A varblock covers block_rows x block_columns blocks of 8x8 samples. Its coefficients are held in a *stored* array of
// StoredRows() x StoredColumns() entries, rows never outnumbering columns, raster index s = row * StoredColumns() +
// column. Orders and dequantisation tables refer to that array:
//
//   wide (more block columns than rows):  stored[r][k] = coefficient of vertical frequency r, horizontal frequency k
//   square or tall:                       stored[r][k] = coefficient of vertical frequency k, horizontal frequency r
//
// The subdivided 8x8 types (all with order id 1) give their 64 entries meanings of their own, see inverse_dct.h.
#ifndef LIB_VARDCT_TRANSFORM_TYPES_H_
#define LIB_VARDCT_TRANSFORM_TYPES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/headers/frame_dimensions.h"  // kBlockDim

namespace jxlpool {

enum class TransformType : uint8_t {
  kDct8x8 = 0,
  kHornuss,
  kDct2x2,
  kDct4x4,
  kDct16x16,
  kDct32x32,
  kDct16x8,
  kDct8x16,
  kDct32x8,
  kDct8x32,
  kDct32x16,
  kDct16x32,
  kDct4x8,
  kDct8x4,
  kAfv0,
  kAfv1,
  kAfv2,
  kAfv3,
  kDct64x64,
  kDct64x32,
  kDct32x64,
  kDct128x128,
  kDct128x64,
  kDct64x128,
  kDct256x256,
  kDct256x128,
  kDct128x256,
};

inline constexpr size_t kNumTransformTypes = 27;
inline constexpr size_t kNumOrders = 13;
inline constexpr size_t kNumDequantTables = 17;

inline constexpr size_t kBlockSize = size_t{kBlockDim} * kBlockDim;
// Groups of VarDCT frames are always this large.
inline constexpr size_t kGroupDimInBlocks = 32;
inline constexpr size_t kGroupDim = kGroupDimInBlocks * kBlockDim;
// Chroma-from-luma factors hold for squares of this side.
inline constexpr size_t kColorTileDimInBlocks = 8;
// The largest varblock is a whole group. It has this many coefficients per channel.
inline constexpr size_t kMaxVarblockSize = kGroupDim * kGroupDim;

struct TransformShape {
  uint8_t block_rows;
  uint8_t block_columns;
  uint8_t order_id;
  uint8_t dequant_table;

  constexpr size_t num_blocks() const { return size_t{block_rows} * block_columns; }
  // log2(num_blocks()).
  constexpr uint32_t log2_blocks() const {
    uint32_t log2 = 0;
    while ((size_t{1} << log2) < num_blocks()) ++log2;
    return log2;
  }
  constexpr size_t size() const { return kBlockSize * num_blocks(); }
  constexpr size_t StoredRows() const { return kBlockDim * std::min(block_rows, block_columns); }
  constexpr size_t StoredColumns() const { return kBlockDim * std::max(block_rows, block_columns); }
};

inline constexpr TransformShape kTransformShapes[kNumTransformTypes] = {
    {1, 1, 0, 0},     {1, 1, 1, 1},     {1, 1, 1, 2},     {1, 1, 1, 3},    {2, 2, 2, 4},    {4, 4, 3, 5},
    {2, 1, 4, 6},     {1, 2, 4, 6},     {4, 1, 5, 7},     {1, 4, 5, 7},    {4, 2, 6, 8},    {2, 4, 6, 8},
    {1, 1, 1, 9},     {1, 1, 1, 9},     {1, 1, 1, 10},    {1, 1, 1, 10},   {1, 1, 1, 10},   {1, 1, 1, 10},
    {8, 8, 7, 11},    {8, 4, 8, 12},    {4, 8, 8, 12},    {16, 16, 9, 13}, {16, 8, 10, 14}, {8, 16, 10, 14},
    {32, 32, 11, 15}, {32, 16, 12, 16}, {16, 32, 12, 16},
};

constexpr const TransformShape& ShapeOf(TransformType type) { return kTransformShapes[static_cast<size_t>(type)]; }

// The sizes of the stored arrays by order id and by dequantisation table.
struct StoredSize {
  uint16_t rows;
  uint16_t columns;
  constexpr size_t size() const { return size_t{rows} * columns; }
};
inline constexpr StoredSize kOrderSizes[kNumOrders] = {{8, 8},    {8, 8},     {16, 16},  {32, 32}, {8, 16},
                                                       {8, 32},   {16, 32},   {64, 64},  {32, 64}, {128, 128},
                                                       {64, 128}, {256, 256}, {128, 256}};
inline constexpr StoredSize kDequantTableSizes[kNumDequantTables] = {
    {8, 8}, {8, 8}, {8, 8},   {8, 8},   {16, 16},   {32, 32},  {8, 16},    {8, 32},   {16, 32},
    {8, 8}, {8, 8}, {64, 64}, {32, 64}, {128, 128}, {64, 128}, {256, 256}, {128, 256}};

}  // namespace jxlpool

#endif  // LIB_VARDCT_TRANSFORM_TYPES_H_
