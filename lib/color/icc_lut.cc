#include "lib/color/icc_lut.h"

#include <algorithm>
#include <cmath>

#include "lib/color/encoding_matrix.h"
#include "lib/color/tone_mapping.h"
#include "lib/color/transfer_functions.h"
#include "lib/color/xyb.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

constexpr uint8_t kGrid = 9;
// The display that the table assumes.
constexpr double kDisplayNits = 250;
constexpr double kHlgDisplayNits = 80;
constexpr double kHlgReferenceNits = 300;
constexpr float kKeepSaturation = 0.3f;
constexpr float kOpsinBias = -0.0037930732552754493f;

float LabCurve(float t) {
  constexpr float kDelta = 6.0f / 29;
  return t <= kDelta * kDelta * kDelta ? t / (3 * kDelta * kDelta) + 4.0f / 29 : std::cbrt(t);
}

void WriteLab(const float xyz[3], IccWriter* writer) {
  const float fx = LabCurve(xyz[0] / 0.964212f);
  const float fy = LabCurve(xyz[1]);
  const float fz = LabCurve(xyz[2] / 0.825188f);
  const float l = std::clamp(1.16f * fy - 0.16f, 0.0f, 1.0f);
  const float a = std::clamp(500 * (fx - fy), -128.0f, 127.0f);
  const float b = std::clamp(200 * (fy - fz), -128.0f, 127.0f);
  writer->U8(static_cast<uint8_t>(std::lround(255 * l)));
  writer->U8(static_cast<uint8_t>(std::lround(128 + a)));
  writer->U8(static_cast<uint8_t>(std::lround(128 + b)));
}

// Computes the nodes of the tone-mapping table.
struct NodeMapper {
  Transfer transfer;
  LuminanceWeights luminance;
  ColorMatrix to_xyz;
  Bt2408Curve curve{10000, kDisplayNits};
  float ootf_exponent;

  void Write(const float signal[3], IccWriter* writer) const {
    float rgb[3];
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<float>(DecodeSample(transfer, 1, 10000, signal[c]));
    if (transfer == Transfer::kPq) {
      curve.Apply(luminance, rgb);
    } else {
      const float luma = luminance.r * rgb[0] + luminance.g * rgb[1] + luminance.b * rgb[2];
      const float factor = std::min(std::pow(luma, ootf_exponent), 1e9f);
      for (float& v : rgb) v *= factor;
    }
    GamutMap(luminance, kKeepSaturation, rgb);
    float xyz[3];
    Multiply(to_xyz, rgb, xyz);
    WriteLab(xyz, writer);
  }
};

void WriteIdentityCurves(IccWriter* writer) {
  for (int i = 0; i < 3; ++i) writer->Parametric(0, {1});
}

void WriteTableHeader(const char* signature, IccWriter* writer) {
  writer->Signature(signature);
  writer->U32(0);
  writer->U8(3);
  writer->U8(3);
  writer->U16(0);
}

}  // namespace

Status WriteToneMappingTable(const ColorDescription& description, IccWriter* writer) {
  NodeMapper mapper;
  mapper.transfer = description.transfer;
  // These are not the rounded weights of BT.709. They hold for all primaries.
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_xyz, RgbToXyzMatrix(description.PrimariesXy(), description.WhiteXy()));
  mapper.luminance = {to_xyz.m[1][0], to_xyz.m[1][1], to_xyz.m[1][2]};
  JXLPOOL_ASSIGN_OR_RETURN(mapper.to_xyz, RgbToXyzD50Matrix(description.PrimariesXy(), description.WhiteXy()));
  mapper.ootf_exponent = static_cast<float>(std::pow(1.111, std::log2(kHlgDisplayNits / kHlgReferenceNits)) - 1);

  writer->Signature("mft1");
  writer->U32(0);
  const uint8_t shape[4] = {3, 3, kGrid, 0};
  writer->Bytes(shape, sizeof(shape));
  for (int i = 0; i < 9; ++i) writer->Fixed(i % 4 == 0 ? 1.0f : 0.0f);
  for (int i = 0; i < 3 * 256; ++i) writer->U8(static_cast<uint8_t>(i));
  for (int i = 0; i < kGrid * kGrid * kGrid; ++i) {
    const int digits[3] = {i / (kGrid * kGrid), i / kGrid % kGrid, i % kGrid};
    float signal[3];
    for (int c = 0; c < 3; ++c) signal[c] = static_cast<float>(digits[c]) / (kGrid - 1);
    mapper.Write(signal, writer);
  }
  for (int i = 0; i < 3 * 256; ++i) writer->U8(static_cast<uint8_t>(i));
  return OkStatus();
}

void WriteXybTable(IccWriter* writer) {
  constexpr const float(&kScale)[3] = kScaledXybScale;
  constexpr const float(&kOffset)[3] = kScaledXybOffset;
  // The table maps to (Y + X, Y - X, B) of the opsin space, brought into 0..1.
  const float offsets[3] = {kOffset[0] + kOffset[1], (kOffset[1] - kOffset[0]) + 1 / kScale[0],
                            kOffset[1] + kOffset[2]};
  const auto parallel = [](float a, float b) { return a * b / (a + b); };
  const float scales[3] = {parallel(kScale[0], kScale[1]), parallel(kScale[0], kScale[1]),
                           parallel(kScale[1], kScale[2])};

  WriteTableHeader("mAB ", writer);
  for (const uint32_t offset : {32u, 244u, 148u, 80u, 32u}) writer->U32(offset);
  WriteIdentityCurves(writer);
  // The table: 2 x 2 x 2 nodes of 16 bits.
  const uint8_t grid[20] = {2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0};
  writer->Bytes(grid, sizeof(grid));
  for (int node = 0; node < 8; ++node) {
    const int corner[3] = {node / 4, node / 2 % 2, node % 2};
    float xyb[3];
    for (int c = 0; c < 3; ++c) xyb[c] = static_cast<float>(corner[c]) / kScale[c] - kOffset[c];
    const float values[3] = {xyb[1] + xyb[0], xyb[1] - xyb[0], xyb[2] + xyb[1]};
    for (int k = 0; k < 3; ++k) {
      const float value = (values[k] + offsets[k]) * scales[k];
      writer->U16(static_cast<uint16_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 65535)));
    }
  }
  const float bias_cbrt = std::cbrt(kOpsinBias);
  for (int k = 0; k < 3; ++k) {
    const float offset = -offsets[k] - bias_cbrt;
    writer->Parametric(3, {3, 1 / scales[k], offset, 0, std::max(0.0f, -offset * scales[k])});
  }
  constexpr float kMatrix[9] = {1.5170095f, -1.1065225f, 0.071623f,  -0.050022f, 0.5683655f,
                                -0.018344f, -1.387676f,  1.1145555f, 0.6857255f};
  for (const float v : kMatrix) writer->Fixed(v);
  for (int i = 0; i < 9; i += 3) writer->Fixed((kMatrix[i] + kMatrix[i + 1] + kMatrix[i + 2]) * kOpsinBias);
}

void WriteEmptyInverseTable(IccWriter* writer) {
  WriteTableHeader("mBA ", writer);
  for (const uint32_t offset : {32u, 0u, 0u, 0u, 0u}) writer->U32(offset);
  WriteIdentityCurves(writer);
}

}  // namespace jxlpool
