#include "lib/vardct/coefficient_order.h"

#include <array>
#include <atomic>
#include <mutex>

#include "lib/bitstream/fields.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/permutation.h"

namespace jxlpool {
namespace {

constexpr U32Coding kUsedOrdersCoding = {{Value(0x5F), Value(0x13), Value(0), Bits(13)}};

// The orders are stored one after another. These are their starts; the last entry is the size of all.
constexpr std::array<size_t, kNumOrders + 1> MakeOrderOffsets() {
  std::array<size_t, kNumOrders + 1> offsets = {};
  for (size_t o = 0; o < kNumOrders; ++o) offsets[o + 1] = offsets[o] + kOrderSizes[o].size();
  return offsets;
}
constexpr std::array<size_t, kNumOrders + 1> kOrderOffsets = MakeOrderOffsets();

uint16_t g_natural_orders[kOrderOffsets[kNumOrders]];
std::atomic<bool> g_natural_order_ready[kNumOrders];
constinit std::mutex g_natural_order_mutex;

// Low frequencies first: along the antidiagonals of a square of side `columns`, of which only every (columns / rows)-th
// row exists, in alternating direction.
void ComputeNaturalOrder(size_t rows, size_t columns, uint16_t* order) {
  const size_t lf_rows = rows / kBlockDim;
  const size_t lf_columns = columns / kBlockDim;
  for (size_t r = 0; r < lf_rows; ++r) {
    for (size_t k = 0; k < lf_columns; ++k) *order++ = static_cast<uint16_t>(r * columns + k);
  }
  const size_t ratio = columns / rows;
  for (size_t diagonal = 0; diagonal <= 2 * columns - 2; ++diagonal) {
    for (size_t step = 0; step <= diagonal; ++step) {
      const size_t x = diagonal % 2 == 0 ? step : diagonal - step;
      const size_t y = diagonal - x;
      if (x >= columns || y >= columns || y % ratio != 0) continue;
      const size_t row = y / ratio;
      if (row < lf_rows && x < lf_columns) continue;
      *order++ = static_cast<uint16_t>(row * columns + x);
    }
  }
}

}  // namespace

const uint16_t* NaturalOrder(size_t order_id) {
  uint16_t* order = g_natural_orders + kOrderOffsets[order_id];
  if (!g_natural_order_ready[order_id].load(std::memory_order_acquire)) {
    const std::lock_guard<std::mutex> lock(g_natural_order_mutex);
    if (!g_natural_order_ready[order_id].load(std::memory_order_relaxed)) {
      ComputeNaturalOrder(kOrderSizes[order_id].rows, kOrderSizes[order_id].columns, order);
      g_natural_order_ready[order_id].store(true, std::memory_order_release);
    }
  }
  return order;
}

Status CoefficientOrders::Read(BitReader* reader, Memory* memory) {
  permuted_.Release();
  for (size_t o = 0; o < kNumOrders; ++o) {
    for (size_t c = 0; c < 3; ++c) orders_[o][c] = NaturalOrder(o);
  }
  FieldReader fields(reader);
  const uint32_t used_orders = fields.U32(kUsedOrdersCoding);
  JXLPOOL_RETURN_IF_ERROR(fields.status());
  if (used_orders == 0) return OkStatus();

  size_t num_entries = 0;
  size_t largest = 0;
  for (size_t o = 0; o < kNumOrders; ++o) {
    if ((used_orders >> o & 1) == 0) continue;
    num_entries += 3 * kOrderSizes[o].size();
    largest = std::max(largest, kOrderSizes[o].size());
  }
  JXLPOOL_ASSIGN_OR_RETURN(permuted_, memory->Acquire(num_entries * sizeof(uint16_t), Category::kEntropy,
                                                      ElementType::kUint16, Fill::kUninitialized));
  JXLPOOL_ASSIGN_OR_RETURN(Buffer scratch, memory->Acquire(largest * sizeof(uint32_t), Category::kEntropy,
                                                           ElementType::kOther, Fill::kUninitialized));
  uint32_t* permutation = reinterpret_cast<uint32_t*>(scratch.data());
  uint16_t* next = reinterpret_cast<uint16_t*>(permuted_.data());

  JXLPOOL_ASSIGN_OR_RETURN(const EntropyCode code, EntropyCode::Read(reader, memory, kNumPermutationContexts));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory, 0, num_entries));
  for (size_t o = 0; o < kNumOrders; ++o) {
    if ((used_orders >> o & 1) == 0) continue;
    const size_t size = kOrderSizes[o].size();
    const uint16_t* natural = NaturalOrder(o);
    for (size_t c = 0; c < 3; ++c) {
      JXLPOOL_RETURN_IF_ERROR(ReadPermutation(&decoder, reader, memory, size, size / kBlockSize, permutation));
      for (size_t k = 0; k < size; ++k) next[k] = natural[permutation[k]];
      orders_[o][c] = next;
      next += size;
    }
  }
  return decoder.Finish(reader);
}

}  // namespace jxlpool
