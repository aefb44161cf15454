// Patches and splines from real bits: an entropy code written by hand around them.
#include <algorithm>

#include "lib/features/patches.h"
#include "lib/features/splines.h"
#include "tests/unit/features/features_test_util.h"

namespace jxlpool {
namespace {

class BitWriter {
 public:
  void Write(uint32_t value, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i, ++size_) {
      if (size_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1) << (size_ % 8));
    }
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }
  uint64_t size() const { return size_; }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t size_ = 0;
};

// A code with one cluster whose prefix code has the four integers of `alphabet`, two bits each, and a stream of `list`.
BitWriter Encode(const std::vector<uint32_t>& list, std::vector<uint32_t> alphabet) {
  std::sort(alphabet.begin(), alphabet.end());
  BitWriter writer;
  writer.Write(0, 1);   // no LZ77
  writer.Write(1, 1);   // simple cluster map
  writer.Write(0, 2);   // without bits: one cluster
  writer.Write(1, 1);   // prefix code
  writer.Write(15, 4);  // integers are their tokens
  writer.Write(1, 1);   // alphabet size 1 + 2^8
  writer.Write(8, 4);
  writer.Write(0, 8);
  writer.Write(1, 2);  // simple prefix code
  writer.Write(3, 2);  // four symbols
  for (const uint32_t symbol : alphabet) writer.Write(symbol, 9);
  writer.Write(0, 1);  // of equal length
  for (const uint32_t value : list) {
    const size_t code = static_cast<size_t>(std::find(alphabet.begin(), alphabet.end(), value) - alphabet.begin());
    EXPECT_LT(code, 4u) << value;
    writer.Write(static_cast<uint32_t>(code >> 1 | (code & 1) << 1), 2);  // the first bit of a code comes first
  }
  return writer;
}

TEST(StreamTest, ReadsPatches) {
  TestMemory memory;
  PatchEnvironment environment;
  environment.slots[2] = {true, true, 100, 100};
  environment.width = environment.padded_width = 200;
  environment.height = environment.padded_height = 150;
  // One source of 8x3 at (2, 2) of slot 2; three positions: (0, 7), (1, 3), (2, 4); all added.
  const BitWriter writer = Encode({1, 2, 2, 2, 7, 2, 2, 0, 7, 2, 2, 7, 2, 2, 2, 2}, {0, 1, 2, 7});
  BitReader reader(writer.bytes().data(), writer.bytes().size());
  auto result = PatchDictionary::Read(&reader, &memory.memory, environment);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(reader.BitsConsumed(), writer.size());
  const PatchDictionary& patches = result.value();
  ASSERT_EQ(patches.num_positions(), 3u);
  EXPECT_EQ(patches.source(0).width, 8u);
  EXPECT_EQ(patches.source(0).height, 3u);
  EXPECT_EQ(patches.position(1).x, 1u);
  EXPECT_EQ(patches.position(1).y, 3u);
  EXPECT_EQ(patches.position(2).x, 2u);
  EXPECT_EQ(patches.position(2).y, 4u);
  EXPECT_TRUE(patches.MayTouch(5, 0, 200));
  for (uint64_t size = 0; size < writer.bytes().size() - 1; ++size) {
    BitReader shortened(writer.bytes().data(), size);
    EXPECT_FALSE(PatchDictionary::Read(&shortened, &memory.memory, environment).ok()) << size;
  }
}

TEST(StreamTest, ReadsSplines) {
  TestMemory memory;
  // One spline from (6, 1), one delta (3, -1), all coefficients 3.
  std::vector<uint32_t> list = {0, 6, 1, 0, 1, 6, 1};
  list.insert(list.end(), 128, 6);
  const BitWriter writer = Encode(list, {0, 1, 6, 9});
  BitReader reader(writer.bytes().data(), writer.bytes().size());
  auto result = Splines::Read(&reader, &memory.memory, 1000, 1000);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(reader.BitsConsumed(), writer.size());
  ASSERT_EQ(result.value().num_curves(), 1u);
  const Splines::Curve& curve = result.value().curve(0);
  EXPECT_EQ(curve.num_points, 2u);
  EXPECT_EQ(result.value().points()[1].x, 9);
  EXPECT_EQ(result.value().points()[1].y, 0);
  EXPECT_EQ(curve.color[2][31], 3);
  EXPECT_EQ(curve.sigma[0], 3);
  for (uint64_t size = 0; size < writer.bytes().size() - 1; ++size) {
    BitReader shortened(writer.bytes().data(), size);
    EXPECT_FALSE(Splines::Read(&shortened, &memory.memory, 1000, 1000).ok()) << size;
  }
}

}  // namespace
}  // namespace jxlpool
