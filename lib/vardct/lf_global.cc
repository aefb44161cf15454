#include "lib/vardct/lf_global.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "lib/bitstream/fields.h"
#include "lib/entropy/cluster_map.h"
#include "lib/vardct/vardct_tables.h"

namespace jxlpool {
namespace {

constexpr U32Coding kGlobalScaleCoding = {
    {BitsPlus(1, 11), BitsPlus(2049, 11), BitsPlus(4097, 12), BitsPlus(8193, 16)}};
constexpr U32Coding kQuantLfCoding = {{Value(16), BitsPlus(1, 5), BitsPlus(1, 8), BitsPlus(1, 16)}};
constexpr U32Coding kLfThresholdCoding = {{Bits(4), BitsPlus(16, 8), BitsPlus(272, 16), BitsPlus(65808, 32)}};
constexpr U32Coding kQfThresholdCoding = {{Bits(2), BitsPlus(4, 3), BitsPlus(12, 5), BitsPlus(44, 8)}};
constexpr U32Coding kColorFactorCoding = {{Value(84), Value(256), BitsPlus(2, 8), BitsPlus(258, 16)}};

void FillQfIndex(HfBlockContext* context) {
  for (uint32_t i = 0; i < 256; ++i) {
    const uint32_t* thresholds = context->qf_thresholds;
    context->qf_index[i] = static_cast<uint8_t>(std::count_if(thresholds, thresholds + context->num_qf_thresholds,
                                                              [i](uint32_t threshold) { return i + 1 > threshold; }));
  }
}

}  // namespace

Status ReadLfChannelDequantization(BitReader* reader, LfChannelDequantization* lf_dequantization) {
  *lf_dequantization = LfChannelDequantization();
  FieldReader fields(reader);
  if (!fields.Bool()) {
    for (float& multiplier : lf_dequantization->multiplier) {
      multiplier = fields.F16() / 128.0f;
      fields.Expect(multiplier >= 1e-8f, "LF multiplier is too small");
    }
  }
  return fields.status();
}

Status ReadQuantizer(BitReader* reader, Quantizer* quantizer) {
  FieldReader fields(reader);
  quantizer->global_scale = fields.U32(kGlobalScaleCoding);
  quantizer->quant_lf = fields.U32(kQuantLfCoding);
  return fields.status();
}

Status ReadHfBlockContext(BitReader* reader, Memory* memory, HfBlockContext* context) {
  *context = HfBlockContext();
  FieldReader fields(reader);
  if (fields.Bool()) {
    std::copy(std::begin(kDefaultBlockContexts), std::end(kDefaultBlockContexts), context->map);
    return fields.status();
  }
  for (size_t c = 0; c < 3; ++c) {
    context->num_lf_thresholds[c] = fields.U(4);
    for (uint32_t i = 0; i < context->num_lf_thresholds[c]; ++i) {
      context->lf_thresholds[c][i] = fields.SignedU32(kLfThresholdCoding);
    }
    context->num_lf_contexts *= context->num_lf_thresholds[c] + 1;
  }
  context->num_qf_thresholds = fields.U(4);
  for (uint32_t i = 0; i < context->num_qf_thresholds; ++i) {
    context->qf_thresholds[i] = 1 + fields.U32(kQfThresholdCoding);
  }
  const uint32_t cells = context->num_lf_contexts * (context->num_qf_thresholds + 1);
  fields.Expect(cells <= HfBlockContext::kMaxCells, "too many block context thresholds");
  JXLPOOL_RETURN_IF_ERROR(fields.status());
  size_t num_clusters = 0;
  JXLPOOL_RETURN_IF_ERROR(ReadClusterMap(reader, memory, 3 * kNumOrders * cells, context->map, &num_clusters));
  if (num_clusters > HfBlockContext::kMaxBlockContexts) return Corrupt("too many block contexts", reader->Position());
  context->num_block_contexts = static_cast<uint32_t>(num_clusters);
  FillQfIndex(context);
  return reader->Check();
}

Status ReadLfChannelCorrelation(BitReader* reader, LfChannelCorrelation* correlation) {
  *correlation = LfChannelCorrelation();
  FieldReader fields(reader);
  if (!fields.Bool()) {
    correlation->color_factor = fields.U32(kColorFactorCoding);
    correlation->base_x = fields.F16();
    correlation->base_b = fields.F16();
    fields.Expect(std::abs(correlation->base_x) <= 4.0f && std::abs(correlation->base_b) <= 4.0f,
                  "base color correlation is out of range");
    correlation->x_factor_lf = static_cast<int32_t>(fields.U(8)) - 128;
    correlation->b_factor_lf = static_cast<int32_t>(fields.U(8)) - 128;
  }
  return fields.status();
}

}  // namespace jxlpool
