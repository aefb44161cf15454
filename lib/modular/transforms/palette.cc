#include "lib/modular/transforms/palette.h"

#include <algorithm>
#include <utility>

#include "lib/modular/stream/predictor.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/modular/transforms/palette_tables.h"

namespace jxlpool {
namespace {

constexpr uint32_t kMaxBitDepth = 24;

template <typename T>
class PaletteUndo {
 public:
  PaletteUndo(const Transform& transform, const UndoParams& params, const ModularChannel& palette)
      : transform_(transform),
        params_(params),
        num_entries_(static_cast<int32_t>(palette.width())),
        palette_(palette.View<T>()) {}

  // Looks up a component of the pixels of `index`; `out` may be the index channel itself.
  Status UndoComponent(uint32_t component, const View2D<T>& index, const View2D<T>& out, Memory* memory) const {
    if (transform_.delta_predictor == Predictor::kZero) {
      UndoWithoutPrediction(component, index, out);
      return OkStatus();
    }
    if (transform_.delta_predictor != Predictor::kWeighted) {
      UndoWithPrediction(component, index, out);
      return OkStatus();
    }
    JXLPOOL_ASSIGN_OR_RETURN(WeightedPredictor weighted,
                             WeightedPredictor::Create(memory, params_.weighted, index.width));
    UndoWithWeighted(component, index, out, &weighted);
    return OkStatus();
  }

 private:
  int32_t Value(int32_t index, uint32_t component, const T* entries) const {
    if (static_cast<uint32_t>(index) < static_cast<uint32_t>(num_entries_)) return entries[index];
    const int64_t implicit = index < 0 ? index : int64_t{index} - num_entries_;
    return ImplicitPaletteValue(implicit, component, params_.bit_depth);
  }
  const T* Entries(uint32_t component) const { return palette_.empty() ? nullptr : palette_.Row(component); }

  void UndoWithoutPrediction(uint32_t component, const View2D<T>& index, const View2D<T>& out) const {
    const T* entries = Entries(component);
    const bool limit = transform_.count == 1 && transform_.num_deltas == 0 && num_entries_ > 0;
    for (size_t y = 0; y < index.height; ++y) {
      const T* in = index.Row(y);
      T* to = out.Row(y);
      for (size_t x = 0; x < index.width; ++x) {
        const int32_t i = limit ? std::clamp<int32_t>(in[x], 0, num_entries_ - 1) : in[x];
        to[x] = static_cast<T>(Value(i, component, entries));
      }
    }
  }

  void UndoWithPrediction(uint32_t component, const View2D<T>& index, const View2D<T>& out) const {
    const T* entries = Entries(component);
    for (size_t y = 0; y < index.height; ++y) {
      const T* in = index.Row(y);
      T* to = out.Row(y);
      for (size_t x = 0; x < index.width; ++x) {
        const int32_t i = in[x];
        int64_t value = Value(i, component, entries);
        if (i < static_cast<int64_t>(transform_.num_deltas)) {
          value += Predict(transform_.delta_predictor, GetNeighbours(out, x, y), 0);
        }
        to[x] = WrapTo<T>(value);
      }
    }
  }

  void UndoWithWeighted(uint32_t component, const View2D<T>& index, const View2D<T>& out,
                        WeightedPredictor* weighted) const {
    const T* entries = Entries(component);
    for (size_t y = 0; y < index.height; ++y) {
      const T* in = index.Row(y);
      T* to = out.Row(y);
      weighted->StartRow(y);
      for (size_t x = 0; x < index.width; ++x) {
        const int32_t i = in[x];
        const int64_t prediction = weighted->Predict(x, GetNeighbours(out, x, y));
        int64_t value = Value(i, component, entries);
        if (i < static_cast<int64_t>(transform_.num_deltas)) value += prediction;
        to[x] = WrapTo<T>(value);
        weighted->Update(x, to[x]);
      }
    }
  }

  const Transform& transform_;
  const UndoParams& params_;
  int32_t num_entries_;
  View2D<const T> palette_;
};

template <typename T>
Status UndoAllComponents(const Transform& transform, const UndoParams& params, const ModularChannel& palette,
                         Memory* memory, ModularChannel* components) {
  // The index channel is where component 0 goes, so that comes last.
  const PaletteUndo<T> undo(transform, params, palette);
  const View2D<T> index = components[0].View<T>();
  for (uint32_t component = transform.count; component-- > 0;) {
    JXLPOOL_RETURN_IF_ERROR(undo.UndoComponent(component, index, components[component].View<T>(), memory));
  }
  return OkStatus();
}

}  // namespace

int32_t ImplicitPaletteValue(int64_t index, uint32_t component, uint32_t bit_depth) {
  if (component >= 3) return 0;
  const uint32_t depth = std::min(bit_depth, kMaxBitDepth);
  if (index < 0) {
    constexpr int64_t kPeriod = 143;
    const uint32_t k = static_cast<uint32_t>(-(index + 1) % kPeriod);
    const int32_t delta = kDeltaPalette[(k + 1) >> 1][component] * (k % 2 == 0 ? -1 : 1);
    return depth > 8 ? delta * (int32_t{1} << (depth - 8)) : delta;
  }
  constexpr int64_t kSmallCube = 64;
  const int64_t white = (int64_t{1} << depth) - 1;
  if (index < kSmallCube) {
    const int64_t level = (index >> (2 * component)) & 3;
    const int32_t offset = int32_t{1} << (depth > 3 ? depth - 3 : 0);
    return static_cast<int32_t>((level * white) >> 2) + offset;
  }
  constexpr int64_t kStride[3] = {1, 5, 25};
  const int64_t level = (index - kSmallCube) / kStride[component] % 5;
  return static_cast<int32_t>((level * white) >> 2);
}

Status UndoPalette(const Transform& transform, const UndoParams& params, ModularImage* image) {
  PoolVector<ModularChannel>& channels = image->channels();
  const bool of_meta = size_t{transform.begin} + 1 < image->num_meta();
  image->set_num_meta(of_meta ? image->num_meta() + transform.count - 2 : image->num_meta() - 1);
  const ModularChannel palette = std::move(channels[0]);
  channels.Erase(0, 1);

  const ChannelShape shape = channels[transform.begin].shape();
  const size_t old_size = channels.size();
  JXLPOOL_RETURN_IF_ERROR(channels.Reserve(old_size + transform.count - 1));
  for (uint32_t i = 1; i < transform.count; ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(ModularChannel component, ModularChannel::Create(image->memory(), shape, image->type()));
    JXLPOOL_RETURN_IF_ERROR(channels.PushBack(std::move(component)));
  }
  std::rotate(channels.begin() + transform.begin + 1, channels.begin() + old_size, channels.end());
  if (shape.empty()) return OkStatus();
  ModularChannel* components = &channels[transform.begin];
  return image->type() == SampleType::kInt16
             ? UndoAllComponents<int16_t>(transform, params, palette, image->memory(), components)
             : UndoAllComponents<int32_t>(transform, params, palette, image->memory(), components);
}

}  // namespace jxlpool
