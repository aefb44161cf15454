// A codestream in any number of parts behaves like one in a single part, and copies only what straddles.
#include "lib/bitstream/codestream.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

class CodestreamTest : public testing::Test {
 protected:
  CodestreamTest() : memory_(&pool_, &budget_) {
    bytes_.reserve(300);
    for (size_t i = 0; i < 300; ++i) bytes_.push_back(static_cast<uint8_t>(i * 7 + i / 256));
  }
  ~CodestreamTest() override { EXPECT_EQ(budget_.total().live, 0u); }

  // Cuts at the given offsets.
  Codestream Cut(const std::vector<size_t>& cuts) {
    Codestream codestream(&memory_);
    size_t from = 0;
    for (const size_t cut : cuts) {
      EXPECT_TRUE(codestream.Append(std::span(bytes_).subspan(from, cut - from)).ok());
      from = cut;
    }
    EXPECT_TRUE(codestream.Append(std::span(bytes_).subspan(from)).ok());
    return codestream;
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_;
  std::vector<uint8_t> bytes_;
};

TEST_F(CodestreamTest, EverySectionOfRandomCuts) {
  std::mt19937 random(1);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<size_t> cuts;
    cuts.reserve(20);
    for (int i = 0; i < repeat; ++i) cuts.push_back(random() % (bytes_.size() + 1));
    std::sort(cuts.begin(), cuts.end());
    const Codestream codestream = Cut(cuts);
    ASSERT_EQ(codestream.size(), bytes_.size());
    uint64_t copied = 0;
    for (size_t offset = 0; offset <= bytes_.size(); offset += 3) {
      for (size_t size = 0; size <= bytes_.size() - offset; size += 1 + size / 3) {
        auto section = codestream.Section(offset, size);
        ASSERT_TRUE(section.ok());
        ASSERT_EQ(section.value().size(), size);
        EXPECT_TRUE(std::equal(section.value().data(), section.value().data() + size, bytes_.data() + offset));
        const bool straddles = size > codestream.ContiguousSize(offset);
        if (straddles) copied += size;
        if (size != 0) {
          EXPECT_EQ(section.value().data() != bytes_.data() + offset, straddles);
        }
      }
    }
    EXPECT_EQ(codestream.copied_bytes(), copied);
  }
}

TEST_F(CodestreamTest, MissingBytesAreWhatTheEndSays) {
  Codestream codestream = Cut({100});
  const auto code = [&](uint64_t offset, uint64_t size) { return codestream.Section(offset, size).status().code(); };
  EXPECT_EQ(code(0, 301), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(code(301, 0), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(code(~uint64_t{0}, 1), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(code(1, ~uint64_t{0}), ErrorCode::kNeedMoreInput);
  codestream.SetEnd(Corrupt("gone"));
  EXPECT_EQ(code(300, 1), ErrorCode::kCorrupt);
  EXPECT_EQ(codestream.Section(300, 1).status().bit_position(), 2400u);
  EXPECT_TRUE(codestream.Section(300, 0).ok());
  EXPECT_EQ(codestream.ContiguousSize(300), 0u);
}

TEST_F(CodestreamTest, GatheringIsChargedToTheBudget) {
  const Codestream codestream = Cut({100});
  budget_.set_limit(budget_.total().live);
  EXPECT_TRUE(codestream.Section(0, 100).ok());
  EXPECT_EQ(codestream.Section(50, 100).status().code(), ErrorCode::kMemoryLimit);
}

TEST_F(CodestreamTest, HeadersAreParsedAcrossParts) {
  for (const std::vector<size_t>& cuts : {std::vector<size_t>{}, {4}, {4, 5, 6, 7}, {12}}) {
    const Codestream codestream = Cut(cuts);
    int calls = 0;
    uint64_t position = 0;
    const Status status = ParseHeader(codestream, 8 * 3 + 5, [&](BitReader* reader) {
      ++calls;
      EXPECT_EQ(reader->Position(), 29u);
      EXPECT_EQ(reader->Read(3), static_cast<uint32_t>(bytes_[3] >> 5));
      for (size_t i = 4; i < 12; ++i) {
        const uint32_t byte = reader->Read(8);
        JXLPOOL_RETURN_IF_ERROR(reader->Check());
        EXPECT_EQ(byte, bytes_[i]);
      }
      position = reader->Position();
      return OkStatus();
    });
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(position, 96u);
    EXPECT_EQ(calls, cuts.size() == 0 || cuts[0] == 12 ? 1 : 2);
  }
}

TEST_F(CodestreamTest, HeadersThatNeverEndOrFailStop) {
  Codestream codestream = Cut({10, 20, 30});
  int calls = 0;
  const auto hungry = [&](BitReader*) {
    ++calls;
    return NeedMoreInput("more");
  };
  EXPECT_EQ(ParseHeader(codestream, 0, hungry).code(), ErrorCode::kNeedMoreInput);
  EXPECT_EQ(calls, 2);
  codestream.SetEnd(Corrupt("gone"));
  EXPECT_EQ(ParseHeader(codestream, 0, hungry).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ParseHeader(codestream, 2400, hungry).code(), ErrorCode::kCorrupt);
  calls = 0;
  EXPECT_STREQ(ParseHeader(codestream, 0,
                           [&](BitReader*) {
                             ++calls;
                             return Corrupt("bad");
                           })
                   .message(),
               "bad");
  EXPECT_EQ(calls, 1);
}

TEST_F(CodestreamTest, MovingKeepsEverything) {
  Codestream from = Cut({100});
  ASSERT_TRUE(from.Section(90, 20).ok());
  from.SetEnd(Corrupt("gone"));
  const Codestream to = std::move(from);
  EXPECT_EQ(to.size(), 300u);
  EXPECT_EQ(to.copied_bytes(), 20u);
  EXPECT_EQ(to.Missing().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(to.Section(99, 2).ok());
}

}  // namespace
}  // namespace jxlpool
