// One modular sub-bitstream: header, transforms, tree, samples (ISO/IEC 18181-1, modular image sub-bitstream).
//
// Other folders decode LF coefficients, HF metadata and raw quantisation tables with it:
//
//   ModularImage image(memory, SampleType::kInt32);
//   JXLPOOL_RETURN_IF_ERROR(image.Add(ChannelShape{width, height, 0, 0}));  // ... one per channel
//   ModularStreamParams params;
//   params.stream_index = HfMetadataStream(num_lf_groups, g);
//   params.bit_depth = ...;
//   params.global = modular.global_tree();
//   JXLPOOL_RETURN_IF_ERROR(DecodeModularStream(params, reader, &image));
//   image[0].Row<int32_t>(y)...
//
// Everything here may run on several threads at once for different images.
#ifndef LIB_MODULAR_STREAM_MODULAR_STREAM_H_
#define LIB_MODULAR_STREAM_MODULAR_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_stream.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/modular/transforms/transform.h"

namespace jxlpool {

// Stream indices (MA property 1). `num_lf_groups` and `num_groups` are those of the frame.
inline constexpr uint32_t kNumRawQuantTables = 17;
inline constexpr uint32_t kGlobalModularStream = 0;
constexpr uint32_t LfCoefficientsStream(uint32_t /*num_lf_groups*/, uint32_t lf_group) { return 1 + lf_group; }
constexpr uint32_t ModularLfGroupStream(uint32_t num_lf_groups, uint32_t lf_group) {
  return 1 + num_lf_groups + lf_group;
}
constexpr uint32_t HfMetadataStream(uint32_t num_lf_groups, uint32_t lf_group) {
  return 1 + 2 * num_lf_groups + lf_group;
}
constexpr uint32_t RawQuantTableStream(uint32_t num_lf_groups, uint32_t table) { return 1 + 3 * num_lf_groups + table; }
constexpr uint32_t ModularGroupStream(uint32_t num_lf_groups, uint32_t num_groups, uint32_t pass, uint32_t group) {
  return 1 + 3 * num_lf_groups + kNumRawQuantTables + pass * num_groups + group;
}

struct ModularStreamParams {
  uint32_t stream_index = 0;
  // bits_per_sample of the image; 8 for raw quantisation tables. Only palettes look at it.
  uint32_t bit_depth = 8;
  // The frame's global tree; null if there is none.
  const MaTreeAndCode* global = nullptr;
  ChannelLoops loops = ChannelLoops::kFastest;
};

// The header of a sub-bitstream.
struct ModularHeader {
  bool use_global_tree = false;
  WeightedParams weighted;
  TransformList transforms;
};

// Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
Status ReadModularHeader(BitReader* reader, Memory* memory, ModularHeader* header);

// What the memory of a sub-bitstream depends on.
struct ModularStreamOutline {
  uint64_t widest = 0;         // columns of the widest channel
  uint64_t samples = 0;        // of all channels
  uint64_t section_bytes = 0;  // of what the stream is in
  // Streams that are a whole image may copy from their own past (LZ77) with a code of their own.
  bool is_whole_image = false;
  // What a tree of the stream's own takes, if that is known.
  std::optional<uint64_t> tree_bytes;
};
// Returns the bytes that a stream takes besides the samples of its channels, if an encoder wrote it. It uses the global
// tree unless that is null.
uint64_t ModularStreamBytes(const ModularStreamOutline& outline, const MaTreeAndCode* global);

// Decodes a part of GlobalModular: the tree, the code and the samples of the first `count` channels of the transformed
// list. Empty channels are left out, and nothing is read if all are empty. Channels get samples where they have none.
Status DecodeModularChannels(const ModularStreamParams& params, const ModularHeader& header, size_t count,
                             BitReader* reader, ModularImage* image);

// Decodes one sub-bitstream (of any kind but GlobalModular) completely: on return `image` has its initial channel list
// again, all samples decoded and the transforms of the stream undone. Channels without samples get them
// (image->type()); channels with samples (e.g. borrowed ones) keep their place. An image without channels reads
// nothing. REQUIRES: image->num_meta() == 0. Errors: kCorrupt, kNeedMoreInput (the section ended too early),
// kMemoryLimit; the image is garbage then.
Status DecodeModularStream(const ModularStreamParams& params, BitReader* reader, ModularImage* image);

// One of two streams that are decoded side by side.
struct ModularStream {
  ModularStreamParams params;
  BitReader* reader = nullptr;
  ModularImage* image = nullptr;
  Status status;  // nothing is done after an error
};
// DecodeModularStream for two independent streams: faster than one after the other.
void DecodeModularStreams(ModularStream* first, ModularStream* second);

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_MODULAR_STREAM_H_
