// ChannelStream: what the channels of one sub-bitstream have in common while their samples are decoded.
#ifndef LIB_MODULAR_STREAM_CHANNEL_STREAM_H_
#define LIB_MODULAR_STREAM_CHANNEL_STREAM_H_

#include <cstddef>
#include <cstdint>

#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/weighted_predictor.h"

namespace jxlpool {

// Which loops may decode samples; the result never depends on it.
enum class ChannelLoops : uint8_t {
  kFastest,      // specialised loops where one applies and pays
  kSpecialised,  // specialised loops wherever one applies; for tests
  kGeneric,      // one plain loop for everything; the oracle of the tests
};

// Nothing is owned.
struct ChannelStream {
  const MaTreeAndCode* tree = nullptr;
  WeightedParams weighted;
  uint32_t stream_index = 0;
  ChannelLoops loops = ChannelLoops::kFastest;
  ModularImage* image = nullptr;
  EntropyDecoder* decoder = nullptr;
  BitReader* reader = nullptr;
};

// Channels that a tree can look at beside the current one.
inline constexpr size_t kMaxReferences = (kNumProperties - kFirstReferenceProperty) / 4;

// The channels before another one that are alike, the nearest first: those that properties from 16 on look at.
struct References {
  const ModularChannel* channels[kMaxReferences];
  size_t count = 0;

  // Of channel `index`, as many as the tree looks at.
  References(const ChannelStream& stream, size_t index) {
    const ModularImage& image = *stream.image;
    for (size_t i = index; i-- > 0 && count < stream.tree->tree.num_references();) {
      if (image[i].shape() == image[index].shape()) channels[count++] = &image[i];
    }
  }
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_CHANNEL_STREAM_H_
