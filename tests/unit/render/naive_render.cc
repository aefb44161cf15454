#include "tests/unit/render/naive_render.h"

#include <algorithm>
#include <cmath>

#include "lib/headers/upsampling_weights.h"
#include "tests/unit/features/features_test_util.h"

namespace jxlpool {

NaivePlane NaiveChroma(const NaivePlane& in, bool horizontal, int64_t width, int64_t height) {
  NaivePlane out(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const int64_t i = horizontal ? x / 2 : y / 2;
      const int64_t far = i + ((horizontal ? x : y) % 2 == 0 ? -1 : 1);
      const double near_value = horizontal ? in.Mirrored(i, y) : in.Mirrored(x, i);
      const double far_value = horizontal ? in.Mirrored(far, y) : in.Mirrored(x, far);
      out.At(x, y) = 0.75 * near_value + 0.25 * far_value;
    }
  }
  return out;
}

NaivePlane NaiveGaborish(const NaivePlane& in, double weight1, double weight2) {
  NaivePlane out(in.width, in.height);
  const double s = 1 / (1 + 4 * (weight1 + weight2));
  for (int64_t y = 0; y < in.height; ++y) {
    for (int64_t x = 0; x < in.width; ++x) {
      double sum = in.Mirrored(x, y);
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          if (dx != 0 || dy != 0) sum += (dx == 0 || dy == 0 ? weight1 : weight2) * in.Mirrored(x + dx, y + dy);
        }
      }
      out.At(x, y) = s * sum;
    }
  }
  return out;
}

NaivePlanes NaiveEpf(const NaivePlanes& in, int pass, const RestorationFilter& filter, const EpfSigma& sigma) {
  const std::vector<std::pair<int, int>> plus = {{0, 0}, {-1, 0}, {1, 0}, {0, -1}, {0, 1}};
  const std::vector<std::pair<int, int>> point = {{0, 0}};
  std::vector<std::pair<int, int>> neighbours;
  const int reach = pass == 0 ? 2 : 1;
  for (int dy = -reach; dy <= reach; ++dy) {
    for (int dx = -reach; dx <= reach; ++dx) {
      const int distance = std::abs(dx) + std::abs(dy);
      if (distance >= 1 && distance <= reach) neighbours.emplace_back(dx, dy);
    }
  }
  const auto& shape = pass == 2 ? point : plus;
  const double scale = pass == 0 ? filter.epf_pass0_sigma_scale : pass == 1 ? 1.0 : filter.epf_pass2_sigma_scale;
  NaivePlanes out(in.begin(), in.begin() + 3);
  for (int64_t y = 0; y < in[0].height; ++y) {
    for (int64_t x = 0; x < in[0].width; ++x) {
      const float* row = sigma.Row(y >> 3);
      const float k = row == nullptr ? sigma.constant : row[x >> 3];
      if (k < -3.9052429175126997f) continue;
      const bool on_border = (x & 7) == 0 || (x & 7) == 7 || (y & 7) == 0 || (y & 7) == 7;
      const double step = k * 1.65 * scale * (on_border ? filter.epf_border_sad_mul : 1.0);
      double weight = 1;
      double sums[3] = {in[0].Mirrored(x, y), in[1].Mirrored(x, y), in[2].Mirrored(x, y)};
      for (const auto& [dx, dy] : neighbours) {
        double distance = 0;
        for (size_t c = 0; c < 3; ++c) {
          for (const auto& [ex, ey] : shape) {
            distance += filter.epf_channel_scale[c] *
                        std::abs(in[c].Mirrored(x + ex, y + ey) - in[c].Mirrored(x + dx + ex, y + dy + ey));
          }
        }
        const double w = std::max(0.0, 1 + distance * step);
        weight += w;
        for (size_t c = 0; c < 3; ++c) sums[c] += w * in[c].Mirrored(x + dx, y + dy);
      }
      for (size_t c = 0; c < 3; ++c) out[c].At(x, y) = sums[c] / weight;
    }
  }
  return out;
}

NaivePlane NaiveUpsample(const NaivePlane& in, const UpsamplingWeights& weights, uint32_t factor, int64_t width,
                         int64_t height) {
  float kernels[kMaxUpsamplingKernels][kUpsamplingTaps];
  ExpandUpsamplingKernels(weights, factor, kernels);
  NaivePlane out(width, height);
  for (int64_t oy = 0; oy < height; ++oy) {
    for (int64_t ox = 0; ox < width; ++ox) {
      const int64_t x = ox / factor;
      const int64_t y = oy / factor;
      const float* kernel = kernels[(oy % factor) * factor + ox % factor];
      double low = in.Mirrored(x, y);
      double high = low;
      double sum = 0;
      for (int py = 0; py < 5; ++py) {
        for (int px = 0; px < 5; ++px) {
          const double sample = in.Mirrored(x + px - 2, y + py - 2);
          low = std::min(low, sample);
          high = std::max(high, sample);
          sum += kernel[5 * py + px] * sample;
        }
      }
      out.At(ox, oy) = std::min(std::max(sum, low), high);
    }
  }
  return out;
}

