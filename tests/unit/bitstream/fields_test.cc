// The elementary field types: exhaustively where the domain is small, at every boundary else.
#include "lib/bitstream/fields.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "lib/bitstream/varint.h"
#include "lib/pool/buffer_pool.h"
#include "tests/unit/bitstream/field_writer.h"

namespace jxlpool {
namespace {

struct Input {
  explicit Input(const std::vector<uint8_t>& bytes) : reader(bytes.data(), bytes.size()), fields(&reader) {}
  BitReader reader;
  FieldReader fields;
};

TEST(FieldsTest, F16OfEveryBitPattern) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const FieldWriter writer = FieldWriter().U(16, bits);
    Input input(writer.bytes());
    const float value = input.fields.F16();
    const int exponent = (bits >> 10) & 31;
    const double fraction = (bits & 1023) / 1024.0;
    if (exponent == 31) {
      EXPECT_EQ(input.fields.status().code(), ErrorCode::kCorrupt) << bits;
      continue;
    }
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1.0 + fraction, exponent - 15);
    EXPECT_TRUE(input.fields.ok());
    EXPECT_EQ(std::abs(value), magnitude) << bits;
    EXPECT_EQ(std::signbit(value), bits >= 32768) << bits;
  }
}

TEST(FieldsTest, U64OfSmallValuesAndAllBoundaries) {
  std::vector<uint64_t> values;
  for (uint64_t value = 0; value < 70000; ++value) values.push_back(value);
  for (uint32_t bit = 0; bit < 64; ++bit) {
    for (const int64_t delta : {-1, 0, 1}) values.push_back((uint64_t{1} << bit) + static_cast<uint64_t>(delta));
    values.push_back(0xF0E1D2C3B4A59687u >> bit);
  }
  values.push_back(~uint64_t{0});
  for (const uint64_t value : values) {
    const FieldWriter writer = FieldWriter().U64(value).U(3, 5);
    Input input(writer.bytes());
    EXPECT_EQ(input.fields.U64(), value);
    EXPECT_EQ(input.fields.U(3), 5u) << value;
  }
}

// The longest form ends after 4 more bits, without asking for a further continuation.
TEST(FieldsTest, LongestU64HasSeventyThreeBits) {
  FieldWriter writer;
  writer.U(2, 3).U(12, 0xFFF);
  for (int i = 0; i < 6; ++i) writer.U(1, 1).U(8, 0xFF);
  writer.U(1, 1).U(4, 0xF);
  Input input(writer.bytes());
  EXPECT_EQ(input.fields.U64(), ~uint64_t{0});
  EXPECT_EQ(input.reader.Position(), 73u);
}

TEST(FieldsTest, U32PicksTheDistributionAndWrapsAround) {
  constexpr U32Coding kCoding = {{Value(7), Bits(3), BitsPlus(100, 5), BitsPlus(0xFFFFFFF0u, 32)}};
  const FieldWriter writer = FieldWriter().U32(0).U32(1, 3, 6).U32(2, 5, 31).U32(3, 32, 0x20);
  Input input(writer.bytes());
  EXPECT_EQ(input.fields.U32(kCoding), 7u);
  EXPECT_EQ(input.fields.U32(kCoding), 6u);
  EXPECT_EQ(input.fields.U32(kCoding), 131u);
  EXPECT_EQ(input.fields.U32(kCoding), 0x10u);
  EXPECT_TRUE(input.fields.ok());
}

TEST(FieldsTest, SignedValuesAlternate) {
  const int32_t expected[] = {0, -1, 1, -2, 2, -3};
  for (uint32_t code = 0; code < 6; ++code) {
    const FieldWriter writer = FieldWriter().U32(1, 3, code);
    Input input(writer.bytes());
    EXPECT_EQ(input.fields.SignedU32({{Value(0), Bits(3), Value(0), Value(0)}}), expected[code]);
  }
}

TEST(FieldsTest, EveryEnumCodeIsAcceptedExactlyIfItIsAMember) {
  constexpr uint64_t kMembers = EnumMembers(0, 2, 10, 17, 18, 63);
  for (uint32_t value = 0; value < 82; ++value) {
    const FieldWriter writer = FieldWriter().Enum(value);
    Input input(writer.bytes());
    const uint32_t read = input.fields.Enum<uint32_t>(kMembers, "not a member");
    const bool is_member = value < 64 && ((kMembers >> value) & 1) != 0;
    EXPECT_EQ(input.fields.ok(), is_member) << value;
    if (is_member) {
      EXPECT_EQ(read, value);
    }
  }
}

