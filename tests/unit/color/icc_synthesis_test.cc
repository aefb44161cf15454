#include "lib/color/icc_synthesis.h"

#include "lib/color/encoding_names.h"
#include "lib/color/md5.h"
#include "lib/pool/buffer_pool.h"
#include "tests/unit/color/color_test_util.h"
#include "tests/unit/color/sha256.h"

namespace jxlpool {
namespace {

std::string Hex(const uint8_t* data, size_t size) {
  std::string hex;
  char digits[3];
  for (size_t i = 0; i < size; ++i) {
    std::snprintf(digits, sizeof(digits), "%02x", data[i]);
    hex += digits;
  }
  return hex;
}

class IccSynthesisTest : public testing::Test {
 protected:
  Result<PoolVector<uint8_t>> Synthesise(const std::string& name) {
    auto description = ParseEncodingName(name);
    EXPECT_TRUE(description.ok()) << name;
    return SynthesiseIcc(description.value(), &memory_);
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

TEST(DigestTest, KnownAnswers) {
  const auto md5 = [](const std::string& text) {
    uint8_t digest[16];
    Md5(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
    return Hex(digest, 16);
  };
  // From RFC 1321.
  EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
  // From FIPS 180.
  EXPECT_EQ(Sha256(reinterpret_cast<const uint8_t*>("abc"), 3),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(IccSynthesisTest, MatchesPublishedProfilesByteForByte) {
  size_t count = 0;
  for (const auto& row : ReadVectors("icc_synthesised_profiles.csv")) {
    SCOPED_TRACE(row[0]);
    auto icc = Synthesise(row[0]);
    ASSERT_TRUE(icc.ok()) << icc.status().message();
    const PoolVector<uint8_t>& bytes = icc.value();
    EXPECT_EQ(bytes.size(), std::stoul(row[1]));
    if (row[3] != "-") {
      EXPECT_EQ(Hex(bytes.data(), bytes.size()), row[3]);
    }
    EXPECT_EQ(Sha256(bytes.data(), bytes.size()), row[2]);
    ++count;
  }
  EXPECT_EQ(count, 21u);
}

TEST_F(IccSynthesisTest, SizeFieldAndTagTableAreConsistent) {
  for (const char* name : {"RGB_0.34567;0.3585_0.7;0.3;0.2;0.7;0.15;0.05_Per_Lin", "Gra_0.34567;0.3585_Rel_PeQ",
                           "Gra_D65_Rel_g0.45455", "RGB_DCI_DCI_Rel_HLG", "Adobe98", "ProPhoto"}) {
    auto icc = Synthesise(name);
    ASSERT_TRUE(icc.ok());
    const PoolVector<uint8_t>& bytes = icc.value();
    const auto u32 = [&](size_t at) {
      return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 | uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
    };
    EXPECT_EQ(u32(0), bytes.size());
    size_t end = 132 + 12 * size_t{u32(128)};
    for (uint32_t i = 0; i < u32(128); ++i) {
      EXPECT_EQ(u32(132 + 12 * i + 4) % 4, 0u);
      EXPECT_LE(u32(132 + 12 * i + 4), end);
      end = std::max<size_t>(end, u32(132 + 12 * i + 4) + u32(132 + 12 * i + 8));
    }
    EXPECT_EQ(end, bytes.size());
  }
}

TEST_F(IccSynthesisTest, RefusesWhatHasNoProfile) {
  ColorDescription description;
  description.space = ColorSpace::kUnknown;
  EXPECT_EQ(SynthesiseIcc(description, &memory_).status().code(), ErrorCode::kUnsupported);
  description.space = ColorSpace::kXyb;
  EXPECT_EQ(SynthesiseIcc(description, &memory_).status().code(), ErrorCode::kUnsupported);
  description = ColorDescription();
  description.transfer = ColorDescription::Transfer::kUnknown;
  EXPECT_EQ(SynthesiseIcc(description, &memory_).status().code(), ErrorCode::kUnsupported);
  description = ColorDescription();
  description.primaries = Primaries::kCustom;
  EXPECT_EQ(SynthesiseIcc(description, &memory_).status().code(), ErrorCode::kCorrupt);
  budget_.set_limit(100);
  EXPECT_EQ(SynthesiseIcc(ColorDescription(), &memory_).status().code(), ErrorCode::kMemoryLimit);
}

}  // namespace
}  // namespace jxlpool
