// Damages JPEG reconstruction data behind its coding, so that what a decoder refuses is what the fields say and not how
// they are packed. Deterministic.
#ifndef TESTS_FUZZ_JPEG_MUTATOR_H_
#define TESTS_FUZZ_JPEG_MUTATOR_H_

#include "tests/fuzz/jbrd_fields.h"
#include "tests/fuzz/mutator.h"

namespace jxlpool::fuzz {

// Changes a few fields.
void MutateFields(JbrdFields* fields, Random* random);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_JPEG_MUTATOR_H_
