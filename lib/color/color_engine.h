// ColorEngine: converts float samples between any two encodings, enumerated or ICC, with formulas where both sides are
// enumerated, with Little-CMS otherwise.
//
//   JXLPOOL_ASSIGN_OR_RETURN(ColorEngine engine,
//                            ColorEngine::Create(ColorProfile::Enumerated(from), ColorProfile::Icc(bytes, size),
//                                                 ColorEngineOptions(), memory));
//   engine.ConvertRow(in, out, n, scratch);   // any number of threads, each with its own scratch
//
// Everything the engine allocates comes from `memory`, which must outlive it. Create is slow (milliseconds); ConvertRow
// does not allocate. The profiles are not referenced after Create.
#ifndef LIB_COLOR_COLOR_ENGINE_H_
#define LIB_COLOR_COLOR_ENGINE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/cms_context.h"
#include "lib/color/encoding_matrix.h"
#include "lib/color/transfer_functions.h"
#include "lib/headers/color_description.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// One side of a conversion; the profile's bytes are not owned.
struct ColorProfile {
  bool enumerated = true;
  ColorDescription description;  // if enumerated
  const uint8_t* icc = nullptr;  // otherwise
  size_t icc_size = 0;

  static ColorProfile Enumerated(const ColorDescription& description) { return {true, description, nullptr, 0}; }
  static ColorProfile Icc(const uint8_t* icc, size_t size) { return {false, {}, icc, size}; }
};

struct ColorEngineOptions {
  // Nits of linear 1.0 on either side, for PQ and HLG.
  float source_intensity_target = 255;
  float target_intensity_target = 255;
};

class ColorEngine {
 public:
  // Converts nothing; assign a created engine.
  ColorEngine() = default;
  ColorEngine(ColorEngine&& other) noexcept;
  ColorEngine& operator=(ColorEngine&& other) noexcept;
  ColorEngine(const ColorEngine&) = delete;
  ColorEngine& operator=(const ColorEngine&) = delete;
  ~ColorEngine() { Destroy(); }

  // The rendering intent is the target's; between enumerated encodings all intents are relative colorimetric. Errors:
  // kUnsupported (grey to color and the reverse, a profile that cannot be a source or target), kCorrupt (a profile that
  // cannot be parsed, unusable chromaticities), kMemoryLimit.
  static Result<ColorEngine> Create(const ColorProfile& source, const ColorProfile& target,
                                    const ColorEngineOptions& options, Memory* memory);

  // 1, 3 or 4 (CMYK, with 0 = full ink).
  uint32_t source_channels() const { return source_channels_; }
  // True if ConvertRow changes nothing.
  bool identity() const { return !decodes_ && !encodes_ && step_ == Step::kNone; }

  // ConvertRow needs this many floats of scratch, for rows of any length.
  static constexpr size_t kScratchFloats = 7 * 1024;
  // Converts n samples per channel: in[0 .. source_channels) to out, which has 3 rows for CMYK, else as many as in. A
  // row of `out` may be a row of `in`, but not overlap it otherwise. `scratch` belongs to the calling thread.
  void ConvertRow(const float* const* in, float* const* out, size_t n, float* scratch) const;

 private:
  enum class Step : uint8_t { kNone, kMatrix, kCms };

  Status CreateByFormulas(const ColorDescription& source, const ColorDescription& target);
  Status CreateWithCms(const ColorProfile& source, const ColorProfile& target, Memory* memory);
  Status SetTransfers(const ColorProfile& source, const ColorProfile& target, const ColorEngineOptions& options);
  void ConvertBlock(const float* const* in, float* const* out, size_t n, float* scratch) const;
  void RunCms(const float* const* in, float* const* out, size_t n, float* scratch) const;
  void Destroy();

  uint32_t source_channels_ = 3;
  uint32_t target_channels_ = 3;  // 1 or 3
  bool decodes_ = false;          // transfer function of an enumerated source
  bool encodes_ = false;          // and target
  bool limits_ = false;           // scale down what the OOTF pushes over 1
  Step step_ = Step::kNone;
  TransferParameters decode_;
  TransferParameters encode_;
  ColorMatrix matrix_;
  CmsContext context_;
  void* transform_ = nullptr;  // of context_
};

}  // namespace jxlpool

#endif  // LIB_COLOR_COLOR_ENGINE_H_
