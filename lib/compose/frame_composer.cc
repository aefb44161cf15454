#include "lib/compose/frame_composer.h"

#include <algorithm>
#include <cstring>

namespace jxlpool {
namespace {

BlendOperation OperationOf(BlendMode mode) {
  switch (mode) {
    case BlendMode::kReplace:
      return BlendOperation::kReplace;
    case BlendMode::kAdd:
      return BlendOperation::kAdd;
    case BlendMode::kBlend:
      return BlendOperation::kBlendAbove;
    case BlendMode::kAlphaWeightedAdd:
      return BlendOperation::kMulAddAbove;
    case BlendMode::kMul:
      return BlendOperation::kMul;
  }
  return BlendOperation::kReplace;
}

ChannelBlending BlendingOf(const BlendingInfo& info) {
  ChannelBlending blending;
  blending.operation = OperationOf(info.mode);
  blending.clamp = info.clamp;
  blending.alpha = static_cast<uint16_t>(info.alpha_channel);
  return blending;
}

// Scratch memory of a worker.
size_t ScratchFloats(uint32_t num_extra) {
  return std::max(BlendScratchFloats(num_extra), ColorEngine::kScratchFloats);
}

}  // namespace

void FrameComposer::Configure(bool has_output) {
  const FrameHeader& frame = *settings_.frame;
  num_extra_ = settings_.image->num_extra_channels;
  num_planes_ = 3 + size_t{num_extra_};
  const bool on_canvas = frame.IsNormalFrame() && settings_.coalescing;
  blends_ = on_canvas && (frame.have_crop || frame.NeedsBlending(settings_.canvas));
  canvas_width_ = on_canvas ? settings_.canvas.width : static_cast<uint32_t>(settings_.dimensions->width);
  canvas_height_ = on_canvas ? settings_.canvas.height : static_cast<uint32_t>(settings_.dimensions->height);
  x0_ = on_canvas ? frame.x0 : 0;
  y0_ = on_canvas ? frame.y0 : 0;
  finished_frame_rows_ = settings_.first_row;
  finished_rows_ =
      settings_.first_row == 0 ? 0 : std::clamp<int64_t>(y0_ + int64_t{settings_.first_row}, 0, canvas_height_);

  has_spot_colors_ = false;
  for (const ExtraChannelInfo& channel : settings_.image->ec_info) {
    has_spot_colors_ |= settings_.render_spot_colors && channel.type == ExtraChannelType::kSpotColor;
  }
  const Saved saved = SavedBy(settings_);
  save_ = Save::kComposed;
  if (saved.before_color_transform) save_ = Save::kBeforeColor;
  if (frame.frame_type == FrameType::kLFFrame) save_ = Save::kLf;
  if (saved.num_planes == 0) save_ = Save::kNothing;
  composes_ = save_ == Save::kComposed || has_output;

  const bool kept_encoded = blends_ || save_ == Save::kComposed;
  const bool xyb = frame.color_transform == FrameColorTransform::kXyb;
  const bool direct = xyb && !kept_encoded && settings_.color->has_direct;
  transform_ = ColorTransform::None();
  if (frame.color_transform == FrameColorTransform::kYCbCr) transform_ = ColorTransform::Ycbcr();
  if (xyb) transform_ = direct ? settings_.color->to_data : settings_.color->to_working;
  late_transfer_ = xyb && !kept_encoded && has_spot_colors_;
  use_engine_ = has_output && settings_.color->has_engine && !direct;
  passes_through_ = save_ == Save::kNothing && !blends_ && !has_spot_colors_ && !use_engine_ &&
                    frame.color_transform == FrameColorTransform::kNone;
}

Status FrameComposer::Begin(const ComposeSettings& settings, Memory* memory) {
  settings_ = settings;
  Configure(settings.output != nullptr);
  if (num_planes_ > kMaxPlanes) return Unsupported("too many extra channels");
  JXLPOOL_RETURN_IF_ERROR(BeginSave(memory));
  if (blends_ || use_engine_) {
    JXLPOOL_ASSIGN_OR_RETURN(
        scratch_, Matrix2D<float>::Create(memory, Category::kTile, settings.num_workers, ScratchFloats(num_extra_)));
  }
  return blends_ ? BeginBlending(memory) : OkStatus();
}

uint64_t FrameComposer::Bytes(const ComposeSettings& settings, bool has_output) {
  FrameComposer composer;
  composer.settings_ = settings;
  composer.Configure(has_output);
  const Saved saved = SavedBy(settings);
  uint64_t bytes = SharedFrame::Bytes(saved.num_planes, saved.width, saved.height);
  if (composer.blends_ || composer.use_engine_) {
    bytes += Matrix2D<float>::Bytes(settings.num_workers, ScratchFloats(composer.num_extra_));
  }
  if (!composer.blends_) return bytes;
  // How channels are blended.
  bytes += BufferBytes(256 + composer.num_planes_ * 2 * (sizeof(ChannelBlending) + sizeof(BlendExtraChannel)));
  return bytes + Matrix2D<float>::Bytes(1, settings.max_segment) +
         Matrix2D<float>::Bytes(composer.num_planes_, settings.max_segment);
}

FrameComposer::Saved FrameComposer::SavedBy(const ComposeSettings& settings) {
  const FrameHeader& frame = *settings.frame;
  const uint32_t width = static_cast<uint32_t>(settings.dimensions->width);
  const uint32_t height = static_cast<uint32_t>(settings.dimensions->height);
  const size_t num_planes = 3 + size_t{settings.image->num_extra_channels};
  if (!settings.saves) return {};
  if (frame.frame_type == FrameType::kLFFrame) return {3, width, height, true};
  if (!frame.CanReference()) return {};
  if (frame.save_before_ct) return {num_planes, width, height, true};
  if (!frame.IsNormalFrame()) return {num_planes, width, height, false};
  // Layers are delivered without being composed; what would have been saved after composition does not exist.
  if (!settings.coalescing) return {};
  return {num_planes, settings.canvas.width, settings.canvas.height, false};
}

Status FrameComposer::BeginSave(Memory* memory) {
  if (save_ == Save::kNothing) return OkStatus();
  if (save_ == Save::kComposed && OverwritesSlot()) {
    saved_ = settings_.slots->reference[settings_.frame->save_as_reference];
    return OkStatus();
  }
  const Saved saved = SavedBy(settings_);
  JXLPOOL_ASSIGN_OR_RETURN(
      saved_, SharedFrame::Create(memory, saved.num_planes, saved.width, saved.height, Fill::kUninitialized));
  saved_->before_color_transform = saved.before_color_transform;
  return OkStatus();
}

bool FrameComposer::OverwritesSlot() const {
  const SharedFrame& slot = settings_.slots->reference[settings_.frame->save_as_reference];
  // Patches read anywhere, blending reads what it is about to write.
  return !settings_.keeps_slots && slot.unique() && !settings_.frame->HasFlag(kFlagPatches) &&
         !slot->before_color_transform && slot->width() == canvas_width_ && slot->height() == canvas_height_ &&
         slot->planes.planes() == num_planes_;
}

Status FrameComposer::BeginBlending(Memory* memory) {
  JXLPOOL_RETURN_IF_ERROR(CheckSources());
  const FrameHeader& frame = *settings_.frame;
  blending_ = PoolVector<ChannelBlending>(memory, Category::kOther);
  extra_ = PoolVector<BlendExtraChannel>(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(blending_.PushBack(BlendingOf(frame.blending_info)));
  for (uint32_t e = 0; e < num_extra_; ++e) {
    JXLPOOL_RETURN_IF_ERROR(blending_.PushBack(BlendingOf(frame.ec_blending_info[e])));
    const ExtraChannelInfo& info = settings_.image->ec_info[e];
    const bool is_alpha = info.type == ExtraChannelType::kAlpha;
    JXLPOOL_RETURN_IF_ERROR(extra_.PushBack(BlendExtraChannel{is_alpha, is_alpha && info.alpha_associated}));
  }
  JXLPOOL_ASSIGN_OR_RETURN(zero_row_,
                           Matrix2D<float>::Create(memory, Category::kTile, 1, settings_.max_segment, Fill::kZero));
  JXLPOOL_ASSIGN_OR_RETURN(background_,
                           Matrix2D<float>::Create(memory, Category::kTile, num_planes_, settings_.max_segment));
  return OkStatus();
}

Status FrameComposer::CheckSources() const {
  const FrameHeader& frame = *settings_.frame;
  const SharedFrame& color = settings_.slots->reference[frame.blending_info.source];
  if (!color.empty() && color->before_color_transform) {
    return Corrupt("a frame is blended with a reference that was saved before the color transform");
  }
  for (uint32_t e = 0; e <= num_extra_; ++e) {
    const BlendingInfo& info = e == 0 ? frame.blending_info : frame.ec_blending_info[e - 1];
    const SharedFrame& slot = settings_.slots->reference[info.source];
    if (!slot.empty() && (slot->width() < canvas_width_ || slot->height() < canvas_height_)) {
      return Corrupt("a frame is blended with a reference that is smaller than the canvas");
    }
  }
  return OkStatus();
}

void FrameComposer::SaveRow(uint32_t y, uint32_t x, size_t n, const float* const* planes) {
  Matrix3D<float>& to = saved_->planes;
  for (size_t c = 0; c < to.planes(); ++c) {
    float* row = to.Row(c, y) + x;
    if (planes[c] != row) std::memcpy(row, planes[c], n * sizeof(float));
  }
}

void FrameComposer::Row(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes) {
  if (y < settings_.first_row) return;
  if (save_ == Save::kLf || save_ == Save::kBeforeColor) SaveRow(y, x, n, planes);
  if (!composes_) return;
  if (late_transfer_) {
    transform_.ApplyInverse(planes[0], planes[1], planes[2], n);
  } else {
    transform_.Apply(planes[0], planes[1], planes[2], n);
  }
  if (blends_) {
    BlendOntoCanvas(worker, y, x, n, planes);
  } else {
    Emit(worker, y, x, n, planes);
  }
}

void FrameComposer::BackgroundRow(uint32_t y, uint32_t x, const float** planes) const {
  const FrameHeader& frame = *settings_.frame;
  for (size_t c = 0; c < num_planes_; ++c) {
    const BlendingInfo& info = c < 3 ? frame.blending_info : frame.ec_blending_info[c - 3];
    const SharedFrame& slot = settings_.slots->reference[info.source];
    planes[c] = slot.empty() ? zero_row_.Row(0) : slot->planes.Row(c, y) + x;
  }
}

void FrameComposer::BlendOntoCanvas(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes) {
  const int64_t canvas_y = y0_ + y;
  const int64_t left = std::max<int64_t>(0, x0_ + x);
  const int64_t right = std::min<int64_t>(canvas_width_, x0_ + x + static_cast<int64_t>(n));
  if (canvas_y < 0 || canvas_y >= canvas_height_ || left >= right) return;
  const size_t skip = static_cast<size_t>(left - x0_ - x);
  const size_t size = static_cast<size_t>(right - left);
  const float* background[kMaxPlanes];
  float* rows[kMaxPlanes];
  BackgroundRow(static_cast<uint32_t>(canvas_y), static_cast<uint32_t>(left), background);
  for (size_t c = 0; c < num_planes_; ++c) rows[c] = planes[c] + skip;
  const BlendRules rules{blending_.data(), extra_.data(), num_extra_};
  BlendRow(rules, size, background, rows, rows, scratch_.Row(worker));
  Emit(worker, static_cast<uint32_t>(canvas_y), static_cast<uint32_t>(left), size, rows);
}

void FrameComposer::Emit(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes) {
  if (save_ == Save::kComposed) SaveRow(y, x, n, planes);
  if (settings_.output != nullptr) Show(worker, y, x, n, planes);
}

void FrameComposer::Show(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes) {
  if (has_spot_colors_) MixSpotColors(n, planes);
  if (late_transfer_) transform_.ApplyTransferFunction(planes[0], planes[1], planes[2], n);
  if (use_engine_) {
    const int32_t black = settings_.color->black;
    const float* in[4] = {planes[0], planes[1], planes[2], black < 0 ? nullptr : planes[3 + black]};
    settings_.color->engine.ConvertRow(in, planes, n, scratch_.Row(worker));
  }
  settings_.output->Store(worker, y, x, n, planes);
}

void FrameComposer::MixSpotColors(size_t n, float* const* planes) const {
  for (uint32_t e = 0; e < num_extra_; ++e) {
    const ExtraChannelInfo& info = settings_.image->ec_info[e];
    if (info.type != ExtraChannelType::kSpotColor) continue;
    const float* amount = planes[3 + e];
    for (size_t c = 0; c < 3; ++c) {
      float* row = planes[c];
      const float ink = info.spot_color[c];
      for (size_t i = 0; i < n; ++i) {
        const float mix = info.spot_color[3] * amount[i];
        row[i] = mix * ink + (1.0f - mix) * row[i];
      }
    }
  }
}

void FrameComposer::FillBackground(uint32_t y, uint32_t x0, uint32_t x1) {
  while (x0 < x1) {
    const size_t n = std::min<size_t>(x1 - x0, settings_.max_segment);
    const float* from[kMaxPlanes];
    float* to[kMaxPlanes];
    BackgroundRow(y, x0, from);
    if (save_ == Save::kComposed) SaveRow(y, x0, n, from);
    if (settings_.output != nullptr) {
      for (size_t c = 0; c < num_planes_; ++c) {
        to[c] = background_.Row(c);
        std::memcpy(to[c], from[c], n * sizeof(float));
      }
      Show(0, y, x0, n, to);
    }
    x0 += static_cast<uint32_t>(n);
  }
}

Status FrameComposer::FillRows(uint32_t end) {
  for (uint32_t y = static_cast<uint32_t>(finished_rows_); y < end;) {
    const uint32_t band_end = y + std::min(settings_.band_rows, end - y);
    for (; y < band_end; ++y) FillBackground(y, 0, canvas_width_);
    finished_rows_ = y;
    if (!in_order()) continue;
    JXLPOOL_RETURN_IF_ERROR(settings_.output->FinishRows(y));
    JXLPOOL_RETURN_IF_ERROR(settings_.output->Pause());
  }
  return OkStatus();
}

Status FrameComposer::FillAbove() {
  return blends_ && settings_.first_row == 0
             ? FillRows(static_cast<uint32_t>(std::clamp<int64_t>(y0_, 0, canvas_height_)))
             : OkStatus();
}

Status FrameComposer::FinishRows(uint32_t y) {
  finished_frame_rows_ = std::max(finished_frame_rows_, y);
  const int64_t end = std::clamp<int64_t>(y0_ + y, 0, canvas_height_);
  if (end <= finished_rows_) return OkStatus();
  if (blends_) {
    const uint32_t left = static_cast<uint32_t>(std::clamp<int64_t>(x0_, 0, canvas_width_));
    const uint32_t right = static_cast<uint32_t>(
        std::clamp<int64_t>(x0_ + static_cast<int64_t>(settings_.dimensions->width), left, canvas_width_));
    for (int64_t row = finished_rows_; row < end; ++row) {
      FillBackground(static_cast<uint32_t>(row), 0, left);
      FillBackground(static_cast<uint32_t>(row), right, canvas_width_);
    }
  }
  finished_rows_ = end;
  if (settings_.output == nullptr || !composes_) return OkStatus();
  return settings_.output->FinishRows(static_cast<uint32_t>(end));
}

Result<SharedFrame> FrameComposer::Finish() {
  JXLPOOL_RETURN_IF_ERROR(FinishRows(static_cast<uint32_t>(settings_.dimensions->height)));
  if (blends_) JXLPOOL_RETURN_IF_ERROR(FillRows(canvas_height_));
  if (settings_.output != nullptr) JXLPOOL_RETURN_IF_ERROR(settings_.output->Finish());
  SharedFrame saved = std::move(saved_);
  *this = FrameComposer();
  return saved;
}

}  // namespace jxlpool
