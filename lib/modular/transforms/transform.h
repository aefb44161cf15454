// Transforms of a modular channel list: RCT, Palette, Squeeze (ISO/IEC 18181-1, modular transforms).
//
// A list of transforms is read and applied to a list of channel shapes. When the channels of the resulting list are
// decoded, the transforms are undone on the samples.
#ifndef LIB_MODULAR_TRANSFORMS_TRANSFORM_H_
#define LIB_MODULAR_TRANSFORMS_TRANSFORM_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

enum class TransformKind : uint8_t { kRct = 0, kPalette = 1, kSqueeze = 2 };

struct SqueezeStep {
  bool horizontal = false;
  bool in_place = false;
  uint32_t begin = 0;
  uint32_t count = 0;
};

struct Transform {
  TransformKind kind = TransformKind::kRct;
  uint32_t begin = 0;  // RCT, Palette: first channel of the list as it is when the transform is applied
  uint32_t rct_type = 0;
  uint32_t count = 0;  // Palette: channels replaced
  uint32_t num_colors = 0;
  uint32_t num_deltas = 0;
  Predictor delta_predictor = Predictor::kZero;
  uint32_t first_step = 0;  // Squeeze: range of TransformList::steps
  uint32_t num_steps = 0;
};

struct TransformList {
  static constexpr uint32_t kMaxTransforms = 512;
  static constexpr size_t kMaxChannels = 65536;

  PoolVector<Transform> transforms;
  PoolVector<SqueezeStep> steps;  // of all Squeezes; default steps are filled in by Apply

  // Reads the list, beginning with the number of transforms. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status Read(BitReader* reader, Memory* memory);
};

// A channel list without samples.
struct ShapeList {
  PoolVector<ChannelShape> shapes;
  size_t num_meta = 0;
};

// ListShapes lists the shapes of an image's channels; AddShapes adds channels of these shapes, without samples, to an
// image that has none yet. Errors: kMemoryLimit.
Status ListShapes(const ModularImage& image, ShapeList* list);
Status AddShapes(const ShapeList& list, ModularImage* image);

// Applies all transforms to the list. Errors: kCorrupt if one does not fit the list, kMemoryLimit.
// `position` is used in messages.
Status ApplyTransforms(TransformList* list, uint64_t position, ShapeList* shapes);

// What undoing needs besides the list itself.
struct UndoParams {
  uint32_t bit_depth = 8;
  WeightedParams weighted;
  ThreadPool* threads = nullptr;  // null: work on the calling thread
};

// Runs the tasks on `threads`, or on the calling thread if that is null.
Status RunTasks(ThreadPool* threads, size_t count, TaskFunction task);

// Undoes all transforms, last first, on a list that ApplyTransforms gave the shapes of; every channel that is not empty
// has samples. Errors: kMemoryLimit.
Status UndoTransforms(const TransformList& list, const UndoParams& params, ModularImage* image);

// Tells whether every transform maps each position of the image channels independently of all other positions (RCTs,
// palettes without prediction) and leaves palettes alone, so that it can be undone on parts of the image.
bool IsPerPixel(const TransformList& list);

// Tells whether the transforms leave the list of channels as it is.
bool HasOnlyRcts(const TransformList& list);

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRANSFORMS_TRANSFORM_H_
