// The stages as whole-plane operations in double precision, written from the rules of the standard and without a
// thought for speed: the oracle of the render tests.
#ifndef TESTS_UNIT_RENDER_NAIVE_RENDER_H_
#define TESTS_UNIT_RENDER_NAIVE_RENDER_H_

#include <cstdint>
#include <vector>

#include "lib/features/mirror.h"
#include "lib/render/epf.h"
#include "lib/render/render_spec.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

struct NaivePlane {
  NaivePlane() = default;
  NaivePlane(int64_t w, int64_t h) : width(w), height(h), samples(static_cast<size_t>(w * h)) {}
  int64_t width = 0;
  int64_t height = 0;
  std::vector<double> samples;

  double& At(int64_t x, int64_t y) { return samples[static_cast<size_t>(y * width + x)]; }
  double Mirrored(int64_t x, int64_t y) const {
    return samples[static_cast<size_t>(Mirror(y, height) * width + Mirror(x, width))];
  }
};
using NaivePlanes = std::vector<NaivePlane>;

NaivePlane NaiveChroma(const NaivePlane& in, bool horizontal, int64_t width, int64_t height);
NaivePlane NaiveGaborish(const NaivePlane& in, double weight1, double weight2);
// The three color planes.
NaivePlanes NaiveEpf(const NaivePlanes& in, int pass, const RestorationFilter& filter, const EpfSigma& sigma);
NaivePlane NaiveUpsample(const NaivePlane& in, const UpsamplingWeights& weights, uint32_t factor, int64_t width,
                         int64_t height);

// All stages of a frame on whole planes.
NaivePlanes NaiveRender(const RenderSpec& spec, const EpfSigma& sigma, NaivePlanes planes);

}  // namespace jxlpool

#endif  // TESTS_UNIT_RENDER_NAIVE_RENDER_H_
