#include "lib/modular/loop_context.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

// Takes `count` entries with padding on both sides from a block; returns entry 0.
template <typename T>
T* Carve(uint8_t** next, size_t count) {
  T* start = reinterpret_cast<T*>(*next) + LoopContext::kPadding;
  *next += RoundUp((count + 2 * LoopContext::kPadding) * sizeof(T), kRowAlignment);
  return start;
}

template <typename T>
size_t CarvedBytes(size_t count) {
  return RoundUp((count + 2 * LoopContext::kPadding) * sizeof(T), kRowAlignment);
}

}  // namespace

Status LoopContext::Init(const ChannelDecoderParams& params, const PrunedTree& pruned, ModularImage* image,
                         size_t index) {
  channel = &(*image)[index];
  width = channel->width();
  height = channel->height();
  tree = &pruned;
  weighted = params.weighted;
  size_t num_references = 0;
  for (size_t i = index; i-- > 0 && num_references < pruned.num_references;) {
    if ((*image)[i].shape() == channel->shape()) references[num_references++] = &(*image)[i];
  }
  const size_t num_words = tables == nullptr ? 0 : tables->num_words();
  const size_t bytes = 4 * CarvedBytes<int32_t>(width) + CarvedBytes<uint64_t>(width * num_words);
  JXLPOOL_ASSIGN_OR_RETURN(
      row_memory_, params.memory->Acquire(bytes, Category::kModular, ElementType::kInt32, Fill::kUninitialized));
  uint8_t* next = row_memory_.data();
  for (int32_t*& row : rows) row = Carve<int32_t>(&next, width);
  property_row = Carve<int32_t>(&next, width);
  row_sets = Carve<uint64_t>(&next, width * num_words);
  return pruned.needs_weighted() ? InitWeighted(params.memory) : OkStatus();
}

Status LoopContext::InitWeighted(Memory* memory) {
  const size_t bytes =
      2 * CarvedBytes<SubErrors>(width) + 2 * CarvedBytes<int32_t>(width) + 4 * CarvedBytes<uint32_t>(kSmallError);
  JXLPOOL_ASSIGN_OR_RETURN(weighted_memory_,
                           memory->Acquire(bytes, Category::kModular, ElementType::kInt32, Fill::kUninitialized));
  uint8_t* next = weighted_memory_.data();
  sub_errors = Carve<SubErrors>(&next, width);
  error_sums = Carve<SubErrors>(&next, width);
  for (int32_t*& row : true_errors) row = Carve<int32_t>(&next, width);
  for (size_t i = 0; i < 4; ++i) {
    const uint32_t* const same = std::find(weighted.w, weighted.w + i, weighted.w[i]);
    if (same != weighted.w + i) {
      weights[i] = weights[same - weighted.w];
      continue;
    }
    uint32_t* table = Carve<uint32_t>(&next, kSmallError);
    for (uint32_t error = 0; error < kSmallError; ++error) table[error] = SubPredictorWeight(weighted.w[i], error);
    weights[i] = table;
  }
  return OkStatus();
}

void LoopContext::LoadFirstRow(const GenericLoop& generic) {
  for (size_t x = 0; x < width; ++x) rows[0][x] = channel->Get(x, 0);
  StoreRow(0);
  if (!tree->needs_weighted()) return;
  for (size_t x = 0; x < width; ++x) {
    true_errors[0][x] = generic.weighted().true_error(x);
    for (size_t i = 0; i < 4; ++i) sub_errors[x].value[i] = generic.weighted().sub_error(x, i);
  }
  FinishErrors(0);
}

void LoopContext::FinishErrors(size_t y) {
  int32_t* true_row = true_errors[y % 2];
  true_row[-1] = true_row[0];
  true_row[width] = true_row[width - 1];
  sub_errors[-1] = sub_errors[0];
  sub_errors[width] = sub_errors[width - 1];
  const uint32_t* from = reinterpret_cast<const uint32_t*>(sub_errors - 1);
  uint32_t* to = reinterpret_cast<uint32_t*>(error_sums);
  for (size_t i = 0; i < size_t{4} * width; ++i) to[i] = from[i] + from[i + 4] + from[i + 8];
}

void LoopContext::StoreRow(size_t y) {
  int32_t* row = rows[y % 3];
  row[-1] = row[0];
  row[width] = row[width - 1];
  row[width + 1] = row[width - 1];
  if (channel->type() == SampleType::kInt32) {
    std::copy_n(row, width, channel->Row<int32_t>(y));
    return;
  }
  int16_t* to = channel->Row<int16_t>(y);
  for (size_t x = 0; x < width; ++x) to[x] = static_cast<int16_t>(row[x]);
}

}  // namespace jxlpool
