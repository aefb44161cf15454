// GroupDecoder: decodes the HF coefficients of one group, all passes back to back, and makes samples of them
// (ISO/IEC 18181-1, PassGroup).
//
// It holds the scratch memory of one worker. With one pass a varblock is decoded, dequantised and transformed at once;
// with several, the sums of the passes are kept for one group. Not thread-safe; each worker has its own.
#ifndef LIB_VARDCT_GROUP_DECODER_H_
#define LIB_VARDCT_GROUP_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

class GroupDecoder {
 public:
  GroupDecoder() = default;
  GroupDecoder(GroupDecoder&&) noexcept = default;
  GroupDecoder& operator=(GroupDecoder&&) noexcept = default;

  // Acquires the scratch memory that groups of `frame` need (Category::kTile, kCoefficients); keeps what it has if that
  // is enough. `memory` must outlive this object. REQUIRES: `frame` is complete up to HfGlobal. Errors: kMemoryLimit.
  Status Prepare(const VarDctFrame& frame, Memory* memory);

  // Bytes that Prepare and Decode with `num_passes` passes acquire, if no varblock is larger than 64x64. REQUIRES:
  // LfGlobal was read.
  static uint64_t Bytes(const VarDctFrame& frame, uint32_t num_passes);

  // Decodes one group to samples. `readers` are the sections of its first `num_readers` passes (in single-section
  // frames, the reader of the section), positioned at the start of the HF coefficients; afterwards they stand at the
  // group's modular data. With fewer passes than the frame has the result is a coarser image; 0 is allowed (LF only).
  // planes[c] receive GroupBlocks(group) of channel c, padded to whole blocks: at least
  // (8 * columns >> hshift[c]) x (8 * rows >> vshift[c]) samples; rows may be unaligned.
  // Errors: kCorrupt, kNeedMoreInput, kMemoryLimit; the samples are garbage then.
  // REQUIRES: Prepare was called for this frame.
  Status Decode(const VarDctFrame& frame, uint32_t group, BitReader* readers, uint32_t num_readers,
                const View2D<float> (&planes)[3]);

  // Decodes the quantised coefficients of a group whose varblocks are all DCT8x8, without dequantising them, for JPEG
  // reconstruction. blocks[c] holds 64 entries in stored order (entry 0 is 0) per block of the channel, blocks in
  // raster order, (columns >> hshift[c]) * 64 entries per row. Valid until the next call. Errors: as Decode;
  // kUnsupported if another type occurs.
  Status DecodeCoefficients(const VarDctFrame& frame, uint32_t group, BitReader* readers, uint32_t num_readers,
                            View2D<const int32_t> (&blocks)[3]);

 private:
  // Makes the coefficient buffer large enough; new memory is zero. Errors: kMemoryLimit.
  Status PrepareStorage(size_t bytes_per_coefficient);
  // After an error: makes the coefficient arrays all zero again, as decoding expects them.
  void CleanUp();

  Memory* memory_ = nullptr;
  Buffer maps_;    // list of varblocks, counts of nonzeros
  Buffer blocks_;  // coefficients of one varblock, three channels of block_size_
  Buffer transform_scratch_;
  Buffer coefficients_;  // quantised coefficients of a group, three channels; with several passes only
  size_t block_size_ = 0;
  bool clean_ = true;
};

}  // namespace jxlpool

#endif  // LIB_VARDCT_GROUP_DECODER_H_
