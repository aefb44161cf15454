#include "lib/modular/transforms/transform.h"

#include <algorithm>

#include "lib/bitstream/fields.h"
#include "lib/modular/transforms/rct.h"

namespace jxlpool {
namespace {

constexpr U32Coding kNumTransforms = {{Value(0), Value(1), BitsPlus(2, 4), BitsPlus(18, 8)}};
constexpr U32Coding kBegin = {{Bits(3), BitsPlus(8, 6), BitsPlus(72, 10), BitsPlus(1096, 13)}};
constexpr U32Coding kRctType = {{Value(6), Bits(2), BitsPlus(2, 4), BitsPlus(10, 6)}};
constexpr U32Coding kPaletteCount = {{Value(1), Value(3), Value(4), BitsPlus(1, 13)}};
constexpr U32Coding kNumColors = {{Bits(8), BitsPlus(256, 10), BitsPlus(1280, 12), BitsPlus(5376, 16)}};
constexpr U32Coding kNumDeltas = {{Value(0), BitsPlus(1, 8), BitsPlus(257, 10), BitsPlus(1281, 16)}};
constexpr U32Coding kNumSteps = {{Value(0), BitsPlus(1, 4), BitsPlus(9, 6), BitsPlus(41, 8)}};
constexpr U32Coding kStepCount = {{Value(1), Value(2), Value(3), BitsPlus(4, 4)}};

Status ReadSqueeze(FieldReader* fields, Transform* transform, PoolVector<SqueezeStep>* steps) {
  transform->first_step = static_cast<uint32_t>(steps->size());
  transform->num_steps = fields->U32(kNumSteps);
  for (uint32_t i = 0; i < transform->num_steps; ++i) {
    SqueezeStep step;
    step.horizontal = fields->Bool();
    step.in_place = fields->Bool();
    step.begin = fields->U32(kBegin);
    step.count = fields->U32(kStepCount);
    JXLPOOL_RETURN_IF_ERROR(steps->PushBack(step));
  }
  return OkStatus();
}

Status ReadTransform(FieldReader* fields, Transform* transform, PoolVector<SqueezeStep>* steps) {
  const uint32_t kind = fields->U(2);
  if (kind > 2) return Corrupt("unknown modular transform", fields->reader()->Position());
  transform->kind = static_cast<TransformKind>(kind);
  if (transform->kind == TransformKind::kSqueeze) return ReadSqueeze(fields, transform, steps);
  transform->begin = fields->U32(kBegin);
  if (transform->kind == TransformKind::kRct) {
    transform->rct_type = fields->U32(kRctType);
    if (transform->rct_type >= kNumRctTypes)
      return Corrupt("unknown reversible color transform", fields->reader()->Position());
    return OkStatus();
  }
  transform->count = fields->U32(kPaletteCount);
  transform->num_colors = fields->U32(kNumColors);
  transform->num_deltas = fields->U32(kNumDeltas);
  const uint32_t predictor = fields->U(4);
  if (predictor >= kNumPredictors) return Corrupt("a palette has an unknown predictor", fields->reader()->Position());
  transform->delta_predictor = static_cast<Predictor>(predictor);
  return OkStatus();
}

// Applies transforms to a list of shapes.
class ListEditor {
 public:
  ListEditor(TransformList* list, ShapeList* shapes)
      : list_(list), shapes_(shapes->shapes), num_meta_(shapes->num_meta) {}
  size_t num_meta() const { return num_meta_; }

  Status Apply(Transform* transform) {
    switch (transform->kind) {
      case TransformKind::kRct:
        return CheckAlike(transform->begin, 3);
      case TransformKind::kPalette:
        return ApplyPalette(*transform);
      case TransformKind::kSqueeze:
        return ApplySqueeze(transform);
    }
    return OkStatus();
  }

