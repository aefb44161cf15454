#include "lib/modular/loops/channel_plan.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

namespace jxlpool {
namespace {

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

}  // namespace

Status BeginPlan(const ChannelDecoderParams& params, const ModularImage& image, size_t index, ChannelPlan* plan) {
  const ChannelShape& shape = image[index].shape();
  ChannelFacts facts;
  facts.channel = static_cast<uint32_t>(index);
  facts.stream = params.stream_index;
  facts.width = shape.width;
  facts.height = shape.height;
  facts.type = image.type();
  plan->num_samples = shape.area();
  for (size_t i = index; i-- > 0 && facts.num_references < params.tree->tree.num_references();) {
    if (image[i].shape() == shape) ++facts.num_references;
  }
  const size_t max_visits = static_cast<size_t>(2 * shape.area());
  JXLPOOL_RETURN_IF_ERROR(PruneTree(*params.tree, facts, max_visits, params.memory, &plan->tree, &plan->is_possible));
  if (!plan->is_possible) return OkStatus();
  plan->is_possible = !plan->tree.needs_weighted() || shape.width <= WeightedColumns::kMaxWidth;
  if (!ChooseSimpleKind(plan->tree, &plan->kind)) plan->kind = ChooseSetsKind(plan->tree, image.type());
  return OkStatus();
}

Status CompletePlan(const ChannelDecoderParams& params, size_t min_words, ChannelPlan* plan, LoopContext* context) {
  if (!plan->has_sets()) return OkStatus();
  // Sizes below the least one are left out.
  const auto sizes = [min_words](LoopKind kind) {
    return WordSizes(kind) & ~(static_cast<uint32_t>(std::bit_ceil(min_words)) - 1);
  };
  const auto build = [&] {
    return plan->tables.Build(plan->tree, sizes(plan->kind), plan->num_samples, params.memory, &plan->is_possible);
  };
  JXLPOOL_RETURN_IF_ERROR(build());
  if (plan->is_possible && plan->kind == LoopKind::kSetsZeroValues) {
    if (LeafTables::is_ranked(plan->tables.num_words())) {
      plan->kind = LoopKind::kSetsZero;
      JXLPOOL_RETURN_IF_ERROR(build());
    } else {
      JXLPOOL_RETURN_IF_ERROR(plan->tables.MergeMagnitude(4, 6, params.memory, &plan->is_possible));
      if (!plan->is_possible) return OkStatus();
      JXLPOOL_RETURN_IF_ERROR(plan->tables.MergeMagnitude(5, 7, params.memory, &plan->is_possible));
    }
  }
  if (!plan->is_possible) return OkStatus();
  context->tables = &plan->tables;
  if (plan->kind == LoopKind::kByGradient) return ListClusters(kPropertyGradient, params.memory, plan, context);
  if (plan->kind == LoopKind::kByWeighted) return ListClusters(kPropertyWeighted, params.memory, plan, context);
  return OkStatus();
}

}  // namespace jxlpool
