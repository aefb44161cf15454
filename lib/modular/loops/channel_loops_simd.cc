#include "lib/modular/loops/channel_loops.h"

// One target with bit manipulation instructions suffices, as only what precedes a row is vectorised.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/modular/loops/channel_loops_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/entropy/symbol_reader.h"
#include "lib/modular/loops/row_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

template <class Case, class Coder>
void DecodeWith(LoopContext& c) {
  SymbolReader<Coder> symbols(c.decoder, *c.reader);
  DecodeRows<Case>(c, symbols);
  symbols.Store(c.reader);
}

template <class Case, class Coder>
void DecodePairsWith(LoopContext& first, LoopContext& second) {
  SymbolReader<Coder> symbols0(first.decoder, *first.reader);
  SymbolReader<Coder> symbols1(second.decoder, *second.reader);
  DecodeRowPairs<Case>(first, second, symbols0, symbols1);
  symbols0.Store(first.reader);
  symbols1.Store(second.reader);
}

// Reads symbols of coders that are too rare for loops of their own.
class AnySymbols {
 public:
  AnySymbols(EntropyDecoder* decoder, BitReader* reader) : decoder_(decoder), reader_(reader) {}
  uint32_t ReadCluster(size_t cluster) { return decoder_->ReadCluster(reader_, cluster); }
  bool overrun() const { return reader_->overrun(); }

 private:
  EntropyDecoder* decoder_;
  BitReader* reader_;
};

// What to do with a static case: DecodeOne decodes one channel, DecodeTwo two. REQUIRES of two: CanDecodeTogether.
struct DecodeOne {
  LoopContext& c;

  const LoopContext& any() const { return c; }
  template <class Case>
  void Run() const {
    const CoderKind kind = c.decoder->kind();
    if constexpr (Case::kSearch == Search::kOneLeaf && Case::kPrediction == Prediction::kGradient) {
      if (kind.copies == Copies::kRepeat && !kind.uses_ans) {
        return DecodeWith<Case, Coder<false, Copies::kRepeat>>(c);
      }
    }
    if (kind.copies == Copies::kNone && kind.uses_ans) {
      DecodeWith<Case, Coder<true, Copies::kNone>>(c);
    } else if (kind.copies == Copies::kNone) {
      DecodeWith<Case, Coder<false, Copies::kNone>>(c);
    } else {
      AnySymbols symbols(c.decoder, c.reader);
      DecodeRows<Case>(c, symbols);
    }
  }
};

struct DecodeTwo {
  LoopContext& first;
  LoopContext& second;

  const LoopContext& any() const { return first; }
  template <class Case>
  void Run() const {
    DecodePairsWith<Case, Coder<true, Copies::kNone>>(first, second);
  }
};

// Runs the case whose leaf sets have as many words as the tables. REQUIRES: that is one of kWordSizes.
template <Prediction kPrediction, bool kRunsWeighted, bool kUnit, WestProperties kWest, size_t... kWordSizes,
          class Action>
void DecodeSets(const Action& action) {
  const size_t num_words = action.any().tables->num_words();
  const auto decode_if = [&](auto words) {
    if (num_words != words()) return;
    action.template Run<LoopCase<Search::kSets, kPrediction, kRunsWeighted, kUnit, words(), kWest>>();
  };
  (decode_if(std::integral_constant<size_t, kWordSizes>()), ...);
}

template <class Action>
void Visit(const Action& action) {
  constexpr auto kAll = WestProperties::kAll;
  constexpr auto kValues = WestProperties::kValues;
  constexpr auto kDifferences = WestProperties::kDifferences;
  switch (action.any().kind) {
    case LoopKind::kZero:
      return action.template Run<LoopCase<Search::kOneLeaf, Prediction::kZero, false, false>>();
    case LoopKind::kGradient:
      return action.template Run<LoopCase<Search::kOneLeaf, Prediction::kGradient, false>>();
    case LoopKind::kWeighted:
      return action.template Run<LoopCase<Search::kOneLeaf, Prediction::kWeighted, true>>();
    case LoopKind::kByGradient:
      return action.template Run<LoopCase<Search::kByGradient, Prediction::kGradient, false>>();
    case LoopKind::kByWeighted:
      return action.template Run<LoopCase<Search::kByWeighted, Prediction::kWeighted, true>>();
    case LoopKind::kSetsZeroValues:
      return DecodeSets<Prediction::kZero, false, false, kValues, 1, 2>(action);
    case LoopKind::kSetsZero:
      return DecodeSets<Prediction::kZero, false, false, kAll, 8>(action);
    case LoopKind::kSetsGradient:
      return DecodeSets<Prediction::kGradient, false, true, kDifferences, 1, 2, 4, 8>(action);
    case LoopKind::kSetsMixed:
      return DecodeSets<Prediction::kGradientOrWeighted, true, true, kDifferences, 1, 2, 4, 8>(action);
    case LoopKind::kSetsMixedAll:
      return DecodeSets<Prediction::kGradientOrWeighted, true, true, kAll, 4, 8>(action);
    case LoopKind::kSetsAny:
      return DecodeSets<Prediction::kAny, false, false, kAll, 8>(action);
    case LoopKind::kSetsAnyWeighted:
      return DecodeSets<Prediction::kAny, true, false, kAll, 8>(action);
  }
}

void DecodeRowsOf(LoopContext* c) { Visit(DecodeOne{*c}); }
void DecodeRowsOfTwo(LoopContext* first, LoopContext* second) { Visit(DecodeTwo{*first, *second}); }

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(DecodeRowsOf);
HWY_EXPORT(DecodeRowsOfTwo);

void DecodeChannelRows(LoopContext* context) { HWY_DYNAMIC_DISPATCH(DecodeRowsOf)(context); }

bool CanDecodeTogether(const LoopContext& first, const LoopContext& second) {
  if (first.channel == nullptr || second.channel == nullptr) return false;
  if (first.kind != second.kind || first.next_row != second.next_row) return false;
  for (const LoopContext* c : {&first, &second}) {
    const CoderKind coder = c->decoder->kind();
    if (!coder.uses_ans || coder.copies != Copies::kNone) return false;
  }
  if (first.tables == nullptr || second.tables == nullptr) return first.tables == second.tables;
  return first.tables->num_words() == second.tables->num_words();
}

void DecodeChannelRowPairs(LoopContext* first, LoopContext* second) {
  HWY_DYNAMIC_DISPATCH(DecodeRowsOfTwo)(first, second);
}

}  // namespace jxlpool
#endif
