#include "lib/color/color_engine.h"

#include <lcms2.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/color/cms_objects.h"
#include "lib/color/icc_recognition.h"
#include "lib/color/icc_synthesis.h"
#include "lib/color/xyb.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

constexpr size_t kBlock = 1024;
static_assert(ColorEngine::kScratchFloats >= (4 + 3) * kBlock);
constexpr cmsUInt32Number kFlags = cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_HIGHRESPRECALC;

bool IsHlg(const ColorProfile& profile) { return profile.enumerated && profile.description.transfer == Transfer::kHlg; }

// True if formulas do the transfer function, so that what remains is linear.
bool HasFormula(const ColorProfile& profile) {
  return profile.enumerated && profile.description.space != ColorSpace::kXyb;
}

struct PixelFormat {
  cmsUInt32Number format = 0;
  uint32_t channels = 0;
};

PixelFormat FormatOf(const CmsProfile& profile) {
  switch (cmsGetColorSpace(profile.get())) {
    case cmsSigGrayData:
      return {TYPE_GRAY_FLT, 1};
    case cmsSigRgbData:
      return {TYPE_RGB_FLT, 3};
    case cmsSigCmykData:
      return {TYPE_CMYK_FLT, 4};
    default:
      return {};
  }
}

// Opens the profile of one side. An enumerated side gets a profile with its primaries and linear light.
Result<CmsProfile> OpenProfile(const ColorProfile& side, const CmsContext& context, Memory* memory) {
  if (!side.enumerated) return OpenCmsProfile(context, side.icc, side.icc_size);
  ColorDescription linear = side.description;
  if (linear.space != ColorSpace::kXyb) linear.transfer = Transfer::kLinear;
  JXLPOOL_ASSIGN_OR_RETURN(const PoolVector<uint8_t> icc, SynthesiseIcc(linear, memory));
  return OpenCmsProfile(context, icc.data(), icc.size());
}

// Replaces a profile that is equivalent to an enumerated encoding by that.
Result<ColorProfile> Simplify(const ColorProfile& side, Memory* memory) {
  if (side.enumerated) return side;
  JXLPOOL_ASSIGN_OR_RETURN(const auto description, RecogniseIcc(side.icc, side.icc_size, memory));
  return description ? ColorProfile::Enumerated(*description) : side;
}

// Divides pixels by their largest component where that exceeds 1.
void LimitRow(float* r, float* g, float* b, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const float factor = 1 / std::max({1.0f, r[i], g[i], b[i]});
    r[i] *= factor;
    g[i] *= factor;
    b[i] *= factor;
  }
}

}  // namespace

ColorEngine::ColorEngine(ColorEngine&& other) noexcept { *this = std::move(other); }

ColorEngine& ColorEngine::operator=(ColorEngine&& other) noexcept {
  if (this == &other) return *this;
  Destroy();
  source_channels_ = other.source_channels_;
  target_channels_ = other.target_channels_;
  decodes_ = other.decodes_;
  encodes_ = other.encodes_;
  limits_ = other.limits_;
  step_ = other.step_;
  decode_ = other.decode_;
  encode_ = other.encode_;
  matrix_ = other.matrix_;
  context_ = std::move(other.context_);
  transform_ = std::exchange(other.transform_, nullptr);
  return *this;
}

void ColorEngine::Destroy() {
  if (transform_ != nullptr) cmsDeleteTransform(transform_);
  transform_ = nullptr;
}

Result<ColorEngine> ColorEngine::Create(const ColorProfile& source, const ColorProfile& target,
                                        const ColorEngineOptions& options, Memory* memory) {
  ColorEngine engine;
  JXLPOOL_ASSIGN_OR_RETURN(const ColorProfile from, Simplify(source, memory));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorProfile to, Simplify(target, memory));
  JXLPOOL_RETURN_IF_ERROR(engine.SetTransfers(from, to, options));
  const bool by_formulas = HasFormula(from) && HasFormula(to);
  if (by_formulas && SameEncoding(from.description, to.description)) {
    engine.decodes_ = engine.encodes_ = engine.limits_ = false;
    engine.source_channels_ = engine.target_channels_ = from.description.num_channels();
    return engine;
  }
  if (by_formulas) {
    JXLPOOL_RETURN_IF_ERROR(engine.CreateByFormulas(from.description, to.description));
  } else {
    JXLPOOL_RETURN_IF_ERROR(engine.CreateWithCms(from, to, memory));
  }
  return engine;
}

Status ColorEngine::SetTransfers(const ColorProfile& source, const ColorProfile& target,
                                 const ColorEngineOptions& options) {
  if (target.enumerated && target.description.space == ColorSpace::kXyb) {
    return Unsupported("XYB cannot be the target of a color conversion");
  }
  const bool same_hlg = IsHlg(source) && IsHlg(target);
  if (HasFormula(source)) {
    JXLPOOL_RETURN_IF_ERROR(CheckDescription(source.description));
    JXLPOOL_ASSIGN_OR_RETURN(decode_, DecodeParameters(source.description, options.source_intensity_target));
    if (same_hlg) decode_.ootf_exponent = 0;
    decodes_ = decode_.kind != Transfer::kLinear;
    limits_ = decode_.kind == Transfer::kHlg && decode_.ootf_exponent < 0;
  }
  if (HasFormula(target)) {
    JXLPOOL_RETURN_IF_ERROR(CheckDescription(target.description));
    JXLPOOL_ASSIGN_OR_RETURN(encode_, EncodeParameters(target.description, options.target_intensity_target));
    if (same_hlg) encode_.ootf_exponent = 0;
    encodes_ = encode_.kind != Transfer::kLinear;
  }
  return OkStatus();
}

