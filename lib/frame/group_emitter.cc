#include "lib/frame/group_emitter.h"

#include <algorithm>

namespace jxlpool {

Status GroupEmitter::Begin(const FrameState& frame, const FrameSamples& samples, uint32_t num_workers,
                           FrameDelivery* delivery) {
  frame_ = &frame;
  samples_ = &samples;
  delivery_ = delivery;
  emits_integers_ = false;
  if (delivery->is_delivered() && delivery->composer().passes_samples_through() && samples.plain_integers()) {
    uint32_t coded_bits[kMaxPlanes];
    for (size_t i = 0; i <= frame.num_extra(); ++i) coded_bits[i] = samples.CodedBits(i);
    emits_integers_ = delivery->output().PrepareIntegers(coded_bits);
  }
  if (emits_integers_) return OkStatus();
  rows_ = PoolVector<Matrix2D<float>>(frame.memory(), Category::kTile);
  JXLPOOL_RETURN_IF_ERROR(rows_.Resize(num_workers));
  for (Matrix2D<float>& rows : rows_) {
    JXLPOOL_ASSIGN_OR_RETURN(rows, Matrix2D<float>::Create(frame.memory(), Category::kTile,
                                                           3 + size_t{frame.num_extra()}, frame.dimensions.group_dim));
  }
  return OkStatus();
}

uint64_t GroupEmitter::Bytes(const FrameState& frame, uint32_t num_workers) {
  return BufferBytes(num_workers * sizeof(Matrix2D<float>)) +
         num_workers * Matrix2D<float>::Bytes(3 + uint64_t{frame.num_extra()}, frame.dimensions.group_dim);
}

void GroupEmitter::Emit(const ModularImage& image, const Rect& rect, uint32_t worker) {
  if (!emits_integers_) {
    EmitFloats(image, rect, worker);
  } else if (frame_->modular.sample_type() == SampleType::kInt16) {
    EmitIntegers<int16_t>(image, rect, worker);
  } else {
    EmitIntegers<int32_t>(image, rect, worker);
  }
}

template <typename T>
void GroupEmitter::EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker) {
  const size_t num_planes = 3 + size_t{frame_->num_extra()};
  const T* planes[kMaxPlanes];
  for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
    for (size_t plane = 0; plane < num_planes; ++plane) {
      planes[plane] = image[samples_->ChannelOfPlane(plane)].Row<T>(y);
    }
    delivery_->output().StoreIntegers(worker, static_cast<uint32_t>(rect.y0) + static_cast<uint32_t>(y),
                                      static_cast<uint32_t>(rect.x0), static_cast<size_t>(rect.width), planes);
  }
}

void GroupEmitter::EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker) {
  const size_t num_planes = 3 + size_t{frame_->num_extra()};
  const size_t width = static_cast<size_t>(rect.width);
  float* planes[kMaxPlanes];
  for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
    for (size_t plane = 0; plane < num_planes; ++plane) {
      planes[plane] = rows_[worker].Row(plane);
      if (samples_->replicates_grey() && (plane == 1 || plane == 2)) {
        std::copy_n(planes[0], width, planes[plane]);
      } else {
        samples_->ToFloat(image, plane, y, 0, width, planes[plane]);
      }
    }
    delivery_->composer().Row(worker, static_cast<uint32_t>(rect.y0) + static_cast<uint32_t>(y),
                              static_cast<uint32_t>(rect.x0), width, planes);
  }
}

}  // namespace jxlpool
