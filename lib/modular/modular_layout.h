// ModularLayout: the channels of a frame's modular image, and which samples of them each section of the frame holds.
#ifndef LIB_MODULAR_MODULAR_LAYOUT_H_
#define LIB_MODULAR_MODULAR_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_stream.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/transforms/transform.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// What has to be known about the frame; it follows from the headers.
struct ModularFrameInfo {
  // The initial list: color channels (if any), then the extra channels. It has to exist during Init only.
  std::span<const ChannelShape> channels;

  // What stands in the headers. It has to outlive what is made from this.
  const FrameDimensions* dimensions = nullptr;
  const Passes* passes = nullptr;
  // bits_per_sample of the image header.
  uint32_t bit_depth = 8;
  // xsize * ysize * (color channels of the image, 1 or 3, + extra channels): limits the size of the global tree. The
  // color channels count in VarDCT frames too.
  uint64_t tree_samples = 0;
  // Samples are stored in 16 bits: the image header promises that they fit.
  bool int16_samples = false;
  // The caller may leave out sections: frame-sized channels start as zero.
  bool may_be_incomplete = false;
  // Tests choose.
  ChannelLoops loops = ChannelLoops::kFastest;
};

// What groups have of their own. Only they tell; empty: nothing has been looked at.
struct GroupTraits {
  // Transforms after which there are other channels than the frame's, so that both are there at a time.
  std::optional<bool> other_channels;
  // Bytes of their trees and codes.
  std::optional<uint64_t> tree_bytes;
};

// Immutable after Apply; any thread may read.
class ModularLayout {
 public:
  // Forgets everything; the coded list is the initial one until Apply. Errors: kMemoryLimit.
  Status Init(const ModularFrameInfo& info, Memory* memory);
  // Applies the transforms of the frame to the coded list. `position` is used in messages. Errors: kCorrupt,
  // kMemoryLimit.
  Status Apply(TransformList* transforms, uint64_t position);

  // Without its channels, of which there are num_initial().
  const ModularFrameInfo& info() const { return info_; }
  size_t num_initial() const { return initial_.size(); }
  // The list of channels that sections hold.
  const ShapeList& coded() const { return coded_; }
  const ChannelShape& coded(size_t i) const { return coded_.shapes[i]; }
  // Coded channels before this one are in LfGlobal, those from it on are spread over LF groups or groups.
  size_t first_spread() const { return first_spread_; }
  SampleType sample_type() const { return info_.int16_samples ? SampleType::kInt16 : SampleType::kInt32; }
  // Tells whether no group needs samples of another one. False before Apply.
  bool groups_are_independent() const { return groups_are_independent_; }

  // Tells whether a channel that is spread is coded in LF groups, and whether in the groups of `pass`.
  bool InLfGroups(const ChannelShape& shape) const;
  bool InPass(const ChannelShape& shape, uint32_t pass) const;
  // Returns the part of a channel that a group or an LF group covers.
  Rect GroupRect(const ChannelShape& shape, uint32_t group) const;
  Rect LfGroupRect(const ChannelShape& shape, uint32_t lf_group) const;

  // See FrameModular. `tree` is the global one or null.
  uint64_t FrameBytes() const;
  uint64_t GroupBytes(uint64_t section_bytes, const MaTreeAndCode* tree, const GroupTraits& traits) const;

 private:
  uint64_t ChannelBytes(uint64_t width, uint64_t height) const;
  Status CheckSpreadChannels(uint64_t position) const;

  ModularFrameInfo info_;  // its `channels` are initial_
  PoolVector<ChannelShape> initial_;
  ShapeList coded_;
  size_t first_spread_ = 0;
  bool groups_are_independent_ = false;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_MODULAR_LAYOUT_H_
