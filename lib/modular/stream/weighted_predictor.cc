#include "lib/modular/stream/weighted_predictor.h"

#include <algorithm>
#include <cstring>

namespace jxlpool {

Result<WeightedPredictor> WeightedPredictor::Create(Memory* memory, const WeightedParams& params, size_t width) {
  WeightedPredictor result;
  result.params_ = params;
  result.width_ = width;
  const size_t entries = width + 1;
  const size_t bytes = 2 * entries * (sizeof(Errors) + sizeof(int32_t));
  JXLPOOL_ASSIGN_OR_RETURN(result.buffer_, memory->Acquire(RepeatableSize(bytes), Category::kModular,
                                                           ElementType::kInt32, Fill::kUninitialized));
  result.errors_[0] = reinterpret_cast<Errors*>(result.buffer_.data());
  result.errors_[1] = result.errors_[0] + entries;
  result.true_errors_[0] = reinterpret_cast<int32_t*>(result.errors_[1] + entries);
  result.true_errors_[1] = result.true_errors_[0] + entries;
  result.Reset();
  return result;
}

void WeightedPredictor::Reset() {
  std::memset(buffer_.data(), 0, buffer_.size());
  current_ = 0;
}

void WeightedPredictor::StartRow(size_t y) { current_ = y & 1; }

int64_t WeightedPredictor::Predict(size_t x, const Neighbours& s) {
  const size_t left = x > 0 ? x - 1 : 0;
  const size_t right = x + 1 < width_ ? x + 1 : x;
  const Errors* above = errors_[1 - current_];
  uint32_t weights[4];
  uint32_t weight_sum = 0;
  for (size_t i = 0; i < 4; ++i) {
    weights[i] = SubPredictorWeight(params_.w[i], above[x].sub[i] + above[left].sub[i] + above[right].sub[i]);
    weight_sum += weights[i];
  }

  const int32_t* true_above = true_errors_[1 - current_];
  const int64_t true_w = x > 0 ? true_errors_[current_][x - 1] : 0;
  const int64_t true_n = true_above[x];
  const int64_t true_nw = true_above[left];
  const int64_t true_ne = true_above[right];
  int64_t largest = true_w;
  for (const int64_t error : {true_n, true_nw, true_ne}) {
    if (std::abs(error) > std::abs(largest)) largest = error;
  }
  max_error_ = static_cast<int32_t>(largest);

  const int64_t n8 = 8 * s.n;
  const int64_t w8 = 8 * s.w;
  const int64_t ne8 = 8 * s.ne;
  const int64_t nw8 = 8 * s.nw;
  const int64_t nn8 = 8 * s.nn;
  sub_predictions_[0] = w8 + ne8 - n8;
  sub_predictions_[1] = n8 - (((true_w + true_n + true_ne) * params_.p1) >> 5);
  sub_predictions_[2] = w8 - (((true_w + true_n + true_nw) * params_.p2) >> 5);
  sub_predictions_[3] = n8 - ((true_nw * params_.p3[0] + true_n * params_.p3[1] + true_ne * params_.p3[2] +
                               (nn8 - n8) * params_.p3[3] + (nw8 - w8) * params_.p3[4]) >>
                              5);

  const uint32_t shift = FloorLog2(weight_sum) - 4;
  weight_sum = 0;
  for (uint32_t& weight : weights) {
    weight >>= shift;
    weight_sum += weight;
  }
  int64_t sum = (weight_sum >> 1) - 1;
  for (size_t i = 0; i < 4; ++i) sum += sub_predictions_[i] * weights[i];
  prediction8_ = (sum * kWeightReciprocals[weight_sum]) >> 24;
  if (((true_n ^ true_w) | (true_n ^ true_nw)) <= 0) {
    prediction8_ = std::clamp(prediction8_, std::min({w8, n8, ne8}), std::max({w8, n8, ne8}));
  }
  return (prediction8_ + 3) >> 3;
}

void WeightedPredictor::Update(size_t x, int64_t sample) {
  const int64_t sample8 = 8 * sample;
  true_errors_[current_][x] = static_cast<int32_t>(prediction8_ - sample8);
  Errors& here = errors_[current_][x];
  Errors& next_above = errors_[1 - current_][x + 1];
  for (size_t i = 0; i < 4; ++i) {
    const uint32_t error = static_cast<uint32_t>((std::abs(sub_predictions_[i] - sample8) + 3) >> 3);
    here.sub[i] = error;
    next_above.sub[i] += error;
  }
}

}  // namespace jxlpool
