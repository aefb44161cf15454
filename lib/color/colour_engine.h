// ColourEngine: conversion of float samples between any two encodings, enumerated or ICC, with Little-CMS where
// formulas do not suffice.
//
//   ColourProfile source = ColourProfile::Enumerated(linear);        // or ColourProfile::Icc(bytes, size)
//   JXLPOOL_ASSIGN_OR_RETURN(ColourEngine engine, ColourEngine::Create(source, target, options, memory));
//   engine.ConvertRow(...);                                           // any number of threads, each with its own
//   scratch
//
// Everything the engine allocates comes from `memory`, which must outlive it. Create is slow (milliseconds); ConvertRow
// does not allocate. The profiles' bytes are not referenced after Create.
#ifndef LIB_COLOR_COLOUR_ENGINE_H_
#define LIB_COLOR_COLOUR_ENGINE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/colour_description.h"
#include "lib/color/transfer_functions.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// One side of a conversion; does not own the profile's bytes.
struct ColourProfile {
  const ColourDescription* description = nullptr;  // either this
  const uint8_t* icc = nullptr;                    // or these
  size_t icc_size = 0;

  static ColourProfile Enumerated(const ColourDescription& description) { return {&description, nullptr, 0}; }
  static ColourProfile Icc(const uint8_t* icc, size_t size) { return {nullptr, icc, size}; }
};

struct ColourEngineOptions {
  // Nits of linear 1.0 on either side.
  float source_intensity_target = 255;
  float target_intensity_target = 255;
};

class ColourEngine {
 public:
  // Converts nothing; assign a created engine.
  ColourEngine() = default;
  ColourEngine(ColourEngine&& other) noexcept;
  ColourEngine& operator=(ColourEngine&& other) noexcept;
  ColourEngine(const ColourEngine&) = delete;
  ColourEngine& operator=(const ColourEngine&) = delete;
  ~ColourEngine();

  // Errors: kUnsupported (grey to colour and the like, profile classes that cannot convert), kInvalidArgument (a
  // profile that cannot be parsed), kMemoryLimit.
  static Result<ColourEngine> Create(const ColourProfile& source, const ColourProfile& target,
                                     const ColourEngineOptions& options, Memory* memory);

  // 1, 3 or 4 (CMYK, with 0 = full ink).
  uint32_t source_channels() const { return source_channels_; }
  // 1 or 3.
  uint32_t target_channels() const { return target_channels_; }
  // True if ConvertRow would change nothing.
  bool identity() const { return identity_; }

  // Floats of scratch that ConvertRow needs for rows of any length.
  static constexpr size_t kScratchFloats = 8 * 1024;
  // Converts n samples per channel: in[0 .. source_channels) to out[0 .. target_channels); in and out may be the same
  // rows. `scratch` holds kScratchFloats and belongs to the calling thread.
  void ConvertRow(const float* const* in, float* const* out, size_t n, float* scratch) const;

 private:
  void Destroy();
  void ConvertBlock(const float* const* in, float* const* out, size_t n, float* scratch) const;

  void* context_ = nullptr;  // Little-CMS objects; null if formulas suffice
  void* transform_ = nullptr;
  Buffer state_;  // allocator state of the context; stays where it is
  uint32_t source_channels_ = 0;
  uint32_t target_channels_ = 0;
  bool identity_ = true;
  bool decodes_ = false;
  bool encodes_ = false;
  TransferParameters decode_;  // before the Little-CMS step
  TransferParameters encode_;  // after it
};

}  // namespace jxlpool

#endif  // LIB_COLOR_COLOUR_ENGINE_H_
