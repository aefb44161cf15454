// StageList: the stages of one frame in the order in which they run, and the rings of rows by which they are linked.
// Immutable once built.
#ifndef LIB_RENDER_STAGE_LIST_H_
#define LIB_RENDER_STAGE_LIST_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/pool_vector.h"
#include "lib/render/row_stage.h"

namespace jxlpool {

// The rows of one channel that a stage makes and that others read.
struct RowRing {
  uint32_t stage = 0;          // that makes the rows
  uint32_t final_stage = 0;    // the last one that changes them in place, or `stage`
  uint32_t num_rows = 1;       // that are kept
  uint32_t mirror_border = 0;  // columns that the reader wants mirrored at the plane's edges
};

class StageList {
 public:
  StageList() = default;
  explicit StageList(Memory* memory);

  // Lets every stage of the table add itself. Errors: those of the stages; kMemoryLimit.
  Status Build(const RenderSpec& spec);
  // For StageType::add: appends a stage whose first members, up to `output`, are set. It reads what the channels are
  // after the stages so far; a stage whose first channel is new loads it.
  Status Add(RowStage stage);

  size_t num_channels() const { return outputs_.size(); }
  const PoolVector<RowStage>& stages() const { return stages_; }  // those that load come first, one per channel
  const PoolVector<RowRing>& rings() const { return rings_; }
  const ChannelLink* links(const RowStage& stage) const { return links_.data() + stage.first_link; }
  const ChannelLink* outputs() const { return outputs_.data(); }  // of the list, per channel

 private:
  void BoundWidths();

  PoolVector<RowStage> stages_;
  PoolVector<RowRing> rings_;
  PoolVector<ChannelLink> links_;
  PoolVector<ChannelLink> outputs_;
};

}  // namespace jxlpool

#endif  // LIB_RENDER_STAGE_LIST_H_
