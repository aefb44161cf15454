#include "tools/bench/synthetic_stream.h"

#include <algorithm>
#include <random>
#include <utility>

#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

constexpr uint32_t kMinCopySymbol = 40;
constexpr uint32_t kCopyLength = 8;  // less min_length

// Code lengths of the symbols; 0: not used.
std::vector<uint32_t> SymbolLengths(Spread spread, Runs runs) {
  std::vector<uint32_t> lengths;
  if (spread == Spread::kNarrow) {
    for (uint32_t length = 1; length <= 8; ++length) lengths.push_back(length);
    lengths.push_back(8);
  } else {
    lengths.assign(8, 4);
    lengths.insert(lengths.end(), 8, 5);
    lengths.insert(lengths.end(), 16, 6);
  }
  if (runs == Runs::kNone) return lengths;
  // The copy symbol takes half of the place of the first one.
  const uint32_t copy_length = ++lengths.front();
  lengths.resize(kMinCopySymbol + 1 + kCopyLength);
  lengths.back() = copy_length;
  return lengths;
}

std::vector<uint32_t> FrequenciesOf(const std::vector<uint32_t>& lengths) {
  std::vector<uint32_t> frequencies(lengths.size());
  std::transform(lengths.begin(), lengths.end(), frequencies.begin(),
                 [](uint32_t length) { return length == 0 ? 0 : 4096u >> length; });
  return frequencies;
}

// Copies kCopyLength + min_length integers.
Token CopyToken() { return Token{kMinCopySymbol + kCopyLength, 0, 0}; }

TestCode MakeCode(Coding coding, Spread spread, Runs runs, size_t num_contexts) {
  TestCode code;
  code.prefix = coding == Coding::kPrefix;
  code.log_alphabet_size = 6;
  code.lz77 = runs != Runs::kNone;
  code.min_symbol = kMinCopySymbol;
  code.min_length = 3;
  code.length_config = HybridConfig{4, 0, 0};
  for (size_t i = 0; i < num_contexts; ++i) {
    code.map.push_back(static_cast<uint8_t>(i % SyntheticStream::kNumClusters));
  }
  const uint32_t used = static_cast<uint32_t>(std::min<size_t>(num_contexts, SyntheticStream::kNumClusters));
  const std::vector<uint32_t> lengths = SymbolLengths(spread, runs);
  const std::vector<uint32_t> frequencies = FrequenciesOf(lengths);
  const HybridConfig config = spread == Spread::kNarrow ? HybridConfig{4, 2, 0} : HybridConfig{3, 1, 0};
  code.configs.assign(used, config);
  code.frequencies.assign(used, frequencies);
  code.lengths.assign(used, lengths);
  if (code.lz77) {  // a cluster for distances: always the previous integer, or a few distances
    code.map.push_back(static_cast<uint8_t>(used));
    code.configs.push_back(HybridConfig{4, 0, 0});
    std::vector<uint32_t> distance_lengths = {1};
    std::vector<uint32_t> distances = {4096, 0, 0};
    if (runs == Runs::kWindow) {
      distance_lengths.assign(8, 3);
      distances.assign(8, 512);
    }
    code.frequencies.push_back(distances);
    code.lengths.push_back(distance_lengths);
  }
  if (code.prefix) {
    code.frequencies.clear();
  } else {
    code.lengths.clear();
  }
  return code;
}

}  // namespace

BitReader SyntheticStream::Reader() const {
  BitReader reader(bytes.data(), bytes.size());
  uint64_t left = first_bit;
  for (; left > 32; left -= 32) reader.Read(32);
  reader.Read(static_cast<uint32_t>(left));
  return reader;
}

std::optional<SyntheticStream> MakeSyntheticStream(Coding coding, Spread spread, Runs runs, size_t num_contexts,
                                                   size_t num_integers, Memory* memory) {
  const TestCode code = MakeCode(coding, spread, runs, num_contexts);
  const std::vector<uint32_t> weights = FrequenciesOf(SymbolLengths(spread, runs));
  std::mt19937 random(1);
  std::discrete_distribution<uint32_t> symbols(weights.begin(), weights.end());
  TestStream tokens(code);
  SyntheticStream stream;
  while (stream.num_integers < num_integers) {
    // Without copies any cluster will do: all have the same distribution.
    const uint32_t symbol = symbols(random);
    if (runs != Runs::kNone && symbol == CopyToken().token && stream.num_integers > 0) {
      tokens.AddToken(0, CopyToken());
      tokens.AddInteger(code.map.back(), runs == Runs::kRepeats ? 0 : static_cast<uint32_t>(random() % 8));
      stream.num_integers += kCopyLength + code.min_length;
      continue;
    }
    const uint32_t token = symbol >= kMinCopySymbol ? 0 : symbol;
    const uint32_t extra_bits = MakeIntegerEntry(code.configs[0], token).extra_bits;
    tokens.AddToken(0, Token{token, extra_bits, static_cast<uint32_t>(random()) & ((1u << extra_bits) - 1)});
    ++stream.num_integers;
  }
  BitWriter writer;
  code.Write(&writer);
  stream.first_bit = writer.position();
  tokens.Write(&writer);
  stream.bytes = writer.bytes();
  BitReader reader(stream.bytes.data(), stream.bytes.size());
  auto read = EntropyCode::Read(&reader, memory, num_contexts);
  if (!read.ok()) return std::nullopt;
  stream.code = std::move(read).value();
  return stream;
}

}  // namespace jxlpool
