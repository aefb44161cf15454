#include "lib/modular/channel_decoder.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

#include "lib/modular/channel_loops.h"
#include "lib/modular/generic_loop.h"
#include "lib/modular/leaf_tables.h"
#include "lib/modular/loop_context.h"
#include "lib/modular/tree_prune.h"

namespace jxlpool {
namespace {

// Channels with fewer samples are not worth the preparations.
constexpr uint64_t kMinSamples = 512;

// How a channel is going to be decoded.
struct ChannelPlan {
  PrunedTree tree;
  LeafTables tables;
  PoolVector<uint8_t> clusters;
  LoopKind kind = LoopKind::kZero;
};

bool IsOnly(const PrunedTree& tree, Predictor predictor) {
  return tree.predictors == 1u << static_cast<uint32_t>(predictor);
}

// The cases that need no sets of leaves. False if none of them fits.
bool ChooseSimpleKind(const PrunedTree& tree, LoopKind* kind) {
  if (tree.leaves.size() == 1) {
    if (IsOnly(tree, Predictor::kZero)) {
      *kind = LoopKind::kZero;
      return true;
    }
    if (!tree.unit_residuals) return false;
    if (IsOnly(tree, Predictor::kGradient)) {
      *kind = LoopKind::kGradient;
      return true;
    }
    if (IsOnly(tree, Predictor::kWeighted)) {
      *kind = LoopKind::kWeighted;
      return true;
    }
  }
  return false;
}

bool HasOneProperty(const PrunedTree& tree, uint32_t property) {
  return tree.properties == 1u << property && tree.num_references == 0 && tree.unit_residuals;
}

bool LooksAt(const PrunedTree& tree, std::initializer_list<uint32_t> properties) {
  return std::any_of(properties.begin(), properties.end(),
                     [&tree](uint32_t property) { return tree.has_property(property); });
}

LoopKind ChooseSetsKind(const PrunedTree& tree, SampleType type) {
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

// The sum of the sizes of sets, in words, that loops exist for.
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

// Replaces the sets of the only property by the clusters of their leaves.
Status ListClusters(uint32_t property, Memory* memory, ChannelPlan* plan, LoopContext* context) {
  const PropertyTable& table = plan->tables.table(property);
  context->cluster_low = table.low;
  context->cluster_high = table.high;
  plan->clusters = PoolVector<uint8_t>(memory, Category::kModular);
  const size_t count = static_cast<size_t>(table.high - table.low) + 1;
  JXLPOOL_RETURN_IF_ERROR(plan->clusters.ResizeUninitialized(count));
  for (size_t i = 0; i < count; ++i) {
    const uint64_t* set = plan->tables.Find(property, table.low + static_cast<int32_t>(i));
    size_t word = 0;
    while (set[word] == 0) ++word;
    const size_t leaf = 64 * word + static_cast<size_t>(std::countr_zero(set[word]));
    plan->clusters[i] = static_cast<uint8_t>(plan->tree.leaves[leaf].cluster);
  }
  context->clusters = plan->clusters.data();
  return OkStatus();
}

// Sets *possible to false if only the generic loop can decode the channel.
Status MakePlan(const ChannelDecoderParams& params, const ModularImage& image, size_t index, ChannelPlan* plan,
                LoopContext* context, bool* possible) {
  const ChannelShape& shape = image[index].shape();
  ChannelFacts facts;
  facts.channel = static_cast<uint32_t>(index);
  facts.stream = params.stream_index;
  facts.width = shape.width;
  facts.height = shape.height;
  for (size_t i = index; i-- > 0 && facts.num_references < params.tree->tree.num_references();) {
    if (image[i].shape() == shape) ++facts.num_references;
  }
  const size_t max_visits = static_cast<size_t>(2 * shape.area());
  JXLPOOL_RETURN_IF_ERROR(PruneTree(*params.tree, facts, max_visits, params.memory, &plan->tree, possible));
  if (!*possible) return OkStatus();
  if (plan->tree.needs_weighted() && shape.width > WeightedColumns::kMaxWidth) {
    *possible = false;
    return OkStatus();
  }
  if (ChooseSimpleKind(plan->tree, &plan->kind)) return OkStatus();
  plan->kind = ChooseSetsKind(plan->tree, image.type());
  JXLPOOL_RETURN_IF_ERROR(plan->tables.Build(plan->tree, WordSizes(plan->kind), params.memory, possible));
  if (!*possible) return OkStatus();
  if (plan->kind == LoopKind::kSetsZeroValues) {
    if (LeafTables::is_ranked(plan->tables.num_words())) {
      plan->kind = LoopKind::kSetsZero;
      JXLPOOL_RETURN_IF_ERROR(plan->tables.Build(plan->tree, WordSizes(plan->kind), params.memory, possible));
    } else {
      JXLPOOL_RETURN_IF_ERROR(plan->tables.MergeMagnitude(4, 6, params.memory));
      JXLPOOL_RETURN_IF_ERROR(plan->tables.MergeMagnitude(5, 7, params.memory));
    }
  }
  context->tables = &plan->tables;
  if (plan->kind == LoopKind::kByGradient) return ListClusters(kPropertyGradient, params.memory, plan, context);
  if (plan->kind == LoopKind::kByWeighted) return ListClusters(kPropertyWeighted, params.memory, plan, context);
  return OkStatus();
}

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

Status DecodeChannel(const ChannelDecoderParams& params, ModularImage* image, size_t index, EntropyDecoder* decoder,
                     BitReader* reader) {
  ModularChannel& channel = (*image)[index];
  GenericLoop generic(params, image, index);
  bool possible = MaySpecialise(params.loops, channel.shape());
  ChannelPlan plan;
  LoopContext context;
  if (possible) JXLPOOL_RETURN_IF_ERROR(MakePlan(params, *image, index, &plan, &context, &possible));
  if (!possible) return generic.DecodeRows(0, channel.height(), decoder, reader);
  int32_t value = 0;
  if (IsConstant(plan, *decoder, &value)) {
    channel.FillWith(value);
    const ClusterInfo& cluster = decoder->code().cluster(plan.tree.leaves[0].cluster);
    decoder->SkipConstants(cluster.constant_value, channel.shape().area());
    return OkStatus();
  }
  JXLPOOL_RETURN_IF_ERROR(context.Init(params, plan.tree, image, index));
  JXLPOOL_RETURN_IF_ERROR(generic.DecodeRows(0, 1, decoder, reader));
  context.LoadFirstRow(generic);
  DecodeChannelRows(plan.kind, &context, decoder, reader);
  return reader->Check();
}

}  // namespace jxlpool
