#include "lib/color/icc_recognition.h"

#include <lcms2.h>

#include <algorithm>
#include <cmath>

#include "lib/color/cms_context.h"
#include "lib/color/cms_objects.h"
#include "lib/color/encoding_matrix.h"
#include "lib/color/icc_tags.h"
#include "lib/color/transfer_functions.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

constexpr double kMatchTolerance = 2e-4;
constexpr double kGammaTolerance = 1e-4;

Chromaticity XyOf(const float xyz[3]) {
  const double sum = static_cast<double>(xyz[0]) + xyz[1] + xyz[2];
  if (!(std::abs(sum) > 1e-9)) return {0, 0};
  return {xyz[0] / sum, xyz[1] / sum};
}

Customxy MicroOf(const Chromaticity& xy) {
  const auto micro = [](double v) { return static_cast<int32_t>(std::lround(std::clamp(v, -2.0, 2.0) * 1e6)); };
  return {micro(xy.x), micro(xy.y)};
}

// Looks at one profile.
class Recogniser {
 public:
  Recogniser(const uint8_t* icc, size_t size, const CmsContext& context, const CmsProfile& profile)
      : tags_(icc, size), context_(context), profile_(profile) {}

  // Returns the equivalent encoding, without its intent. Errors: kMemoryLimit.
  Result<std::optional<ColorDescription>> Run() {
    const std::optional<ColorDescription> none;
    const uint32_t space = tags_.Space();
    if (space != cmsSigGrayData && space != cmsSigRgbData) return none;
    Cicp cicp;
    if (space == cmsSigRgbData && tags_.FindCicp(&cicp)) {
      if (const auto description = DescriptionOfCicp(cicp)) return description;
    }
    ColorDescription description;
    if (space == cmsSigGrayData) description.space = ColorSpace::kGrey;
    // A profile whose numbers make no sense is just not recognised.
    const Status found = FindChromaticities(&description);
    if (found.code() == ErrorCode::kMemoryLimit) return found;
    if (!found.ok()) return none;
    JXLPOOL_ASSIGN_OR_RETURN(const bool explained, FindTransfer(&description));
    return explained ? description : none;
  }

 private:
  // The XYZ values of a tag, or null if there is no such tag. Errors: kMemoryLimit.
  Result<const cmsCIEXYZ*> ReadXyz(cmsTagSignature signature) {
    const void* tag = nullptr;
    JXLPOOL_RETURN_IF_ERROR(context_.Call([&] { tag = cmsReadTag(profile_.get(), signature); }));
    return static_cast<const cmsCIEXYZ*>(tag);
  }

