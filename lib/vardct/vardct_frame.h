// VarDctFrame: everything about one VarDCT frame that its groups need: 1/64-size planes, maps, tables, codes.
//
// It is a plain struct that the frame decoder owns and fills in the order of the sections:
//
//   VarDctFrame frame;
//   frame.Initialize(image, header, dimensions);
//   ReadVarDctLfGlobal(&reader, memory, &frame);                // LfGlobal up to, not including, GlobalModular
//   frame.Allocate(memory, kept_block_rows);
//   per LF group g, on any threads:
//     extra_precision = reader.Read(2);                         // not with kFlagUseLfFrame
//     decode a modular stream with the 3 channels of LfChannelSizeOf(frame, g, c), in the order Y, X, B
//     DequantizeLf(g, extra_precision, planes, &frame);         // lf_coefficients.h
//     ModularLfGroup
//     num_varblocks = ReadNumVarblocks(&reader, frame, g);      // hf_metadata.h
//     decode a modular stream with the 4 channels of HF metadata
//     ProcessHfMetadata(g, metadata, &frame);
//   an LfSmoother smooths the LF planes, row by row             // lf_coefficients.h
//   ReadHfGlobal(&reader, raw_table_source, memory, &frame);    // hf_pass.h
//   PrepareDequantTables(memory, &frame);                       // hf_pass.h; after LF groups
//   per group, on any threads, one GroupDecoder per worker:     // group_decoder.h
//     decoder.Decode(frame, group, readers of all passes, tile)
//
// A frame may also be worked on from top to bottom: with fewer block rows kept than it has, its LF groups are read row
// by row of LF groups, each followed by the groups that it makes possible. HfGlobal comes first then, and
// PrepareDequantTables and GroupDecoder::Prepare once more after every row of LF groups.
//
// Thread safety: LF groups write disjoint parts. Groups only read, and not what is prepared after they started.
#ifndef LIB_VARDCT_VARDCT_FRAME_H_
#define LIB_VARDCT_VARDCT_FRAME_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/ring_matrix.h"
#include "lib/vardct/dequant_tables.h"
#include "lib/vardct/dequantize.h"
#include "lib/vardct/hf_pass.h"
#include "lib/vardct/lf_global.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

struct VarDctFrame {
  VarDctFrame() = default;
  VarDctFrame(const VarDctFrame&) = delete;
  VarDctFrame& operator=(const VarDctFrame&) = delete;

  // This bit of block_type tells that the block is the top-left one of its varblock.
  static constexpr uint8_t kFirstBlock = 0x80;

  // Starts a frame, perhaps another one. The headers must stay where they are until the next start.
  void Initialize(const ImageHeader& new_image, const FrameHeader& new_header, const FrameDimensions& new_dimensions);

  // Allocates the planes and maps (Category::kLf) of which `kept_block_rows`, a multiple of kGroupDimInBlocks, are
  // kept. REQUIRES: LfGlobal was read. Errors: kMemoryLimit.
  Status Allocate(Memory* memory, uint32_t kept_block_rows);

  // Bytes that Allocate acquires.
  uint64_t Bytes(uint32_t kept_block_rows) const;

  // True if the LF values are a part of the contexts.
  bool HasLfIndex() const { return block_context.num_lf_contexts > 1 && !header->HasFlag(kFlagUseLfFrame); }

  // Takes the LF image, with one sample per block, from an LF frame. The planes must stay valid.
  // Errors: kCorrupt if they are smaller than the frame in blocks.
  Status UseLfFrame(const View2D<const float> (&planes)[3]);

  QuantBias Bias(size_t c) const {
    return {image->opsin_inverse_matrix.quant_bias[c], image->opsin_inverse_matrix.quant_bias_numerator};
  }
  // Returns the multiplier of the quantised LF values of channel c, without extra precision.
  float LfStep(size_t c) const {
    return quantizer.InverseGlobalScale() / static_cast<float>(quantizer.quant_lf) * lf_dequantization.multiplier[c];
  }

  // Channels are X, Y, B (or Cb, Y, Cr, or R, G, B).
  const ImageHeader* image = nullptr;
  const FrameHeader* header = nullptr;
  const FrameDimensions* dimensions = nullptr;

  // LfGlobal.
  LfChannelDequantization lf_dequantization;
  Quantizer quantizer;
  HfBlockContext block_context;
  LfChannelCorrelation correlation;

  // LF groups. Planes of channel c have (xblocks >> hshift[c]) x (yblocks >> vshift[c]) samples; all other maps cover
  // the unshifted block grid.
  RingMatrix<float> lf_storage[3];
  RingView<const float> lf[3];          // lf_storage or the LF frame
  RingMatrix<uint8_t> lf_index;         // context from the LF values; empty if always 0
  RingMatrix<uint8_t> block_type;       // TransformType | kFirstBlock
  RingMatrix<uint8_t> hf_mul;           // HfMul - 1 of the varblock that covers the block
  RingMatrix<float> epf_inverse_sigma;  // per block, negative (see hf_metadata.h); empty without EPF
  Matrix2D<int8_t> x_from_y;            // per color tile; kept whole
  Matrix2D<int8_t> b_from_y;
  std::atomic<uint32_t> used_types{0};  // bit t: TransformType t occurs

  // HfGlobal.
  DequantTables dequant;
  uint32_t num_histograms = 1;
  HfPass passes[kMaxPasses];
};

// Reads LfGlobal from LfChannelDequantization to LfChannelCorrelation. Errors: kCorrupt, kNeedMoreInput.
Status ReadVarDctLfGlobal(BitReader* reader, Memory* memory, VarDctFrame* frame);

}  // namespace jxlpool

#endif  // LIB_VARDCT_VARDCT_FRAME_H_
