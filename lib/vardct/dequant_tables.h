// Dequantisation tables: 17 sets of three (X, Y, B) arrays of multipliers, one per stored coefficient
// (ISO/IEC 18181-1, HF dequantisation matrices).
//
// Reading gathers the coded parameters only; the arrays are computed for the tables that the frame uses. Arrays of
// default tables are computed once per process and kept in static memory (1.5 MB if all were ever needed).
#ifndef LIB_VARDCT_DEQUANT_TABLES_H_
#define LIB_VARDCT_DEQUANT_TABLES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

enum class DequantMode : uint8_t {
  kDefault = 0,
  kHornuss = 1,
  kDct2 = 2,
  kDct4 = 3,
  kDct4x8 = 4,
  kAfv = 5,
  kDct = 6,
  kRaw = 7,
};

// The weights of channel c depend on the distance from the lowest frequency.
struct DequantBands {
  static constexpr size_t kMaxBands = 16;
  uint32_t count = 0;  // 1 ... kMaxBands if present
  float values[3][kMaxBands] = {};
};

// One table as coded, in final units.
struct DequantParameters {
  static constexpr size_t kMaxFixed = 9;
  DequantMode mode = DequantMode::kDefault;
  float fixed[3][kMaxFixed] = {};
  DequantBands bands;      // modes kDct4, kDct4x8, kAfv (4x8 part), kDct
  DequantBands bands_4x4;  // mode kAfv
  float raw_denominator = 0.0f;
};

// Reads the samples of RAW tables: they are modular sub-bitstreams, which the frame decoder can read and this folder
// cannot.
struct RawTableSource {
  void* context = nullptr;
  // Decodes 3 channels of width x height samples of raw table `table` at the reader. planes[] stay valid until the next
  // call; X, Y, B. (The width is the table's number of rows and vice versa: samples fill the table in raster order.)
  Status (*read)(void* context, uint32_t table, uint32_t width, uint32_t height, BitReader* reader,
                 View2D<const int32_t> (&planes)[3]) = nullptr;
};

class DequantTables {
 public:
  // Reads the tables of HfGlobal. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit, errors of the source.
  Status Read(BitReader* reader, const RawTableSource& source, Memory* memory);

  // Computes the tables whose bits are set; default ones come from the process-wide cache. May be called again for
  // more. Errors: kCorrupt for weights outside the legal range, kMemoryLimit.
  Status Prepare(uint32_t table_mask, Memory* memory);

  // Bytes that Prepare acquires for the tables of varblocks up to 64x64. REQUIRES: Read succeeded.
  uint64_t Bytes() const;

  // Multipliers of table t, channel c, in raster order of the stored array (kDequantTableSizes[t]), 64-byte aligned.
  // Entries of the LF corner are meaningless. REQUIRES: prepared.
  const float* Table(size_t t, size_t c) const { return tables_[t] + c * kDequantTableSizes[t].size(); }

  const DequantParameters& parameters(size_t t) const { return parameters_[t]; }
  // Samples of RAW table t, channel c, in raster order of the stored array; for JPEG reconstruction.
  // REQUIRES: parameters(t).mode == kRaw.
  const int32_t* RawSamples(size_t t, size_t c) const {
    return reinterpret_cast<const int32_t*>(raw_[t].data()) + c * kDequantTableSizes[t].size();
  }

 private:
  DequantParameters parameters_[kNumDequantTables];
  const float* tables_[kNumDequantTables] = {};
  Buffer computed_[kNumDequantTables];
  Buffer raw_[kNumDequantTables];
};

// Returns default table t from the process-wide cache, 3 arrays one after another. Thread-safe.
const float* DefaultDequantTable(size_t t);

// Returns the mask of the tables that these types use, for DequantTables::Prepare.
uint32_t DequantTablesOfTypes(uint32_t type_mask);

}  // namespace jxlpool

#endif  // LIB_VARDCT_DEQUANT_TABLES_H_
