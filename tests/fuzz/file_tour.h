// Visits everything that a decoder tells about an open file besides its frames, and reads every byte that it hands
// out, for the address sanitizer. What is found goes nowhere.
#ifndef TESTS_FUZZ_FILE_TOUR_H_
#define TESTS_FUZZ_FILE_TOUR_H_

#include "jxlpool/jxlpool.hpp"
#include "tests/fuzz/promises.h"

namespace jxlpool::fuzz {

// Extra channels, profiles and metadata boxes.
void VisitMetadata(Decoder* decoder, const JxlpoolImageInfo& info, Promises* promises);

// All boxes, frame headers, the frame index and the gain map.
void VisitStructure(Decoder* decoder, const JxlpoolImageInfo& info, Promises* promises);

// The memory estimate, and a decoder that is warm before it starts.
void VisitEstimate(Decoder* decoder, uint32_t pixel_bytes, Promises* promises);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_FILE_TOUR_H_
