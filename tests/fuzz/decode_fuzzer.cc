#include "tests/fuzz/decode_fuzzer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/decode_once.h"

namespace jxlpool::fuzz {

constexpr uint64_t kMaxSamples = uint64_t{1} << 20;  // keeps a run short

Tally g_tally;

std::vector<uint8_t> MakeInput(uint32_t choice, const std::vector<uint8_t>& file) {
  std::vector<uint8_t> input(sizeof(choice) + file.size());
  std::memcpy(input.data(), &choice, sizeof(choice));
  std::copy(file.begin(), file.end(), input.begin() + sizeof(choice));
  return input;
}

}  // namespace jxlpool::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace jxlpool::fuzz;  // NOLINT(google-build-using-namespace): a C function cannot be in a namespace.
  uint32_t choice;
  if (size < sizeof(choice)) return 0;
  std::memcpy(&choice, data, sizeof(choice));
  DecodeSettings settings = VariedSettings(choice);
  settings.max_samples = kMaxSamples;
  const DecodeOutcome outcome = DecodeOnce(data + sizeof(choice), size - sizeof(choice), settings, nullptr);
  if (!outcome.violation.empty()) {
    std::fprintf(stderr, "%s\n", outcome.violation.c_str());
    std::abort();
  }
  ++g_tally.inputs;
  g_tally.frames += outcome.num_frames;
  if (outcome.status == JXLPOOL_OK && outcome.num_frames != 0) ++g_tally.decoded;
  if (outcome.jpeg_status == JXLPOOL_OK) ++g_tally.jpegs;
  return 0;
}
