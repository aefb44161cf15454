// What a JxlpoolDecoder is: an ImageDecoder with everything it needs, and what the C interface promises beyond it.
#ifndef LIB_API_DECODER_H_
#define LIB_API_DECODER_H_

#include <atomic>
#include <cstdint>
#include <optional>

#include "jxlpool/jxlpool.h"
#include "lib/api/call.h"
#include "lib/api/input_file.h"
#include "lib/api/input_source.h"
#include "lib/api/pool.h"
#include "lib/api/targets.h"
#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/bitstream/gain_map.h"
#include "lib/image/frame_table.h"
#include "lib/image/image_decoder.h"
#include "lib/pool/budget.h"
#include "lib/pool/decode_scope.h"
#include "lib/pool/memory.h"
#include "lib/pool/memory_profile.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// What was looked at of the open image besides its frames; all of it may be thrown away.
struct Inspection {
  // The frame that was asked about last.
  bool has_frame = false;
  uint32_t frame_index = 0;
  FrameStart frame;
  FrameEntry entry;
  PoolVector<char> frame_name;  // with terminator

  // The gain map.
  bool has_gain_map = false;
  GainMapBundle gain_map;
  PoolVector<uint8_t> gain_map_contents;  // decompressed; empty if it was not compressed
  PoolVector<uint8_t> gain_map_icc;
  bool gain_map_has_encoding = false;
  ColorDescription gain_map_encoding;
};

enum class DecoderState : uint8_t {
  kClosed,
  kBeforeHeaders,  // a stream, of which too little has come
  kBetweenFrames,
  kAtFrame,  // NextFrame gave one that is neither decoded nor skipped
  kEnd,
  kFailed,  // `fatal` repeats itself until the image is rewound or closed
};

// An error that a call ended with.
struct Failure {
  Status status;
  Budget::Refusal refusal;  // kMemoryLimit: what was refused
};

}  // namespace jxlpool

struct JxlpoolDecoder {
  // Takes a hold on `pool`.
  JxlpoolDecoder(JxlpoolPool* pool, uint64_t memory_limit, uint32_t num_threads);
  ~JxlpoolDecoder();

  bool is_open() const { return state != jxlpool::DecoderState::kClosed; }
  // A Call is running.
  bool is_busy() const { return busy.load(std::memory_order_acquire); }
  bool has_headers() const { return is_open() && state != jxlpool::DecoderState::kBeforeHeaders; }
  // Reads the headers, unless that was done. If it fails for good, no image is open afterwards. REQUIRES: is_open().
  JxlpoolStatus ReadHeaders();
  // Calls step(), which gives a Status, as long as it gives kWaiting and there is a source to read on from.
  template <typename Step>
  jxlpool::Status Await(const Step& step) {
    for (;;) {
      const jxlpool::Status status = step();
      if (status.code() != jxlpool::ErrorCode::kWaiting || !source.is_open()) return status;
      JXLPOOL_RETURN_IF_ERROR(ReadOn());
    }
  }
  // For a LookUp: waits until known() is true or the input has ended; while a Call runs, what has come must do.
  template <typename Known>
  JxlpoolStatus AwaitKnown(const Known& known) {
    const auto step = [&] {
      const jxlpool::Container& container = image.container();
      const bool must_wait = container.is_growing() && !known();
      return must_wait ? jxlpool::Waiting("the file has not come so far") : jxlpool::OkStatus();
    };
    if (step().ok()) return JXLPOOL_OK;
    const jxlpool::Call call(this, jxlpool::Needs::kImage);
    if (!call.ok()) return JXLPOOL_NEED_MORE_INPUT;
    const jxlpool::Status status = Await(step);
    return status.ok() ? JXLPOOL_OK : Report(status);
  }
  // Feeds the image with what the source gives next. Errors: kIo, kCancelled, those of ImageDecoder::Feed.
  jxlpool::Status ReadOn();
  // Seeks beyond bytes that will not be needed, if that is worth it, and reads `*size` bytes there; 0: none were.
  jxlpool::Status SkipWhatIsNotNeeded(size_t* size);

  // Forgets where the current frame was to go. REQUIRES: its decode is over, or will not go on.
  void ForgetTargets() {
    targets = jxlpool::Targets();
    pulled_rows = jxlpool::PulledRows();
  }

  // Closes the image, if one is open.
  void Close();

  // Remembers an error for jxlpool_decoder_get_error; returns the code for the caller.
  JxlpoolStatus Report(const jxlpool::Status& status);
  // As above; the frames cannot go on, unless they only have to wait.
  JxlpoolStatus Fail(const jxlpool::Status& status);
  // As Report, once more for the error that the frames failed with. REQUIRES: state is kFailed.
  JxlpoolStatus RepeatFailure();
  JxlpoolStatus Misuse(const char* message);
  void ForgetErrors() { last_error = fatal = jxlpool::Failure(); }

  static constexpr uint64_t kNextBox = ~uint64_t{0};

  JxlpoolPool* const pool;
  jxlpool::MemoryProfile profile;
  jxlpool::Budget budget;
  jxlpool::Memory memory;
  jxlpool::ThreadPool threads;
  std::optional<jxlpool::DecodeScope> scope;  // while an image is open
  jxlpool::DecoderOptions options;
  uint64_t max_box_bytes = uint64_t{1} << 28;  // what a compressed box may expand to
  std::atomic<bool> cancelled{false};
  mutable std::atomic<bool> busy{false};  // see call.h

  jxlpool::InputFile input;
  bool is_stream = false;
  bool input_has_ended = false;  // of a stream
  jxlpool::InputSource source;   // of a stream that is not fed by the caller
  jxlpool::PoolVector<uint8_t> read_buffer;
  uint64_t needed_end = 0;  // what the last kWaiting asked for: bytes of the codestream, or kNextBox
  jxlpool::ImageDecoder image;
  jxlpool::DecoderState state = jxlpool::DecoderState::kClosed;
  uint32_t frame_index = 0;  // of the current frame
  uint32_t frame_width = 0;
  uint32_t frame_height = 0;
  jxlpool::Targets targets;         // of a frame whose decode has begun
  jxlpool::PulledRows pulled_rows;  // if they are pulled

  // Texts of the open image with terminators: extra channel i's name starts at name_offsets[i].
  jxlpool::PoolVector<char> names;
  jxlpool::PoolVector<uint32_t> name_offsets;
  // The box that was decompressed last.
  jxlpool::PoolVector<uint8_t> box_contents;
  jxlpool::Inspection inspection;
  uint64_t copied_input_bytes = 0;  // of images before the open one

  jxlpool::Failure last_error;  // of any call
  jxlpool::Failure fatal;       // what the frames failed with
};

namespace jxlpool {

JxlpoolStatus ToPublic(ErrorCode code);

}  // namespace jxlpool

#endif  // LIB_API_DECODER_H_
