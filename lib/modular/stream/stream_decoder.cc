#include "lib/modular/stream/stream_decoder.h"

#include <algorithm>
#include <utility>

namespace jxlpool {
namespace {

// A tree that is coded with so many samples may have so many nodes.
uint64_t MaxLocalNodes(uint64_t samples) {
  constexpr uint64_t kMost = uint64_t{1} << 20;
  return std::min(kMost, 1024 + std::min(kMost, samples));
}

// Moves decoded channels to where the caller wants them.
void Deliver(ModularImage* from, ModularImage* to) {
  for (size_t i = 0; i < to->size(); ++i) {
    if ((*to)[i].has_samples()) {
      (*to)[i].CopyFrom((*from)[i]);
    } else {
      (*to)[i] = std::move((*from)[i]);
    }
  }
}

}  // namespace

Status ChannelSequence::Begin(const ModularStreamParams& params, const ModularHeader& header, size_t count,
                              BitReader* reader, ModularImage* image) {
  uint32_t widest = 0;
  uint64_t samples = 0;
  for (size_t i = 0; i < count; ++i) {
    const ChannelShape& shape = (*image)[i].shape();
    if (shape.empty()) continue;
    widest = std::max(widest, shape.width);
    samples += shape.area();
  }
  if (widest == 0) return OkStatus();

  if (header.use_global_tree) {
    if (params.global == nullptr)
      return Corrupt("a modular image uses a global tree that is absent", reader->Position());
  } else {
    JXLPOOL_ASSIGN_OR_RETURN(local_, MaTreeAndCode::Read(reader, image->memory(), MaxLocalNodes(samples)));
  }
  stream_.tree = header.use_global_tree ? params.global : &local_;
  JXLPOOL_ASSIGN_OR_RETURN(decoder_,
                           EntropyDecoder::Create(stream_.tree->code, reader, image->memory(), widest, samples));
  stream_.weighted = header.weighted;
  stream_.stream_index = params.stream_index;
  stream_.loops = params.loops;
  stream_.image = image;
  stream_.decoder = &decoder_;
  stream_.reader = reader;
  count_ = count;
  return OkStatus();
}

bool ChannelSequence::HasNext() {
  while (next_ < count_ && (*stream_.image)[next_].empty()) ++next_;
  return next_ < count_;
}

Status ChannelSequence::DecodeAll() {
  while (HasNext()) JXLPOOL_RETURN_IF_ERROR(ChannelDecoder(stream_, TakeNext()).Decode());
  if (count_ == 0) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(decoder_.Finish(stream_.reader));
  decoder_ = EntropyDecoder();
  local_ = MaTreeAndCode();
  return OkStatus();
}

Status StreamDecoder::Begin(const ModularStreamParams& params, BitReader* reader, ModularImage* image) {
  image_ = image;
  if (image->size() == 0) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(ReadModularHeader(reader, image->memory(), &header_));
  ShapeList list;
  JXLPOOL_RETURN_IF_ERROR(ListShapes(*image, &list));
  JXLPOOL_RETURN_IF_ERROR(ApplyTransforms(&header_.transforms, reader->Position(), &list));

  undo_.bit_depth = params.bit_depth;
  undo_.weighted = header_.weighted;
  has_own_channels_ = !HasOnlyRcts(header_.transforms);
  if (has_own_channels_) {
    transformed_ = ModularImage(image->memory(), image->type());
    JXLPOOL_RETURN_IF_ERROR(AddShapes(list, &transformed_));
  }
  ModularImage* coded = has_own_channels_ ? &transformed_ : image;
  return channels_.Begin(params, header_, coded->size(), reader, coded);
}

Status StreamDecoder::Finish() {
  if (image_->size() == 0) return OkStatus();
  if (!has_own_channels_) return UndoTransforms(header_.transforms, undo_, image_);
  JXLPOOL_RETURN_IF_ERROR(UndoTransforms(header_.transforms, undo_, &transformed_));
  Deliver(&transformed_, image_);
  return OkStatus();
}

}  // namespace jxlpool