  // Reads the white point and, for RGB, the primaries.
  Status FindChromaticities(ColorDescription* description) {
    JXLPOOL_ASSIGN_OR_RETURN(const cmsCIEXYZ* white, ReadXyz(cmsSigMediaWhitePointTag));
    if (white == nullptr) return Corrupt("ICC profile without a white point");
    float white_xyz[3] = {static_cast<float>(white->X), static_cast<float>(white->Y), static_cast<float>(white->Z)};
    JXLPOOL_ASSIGN_OR_RETURN(const cmsCIEXYZ* chad, ReadXyz(cmsSigChromaticAdaptationTag));
    ColorMatrix from_d50;
    if (chad != nullptr) {
      ColorMatrix to_d50;
      for (int y = 0; y < 3; ++y) {
        to_d50.m[y][0] = static_cast<float>(chad[y].X);
        to_d50.m[y][1] = static_cast<float>(chad[y].Y);
        to_d50.m[y][2] = static_cast<float>(chad[y].Z);
      }
      JXLPOOL_ASSIGN_OR_RETURN(from_d50, Invert(to_d50));
      float unadapted[3];
      Multiply(from_d50, white_xyz, unadapted);
      std::copy(unadapted, unadapted + 3, white_xyz);
    } else {
      JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_d50, AdaptToD50Matrix(XyOf(white_xyz)));
      JXLPOOL_ASSIGN_OR_RETURN(from_d50, Invert(to_d50));
    }
    description->white_point = WhitePoint::kCustom;
    description->white = MicroOf(XyOf(white_xyz));
    if (!description->grey()) JXLPOOL_RETURN_IF_ERROR(FindPrimaries(from_d50, description));
    description->transfer = Transfer::kLinear;
    SnapToNames(description);
    return CheckDescription(*description);
  }

  Status FindPrimaries(const ColorMatrix& from_d50, ColorDescription* description) {
    constexpr cmsTagSignature kColorants[3] = {cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
    Customxy* const primaries[3] = {&description->red, &description->green, &description->blue};
    for (int c = 0; c < 3; ++c) {
      cmsCIEXYZ xyz;
      JXLPOOL_ASSIGN_OR_RETURN(const cmsCIEXYZ* tag, ReadXyz(kColorants[c]));
      if (tag != nullptr) {
        xyz = *tag;
      } else {
        JXLPOOL_RETURN_IF_ERROR(CreateToXyz());
        const double pure[3] = {c == 0 ? 1.0 : 0.0, c == 1 ? 1.0 : 0.0, c == 2 ? 1.0 : 0.0};
        cmsDoTransform(to_xyz_.get(), pure, &xyz, 1);
      }
      const float adapted[3] = {static_cast<float>(xyz.X), static_cast<float>(xyz.Y), static_cast<float>(xyz.Z)};
      float unadapted[3];
      Multiply(from_d50, adapted, unadapted);
      *primaries[c] = MicroOf(XyOf(unadapted));
    }
    description->primaries = Primaries::kCustom;
    return OkStatus();
  }

  // The transform from device values to XYZ relative to D50.
  Status CreateToXyz() {
    if (!to_xyz_.empty()) return OkStatus();
    cmsHPROFILE handle = nullptr;
    JXLPOOL_RETURN_IF_ERROR(context_.Call([&] { handle = cmsCreateXYZProfileTHR(context_.get()); }));
    if (handle == nullptr) return InvalidArgument("no XYZ profile");
    const CmsProfile xyz(&context_, handle);
    const cmsUInt32Number format = tags_.Space() == cmsSigGrayData ? TYPE_GRAY_DBL : TYPE_RGB_DBL;
    constexpr cmsUInt32Number kFlags = cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION;
    cmsHTRANSFORM transform = nullptr;
    JXLPOOL_RETURN_IF_ERROR(context_.Call([&] {
      transform = cmsCreateTransformTHR(context_.get(), profile_.get(), format, xyz.get(), TYPE_XYZ_DBL,
                                        INTENT_RELATIVE_COLORIMETRIC, kFlags);
    }));
    if (transform == nullptr) return Corrupt("ICC profile without a usable transform");
    to_xyz_ = CmsTransform(&context_, transform);
    return OkStatus();
  }

  // Tries transfer functions until one explains the profile.
  Result<bool> FindTransfer(ColorDescription* description) {
    const Status created = CreateToXyz();
    if (created.code() == ErrorCode::kMemoryLimit) return created;
    if (!created.ok()) return false;
    double gamma = 0;
    if (tags_.FindGamma(description->grey(), kGammaTolerance, &gamma) && gamma >= 1 && gamma <= 8192) {
      description->transfer = Transfer::kGamma;
      description->gamma = static_cast<uint32_t>(std::lround(1e7 / gamma));
      SnapToNames(description);
      if (Explains(*description)) return true;
    }
    for (const Transfer transfer :
         {Transfer::k709, Transfer::kLinear, Transfer::kSrgb, Transfer::kPq, Transfer::kDci, Transfer::kHlg}) {
      description->transfer = transfer;
      if (Explains(*description)) return true;
    }
    return false;
  }

  // True if the description gives the same XYZ for a grid of device values. The transfer function is computed or, for
  // PQ and HLG, interpolated between the samples that synthesised profiles have.
  bool Explains(const ColorDescription& description) const {
    const bool sampled = description.transfer == Transfer::kPq || description.transfer == Transfer::kHlg;
    return ExplainsWith(description, Decode) || (sampled && ExplainsWith(description, DecodeBetweenSamples));
  }

  static float Decode(const ColorDescription& description, double v) {
    return static_cast<float>(DecodeSample(description.transfer, description.GammaExponent(), 10000, v));
  }

  static float DecodeBetweenSamples(const ColorDescription& description, double v) {
    constexpr double kIntervals = 63;
    const double below = std::floor(v * kIntervals);
    const double fraction = v * kIntervals - below;
    return static_cast<float>((1 - fraction) * Decode(description, below / kIntervals) +
                              fraction * Decode(description, (below + 1) / kIntervals));
  }

  template <class DecodeFunction>
  bool ExplainsWith(const ColorDescription& description, const DecodeFunction& decode) const {
    if (description.grey()) {
      for (int i = 0; i < 40; ++i) {
        const double v = 0.001 + 0.025 * i;
        cmsCIEXYZ xyz;
        cmsDoTransform(to_xyz_.get(), &v, &xyz, 1);
        if (!(std::abs(xyz.X - kD50Xyz[0] * decode(description, v)) <= kMatchTolerance)) return false;
      }
      return true;
    }
    const auto matrix = RgbToXyzD50Matrix(description.PrimariesXy(), description.WhiteXy());
    if (!matrix.ok()) return false;
    for (int i = 0; i < 125; ++i) {
      const int steps[3] = {i % 5, i / 5 % 5, i / 25};
      double device[3];
      for (int c = 0; c < 3; ++c) device[c] = 0.001 + 0.2 * steps[c];
      const float linear[3] = {decode(description, device[0]), decode(description, device[1]),
                               decode(description, device[2])};
      float expected[3];
      Multiply(matrix.value(), linear, expected);
      cmsCIEXYZ xyz;
      cmsDoTransform(to_xyz_.get(), device, &xyz, 1);
      const double error =
          std::max({std::abs(xyz.X - expected[0]), std::abs(xyz.Y - expected[1]), std::abs(xyz.Z - expected[2])});
      if (!(error <= kMatchTolerance)) return false;
    }
    return true;
  }

  IccTags tags_;
  const CmsContext& context_;
  const CmsProfile& profile_;
  CmsTransform to_xyz_;
};

}  // namespace

Result<std::optional<ColorDescription>> RecogniseIcc(const uint8_t* icc, size_t size, Memory* memory) {
  JXLPOOL_ASSIGN_OR_RETURN(const CmsContext context, CmsContext::Create(memory));
  JXLPOOL_ASSIGN_OR_RETURN(const CmsProfile profile, OpenCmsProfile(context, icc, size));
  const uint32_t intent = IccTags(icc, size).Intent();
  if (intent > 3) return Corrupt("ICC profile with an unknown rendering intent");
  JXLPOOL_ASSIGN_OR_RETURN(std::optional<ColorDescription> description, Recogniser(icc, size, context, profile).Run());
  if (description) description->intent = static_cast<RenderingIntent>(intent);
  return description;
}

}  // namespace jxlpool
