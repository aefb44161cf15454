// One decode of untrusted bytes through the public interface, with everything that must hold whatever the bytes are.
#ifndef TESTS_FUZZ_DECODE_ONCE_H_
#define TESTS_FUZZ_DECODE_ONCE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "jxlpool/jxlpool.h"

namespace jxlpool::fuzz {

enum class Delivery {
  kRows,          // to a callback
  kPixels,        // to a buffer of exactly the size of the frame
  kPaddedPixels,  // with gaps between rows, which must stay as they are
  kBoth           // rows and pixels at once, which must be the same
};

enum class SeekBack { kNever, kExact, kUseIndex };

struct DecodeSettings {
  uint64_t memory_limit = uint64_t{256} << 20;  // bytes
  uint64_t max_samples = uint64_t{1} << 22;     // small, so that time is bounded
  uint32_t num_threads = 1;
  bool allow_partial = false;
  bool layers = false;
  uint32_t downsampling = 1;
  JxlpoolChannels channels = JXLPOOL_CHANNELS_ALL;
  JxlpoolSampleType sample_type = JXLPOOL_FLOAT32;
  JxlpoolMode mode = JXLPOOL_MODE_AUTOMATIC;
  bool keep_orientation = false;
  bool keep_spot_colors = false;
  bool unpremultiply = false;
  const char* color_encoding = nullptr;
  Delivery delivery = Delivery::kRows;
  bool pull = false;                      // kRows: ask for the rows instead
  bool metadata = true;                   // also ask for boxes, profiles, extra channels and the preview
  bool structure = false;                 // also look at all boxes, frame headers, the frame index and the gain map
  bool estimate = false;                  // also estimate the memory and fetch it in advance
  SeekBack seek_back = SeekBack::kNever;  // after the last frame: decode one of them again, which must be the same
  bool jpeg = true;                       // also reconstruct the JPEG, before the frames
  bool frames = true;
  // Not 0: the file is fed in pieces that this chooses, now and then after a decode that was cancelled in the middle.
  // Meanwhile pictures of the frames are looked at. It must give what it gives from memory.
  uint64_t feed_seed = 0;
};

// Settings that the low 32 bits of a number choose, so that all paths of the interface are visited. 0 chooses the
// defaults, and so do most values of each group of bits.
DecodeSettings VariedSettings(uint64_t choice);

struct DecodeOutcome {
  JxlpoolStatus status = JXLPOOL_OK;  // JXLPOOL_OK: all frames decoded; JXLPOOL_PARTIAL: some of them partly
  uint32_t num_frames = 0;            // decoded
  uint64_t pixel_hash = 0;            // of all delivered rows
  JxlpoolStatus jpeg_status = JXLPOOL_END;
  uint64_t jpeg_hash = 0;    // of the reconstructed bytes
  uint64_t jpeg_size = 0;    // bytes
  uint64_t peak_bytes = 0;   // of the decoder's pooled memory
  double cpu_seconds = 0;    // of the whole process
  std::string jpeg_message;  // why there is no JPEG; empty if there is one
  std::string violation;     // a broken promise; empty if none
};

// Reconstructs the JPEG and decodes all frames, as settings say. `pool` may be null. Not reentrant as far as
// cpu_seconds is concerned.
DecodeOutcome DecodeOnce(const uint8_t* data, size_t size, const DecodeSettings& settings, JxlpoolPool* pool);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_DECODE_ONCE_H_
