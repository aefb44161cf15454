#include "lib/vardct/hf_coefficients.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/bits.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/symbol_reader.h"
#include "lib/vardct/dequantize.h"
#include "lib/vardct/varblock.h"
#include "lib/vardct/vardct_tables.h"

// Nothing here is SIMD, but the loops gain from the shift instructions of newer CPUs. Two builds are enough.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/vardct/hf_coefficients.cc"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on

#ifndef LIB_VARDCT_HF_COEFFICIENTS_ONCE_
#define LIB_VARDCT_HF_COEFFICIENTS_ONCE_
namespace jxlpool {

// The context of a coefficient is a sum of two parts: one follows from its position, one from the number of nonzeros
// left, both divided by the number of blocks. These tables hold the parts times two.
constexpr std::array<uint16_t, 65> MakeDoubled(const int16_t (&table)[64]) {
  std::array<uint16_t, 65> doubled = {};
  for (size_t i = 1; i < 64; ++i) doubled[i] = static_cast<uint16_t>(2 * table[i]);
  doubled[64] = doubled[63];
  return doubled;
}
inline constexpr std::array<uint16_t, 65> kPositionContext2 = MakeDoubled(kFrequencyContexts);
inline constexpr std::array<uint16_t, 65> kNonzerosContext2 = MakeDoubled(kNonzeroContexts);

// Sinks take decoded coefficients. This one dequantises them into the blocks of the group state.
struct SampleSink {
  // Coded integers below this have their dequantised value in a table.
  static constexpr uint32_t kNumSmall = 64;
  static constexpr bool kReconstructs = true;

  explicit SampleSink(const GroupState& group_state) : state(&group_state) {
    for (size_t c = 0; c < 3; ++c) {
      bias[c] = state->frame->Bias(c);
      for (uint32_t i = 0; i < kNumSmall; ++i) small[c][i] = AdjustQuantBias(UnpackSigned(i), bias[c]);
    }
  }

  struct Block {
    float* out;
    const float* table;
    const float* small;
    float scale;
    QuantBias bias;

    [[gnu::always_inline]] void Put(size_t position, uint32_t coded) {
      const float value = coded < kNumSmall ? small[coded] : AdjustQuantBias(UnpackSigned(coded), bias);
      out[position] = value * scale * table[position];
    }
  };
  Block Start(const Varblock& varblock, size_t c) const {
    return Block{state->blocks[c], state->frame->dequant.Table(ShapeOf(varblock.type).dequant_table, c), small[c],
                 state->quant_scale[c] / static_cast<float>(varblock.hf_mul + 1), bias[c]};
  }

  const GroupState* state;
  QuantBias bias[3];
  float small[3][kNumSmall];
};

// This one adds them to what earlier passes said.
template <typename T>
struct StoreSink {
  static constexpr bool kReconstructs = false;

  struct Block {
    T* out;
    uint32_t shift;

    [[gnu::always_inline]] void Put(size_t position, uint32_t coded) {
      const uint32_t value = static_cast<uint32_t>(UnpackSigned(coded)) << shift;
      out[position] = static_cast<T>(static_cast<uint32_t>(out[position]) + value);
    }
  };
  Block Start(const Varblock& varblock, size_t c) const {
    return Block{coefficients.planes[c] + state->Position(varblock, c), shift};
  }

  const GroupState* state;
  StoredCoefficients<T> coefficients;
  uint32_t shift;
};

// One pass of one group.
struct PassContext {
  const GroupState* state;
  const CoefficientOrders* orders;
  const uint8_t* clusters;  // of the selected histogram
};

}  // namespace jxlpool
#endif  // LIB_VARDCT_HF_COEFFICIENTS_ONCE_

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

// The next integer; *nonzero becomes all ones if it is not zero, else zero. Readers that know this from the token,
// before they have the integer, shorten the chain of dependencies from one coefficient to the next.
template <class Symbols>
HWY_INLINE uint32_t ReadWithMask(Symbols& symbols, size_t cluster, uint32_t* nonzero) {
  if constexpr (requires { symbols.ReadCluster(cluster, nonzero); }) {
    return symbols.ReadCluster(cluster, nonzero);
  } else {
    const uint32_t coded = symbols.ReadCluster(cluster);
    *nonzero = coded != 0 ? ~uint32_t{0} : 0;
    return coded;
  }
}