TEST(FieldsTest, NamesOfEveryLengthFormNeedNoAlignment) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  for (const uint32_t length : {0u, 1u, 15u, 16u, 47u, 48u, 1071u}) {
    FieldWriter writer;
    writer.U(3, 5);
    if (length == 0) writer.U32(0);
    if (length >= 1 && length < 16) writer.U32(1, 4, length);
    if (length >= 16 && length < 48) writer.U32(2, 5, length - 16);
    if (length >= 48) writer.U32(3, 10, length - 48);
    std::string expected;
    for (uint32_t i = 0; i < length; ++i) {
      expected += static_cast<char>(i * 37 + 11);
      writer.U(8, static_cast<uint8_t>(expected.back()));
    }
    Input input(writer.bytes());
    input.reader.Skip(3);
    PoolVector<char> name(&memory, Category::kOther);
    input.fields.Name(&name);
    EXPECT_TRUE(input.fields.ok());
    EXPECT_EQ(std::string(name.data(), name.size()), expected);
    EXPECT_EQ(input.reader.Position(), writer.position());
  }
}

TEST(FieldsTest, NameBeyondTheBudgetIsAnError) {
  BufferPool pool;
  Budget budget(0);
  Memory memory(&pool, &budget);
  const FieldWriter writer = FieldWriter().U32(1, 4, 3).U(24, 0);
  Input input(writer.bytes());
  PoolVector<char> name(&memory, Category::kOther);
  input.fields.Name(&name);
  EXPECT_EQ(input.fields.status().code(), ErrorCode::kMemoryLimit);
}

TEST(FieldsTest, ExtensionsAreSkipped) {
  FieldWriter writer;
  writer.U64((uint64_t{1} << 63) | 5).U64(10).U64(0).U64(3).U(13, 0x1FFF).U(4, 9);
  Input input(writer.bytes());
  input.fields.Extensions();
  EXPECT_EQ(input.fields.U(4), 9u);
  EXPECT_TRUE(input.fields.ok());
}

TEST(FieldsTest, ExtensionSizesThatOverflowAreCorruptAndHugeOnesTruncated) {
  const FieldWriter overflow = FieldWriter().U64(3).U64(~uint64_t{0}).U64(1).Pad().U(64, 0);
  Input input(overflow.bytes());
  input.fields.Extensions();
  EXPECT_EQ(input.fields.status().code(), ErrorCode::kCorrupt);

  for (uint64_t size : {uint64_t{65}, uint64_t{1} << 40, uint64_t{1} << 61, ~uint64_t{0} - 7, ~uint64_t{0}}) {
    const FieldWriter huge = FieldWriter().U64(1).U64(size).Pad();
    Input truncated(huge.bytes());
    truncated.fields.Extensions();
    EXPECT_EQ(truncated.fields.status().code(), ErrorCode::kNeedMoreInput) << size;
  }
}

TEST(FieldsTest, TheFirstErrorIsKeptWithItsPosition) {
  const FieldWriter writer = FieldWriter().U(16, 0x7C00).U(16, 0x7C00).U(8, 0);
  Input input(writer.bytes());
  input.fields.F16();
  input.fields.F16();
  input.fields.Fail("something else");
  EXPECT_EQ(input.fields.status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(input.fields.status().bit_position(), 16u);
  EXPECT_STREQ(input.fields.status().message(), "a 16-bit float is infinite or not a number");
}

// A rule that is broken only because zeros are read past the end is no corruption.
TEST(FieldsTest, ErrorsPastTheEndAreTruncation) {
  Input input({});
  EXPECT_TRUE(input.fields.ok());
  input.fields.Enum<uint32_t>(EnumMembers(1), "not a member");
  EXPECT_EQ(input.fields.status().code(), ErrorCode::kNeedMoreInput);
  input.fields.Fail(Unsupported("x"));
  EXPECT_EQ(input.fields.status().code(), ErrorCode::kNeedMoreInput);
}

uint64_t ReadVarint(const std::vector<uint8_t>& bytes, bool* ok) {
  ByteCursor cursor(bytes);
  const uint64_t value = cursor.Varint();
  *ok = cursor.ok();
  return value;
}

TEST(ByteCursorTest, VarintsHaveAtMostSixtyFourBits) {
  bool ok = false;
  EXPECT_EQ(ReadVarint({0x00}, &ok), 0u);
  EXPECT_TRUE(ok);
  EXPECT_EQ(ReadVarint({0x98, 0x03}, &ok), 408u);
  EXPECT_TRUE(ok);
  EXPECT_EQ(ReadVarint({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, &ok), ~uint64_t{0});
  EXPECT_TRUE(ok);
  for (const std::vector<uint8_t>& bad : {std::vector<uint8_t>{},
                                          {0x80},
                                          {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02},
                                          {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x81, 0x00}}) {
    EXPECT_EQ(ReadVarint(bad, &ok), 0u);
    EXPECT_FALSE(ok);
  }
}

TEST(ByteCursorTest, FailureIsSticky) {
  const uint8_t bytes[] = {1, 2, 3};
  ByteCursor cursor(bytes);
  EXPECT_EQ(cursor.Byte(), 1);
  EXPECT_TRUE(cursor.Take(3).empty());
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.Byte(), 0);
  EXPECT_TRUE(cursor.Take(0).empty());
}

}  // namespace
}  // namespace jxlpool
