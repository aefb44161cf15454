// Finds the leaves that the columns of a row can still reach, by the properties that are known before it is decoded.
// Included once for each target.
#if defined(LIB_MODULAR_LOOPS_ROW_SETS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_LOOPS_ROW_SETS_INL_H_
#undef LIB_MODULAR_LOOPS_ROW_SETS_INL_H_
#else
#define LIB_MODULAR_LOOPS_ROW_SETS_INL_H_
#endif

#include <hwy/highway.h>

#include <bit>

#include "lib/modular/loops/branchless.h"
#include "lib/modular/loops/loop_context.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

HWY_INLINE uint32_t Magnitude(uint32_t value) { return static_cast<int32_t>(value) < 0 ? 0u - value : value; }

// Columns [begin, end) of a row.
struct Columns {
  size_t begin;
  size_t end;
};

// Computes one of the four properties of a previous channel; out[0] is that of the first column. REQUIRES: y > 0.
template <typename T>
void ReferencePropertyRow(const ModularChannel& reference, uint32_t which, size_t y, Columns columns,
                          int32_t* HWY_RESTRICT out) {
  const T* row = reference.Row<T>(y);
  const T* above = reference.Row<T>(y - 1);
  if (which == 1) {
    for (size_t x = columns.begin; x < columns.end; ++x) *out++ = row[x];
  } else if (which == 0) {
    for (size_t x = columns.begin; x < columns.end; ++x) {
      *out++ = static_cast<int32_t>(Magnitude(static_cast<uint32_t>(row[x])));
    }
  } else {
    for (size_t x = columns.begin; x < columns.end; ++x) {
      const int64_t n = above[x];
      const int64_t w = x > 0 ? row[x - 1] : n;
      const int64_t nw = x > 0 ? above[x - 1] : n;
      const int64_t low = HWY_MIN(n, w);
      const int64_t high = HWY_MAX(n, w);
      const uint32_t difference = static_cast<uint32_t>(row[x] - HWY_MAX(low, HWY_MIN(high, w + n - nw)));
      *out++ = static_cast<int32_t>(which == 2 ? Magnitude(difference) : difference);
    }
  }
}

// Computes a property that depends on nothing of the current row; out[0] is that of the first column.
HWY_INLINE void PropertyRow(const LoopContext& c, size_t property, size_t y, Columns columns,
                            int32_t* HWY_RESTRICT out) {
  const int32_t* above = c.rows[(y + 2) % 3] + columns.begin;
  const int32_t* above2 = y > 1 ? c.rows[(y + 1) % 3] + columns.begin : above;
  const size_t count = columns.end - columns.begin;
  const auto u = [](int32_t v) { return static_cast<uint32_t>(v); };
  switch (property) {
    case 3:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<int32_t>(columns.begin + x);
      return;
    case 4:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<int32_t>(Magnitude(u(above[x])));
      return;
    case 6:
      for (size_t x = 0; x < count; ++x) out[x] = above[x];
      return;
    case 11:
      for (size_t x = 0; x < count; ++x)
        out[x] = static_cast<int32_t>(u(above[static_cast<ptrdiff_t>(x) - 1]) - u(above[x]));
      return;
    case 12:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<int32_t>(u(above[x]) - u(above[x + 1]));
      return;
    case 13:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<int32_t>(u(above[x]) - u(above2[x]));
      return;
    default:
      break;
  }
  const size_t index = property - kFirstReferenceProperty;
  const ModularChannel& reference = *c.references[index / 4];
  if (reference.type() == SampleType::kInt16) {
    ReferencePropertyRow<int16_t>(reference, index % 4, y, columns, out);
  } else {
    ReferencePropertyRow<int32_t>(reference, index % 4, y, columns, out);
  }
}

// Returns where the set of a value begins. `sets` is LeafTables::sets().
template <size_t kWords>
HWY_INLINE const uint64_t* SetOf(const PropertyTable& table, const uint64_t* sets, int32_t value) {
  const size_t entry = table.Entry(value);
  if constexpr (LeafTables::is_ranked(kWords)) return sets + table.offsets[entry];
  return table.sets + entry * kWords;
}

// Some of the leaves of a tree.
template <size_t kWords>
class LeafSet {
  using D = hn::CappedTag<uint64_t, kWords>;
  static constexpr size_t kLanes = hn::MaxLanes(D());
  static constexpr size_t kVectors = kWords / kLanes;

