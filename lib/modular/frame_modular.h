// FrameModular: the modular image of one frame, spread over LfGlobal, LF groups and the groups of all passes
// (ISO/IEC 18181-1, GlobalModular, ModularLfGroup, ModularGroup).
//
// It holds the color channels of Modular frames and the extra channels of all frames, and the frame's global MA tree.
//
//   FrameModular modular;
//   modular.Init(info, memory);
//   modular.ReadGlobal(&reader);                         // from the has_global_tree bit to the first sample
//   modular.DecodeGlobal(&reader, storage);              // the rest of LfGlobal
//   modular.DecodeLfGroup(g, &reader);                   // for each LF group; nothing is read if it has no channel
//
// Then one of two ways, as the caller chooses; the second one is always possible:
//
//   if (modular.group_local()) {
//     // Samples do not depend on other groups: no frame-sized memory exists. For each group, on any thread:
//     JXLPOOL_ASSIGN_OR_RETURN(ModularImage image, modular.NewGroupImage(g));
//     ModularGroupPart part{g, &reader, &image};
//     modular.DecodeGroups(pass, {&part, 1});            // for each pass; the image is zero where a pass is left out
//     modular.FinishGroup(&image);                       // now it has the channels of info.channels, group-sized
//   } else {
//     ModularGroupPart part{g, &reader};
//     modular.DecodeGroups(pass, {&part, 1});            // for all groups and passes, on any threads
//     modular.Finish(threads);                           // undoes the transforms of the frame
//     modular.GroupView(g);                              // or channel(i): the whole frame
//   }
//
// Either way the caller ends up with a ModularImage of group g whose channels correspond to info.channels: channel i
// covers columns [gx * group_dim >> hshift, ...) and rows likewise of the frame's channel i, clipped to it (perhaps
// empty).
//
// Sections of a truncated file may be left out either way: their samples count as zero if `may_be_incomplete`.
//
// Thread safety: the const methods and DecodeLfGroup and DecodeGroups may run at the same time for different
// groups once DecodeGlobal has returned; passes of one group one after another. Init, DecodeGlobal and Finish alone.
#ifndef LIB_MODULAR_FRAME_MODULAR_H_
#define LIB_MODULAR_FRAME_MODULAR_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/modular_stream.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// What FrameModular needs to know about the frame. Plain data; the frame decoder fills it from the headers.
struct ModularFrameInfo {
  static constexpr uint32_t kMaxPasses = 11;
  // Channels with min_shift <= min(hshift, vshift) <= max_shift are coded in the pass; none if max_shift < min_shift.
  struct PassShifts {
    int32_t min_shift = 0;
    int32_t max_shift = 2;
  };

  // The initial list: color channels (if any), then the extra channels. Copied by Init.
  const ChannelShape* channels = nullptr;
  size_t num_channels = 0;

  uint32_t group_dim = 256;
  uint32_t groups_x = 1;
  uint32_t groups_y = 1;
  uint32_t lf_groups_x = 1;
  uint32_t lf_groups_y = 1;
  uint32_t num_passes = 1;
  PassShifts pass_shifts[kMaxPasses];

  // bits_per_sample of the image header.
  uint32_t bit_depth = 8;
  // xsize * ysize * (color channels of the image, 1 or 3, + extra channels): limits the size of the global tree. The
  // color channels count in VarDCT frames too.
  uint64_t tree_samples = 0;
  // Store samples in 16 bits: the image header promises that they fit and the caller can use them.
  bool int16_samples = false;
  // The caller may leave out sections: frame-sized channels start as zero.
  bool may_be_incomplete = false;
  // For tests.
  ChannelLoops loops = ChannelLoops::kFastest;
};

// Where samples are kept.
enum class ModularStorage : uint8_t {
  kGroups,  // each group by itself
  kFrame,   // channels of the size of the frame
};

// What a pass holds of a group.
struct ModularGroupPart {
  uint32_t group = 0;
  BitReader* reader = nullptr;
  ModularImage* image = nullptr;  // group-local: from NewGroupImage(group)
  // How it went. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status status;
};

class FrameModular {
 public:
  static constexpr uint32_t kMaxGroupsAtATime = 2;

  FrameModular() = default;
  FrameModular(FrameModular&&) noexcept = default;
  FrameModular& operator=(FrameModular&&) noexcept = default;

  // Forgets everything and starts a frame. `memory` must outlive this object. Errors: kMemoryLimit.
  Status Init(const ModularFrameInfo& info, Memory* memory);

