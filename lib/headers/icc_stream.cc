#include "lib/headers/icc_stream.h"

#include <algorithm>
#include <array>

#include "lib/bitstream/fields.h"
#include "lib/bitstream/varint.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/headers/icc_preamble.h"

namespace jxlpool {
namespace {

constexpr size_t kNumIccContexts = 41;
// The contexts of the bytes before this one do not depend on their values.
constexpr uint64_t kFirstModelledByte = 129;
// This many bytes hold both sizes of the preamble.
constexpr uint64_t kPreambleBytes = 20;
// After this many bytes it is checked how much input they took.
constexpr uint64_t kStretch = 65536;
// A stream that gives more bytes per input byte is no profile but an attack.
constexpr uint64_t kMaxExpansion = 256;

// Returns the class of a byte as the previous one (low nibble) and as the one before it (high nibble). Both classes
// make the context.
constexpr uint8_t ByteClass(uint32_t byte) {
  const auto between = [byte](uint32_t first, uint32_t last) { return byte >= first && byte <= last; };
  if (between('a', 'z') || between('A', 'Z')) return 0x00;
  if (between('0', '9') || byte == '.' || byte == ',') return 0x11;
  if (byte == 0) return 0x22;
  if (byte == 1) return 0x23;
  if (between(2, 15)) return 0x24;
  if (between(241, 254)) return 0x35;
  if (byte == 255) return 0x36;
  return 0x47;
}

constexpr std::array<uint8_t, 256> kByteClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (uint32_t byte = 0; byte < 256; ++byte) classes[byte] = ByteClass(byte);
  return classes;
}();

size_t IccContext(const uint8_t* bytes, uint64_t index) {
  if (index < kFirstModelledByte) return 0;
  return 1 + (kByteClasses[bytes[index - 1]] & 15) + 8 * (kByteClasses[bytes[index - 2]] >> 4);
}

Status CheckEncodedSize(uint64_t size, const SizeLimits& limits, uint64_t position) {
  if (size == 0) return Corrupt("empty ICC profile", position);
  if (size > kMaxIccSize) return Corrupt("ICC profile too large", position);
  if (size > limits.max_icc_size) return Status(ErrorCode::kSizeLimit, "ICC profile exceeds the limit", position);
  return OkStatus();
}

// Makes room for one more stretch. Room doubles, so that the memory follows what was decoded and not what was
// announced.
Status GrowTo(uint64_t size, uint64_t final_size, PoolVector<uint8_t>* encoded) {
  if (size > encoded->capacity()) {
    JXLPOOL_RETURN_IF_ERROR(encoded->Reserve(std::min<uint64_t>(final_size, 2 * size)));
  }
  return encoded->ResizeUninitialized(size);
}

}  // namespace

Status ReadIccStream(BitReader* reader, Memory* memory, const SizeLimits& limits, PoolVector<uint8_t>* encoded) {
  *encoded = PoolVector<uint8_t>(memory, Category::kInput);
  const uint64_t position = reader->Position();
  FieldReader fields(reader);
  const uint64_t size = fields.U64();
  JXLPOOL_RETURN_IF_ERROR(fields.status());
  JXLPOOL_RETURN_IF_ERROR(CheckEncodedSize(size, limits, reader->Position()));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, kNumIccContexts));
  const uint64_t window_hint = size <= kStretch ? size : EntropyDecoder::kUnknownCount;
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory, 0, window_hint));

  for (uint64_t at = 0; at < size;) {
    const uint64_t input_bytes = (reader->Position() - position) / 8;
    if (at % kStretch == 0 && at > kMaxExpansion * input_bytes) {
      return Corrupt("ICC profile expands too much", reader->Position());
    }
    uint64_t stop = std::min(size, at + kStretch);
    if (at == 0 && size > kPreambleBytes) stop = kPreambleBytes;
    if (at == kPreambleBytes) stop = std::min(size, kStretch);
    JXLPOOL_RETURN_IF_ERROR(GrowTo(stop, size, encoded));
    uint8_t* bytes = encoded->data();
    for (; at < stop; ++at) bytes[at] = static_cast<uint8_t>(decoder.Read(reader, IccContext(bytes, at)));
    JXLPOOL_RETURN_IF_ERROR(reader->Check());
    if (at == kPreambleBytes && size > kPreambleBytes) {
      const Result<IccPreamble> preamble = ReadIccPreamble({bytes, kPreambleBytes}, size, limits);
      if (!preamble.ok()) return preamble.status().At(reader->Position());
    }
  }
  JXLPOOL_RETURN_IF_ERROR(decoder.Finish(reader));
  return OkStatus();
}

}  // namespace jxlpool
