#include "lib/color/transfer_functions.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/color/transfer_functions_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/color/transfer_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

enum class Direction { kEncode, kDecode };

template <Direction kDirection, class Transfer, class... V>
HWY_INLINE void Convert(const Transfer& transfer, V&... v) {
  if constexpr (kDirection == Direction::kEncode) {
    transfer.Encode(v...);
  } else {
    transfer.Decode(v...);
  }
}

template <Direction kDirection, class Transfer>
void ConvertColor(const Transfer& transfer, float* const (&rows)[3], size_t n) {
  const FloatTag d;
  ForVectors<3>(n, rows, [&](float* const(&at)[3]) HWY_ATTR {
    auto r = hn::LoadU(d, at[0]);
    auto g = hn::LoadU(d, at[1]);
    auto b = hn::LoadU(d, at[2]);
    Convert<kDirection>(transfer, r, g, b);
    hn::StoreU(r, d, at[0]);
    hn::StoreU(g, d, at[1]);
    hn::StoreU(b, d, at[2]);
  });
}

template <Direction kDirection, class Transfer>
void ConvertGrey(const Transfer& transfer, float* const (&rows)[1], size_t n) {
  const FloatTag d;
  ForVectors<1>(n, rows, [&](float* const(&at)[1]) HWY_ATTR {
    auto v = hn::LoadU(d, at[0]);
    Convert<kDirection>(transfer, v);
    hn::StoreU(v, d, at[0]);
  });
}

template <Direction kDirection>
void ConvertRow(const TransferParameters& parameters, float* r, float* g, float* b, size_t n) {
  if (parameters.kind == ColorDescription::Transfer::kLinear) return;
  WithTransfer(parameters, [&](const auto& transfer) HWY_ATTR {
    if (g == nullptr) {
      ConvertGrey<kDirection>(transfer, {r}, n);
    } else {
      ConvertColor<kDirection>(transfer, {r, g, b}, n);
    }
  });
}

void EncodeRowKernel(const TransferParameters& parameters, float* r, float* g, float* b, size_t n) {
  ConvertRow<Direction::kEncode>(parameters, r, g, b, n);
}
void DecodeRowKernel(const TransferParameters& parameters, float* r, float* g, float* b, size_t n) {
  ConvertRow<Direction::kDecode>(parameters, r, g, b, n);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(EncodeRowKernel);
HWY_EXPORT(DecodeRowKernel);

void EncodeRow(const TransferParameters& parameters, float* r, float* g, float* b, size_t n) {
  HWY_DYNAMIC_DISPATCH(EncodeRowKernel)(parameters, r, g, b, n);
}
void DecodeRow(const TransferParameters& parameters, float* r, float* g, float* b, size_t n) {
  HWY_DYNAMIC_DISPATCH(DecodeRowKernel)(parameters, r, g, b, n);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
