// ICC profiles: a vector that uses every command, damage of every kind, and bombs.
#include "lib/headers/icc_stream.h"

#include <fstream>
#include <random>
#include <sstream>

#include "lib/bitstream/varint.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

Bytes Load(const std::string& name) {
  std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/vectors/" + name);
  EXPECT_TRUE(file.good()) << name;
  Bytes bytes;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::stringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) bytes.push_back(static_cast<uint8_t>(std::stoi(cell)));
  }
  return bytes;
}

void AppendVarint(uint64_t value, Bytes* bytes) {
  for (; value >= 128; value >>= 7) bytes->push_back(static_cast<uint8_t>(value | 128));
  bytes->push_back(static_cast<uint8_t>(value));
}

Bytes Encode(uint64_t output_size, const Bytes& commands, const Bytes& data) {
  Bytes encoded;
  AppendVarint(output_size, &encoded);
  AppendVarint(commands.size(), &encoded);
  encoded.insert(encoded.end(), commands.begin(), commands.end());
  encoded.insert(encoded.end(), data.begin(), data.end());
  return encoded;
}

class IccTest : public HeadersTest {
 protected:
  // From the start of the codestream.
  Status ReadStream(const Bytes& bytes) {
    BitReader reader(bytes.data(), bytes.size());
    ImageHeader image;
    JXLPOOL_RETURN_IF_ERROR(ReadImageHeader(&reader, &memory_, limits_, &image));
    EXPECT_TRUE(image.color_encoding.want_icc);
    PoolVector<uint8_t> encoded;
    const Status status = ReadIccStream(&reader, &memory_, limits_, &encoded);
    encoded_.assign(encoded.begin(), encoded.end());
    position_ = reader.Position();
    return status;
  }
  Status Reconstruct(const Bytes& encoded) {
    PoolVector<uint8_t> profile;
    const Status status = ReconstructIccProfile(encoded, &memory_, limits_, &profile);
    profile_.assign(profile.begin(), profile.end());
    return status;
  }
  ErrorCode Code(const Bytes& encoded) { return Reconstruct(encoded).code(); }

  Bytes encoded_;
  Bytes profile_;
  uint64_t position_ = 0;
};

TEST_F(IccTest, VectorWithEveryCommand) {
  ASSERT_TRUE(ReadStream(Load("icc_test_bitstream.csv")).ok());
  EXPECT_EQ(position_, 2667u);
  EXPECT_EQ(encoded_, Load("icc_test_encoded.csv"));
  const Status status = Reconstruct(encoded_);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(profile_, Load("icc_test_decoded.csv"));
}

TEST_F(IccTest, EveryTruncationOfTheStreamNeedsMoreInput) {
  const Bytes bytes = Load("icc_test_bitstream.csv");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReadStream(Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size))).code(),
              ErrorCode::kNeedMoreInput)
        << size;
  }
}

TEST_F(IccTest, EveryTruncationOfTheCommandsIsCorrupt) {
  const Bytes encoded = Load("icc_test_encoded.csv");
  for (size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_EQ(Code(Bytes(encoded.begin(), encoded.begin() + static_cast<ptrdiff_t>(size))), ErrorCode::kCorrupt)
        << size;
  }
  Bytes longer = encoded;
  longer.push_back(0);
  EXPECT_EQ(Code(longer), ErrorCode::kCorrupt);
}

TEST_F(IccTest, DamageGivesAnErrorOrAProfileOfTheAnnouncedSize) {
  const Bytes encoded = Load("icc_test_encoded.csv");
  std::mt19937 random(3);
  for (int repeat = 0; repeat < 20000; ++repeat) {
    Bytes damaged = encoded;
    for (int i = 0; i <= repeat % 3; ++i)
      damaged[random() % (repeat % 2 == 0 ? 70 : encoded.size())] = static_cast<uint8_t>(random());
    const Status status = Reconstruct(damaged);
    if (status.ok()) {
      EXPECT_EQ(profile_.size(), ByteCursor(damaged).Varint());
    } else {
      EXPECT_EQ(status.code(), ErrorCode::kCorrupt);
    }
  }
  const Bytes stream = Load("icc_test_bitstream.csv");
  for (size_t bit = 41; bit < 8 * stream.size(); ++bit) {
    Bytes damaged = stream;
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ (1u << (bit % 8)));
    if (ReadStream(damaged).ok()) (void)Reconstruct(encoded_);
  }
}

