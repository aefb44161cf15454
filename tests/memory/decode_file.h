// Decodes whole files through the public interface, for tests that watch what the decoder does with memory.
#ifndef TESTS_MEMORY_DECODE_FILE_H_
#define TESTS_MEMORY_DECODE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"

namespace jxlpool::memory_test {

struct TestFile {
  std::string name;  // file name without folder
  std::vector<uint8_t> bytes;
};

// All *.jxl files of the folder and its subfolders in alphabetical order, or the file itself; nothing if there is no
// such folder.
std::vector<std::string> FindFiles(const std::string& path);
TestFile ReadFile(const std::string& path);

enum class Sink { kPixels, kRows, kPulledRows };

// Where pixels go; kept from decode to decode, so that only the first one grows it.
struct Target {
  Sink sink = Sink::kPixels;
  std::vector<uint8_t> pixels;
  uint64_t checksum = 0;  // of the delivered bytes, order included
};

// Bytes of a pixel as the following functions ask for it.
uint32_t PixelBytes(const JxlpoolImageInfo& image);

// Opens the file in memory and decodes all its frames in the smallest sample type that holds them, color and alpha. It
// stays open. JXLPOOL_OK, or the error.
JxlpoolStatus DecodeAll(const TestFile& file, Decoder* decoder, Target* target);
// The same for the image that is open.
JxlpoolStatus DecodeOpen(Decoder* decoder, Target* target);

}  // namespace jxlpool::memory_test

#endif  // TESTS_MEMORY_DECODE_FILE_H_
