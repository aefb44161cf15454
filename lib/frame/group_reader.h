// GroupReader: decodes groups of one frame, all passes of a group back to back (ISO/IEC 18181-1 "PassGroup").
//
// Groups are independent of each other. Different workers may use it at the same time, each with its own index.
#ifndef LIB_FRAME_GROUP_READER_H_
#define LIB_FRAME_GROUP_READER_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/section_reader.h"
#include "lib/modular/modular_image.h"
#include "lib/pool/pool_vector.h"
#include "lib/vardct/group_decoder.h"

namespace jxlpool {

class GroupReader {
 public:
  // Modular groups that are decoded side by side at most.
  static constexpr uint32_t kMaxAtATime = FrameModular::kMaxGroupsAtATime;

  // Both must outlive this object.
  GroupReader(FrameState* frame, SectionReader* sections) : frame_(frame), sections_(sections) {}
  GroupReader(const GroupReader&) = delete;
  GroupReader& operator=(const GroupReader&) = delete;

  // REQUIRES: LfGlobal was read. Errors: kMemoryLimit.
  Status Begin(uint32_t num_workers);

  // Acquires for all workers what depends on the varblock types that have occurred so far. Without it each does so with
  // its first group. REQUIRES: HfGlobal was read. Errors: kMemoryLimit.
  Status PrepareWorkers();

  // Gives back what Begin and the groups acquired. REQUIRES: no group is being decoded.
  void Release() { decoders_.Release(); }

  // Bytes that a worker takes for `at_a_time` groups, besides where their samples go. For groups as encoders write
  // them. REQUIRES: LfGlobal was read.
  static uint64_t WorkerBytes(const FrameState& frame, uint32_t at_a_time);

  // Opens a group and decodes its VarDCT channels into planes[c], padded to whole blocks; then `opened` stands at its
  // modular data. A group without passes shows the LF image, smoothly enlarged; that reads the last LF rows of the
  // groups above and the first ones of those below. Errors: all.
  Status DecodeVarDct(uint32_t group, uint32_t worker, const View2D<float> (&planes)[3], SectionReader::Group* opened);
  // The same without dequantising; see GroupDecoder::DecodeCoefficients. Fails if a pass is missing.
  Status DecodeCoefficients(uint32_t group, uint32_t worker, View2D<const int32_t> (&blocks)[3]);

  // Opens the groups [first, first + count) of a Modular frame and decodes their final samples. REQUIRES: independent
  // groups; count <= kMaxAtATime. Errors: all.
  Status DecodeImages(uint32_t first, uint32_t count, ModularImage* images);
  // The modular channels of a group that is open. REQUIRES: independent groups. Errors: all.
  Status DecodeImage(uint32_t group, SectionReader::Group* opened, ModularImage* image);

  // Opens the groups and decodes them into the channels of the frame. REQUIRES: whole channels; count <= kMaxAtATime.
  // Errors: all.
  Status DecodeIntoFrame(uint32_t first, uint32_t count);
  // The same for the modular channels of a group that is open.
  Status DecodeIntoFrame(uint32_t group, SectionReader::Group* opened);

 private:
  bool HasLfImage(uint32_t group) const;
  void EnlargeLfImage(uint32_t group, const View2D<float> (&planes)[3]) const;
  Status DecodeModular(uint32_t first, uint32_t count, SectionReader::Group* opened, ModularImage* images);
  Status DecodeImages(uint32_t first, uint32_t count, SectionReader::Group* opened, ModularImage* images);

  FrameState* frame_;
  SectionReader* sections_;
  PoolVector<GroupDecoder> decoders_;  // of each worker; VarDCT
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUP_READER_H_
