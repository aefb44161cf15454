#include "lib/bitstream/bit_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace jxlpool {
namespace {

uint64_t BitsAt(const std::vector<uint8_t>& bytes, uint64_t position, uint32_t count) {
  uint64_t value = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t at = position + i;
    if (at / 8 < bytes.size()) value |= uint64_t{(bytes[at / 8] >> (at % 8)) & 1u} << i;
  }
  return value;
}

// Any sequence of reads and skips gives the bits that a bit-by-bit reader gives, zeros after the end.
TEST(BitReaderTest, AgreesWithBitByBitReading) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 40; ++size) {
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    for (int repeat = 0; repeat < 20; ++repeat) {
      BitReader reader(bytes.data(), bytes.size());
      uint64_t position = 0;
      while (position < 8 * size + 100) {
        const uint32_t count = static_cast<uint32_t>(random() % 33);
        if (random() % 8 == 0) {
          const uint64_t skip = random() % 150;
          reader.Skip(skip);
          position += skip;
        } else {
          EXPECT_EQ(reader.Read(count), BitsAt(bytes, position, count));
          position += count;
        }
        EXPECT_EQ(reader.BitsConsumed(), position);
        EXPECT_EQ(reader.overrun(), position > 8 * size);
      }
    }
  }
}

TEST(BitReaderTest, PaddingMustBeZero) {
  const uint8_t bytes[] = {0x03, 0x07, 0x00};
  BitReader reader(bytes, sizeof(bytes), 800);
  reader.Read(2);
  EXPECT_TRUE(reader.ZeroPadToByte().ok());
  EXPECT_EQ(reader.Position(), 808u);
  EXPECT_TRUE(reader.ZeroPadToByte().ok());
  EXPECT_EQ(reader.Position(), 808u);
  reader.Read(1);
  const Status status = reader.ZeroPadToByte();
  EXPECT_EQ(status.code(), ErrorCode::kCorrupt);
  EXPECT_EQ(status.bit_position(), 809u);
}

}  // namespace
}  // namespace jxlpool