// Decodes the coefficients of one varblock and channel, of which `left` > 0 are not zero; false if fewer are.
// kLog2Blocks: log2 of the number of blocks, or -1 if only known at run time. The cluster of the next coefficient is
// looked up for both possible outcomes of the current one, off the chain of dependencies.
template <int kLog2Blocks, class Symbols, class Block>
HWY_INLINE bool DecodeCoefficients(Symbols& symbols, const uint8_t* HWY_RESTRICT clusters,
                                   const uint16_t* HWY_RESTRICT order, uint32_t log2_blocks, uint32_t left, Block block,
                                   uint32_t* extent) {
  const uint32_t shift = kLog2Blocks >= 0 ? kLog2Blocks : log2_blocks;
  const uint32_t round = (1u << shift) - 1;
  const uint32_t size = static_cast<uint32_t>(kBlockSize) << shift;
  uint32_t k = 1u << shift;
  uint32_t positions = 0;
  size_t cluster =
      clusters[kNonzerosContext2[(left + round) >> shift] + kPositionContext2[k >> shift] + (left > size / 16 ? 0 : 1)];
  while (true) {
    const size_t position = order[k];
    ++k;
    const uint8_t* next = clusters + kPositionContext2[k >> shift];
    const size_t if_zero = next[kNonzerosContext2[(left + round) >> shift]];
    const size_t if_nonzero = next[kNonzerosContext2[(left - 1 + round) >> shift] + 1];
    uint32_t nonzero;
    const uint32_t coded = ReadWithMask(symbols, cluster, &nonzero);
    block.Put(position, coded);
    positions |= static_cast<uint32_t>(position) & nonzero;
    left += nonzero;
    cluster = if_zero ^ ((if_zero ^ if_nonzero) & nonzero);
    if (left == 0) break;
    if (k == size) return false;
  }
  *extent |= positions;
  return true;
}

// Predicts the count of block (x, y), whose entry `nonzeros` is, from those of the blocks to the left and above.
HWY_INLINE uint32_t PredictNonzeros(const uint8_t* nonzeros, uint32_t x, uint32_t y) {
  if (y == 0) return x == 0 ? 32 : nonzeros[-1];
  const uint32_t above = nonzeros[-static_cast<ptrdiff_t>(kGroupDimInBlocks)];
  return x == 0 ? above : (above + nonzeros[-1] + 1) >> 1;
}

HWY_INLINE uint32_t BlockContextOf(const GroupState& state, const Varblock& varblock, size_t c, uint32_t lf_index) {
  const VarDctFrame& frame = *state.frame;
  const HfBlockContext& context = frame.block_context;
  uint32_t hf_mul = varblock.hf_mul;
  if (state.dimensions->subsampled) {
    // The multiplier comes from the column of the channel's own grid.
    const uint32_t x = varblock.x >> state.dimensions->hshift[c];
    hf_mul = state.hf_mul.Row(varblock.y)[x];
  }
  const uint32_t row = (c == 1   ? 0
                        : c == 0 ? 1
                                 : 2) *
                           static_cast<uint32_t>(kNumOrders) +
                       ShapeOf(varblock.type).order_id;
  const uint32_t qf_cell = row * (context.num_qf_thresholds + 1) + context.qf_index[hf_mul];
  return context.map[qf_cell * context.num_lf_contexts + lf_index];
}

template <class CoderType, class Sink>
HWY_INLINE Status DecodeVarblocks(const PassContext& pass, const Sink& sink, EntropyDecoder* decoder,
                                  BitReader* reader) {
  SymbolReader<CoderType> symbols(decoder, *reader);
  const GroupState& state = *pass.state;
  const VarDctFrame& frame = *state.frame;
  const uint32_t num_block_contexts = frame.block_context.num_block_contexts;
  const uint8_t* const coefficient_clusters = pass.clusters + kNonzeroCountContexts * num_block_contexts;
  for (size_t i = 0; i < state.num_varblocks; ++i) {
    Varblock& varblock = state.varblocks[i];
    const TransformShape& shape = ShapeOf(varblock.type);
    const uint32_t log2_blocks = shape.log2_blocks();
    const uint32_t num_blocks = 1u << log2_blocks;
    const uint32_t lf_index = state.lf_index.empty() ? 0 : state.lf_index.Row(varblock.y)[varblock.x];
    for (const size_t c : {size_t{1}, size_t{0}, size_t{2}}) {
      if (!state.HasChannel(varblock, c)) continue;
      const uint32_t x = varblock.x >> state.dimensions->hshift[c];
      const uint32_t y = varblock.y >> state.dimensions->vshift[c];
      uint8_t* nonzeros = state.nonzeros[c] + y * kGroupDimInBlocks + x;
      const uint32_t predicted = PredictNonzeros(nonzeros, x, y);
      const uint32_t block_context = BlockContextOf(state, varblock, c, lf_index);
      const uint32_t count_context = predicted < 8 ? predicted : 4 + predicted / 2;
      const uint32_t count = symbols.ReadCluster(pass.clusters[count_context * num_block_contexts + block_context]);
      if (count > (num_blocks << 6) - num_blocks) [[unlikely]] {
        symbols.Store(reader);
        return Corrupt("a varblock has too many nonzero coefficients", reader->Position());
      }
      const uint8_t per_block = static_cast<uint8_t>((count + num_blocks - 1) >> log2_blocks);
      for (uint32_t dy = 0; dy < shape.block_rows; ++dy) {
        for (uint32_t dx = 0; dx < shape.block_columns; ++dx) nonzeros[dy * kGroupDimInBlocks + dx] = per_block;
      }
      if (count == 0) continue;
      const uint8_t* clusters = coefficient_clusters + kCoefficientContexts * block_context;
      const uint16_t* order = pass.orders->Order(shape.order_id, c);
      const auto block = sink.Start(varblock, c);
      const bool good =
          log2_blocks == 0
              ? DecodeCoefficients<0>(symbols, clusters, order, 0, count, block, &varblock.extent[c])
              : DecodeCoefficients<-1>(symbols, clusters, order, log2_blocks, count, block, &varblock.extent[c]);
      if (!good) [[unlikely]] {
        symbols.Store(reader);
        return Corrupt("a varblock has fewer coefficients than announced", reader->Position());
      }
    }
    if constexpr (Sink::kReconstructs) ReconstructVarblock(state, varblock);
  }
  symbols.Store(reader);
  return decoder->Finish(reader);
}

