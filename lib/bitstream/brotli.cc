#include "lib/bitstream/brotli.h"

#include <brotli/decode.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

namespace jxlpool {
namespace {

constexpr size_t kChunk = 4096;

// Brotli frees by address alone, so each block starts with the Buffer that owns it.
void* Allocate(void* opaque, size_t size) {
  static_assert(sizeof(Buffer) <= kBufferAlignment);
  if (size > SIZE_MAX - kBufferAlignment) return nullptr;
  auto acquired = static_cast<Memory*>(opaque)->Acquire(size + kBufferAlignment, Category::kInput, ElementType::kOther,
                                                        Fill::kDirty);
  if (!acquired.ok()) return nullptr;
  Buffer buffer = std::move(acquired).value();
  uint8_t* payload = buffer.data();
  new (payload) Buffer(std::move(buffer));
  return payload + kBufferAlignment;
}

void Free(void* /*opaque*/, void* address) {
  if (address == nullptr) return;
  auto* owner = reinterpret_cast<Buffer*>(static_cast<uint8_t*>(address) - kBufferAlignment);
  const Buffer released = std::move(*owner);
  owner->~Buffer();
}

class Decoder {
 public:
  explicit Decoder(Memory* memory) : state_(BrotliDecoderCreateInstance(Allocate, Free, memory)) {}
  ~Decoder() {
    if (state_ != nullptr) BrotliDecoderDestroyInstance(state_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  BrotliDecoderState* state() { return state_; }

 private:
  BrotliDecoderState* state_;
};

Status Failure(BrotliDecoderState* state) {
  const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state);
  const bool is_memory =
      code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
  if (is_memory) return Status(ErrorCode::kMemoryLimit, "memory limit exceeded while decompressing");
  return Corrupt("the Brotli stream is corrupt");
}

}  // namespace

Status DecompressBrotli(std::span<const uint8_t> compressed, Memory* memory, uint64_t max_output_bytes,
                        PoolVector<uint8_t>* out) {
  Decoder decoder(memory);
  if (decoder.state() == nullptr) return Status(ErrorCode::kMemoryLimit, "memory limit exceeded while decompressing");
  max_output_bytes = std::min<uint64_t>(max_output_bytes, SIZE_MAX / 4);
  const size_t start = out->size();
  const uint8_t* next_in = compressed.data();
  size_t left_in = compressed.size();
  for (;;) {
    // A full output buffer grows by one byte beyond the limit at most, to tell "exactly full" from "too much".
    const size_t used = out->size() - start;
    if (used > max_output_bytes) return Status(ErrorCode::kSizeLimit, "decompressed data exceeds the limit");
    const size_t room = static_cast<size_t>(std::min<uint64_t>(std::max(kChunk, used), max_output_bytes - used + 1));
    JXLPOOL_RETURN_IF_ERROR(out->ResizeUninitialized(start + used + room));
    uint8_t* next_out = out->data() + start + used;
    size_t left_out = room;
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder.state(), &left_in, &next_in, &left_out, &next_out, nullptr);
    JXLPOOL_RETURN_IF_ERROR(out->ResizeUninitialized(out->size() - left_out));
    if (result == BROTLI_DECODER_RESULT_ERROR) return Failure(decoder.state());
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return Corrupt("the Brotli stream is truncated");
    if (result == BROTLI_DECODER_RESULT_SUCCESS) {
      if (out->size() - start > max_output_bytes) {
        return Status(ErrorCode::kSizeLimit, "decompressed data exceeds the limit");
      }
      return left_in == 0 ? OkStatus() : Corrupt("bytes after the end of a Brotli stream");
    }
  }
}

}  // namespace jxlpool
