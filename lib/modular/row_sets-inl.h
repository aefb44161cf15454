// Before a row is decoded: which leaves its columns can still reach, judging by the properties that are known by then.
// Included once for each target.
#if defined(LIB_MODULAR_ROW_SETS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_ROW_SETS_INL_H_
#undef LIB_MODULAR_ROW_SETS_INL_H_
#else
#define LIB_MODULAR_ROW_SETS_INL_H_
#endif

#include <hwy/highway.h>

#include "lib/modular/loop_context.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

HWY_INLINE uint32_t Magnitude(uint32_t value) { return static_cast<int32_t>(value) < 0 ? 0u - value : value; }

// One of the four properties of a previous channel for a whole row. REQUIRES: y > 0.
template <typename T>
void ReferencePropertyRow(const ModularChannel& reference, uint32_t which, size_t y, int32_t* HWY_RESTRICT out) {
  const T* row = reference.Row<T>(y);
  const T* above = reference.Row<T>(y - 1);
  const size_t width = reference.width();
  if (which == 1) {
    for (size_t x = 0; x < width; ++x) out[x] = row[x];
  } else if (which == 0) {
    for (size_t x = 0; x < width; ++x) out[x] = static_cast<int32_t>(Magnitude(static_cast<uint32_t>(row[x])));
  } else {
    for (size_t x = 0; x < width; ++x) {
      const int64_t n = above[x];
      const int64_t w = x > 0 ? row[x - 1] : n;
      const int64_t nw = x > 0 ? above[x - 1] : n;
      const int64_t low = HWY_MIN(n, w);
      const int64_t high = HWY_MAX(n, w);
      const uint32_t difference = static_cast<uint32_t>(row[x] - HWY_MAX(low, HWY_MIN(high, w + n - nw)));
      out[x] = static_cast<int32_t>(which == 2 ? Magnitude(difference) : difference);
    }
  }
}

// A property that depends on nothing of the current row.
HWY_INLINE void PropertyRow(const LoopContext& c, size_t property, size_t y, int32_t* HWY_RESTRICT out) {
  const int32_t* above = c.rows[(y + 2) % 3];
  const int32_t* above2 = y > 1 ? c.rows[(y + 1) % 3] : above;
  const size_t width = c.width;
  const auto u = [](int32_t v) { return static_cast<uint32_t>(v); };
  switch (property) {
    case 3:
      for (size_t x = 0; x < width; ++x) out[x] = static_cast<int32_t>(x);
      return;
    case 4:
      for (size_t x = 0; x < width; ++x) out[x] = static_cast<int32_t>(Magnitude(u(above[x])));
      return;
    case 6:
      for (size_t x = 0; x < width; ++x) out[x] = above[x];
      return;
    case 11:
      for (size_t x = 0; x < width; ++x)
        out[x] = static_cast<int32_t>(u(above[static_cast<ptrdiff_t>(x) - 1]) - u(above[x]));
      return;
    case 12:
      for (size_t x = 0; x < width; ++x) out[x] = static_cast<int32_t>(u(above[x]) - u(above[x + 1]));
      return;
    case 13:
      for (size_t x = 0; x < width; ++x) out[x] = static_cast<int32_t>(u(above[x]) - u(above2[x]));
      return;
    default:
      break;
  }
  const size_t index = property - kFirstReferenceProperty;
  const ModularChannel& reference = *c.references[index / 4];
  if (reference.type() == SampleType::kInt16) {
    ReferencePropertyRow<int16_t>(reference, index % 4, y, out);
  } else {
    ReferencePropertyRow<int32_t>(reference, index % 4, y, out);
  }
}

template <size_t kWords>
void RestrictRow(const PropertyTable& table, const int32_t* property, size_t width, uint64_t* HWY_RESTRICT sets) {
  const int32_t low = table.low;
  const int32_t high = table.high;
  for (size_t x = 0; x < width; ++x) {
    const int32_t value = HWY_MAX(low, HWY_MIN(high, property[x]));
    const uint64_t* from = table.sets + static_cast<size_t>(value - low) * kWords;
    for (size_t word = 0; word < kWords; ++word) sets[x * kWords + word] &= from[word];
  }
}

// Fills c.row_sets for row y. REQUIRES: y > 0, row y - 1 is stored.
template <size_t kWords>
void PrepareRowSets(const LoopContext& c, size_t y) {
  const LeafTables& tables = *c.tables;
  const PropertyTable& by_row = tables.table(kPropertyY);
  const int32_t row = HWY_MAX(by_row.low, HWY_MIN(by_row.high, static_cast<int32_t>(y)));
  const uint64_t* start = by_row.sets + static_cast<size_t>(row - by_row.low) * kWords;
  const size_t width = c.width;
  for (size_t x = 0; x < width; ++x) {
    for (size_t word = 0; word < kWords; ++word) c.row_sets[x * kWords + word] = start[word];
  }
  constexpr uint32_t kKnownBefore = (1u << 3) | (1u << 4) | (1u << 6) | (7u << 11) | (~0u << kFirstReferenceProperty);
  for (size_t property = 3; property < LeafTables::kMaxProperties; ++property) {
    if (!tables.is_used(property) || (kKnownBefore >> property & 1) == 0) continue;
    PropertyRow(c, property, y, c.property_row);
    RestrictRow<kWords>(tables.table(property), c.property_row, width, c.row_sets);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // include guard
