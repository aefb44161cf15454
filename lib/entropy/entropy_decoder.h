// EntropyDecoder: the state of one entropy-coded stream: ANS state and LZ77 copies. The bits come from a BitReader that
// is passed in, so that other fields may be read in between.
//
//   JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, num_contexts));
//   JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory));
//   ... decoder.Read(reader, context) ...
//   JXLPOOL_RETURN_IF_ERROR(decoder.Finish(reader));
//
// Read never fails: past the end of the data it goes on with zero bits, and errors are remembered for Finish. Loops
// that could be long look at reader->overrun() at intervals. Read is for headers and small streams; hot loops use a
// SymbolReader (symbol_reader.h), which keeps this state and the bit buffer in registers.
//
// One thread at a time. The code and `memory` must outlive the decoder.
#ifndef LIB_ENTROPY_ENTROPY_DECODER_H_
#define LIB_ENTROPY_ENTROPY_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/pool/memory.h"

namespace jxlpool {

template <class Coder>
class SymbolReader;

class EntropyDecoder {
 public:
  static constexpr uint64_t kUnknownCount = ~uint64_t{0};
  // Integers that a copy can reach back.
  static constexpr uint64_t kMaxWindow = uint64_t{1} << 20;

  EntropyDecoder() = default;
  EntropyDecoder(EntropyDecoder&&) noexcept = default;
  EntropyDecoder& operator=(EntropyDecoder&&) noexcept = default;

  // Starts a stream; reads the ANS state. `distance_multiplier` is 0 except for modular sample data. `max_values`
  // bounds the number of integers that will be read: the LZ77 window, if there is one, is allocated for that many at
  // once (at most kMaxWindow integers of 4 bytes); with kUnknownCount it grows with the stream. Reading more integers
  // than `max_values` is safe and correct. Errors: kMemoryLimit.
  static Result<EntropyDecoder> Create(const EntropyCode& code, BitReader* reader, Memory* memory,
                                       uint32_t distance_multiplier = 0, uint64_t max_values = kUnknownCount);

  // Bytes that Create acquires, at most.
  static uint64_t Bytes(const EntropyCode& code, uint32_t distance_multiplier, uint64_t max_values);
  // The same for any code.
  static uint64_t LargestBytes(uint64_t max_values);

  // The next integer, of a context or directly of a cluster. REQUIRES: context is below the number of contexts of
  // code(), cluster < code().num_clusters().
  uint32_t Read(BitReader* reader, size_t context) { return ReadCluster(reader, code_->cluster_map()[context]); }
  uint32_t ReadCluster(BitReader* reader, size_t cluster);

  // To be called once after the last integer. Errors: kCorrupt if the ANS state is not the final one or a copy had an
  // impossible length; kNeedMoreInput if bits past the end were consumed; kMemoryLimit if the window could not grow.
  Status Finish(BitReader* reader);

  const EntropyCode& code() const { return *code_; }
  CoderKind kind() const { return kind_; }
  // The error that Finish will report for the copies so far.
  const Status& error() const { return error_; }

 private:
  template <class Coder>
  friend class SymbolReader;

  // Makes the window hold more integers (num_decoded_ fill it). On failure remembers the error and keeps the window.
  void GrowWindow();
  Status AllocateWindow(uint64_t size);

  const EntropyCode* code_ = nullptr;
  Memory* memory_ = nullptr;
  CoderKind kind_;
  uint32_t state_ = 0;  // ANS
  uint32_t distance_multiplier_ = 0;
  uint32_t copy_left_ = 0;           // integers still to be copied
  uint32_t last_ = 0;                // kRepeat: the previous integer
  uint64_t copy_position_ = 0;       // kWindow: index of the next integer to copy
  uint64_t num_decoded_ = 0;         // kWindow: integers so far
  uint64_t window_size_ = 0;         // integers that the window holds, a power of two
  uint64_t grow_at_ = 0;             // value of num_decoded_ at which the window has to grow
  uint32_t* window_data_ = nullptr;  // in window_
  Buffer window_;
  Status error_;
};

}  // namespace jxlpool

#endif  // LIB_ENTROPY_ENTROPY_DECODER_H_
