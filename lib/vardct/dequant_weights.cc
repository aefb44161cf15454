#include "lib/vardct/dequant_weights.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "lib/vardct/vardct_tables.h"

namespace jxlpool {
namespace {

constexpr float kMinWeight = 1e-8f;
constexpr float kMaxWeight = 1e8f;

constexpr Status BadBand() { return Corrupt("dequantisation band is too small"); }

// Returns the factor from the previous band's weight to that of a coded band.
float BandFactor(float value) { return value > 0.0f ? 1.0f + value : 1.0f / (1.0f - value); }

// A positive function that is given at positions 0, 1, ..., count - 1 and interpolated geometrically in between.
class BandCurve {
 public:
  // `first` is the value at 0, each of `factors` the coded factor from one position to the next.
  Status Initialize(float first, const float* factors, uint32_t count) {
    count_ = count;
    float value = first;
    for (uint32_t i = 0; i < count; ++i) {
      if (i != 0) value *= BandFactor(factors[i - 1]);
      if (!(value >= kMinWeight)) return BadBand();
      values_[i] = value;
    }
    for (uint32_t i = 0; i + 1 < count; ++i) log_ratios_[i] = std::log2(values_[i + 1] / values_[i]);
    return OkStatus();
  }

  float At(float position) const {
    if (count_ == 1) return values_[0];
    const uint32_t i = std::min(static_cast<uint32_t>(position), count_ - 2);
    return values_[i] * std::exp2(log_ratios_[i] * (position - static_cast<float>(i)));
  }