 public:
  HWY_INLINE explicit LeafSet(const uint64_t* from) {
    for (size_t i = 0; i < kVectors; ++i) vectors_[i] = hn::LoadU(D(), from + i * kLanes);
  }
  // Keeps what is also in the set at `other`.
  HWY_INLINE void Restrict(const uint64_t* other) {
    for (size_t i = 0; i < kVectors; ++i) vectors_[i] = hn::And(vectors_[i], hn::LoadU(D(), other + i * kLanes));
  }
  HWY_INLINE void Store(uint64_t* to) const {
    for (size_t i = 0; i < kVectors; ++i) hn::StoreU(vectors_[i], D(), to + i * kLanes);
  }
  // Returns the index of the only member.
  HWY_INLINE size_t OnlyMember() const {
#if HWY_TARGET != HWY_SCALAR
    if constexpr (kLanes == 4) {
      const hn::Half<D> half;
      const hn::Half<decltype(half)> quarter;
      auto any = vectors_[0];
      size_t index = 0;
      if constexpr (kVectors == 1) {
        index = 64 * FirstNonzero(vectors_[0]);
      } else {
        any = hn::Or(vectors_[0], vectors_[1]);
        const bool in_first = !hn::AllTrue(D(), hn::Eq(vectors_[0], hn::Zero(D())));
        index = 64 * FirstNonzero(any) + (in_first ? 0 : 256);
      }
      const auto two = hn::Or(hn::LowerHalf(half, any), hn::UpperHalf(half, any));
      const uint64_t bit = hn::GetLane(two) | hn::GetLane(hn::UpperHalf(quarter, two));
      return index + static_cast<size_t>(std::countr_zero(bit));
    }
#endif
    HWY_ALIGN uint64_t words[kWords];
    Store(words);
    if constexpr (kWords == 2) {
      const uint64_t bit = words[0] | words[1];
      return SelectIfGreater<uint64_t>(words[1] != 0, 0, 64, 0) + static_cast<size_t>(std::countr_zero(bit));
    }
    uint64_t any = 0;
    size_t index = 0;
    for (size_t i = 0; i < kWords; ++i) {
      any |= words[i];
      index += (words[i] != 0 ? size_t{1} : 0) * 64 * i;
    }
    return index + static_cast<size_t>(std::countr_zero(any));
  }

 private:
  static HWY_INLINE size_t FirstNonzero(hn::VFromD<D> v) {
    return static_cast<size_t>(hn::FindFirstTrue(D(), hn::Ne(v, hn::Zero(D()))));
  }

  hn::VFromD<D> vectors_[kVectors];
};

// A set of one word is better off in a general register: it becomes an index there.
template <>
class LeafSet<1> {
 public:
  HWY_INLINE explicit LeafSet(const uint64_t* from) : word_(*from) {}
  HWY_INLINE void Restrict(const uint64_t* other) { word_ &= *other; }
  HWY_INLINE void Store(uint64_t* to) const { *to = word_; }
  HWY_INLINE size_t OnlyMember() const { return static_cast<size_t>(std::countr_zero(word_)); }

 private:
  uint64_t word_;
};

template <size_t kWords>
void RestrictRow(const PropertyTable& table, const uint64_t* all, const int32_t* property, size_t width,
                 uint64_t* HWY_RESTRICT sets) {
  const PropertyTable local = table;
  for (size_t x = 0; x < width; ++x) {
    LeafSet<kWords> set(sets + x * kWords);
    set.Restrict(SetOf<kWords>(local, all, property[x]));
    set.Store(sets + x * kWords);
  }
}

// Fills c.row_sets for columns of row y. REQUIRES: y > 0, row y - 1 is stored.
template <size_t kWords>
void PrepareRowSets(const LoopContext& c, size_t y, Columns columns) {
  const LeafTables& tables = *c.tables;
  const size_t count = columns.end - columns.begin;
  const LeafSet<kWords> start(tables.Find(kPropertyY, static_cast<int32_t>(y)));
  for (size_t x = 0; x < count; ++x) start.Store(c.row_sets + x * kWords);
  constexpr uint32_t kKnownBefore = (1u << 3) | (1u << 4) | (1u << 6) | (7u << 11) | (~0u << kFirstReferenceProperty);
  for (uint32_t properties = tables.used() & kKnownBefore; properties != 0; properties &= properties - 1) {
    const size_t property = static_cast<size_t>(std::countr_zero(properties));
    PropertyRow(c, property, y, columns, c.property_row);
    RestrictRow<kWords>(tables.table(property), tables.sets(), c.property_row, count, c.row_sets);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // include guard
