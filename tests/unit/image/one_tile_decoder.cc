#include "tests/unit/image/one_tile_decoder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/frame/frame_decoder.h"
#include "lib/frame/whole_frame_plan.h"
#include "lib/image/frame_table.h"
#include "lib/image/image_decoder.h"

namespace jxlpool {
namespace {

// Decodes the frames of an image one after another, without ImageDecoder.
class OneTileDecoder {
 public:
  explicit OneTileDecoder(Memory* memory) : memory_(memory), image_(memory, &threads_) {}

  Status Decode(const std::vector<uint8_t>& bytes, std::vector<float>* samples) {
    JXLPOOL_RETURN_IF_ERROR(Begin(bytes));
    for (bool is_last = false; !is_last;) {
      FrameDecoder decoder;
      JXLPOOL_RETURN_IF_ERROR(ReadFrameStart(context_.source, FrameRole::kMain, offset_, &decoder.state()));
      offset_ = decoder.state().end();
      is_last = decoder.state().header.is_last;
      JXLPOOL_RETURN_IF_ERROR(DecodeFrame(&decoder, samples));
    }
    return OkStatus();
  }

 private:
  Status Begin(const std::vector<uint8_t>& bytes) {
    JXLPOOL_RETURN_IF_ERROR(image_.Open(bytes.data(), bytes.size(), DecoderOptions()));
    const ImageHeader& header = image_.header();
    PoolVector<uint8_t> icc(memory_, Category::kInput);
    for (const uint8_t byte : image_.original_icc()) {
      if (header.color_encoding.want_icc) JXLPOOL_RETURN_IF_ERROR(icc.PushBack(byte));
    }
    JXLPOOL_RETURN_IF_ERROR(SetUpImageColor(header, std::move(icc), "", memory_, &color_));
    context_.source = {memory_, &image_.container().codestream(), &header, SizeLimits(), nullptr};
    context_.color = &color_;
    context_.orientation = header.orientation;
    invisible_frames_ = header.have_preview ? 1 : 0;
    FrameEntry first;
    JXLPOOL_RETURN_IF_ERROR(image_.InspectFrame(0, nullptr, &first).status());
    offset_ = first.offset;
    return OkStatus();
  }

  Status DecodeFrame(FrameDecoder* decoder, std::vector<float>* samples) {
    FrameState* frame = &decoder->state();
    const bool is_shown = frame->header.IsShown();
    visible_frames_ += is_shown ? 1 : 0;
    invisible_frames_ = is_shown ? 0 : invisible_frames_ + 1;
    frame->context = &context_;
    frame->visible_frames = visible_frames_;
    frame->invisible_frames = invisible_frames_;
    frame->SetSlots(slots_);
    FrameRequest request;
    request.canvas = image_.header().size;
    request.is_delivered = is_shown;
    if (is_shown) {
      samples->resize(samples->size() + RowSamples() * image_.height());
      target_ = MakeTarget(samples);
      request.targets = {&target_, 1};
    }
    JXLPOOL_RETURN_IF_ERROR(decoder->ReadGlobals());
    WholeFramePlan::Delivery one_tile;
    one_tile.tile_width = static_cast<uint32_t>(frame->dimensions.width);
    one_tile.tile_height = static_cast<uint32_t>(frame->dimensions.height);
    WholeFramePlan plan(frame, decoder->sections(), one_tile);
    JXLPOOL_RETURN_IF_ERROR(plan.Begin());
    SharedFrame saved;
    JXLPOOL_RETURN_IF_ERROR(decoder->DecodeBy(&plan, request, {&threads_, ScheduleMode::kStreaming}, &saved));
    const FrameHeader& header = frame->header;
    if (header.frame_type == FrameType::kLFFrame) {
      slots_.lf[header.lf_level - 1] = std::move(saved);
    } else if (header.CanReference()) {
      slots_.reference[header.save_as_reference] = std::move(saved);
    }
    return OkStatus();
  }

  size_t RowSamples() const {
    return size_t{image_.width()} * (image_.num_color_channels() + image_.header().num_extra_channels);
  }

  // The last frame of `samples`.
  OutputTarget MakeTarget(std::vector<float>* samples) const {
    OutputTarget target;
    target.channels = ChannelSet::kAll;
    target.type = OutputType::kFloat32;
    target.stride = RowSamples() * sizeof(float);
    target.pixels = reinterpret_cast<uint8_t*>(samples->data() + samples->size() - RowSamples() * image_.height());
    return target;
  }

  Memory* memory_;
  ThreadPool threads_{1};
  ImageDecoder image_;
  ImageColor color_;
  FrameContext context_;
  FrameSlots slots_;
  OutputTarget target_;
  uint64_t offset_ = 0;
  uint32_t visible_frames_ = 0;
  uint32_t invisible_frames_ = 0;
};

}  // namespace

std::vector<float> DecodeAsOneTile(const std::vector<uint8_t>& bytes, Memory* memory) {
  std::vector<float> samples;
  const auto decoder = std::make_unique<OneTileDecoder>(memory);
  if (!decoder->Decode(bytes, &samples).ok()) samples.clear();
  return samples;
}

}  // namespace jxlpool
