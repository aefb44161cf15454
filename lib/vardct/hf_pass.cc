#include "lib/vardct/hf_pass.h"

#include <atomic>

#include "lib/base/bits.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

Status ReadHfGlobal(BitReader* reader, const RawTableSource& source, Memory* memory, VarDctFrame* frame) {
  JXLPOOL_RETURN_IF_ERROR(frame->dequant.Read(reader, source, memory));
  frame->num_histograms = 1 + reader->Read(CeilLog2(frame->dimensions->num_groups));
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  const size_t num_contexts =
      size_t{frame->num_histograms} * kContextsPerBlockContext * frame->block_context.num_block_contexts;
  for (uint32_t p = 0; p < frame->header->passes.num_passes; ++p) {
    HfPass& pass = frame->passes[p];
    JXLPOOL_RETURN_IF_ERROR(pass.orders.Read(reader, memory));
    JXLPOOL_ASSIGN_OR_RETURN(pass.code, EntropyCode::Read(reader, memory, num_contexts));
  }
  return OkStatus();
}

Status PrepareDequantTables(Memory* memory, VarDctFrame* frame) {
  const uint32_t tables = DequantTablesOfTypes(frame->used_types.load(std::memory_order_relaxed));
  return frame->dequant.Prepare(tables, memory);
}

}  // namespace jxlpool
