// PatchDictionary: rectangles of earlier frames that are blended onto this frame (ISO/IEC 18181-1 "Patches").
//
// Parsed once from LfGlobal, then immutable; any number of threads draw from it row by row. Memory comes from the pool
// (category kOther) and is proportional to the number of patches: rejected beyond the limits of the standard and beyond
// kMaxAreaFactor times the frame's area in total.
#ifndef LIB_FEATURES_PATCHES_H_
#define LIB_FEATURES_PATCHES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/features/blending.h"
#include "lib/features/symbol_source.h"
#include "lib/pool/matrix.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

inline constexpr size_t kNumReferenceSlots = 4;
inline constexpr size_t kNumPatchContexts = 10;

// What parsing has to know about the frame and the reference slots as they are when the frame begins.
struct PatchEnvironment {
  struct Slot {
    bool occupied = false;
    bool saved_before_color_transform = false;
    uint64_t width = 0;
    uint64_t height = 0;
  };
  Slot slots[kNumReferenceSlots];
  // Padded coded size (xpadded, ypadded) and the visible part of it (xsize, ysize); the latter is what is drawn on.
  uint64_t padded_width = 0;
  uint64_t padded_height = 0;
  uint64_t width = 0;
  uint64_t height = 0;
  uint32_t num_extra = 0;
};

// The planes of one slot: 3 + num_extra views of equal size. Not owned.
struct PatchReference {
  const View2D<const float>* channels = nullptr;
};

class PatchDictionary {
 public:
  static constexpr uint64_t kMaxAreaFactor = 64;

  // One rectangle of a slot.
  struct Source {
    uint32_t slot;
    uint32_t x, y;
    uint32_t width, height;
  };
  // One place where a source is drawn; top left corner in the frame.
  struct Position {
    uint32_t source;
    uint32_t x, y;
  };

  PatchDictionary() = default;
  PatchDictionary(PatchDictionary&&) noexcept = default;
  PatchDictionary& operator=(PatchDictionary&&) noexcept = default;

  // Reads the dictionary: entropy code, stream, final state. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit. `memory`
  // must outlive the dictionary.
  static Result<PatchDictionary> Read(BitReader* reader, Memory* memory, const PatchEnvironment& environment);
  // The part of Read after the entropy code.
  static Result<PatchDictionary> Parse(SymbolSource* symbols, Memory* memory, const PatchEnvironment& environment);

  size_t num_positions() const { return positions_.size(); }
  // In bitstream order.
  const Source& source(size_t i) const { return sources_[i]; }
  const Position& position(size_t i) const { return positions_[i]; }
  // 1 + num_extra entries: [0] color, [1 + e] extra channel e.
  const ChannelBlending* blending(size_t position) const { return &blending_[position * (1 + num_extra_)]; }

  // Floats of scratch memory for DrawRow: blending and two pointers per channel.
  static constexpr size_t ScratchFloats(uint32_t num_extra) {
    return BlendScratchFloats(num_extra) + 4 * (3 + size_t{num_extra});
  }
  // Draws on columns [x0, x1) of row y: rows[c][0] is column x0 of channel c, c < 3 + num_extra, and is changed in
  // place; nothing outside is touched. `extra` has num_extra entries; `scratch` has ScratchFloats(num_extra) floats and
  // is aligned to 64 bytes. Thread-safe. REQUIRES: x0 < x1 <= width, y < height of the environment; references hold
  // every used slot with the size it had when parsing.
  void DrawRow(uint32_t y, uint32_t x0, uint32_t x1, float* const* rows, const PatchReference* references,
               const BlendExtraChannel* extra, float* scratch) const;
  // Whether any patch may touch columns [x0, x1) of row y; a cheap over-estimate.
  bool MayTouch(uint32_t y, uint32_t x0, uint32_t x1) const;

 private:
  // What most patches are, so that drawing can skip the general rules.
  enum class Kind : uint8_t { kGeneral, kAddColor, kReplaceAll };
  // Patches are found by cells of kCellWidth x kCellHeight pixels.
  static constexpr uint32_t kCellWidth = 256;
  static constexpr uint32_t kCellHeight = 16;

  struct DrawTarget {
    uint32_t y;
    uint32_t x0;
    float* const* rows;
    const PatchReference* references;
    const BlendExtraChannel* extra;
    float* scratch;
  };

  Status ParseSource(SymbolSource* symbols, const PatchEnvironment& environment, uint64_t max_positions);
  Status ParsePosition(SymbolSource* symbols, const PatchEnvironment& environment, bool is_first);
  Status ParseBlending(SymbolSource* symbols);
  Status BuildIndex(Memory* memory, const PatchEnvironment& environment);
  // Draws what lies in columns [begin, end).
  void DrawPatch(size_t index, uint32_t begin, uint32_t end, const DrawTarget& target) const;
  void DrawGeneral(size_t index, size_t from_x, size_t from_y, size_t to_x, size_t size,
                   const DrawTarget& target) const;

  uint32_t num_extra_ = 0;
  uint32_t cells_x_ = 0;
  uint32_t cells_y_ = 0;
  uint64_t total_area_ = 0;
  uint64_t rules_capacity_ = 1;
  PoolVector<Source> sources_;
  PoolVector<Position> positions_;
  PoolVector<ChannelBlending> blending_;
  PoolVector<Kind> kinds_;             // per position
  PoolVector<uint32_t> cell_start_;    // cells_x_ * cells_y_ + 1: first entry of each cell in cell_patches_
  PoolVector<uint32_t> cell_patches_;  // positions that touch a cell, ascending
};

}  // namespace jxlpool

#endif  // LIB_FEATURES_PATCHES_H_
