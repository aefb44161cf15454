// The header of a `jbrd` box taken apart, and put together again; Brotli data is wrapped anew, uncompressed.
#ifndef TESTS_FUZZ_JBRD_FIELDS_H_
#define TESTS_FUZZ_JBRD_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jxlpool::fuzz {

// The fields of a jbrd box. Numbers of elements that other fields imply (such as the number of APP segments) are made
// to fit when the box is written.
struct JbrdFields {
  struct App {
    uint32_t type = 0;
    uint32_t length = 2;
  };
  struct Huffman {
    bool is_ac = false;
    uint32_t id = 0;
    bool is_last = true;
    std::vector<uint32_t> counts = std::vector<uint32_t>(17);
    std::vector<uint32_t> values;
  };
  struct Scan {
    struct Part {
      uint32_t component = 0, ac_table = 0, dc_table = 0;
    };
    std::vector<Part> parts = std::vector<Part>(1);
    uint32_t start = 0, end = 63, low = 0, high = 0, last_needed_pass = 0;
    std::vector<uint32_t> resets;                          // block indices, increasing
    std::vector<std::pair<uint32_t, uint32_t>> zero_runs;  // block index (increasing), number of runs
  };
  struct Quant {
    uint32_t precision = 0, index = 0;
    bool is_last = true;
  };

  std::vector<uint8_t> markers;
  std::vector<App> apps;
  std::vector<uint32_t> comment_lengths;
  std::vector<Quant> quant_tables;
  uint32_t component_type = 3;
  std::vector<std::pair<uint32_t, uint32_t>> components;  // id, quantisation table
  std::vector<Huffman> huffman_codes;
  std::vector<Scan> scans;
  uint32_t restart_interval = 0;
  std::vector<uint32_t> inter_marker_sizes;
  uint32_t tail_size = 0;
  std::vector<bool> padding;
  bool has_padding = false;

  std::vector<uint8_t> data;  // what the Brotli stream holds
};

// Where the contents of the jbrd box are in a file; false if there is none or its size is not a plain 32-bit one.
bool FindJbrd(const std::vector<uint8_t>& file, size_t* begin, size_t* end);
// The file with other contents of the box.
std::vector<uint8_t> ReplaceJbrd(const std::vector<uint8_t>& file, size_t begin, size_t end,
                                 const std::vector<uint8_t>& contents);

// False if the library refuses the contents.
bool ParseJbrd(const std::vector<uint8_t>& contents, JbrdFields* fields);
std::vector<uint8_t> WriteJbrd(JbrdFields fields);

// Makes the data as long as the fields say, with the lengths of segments in their places. REQUIRES: as WriteJbrd left
// the fields, or shorter lists.
void FitData(JbrdFields* fields);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_JBRD_FIELDS_H_
