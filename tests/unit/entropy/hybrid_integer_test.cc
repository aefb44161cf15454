#include "lib/entropy/hybrid_integer.h"

#include <gtest/gtest.h>

#include <bit>

#include "tests/unit/entropy/naive_decoder.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

template <typename Function>
void ForEachConfig(uint32_t log_alphabet_size, Function function) {
  // As many split exponents as the field can express.
  const uint32_t largest = log_alphabet_size == 15 || log_alphabet_size == 8 ? 15 : 7;
  for (uint8_t e = 0; e <= largest; ++e) {
    for (uint8_t m = 0; m <= e; ++m) {
      for (uint8_t l = 0; m + l <= e; ++l) {
        if (e == log_alphabet_size && m + l > 0) continue;
        function(HybridConfig{e, m, l});
      }
    }
  }
}

// Every configuration and token: the table entry and the plain rule give the same integer, for extra bits of all kinds.
TEST(HybridIntegerTest, EntriesAgreeWithTheRule) {
  for (const uint32_t log_alphabet_size : {5u, 6u, 7u, 8u, 15u}) {
    ForEachConfig(log_alphabet_size, [&](const HybridConfig& config) {
      const uint32_t step = log_alphabet_size == 15 ? 61 : 1;
      for (uint32_t token = 0; token < (1u << log_alphabet_size); token += (token < 256 ? 1 : step)) {
        const IntegerEntry entry = MakeIntegerEntry(config, token);
        ASSERT_LE(entry.extra_bits, 31);
        for (const uint32_t bits : {0u, ~0u, 0x9E3779B9u}) {
          std::vector<uint8_t> bytes(4);
          for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(bits >> (8 * i));
          naive::Bits reader(bytes, 0);
          const uint32_t expected =
              naive::ReadInteger(&reader, naive::Config{config.split_exponent, config.msb, config.lsb}, token);
          const uint32_t raw = bits & ((uint32_t{1} << entry.extra_bits) - 1);
          ASSERT_EQ(entry.base + (raw << entry.lsb), expected) << token;
          ASSERT_EQ(reader.position(), entry.extra_bits);
          if (entry.max_bits > 32) continue;
          ASSERT_LE(std::bit_width(expected), entry.max_bits);
          ASSERT_TRUE(bits != ~0u || std::bit_width(expected) == entry.max_bits);
        }
      }
    });
  }
}

// Every integer has a token, and different integers differ: tokens of valid configurations cover 0.. without gaps.
TEST(HybridIntegerTest, TokenisingIsInverted) {
  ForEachConfig(8, [](const HybridConfig& config) {
    for (uint64_t v = 0; v < (uint64_t{1} << 32); v = v < 5000 ? v + 1 : v * 3 + 1) {
      const uint32_t value = static_cast<uint32_t>(v);
      const Token token = Tokenise(config, value);
      if (token.token >= (1u << 15)) continue;
      const IntegerEntry entry = MakeIntegerEntry(config, token.token);
      ASSERT_EQ(entry.extra_bits, token.extra_bits);
      ASSERT_EQ(entry.base + (token.extra << entry.lsb), value);
    }
  });
}

TEST(HybridIntegerTest, ReadsEveryConfigurationAndRejectsTheRest) {
  for (const uint32_t log_alphabet_size : {5u, 6u, 7u, 8u, 15u}) {
    ForEachConfig(log_alphabet_size, [&](const HybridConfig& config) {
      BitWriter writer;
      WriteConfig(config, log_alphabet_size, &writer);
      BitReader reader(writer.bytes().data(), writer.bytes().size());
      const auto read = HybridConfig::Read(&reader, log_alphabet_size);
      ASSERT_TRUE(read.ok());
      EXPECT_EQ(read.value(), config);
      EXPECT_EQ(reader.BitsConsumed(), writer.position());
    });
    for (uint32_t bits = 0; bits < 4096; ++bits) {
      const std::vector<uint8_t> bytes = {static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8)};
      naive::Bits naive_reader(bytes, 0);
      naive::Config expected;
      const bool valid = naive::ReadConfig(&naive_reader, log_alphabet_size, &expected);
      BitReader reader(bytes.data(), bytes.size());
      const auto read = HybridConfig::Read(&reader, log_alphabet_size);
      ASSERT_EQ(read.ok(), valid);
      if (!valid) continue;
      EXPECT_EQ(read.value(), (HybridConfig{static_cast<uint8_t>(expected.e), static_cast<uint8_t>(expected.m),
                                            static_cast<uint8_t>(expected.l)}));
    }
  }
}

}  // namespace
}  // namespace jxlpool
