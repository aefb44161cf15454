// What decode_fuzzer is fed: four bytes that choose the settings (little-endian, see VariedSettings), then a file.
#ifndef TESTS_FUZZ_DECODE_FUZZER_H_
#define TESTS_FUZZ_DECODE_FUZZER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jxlpool::fuzz {

std::vector<uint8_t> MakeInput(uint32_t choice, const std::vector<uint8_t>& file);

// What became of the inputs so far.
struct Tally {
  uint64_t inputs = 0;
  uint64_t decoded = 0;  // with a file of which every frame was decoded
  uint64_t frames = 0;
  uint64_t jpegs = 0;
};
extern Tally g_tally;

}  // namespace jxlpool::fuzz

// libFuzzer's entry. Aborts when a promise is broken.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#endif  // TESTS_FUZZ_DECODE_FUZZER_H_
