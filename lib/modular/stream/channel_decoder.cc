#include "lib/modular/stream/channel_decoder.h"

#include <algorithm>

#include "lib/modular/loops/generic_loop.h"

namespace jxlpool {
namespace {

// Channels with fewer samples are not worth the preparations.
constexpr uint64_t kMinSamples = 512;

bool MaySpecialise(ChannelLoops loops, const ChannelShape& shape) {
  if (loops == ChannelLoops::kGeneric || shape.width < LoopContext::kMinWidth || shape.height < 2) return false;
  return loops == ChannelLoops::kSpecialised || shape.area() >= kMinSamples;
}

// All samples are the same and nothing is read for them.
bool IsConstant(const ChannelPlan& plan, const EntropyDecoder& decoder, int32_t* value) {
  if (plan.kind != LoopKind::kZero || decoder.kind().copies != Copies::kNone) return false;
  const PrunedLeaf& leaf = plan.tree.leaves[0];
  const ClusterInfo& cluster = decoder.code().cluster(leaf.cluster);
  if (!cluster.is_constant || cluster.constant_extra_bits != 0) return false;
  const int64_t residual = UnpackSigned(cluster.constant_value);
  *value = static_cast<int32_t>(residual * leaf.multiplier + leaf.offset);
  return true;
}

}  // namespace

Status ChannelDecoder::Plan(const ChannelDecoderParams& params, ModularImage* image, size_t index) {
  params_ = &params;
  image_ = image;
  index_ = index;
  if (!MaySpecialise(params.loops, (*image)[index].shape())) return OkStatus();
  return BeginPlan(params, *image, index, &plan_);
}

Status ChannelDecoder::Begin(size_t min_words, EntropyDecoder* decoder, BitReader* reader) {
  ModularChannel& channel = (*image_)[index_];
  GenericLoop generic(*params_, image_, index_);
  if (plan_.is_possible) JXLPOOL_RETURN_IF_ERROR(CompletePlan(*params_, min_words, &plan_, &context_));
  if (!plan_.is_possible) return generic.DecodeRows(0, channel.height(), decoder, reader);
  int32_t value = 0;
  if (IsConstant(plan_, *decoder, &value)) {
    channel.FillWith(value);
    return OkStatus();
  }
  JXLPOOL_RETURN_IF_ERROR(context_.Init(*params_, plan_.tree, image_, index_));
  if (!plan_.tree.needs_weighted()) generic.LeaveOutWeighted();
  JXLPOOL_RETURN_IF_ERROR(generic.DecodeRows(0, 1, decoder, reader));
  context_.LoadFirstRow(generic);
  rows_ = ChannelRows{plan_.kind, &context_, decoder, reader};
  return OkStatus();
}

size_t ChannelDecoder::CommonWords(const ChannelDecoder& first, const ChannelDecoder& second) {
  if (!first.plan_.is_possible || !second.plan_.is_possible || first.plan_.kind != second.plan_.kind) return 1;
  const size_t words = std::max(first.plan_.min_words(), second.plan_.min_words());
  return words <= LeafTables::kMaxWords ? words : 1;
}

bool ChannelDecoder::DecodeTogether(ChannelDecoder* first, ChannelDecoder* second) {
  if (first->rows_.context == nullptr || second->rows_.context == nullptr) return false;
  if (!CanDecodeTogether(first->rows_, second->rows_)) return false;
  DecodeChannelRowPairs(first->rows_, second->rows_);
  return true;
}

Status ChannelDecoder::Finish() {
  if (rows_.context == nullptr) return OkStatus();
  if (context_.next_row < context_.height && !rows_.reader->overrun()) DecodeChannelRows(rows_);
  return rows_.reader->Check();
}

}  // namespace jxlpool