 private:
  Status CheckAlike(size_t begin, size_t count) const {
    if (count < 1 || begin + count > shapes_.size()) return Corrupt("a transform covers channels that do not exist");
    if (begin < num_meta_ && num_meta_ < begin + count) return Corrupt("a transform mixes palettes and image channels");
    for (size_t i = 1; i < count; ++i) {
      if (!(shapes_[begin + i] == shapes_[begin])) return Corrupt("a transform covers channels of different size");
    }
    return OkStatus();
  }

  Status ApplyPalette(const Transform& transform) {
    JXLPOOL_RETURN_IF_ERROR(CheckAlike(transform.begin, transform.count));
    JXLPOOL_RETURN_IF_ERROR(ChargeMoves());
    num_meta_ = transform.begin < num_meta_ ? num_meta_ + 2 - transform.count : num_meta_ + 1;
    shapes_.Erase(transform.begin + 1, transform.count - 1);
    return shapes_.Insert(0, ChannelShape{transform.num_colors + transform.num_deltas, transform.count, -1, -1});
  }

  Status ApplySqueeze(Transform* transform) {
    if (transform->num_steps == 0) JXLPOOL_RETURN_IF_ERROR(AppendDefaultSteps(transform));
    for (uint32_t i = 0; i < transform->num_steps; ++i) {
      JXLPOOL_RETURN_IF_ERROR(ApplyStep(list_->steps[transform->first_step + i]));
    }
    return OkStatus();
  }

  Status AppendDefaultSteps(Transform* transform) {
    const uint32_t first = static_cast<uint32_t>(num_meta_);
    if (shapes_.size() <= num_meta_) return Corrupt("nothing to squeeze");
    const uint32_t count = static_cast<uint32_t>(shapes_.size() - num_meta_);
    uint32_t width = shapes_[first].width;
    uint32_t height = shapes_[first].height;
    PoolVector<SqueezeStep>& steps = list_->steps;
    transform->first_step = static_cast<uint32_t>(steps.size());
    if (count > 2 && shapes_[first + 1].width == width && shapes_[first + 1].height == height) {
      JXLPOOL_RETURN_IF_ERROR(steps.PushBack(SqueezeStep{true, false, first + 1, 2}));
      JXLPOOL_RETURN_IF_ERROR(steps.PushBack(SqueezeStep{false, false, first + 1, 2}));
    }
    constexpr uint32_t kSmall = 8;
    bool horizontal = width > height || height <= kSmall;
    while (width > kSmall || height > kSmall) {
      uint32_t& side = horizontal ? width : height;
      if (side > kSmall) {
        JXLPOOL_RETURN_IF_ERROR(steps.PushBack(SqueezeStep{horizontal, true, first, count}));
        side = (side + 1) / 2;
      }
      horizontal = !horizontal;
    }
    transform->num_steps = static_cast<uint32_t>(steps.size()) - transform->first_step;
    return OkStatus();
  }

  Status ApplyStep(const SqueezeStep& step) {
    const size_t end = size_t{step.begin} + step.count;
    if (end > shapes_.size()) return Corrupt("a squeeze covers channels that do not exist");
    if (step.begin < num_meta_) {
      if (end > num_meta_ || !step.in_place) return Corrupt("a squeeze moves a palette among the image channels");
      num_meta_ += step.count;
    }
    const size_t old_size = shapes_.size();
    const size_t residuals = step.in_place ? end : old_size;
    if (old_size + step.count > TransformList::kMaxChannels) return Corrupt("a modular image has too many channels");
    JXLPOOL_RETURN_IF_ERROR(ChargeMoves());
    for (size_t i = step.begin; i < end; ++i) {
      ChannelShape residual;
      JXLPOOL_RETURN_IF_ERROR(Halve(step.horizontal, &shapes_[i], &residual));
      JXLPOOL_RETURN_IF_ERROR(shapes_.PushBack(residual));
    }
    std::rotate(shapes_.begin() + residuals, shapes_.begin() + old_size, shapes_.end());
    return OkStatus();
  }

