#include "lib/modular/transforms/squeeze.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace jxlpool {
namespace {

// Columns that were squeezed vertically are independent. A task is a strip of them, narrow enough for its rows to stay
// in the cache.
constexpr size_t kStripColumns = 1024;
constexpr size_t kStripRows = 64;

template <typename T>
void UnsqueezeStrip(const View2D<const T>& average, const View2D<const T>& residual, const View2D<T>& out, size_t x0,
                    size_t count) {
  for (size_t y = 0; y < residual.height; ++y) {
    const T* averages = average.Row(y) + x0;
    const T* previous = y > 0 ? out.Row(2 * y - 1) + x0 : averages;
    const T* next = y + 1 < average.height ? average.Row(y + 1) + x0 : averages;
    const SqueezedRows<T> in = {averages, residual.Row(y) + x0, previous, next};
    UnsqueezeRow(in, count, out.Row(2 * y) + x0, out.Row(2 * y + 1) + x0);
  }
  if (average.height > residual.height) {
    std::memcpy(out.Row(2 * residual.height) + x0, average.Row(residual.height) + x0, count * sizeof(T));
  }
}

template <typename T>
Status Unsqueeze(bool horizontal, ThreadPool* threads, const ModularChannel& average, const ModularChannel& residual,
                 ModularChannel* result) {
  const View2D<const T> averages = average.View<T>();
  const View2D<const T> residuals = residual.View<T>();
  const View2D<T> out = result->View<T>();
  if (horizontal) {
    return RunTasks(threads, CeilDiv<size_t>(out.height, kStripRows), [&](uint32_t task, uint32_t) {
      const size_t y0 = task * kStripRows;
      UnsqueezeColumns(averages, residuals, out, y0, std::min(out.height, y0 + kStripRows));
      return OkStatus();
    });
  }
  return RunTasks(threads, CeilDiv<size_t>(out.width, kStripColumns), [&](uint32_t task, uint32_t) {
    const size_t x0 = task * kStripColumns;
    UnsqueezeStrip(averages, residuals, out, x0, std::min(kStripColumns, out.width - x0));
    return OkStatus();
  });
}

Status UndoOne(bool horizontal, ThreadPool* threads, const ModularChannel& residual, ModularImage* image,
               ModularChannel* average) {
  ChannelShape shape = average->shape();
  if (horizontal) {
    shape.width += residual.width();
    if (shape.hshift > 0) --shape.hshift;
  } else {
    shape.height += residual.height();
    if (shape.vshift > 0) --shape.vshift;
  }
  if (residual.empty()) {
    average->set_shifts(shape.hshift, shape.vshift);
    return OkStatus();
  }
  JXLPOOL_ASSIGN_OR_RETURN(ModularChannel result, ModularChannel::Create(image->memory(), shape, image->type()));
  JXLPOOL_RETURN_IF_ERROR(image->type() == SampleType::kInt16
                              ? Unsqueeze<int16_t>(horizontal, threads, *average, residual, &result)
                              : Unsqueeze<int32_t>(horizontal, threads, *average, residual, &result));
  *average = std::move(result);
  return OkStatus();
}

}  // namespace

Status UndoSqueezeStep(const SqueezeStep& step, ThreadPool* threads, ModularImage* image) {
  PoolVector<ModularChannel>& channels = image->channels();
  const size_t first_residual = step.in_place ? step.begin + step.count : channels.size() - step.count;
  for (uint32_t i = 0; i < step.count; ++i) {
    ModularChannel residual = std::move(channels[first_residual + i]);
    JXLPOOL_RETURN_IF_ERROR(UndoOne(step.horizontal, threads, residual, image, &channels[step.begin + i]));
  }
  channels.Erase(first_residual, step.count);
  if (step.begin < image->num_meta()) image->set_num_meta(image->num_meta() - step.count);
  return OkStatus();
}

}  // namespace jxlpool
