// ColorTransform: takes the decoded planes of a frame to its output encoding, row by row: inverse XYB or YCbCr,
// primaries and transfer function in one go.
//
// It is a plain value that does not change. Making one is cheap and acquires no memory; all methods are thread-safe.
// Rows are changed in place and need neither alignment nor padding. p0, p1, p2 hold X, Y, B, or Cb, Y, Cr, or R, G, B.
//
// Grey output of an XYB image: only p0 is written, p1 and p2 keep their contents.
#ifndef LIB_COLOR_COLOR_TRANSFORM_H_
#define LIB_COLOR_COLOR_TRANSFORM_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/transfer_functions.h"
#include "lib/color/xyb.h"
#include "lib/headers/color_description.h"
#include "lib/headers/image_header.h"

namespace jxlpool {

// Returns the encoding that an XYB image is delivered in by default: its own if that is convertible, else linear sRGB
// (linear grey). `signalled` is null for images that carry an ICC profile; `grey` is the coded color space field.
ColorDescription DefaultXybOutput(const ColorDescription* signalled, bool grey);

class ColorTransform {
 public:
  enum class Kind : uint8_t { kNone, kYcbcr, kXyb, kScaledXyb };

  // Does nothing.
  ColorTransform() = default;

  // For samples that are in the signalled encoding already.
  static ColorTransform None() { return ColorTransform(); }
  static ColorTransform Ycbcr();
  // For an XYB frame that is delivered in `output`; linear 1.0 is intensity_target nits. Errors: kCorrupt,
  // kInvalidArgument (an output encoding without matrix or transfer function).
  static Result<ColorTransform> Xyb(const OpsinInverseMatrix& opsin, float intensity_target,
                                    const ColorDescription& output);
  // As Xyb, tone-mapped later: the transfer function takes linear 1.0 as `output_intensity_target` nits.
  static Result<ColorTransform> Xyb(const OpsinInverseMatrix& opsin, float intensity_target,
                                    const ColorDescription& output, float output_intensity_target);

  // Does what ApplyInverse and then ApplyTransferFunction do, in one go.
  void Apply(float* p0, float* p1, float* p2, size_t n) const;
  // Takes XYB to linear light of the output primaries, or YCbCr to RGB.
  void ApplyInverse(float* p0, float* p1, float* p2, size_t n) const;
  // Takes linear light to the output signal; does nothing for kNone, kYcbcr and kScaledXyb.
  void ApplyTransferFunction(float* p0, float* p1, float* p2, size_t n) const;

 private:
  Kind kind_ = Kind::kNone;
  bool grey_ = false;
  XybParameters xyb_;
  TransferParameters transfer_;
};

}  // namespace jxlpool

#endif  // LIB_COLOR_COLOR_TRANSFORM_H_