  // Reads the end of LfGlobal up to the samples in it: has_global_tree, the tree, the header of the GlobalModular
  // sub-bitstream (nothing of which exists if there is no channel). Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status ReadGlobal(BitReader* reader);

  // True if no group needs samples of another one. False before ReadGlobal has succeeded; true with no channels at all.
  bool groups_are_independent() const { return groups_are_independent_; }

  // Decodes the samples that are in LfGlobal, and makes room for those of the frame if they are to be kept. REQUIRES:
  // ReadGlobal succeeded; kGroups: groups_are_independent(). Errors: as ReadGlobal.
  Status DecodeGlobal(BitReader* reader, ModularStorage storage);

  // Bytes that samples take: of the frame, at most, if they are kept; of the tree and channels for one more group, if
  // its section has `section_bytes` bytes. For groups as encoders write them. Before ReadGlobal has succeeded, as if
  // there were no transforms.
  uint64_t FrameBytes() const;
  uint64_t GroupBytes(uint64_t section_bytes) const;

  // Null if the frame has none. Valid after DecodeGlobal as long as this object.
  const MaTreeAndCode* global_tree() const { return has_global_tree_ ? &global_ : nullptr; }

  // Decodes the modular part of LF group `g`. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status DecodeLfGroup(uint32_t g, BitReader* reader);

  // True if groups are decoded with NewGroupImage and FinishGroup; false if their samples go into the frame's channels.
  bool group_local() const { return storage_ == ModularStorage::kGroups; }
  size_t num_channels() const { return num_initial_; }
  SampleType sample_type() const { return sample_type_; }

  // A group-sized image of the transformed list, to be decoded into; Fill::kZero if passes are going
  // to be missing. REQUIRES: group_local().
  Result<ModularImage> NewGroupImage(uint32_t g, Fill fill = Fill::kUninitialized) const;
  // Decodes what `pass` holds of some groups: into their images, or into the frame's channels. Two
  // at a time take less time than one after the other. REQUIRES: parts.size() <= kMaxGroupsAtATime.
  void DecodeGroups(uint32_t pass, std::span<ModularGroupPart> parts);
  // Undoes the transforms of the frame. REQUIRES: group_local(); image from NewGroupImage(g).
  Status FinishGroup(ModularImage* image) const;

  // Undoes the transforms of the frame; call once, after the last section. `threads` may be null.
  // REQUIRES: !group_local().
  Status Finish(ThreadPool* threads);
  // The final channel i. REQUIRES: !group_local(), Finish was called, i < num_channels().
  const ModularChannel& channel(size_t i) const { return image_[i]; }
  ModularChannel& channel(size_t i) { return image_[i]; }
  // Group `g` of the final channels, borrowed from this object. REQUIRES: as channel().
  Result<ModularImage> GroupView(uint32_t g);

 private:
  // The part of a channel that a group holds; empty if none.
  struct Region {
    uint32_t x0 = 0;
    uint32_t y0 = 0;
    uint32_t width = 0;
    uint32_t height = 0;
    bool empty() const { return width == 0 || height == 0; }
  };
  Region GroupRegion(const ChannelShape& shape, uint32_t g) const;
  Region LfGroupRegion(const ChannelShape& shape, uint32_t g) const;
  static Status AddRegion(const ChannelShape& shape, const Region& region, ModularChannel* channel, ModularImage* part);
  bool InPass(const ChannelShape& shape, uint32_t pass) const;
  // The channels that `pass` holds of a group.
  Result<ModularImage> ChannelsOf(uint32_t pass, const ModularGroupPart& part);
  UndoParams GlobalUndo(ThreadPool* threads) const;
  Status ReadGlobalHeader(BitReader* reader);
  uint64_t ChannelBytes(const ChannelShape& shape) const;
  Status CheckGroupChannels(uint64_t position) const;
  bool GroupsAreIndependent() const;
  ModularStreamParams StreamParams(uint32_t stream_index) const;

  Memory* memory_ = nullptr;
  ModularFrameInfo info_;  // info_.channels is null: the list is initial_
  PoolVector<ChannelShape> initial_;
  size_t num_initial_ = 0;
  bool has_global_tree_ = false;
  bool groups_are_independent_ = false;
  ModularStorage storage_ = ModularStorage::kGroups;
  SampleType sample_type_ = SampleType::kInt32;
  MaTreeAndCode global_;
  ModularHeader header_;
  ShapeList shapes_;                // the transformed list
  size_t first_group_channel_ = 0;  // channels of shapes_ from here on are coded in groups
  // The transformed list, after Finish the final one; with ModularStorage::kGroups only the meta-channels.
  ModularImage image_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_FRAME_MODULAR_H_
