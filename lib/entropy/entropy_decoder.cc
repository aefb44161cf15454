#include "lib/entropy/entropy_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/entropy/ans.h"
#include "lib/entropy/symbol_reader.h"

namespace jxlpool {
namespace {

// Window sizes of a stream whose number of integers is not known: the first, and how much larger the next one is.
constexpr uint64_t kFirstWindow = 1024;
constexpr uint64_t kWindowGrowth = 4;

uint64_t WindowSize(uint64_t max_values) {
  if (max_values == EntropyDecoder::kUnknownCount) return kFirstWindow;
  return std::bit_ceil(std::clamp<uint64_t>(max_values, 32, EntropyDecoder::kMaxWindow));
}

}  // namespace

Result<EntropyDecoder> EntropyDecoder::Create(const EntropyCode& code, BitReader* reader, Memory* memory,
                                              uint32_t distance_multiplier, uint64_t max_values) {
  EntropyDecoder decoder;
  decoder.code_ = &code;
  decoder.memory_ = memory;
  decoder.kind_ = code.kind(distance_multiplier);
  decoder.distance_multiplier_ = distance_multiplier;
  if (decoder.kind_.uses_ans) decoder.state_ = reader->Read(32);
  if (decoder.kind_.copies == Copies::kWindow) {
    JXLPOOL_RETURN_IF_ERROR(decoder.AllocateWindow(WindowSize(max_values)));
  }
  return decoder;
}

uint64_t EntropyDecoder::Bytes(const EntropyCode& code, uint32_t distance_multiplier, uint64_t max_values) {
  return code.kind(distance_multiplier).copies == Copies::kWindow ? LargestBytes(max_values) : 0;
}

uint64_t EntropyDecoder::LargestBytes(uint64_t max_values) {
  return BufferBytes(sizeof(uint32_t) * WindowSize(max_values));
}

uint32_t EntropyDecoder::ReadCluster(BitReader* reader, size_t cluster) {
  return VisitCoder(kind_, [&](auto coder) {
    SymbolReader<decltype(coder)> symbols(this, *reader);
    const uint32_t value = symbols.ReadCluster(cluster);
    symbols.Store(reader);
    return value;
  });
}

Status EntropyDecoder::Finish(BitReader* reader) {
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(error_);
  if (kind_.uses_ans && state_ != kAnsFinalState) {
    return Corrupt("an ANS stream does not end in the final state", reader->Position());
  }
  return OkStatus();
}

Status EntropyDecoder::AllocateWindow(uint64_t size) {
  JXLPOOL_ASSIGN_OR_RETURN(Buffer window, memory_->Acquire(size * sizeof(uint32_t), Category::kEntropy,
                                                           ElementType::kOther, Fill::kUninitialized));
  if (num_decoded_ != 0) std::memcpy(window.data(), window_data_, num_decoded_ * sizeof(uint32_t));
  window_ = std::move(window);
  window_data_ = reinterpret_cast<uint32_t*>(window_.data());
  window_size_ = size;
  grow_at_ = size < kMaxWindow ? size : ~uint64_t{0};
  return OkStatus();
}

void EntropyDecoder::GrowWindow() {
  const Status status = AllocateWindow(std::min(window_size_ * kWindowGrowth, kMaxWindow));
  if (!status.ok()) {
    error_ = status;
    grow_at_ = ~uint64_t{0};
  }
}

}  // namespace jxlpool