namespace {

// Runs an operation on float rows, which is tested elsewhere, over whole planes.
template <class F>
void OnRows(NaivePlanes* planes, size_t count, const F& draw) {
  const int64_t width = (*planes)[0].width;
  for (int64_t y = 0; y < (*planes)[0].height; ++y) {
    std::vector<PaddedRow> rows;
    std::vector<float*> pointers;
    for (size_t c = 0; c < count; ++c) {
      rows.emplace_back(static_cast<size_t>(width));
      for (int64_t x = 0; x < width; ++x) rows[c][x] = static_cast<float>((*planes)[c].At(x, y));
      pointers.push_back(rows[c].data());
    }
    draw(static_cast<uint32_t>(y), pointers.data());
    for (size_t c = 0; c < count; ++c) {
      for (int64_t x = 0; x < width; ++x) (*planes)[c].At(x, y) = rows[c][x];
    }
  }
}

void DrawFeatures(const RenderSpec& spec, NaivePlanes* planes) {
  const uint32_t width = static_cast<uint32_t>((*planes)[0].width);
  if (spec.patches != nullptr) {
    auto scratch = hwy::AllocateAligned<float>(PatchDictionary::ScratchFloats(spec.num_extra));
    OnRows(planes, planes->size(), [&](uint32_t y, float** rows) {
      spec.patches->DrawRow(y, 0, width, rows, spec.patch_references, spec.extra_blending, scratch.get());
    });
  }
  if (spec.splines != nullptr) {
    OnRows(planes, 3, [&](uint32_t y, float** rows) { spec.splines->DrawRow(y, 0, width, rows); });
  }
}

void DrawNoise(const RenderSpec& spec, NaivePlanes* planes) {
  auto scratch = hwy::AllocateAligned<float>(NoiseRows::ScratchFloats(spec.noise_field, spec.width));
  NoiseRows noise;
  noise.Start(spec.noise_field, Rect{0, 0, spec.width, spec.height}, scratch.get());
  OnRows(planes, 3, [&](uint32_t /*y*/, float** rows) {
    const float* random[3];
    noise.NextRow(random);
    AddNoiseRow(*spec.noise, spec.base_correlation_x, spec.base_correlation_b, random, spec.width, rows);
  });
}

}  // namespace

NaivePlanes NaiveRender(const RenderSpec& spec, const EpfSigma& sigma, NaivePlanes planes) {
  const int64_t xsize = (spec.width + spec.upsampling - 1) / spec.upsampling;
  const int64_t ysize = (spec.height + spec.upsampling - 1) / spec.upsampling;
  for (size_t c = 0; c < 3; ++c) {
    if (spec.hshift[c] != 0) planes[c] = NaiveChroma(planes[c], true, xsize, planes[c].height);
    if (spec.vshift[c] != 0) planes[c] = NaiveChroma(planes[c], false, xsize, ysize);
    if (spec.filter.gab) {
      planes[c] = NaiveGaborish(planes[c], spec.filter.gab_weight1[c], spec.filter.gab_weight2[c]);
    }
  }
  const std::vector<std::vector<int>> passes = {{}, {1}, {1, 2}, {0, 1, 2}};
  for (const int pass : passes[spec.filter.epf_iters]) {
    const NaivePlanes out = NaiveEpf(planes, pass, spec.filter, sigma);
    std::copy(out.begin(), out.end(), planes.begin());
  }
  bool late = spec.upsampling > 1;
  for (uint32_t e = 0; e < spec.num_extra; ++e) late = late && spec.extra_upsampling[e] == spec.upsampling;
  const auto upsample = [&](size_t c, uint32_t factor) {
    if (factor > 1) planes[c] = NaiveUpsample(planes[c], *spec.upsampling_weights, factor, spec.width, spec.height);
  };
  for (uint32_t e = 0; e < spec.num_extra && !late; ++e) upsample(3 + e, spec.extra_upsampling[e]);
  DrawFeatures(spec, &planes);
  for (size_t c = 0; c < 3; ++c) upsample(c, spec.upsampling);
  for (uint32_t e = 0; e < spec.num_extra && late; ++e) upsample(3 + e, spec.extra_upsampling[e]);
  if (spec.noise != nullptr) DrawNoise(spec, &planes);
  return planes;
}

}  // namespace jxlpool
