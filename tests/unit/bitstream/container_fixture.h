// Files of boxes for tests, and a fixture that opens them as containers.
#ifndef TESTS_UNIT_BITSTREAM_CONTAINER_FIXTURE_H_
#define TESTS_UNIT_BITSTREAM_CONTAINER_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/bitstream/container.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool::testing {

using Bytes = std::vector<uint8_t>;

inline const Bytes kSignature = {0, 0, 0, 12, 'J', 'X', 'L', ' ', 0x0D, 0x0A, 0x87, 0x0A};
inline const Bytes kImage = {0xFF, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8};

inline void Append(Bytes* bytes, const Bytes& more) { bytes->insert(bytes->end(), more.begin(), more.end()); }
inline void AppendBigEndian(Bytes* bytes, uint64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

enum class SizeForm { kShort, kLong, kUnbounded, kLongUnbounded };

inline Bytes MakeBox(const std::string& type, const Bytes& contents, SizeForm form = SizeForm::kShort) {
  Bytes box;
  const bool is_long = form == SizeForm::kLong || form == SizeForm::kLongUnbounded;
  const uint32_t word = form == SizeForm::kShort ? static_cast<uint32_t>(8 + contents.size()) : is_long ? 1 : 0;
  AppendBigEndian(&box, word, 4);
  for (const char c : type) box.push_back(static_cast<uint8_t>(c));
  if (is_long) AppendBigEndian(&box, form == SizeForm::kLong ? 16 + contents.size() : 0, 8);
  Append(&box, contents);
  return box;
}

inline Bytes FileType(uint32_t version = 0) {
  Bytes contents = {'j', 'x', 'l', ' '};
  AppendBigEndian(&contents, version, 4);
  Append(&contents, {'j', 'x', 'l', ' '});
  return MakeBox("ftyp", contents);
}

inline Bytes Part(uint32_t index, bool is_last, const Bytes& payload, SizeForm form = SizeForm::kShort) {
  Bytes contents;
  AppendBigEndian(&contents, index | (is_last ? 0x80000000u : 0), 4);
  Append(&contents, payload);
  return MakeBox("jxlp", contents, form);
}

inline Bytes Join(const std::vector<Bytes>& boxes, uint32_t version = 0) {
  Bytes file = kSignature;
  Append(&file, FileType(version));
  for (const Bytes& box : boxes) Append(&file, box);
  return file;
}

class ContainerTest : public ::testing::Test {
 protected:
  ContainerTest() : memory_(&pool_, &budget_) {}
  ~ContainerTest() override { EXPECT_EQ(budget_.total().live, 0u); }

  Result<Container> Open(const Bytes& file) { return Container::Open(file, &memory_); }
  ErrorCode OpenError(const Bytes& file) { return Open(file).status().code(); }

  // The status of a file that has some codestream.
  Status StatusOf(const Bytes& file) {
    auto container = Open(file);
    EXPECT_TRUE(container.ok()) << container.status().message();
    return container.ok() ? container.value().status() : container.status();
  }

  Bytes CodestreamOf(const Container& container) {
    const auto section = container.codestream().Section(0, container.codestream().size());
    EXPECT_TRUE(section.ok());
    return Bytes(section.value().data(), section.value().data() + section.value().size());
  }
  // Expects a good file and the codestream kImage in it.
  void ExpectImage(const Bytes& file) {
    auto container = Open(file);
    ASSERT_TRUE(container.ok()) << container.status().message();
    EXPECT_TRUE(container.value().status().ok()) << container.value().status().message();
    EXPECT_EQ(CodestreamOf(container.value()), kImage);
  }
  // What asking for one more byte than there is gives.
  ErrorCode EndOf(const Bytes& file) {
    auto container = Open(file);
    EXPECT_TRUE(container.ok());
    const Codestream& codestream = container.value().codestream();
    return codestream.Section(codestream.size(), 1).status().code();
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_;
};

}  // namespace jxlpool::testing

#endif  // TESTS_UNIT_BITSTREAM_CONTAINER_FIXTURE_H_