TEST_F(IccTest, SmallProfiles) {
  // Shorter than a header: data plus predictions, of which the first four bytes are the size.
  ASSERT_TRUE(Reconstruct(Encode(5, {}, {0, 0, 0, 0, 7})).ok());
  EXPECT_EQ(profile_, (Bytes{0, 0, 0, 5, 7}));
  // Exactly a header.
  ASSERT_TRUE(Reconstruct(Encode(128, {}, Bytes(128))).ok());
  EXPECT_EQ(profile_.size(), 128u);
  EXPECT_EQ(profile_[3], 128u);
  EXPECT_EQ(Code(Encode(128, {0}, Bytes(128))), ErrorCode::kCorrupt);  // a command too many
  EXPECT_EQ(Code(Encode(128, {}, Bytes(129))), ErrorCode::kCorrupt);   // a byte too many
  EXPECT_EQ(Code(Encode(128, {}, Bytes(127))), ErrorCode::kCorrupt);   // one too few
  EXPECT_EQ(Code(Encode(129, {}, Bytes(129))), ErrorCode::kCorrupt);   // no tags
  EXPECT_EQ(Code(Encode(0, {}, {})), ErrorCode::kCorrupt);
  EXPECT_EQ(Code({}), ErrorCode::kCorrupt);
}

TEST_F(IccTest, HeaderPredictionFollowsThePlatform) {
  const auto platform = [&](const Bytes& first) {
    Bytes data(128);
    for (size_t i = 0; i < first.size(); ++i) data[40 + i] = first[i];
    EXPECT_TRUE(Reconstruct(Encode(128, {}, data)).ok());
    return std::string(profile_.begin() + 40, profile_.begin() + 44);
  };
  EXPECT_EQ(platform({'A'}), "APPL");
  EXPECT_EQ(platform({'M'}), "MSFT");
  EXPECT_EQ(platform({'S', 'G'}), "SGI ");
  EXPECT_EQ(platform({'S', 'U'}), "SUNW");
  // The creator is predicted from the preferred profile handler.
  Bytes data(128);
  data[4] = 'l';
  data[7] = 's';
  ASSERT_TRUE(Reconstruct(Encode(128, {}, data)).ok());
  EXPECT_EQ(profile_[80], 'l');
  EXPECT_EQ(profile_[83], 's');
}

