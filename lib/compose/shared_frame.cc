#include "lib/compose/shared_frame.h"

namespace jxlpool {

Result<SharedFrame> SharedFrame::Create(Memory* memory, size_t num_planes, size_t width, size_t height, Fill fill) {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<Block> block, MakePooled<Block>(memory, Category::kCanvas));
  JXLPOOL_ASSIGN_OR_RETURN(block->planes.planes,
                           Matrix3D<float>::Create(memory, Category::kCanvas, num_planes, height, width, fill));
  SharedFrame frame;
  frame.block_ = block.get();
  frame.block_->self = std::move(block);
  return frame;
}

uint64_t SharedFrame::Bytes(size_t num_planes, size_t width, size_t height) {
  if (num_planes == 0) return 0;
  return BufferBytes(sizeof(Block)) + Matrix3D<float>::Bytes(num_planes, height, width);
}

void SharedFrame::Release() {
  if (block_ == nullptr) return;
  if (block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const PooledObject<Block> last = std::move(block_->self);
  }
  block_ = nullptr;
}

}  // namespace jxlpool
