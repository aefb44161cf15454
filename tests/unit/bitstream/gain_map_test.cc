// Gain map boxes: parts of any length come out as they went in; lengths that lie are refused.
#include "lib/bitstream/gain_map.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace jxlpool {
namespace {

using Bytes = std::vector<uint8_t>;

void AppendLength(uint64_t length, int bytes, Bytes* to) {
  for (int i = bytes - 1; i >= 0; --i) to->push_back(static_cast<uint8_t>(length >> (8 * i)));
}
void Append(const Bytes& bytes, Bytes* to) { to->insert(to->end(), bytes.begin(), bytes.end()); }

Bytes MakeBundle(const Bytes& metadata, const Bytes& color, const Bytes& icc, const Bytes& codestream) {
  Bytes bundle = {0};
  AppendLength(metadata.size(), 2, &bundle);
  Append(metadata, &bundle);
  AppendLength(color.size(), 1, &bundle);
  Append(color, &bundle);
  AppendLength(icc.size(), 4, &bundle);
  Append(icc, &bundle);
  Append(codestream, &bundle);
  return bundle;
}

Bytes ToBytes(std::span<const uint8_t> span) { return {span.begin(), span.end()}; }

const Bytes kImage = {0xFF, 0x0A, 5, 6, 7};

TEST(GainMapBundle, PartsComeOutAsTheyWentIn) {
  for (const size_t metadata_size : {0, 1, 255, 256, 65535}) {
    for (const size_t color_size : {0, 1, 255}) {
      for (const size_t icc_size : {0, 1, 70000}) {
        const Bytes metadata(metadata_size, 1), color(color_size, 2), icc(icc_size, 3);
        const Bytes bytes = MakeBundle(metadata, color, icc, kImage);
        GainMapBundle bundle;
        ASSERT_TRUE(ReadGainMapBundle(bytes, &bundle).ok());
        EXPECT_EQ(ToBytes(bundle.metadata), metadata);
        EXPECT_EQ(ToBytes(bundle.color_encoding), color);
        EXPECT_EQ(ToBytes(bundle.icc), icc);
        EXPECT_EQ(ToBytes(bundle.codestream), kImage);
      }
    }
  }
}

TEST(GainMapBundle, EveryTruncationBeforeTheImageIsAnError) {
  const Bytes bytes = MakeBundle(Bytes(9, 1), Bytes(3, 2), Bytes(5, 3), kImage);
  GainMapBundle bundle;
  for (size_t size = 0; size < bytes.size() - 3; ++size) {
    const Bytes part(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(ReadGainMapBundle(part, &bundle).code(), ErrorCode::kCorrupt) << size;
  }
}

TEST(GainMapBundle, LyingLengthsAndOtherVersionsAreRefused) {
  const Bytes good = MakeBundle(Bytes(9, 1), Bytes(3, 2), Bytes(5, 3), kImage);
  GainMapBundle bundle;
  // The highest byte of each length: of the metadata, the color encoding, the profile.
  for (const size_t at : {1, 12, 16}) {
    Bytes bad = good;
    bad[at] = 0xFF;
    EXPECT_EQ(ReadGainMapBundle(bad, &bundle).code(), ErrorCode::kCorrupt) << at;
  }
  Bytes shifted = good;
  --shifted[2];
  EXPECT_FALSE(ReadGainMapBundle(shifted, &bundle).ok());
  Bytes newer = good;
  newer[0] = 1;
  EXPECT_EQ(ReadGainMapBundle(newer, &bundle).code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace jxlpool
