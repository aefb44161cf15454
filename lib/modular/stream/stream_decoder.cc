#include "lib/modular/stream/stream_decoder.h"

#include <algorithm>
#include <utility>

namespace jxlpool {
namespace {

bool HasOnlyRcts(const TransformList& list) {
  return std::all_of(list.transforms.begin(), list.transforms.end(),
                     [](const Transform& transform) { return transform.kind == TransformKind::kRct; });
}

// Most nodes of a tree that is coded with so many samples.
uint64_t MaxLocalNodes(uint64_t samples) {
  constexpr uint64_t kMost = uint64_t{1} << 20;
  return std::min(kMost, 1024 + std::min(kMost, samples));
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
  params_.tree = header.use_global_tree ? params.global : &local_;
  JXLPOOL_ASSIGN_OR_RETURN(decoder_,
                           EntropyDecoder::Create(params_.tree->code, reader, image->memory(), widest, samples));
  params_.weighted = header.weighted;
  params_.stream_index = params.stream_index;
  params_.loops = params.loops;
  params_.memory = image->memory();
  count_ = count;
  reader_ = reader;
  image_ = image;
  return OkStatus();
}

bool ChannelSequence::Next() {
  while (next_ < count_ && (*image_)[next_].empty()) ++next_;
  return next_ < count_;
}

Status ChannelSequence::PlanChannel(ChannelDecoder* decoder) {
  ModularChannel& channel = (*image_)[next_];
  if (!channel.has_samples()) {
    JXLPOOL_ASSIGN_OR_RETURN(channel, ModularChannel::Create(image_->memory(), channel.shape(), image_->type()));
  }
  return decoder->Plan(params_, image_, next_);
}

Status ChannelSequence::BeginChannel(size_t min_words, ChannelDecoder* decoder) {
  return decoder->Begin(min_words, &decoder_, reader_);
}

Status ChannelSequence::FinishChannel(ChannelDecoder* decoder) {
  JXLPOOL_RETURN_IF_ERROR(decoder->Finish());
  ++next_;
  return OkStatus();
}

Status ChannelSequence::Finish() {
  if (count_ == 0) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(decoder_.Finish(reader_));
  decoder_ = EntropyDecoder();
  local_ = MaTreeAndCode();
  return OkStatus();
}

Status ChannelSequence::DecodeAll() {
  while (Next()) {
    ChannelDecoder channel;
    JXLPOOL_RETURN_IF_ERROR(PlanChannel(&channel));
    JXLPOOL_RETURN_IF_ERROR(BeginChannel(1, &channel));
    JXLPOOL_RETURN_IF_ERROR(FinishChannel(&channel));
  }
  return Finish();
}

void ChannelSequence::DecodeTogether(ChannelSequence* first, ChannelSequence* second, Status* first_status,
                                     Status* second_status) {
  while (first_status->ok() && second_status->ok() && first->Next() && second->Next()) {
    ChannelDecoder decoders[2];
    *first_status = first->PlanChannel(&decoders[0]);
    *second_status = second->PlanChannel(&decoders[1]);
    const size_t min_words =
        first_status->ok() && second_status->ok() ? ChannelDecoder::CommonWords(decoders[0], decoders[1]) : 1;
    if (first_status->ok()) *first_status = first->BeginChannel(min_words, &decoders[0]);
    if (second_status->ok()) *second_status = second->BeginChannel(min_words, &decoders[1]);
    if (first_status->ok() && second_status->ok()) ChannelDecoder::DecodeTogether(&decoders[0], &decoders[1]);
    if (first_status->ok()) *first_status = first->FinishChannel(&decoders[0]);
    if (second_status->ok()) *second_status = second->FinishChannel(&decoders[1]);
  }
  if (first_status->ok()) *first_status = first->DecodeAll();
  if (second_status->ok()) *second_status = second->DecodeAll();
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
  return Deliver(&transformed_, image_);
}

}  // namespace jxlpool