 private:
  uint32_t count_ = 1;
  float values_[DequantBands::kMaxBands] = {};
  float log_ratios_[DequantBands::kMaxBands] = {};
};

// Weighs the entries of a rows x columns array by their distance from the first one, with both axes normalised.
Status DistanceWeights(const DequantBands& bands, size_t c, size_t rows, size_t columns, float* weights) {
  BandCurve curve;
  JXLPOOL_RETURN_IF_ERROR(curve.Initialize(bands.values[c][0], bands.values[c] + 1, bands.count));
  const double scale = (bands.count - 1) / (1.41421356237 + 1e-6);
  const double scale_x = scale / static_cast<double>(columns - 1);
  const double scale_y = scale / static_cast<double>(rows - 1);
  for (size_t y = 0; y < rows; ++y) {
    const double dy = static_cast<double>(y) * scale_y;
    size_t x = 0;
    if (rows == columns) {
      for (; x < y; ++x) weights[y * columns + x] = weights[x * columns + y];
    }
    for (; x < columns; ++x) {
      const double dx = static_cast<double>(x) * scale_x;
      weights[y * columns + x] = curve.At(static_cast<float>(std::sqrt(dx * dx + dy * dy)));
    }
  }
  return OkStatus();
}

void HornussWeights(const float* fixed, float* weights) {
  std::fill_n(weights, kBlockSize, fixed[0]);
  weights[1] = weights[kBlockDim] = fixed[1];
  weights[kBlockDim + 1] = fixed[2];
}

void Dct2Weights(const float* fixed, float* weights) {
  for (size_t y = 0; y < kBlockDim; ++y) {
    for (size_t x = 0; x < kBlockDim; ++x) {
      // Each of the sizes 2, 4, 8 has two parameters: one beside the diagonal, one on it.
      const size_t larger = std::max(x, y);
      const size_t smaller = std::min(x, y);
      const size_t level = larger < 2 ? 0 : larger < 4 ? 1 : 2;
      const bool diagonal = smaller >= (size_t{1} << level);
      weights[y * kBlockDim + x] = fixed[2 * level + (diagonal ? 1 : 0)];
    }
  }
}

Status Dct4Weights(const DequantParameters& parameters, size_t c, float* weights) {
  float small[4 * 4];
  JXLPOOL_RETURN_IF_ERROR(DistanceWeights(parameters.bands, c, 4, 4, small));
  for (size_t y = 0; y < kBlockDim; ++y) {
    for (size_t x = 0; x < kBlockDim; ++x) weights[y * kBlockDim + x] = small[(y / 2) * 4 + x / 2];
  }
  weights[1] /= parameters.fixed[c][0];
  weights[kBlockDim] /= parameters.fixed[c][0];
  weights[kBlockDim + 1] /= parameters.fixed[c][1];
  return OkStatus();
}

Status Dct4x8Weights(const DequantParameters& parameters, size_t c, float* weights) {
  float small[4 * 8];
  JXLPOOL_RETURN_IF_ERROR(DistanceWeights(parameters.bands, c, 4, 8, small));
  for (size_t y = 0; y < kBlockDim; ++y) std::copy_n(small + (y / 2) * 8, 8, weights + y * kBlockDim);
  weights[kBlockDim] /= parameters.fixed[c][0];
  return OkStatus();
}

Status AfvWeights(const DequantParameters& parameters, size_t c, float* weights) {
  // The frequencies of the corner's basis functions.
  static constexpr float kFrequencies[4][4] = {
      {0.0f, 0.0f, 0.8517778890324296f, 5.37778436506804f},
      {0.0f, 0.0f, 4.734747904497923f, 5.449245381693219f},
      {1.6598270267479331f, 4.0f, 7.275749096817861f, 10.423227632456525f},
      {2.662932286148962f, 7.630657783650829f, 8.962388608184032f, 12.97166202570235f},
  };
  constexpr float kLowest = 0.8517778890324296f;
  constexpr float kHighest = 12.97166202570235f;
  const float* fixed = parameters.fixed[c];
  float half[4 * 8];
  float square[4 * 4];
  JXLPOOL_RETURN_IF_ERROR(DistanceWeights(parameters.bands, c, 4, 8, half));
  JXLPOOL_RETURN_IF_ERROR(DistanceWeights(parameters.bands_4x4, c, 4, 4, square));
  BandCurve corner;
  JXLPOOL_RETURN_IF_ERROR(corner.Initialize(fixed[5], fixed + 6, 4));
  for (size_t y = 0; y < 4; ++y) {
    float* even = weights + 2 * y * kBlockDim;
    std::copy_n(half + y * 8, 8, even + kBlockDim);
    for (size_t x = 0; x < 4; ++x) {
      const float position = (kFrequencies[y][x] - kLowest) * 3.0f / (kHighest - kLowest + 1e-6f);
      even[2 * x] = y < 2 && x < 2 ? 1.0f : corner.At(position);
      even[2 * x + 1] = square[y * 4 + x];
    }
  }
  weights[kBlockDim] = fixed[0];
  weights[1] = fixed[1];
  weights[2 * kBlockDim] = fixed[2];
  weights[2] = fixed[3];
  weights[2 * kBlockDim + 2] = fixed[4];
  return OkStatus();
}

Status Weights(const DequantParameters& parameters, size_t t, size_t c, float* weights) {
  switch (parameters.mode) {
    case DequantMode::kHornuss:
      HornussWeights(parameters.fixed[c], weights);
      return OkStatus();
    case DequantMode::kDct2:
      Dct2Weights(parameters.fixed[c], weights);
      return OkStatus();
    case DequantMode::kDct4:
      return Dct4Weights(parameters, c, weights);
    case DequantMode::kDct4x8:
      return Dct4x8Weights(parameters, c, weights);
    case DequantMode::kAfv:
      return AfvWeights(parameters, c, weights);
    default:
      return DistanceWeights(parameters.bands, c, kDequantTableSizes[t].rows, kDequantTableSizes[t].columns, weights);
  }
}

}  // namespace

DequantParameters DefaultDequantParameters(size_t t) {
  DequantParameters parameters;
  for (size_t i = 0; i < std::size(kDefaultDequantKeys); ++i) {
    const auto& [table, mode, set, c, index] = kDefaultDequantKeys[i];
    if (table != t) continue;
    parameters.mode = static_cast<DequantMode>(mode);
    if (set == 0) {
      parameters.fixed[c][index] = kDefaultDequantValues[i];
    } else {
      DequantBands& bands = set == 1 ? parameters.bands : parameters.bands_4x4;
      bands.values[c][index] = kDefaultDequantValues[i];
      bands.count = std::max<uint32_t>(bands.count, index + 1u);
    }
  }
  return parameters;
}

Status ComputeDequantTable(const DequantParameters& parameters, const int32_t* raw, size_t t, float* multipliers) {
  const size_t size = kDequantTableSizes[t].size();
  for (size_t c = 0; c < 3; ++c) {
    float* out = multipliers + c * size;
    if (parameters.mode == DequantMode::kRaw) {
      for (size_t i = 0; i < size; ++i) {
        out[i] = parameters.raw_denominator * static_cast<float>(raw[c * size + i]);
        if (!(out[i] > 1.0f / kMaxWeight && out[i] <= 1.0f / kMinWeight))
          return Corrupt("bad raw dequantisation table");
      }
      continue;
    }
    JXLPOOL_RETURN_IF_ERROR(Weights(parameters, t, c, out));
    // The lowest entry of these modes has no weight.
    if (parameters.mode == DequantMode::kDct2 || parameters.mode == DequantMode::kAfv) out[0] = 1.0f;
    for (size_t i = 0; i < size; ++i) {
      if (!(out[i] >= kMinWeight && out[i] < kMaxWeight)) return Corrupt("dequantisation weight is out of range");
      out[i] = 1.0f / out[i];
    }
  }
  return OkStatus();
}

}  // namespace jxlpool
