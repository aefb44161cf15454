// Decodes whole files through the public interface, for tests that watch what the decoder does with memory.
#ifndef TESTS_MEMORY_DECODE_FILE_H_
#define TESTS_MEMORY_DECODE_FILE_H_

#include <cstddef>
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

enum class Arrival { kInMemory, kFed, kFromSource };

// A file on its way into a decoder: as a whole, fed in pieces of 64 KiB, or read by the decoder itself. Both must
// outlive it. Makes no calls into the heap.
class FileInput {
 public:
  FileInput(const TestFile& file, Arrival arrival, Decoder* decoder)
      : file_(file), arrival_(arrival), decoder_(*decoder) {}
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  // May be called again.
  JxlpoolStatus Open();
  // Calls call() until it does not wait any more. Returns its status, or that of the feeding.
  template <typename Call>
  JxlpoolStatus Step(const Call& call) {
    for (;;) {
      const JxlpoolStatus status = call();
      if (status != JXLPOOL_NEED_MORE_INPUT || !may_feed_) return status;
      if (const JxlpoolStatus fed = Feed(); fed != JXLPOOL_OK) return fed;
    }
  }
  // As a source.
  int64_t operator()(void* to, size_t size);

 private:
  JxlpoolStatus Feed();

  const TestFile& file_;
  const Arrival arrival_;
  Decoder& decoder_;
  size_t position_ = 0;
  bool may_feed_ = false;
};

// Opens the file and decodes all its frames in the smallest sample type that holds them, color and alpha. It stays
// open. JXLPOOL_OK, or the error.
JxlpoolStatus DecodeAll(const TestFile& file, Decoder* decoder, Target* target);
JxlpoolStatus DecodeAll(FileInput* input, Decoder* decoder, Target* target);
// The same for the image that is open in memory.
JxlpoolStatus DecodeOpen(Decoder* decoder, Target* target);

}  // namespace jxlpool::memory_test

#endif  // TESTS_MEMORY_DECODE_FILE_H_
