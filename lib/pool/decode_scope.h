// DecodeScope, FrameScope: tell a BufferPool when a decode and its frames begin and end.
#ifndef LIB_POOL_DECODE_SCOPE_H_
#define LIB_POOL_DECODE_SCOPE_H_

#include <cstdint>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {

// Lives as long as the decode of an image, from opening to closing it; decodes may overlap. What the decodes before had
// to give up for want of room is available from its beginning, and its end is the clock of ageing.
class DecodeScope {
 public:
  // Up to `num_threads` threads work at a time.
  DecodeScope(BufferPool* pool, uint32_t num_threads) : pool_(pool), num_threads_(num_threads) { pool->BeginDecode(); }
  ~DecodeScope() { pool_->EndDecode(num_threads_); }
  DecodeScope(const DecodeScope&) = delete;
  DecodeScope& operator=(const DecodeScope&) = delete;

 private:
  friend class FrameScope;
  void Settle() const { pool_->Settle(num_threads_); }

  BufferPool* pool_;
  uint32_t num_threads_;
};

// Lives as long as the decode of one frame, or other work that the threads share. If it missed blocks, the pool makes
// sure at its end that a repetition misses none, however its work falls to threads.
class FrameScope {
 public:
  explicit FrameScope(const DecodeScope& decode) : decode_(decode) {}
  ~FrameScope() { decode_.Settle(); }
  FrameScope(const FrameScope&) = delete;
  FrameScope& operator=(const FrameScope&) = delete;

 private:
  const DecodeScope& decode_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_DECODE_SCOPE_H_
