// Visits everything that a decoder tells about an open file besides its frames, and reads every byte that it hands
// out, for the address sanitizer. What is found goes nowhere. Input that is fed is fed as far as all this needs it.
#ifndef TESTS_FUZZ_FILE_TOUR_H_
#define TESTS_FUZZ_FILE_TOUR_H_

#include "jxlpool/jxlpool.hpp"
#include "tests/fuzz/input.h"
#include "tests/fuzz/promises.h"

namespace jxlpool::fuzz {

// Extra channels, profiles and metadata boxes.
void VisitMetadata(Input* input, const JxlpoolImageInfo& info, Promises* promises);

// All boxes, frame headers, the frame index and the gain map.
void VisitStructure(Input* input, const JxlpoolImageInfo& info, Promises* promises);

// The memory estimate, and a decoder that is warm before it starts.
void VisitEstimate(Input* input, uint32_t pixel_bytes, Promises* promises);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_FILE_TOUR_H_