  static Status Halve(bool horizontal, ChannelShape* average, ChannelShape* residual) {
    constexpr int32_t kMaxShift = 30;
    if (average->empty()) return Corrupt("an empty channel cannot be squeezed");
    if (average->hshift > kMaxShift || average->vshift > kMaxShift) return Corrupt("a channel is squeezed too often");
    uint32_t& side = horizontal ? average->width : average->height;
    int32_t& shift = horizontal ? average->hshift : average->vshift;
    const uint32_t residual_side = side / 2;
    side = side - residual_side;
    if (shift >= 0) ++shift;
    *residual = *average;
    (horizontal ? residual->width : residual->height) = residual_side;
    return OkStatus();
  }

  // Keeps hostile transform lists from moving long channel lists about for minutes.
  Status ChargeMoves() {
    constexpr uint64_t kMaxMoves = uint64_t{1} << 26;
    moves_ += shapes_.size();
    return moves_ > kMaxMoves ? Corrupt("the transforms of a modular image are too complex") : OkStatus();
  }

  TransformList* list_;
  PoolVector<ChannelShape>& shapes_;
  size_t num_meta_;
  uint64_t moves_ = 0;
};

}  // namespace

Status TransformList::Read(BitReader* reader, Memory* memory) {
  transforms = PoolVector<Transform>(memory, Category::kModular);
  steps = PoolVector<SqueezeStep>(memory, Category::kModular);
  FieldReader fields(reader);
  const uint32_t count = fields.U32(kNumTransforms);
  if (count > kMaxTransforms) return Corrupt("too many modular transforms", reader->Position());
  for (uint32_t i = 0; i < count; ++i) {
    Transform transform;
    JXLPOOL_RETURN_IF_ERROR(ReadTransform(&fields, &transform, &steps));
    JXLPOOL_RETURN_IF_ERROR(transforms.PushBack(transform));
    JXLPOOL_RETURN_IF_ERROR(reader->Check());
  }
  return OkStatus();
}

Status ListShapes(const ModularImage& image, ShapeList* list) {
  list->shapes = PoolVector<ChannelShape>(image.memory(), Category::kModular);
  list->num_meta = image.num_meta();
  JXLPOOL_RETURN_IF_ERROR(list->shapes.Reserve(image.size()));
  for (size_t i = 0; i < image.size(); ++i) JXLPOOL_RETURN_IF_ERROR(list->shapes.PushBack(image[i].shape()));
  return OkStatus();
}

Status AddShapes(const ShapeList& list, ModularImage* image) {
  JXLPOOL_RETURN_IF_ERROR(image->channels().Reserve(list.shapes.size()));
  for (const ChannelShape& shape : list.shapes) JXLPOOL_RETURN_IF_ERROR(image->Add(shape));
  image->set_num_meta(list.num_meta);
  return OkStatus();
}

Status ApplyTransforms(TransformList* list, uint64_t position, ShapeList* shapes) {
  ListEditor editor(list, shapes);
  for (Transform& transform : list->transforms) JXLPOOL_RETURN_IF_ERROR(editor.Apply(&transform).At(position));
  shapes->num_meta = editor.num_meta();
  return OkStatus();
}

bool IsPerPixel(const TransformList& list) {
  size_t num_meta = 0;
  for (const Transform& transform : list.transforms) {
    if (transform.begin < num_meta) return false;
    if (transform.kind == TransformKind::kSqueeze) return false;
    if (transform.kind == TransformKind::kRct) continue;
    if (transform.delta_predictor != Predictor::kZero) return false;
    ++num_meta;
  }
  return true;
}

bool HasOnlyRcts(const TransformList& list) {
  return std::all_of(list.transforms.begin(), list.transforms.end(),
                     [](const Transform& transform) { return transform.kind == TransformKind::kRct; });
}

}  // namespace jxlpool
