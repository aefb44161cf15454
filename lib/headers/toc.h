// Toc: where each section of a frame is (ISO/IEC 18181-1 "TOC").
//
// A frame is one section, or LfGlobal, the LfGroups, HfGlobal (with all HfPasses) and the PassGroups (pass-major).
#ifndef LIB_HEADERS_TOC_H_
#define LIB_HEADERS_TOC_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

inline constexpr uint64_t kMaxTocEntries = 65536;

struct TocEntry {
  uint64_t offset = 0;  // bytes from the start of the section data
  uint32_t size = 0;    // bytes; 0 is legal
};

struct Toc {
  PoolVector<TocEntry> entries;  // in logical order
  uint64_t total_size = 0;       // bytes of all sections; the next frame starts behind them
  bool permuted = false;
  uint64_t num_groups = 0;
  uint64_t num_lf_groups = 0;

  // True if everything is in one section, back to back at bit granularity.
  bool IsSingleSection() const { return entries.size() == 1; }
  // Indices into `entries`. REQUIRES: !IsSingleSection().
  size_t LfGlobal() const { return 0; }
  size_t LfGroup(uint64_t lf_group) const { return 1 + lf_group; }
  size_t HfGlobal() const { return 1 + num_lf_groups; }
  size_t PassGroup(uint32_t pass, uint64_t group) const { return 2 + num_lf_groups + pass * num_groups + group; }
};

// Number of sections of a frame; may exceed kMaxTocEntries.
uint64_t NumSections(const FrameDimensions& dimensions, const Passes& passes);

// Reads the TOC that follows the FrameHeader and replaces *toc; `reader` is left, byte aligned, at the start of the
// section data. Errors: kCorrupt (also: too many sections), kNeedMoreInput, kMemoryLimit.
Status ReadToc(BitReader* reader, Memory* memory, const FrameDimensions& dimensions, const Passes& passes, Toc* toc);

}  // namespace jxlpool

#endif  // LIB_HEADERS_TOC_H_
