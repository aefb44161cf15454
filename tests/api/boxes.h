// Writing containers around codestreams.
#ifndef TESTS_API_BOXES_H_
#define TESTS_API_BOXES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace jxlpool::testing {

inline void AppendBytes(const std::vector<uint8_t>& from, std::vector<uint8_t>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

inline void AppendBigEndian(uint64_t value, int num_bytes, std::vector<uint8_t>* to) {
  for (int i = num_bytes - 1; i >= 0; --i) to->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// Seven bits a byte, lowest first; a set top bit means that more follow.
inline void AppendVarint(uint64_t value, std::vector<uint8_t>* to) {
  for (; value >= 128; value >>= 7) to->push_back(static_cast<uint8_t>(value | 128));
  to->push_back(static_cast<uint8_t>(value));
}

struct BoxToWrite {
  std::string type;
  std::vector<uint8_t> contents;
};

// A file of these boxes behind the two that every file starts with.
inline std::vector<uint8_t> MakeContainer(const std::vector<BoxToWrite>& boxes) {
  std::vector<uint8_t> file = {0, 0, 0, 12, 'J', 'X', 'L', ' ', 0x0D, 0x0A, 0x87, 0x0A};
  std::vector<BoxToWrite> all = {{"ftyp", {'j', 'x', 'l', ' ', 0, 0, 0, 0, 'j', 'x', 'l', ' '}}};
  all.insert(all.end(), boxes.begin(), boxes.end());
  for (const BoxToWrite& box : all) {
    AppendBigEndian(8 + box.contents.size(), 4, &file);
    for (const char c : box.type) file.push_back(static_cast<uint8_t>(c));
    AppendBytes(box.contents, &file);
  }
  return file;
}

}  // namespace jxlpool::testing

#endif  // TESTS_API_BOXES_H_
