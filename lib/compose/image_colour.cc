#include "lib/compose/image_colour.h"

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
Status SynthesiseIfPossible(const ColourDescription& description, Memory* memory, PoolVector<uint8_t>* icc) {
  *icc = PoolVector<uint8_t>(memory, Category::kInput);
  auto synthesised = SynthesiseIcc(description, memory);
  if (synthesised.ok()) {
    *icc = std::move(synthesised).value();
  } else if (synthesised.status().code() == ErrorCode::kMemoryLimit) {
    return synthesised.status();
  }
  return OkStatus();
}

ColourProfile OriginalProfile(const ImageColour& colour, bool embedded) {
  return embedded ? ColourProfile::Icc(colour.original_icc.data(), colour.original_icc.size())
                  : ColourProfile::Enumerated(*colour.original);
}

// The engine from `source` to the delivered encoding.
Status MakeEngine(const ImageHeader& image, const ColourProfile& source, const ColourProfile& target, Memory* memory,
                  ImageColour* colour) {
  ColourEngineOptions options;
  options.source_intensity_target = image.tone_mapping.intensity_target;
  options.target_intensity_target = image.tone_mapping.intensity_target;
  JXLPOOL_ASSIGN_OR_RETURN(colour->engine, ColourEngine::Create(source, target, options, memory));
  colour->has_engine = !colour->engine.identity();
  if (colour->engine.source_channels() == 4) {
    colour->black = image.FindExtraChannel(ExtraChannelType::kBlack);
    if (colour->black < 0) return InvalidArgument("a CMYK profile without a black channel cannot be converted");
  }
  return OkStatus();
}

Status SetUpXyb(const ImageHeader& image, bool grey, Memory* memory, ImageColour* colour) {
  const float intensity_target = image.tone_mapping.intensity_target;
  const ColourDescription working = DefaultXybOutput(colour->original ? &*colour->original : nullptr, grey);
  JXLPOOL_ASSIGN_OR_RETURN(colour->to_working,
                           ColourTransform::Xyb(image.opsin_inverse_matrix, intensity_target, working));
  if (!colour->data) {
    colour->data = working;
    return OkStatus();
  }
  if (colour->data->grey() != working.grey()) {
    return InvalidArgument("grey and colour cannot be converted into each other");
  }
  if (IsConvertible(*colour->data)) {
    JXLPOOL_ASSIGN_OR_RETURN(colour->to_data,
                             ColourTransform::Xyb(image.opsin_inverse_matrix, intensity_target, *colour->data));
    colour->has_direct = true;
  }
  return MakeEngine(image, ColourProfile::Enumerated(working), ColourProfile::Enumerated(*colour->data), memory,
                    colour);
}

}  // namespace

Status SetUpImageColour(const ImageHeader& image, PoolVector<uint8_t> embedded_icc, const char* requested,
                        Memory* memory, ImageColour* colour) {
  const bool embedded = image.colour_encoding.want_icc;
  const bool grey = image.NumColourChannels() == 1;
  if (embedded) {
    colour->original_icc = std::move(embedded_icc);
  } else {
    colour->original = ColourDescription::FromHeader(image.colour_encoding);
    JXLPOOL_RETURN_IF_ERROR(SynthesiseIfPossible(*colour->original, memory, &colour->original_icc));
  }
  if (requested[0] != '\0') {
    JXLPOOL_ASSIGN_OR_RETURN(colour->data, ParseEncodingName(requested));
  }
  if (image.xyb_encoded) {
    JXLPOOL_RETURN_IF_ERROR(SetUpXyb(image, grey, memory, colour));
  } else if (colour->data && !(colour->original && SameEncoding(*colour->original, *colour->data))) {
    JXLPOOL_RETURN_IF_ERROR(MakeEngine(image, OriginalProfile(*colour, embedded),
                                       ColourProfile::Enumerated(*colour->data), memory, colour));
  } else {
    colour->data = colour->original;
  }
  colour->num_colour = colour->data ? colour->data->num_channels() : image.NumColourChannels();
  if (colour->data) return SynthesiseIfPossible(*colour->data, memory, &colour->data_icc);
  return CopyBytes(colour->original_icc, memory, &colour->data_icc);
}

}  // namespace jxlpool
