// Entropy-coded streams of random integers, made with the encoder of the unit tests.
#ifndef TOOLS_BENCH_SYNTHETIC_STREAM_H_
#define TOOLS_BENCH_SYNTHETIC_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/pool/memory.h"

namespace jxlpool {

enum class Coding { kAns, kPrefix };

// Distributions whose frequencies are powers of two, so that prefix codes and ANS make streams of the same size.
enum class Spread {
  kNarrow,  // 2 bits per symbol, almost no extra bits
  kWide,    // 4.75 bits per symbol, and extra bits for half of them
};

// What copies the stream contains, and how common they are.
enum class Runs { kNone, kRepeats, kWindow };

struct SyntheticStream {
  static constexpr uint32_t kNumClusters = 7;  // all with the same distribution: any context gives the same integers

  EntropyCode code;
  std::vector<uint8_t> bytes;
  uint64_t first_bit = 0;  // where the integers start
  size_t num_integers = 0;

  // At the first integer. The stream must outlive the reader.
  BitReader Reader() const;
};

// `num_integers` integers with `num_contexts` contexts that are spread over the clusters. Nothing if there is not
// enough memory.
std::optional<SyntheticStream> MakeSyntheticStream(Coding coding, Spread spread, Runs runs, size_t num_contexts,
                                                   size_t num_integers, Memory* memory);

}  // namespace jxlpool

#endif  // TOOLS_BENCH_SYNTHETIC_STREAM_H_
