// Proves: bits come out most significant first; FF is stuffed in entropy-coded data only, wherever it comes from;
// padding bits are used in order and must suffice; long output arrives complete.
#include "lib/jpeg/jpeg_output.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lib/jpeg/scan_encoder.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

class Collector : public ByteSink {
 public:
  Status Write(const uint8_t* data, size_t size) override {
    bytes.insert(bytes.end(), data, data + size);
    return OkStatus();
  }
  std::vector<uint8_t> bytes;
};

class JpegOutputTest : public testing::Test {
 protected:
  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
  Collector sink_;
};

TEST_F(JpegOutputTest, PadsWithOnesAndStuffs) {
  JpegOutput output(&sink_, BitReader(), 0);
  ASSERT_TRUE(output.Prepare(&memory_).ok());
  output.Byte(0xFF);
  output.Word(0x12FF);
  output.Bits(3, 5);
  output.Align();  // 101 11111
  output.Bits(4, 15);
  output.Align();  // FF
  output.Byte(0xFF);
  EXPECT_TRUE(output.Finish().ok());
  EXPECT_EQ(sink_.bytes, (std::vector<uint8_t>{0xFF, 0x12, 0xFF, 0xBF, 0xFF, 0x00, 0xFF}));
}

TEST_F(JpegOutputTest, UsesPaddingInOrder) {
  const uint8_t padding = 0b00010110;  // least significant first: 0 1 1 0 1
  JpegOutput output(&sink_, BitReader(&padding, 1), 5);
  ASSERT_TRUE(output.Prepare(&memory_).ok());
  output.Bits(5, 0);
  output.Align();
  EXPECT_TRUE(output.has_unused_padding());
  output.Bits(6, 0);
  output.Align();
  EXPECT_FALSE(output.has_unused_padding());
  EXPECT_TRUE(output.Finish().ok());
  EXPECT_EQ(sink_.bytes, (std::vector<uint8_t>{3, 1}));
  output.Bits(7, 0);
  output.Align();
  EXPECT_EQ(output.Finish().code(), ErrorCode::kCorrupt);
}

TEST_F(JpegOutputTest, EqualsBitByBit) {
  std::mt19937 random(7);
  JpegOutput output(&sink_, BitReader(), 0);
  ASSERT_TRUE(output.Prepare(&memory_).ok());
  std::vector<uint8_t> expected;
  uint32_t byte = 0, count = 0;
  for (int i = 0; i < 100000; ++i) {
    const uint32_t length = static_cast<uint32_t>(random() % 33);
    uint32_t bits = random() % 3 == 0 ? ~0u : static_cast<uint32_t>(random());
    if (length < 32) bits &= (1u << length) - 1;
    output.Bits(length, bits);
    for (uint32_t b = length; b-- > 0;) {
      byte = (byte << 1 | (bits >> b & 1)) & 0xFF;
      if (++count % 8 != 0) continue;
      expected.push_back(static_cast<uint8_t>(byte));
      if (byte == 0xFF) expected.push_back(0);
    }
  }
  ASSERT_TRUE(output.Finish().ok());
  ASSERT_GT(sink_.bytes.size(), 100000u);
  // Up to 31 bits are pending.
  ASSERT_LE(sink_.bytes.size(), expected.size());
  expected.resize(sink_.bytes.size());
  EXPECT_TRUE(sink_.bytes == expected);
}

TEST(HuffmanTableTest, AssignsCodesInOrder) {
  JpegHuffmanCode code;
  code.counts[1] = 1;
  code.counts[3] = 3;
  code.num_values = 4;
  code.values[0] = 7;
  code.values[1] = 2;
  code.values[2] = 0xF0;
  code.values[3] = JpegHuffmanCode::kSentinel;
  JpegHuffmanTable table;
  MakeHuffmanTable(code, &table);
  EXPECT_EQ(table.words[7], 1u << 16 | 0u);
  EXPECT_EQ(table.words[2], 3u << 16 | 4u);
  EXPECT_EQ(table.words[0xF0], 3u << 16 | 5u);
  EXPECT_EQ(table.words[0], 0u);
}

}  // namespace
}  // namespace jxlpool
