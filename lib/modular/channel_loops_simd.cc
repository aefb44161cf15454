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

template <Prediction kPrediction, bool kRunsWeighted>
void DecodeSets(LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  switch (c->tables->num_words()) {
    case 1:
      return DecodeCase<LoopCase<Search::kSets, kPrediction, kRunsWeighted, true, 1>>(c, decoder, reader);
    case 2:
      return DecodeCase<LoopCase<Search::kSets, kPrediction, kRunsWeighted, true, 2>>(c, decoder, reader);
    case 4:
      return DecodeCase<LoopCase<Search::kSets, kPrediction, kRunsWeighted, true, 4>>(c, decoder, reader);
    default:
      return DecodeCase<LoopCase<Search::kSets, kPrediction, kRunsWeighted, true, 8>>(c, decoder, reader);
  }
}

void DecodeRowsOf(LoopKind kind, LoopContext* c, EntropyDecoder* decoder, BitReader* reader) {
  constexpr auto kAll = WestProperties::kAll;
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
    case LoopKind::kSetsZero:
      if (c->tables->num_words() == 1) {
        using Case = LoopCase<Search::kSets, Prediction::kZero, false, false, 1, kAll>;
        return DecodeCase<Case>(c, decoder, reader);
      }
      return DecodeCase<LoopCase<Search::kSets, Prediction::kZero, false, false, 8, kAll>>(c, decoder, reader);
    case LoopKind::kSetsGradient:
      return DecodeSets<Prediction::kGradient, false>(c, decoder, reader);
    case LoopKind::kSetsMixed:
      return DecodeSets<Prediction::kGradientOrWeighted, true>(c, decoder, reader);
    case LoopKind::kSetsAny:
      return DecodeCase<LoopCase<Search::kSets, Prediction::kAny, false, false, 8, kAll>>(c, decoder, reader);
    case LoopKind::kSetsAnyWeighted:
      return DecodeCase<LoopCase<Search::kSets, Prediction::kAny, true, false, 8, kAll>>(c, decoder, reader);
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
