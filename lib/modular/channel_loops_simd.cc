#include "lib/modular/channel_loops.h"

// One target with bit manipulation instructions suffices: the loops are scalar but for what precedes a row.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/modular/channel_loops_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/entropy/symbol_reader.h"
#include "lib/modular/row_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

template <class Case, class Coder>
void DecodeWith(LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  SymbolReader<Coder> symbols(decoder, *reader);
  DecodeRows<Case>(*c, symbols);
  symbols.Store(reader);
}

// For coders that are too rare for loops of their own.
class AnySymbols {
 public:
  AnySymbols(EntropyDecoder* decoder, BitReader* reader) : decoder_(decoder), reader_(reader) {}
  uint32_t ReadCluster(size_t cluster) { return decoder_->ReadCluster(reader_, cluster); }
  bool overrun() const { return reader_->overrun(); }

 private:
  EntropyDecoder* decoder_;
  BitReader* reader_;
};

template <class Case>
void DecodeCase(LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  const CoderKind kind = decoder->kind();
  if (kind.copies == Copies::kNone && kind.uses_ans) {
    DecodeWith<Case, Coder<true, Copies::kNone>>(c, decoder, reader);
  } else if (kind.copies == Copies::kNone) {
    DecodeWith<Case, Coder<false, Copies::kNone>>(c, decoder, reader);
  } else {
    AnySymbols symbols(decoder, reader);
    DecodeRows<Case>(*c, symbols);
  }
}

// Leaf sets of as many words as the tables have, which is one of kWordSizes.
template <Prediction kPrediction, bool kRunsWeighted, bool kUnit, WestProperties kWest, size_t... kWordSizes>
void DecodeSets(LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  const size_t num_words = c->tables->num_words();
  const auto decode_if = [&](auto words) {
    if (num_words != words()) return;
    DecodeCase<LoopCase<Search::kSets, kPrediction, kRunsWeighted, kUnit, words(), kWest>>(c, decoder, reader);
  };
  (decode_if(std::integral_constant<size_t, kWordSizes>()), ...);
}

void DecodeRowsOf(LoopKind kind, LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  constexpr auto kAll = WestProperties::kAll;
  constexpr auto kDifferences = WestProperties::kDifferences;
  switch (kind) {
    case LoopKind::kZero:
      return DecodeCase<LoopCase<Search::kOneLeaf, Prediction::kZero, false, false>>(c, decoder, reader);
    case LoopKind::kGradient:
      if (decoder->kind().copies == Copies::kRepeat && !decoder->kind().uses_ans) {
        using Case = LoopCase<Search::kOneLeaf, Prediction::kGradient, false>;
        return DecodeWith<Case, Coder<false, Copies::kRepeat>>(c, decoder, reader);
      }
      return DecodeCase<LoopCase<Search::kOneLeaf, Prediction::kGradient, false>>(c, decoder, reader);
    case LoopKind::kWeighted:
      return DecodeCase<LoopCase<Search::kOneLeaf, Prediction::kWeighted, true>>(c, decoder, reader);
    case LoopKind::kByGradient:
      return DecodeCase<LoopCase<Search::kByGradient, Prediction::kGradient, false>>(c, decoder, reader);
    case LoopKind::kByWeighted:
      return DecodeCase<LoopCase<Search::kByWeighted, Prediction::kWeighted, true>>(c, decoder, reader);
    case LoopKind::kSetsZeroValues:
      return DecodeSets<Prediction::kZero, false, false, WestProperties::kValues, 1, 2>(c, decoder, reader);
    case LoopKind::kSetsZero:
      return DecodeSets<Prediction::kZero, false, false, kAll, 8>(c, decoder, reader);
    case LoopKind::kSetsGradient:
      return DecodeSets<Prediction::kGradient, false, true, kDifferences, 1, 2, 4, 8>(c, decoder, reader);
    case LoopKind::kSetsMixed:
      return DecodeSets<Prediction::kGradientOrWeighted, true, true, kDifferences, 1, 2, 4, 8>(c, decoder, reader);
    case LoopKind::kSetsMixedAll:
      return DecodeSets<Prediction::kGradientOrWeighted, true, true, kAll, 4, 8>(c, decoder, reader);
    case LoopKind::kSetsAny:
      return DecodeSets<Prediction::kAny, false, false, kAll, 8>(c, decoder, reader);
    case LoopKind::kSetsAnyWeighted:
      return DecodeSets<Prediction::kAny, true, false, kAll, 8>(c, decoder, reader);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(DecodeRowsOf);

void DecodeChannelRows(LoopKind kind, LoopContext* context, EntropyDecoder* decoder, BitReader* reader) {
  HWY_DYNAMIC_DISPATCH(DecodeRowsOf)(kind, context, decoder, reader);
}

}  // namespace jxlpool
#endif
