#include "lib/modular/loops/weighted_columns.h"

#include <algorithm>
#include <new>

namespace jxlpool {

Status WeightedColumnsOwner::Create(Memory* memory, const WeightedParams& params) {
  JXLPOOL_ASSIGN_OR_RETURN(
      buffer_, memory->Acquire(sizeof(WeightedColumns), Category::kModular, ElementType::kInt32, Fill::kUninitialized));
  WeightedColumns* columns = new (buffer_.data()) WeightedColumns;
  columns->params = params;
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t same = static_cast<uint32_t>(std::find(params.w, params.w + i, params.w[i]) - params.w);
    if (same != i) {
      std::copy_n(columns->weights[same], WeightedColumns::kSmallError, columns->weights[i]);
      continue;
    }
    for (uint32_t error = 0; error < WeightedColumns::kSmallError; ++error) {
      columns->weights[i][error] = SubPredictorWeight(params.w[i], error);
    }
  }
  return OkStatus();
}

}  // namespace jxlpool
