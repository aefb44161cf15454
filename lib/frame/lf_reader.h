// LfReader: the LF groups of one frame, and what has to be done after them before groups can be decoded.
//
// Either all are read at once, or, where only the latest rows are kept, row by row of LF groups from the top, each
// followed by FinishRows and then by the groups that it makes possible.
#ifndef LIB_FRAME_LF_READER_H_
#define LIB_FRAME_LF_READER_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/section_reader.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {

class LfReader {
 public:
  static constexpr uint32_t kAllRows = UINT32_MAX;

  // Both must outlive this object.
  LfReader(FrameState* frame, SectionReader* sections) : frame_(frame), sections_(sections) {}
  LfReader(const LfReader&) = delete;
  LfReader& operator=(const LfReader&) = delete;

  // Makes room for the LF data of as many rows of groups as are kept at a time. REQUIRES: LfGlobal was read. Errors:
  // kMemoryLimit.
  Status Begin(uint32_t kept_group_rows);
  // kNeedMoreInput if the file ends before all LF groups; as long as it goes on, nothing is said.
  Status CheckSomeAreThere() const;
  // Bytes that Begin acquires, and what LF groups add to that for good.
  static uint64_t Bytes(const FrameState& frame, uint32_t kept_group_rows);

  // Reads everything that comes between LfGlobal and the groups. REQUIRES: all rows are kept; frames of a single
  // section: the first section has been read up to the LF group. Errors: all; after kWaiting it may be called again,
  // after OK as well.
  Status ReadAll(ThreadPool* threads);

  // Reads one LF group; different ones may be read at the same time. Errors: all.
  Status Read(uint32_t lf_group);
  // The first `lf_rows` rows of LF groups have been read: their groups may be decoded afterwards. Errors: kMemoryLimit.
  Status FinishRows(uint32_t lf_rows);

 private:
  FrameState* frame_;
  SectionReader* sections_;
  LfSmoother smoother_;
  uint32_t num_read_ = 0;  // LF groups that ReadAll has read
  bool is_complete_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_LF_READER_H_
