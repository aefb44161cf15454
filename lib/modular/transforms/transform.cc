#include "lib/modular/transforms/transform.h"

#include <algorithm>

#include "lib/modular/transforms/rct.h"

namespace jxlpool {
namespace {

// A field of U32 type: four alternatives, each an offset plus some bits.
struct U32Field {
  uint32_t offset[4];
  uint8_t bits[4];
};
constexpr U32Field kNumTransformsField = {{0, 1, 2, 18}, {0, 0, 4, 8}};
constexpr U32Field kBeginField = {{0, 8, 72, 1096}, {3, 6, 10, 13}};
constexpr U32Field kRctTypeField = {{6, 0, 2, 10}, {0, 2, 4, 6}};
constexpr U32Field kPaletteCountField = {{1, 3, 4, 1}, {0, 0, 0, 13}};
constexpr U32Field kColorsField = {{0, 256, 1280, 5376}, {8, 10, 12, 16}};
constexpr U32Field kDeltasField = {{0, 1, 257, 1281}, {0, 8, 10, 16}};
constexpr U32Field kNumStepsField = {{0, 1, 9, 41}, {0, 4, 6, 8}};
constexpr U32Field kStepCountField = {{1, 2, 3, 4}, {0, 0, 0, 4}};

uint32_t ReadU32(BitReader* reader, const U32Field& field) {
  const uint32_t selector = reader->Read(2);
  return field.offset[selector] + reader->Read(field.bits[selector]);
}

Status ReadSqueeze(BitReader* reader, Transform* transform, PoolVector<SqueezeStep>* steps) {
  transform->first_step = static_cast<uint32_t>(steps->size());
  transform->num_steps = ReadU32(reader, kNumStepsField);
  for (uint32_t i = 0; i < transform->num_steps; ++i) {
    SqueezeStep step;
    step.horizontal = reader->ReadBool();
    step.in_place = reader->ReadBool();
    step.begin = ReadU32(reader, kBeginField);
    step.count = ReadU32(reader, kStepCountField);
    JXLPOOL_RETURN_IF_ERROR(steps->PushBack(step));
  }
  return OkStatus();
}

Status ReadTransform(BitReader* reader, Transform* transform, PoolVector<SqueezeStep>* steps) {
  const uint32_t kind = reader->Read(2);
  if (kind > 2) return Corrupt("unknown modular transform", reader->Position());
  transform->kind = static_cast<TransformKind>(kind);
  if (transform->kind == TransformKind::kSqueeze) return ReadSqueeze(reader, transform, steps);
  transform->begin = ReadU32(reader, kBeginField);
  if (transform->kind == TransformKind::kRct) {
    transform->rct_type = ReadU32(reader, kRctTypeField);
    if (transform->rct_type >= kNumRctTypes) return Corrupt("unknown reversible color transform", reader->Position());
    return OkStatus();
  }
  transform->count = ReadU32(reader, kPaletteCountField);
  transform->num_colors = ReadU32(reader, kColorsField);
  transform->num_deltas = ReadU32(reader, kDeltasField);
  const uint32_t predictor = reader->Read(4);
  if (predictor >= kNumPredictors) return Corrupt("a palette has an unknown predictor", reader->Position());
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
  const uint32_t count = ReadU32(reader, kNumTransformsField);
  if (count > kMaxTransforms) return Corrupt("too many modular transforms", reader->Position());
  for (uint32_t i = 0; i < count; ++i) {
    Transform transform;
    JXLPOOL_RETURN_IF_ERROR(ReadTransform(reader, &transform, &steps));
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

}  // namespace jxlpool
