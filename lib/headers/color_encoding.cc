#include "lib/headers/color_encoding.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

constexpr uint64_t kColorSpaces =
    EnumMembers(ColorSpace::kRgb, ColorSpace::kGrey, ColorSpace::kXyb, ColorSpace::kUnknown);
constexpr uint64_t kWhitePoints = EnumMembers(WhitePoint::kD65, WhitePoint::kCustom, WhitePoint::kE, WhitePoint::kDci);
constexpr uint64_t kPrimaries = EnumMembers(Primaries::kSrgb, Primaries::kCustom, Primaries::kBt2100, Primaries::kP3);
constexpr uint64_t kTransferFunctions = EnumMembers(Transfer::k709, Transfer::kUnknown, Transfer::kLinear,
                                                    Transfer::kSrgb, Transfer::kPq, Transfer::kDci, Transfer::kHlg);
constexpr uint64_t kRenderingIntents = EnumMembers(RenderingIntent::kPerceptual, RenderingIntent::kRelative,
                                                   RenderingIntent::kSaturation, RenderingIntent::kAbsolute);

Customxy ReadCustomxy(FieldReader* reader) {
  constexpr U32Coding kCoding = {{Bits(19), BitsPlus(524288, 19), BitsPlus(1048576, 20), BitsPlus(2097152, 21)}};
  Customxy xy;
  xy.x = reader->SignedU32(kCoding);
  xy.y = reader->SignedU32(kCoding);
  return xy;
}

void ReadTransfer(FieldReader* reader, ColorDescription* description) {
  if (reader->Bool()) {
    description->transfer = Transfer::kGamma;
    description->gamma = reader->U(24);
  } else {
    description->transfer = reader->Enum<Transfer>(kTransferFunctions, "undefined transfer function");
  }
}

void ReadDescription(FieldReader* reader, ColorDescription* description) {
  if (description->space == ColorSpace::kXyb) {
    description->transfer = Transfer::kGamma;
    description->gamma = ColorDescription::kGammaOne / 3;
  } else {
    description->white_point = reader->Enum<WhitePoint>(kWhitePoints, "undefined white point");
    if (description->white_point == WhitePoint::kCustom) description->white = ReadCustomxy(reader);
    if (description->space != ColorSpace::kGrey) {
      description->primaries = reader->Enum<Primaries>(kPrimaries, "undefined primaries");
      if (description->primaries == Primaries::kCustom) {
        description->red = ReadCustomxy(reader);
        description->green = ReadCustomxy(reader);
        description->blue = ReadCustomxy(reader);
      }
    }
    ReadTransfer(reader, description);
  }
  description->intent = reader->Enum<RenderingIntent>(kRenderingIntents, "undefined rendering intent");
}

}  // namespace

void ReadColorEncoding(FieldReader* reader, ColorEncoding* encoding) {
  *encoding = ColorEncoding();
  encoding->all_default = reader->Bool();
  if (encoding->all_default) return;
  encoding->want_icc = reader->Bool();
  encoding->description.space = reader->Enum<ColorSpace>(kColorSpaces, "undefined color space");
  if (encoding->want_icc) return;
  ReadDescription(reader, &encoding->description);
  const Status usable = CheckDescription(encoding->description);
  reader->Expect(usable.ok(), usable.message());
}

}  // namespace jxlpool