Status ColorEngine::CreateByFormulas(const ColorDescription& source, const ColorDescription& target) {
  source_channels_ = source.num_channels();
  target_channels_ = target.num_channels();
  if (source_channels_ != target_channels_) return Unsupported("conversion between grey and color");
  if (source.grey()) return OkStatus();
  ColorDescription source_primaries = source;
  source_primaries.transfer = target.transfer;
  source_primaries.gamma = target.gamma;
  if (SameEncoding(source_primaries, target)) return OkStatus();
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_xyz, RgbToXyzD50Matrix(source.PrimariesXy(), source.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix target_to_xyz, RgbToXyzD50Matrix(target.PrimariesXy(), target.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix from_xyz, Invert(target_to_xyz));
  matrix_ = Multiply(from_xyz, to_xyz);
  step_ = Step::kMatrix;
  return OkStatus();
}

Status ColorEngine::CreateWithCms(const ColorProfile& source, const ColorProfile& target, Memory* memory) {
  JXLPOOL_ASSIGN_OR_RETURN(context_, CmsContext::Create(memory));
  JXLPOOL_ASSIGN_OR_RETURN(const CmsProfile from, OpenProfile(source, context_, memory));
  JXLPOOL_ASSIGN_OR_RETURN(const CmsProfile to, OpenProfile(target, context_, memory));
  const PixelFormat in = FormatOf(from);
  const PixelFormat out = FormatOf(to);
  const bool from_cmyk = in.channels == 4 && out.channels == 3;
  if (in.channels == 0 || out.channels == 4 || (in.channels != out.channels && !from_cmyk)) {
    return Unsupported("conversion between these color models");
  }
  source_channels_ = in.channels;
  target_channels_ = out.channels;
  const cmsUInt32Number intent = target.enumerated ? static_cast<cmsUInt32Number>(target.description.intent)
                                                   : cmsGetHeaderRenderingIntent(to.get());
  if (intent > 3) return Corrupt("ICC profile with an unknown rendering intent");
  cmsHTRANSFORM transform = nullptr;
  JXLPOOL_RETURN_IF_ERROR(context_.Call([&] {
    transform = cmsCreateTransformTHR(context_.get(), from.get(), in.format, to.get(), out.format, intent, kFlags);
  }));
  if (transform == nullptr) return Unsupported("ICC profile cannot be used for this conversion");
  transform_ = transform;
  step_ = Step::kCms;
  return OkStatus();
}

void ColorEngine::ConvertRow(const float* const* in, float* const* out, size_t n, float* scratch) const {
  const float* in_block[4];
  float* out_block[3];
  for (size_t x = 0; x < n; x += kBlock) {
    for (uint32_t c = 0; c < source_channels_; ++c) in_block[c] = in[c] + x;
    for (uint32_t c = 0; c < target_channels_; ++c) out_block[c] = out[c] + x;
    ConvertBlock(in_block, out_block, std::min(kBlock, n - x), scratch);
  }
}

void ColorEngine::ConvertBlock(const float* const* in, float* const* out, size_t n, float* scratch) const {
  const bool grey = target_channels_ == 1;
  float* const g = grey ? nullptr : out[1];
  float* const b = grey ? nullptr : out[2];
  if (source_channels_ == target_channels_) {
    for (uint32_t c = 0; c < source_channels_; ++c) {
      if (out[c] != in[c]) std::memcpy(out[c], in[c], n * sizeof(float));
    }
    in = out;
    if (decodes_) DecodeRow(decode_, out[0], g, b, n);
    if (limits_ && !grey) LimitRow(out[0], g, b, n);
  }
  if (step_ == Step::kMatrix) MultiplyRow(matrix_.m, out[0], g, b, n);
  if (step_ == Step::kCms) RunCms(in, out, n, scratch);
  if (encodes_) EncodeRow(encode_, out[0], g, b, n);
}

// Interleaves the channels, transforms the pixels and takes them apart again.
void ColorEngine::RunCms(const float* const* in, float* const* out, size_t n, float* scratch) const {
  float* const pixels_in = scratch;
  float* const pixels_out = scratch + 4 * kBlock;
  // Little-CMS wants ink in percent; our samples are the other way round.
  const bool ink = source_channels_ == 4;
  const float scale = ink ? -100.0f : 1.0f;
  const float offset = ink ? 100.0f : 0.0f;
  for (uint32_t c = 0; c < source_channels_; ++c) {
    for (size_t i = 0; i < n; ++i) pixels_in[i * source_channels_ + c] = in[c][i] * scale + offset;
  }
  cmsDoTransform(transform_, pixels_in, pixels_out, static_cast<cmsUInt32Number>(n));
  for (uint32_t c = 0; c < target_channels_; ++c) {
    for (size_t i = 0; i < n; ++i) out[c][i] = pixels_out[i * target_channels_ + c];
  }
}

}  // namespace jxlpool
