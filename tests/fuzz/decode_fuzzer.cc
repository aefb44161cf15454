// libFuzzer's entry: the first two bytes choose the settings, the rest is the file.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/decode_once.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const uint64_t choice = data[0] | static_cast<uint64_t>(data[1]) << 8;
  const auto outcome = jxlpool::fuzz::DecodeOnce(data + 2, size - 2, jxlpool::fuzz::VariedSettings(choice), nullptr);
  if (!outcome.violation.empty()) {
    std::fprintf(stderr, "%s\n", outcome.violation.c_str());
    std::abort();
  }
  return 0;
}
