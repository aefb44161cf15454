// What LfGlobal says about a VarDCT frame: quantiser, block contexts, chroma from luma (ISO/IEC 18181-1, LfGlobal).
//
// These structs are plain data, which the Read functions fill. Errors of all of them: kCorrupt with the position. Bits
// beyond the end are zeros, so check the reader afterwards.
#ifndef LIB_VARDCT_LF_GLOBAL_H_
#define LIB_VARDCT_LF_GLOBAL_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

// Every frame has it: Modular XYB frames use the multipliers for their samples.
struct LfChannelDequantization {
  // Step of X, Y, B before the quantiser's scale; at least 1e-8.
  float multiplier[3] = {1.0f / 4096, 1.0f / 512, 1.0f / 256};
};
Status ReadLfChannelDequantization(BitReader* reader, LfChannelDequantization* lf_dequantization);

struct Quantizer {
  uint32_t global_scale = 1;  // 1 ... 73728
  uint32_t quant_lf = 16;     // 1 ... 65536

  float InverseGlobalScale() const { return static_cast<float>(65536.0 / global_scale); }
};
Status ReadQuantizer(BitReader* reader, Quantizer* quantizer);

// Gives the context of a varblock from channel, order id, HfMul and the quantised LF values.
struct HfBlockContext {
  static constexpr size_t kMaxThresholds = 15;
  static constexpr size_t kMaxBlockContexts = 16;
  // Bound of num_lf_contexts * (num_qf_thresholds + 1).
  static constexpr size_t kMaxCells = 64;

  uint32_t num_lf_thresholds[3] = {0, 0, 0};  // X, Y, B
  int32_t lf_thresholds[3][kMaxThresholds] = {};
  uint32_t num_qf_thresholds = 0;
  uint32_t qf_thresholds[kMaxThresholds] = {};
  uint32_t num_lf_contexts = 1;
  uint32_t num_block_contexts = 15;
  // Index ((row * 13 + order id) * (num_qf_thresholds + 1) + qf index) * num_lf_contexts + LF index, with row 0 for Y,
  // 1 for X, 2 for B; values < num_block_contexts.
  uint8_t map[3 * kNumOrders * kMaxCells] = {};
  // Number of thresholds below HfMul, for HfMul - 1 = 0 ... 255.
  uint8_t qf_index[256] = {};
};
Status ReadHfBlockContext(BitReader* reader, Memory* memory, HfBlockContext* context);

struct LfChannelCorrelation {
  uint32_t color_factor = 84;
  float base_x = 0.0f;
  float base_b = 1.0f;
  int32_t x_factor_lf = 0;  // -128 ... 127
  int32_t b_factor_lf = 0;

  // Multiples of Y that are added to X and B for a factor of -128 ... 127.
  float ScaleX(int32_t factor) const {
    return base_x + static_cast<float>(factor) * (1.0f / static_cast<float>(color_factor));
  }
  float ScaleB(int32_t factor) const {
    return base_b + static_cast<float>(factor) * (1.0f / static_cast<float>(color_factor));
  }
};
Status ReadLfChannelCorrelation(BitReader* reader, LfChannelCorrelation* correlation);

}  // namespace jxlpool

#endif  // LIB_VARDCT_LF_GLOBAL_H_
