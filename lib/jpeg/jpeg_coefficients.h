// JpegCoefficients: the quantised coefficients and quantisation tables of a recompressed JPEG, straight from a VarDCT
// frame (ISO/IEC 18181-2, JPEG bitstream reconstruction). No sample is computed.
//
// Filled by a JpegCoefficientSink in the order of the sections; read-only afterwards.
#ifndef LIB_JPEG_JPEG_COEFFICIENTS_H_
#define LIB_JPEG_JPEG_COEFFICIENTS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/base/status.h"
#include "lib/frame/coefficient_sink.h"
#include "lib/jpeg/packed_block.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Position 8 * v + h (v vertical, h horizontal frequency) of the coefficient at each index of the zigzag order.
inline constexpr uint8_t kJpegZigzag[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                            12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                            35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                            58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// Frames from which a JPEG can be made are at most this wide and high.
inline constexpr uint32_t kMaxJpegDimension = 65535;

// Owns the bytes of packed blocks. Thread-safe: every task fills a chunk of its own.
class PackedBlockStore {
 public:
  // Room in chunks is asked for in pieces of up to this many bytes: one row of blocks of a group.
  static constexpr size_t kMaxPiece = 32 * kMaxPackedBlock;

  // A chunk that is being filled.
  struct Chunk {
    uint8_t* next = nullptr;
    uint8_t* end = nullptr;

    bool HasRoom() const { return static_cast<size_t>(end - next) >= kMaxPiece; }
  };

  // Forgets everything. `memory` must outlive the store.
  void Begin(Memory* memory);
  // Hands out a chunk with room for a piece. Errors: kMemoryLimit.
  Status Open(Chunk* chunk);
  // Takes it back.
  void Close(const Chunk& chunk);
  // Chunks are filled again from their start. REQUIRES: no task fills one.
  void Clear();

 private:
  static constexpr size_t kChunkSize = size_t{1} << 16;

  std::mutex mutex_;
  Memory* memory_ = nullptr;
  PoolVector<Buffer> chunks_;
  PoolVector<Chunk> open_;  // that have room and are not handed out
};

// Walks over the packed blocks of one row of a component, from the left.
class PackedBlockRow {
 public:
  PackedBlockRow() = default;
  // Every element of `segments` is where `blocks_per_segment` blocks begin that follow each other.
  PackedBlockRow(const uint8_t* const* segments, uint32_t blocks_per_segment)
      : next_segment_(segments), blocks_per_segment_(blocks_per_segment) {}

  // The next block; its end has to be told by SetEnd. REQUIRES: there is one.
  const uint8_t* Block() {
    if (left_ == 0) {
      block_ = *next_segment_++;
      left_ = blocks_per_segment_;
    }
    --left_;
    return block_;
  }
  void SetEnd(const uint8_t* end) { block_ = end; }

 private:
  const uint8_t* const* next_segment_ = nullptr;
  const uint8_t* block_ = nullptr;
  uint32_t blocks_per_segment_ = 0;
  uint32_t left_ = 0;
};

struct JpegComponent {
  uint32_t channel = 0;   // of the codestream
  uint32_t h_factor = 1;  // sampling factors: 1 or 2
  uint32_t v_factor = 1;
  // Of the padded component: whole MCUs.
  uint32_t block_columns = 0;
  uint32_t block_rows = 0;
  // log2 of how much smaller the component is than the largest one: rows and columns of blocks per group are 32 >>
  // this.
  uint32_t hshift = 0;
  uint32_t vshift = 0;
  Matrix2D<int16_t> dc;  // of each block, within +-2047
  // For each row of blocks, where the AC coefficients of the blocks of each group start, see packed_block.h. They are
  // within +-4095.
  Matrix2D<const uint8_t*> ac;
  uint16_t quant[64] = {};  // in zigzag order; at least 1

  PackedBlockRow AcRow(uint32_t y) const { return PackedBlockRow(ac.Row(y), kGroupBlocks >> hshift); }

  static constexpr uint32_t kGroupBlocks = 32;  // of an unshifted channel, in both directions
};

// Wants coefficients as soon as they are there. Called on the thread that decodes the frame, while nothing else runs.
class JpegRowReceiver {
 public:
  virtual ~JpegRowReceiver() = default;
  // Everything but coefficients is there.
  virtual Status Begin() = 0;
  // All rows of groups in front of `end` are there. AC coefficients are gone when this returns. `end` increases from
  // call to call, up to the number of rows.
  virtual Status TakeRows(uint32_t end) = 0;
};

struct JpegCoefficients {
  // If not null: coefficients are delivered while the frame is decoded, and not kept. Not owned.
  JpegRowReceiver* receiver = nullptr;

  uint32_t width = 0;  // stored orientation
  uint32_t height = 0;
  uint32_t num_components = 0;  // 1 or 3
  JpegComponent components[3];
  PackedBlockStore store;  // of what JpegComponent::ac points to

  // Of each LF group: its DC values are coded times 2^this. Meaningful while the frame is decoded only.
  PoolVector<uint8_t> extra_precision;
};

// Takes the coefficients of a frame (Category::kCoefficients). Errors of all functions but memory: kUnsupported if the
// frame cannot be a recompressed JPEG, kCorrupt if a coefficient is out of range, those of the receiver.
class JpegCoefficientSink : public CoefficientSink {
 public:
  // `jpeg` must outlive this object. REQUIRES: its num_components is 1 or 3.
  explicit JpegCoefficientSink(JpegCoefficients* jpeg) : jpeg_(jpeg) {}

  Status Begin(const FrameState& state) override;
  // LF coefficients become DC.
  void TakeLf(const FrameState& state, uint32_t lf_group, uint32_t extra_precision,
              const View2D<const int32_t> (&quantized)[3]) override;
  // Takes over the quantisation tables.
  Status BeginGroups(const FrameState& state) override;
  Status TakeGroup(const FrameState& state, uint32_t group, const View2D<const int32_t> (&blocks)[3]) override;
  Status FinishRows(uint32_t end) override;

 private:
  JpegCoefficients* jpeg_;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_JPEG_COEFFICIENTS_H_