template <class Sink>
HWY_INLINE Status DecodeAnyCoder(const PassContext& pass, const Sink& sink, EntropyDecoder* decoder,
                                 BitReader* reader) {
  return VisitCoder(decoder->kind(),
                    [&](auto coder) HWY_ATTR { return DecodeVarblocks<decltype(coder)>(pass, sink, decoder, reader); });
}

Status DecodeToSamples(const PassContext& pass, const SampleSink& sink, EntropyDecoder* decoder, BitReader* reader) {
  return DecodeAnyCoder(pass, sink, decoder, reader);
}

Status DecodeToInt16(const PassContext& pass, const StoreSink<int16_t>& sink, EntropyDecoder* decoder,
                     BitReader* reader) {
  return DecodeAnyCoder(pass, sink, decoder, reader);
}

Status DecodeToInt32(const PassContext& pass, const StoreSink<int32_t>& sink, EntropyDecoder* decoder,
                     BitReader* reader) {
  return DecodeAnyCoder(pass, sink, decoder, reader);
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {
namespace {

HWY_EXPORT(DecodeToSamples);
HWY_EXPORT(DecodeToInt16);
HWY_EXPORT(DecodeToInt32);

Status Decode(const PassContext& pass, const SampleSink& sink, EntropyDecoder* decoder, BitReader* reader) {
  return HWY_DYNAMIC_DISPATCH(DecodeToSamples)(pass, sink, decoder, reader);
}
Status Decode(const PassContext& pass, const StoreSink<int16_t>& sink, EntropyDecoder* decoder, BitReader* reader) {
  return HWY_DYNAMIC_DISPATCH(DecodeToInt16)(pass, sink, decoder, reader);
}
Status Decode(const PassContext& pass, const StoreSink<int32_t>& sink, EntropyDecoder* decoder, BitReader* reader) {
  return HWY_DYNAMIC_DISPATCH(DecodeToInt32)(pass, sink, decoder, reader);
}

// Reads the choice of histogram, starts the stream and decodes it.
template <class Sink>
Status DecodePass(const GroupState& state, uint32_t pass_index, const Sink& sink, BitReader* reader, Memory* memory) {
  const VarDctFrame& frame = *state.frame;
  const HfPass& pass = frame.passes[pass_index];
  const uint32_t histogram = reader->Read(CeilLog2(frame.num_histograms));
  if (histogram >= frame.num_histograms) return Corrupt("unknown HF histogram", reader->Position());
  const size_t first_context = size_t{histogram} * kContextsPerBlockContext * frame.block_context.num_block_contexts;
  const PassContext context = {&state, &pass.orders, pass.code.cluster_map() + first_context};
  // Each channel of a block has at most one count and 63 coefficients.
  const uint64_t max_values = uint64_t{3} * state.rect.columns * state.rect.rows * kBlockSize;
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(pass.code, reader, memory, 0, max_values));
  return Decode(context, sink, &decoder, reader);
}

}  // namespace

Status DecodeOnlyPass(const GroupState& state, BitReader* reader, Memory* memory) {
  return DecodePass(state, 0, SampleSink(state), reader, memory);
}

template <typename T>
Status AddPass(const GroupState& state, uint32_t pass, const StoredCoefficients<T>& coefficients, BitReader* reader,
               Memory* memory) {
  const StoreSink<T> sink = {&state, coefficients, state.frame->header->passes.shift[pass]};
  return DecodePass(state, pass, sink, reader, memory);
}

template Status AddPass(const GroupState&, uint32_t, const StoredCoefficients<int16_t>&, BitReader*, Memory*);
template Status AddPass(const GroupState&, uint32_t, const StoredCoefficients<int32_t>&, BitReader*, Memory*);

bool FitsInt16(const VarDctFrame& frame) {
  const Passes& passes = frame.header->passes;
  uint32_t bits = 0;
  for (uint32_t p = 0; p < passes.num_passes; ++p) {
    bits = std::max(bits, frame.passes[p].code.max_value_bits() + passes.shift[p]);
  }
  return bits + CeilLog2(passes.num_passes) < 16;
}

}  // namespace jxlpool
#endif  // HWY_ONCE
