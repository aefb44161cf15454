// Feeder: hands the input to a decoder in pieces of a fixed size, as a network would.
#ifndef TOOLS_DJXL_POOLED_FEEDER_H_
#define TOOLS_DJXL_POOLED_FEEDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"

namespace jxlpool::tools {

class Feeder {
 public:
  // `name` is what messages call the input.
  Feeder(size_t piece_size, std::string name) : name_(std::move(name)), piece_(piece_size) {}
  ~Feeder() { Close(); }
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  // From the beginning of a file; "-": whatever is left of standard input.
  void BeginFile(const std::string& path);
  // From the beginning of bytes in memory, which must stay until the next Begin.
  void BeginMemory(const std::vector<uint8_t>& bytes);

  // More may be fed.
  bool may_go_on() const { return may_go_on_; }
  // Feeds the next piece, or tells the decoder that there is none. REQUIRES: may_go_on(). Throws an Error if the file
  // cannot be read.
  JxlpoolStatus Feed(Decoder* decoder);
  // Bytes fed since Begin.
  uint64_t position() const { return position_; }

 private:
  void Close();
  // The next bytes, up to a piece, from the file.
  size_t Read();

  const std::string name_;
  std::vector<uint8_t> piece_;
  int fd_ = -1;
  bool owns_fd_ = false;
  const std::vector<uint8_t>* bytes_ = nullptr;
  uint64_t position_ = 0;
  bool may_go_on_ = false;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_FEEDER_H_
