#include "lib/modular/loops/channel_plan.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

namespace jxlpool {
namespace {

bool IsOnly(const PrunedTree& tree, Predictor predictor) {
  return tree.predictors == 1u << static_cast<uint32_t>(predictor);
}

bool HasOneProperty(const PrunedTree& tree, uint32_t property) {
  return tree.properties == 1u << property && tree.num_references == 0 && tree.unit_residuals;
}

bool LooksAt(const PrunedTree& tree, std::initializer_list<uint32_t> properties) {
  return std::any_of(properties.begin(), properties.end(),
                     [&tree](uint32_t property) { return tree.has_property(property); });
}

LoopKind ChooseKind(const PrunedTree& tree, SampleType type) {
  if (tree.leaves.size() == 1) {
    if (IsOnly(tree, Predictor::kZero)) return LoopKind::kZero;
    if (tree.unit_residuals && IsOnly(tree, Predictor::kGradient)) return LoopKind::kGradient;
    if (tree.unit_residuals && IsOnly(tree, Predictor::kWeighted)) return LoopKind::kWeighted;
  }
  if (HasOneProperty(tree, kPropertyGradient) && IsOnly(tree, Predictor::kGradient)) return LoopKind::kByGradient;
  if (HasOneProperty(tree, kPropertyWeighted) && IsOnly(tree, Predictor::kWeighted)) return LoopKind::kByWeighted;
  const bool only_differences = !LooksAt(tree, {5, 7, 8, 14});
  if (tree.needs_weighted()) {
    const uint32_t gradient_or_weighted =
        (1u << static_cast<uint32_t>(Predictor::kGradient)) | (1u << static_cast<uint32_t>(Predictor::kWeighted));
    if (!tree.unit_residuals || (tree.predictors & ~gradient_or_weighted) != 0) return LoopKind::kSetsAnyWeighted;
    return only_differences ? LoopKind::kSetsMixed : LoopKind::kSetsMixedAll;
  }
  if (IsOnly(tree, Predictor::kGradient) && tree.unit_residuals && only_differences) return LoopKind::kSetsGradient;
  if (!IsOnly(tree, Predictor::kZero)) return LoopKind::kSetsAny;
  const bool only_values = !LooksAt(tree, {9, 10, 14}) && type == SampleType::kInt16;
  return only_values && tree.leaves.size() <= 128 ? LoopKind::kSetsZeroValues : LoopKind::kSetsZero;
}

// Returns the sum of the sizes of sets, in words, that loops exist for.
uint32_t WordSizes(LoopKind kind) {
  switch (kind) {
    case LoopKind::kSetsZero:
    case LoopKind::kSetsAny:
    case LoopKind::kSetsAnyWeighted:
      return 8;
    case LoopKind::kSetsMixedAll:
      return 4 | 8;
    default:
      return 1 | 2 | 4 | 8;
  }
}

}  // namespace

Status ChannelPlan::Make(const ChannelStream& stream, size_t index) {
  const ModularImage& image = *stream.image;
  const ChannelShape& shape = image[index].shape();
  ChannelFacts facts;
  facts.channel = static_cast<uint32_t>(index);
  facts.stream = stream.stream_index;
  facts.width = shape.width;
  facts.height = shape.height;
  facts.num_references = static_cast<uint32_t>(References(stream, index).count);
  facts.type = image.type();
  const size_t max_visits = static_cast<size_t>(2 * shape.area());
  JXLPOOL_RETURN_IF_ERROR(PruneTree(*stream.tree, facts, max_visits, image.memory(), &tree_));
  if (!tree_.is_complete) return OkStatus();
  is_possible_ = !tree_.needs_weighted() || shape.width <= WeightedColumns::kMaxWidth;
  kind_ = ChooseKind(tree_, image.type());
  min_words_ = CeilDiv<size_t>(tree_.leaves.size(), 64);
  return OkStatus();
}

bool ChannelPlan::IsConstant(const EntropyDecoder& decoder, int32_t* value) const {
  if (!is_possible_ || kind_ != LoopKind::kZero || decoder.kind().copies != Copies::kNone) return false;
  const PrunedLeaf& leaf = tree_.leaves[0];
  const ClusterInfo& cluster = decoder.code().cluster(leaf.cluster);
  if (!cluster.is_constant || cluster.constant_extra_bits != 0) return false;
  const int64_t residual = UnpackSigned(cluster.constant_value);
  *value = static_cast<int32_t>(residual * leaf.multiplier + leaf.offset);
  return true;
}

Status ChannelPlan::Build(const ChannelStream& stream, size_t index, LoopContext* context) {
  if (!is_possible_) return OkStatus();
  Memory* memory = stream.image->memory();
  ModularChannel* channel = &(*stream.image)[index];
  if (has_sets()) {
    JXLPOOL_RETURN_IF_ERROR(BuildTables(channel->shape().area(), memory));
    if (!is_possible_) return OkStatus();
    context->tables = &tables_;
    context->all_sets = tables_.sets();
  }
  if (kind_ == LoopKind::kByGradient) JXLPOOL_RETURN_IF_ERROR(ListClusters(kPropertyGradient, memory, context));
  if (kind_ == LoopKind::kByWeighted) JXLPOOL_RETURN_IF_ERROR(ListClusters(kPropertyWeighted, memory, context));
  context->kind = kind_;
  context->decoder = stream.decoder;
  context->reader = stream.reader;
  context->channel = channel;
  context->width = channel->width();
  context->height = channel->height();
  context->leaves = tree_.leaves.data();
  const References references(stream, index);
  std::copy_n(references.channels, tree_.num_references, context->references);
  return context->Acquire(memory, tree_.needs_weighted() ? &stream.weighted : nullptr);
}

Status ChannelPlan::BuildTables(uint64_t num_samples, Memory* memory) {
  const uint32_t too_small = static_cast<uint32_t>(std::bit_ceil(min_words_)) - 1;
  const auto build = [&] {
    return tables_.Build(tree_, WordSizes(kind_) & ~too_small, num_samples, memory, &is_possible_);
  };
  JXLPOOL_RETURN_IF_ERROR(build());
  if (!is_possible_ || kind_ != LoopKind::kSetsZeroValues) return OkStatus();
  if (LeafTables::is_ranked(tables_.num_words())) {
    kind_ = LoopKind::kSetsZero;
    return build();
  }
  JXLPOOL_RETURN_IF_ERROR(tables_.MergeMagnitude(4, 6, memory, &is_possible_));
  return is_possible_ ? tables_.MergeMagnitude(5, 7, memory, &is_possible_) : OkStatus();
}

// Replaces the sets of the only property by the clusters of their leaves.
Status ChannelPlan::ListClusters(uint32_t property, Memory* memory, LoopContext* context) {
  const PropertyTable& table = tables_.table(property);
  const size_t count = static_cast<size_t>(table.high - table.low) + 1;
  clusters_ = PoolVector<uint8_t>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(clusters_.ResizeUninitialized(count));
  for (size_t i = 0; i < count; ++i) {
    const uint64_t* set = tables_.Find(property, table.low + static_cast<int32_t>(i));
    size_t word = 0;
    while (set[word] == 0) ++word;
    const size_t leaf = 64 * word + static_cast<size_t>(std::countr_zero(set[word]));
    clusters_[i] = static_cast<uint8_t>(tree_.leaves[leaf].cluster);
  }
  context->clusters = clusters_.data();
  context->cluster_low = table.low;
  context->cluster_high = table.high;
  return OkStatus();
}

}  // namespace jxlpool
