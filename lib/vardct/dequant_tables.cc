#include "lib/vardct/dequant_tables.h"

#include <array>
#include <atomic>
#include <cmath>
#include <mutex>

#include "lib/bitstream/fields.h"
#include "lib/vardct/dequant_weights.h"

namespace jxlpool {
namespace {

constexpr std::array<size_t, kNumDequantTables + 1> MakeTableOffsets() {
  std::array<size_t, kNumDequantTables + 1> offsets = {};
  for (size_t t = 0; t < kNumDequantTables; ++t) offsets[t + 1] = offsets[t] + 3 * kDequantTableSizes[t].size();
  return offsets;
}
constexpr std::array<size_t, kNumDequantTables + 1> kTableOffsets = MakeTableOffsets();

alignas(64) float g_default_tables[kTableOffsets[kNumDequantTables]];
std::atomic<bool> g_default_ready[kNumDequantTables];
constinit std::mutex g_default_mutex;

bool Is8x8(size_t t) { return kDequantTableSizes[t].size() == kBlockSize; }

void ReadFixed(FieldReader* fields, size_t count, size_t num_scaled, bool allow_tiny, DequantParameters* parameters) {
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < count; ++i) {
      const float value = fields->F16();
      fields->Expect(allow_tiny || std::abs(value) >= 1e-8f, "dequantisation parameter is zero");
      parameters->fixed[c][i] = i < num_scaled ? 64.0f * value : value;
    }
  }
}

void ReadBands(FieldReader* fields, DequantBands* bands) {
  bands->count = 1 + fields->U(4);
  for (size_t c = 0; c < 3; ++c) {
    for (uint32_t i = 0; i < bands->count; ++i) bands->values[c][i] = fields->F16();
    fields->Expect(bands->values[c][0] >= 1e-8f, "dequantisation band is too small");
    bands->values[c][0] *= 64.0f;
  }
}

void ReadParameters(FieldReader* fields, size_t t, DequantParameters* parameters) {
  const uint32_t mode = fields->U(3);
  parameters->mode = static_cast<DequantMode>(mode);
  fields->Expect(mode < 1 || mode > 5 || Is8x8(t), "dequantisation mode is for 8x8 tables only");
  switch (parameters->mode) {
    case DequantMode::kDefault:
      break;
    case DequantMode::kHornuss:
      ReadFixed(fields, 3, 3, false, parameters);
      break;
    case DequantMode::kDct2:
      ReadFixed(fields, 6, 6, false, parameters);
      break;
    case DequantMode::kDct4:
      ReadFixed(fields, 2, 0, false, parameters);
      ReadBands(fields, &parameters->bands);
      break;
    case DequantMode::kDct4x8:
      ReadFixed(fields, 1, 0, false, parameters);
      ReadBands(fields, &parameters->bands);
      break;
    case DequantMode::kAfv:
      ReadFixed(fields, 9, 6, true, parameters);
      ReadBands(fields, &parameters->bands);
      ReadBands(fields, &parameters->bands_4x4);
      break;
    case DequantMode::kDct:
      ReadBands(fields, &parameters->bands);
      break;
    case DequantMode::kRaw:
      parameters->raw_denominator = fields->F16();
      fields->Expect(parameters->raw_denominator >= 1e-8f, "raw dequantisation denominator is too small");
      break;
  }
}

// Copies the three planes one after another, checking that all samples are positive.
Status CopyRaw(const View2D<const int32_t> (&planes)[3], int32_t* out) {
  for (const View2D<const int32_t>& plane : planes) {
    for (size_t y = 0; y < plane.height; ++y) {
      const int32_t* row = plane.Row(y);
      for (size_t x = 0; x < plane.width; ++x) {
        if (row[x] <= 0) return Corrupt("raw dequantisation table has an entry that is not positive");
        *out++ = row[x];
      }
    }
  }
  return OkStatus();
}

}  // namespace

Status DequantTables::Read(BitReader* reader, const RawTableSource& source, Memory* memory) {
  for (size_t t = 0; t < kNumDequantTables; ++t) {
    parameters_[t] = DequantParameters();
    tables_[t] = nullptr;
    computed_[t].Release();
    raw_[t].Release();
  }
  FieldReader fields(reader);
  if (fields.Bool()) return fields.status();
  for (size_t t = 0; t < kNumDequantTables; ++t) {
    ReadParameters(&fields, t, &parameters_[t]);
    JXLPOOL_RETURN_IF_ERROR(fields.status());
    if (parameters_[t].mode != DequantMode::kRaw) continue;
    const StoredSize size = kDequantTableSizes[t];
    View2D<const int32_t> planes[3];
    JXLPOOL_RETURN_IF_ERROR(
        source.read(source.context, static_cast<uint32_t>(t), size.rows, size.columns, reader, planes));
    JXLPOOL_ASSIGN_OR_RETURN(raw_[t], memory->Acquire(3 * size.size() * sizeof(int32_t), Category::kLf,
                                                      ElementType::kInt32, Fill::kUninitialized));
    JXLPOOL_RETURN_IF_ERROR(CopyRaw(planes, reinterpret_cast<int32_t*>(raw_[t].data())).At(reader->Position()));
  }
  return fields.status();
}

Status DequantTables::Prepare(uint32_t table_mask, Memory* memory) {
  for (size_t t = 0; t < kNumDequantTables; ++t) {
    if ((table_mask >> t & 1) == 0 || tables_[t] != nullptr) continue;
    if (parameters_[t].mode == DequantMode::kDefault) {
      tables_[t] = DefaultDequantTable(t);
      continue;
    }
    JXLPOOL_RETURN_IF_ERROR(memory->work()->Charge(3 * kDequantTableSizes[t].size()));
    JXLPOOL_ASSIGN_OR_RETURN(computed_[t], memory->Acquire(3 * kDequantTableSizes[t].size() * sizeof(float),
                                                           Category::kLf, ElementType::kFloat, Fill::kUninitialized));
    float* table = reinterpret_cast<float*>(computed_[t].data());
    const int32_t* raw = reinterpret_cast<const int32_t*>(raw_[t].data());
    JXLPOOL_RETURN_IF_ERROR(ComputeDequantTable(parameters_[t], raw, t, table));
    tables_[t] = table;
  }
  return OkStatus();
}

uint64_t DequantTables::Bytes() const {
  constexpr size_t kUsual = size_t{64} * 64;
  uint64_t bytes = 0;
  for (size_t t = 0; t < kNumDequantTables; ++t) {
    const size_t size = kDequantTableSizes[t].size();
    if (parameters_[t].mode != DequantMode::kDefault && size <= kUsual) bytes += BufferBytes(3 * size * sizeof(float));
  }
  return bytes;
}

const float* DefaultDequantTable(size_t t) {
  float* table = g_default_tables + kTableOffsets[t];
  if (!g_default_ready[t].load(std::memory_order_acquire)) {
    const std::lock_guard<std::mutex> lock(g_default_mutex);
    if (!g_default_ready[t].load(std::memory_order_relaxed)) {
      // The default parameters are legal.
      (void)ComputeDequantTable(DefaultDequantParameters(t), nullptr, t, table).ok();
      g_default_ready[t].store(true, std::memory_order_release);
    }
  }
  return table;
}

uint32_t DequantTablesOfTypes(uint32_t type_mask) {
  uint32_t tables = 0;
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    if ((type_mask >> type & 1) != 0) tables |= 1u << kTransformShapes[type].dequant_table;
  }
  return tables;
}

}  // namespace jxlpool