TEST_F(IccTest, TagRules) {
  const Bytes header(128);
  // One tag: explicit name, start, size.
  Bytes commands = {2, 1 | 64 | 128};
  AppendVarint(144, &commands);
  AppendVarint(0, &commands);
  Bytes data = header;
  data.insert(data.end(), {'a', 'b', 'c', 'd'});
  ASSERT_TRUE(Reconstruct(Encode(144, commands, data)).ok());
  EXPECT_EQ(Bytes(profile_.begin() + 128, profile_.end()),
            (Bytes{0, 0, 0, 1, 'a', 'b', 'c', 'd', 0, 0, 0, 144, 0, 0, 0, 0}));
  const auto code = [&](uint64_t size, const Bytes& tag_commands) { return Code(Encode(size, tag_commands, header)); };
  // Count only; then the list may be closed or not.
  EXPECT_EQ(code(132, {1}), ErrorCode::kOk);
  EXPECT_EQ(code(132, {1, 0}), ErrorCode::kOk);
  EXPECT_EQ(code(132, {0}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(132, {1, 21}), ErrorCode::kCorrupt);  // undefined
  EXPECT_EQ(code(144, {1, 4}), ErrorCode::kOk);
  EXPECT_EQ(code(168, {1, 2}), ErrorCode::kOk);
  EXPECT_EQ(code(168, {1, 3}), ErrorCode::kOk);
  EXPECT_EQ(code(167, {1, 3}), ErrorCode::kCorrupt);
  // Implied: behind a list of the announced length, one after the other; three primaries count as one.
  ASSERT_EQ(code(132 + 5 * 12, {3, 5, 3, 4}), ErrorCode::kOk);
  const uint32_t expected[][2] = {{152, 20}, {172, 20}, {192, 20}, {212, 20}, {192, 20}};
  for (size_t tag = 0; tag < 5; ++tag) {
    const uint8_t* entry = profile_.data() + 132 + 12 * tag;
    EXPECT_EQ(entry[7], expected[tag][0]) << tag;
    EXPECT_EQ(entry[11], expected[tag][1]) << tag;
  }
  // Starts and sizes that do not fit 32 bits.
  for (const uint8_t flag : {uint8_t{64}, uint8_t{128}}) {
    for (const uint64_t value : {uint64_t{0xFFFFFFFF}, uint64_t{1} << 32, ~uint64_t{0}}) {
      Bytes big = {1, static_cast<uint8_t>(4 | flag)};
      AppendVarint(value, &big);
      EXPECT_EQ(code(144, big), value >> 32 == 0 ? ErrorCode::kOk : ErrorCode::kCorrupt) << value;
      big[1] = static_cast<uint8_t>(3 | flag);
      EXPECT_EQ(code(168, big), ErrorCode::kCorrupt) << value;  // three in a row do not fit either
    }
  }
  Bytes many;
  AppendVarint((uint64_t{1} << 32) + 1, &many);
  EXPECT_EQ(code(132, many), ErrorCode::kCorrupt);
}

TEST_F(IccTest, PredictionRules) {
  // 128 bytes of header, no tags, then prediction with these flags and numbers over 4 bytes of data.
  const auto code = [&](const Bytes& prediction, size_t data_size = 132) {
    Bytes commands = {0, 4};
    commands.insert(commands.end(), prediction.begin(), prediction.end());
    return Code(Encode(132, commands, Bytes(data_size)));
  };
  EXPECT_EQ(code({0, 4}), ErrorCode::kOk);
  EXPECT_EQ(code({1 | 4, 4}), ErrorCode::kOk);
  EXPECT_EQ(code({3 | 8, 4}), ErrorCode::kOk);
  EXPECT_EQ(code({2, 4}), ErrorCode::kCorrupt);   // width 3
  EXPECT_EQ(code({12, 4}), ErrorCode::kCorrupt);  // order 3
  EXPECT_EQ(code({0xE0, 4}), ErrorCode::kOk);     // unused bits
  EXPECT_EQ(code({0}), ErrorCode::kCorrupt);      // no length
  EXPECT_EQ(code({}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({16, 1, 4}), ErrorCode::kOk);
  EXPECT_EQ(code({16, 0, 4}), ErrorCode::kCorrupt);  // stride below width
  EXPECT_EQ(code({19, 3, 4}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({16, 31, 4}), ErrorCode::kOk);
  EXPECT_EQ(code({16, 32, 4}), ErrorCode::kCorrupt);  // 4 * 32 reaches the start
  EXPECT_EQ(code({16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 4}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({0, 5}), ErrorCode::kCorrupt);  // more than there is
}

TEST_F(IccTest, UndefinedCommands) {
  for (uint32_t command = 0; command < 256; ++command) {
    Bytes commands = {0, static_cast<uint8_t>(command)};
    const ErrorCode error = Code(Encode(136, commands, Bytes(128)));
    // The eight types need nothing more.
    EXPECT_EQ(error, command >= 16 && command <= 23 ? ErrorCode::kOk : ErrorCode::kCorrupt) << command;
  }
}

TEST_F(IccTest, AnnouncedSizes) {
  EXPECT_EQ(Code(Encode((uint64_t{1} << 28) + 1, {}, Bytes(128))), ErrorCode::kCorrupt);
  EXPECT_EQ(Code(Encode(~uint64_t{0}, {}, Bytes(128))), ErrorCode::kCorrupt);
  Bytes commands_do_not_fit = {128, 1, 200, 1};
  commands_do_not_fit.resize(150);
  EXPECT_EQ(Code(commands_do_not_fit), ErrorCode::kCorrupt);
  EXPECT_EQ(Code(Encode(1, {}, Bytes(65536))), ErrorCode::kCorrupt);  // more code than profile
  limits_.max_icc_size = 127;
  EXPECT_EQ(Code(Encode(128, {}, Bytes(128))), ErrorCode::kSizeLimit);
  limits_.max_icc_size = 128;
  EXPECT_EQ(Code(Encode(128, {}, Bytes(128))), ErrorCode::kOk);
  limits_ = SizeLimits();
  // Memory follows the data that is there, not the announcement.
  EXPECT_EQ(Code(Encode(uint64_t{1} << 28, {}, Bytes(128))), ErrorCode::kCorrupt);
  EXPECT_LT(budget_.total().peak, 100000u);
}

// An image header that announces a profile whose encoded stream has `size` bytes.
FieldWriter ProfileOfSize(uint64_t size) {
  FieldWriter writer;
  writer.U(16, 0x0AFF).Bool(true).U(5, 0).U(3, 1);                                  // 8x8
  writer.Bool(false).Bool(false).Bool(false).U32(0).Bool(true).U32(0).Bool(false);  // plain, not XYB
  writer.Bool(false).Bool(true).Enum(0).U64(0).Bool(true);                          // RGB with profile
  return writer.U64(size);
}

// A prefix code with one symbol costs no bits per byte: a few bytes that announce 256 MiB.
Bytes Bomb(uint64_t size) {
  FieldWriter writer = ProfileOfSize(size);
  writer.Bool(false);         // no LZ77
  writer.Bool(true).U(2, 0);  // one cluster: simple map with 0 bits
  writer.Bool(true);          // prefix code
  writer.U(4, 15);            // all bits in the token
  writer.Bool(false);         // alphabet of one symbol
  return writer.Pad().Append(Bytes(100)).bytes();
}

// The same from byte 129 on; before that are good sizes.
Bytes LateBomb(uint64_t size) {
  FieldWriter writer = ProfileOfSize(size);
  writer.Bool(false).Bool(true).U(2, 1).U(1, 0);  // the first context is cluster 0
  for (int context = 1; context < 41; ++context) writer.U(1, 1);
  writer.Bool(true).U(4, 15).U(4, 15);
  writer.Bool(true).U(4, 7).U(7, 0).Bool(false);     // 129 symbols and one
  writer.U(2, 1).U(2, 2).U(8, 0).U(8, 1).U(8, 128);  // three of them: 0 is 0, 10 is 1, 11 is 128
  for (int i = 0; i < 4; ++i) writer.U(2, 3);
  writer.U(2, 1).U(1, 0);  // 2^28 bytes of profile, no commands
  return writer.Pad().Append(Bytes(100)).bytes();
}

// The context is constant up to byte 128: each zero up to there takes one bit here, later ones none.
TEST_F(IccTest, ContextsBeginAtByte129) {
  ASSERT_TRUE(ReadStream(LateBomb(128)).ok());
  const uint64_t position = position_;
  ASSERT_TRUE(ReadStream(LateBomb(129)).ok());
  EXPECT_EQ(position_, position + 1);
  ASSERT_TRUE(ReadStream(LateBomb(130)).ok());
  EXPECT_EQ(position_, position + 1);
}

TEST_F(IccTest, BombsAreRejected) {
  // Zeros announce an empty profile, which is seen after 20 bytes.
  EXPECT_EQ(ReadStream(Bomb(1 << 28)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(encoded_.size(), 20u);
  EXPECT_EQ(ReadStream(Bomb((1 << 28) + 1)).code(), ErrorCode::kCorrupt);
  // A stream that expands too much is seen after 64 KiB.
  EXPECT_EQ(ReadStream(LateBomb(65536)).code(), ErrorCode::kOk);
  EXPECT_EQ(Reconstruct(encoded_).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadStream(LateBomb(65537)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadStream(LateBomb(1 << 28)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(encoded_.size(), 65536u);
  EXPECT_EQ(ReadStream(Bomb(0)).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadStream(Bomb(20)).code(), ErrorCode::kOk);
  limits_.max_icc_size = 19;
  EXPECT_EQ(ReadStream(Bomb(20)).code(), ErrorCode::kSizeLimit);
}

}  // namespace
}  // namespace jxlpool
