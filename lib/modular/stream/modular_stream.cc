#include "lib/modular/stream/modular_stream.h"

#include <algorithm>

#include "lib/modular/stream/stream_decoder.h"

namespace jxlpool {
namespace {

void ReadWeightedParams(BitReader* reader, WeightedParams* params) {
  params->p1 = reader->Read(5);
  params->p2 = reader->Read(5);
  for (uint32_t& p3 : params->p3) p3 = reader->Read(5);
  for (uint32_t& w : params->w) w = reader->Read(4);
}

}  // namespace

Status ReadModularHeader(BitReader* reader, Memory* memory, ModularHeader* header) {
  header->use_global_tree = reader->ReadBool();
  header->weighted = WeightedParams();
  if (!reader->ReadBool()) ReadWeightedParams(reader, &header->weighted);
  JXLPOOL_RETURN_IF_ERROR(header->transforms.Read(reader, memory));
  return reader->Check();
}

uint64_t ModularStreamBytes(const ModularStreamOutline& outline, const MaTreeAndCode* global) {
  // A loop takes its tables of leaves, the self-correcting predictor and its rows.
  constexpr uint64_t kLoopWithGlobalTree = uint64_t{256} << 10;
  constexpr uint64_t kLoop = uint64_t{288} << 10;
  constexpr uint64_t kSmallestLoop = uint64_t{112} << 10;
  const uint64_t loop = std::min(global != nullptr ? kLoopWithGlobalTree : kLoop, kSmallestLoop + 4 * outline.samples);
  const uint64_t rows = RepeatableSize(3 * sizeof(int32_t) * outline.widest);
  // Most of a section are samples.
  const uint64_t coded_tree = global != nullptr ? 0 : std::min(outline.section_bytes, 2560 + outline.section_bytes / 8);
  uint64_t window = 0;
  if (global != nullptr) {
    window = EntropyDecoder::Bytes(global->code, 1, outline.samples);
  } else if (outline.is_whole_image) {
    window = EntropyDecoder::LargestBytes(outline.samples);
  }
  return loop + rows + outline.tree_bytes.value_or(MaTreeAndCode::Bytes(coded_tree)) + window;
}

Status DecodeModularChannels(const ModularStreamParams& params, const ModularHeader& header, size_t count,
                             BitReader* reader, ModularImage* image) {
  ChannelSequence channels;
  JXLPOOL_RETURN_IF_ERROR(channels.Begin(params, header, count, reader, image));
  return channels.DecodeAll();
}

Status DecodeModularStream(const ModularStreamParams& params, BitReader* reader, ModularImage* image) {
  StreamDecoder stream;
  JXLPOOL_RETURN_IF_ERROR(stream.Begin(params, reader, image));
  JXLPOOL_RETURN_IF_ERROR(stream.channels().DecodeAll());
  return stream.Finish();
}

void DecodeModularStreams(ModularStream* first, ModularStream* second) {
  StreamDecoder decoders[2];
  ModularStream* streams[2] = {first, second};
  const auto for_each = [&](auto step) {
    for (size_t i = 0; i < 2; ++i) {
      if (streams[i]->status.ok()) streams[i]->status = step(&decoders[i], streams[i]);
    }
  };
  for_each([](StreamDecoder* decoder, ModularStream* stream) {
    return decoder->Begin(stream->params, stream->reader, stream->image);
  });
  ChannelSequence& left = decoders[0].channels();
  ChannelSequence& right = decoders[1].channels();
  while (first->status.ok() && second->status.ok() && left.HasNext() && right.HasNext()) {
    PairDecoder pair(left.stream(), left.TakeNext(), right.stream(), right.TakeNext());
    pair.Decode(&first->status, &second->status);
  }
  for_each([](StreamDecoder* decoder, ModularStream*) { return decoder->channels().DecodeAll(); });
  for_each([](StreamDecoder* decoder, ModularStream*) { return decoder->Finish(); });
}

}  // namespace jxlpool
