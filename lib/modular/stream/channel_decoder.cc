#include "lib/modular/stream/channel_decoder.h"

#include <algorithm>

#include "lib/modular/loops/channel_loops.h"
#include "lib/modular/loops/generic_loop.h"

namespace jxlpool {
namespace {

bool MaySpecialise(ChannelLoops loops, const ChannelShape& shape) {
  // Channels with fewer samples are not worth the preparations.
  constexpr uint64_t kMinSamples = 512;
  if (loops == ChannelLoops::kGeneric || shape.width < LoopContext::kMinWidth || shape.height < 2) return false;
  return loops == ChannelLoops::kSpecialised || shape.area() >= kMinSamples;
}

}  // namespace

ChannelDecoder::ChannelDecoder(const ChannelStream& stream, size_t index) : stream_(stream), index_(index) {}

Status ChannelDecoder::Decode() {
  JXLPOOL_RETURN_IF_ERROR(Plan());
  JXLPOOL_RETURN_IF_ERROR(Begin());
  return Finish();
}

Status ChannelDecoder::Plan() {
  ModularImage& image = *stream_.image;
  ModularChannel& channel = image[index_];
  if (!channel.has_samples()) {
    JXLPOOL_ASSIGN_OR_RETURN(channel, ModularChannel::Create(image.memory(), channel.shape(), image.type()));
  }
  return MaySpecialise(stream_.loops, channel.shape()) ? plan_.Make(stream_, index_) : OkStatus();
}

Status ChannelDecoder::Begin() {
  ModularChannel& channel = (*stream_.image)[index_];
  int32_t value = 0;
  if (plan_.IsConstant(*stream_.decoder, &value)) {
    channel.FillWith(value);
    return OkStatus();
  }
  JXLPOOL_RETURN_IF_ERROR(plan_.Build(stream_, index_, &context_));
  GenericLoop generic(stream_, index_);
  if (!plan_.is_possible()) return generic.DecodeRows(0, channel.height());
  if (context_.weighted == nullptr) generic.LeaveOutWeighted();
  JXLPOOL_RETURN_IF_ERROR(generic.DecodeRows(0, 1));
  context_.LoadFirstRow(generic);
  return OkStatus();
}

Status ChannelDecoder::Finish() {
  if (context_.channel == nullptr) return OkStatus();
  if (context_.next_row < context_.height && !stream_.reader->overrun()) DecodeChannelRows(&context_);
  return stream_.reader->Check();
}

void PairDecoder::AgreeOnSets() {
  ChannelPlan& first = channels_[0].plan_;
  ChannelPlan& second = channels_[1].plan_;
  if (!first.is_possible() || !second.is_possible() || first.kind() != second.kind()) return;
  const size_t words = std::max(first.min_words(), second.min_words());
  if (words > LeafTables::kMaxWords) return;
  first.set_min_words(words);
  second.set_min_words(words);
}

void PairDecoder::Decode(Status* first_status, Status* second_status) {
  Status* statuses[2] = {first_status, second_status};
  const auto both_ok = [&] { return first_status->ok() && second_status->ok(); };
  const auto for_each = [&](auto step) {
    for (size_t i = 0; i < 2; ++i) {
      if (statuses[i]->ok()) *statuses[i] = step(&channels_[i]);
    }
  };
  for_each([](ChannelDecoder* channel) { return channel->Plan(); });
  if (both_ok()) AgreeOnSets();
  for_each([](ChannelDecoder* channel) { return channel->Begin(); });
  LoopContext& first = channels_[0].context_;
  LoopContext& second = channels_[1].context_;
  went_together_ = both_ok() && CanDecodeTogether(first, second);
  if (went_together_) DecodeChannelRowPairs(&first, &second);
  for_each([](ChannelDecoder* channel) { return channel->Finish(); });
}

}  // namespace jxlpool
