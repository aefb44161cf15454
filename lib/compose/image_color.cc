#include "lib/compose/image_color.h"

#include <cstring>

#include "lib/color/encoding_names.h"
#include "lib/color/icc_recognition.h"
#include "lib/color/icc_synthesis.h"

namespace jxlpool {
namespace {

Status CopyBytes(const PoolVector<uint8_t>& from, Memory* memory, PoolVector<uint8_t>* to) {
  *to = PoolVector<uint8_t>(memory, Category::kInput);
  JXLPOOL_RETURN_IF_ERROR(to->ResizeUninitialized(from.size()));
  if (!from.empty()) std::memcpy(to->data(), from.data(), from.size());
  return OkStatus();
}

// Leaves `icc` empty for encodings that have no profile.
Status SynthesiseIfPossible(const ColorDescription& description, Memory* memory, PoolVector<uint8_t>* icc) {
  *icc = PoolVector<uint8_t>(memory, Category::kInput);
  auto synthesised = SynthesiseIcc(description, memory);
  if (synthesised.ok()) {
    *icc = std::move(synthesised).value();
  } else if (synthesised.status().code() == ErrorCode::kMemoryLimit) {
    return synthesised.status();
  }
  return OkStatus();
}

ColorProfile OriginalProfile(const ImageColor& color, bool embedded) {
  return embedded ? ColorProfile::Icc(color.original_icc.data(), color.original_icc.size())
                  : ColorProfile::Enumerated(*color.original);
}

// Makes the engine from `source` to the delivered encoding.
Status MakeEngine(const ImageHeader& image, const ColorProfile& source, const ColorProfile& target, Memory* memory,
                  ImageColor* color) {
  ColorEngineOptions options;
  options.source_intensity_target = image.tone_mapping.intensity_target;
  options.target_intensity_target = image.tone_mapping.intensity_target;
  JXLPOOL_ASSIGN_OR_RETURN(color->engine, ColorEngine::Create(source, target, options, memory));
  color->has_engine = !color->engine.identity();
  if (color->engine.source_channels() == 4) {
    color->black = image.FindExtraChannel(ExtraChannelType::kBlack);
    if (color->black < 0) return Unsupported("a CMYK profile without a black channel cannot be converted");
  }
  return OkStatus();
}

Status SetUpXyb(const ImageHeader& image, bool grey, Memory* memory, ImageColor* color) {
  const float intensity_target = image.tone_mapping.intensity_target;
  const ColorDescription working = DefaultXybOutput(color->original ? &*color->original : nullptr, grey);
  JXLPOOL_ASSIGN_OR_RETURN(color->to_working,
                           ColorTransform::Xyb(image.opsin_inverse_matrix, intensity_target, working));
  if (!color->data) {
    color->data = working;
    return OkStatus();
  }
  if (color->data->grey() != working.grey()) {
    return Unsupported("grey and color cannot be converted into each other");
  }
  if (IsConvertible(*color->data)) {
    JXLPOOL_ASSIGN_OR_RETURN(color->to_data,
                             ColorTransform::Xyb(image.opsin_inverse_matrix, intensity_target, *color->data));
    color->has_direct = true;
  }
  return MakeEngine(image, ColorProfile::Enumerated(working), ColorProfile::Enumerated(*color->data), memory, color);
}

}  // namespace

Status SetUpImageColor(const ImageHeader& image, PoolVector<uint8_t> embedded_icc, const char* requested,
                       Memory* memory, ImageColor* color) {
  const bool embedded = image.color_encoding.want_icc;
  const bool grey = image.NumColorChannels() == 1;
  if (embedded) {
    color->original_icc = std::move(embedded_icc);
  } else {
    color->original = image.color_encoding.description;
    JXLPOOL_RETURN_IF_ERROR(SynthesiseIfPossible(*color->original, memory, &color->original_icc));
  }
  if (requested[0] != '\0') {
    JXLPOOL_ASSIGN_OR_RETURN(color->data, ParseEncodingName(requested));
  }
  if (image.xyb_encoded) {
    JXLPOOL_RETURN_IF_ERROR(SetUpXyb(image, grey, memory, color));
  } else if (color->data && !(color->original && SameEncoding(*color->original, *color->data))) {
    JXLPOOL_RETURN_IF_ERROR(
        MakeEngine(image, OriginalProfile(*color, embedded), ColorProfile::Enumerated(*color->data), memory, color));
  } else {
    color->data = color->original;
  }
  color->num_color = color->data ? color->data->num_channels() : image.NumColorChannels();
  if (color->data) return SynthesiseIfPossible(*color->data, memory, &color->data_icc);
  return CopyBytes(color->original_icc, memory, &color->data_icc);
}

}  // namespace jxlpool
