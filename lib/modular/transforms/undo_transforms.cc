#include "lib/modular/transforms/palette.h"
#include "lib/modular/transforms/rct.h"
#include "lib/modular/transforms/squeeze.h"
#include "lib/modular/transforms/transform.h"

namespace jxlpool {
namespace {

template <typename T>
Status UndoRct(const Transform& transform, ThreadPool* threads, ModularImage* image) {
  constexpr size_t kRowsPerTask = 64;
  const View2D<T> c0 = (*image)[transform.begin].View<T>();
  const View2D<T> c1 = (*image)[transform.begin + 1].View<T>();
  const View2D<T> c2 = (*image)[transform.begin + 2].View<T>();
  if (c0.empty() || transform.rct_type == 0) return OkStatus();
  return RunTasks(threads, CeilDiv(c0.height, kRowsPerTask), [&](uint32_t task, uint32_t /*worker*/) {
    for (size_t y = task * kRowsPerTask; y < c0.height && y < (task + 1) * kRowsPerTask; ++y) {
      UndoRctRow(transform.rct_type, c0.Row(y), c1.Row(y), c2.Row(y), c0.width);
    }
    return OkStatus();
  });
}

Status UndoOne(const TransformList& list, const Transform& transform, const UndoParams& params, ModularImage* image) {
  switch (transform.kind) {
    case TransformKind::kRct:
      return image->type() == SampleType::kInt16 ? UndoRct<int16_t>(transform, params.threads, image)
                                                 : UndoRct<int32_t>(transform, params.threads, image);
    case TransformKind::kPalette:
      return UndoPalette(transform, params, image);
    case TransformKind::kSqueeze:
      for (uint32_t i = transform.num_steps; i-- > 0;) {
        const SqueezeStep& step = list.steps[transform.first_step + i];
        JXLPOOL_RETURN_IF_ERROR(UndoSqueezeStep(step, params.threads, image));
      }
      return OkStatus();
  }
  return OkStatus();
}

}  // namespace

Status RunTasks(ThreadPool* threads, size_t count, TaskFunction task) {
  if (threads != nullptr && count > 1) return threads->Run(static_cast<uint32_t>(count), task);
  for (size_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(task(static_cast<uint32_t>(i), 0));
  return OkStatus();
}

Status UndoTransforms(const TransformList& list, const UndoParams& params, ModularImage* image) {
  for (size_t i = list.transforms.size(); i-- > 0;) {
    JXLPOOL_RETURN_IF_ERROR(UndoOne(list, list.transforms[i], params, image));
  }
  return OkStatus();
}

}  // namespace jxlpool
