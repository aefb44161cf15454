// VarDctFrame: everything about one VarDCT frame that its groups need: 1/64-size planes, maps, tables, codes.
//
// A plain struct, owned by the frame decoder, filled in the order of the sections:
//
//   VarDctFrame frame;
//   frame.Initialize(MakeVarDctParameters(image, header, dimensions));
//   ReadVarDctLfGlobal(&reader, memory, &frame);                // LfGlobal up to, not including, GlobalModular
//   frame.Allocate(memory, kept_block_rows);
//   per LF group g, on any threads:
//     extra_precision = reader.Read(2);                         // unless use_lf_frame
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
// Thread safety: LF groups write disjoint parts. Groups only read; what is prepared later is not theirs.
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
#include "lib/vardct/hf_pass.h"
#include "lib/vardct/lf_global.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

// What the headers say. Channels are X, Y, B (or Cb, Y, Cr, or R, G, B).
struct VarDctParameters {
  // Size of the color planes: after dividing by upsampling and 8^lf_level.
  uint32_t width = 0;
  uint32_t height = 0;
  // log2 of the MCU size in blocks, to which the frame is padded; may be 1 although nothing is subsampled.
  uint8_t max_hshift = 0;
  uint8_t max_vshift = 0;
  // Chroma shifts, 0 or 1.
  uint8_t hshift[3] = {0, 0, 0};
  uint8_t vshift[3] = {0, 0, 0};
  bool use_lf_frame = false;
  bool skip_adaptive_lf_smoothing = false;
  uint32_t x_qm_scale = 2;
  uint32_t b_qm_scale = 2;
  // From the image header's OpsinInverseMatrix (its defaults in non-XYB images).
  float quant_bias[3] = {1.0f - 0.05465007330715401f, 1.0f - 0.07005449891748593f, 1.0f - 0.049935103337343655f};
  float quant_bias_numerator = 0.145f;
  uint32_t num_passes = 1;              // 1 ... kMaxPasses
  uint8_t pass_shift[kMaxPasses] = {};  // 0 ... 3
  // Of the restoration filter; no map is made if epf_iterations == 0.
  uint32_t epf_iterations = 0;
  float epf_quant_mul = 0.46f;
  float epf_sharp_lut[8] = {0, 1.0f / 7, 2.0f / 7, 3.0f / 7, 4.0f / 7, 5.0f / 7, 6.0f / 7, 1};
};

VarDctParameters MakeVarDctParameters(const ImageHeader& image, const FrameHeader& frame,
                                      const FrameDimensions& dimensions);

// A rectangle of blocks.
struct BlockRect {
  uint32_t x0 = 0;
  uint32_t y0 = 0;
  uint32_t columns = 0;
  uint32_t rows = 0;
};

struct VarDctGeometry {
  uint32_t block_columns = 0;  // of the frame, with the padding that chroma subsampling causes
  uint32_t block_rows = 0;
  uint32_t groups_x = 0;
  uint32_t groups_y = 0;
  uint32_t lf_groups_x = 0;
  uint32_t lf_groups_y = 0;
  bool subsampled = false;

  uint32_t num_groups() const { return groups_x * groups_y; }
  uint32_t num_lf_groups() const { return lf_groups_x * lf_groups_y; }
  // REQUIRES: group < num_groups().
  BlockRect GroupRect(uint32_t group) const;
  // REQUIRES: lf_group < num_lf_groups().
  BlockRect LfGroupRect(uint32_t lf_group) const;
};
VarDctGeometry MakeVarDctGeometry(const VarDctParameters& parameters);

struct VarDctFrame {
  VarDctFrame() = default;
  VarDctFrame(const VarDctFrame&) = delete;
  VarDctFrame& operator=(const VarDctFrame&) = delete;

  // Bit of block_type: this block is the top-left one of its varblock.
  static constexpr uint8_t kFirstBlock = 0x80;

  // Sets parameters and geometry. May be called again for another frame. Errors: kCorrupt if the parameters contradict
  // each other (subsampled chroma with smoothing).
  Status Initialize(const VarDctParameters& new_parameters);

  // Allocates the planes and maps (Category::kLf) of which `kept_block_rows`, a multiple of kGroupDimInBlocks, are
  // kept. REQUIRES: LfGlobal was read. Errors: kMemoryLimit.
  Status Allocate(Memory* memory, uint32_t kept_block_rows);

  // Bytes that Allocate acquires.
  uint64_t Bytes(uint32_t kept_block_rows) const;

  // For frames that take their LF image from an LF frame: one sample per block. The planes must stay valid.
  // Errors: kCorrupt if they are smaller than the frame in blocks.
  Status UseLfFrame(const View2D<const float> (&planes)[3]);

  // Multiplier of the quantised LF values of channel c, without extra precision.
  float LfStep(size_t c) const {
    return quantizer.InverseGlobalScale() / static_cast<float>(quantizer.quant_lf) * lf_dequantization.multiplier[c];
  }

  VarDctParameters parameters;
  VarDctGeometry geometry;

  // LfGlobal.
  LfChannelDequantization lf_dequantization;
  Quantizer quantizer;
  HfBlockContext block_context;
  LfChannelCorrelation correlation;

  // LF groups. Planes of channel c have (block_columns >> hshift[c]) x (block_rows >> vshift[c]) samples; all other
  // maps cover the unshifted block grid.
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

// LfGlobal from LfChannelDequantization to LfChannelCorrelation. Errors: kCorrupt, kNeedMoreInput.
Status ReadVarDctLfGlobal(BitReader* reader, Memory* memory, VarDctFrame* frame);

}  // namespace jxlpool

#endif  // LIB_VARDCT_VARDCT_FRAME_H_
