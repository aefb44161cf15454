#include "lib/entropy/hybrid_integer.h"

#include <algorithm>
#include <bit>

#include "lib/base/bits.h"

namespace jxlpool {

Result<HybridConfig> HybridConfig::Read(BitReader* reader, uint32_t log_alphabet_size) {
  const uint64_t position = reader->Position();
  const uint32_t split_exponent = reader->Read(CeilLog2(log_alphabet_size + 1));
  uint32_t msb = 0;
  uint32_t lsb = 0;
  if (split_exponent != log_alphabet_size) {
    msb = reader->Read(CeilLog2(split_exponent + 1));
    if (msb > split_exponent) return Corrupt("integer configuration with too many leading bits", position);
    lsb = reader->Read(CeilLog2(split_exponent - msb + 1));
    if (msb + lsb > split_exponent) return Corrupt("integer configuration with too many trailing bits", position);
  }
  return HybridConfig{static_cast<uint8_t>(split_exponent), static_cast<uint8_t>(msb), static_cast<uint8_t>(lsb)};
}

IntegerEntry MakeIntegerEntry(const HybridConfig& config, uint32_t token) {
  IntegerEntry entry;
  const uint32_t split = uint32_t{1} << config.split_exponent;
  if (token < split) {
    entry.base = token;
    entry.max_bits = static_cast<uint8_t>(std::bit_width(token));
    return entry;
  }
  const uint32_t in_token = uint32_t{config.msb} + config.lsb;
  const uint32_t extra_bits = config.split_exponent - in_token + ((token - split) >> in_token);
  const uint64_t leading = (uint64_t{1} << config.msb) | ((token >> config.lsb) & ((uint64_t{1} << config.msb) - 1));
  const uint64_t trailing = token & ((uint64_t{1} << config.lsb) - 1);
  entry.extra_bits = extra_bits & 31;
  entry.lsb = config.lsb;
  entry.base = static_cast<uint32_t>((leading << entry.extra_bits << config.lsb) | trailing);
  entry.max_bits = static_cast<uint8_t>(std::min<uint32_t>(255, in_token + extra_bits + 1));
  return entry;
}

}  // namespace jxlpool
