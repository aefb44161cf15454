#include "lib/modular/loops/loop_context.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

template <typename T>
size_t CarvedBytes(size_t count) {
  return RoundUp((count + 2 * LoopContext::kPadding) * sizeof(T), kRowAlignment);
}

// Takes `count` entries with padding on both sides from a block; returns entry 0.
template <typename T>
T* Carve(uint8_t** next, size_t count) {
  T* start = reinterpret_cast<T*>(*next) + LoopContext::kPadding;
  *next += CarvedBytes<T>(count);
  return start;
}

}  // namespace

Status LoopContext::Acquire(Memory* memory, const WeightedParams* params) {
  const size_t num_words = tables == nullptr ? 0 : tables->num_words();
  const size_t set_columns = num_words == 0 ? 0 : std::min<size_t>(width, kSetColumns);
  const size_t bytes = 3 * CarvedBytes<int32_t>(width) + CarvedBytes<int32_t>(set_columns) +
                       CarvedBytes<uint64_t>(set_columns * num_words);
  JXLPOOL_ASSIGN_OR_RETURN(row_memory_, memory->Acquire(RepeatableSize(bytes), Category::kModular, ElementType::kInt32,
                                                        Fill::kUninitialized));
  uint8_t* next = row_memory_.data();
  for (int32_t*& row : rows) row = Carve<int32_t>(&next, width);
  property_row = Carve<int32_t>(&next, set_columns);
  row_sets = Carve<uint64_t>(&next, set_columns * num_words);
  if (params == nullptr) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(weighted_memory_.Create(memory, *params));
  weighted = weighted_memory_.get();
  return OkStatus();
}

void LoopContext::LoadFirstRow(const GenericLoop& generic) {
  for (size_t x = 0; x < width; ++x) rows[0][x] = channel->Get(x, 0);
  StoreRow(0);
  if (weighted == nullptr) return;
  for (size_t x = 0; x < width; ++x) {
    const size_t at = x + WeightedColumns::kBefore;
    weighted->true_errors[0][at] = generic.weighted().true_error(x);
    for (size_t i = 0; i < 4; ++i) weighted->sub_errors[i][at] = generic.weighted().sub_error(x, i);
  }
}

void LoopContext::StoreRow(size_t y) {
  next_row = y + 1;
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
