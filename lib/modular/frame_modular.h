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
// Thread safety: the const methods, DecodeLfGroup and DecodeGroups may run at the same time for different groups once
// DecodeGlobal has returned; passes of one group one after another. Init, DecodeGlobal and Finish alone.
#ifndef LIB_MODULAR_FRAME_MODULAR_H_
#define LIB_MODULAR_FRAME_MODULAR_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/modular_layout.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/modular_stream.h"
#include "lib/pool/memory.h"

namespace jxlpool {

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

  // Tells whether no group needs samples of another one. False before ReadGlobal has succeeded; true with no channels
  // at all.
  bool groups_are_independent() const { return layout_.groups_are_independent(); }

  // Decodes the samples that are in LfGlobal, and makes room for those of the frame if they are to be kept. Where
  // samples may be incomplete, those that an error leaves out are zero. REQUIRES: ReadGlobal succeeded; kGroups:
  // groups_are_independent(). Errors: as ReadGlobal.
  Status DecodeGlobal(BitReader* reader, ModularStorage storage);

  // FrameBytes are the bytes that the frame's samples take at most, if they are kept. GroupBytes are those that the
  // tree and the channels of one more group take if an encoder wrote it and its section has `section_bytes` bytes.
  // Before ReadGlobal has succeeded, there are no transforms yet.
  uint64_t FrameBytes() const { return layout_.FrameBytes(); }
  uint64_t GroupBytes(uint64_t section_bytes) const {
    return layout_.GroupBytes(section_bytes, global_tree(), traits_);
  }
  // Looks at what the group whose section begins at `reader` has of its own, so that GroupBytes need not assume the
  // most of it; of several groups the most counts. Nothing changes where the section is broken. REQUIRES: ReadGlobal
  // succeeded.
  enum class Look : uint8_t { kTransforms, kTree };
  void LookAtGroup(BitReader reader, Look how);

  // The global tree, or null if the frame has none. Valid after DecodeGlobal as long as this object.
  const MaTreeAndCode* global_tree() const { return has_global_tree_ ? &global_ : nullptr; }

  // Decodes the modular part of LF group `g`. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status DecodeLfGroup(uint32_t g, BitReader* reader);

  // Tells whether groups are decoded with NewGroupImage and FinishGroup; false if their samples go into the frame's
  // channels.
  bool group_local() const { return storage_ == ModularStorage::kGroups; }
  size_t num_channels() const { return layout_.num_initial(); }
  SampleType sample_type() const { return layout_.sample_type(); }

  // Makes a group-sized image of the transformed list, to be decoded into; Fill::kZero if passes are going to be
  // missing. REQUIRES: group_local().
  Result<ModularImage> NewGroupImage(uint32_t g, Fill fill = Fill::kUninitialized) const;
  // Decodes what `pass` holds of some groups: into their images, or into the frame's channels. Two at a time take less
  // time than one after the other. REQUIRES: parts.size() <= kMaxGroupsAtATime.
  void DecodeGroups(uint32_t pass, std::span<ModularGroupPart> parts);
  // Undoes the transforms of the frame. REQUIRES: group_local(); image from NewGroupImage(g).
  Status FinishGroup(ModularImage* image) const;

  // Undoes the transforms of the frame; call once, after the last section. `threads` may be null.
  // REQUIRES: !group_local().
  Status Finish(ThreadPool* threads);
  // The final channel i. REQUIRES: !group_local(), Finish was called, i < num_channels().
  const ModularChannel& channel(size_t i) const { return image_[i]; }
  ModularChannel& channel(size_t i) { return image_[i]; }
  // Borrows group `g` of the final channels. REQUIRES: as channel().
  Result<ModularImage> GroupView(uint32_t g);

 private:
  ModularStreamParams StreamParams(uint32_t stream_index) const;
  UndoParams GlobalUndo(ThreadPool* threads) const;
  // Lists the channels that `pass` holds of a group.
  Result<ModularImage> ChannelsOf(uint32_t pass, const ModularGroupPart& part);

  Memory* memory_ = nullptr;
  ModularLayout layout_;
  bool has_global_tree_ = false;
  ModularStorage storage_ = ModularStorage::kGroups;
  MaTreeAndCode global_;
  ModularHeader header_;
  GroupTraits traits_;
  // The coded list, after Finish the final one; with ModularStorage::kGroups only the meta-channels have samples.
  ModularImage image_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_FRAME_MODULAR_H_
