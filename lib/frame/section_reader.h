// SectionReader: the sections of one frame, each as bits of its own (ISO/IEC 18181-1, "TOC" and "Frame data").
//
// The first section stays open: frames of a single section are read through its reader, one part after the other.
// Open and OpenGroup may be called from any thread; the rest by one thread at a time.
//
// While the input still grows, a section may be opened when all of it has come; May... tell, and give kWaiting if not.
// Once the input is over, everything may be opened, and what is missing is an error or not available.
#ifndef LIB_FRAME_SECTION_READER_H_
#define LIB_FRAME_SECTION_READER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/bitstream/codestream.h"
#include "lib/frame/frame_state.h"
#include "lib/headers/frame_header.h"

namespace jxlpool {

class SectionReader {
 public:
  struct Section {
    SectionData data;
    BitReader reader;
    // False if the file ends before the section and partial images are allowed. The reader is unusable then.
    bool available = true;
  };

  // The passes of one group that are there: the first `count` of those to be decoded.
  struct Group {
    Section sections[kMaxPasses];
    BitReader readers[kMaxPasses];
    uint32_t count = 0;
  };

  // `frame` must outlive this object.
  explicit SectionReader(FrameState* frame) : frame_(frame) {}
  SectionReader(const SectionReader&) = delete;
  SectionReader& operator=(const SectionReader&) = delete;

  Status MayOpen(size_t section) const;
  Status MayOpenLfGroup(uint32_t lf_group) const;
  // Concerns frame->num_passes passes.
  Status MayOpenGroup(uint32_t group) const;
  Status MayOpenRow(uint32_t row_of_groups) const;

  // Opens the first section. Where partial images are allowed, Modular frames of a single section are opened as far as
  // they have come. Errors: kNeedMoreInput, kCorrupt, kMemoryLimit.
  Status OpenFirst();
  // The first section is open and cut off: reading on gives kNeedMoreInput somewhere.
  bool first_is_cut() const { return first_is_cut_; }
  // Where the first section has been read up to. REQUIRES: OpenFirst succeeded.
  BitReader* first() { return &first_.reader; }

  // Errors: as OpenFirst; a section that is not available is none. Notes in the frame that it is incomplete.
  Result<Section> Open(size_t section) const;
  // Opens frame->num_passes passes of a group. Errors: as Open.
  Status OpenGroup(uint32_t group, Group* opened) const;

  // Tell the owner of the input that these sections have been used.
  void ReleaseLfGroups(uint32_t first, uint32_t count) const;
  void ReleaseGroups(uint32_t first, uint32_t count) const;

 private:
  void Release(size_t first, size_t count) const;
  Status OpenCutFirst();

  FrameState* frame_;
  Section first_;
  bool first_is_cut_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_SECTION_READER_H_
