// Targets: the outputs that a caller of the C interface gives, as lib/compose takes them.
#ifndef LIB_API_TARGETS_H_
#define LIB_API_TARGETS_H_

#include <cstddef>
#include <cstdint>

#include "jxlpool/jxlpool.h"
#include "lib/base/status.h"
#include "lib/compose/output_request.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct ImageSize {
  uint32_t width;
  uint32_t height;
};

// Bytes of a pixel; 0 if the format is none. REQUIRES: the decoder has the image's headers.
size_t PixelBytes(const JxlpoolDecoder& decoder, const JxlpoolOutput& output);

// Rows that wait until they are asked for: those of one step of a decode that pauses, in the decode's own memory.
class PulledRows : public BandSink {
 public:
  struct Rows {
    uint32_t y = 0;
    uint32_t num_rows = 0;
    const uint8_t* data = nullptr;
    size_t stride = 0;
  };

  Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override;
  // The next of them; false if there are no more before the decode goes on.
  bool Take(Rows* rows);
  // Forgets them, and those that will come.
  void Abandon();

 private:
  // The rows of a step follow each other in memory, but for one turn of the ring they are kept in.
  static constexpr uint32_t kMaxPieces = 2;
  Rows pieces_[kMaxPieces];
  uint32_t num_pieces_ = 0;
  uint32_t num_taken_ = 0;
  bool is_abandoned_ = false;
};

// Rows for a callback of the caller.
class RowsSink : public BandSink {
 public:
  RowsSink(JxlpoolRowsCallback rows, void* opaque) : rows_(rows), opaque_(opaque) {}
  Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override;
  friend bool operator==(const RowsSink& a, const RowsSink& b) { return a.rows_ == b.rows_ && a.opaque_ == b.opaque_; }

 private:
  JxlpoolRowsCallback rows_;
  void* opaque_;
};

// On pooled memory. Moving it does not move what data() points to.
class Targets {
 public:
  Targets() = default;
  explicit Targets(Memory* memory) : targets_(memory, Category::kOther), sinks_(memory, Category::kOther) {}

  // Errors: kInvalidArgument, kUnsupported, kMemoryLimit.
  Status Set(const JxlpoolDecoder& decoder, const JxlpoolOutput* outputs, size_t count, const ImageSize& size);

  // One output in the format of `output`, whose rows are pulled out of `rows`. REQUIRES: `rows` outlives the decode.
  // Errors: the same.
  Status SetPulled(const JxlpoolDecoder& decoder, const JxlpoolOutput* output, PulledRows* rows);

  const OutputTarget* data() const { return targets_.data(); }
  size_t size() const { return targets_.size(); }
  // Set by SetPulled.
  bool are_pulled() const { return size() == 1 && targets_[0].pauses; }
  // Whether they describe the same outputs.
  friend bool operator==(const Targets& a, const Targets& b);

 private:
  PoolVector<OutputTarget> targets_;
  PoolVector<RowsSink> sinks_;  // room only: those needed are made by ToTarget, and have nothing to destroy
};

}  // namespace jxlpool

#endif  // LIB_API_TARGETS_H_
