#include "lib/modular/modular_stream.h"

#include <algorithm>
#include <utility>

#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/trace_modular.h"

namespace jxlpool {
namespace {

void ReadWeightedParams(BitReader* reader, WeightedParams* params) {
  params->p1 = reader->Read(5);
  params->p2 = reader->Read(5);
  for (uint32_t& p3 : params->p3) p3 = reader->Read(5);
  for (uint32_t& w : params->w) w = reader->Read(4);
}

bool HasOnlyRcts(const TransformList& list) {
  return std::all_of(list.transforms.begin(), list.transforms.end(),
                     [](const Transform& transform) { return transform.kind == TransformKind::kRct; });
}

// Moves decoded channels to where the caller wants them.
Status Deliver(ModularImage* from, ModularImage* to) {
  for (size_t i = 0; i < to->size(); ++i) {
    if ((*to)[i].has_samples()) {
      (*to)[i].CopyFrom((*from)[i]);
    } else {
      (*to)[i] = std::move((*from)[i]);
    }
  }
  return OkStatus();
}

}  // namespace

uint64_t MaxLocalNodes(const ShapeList& list, size_t count) {
  constexpr uint64_t kMost = uint64_t{1} << 20;
  uint64_t samples = 0;
  for (size_t i = 0; i < count; ++i) samples = std::min(kMost, samples + std::min(kMost, list.shapes[i].area()));
  return std::min(kMost, 1024 + samples);
}

Status ReadModularHeader(BitReader* reader, Memory* memory, ModularHeader* header) {
  header->use_global_tree = reader->ReadBool();
  header->weighted = WeightedParams();
  if (!reader->ReadBool()) ReadWeightedParams(reader, &header->weighted);
  JXLPOOL_RETURN_IF_ERROR(header->transforms.Read(reader, memory));
  return reader->Check();
}

Status DecodeModularChannels(const ModularStreamParams& params, const ModularHeader& header, size_t count,
                             uint64_t max_local_nodes, BitReader* reader, ModularImage* image) {
  uint32_t widest = 0;
  uint64_t samples = 0;
  for (size_t i = 0; i < count; ++i) {
    const ChannelShape& shape = (*image)[i].shape();
    if (shape.empty()) continue;
    widest = std::max(widest, shape.width);
    samples += shape.area();
  }
  if (widest == 0) return OkStatus();

  MaTreeAndCode local;
  if (header.use_global_tree) {
    if (params.global == nullptr)
      return Corrupt("a modular image uses a global tree that is absent", reader->Position());
  } else {
    JXLPOOL_ASSIGN_OR_RETURN(local, MaTreeAndCode::Read(reader, image->memory(), max_local_nodes, "/data"));
  }
  const TraceLabel label("/data");
  const MaTreeAndCode& tree = header.use_global_tree ? *params.global : local;
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder,
                           EntropyDecoder::Create(tree.code, reader, image->memory(), widest, samples));
  ChannelDecoderParams channel_params;
  channel_params.tree = &tree;
  channel_params.weighted = header.weighted;
  channel_params.stream_index = params.stream_index;
  channel_params.loops = params.loops;
  channel_params.memory = image->memory();
  for (size_t i = 0; i < count; ++i) {
    ModularChannel& channel = (*image)[i];
    if (channel.empty()) continue;
    if (!channel.has_samples()) {
      JXLPOOL_ASSIGN_OR_RETURN(channel, ModularChannel::Create(image->memory(), channel.shape(), image->type()));
    }
    const uint64_t begin = reader->Position();
    JXLPOOL_RETURN_IF_ERROR(DecodeChannel(channel_params, image, i, &decoder, reader));
    if constexpr (kTraceEnabled) TraceModularChannel(params.stream_index, i, channel, begin, reader->Position());
  }
  return decoder.Finish(reader);
}

Status DecodeModularStream(const ModularStreamParams& params, BitReader* reader, ModularImage* image) {
  if (image->size() == 0) return OkStatus();
  ModularHeader header;
  const uint64_t begin = reader->Position();
  JXLPOOL_RETURN_IF_ERROR(ReadModularHeader(reader, image->memory(), &header));
  ShapeList list;
  JXLPOOL_RETURN_IF_ERROR(ListShapes(*image, &list));
  if constexpr (kTraceEnabled) TraceModularHeader(params.stream_index, header, list, begin, reader->Position());
  JXLPOOL_RETURN_IF_ERROR(ApplyTransforms(&header.transforms, reader->Position(), &list));
  if constexpr (kTraceEnabled) TraceModularChannels(params.stream_index, list, list.shapes.size());

  const uint64_t max_nodes = MaxLocalNodes(list, list.shapes.size());
  UndoParams undo;
  undo.bit_depth = params.bit_depth;
  undo.weighted = header.weighted;
  if (HasOnlyRcts(header.transforms)) {
    JXLPOOL_RETURN_IF_ERROR(DecodeModularChannels(params, header, image->size(), max_nodes, reader, image));
    return UndoTransforms(header.transforms, undo, image);
  }
  ModularImage transformed(image->memory(), image->type());
  JXLPOOL_RETURN_IF_ERROR(AddShapes(list, &transformed));
  JXLPOOL_RETURN_IF_ERROR(DecodeModularChannels(params, header, transformed.size(), max_nodes, reader, &transformed));
  JXLPOOL_RETURN_IF_ERROR(UndoTransforms(header.transforms, undo, &transformed));
  return Deliver(&transformed, image);
}

}  // namespace jxlpool
