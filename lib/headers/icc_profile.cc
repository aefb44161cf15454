#include <algorithm>
#include <cstring>

#include "lib/base/big_endian.h"
#include "lib/bitstream/varint.h"
#include "lib/headers/icc_preamble.h"
#include "lib/headers/icc_stream.h"
#include "lib/headers/icc_tables.h"

namespace jxlpool {
namespace {

constexpr size_t kHeaderSize = 128;
constexpr size_t kTagEntrySize = 12;
constexpr uint64_t kLimit32 = uint64_t{1} << 32;
// The encoded profile may be this much larger than what comes out of it.
constexpr uint64_t kMaxEncodingOverhead = 65536;
// No byte of the encoded profile gives more than this many bytes (a tag command that stands for three tags).
constexpr uint64_t kMaxBytesPerByte = 3 * kTagEntrySize;

constexpr uint32_t Tag(const char (&name)[5]) {
  return uint32_t{static_cast<uint8_t>(name[0])} << 24 | uint32_t{static_cast<uint8_t>(name[1])} << 16 |
         uint32_t{static_cast<uint8_t>(name[2])} << 8 | uint32_t{static_cast<uint8_t>(name[3])};
}

// True for tags whose data is one XYZ value.
bool HasXyzSize(uint32_t tag) {
  constexpr uint32_t kTags[] = {Tag("rXYZ"), Tag("gXYZ"), Tag("bXYZ"), Tag("kXYZ"),
                                Tag("wtpt"), Tag("bkpt"), Tag("lumi")};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

// Builds the profile: commands say what to do, and take bytes from the data.
class ProfileBuilder {
 public:
  ProfileBuilder(std::span<const uint8_t> commands, std::span<const uint8_t> data, uint64_t output_size,
                 PoolVector<uint8_t>* out)
      : commands_(commands), data_(data), output_size_(output_size), out_(out) {}

  Status Build() {
    JXLPOOL_RETURN_IF_ERROR(Header());
    if (out_->size() != output_size_) {
      if (commands_.at_end()) return Corrupt("ICC profile without tags");
      JXLPOOL_RETURN_IF_ERROR(TagList());
      JXLPOOL_RETURN_IF_ERROR(MainContent());
    }
    if (!commands_.ok() || !data_.ok() || !commands_.at_end() || !data_.at_end() || out_->size() != output_size_) {
      return Corrupt("ICC profile of a wrong size");
    }
    return OkStatus();
  }

 private:
  Status Header();
  Status TagList();
  Status TagCommand(uint8_t command);
  Status MainContent();
  Status Command(uint8_t command);
  Status Predict();

  // Fails if a cursor found an error or the output grew too large.
  Status Check() const {
    if (!commands_.ok() || !data_.ok()) return Corrupt("ICC stream ends too early");
    if (out_->size() > output_size_) return Corrupt("ICC profile larger than announced");
    return OkStatus();
  }

  Status Emit(const uint8_t* bytes, size_t count) {
    const size_t at = out_->size();
    JXLPOOL_RETURN_IF_ERROR(Extend(count));
    if (count != 0) std::memcpy(out_->data() + at, bytes, count);
    return OkStatus();
  }
  // Adds `count` bytes for the caller to fill.
  Status Extend(size_t count) {
    const size_t size = out_->size() + count;
    if (size > out_->capacity()) JXLPOOL_RETURN_IF_ERROR(out_->Reserve(2 * size));
    return out_->ResizeUninitialized(size);
  }
  Status EmitTag(uint32_t tag, uint64_t start, uint64_t size) {
    uint8_t entry[kTagEntrySize];
    StoreBigEndian32(tag, entry);
    StoreBigEndian32(static_cast<uint32_t>(start), entry + 4);
    StoreBigEndian32(static_cast<uint32_t>(size), entry + 8);
    return Emit(entry, sizeof(entry));
  }
  // Emits bytes that were stored as `width` rows, column by column.
  Status EmitShuffled(std::span<const uint8_t> bytes, size_t width) {
    if (width == 1) return Emit(bytes.data(), bytes.size());
    const size_t at = out_->size();
    JXLPOOL_RETURN_IF_ERROR(Extend(bytes.size()));
    uint8_t* to = out_->data() + at;
    const size_t columns = (bytes.size() + width - 1) / width;
    for (size_t column = 0; column < columns; ++column) {
      for (size_t i = column; i < bytes.size(); i += columns) *to++ = bytes[i];
    }
    return OkStatus();
  }

  ByteCursor commands_;
  ByteCursor data_;
  uint64_t output_size_;
  PoolVector<uint8_t>* out_;
  uint64_t previous_start_ = 0;  // of the tag list
  uint64_t previous_size_ = 0;
};

Status ProfileBuilder::Header() {
  uint8_t prediction[kHeaderSize];
  std::memcpy(prediction, kIccHeaderPrediction, kHeaderSize);
  StoreBigEndian32(static_cast<uint32_t>(output_size_), prediction);
  uint8_t header[kHeaderSize];
  const size_t size = static_cast<size_t>(std::min<uint64_t>(kHeaderSize, output_size_));
  for (size_t i = 0; i < size; ++i) {
    if (i == 8) std::copy_n(header + 4, 4, prediction + 80);
    if (i == 41 && header[40] == 'A') std::copy_n("PPL", 3, prediction + 41);
    if (i == 41 && header[40] == 'M') std::copy_n("SFT", 3, prediction + 41);
    if (i == 42 && header[40] == 'S' && header[41] == 'G') std::copy_n("I ", 2, prediction + 42);
    if (i == 42 && header[40] == 'S' && header[41] == 'U') std::copy_n("NW", 2, prediction + 42);
    header[i] = static_cast<uint8_t>(data_.Byte() + prediction[i]);
  }
  JXLPOOL_RETURN_IF_ERROR(Check());
  return Emit(header, size);
}

Status ProfileBuilder::TagList() {
  const uint64_t coded_count = commands_.Varint();
  JXLPOOL_RETURN_IF_ERROR(Check());
  if (coded_count == 0) return OkStatus();
  const uint64_t count = coded_count - 1;
  if (count >= kLimit32) return Corrupt("ICC profile with too many tags");
  uint8_t bytes[4];
  StoreBigEndian32(static_cast<uint32_t>(count), bytes);
  JXLPOOL_RETURN_IF_ERROR(Emit(bytes, sizeof(bytes)));
  previous_start_ = kHeaderSize + kTagEntrySize * count;
  previous_size_ = 0;
  for (;;) {
    JXLPOOL_RETURN_IF_ERROR(Check());
    if (commands_.at_end()) return OkStatus();
    const uint8_t command = commands_.Byte();
    if ((command & 63) == 0) return OkStatus();
    JXLPOOL_RETURN_IF_ERROR(TagCommand(command));
  }
}

Status ProfileBuilder::TagCommand(uint8_t command) {
  constexpr uint32_t kExplicit = 1, kThreeCurves = 2, kThreePrimaries = 3;
  const uint32_t code = command & 63;
  uint32_t tag = 0;
  if (code == kExplicit) {
    const std::span<const uint8_t> bytes = data_.Take(4);
    if (!bytes.empty()) tag = LoadBigEndian32(bytes.data());
  } else if (code - 2 < std::size(kIccTagStrings)) {
    tag = LoadBigEndian32(kIccTagStrings[code - 2]);
  } else {
    return Corrupt("undefined ICC tag command");
  }
  const uint64_t start = (command & 64) != 0 ? commands_.Varint() : previous_start_ + previous_size_;
  uint64_t size = HasXyzSize(tag) ? 20 : previous_size_;
  if ((command & 128) != 0) size = commands_.Varint();
  JXLPOOL_RETURN_IF_ERROR(Check());
  if (start >= kLimit32 || size >= kLimit32) return Corrupt("ICC tag out of range");
  previous_start_ = start;
  previous_size_ = size;
  JXLPOOL_RETURN_IF_ERROR(EmitTag(tag, start, size));
  if (code == kThreeCurves) {
    JXLPOOL_RETURN_IF_ERROR(EmitTag(Tag("gTRC"), start, size));
    return EmitTag(Tag("bTRC"), start, size);
  }
  if (code == kThreePrimaries) {
    if (start + 2 * size >= kLimit32) return Corrupt("ICC tag out of range");
    JXLPOOL_RETURN_IF_ERROR(EmitTag(Tag("gXYZ"), start + size, size));
    return EmitTag(Tag("bXYZ"), start + 2 * size, size);
  }
  return OkStatus();
}

Status ProfileBuilder::MainContent() {
  while (!commands_.at_end()) {
    JXLPOOL_RETURN_IF_ERROR(Check());
    JXLPOOL_RETURN_IF_ERROR(Command(commands_.Byte()));
  }
  return Check();
}

Status ProfileBuilder::Command(uint8_t command) {
  constexpr uint8_t kZeros[4] = {};
  constexpr uint8_t kCopy = 1, kShuffle2 = 2, kShuffle4 = 3, kPredict = 4, kXyz = 10, kFirstType = 16;
  switch (command) {
    case kCopy:
    case kShuffle2:
    case kShuffle4: {
      const std::span<const uint8_t> bytes = data_.Take(commands_.Varint());
      JXLPOOL_RETURN_IF_ERROR(Check());
      return EmitShuffled(bytes, command == kCopy ? 1 : command == kShuffle2 ? 2 : 4);
    }
    case kPredict:
      return Predict();
    case kXyz: {
      JXLPOOL_RETURN_IF_ERROR(Emit(kIccTypeStrings[0], 4));
      JXLPOOL_RETURN_IF_ERROR(Emit(kZeros, 4));
      const std::span<const uint8_t> bytes = data_.Take(12);
      return Emit(bytes.data(), bytes.size());
    }
    default: {
      const size_t type = size_t{command} - kFirstType;
      if (type >= std::size(kIccTypeStrings)) return Corrupt("undefined ICC command");
      JXLPOOL_RETURN_IF_ERROR(Emit(kIccTypeStrings[type], 4));
      return Emit(kZeros, 4);
    }
  }
}

Status ProfileBuilder::Predict() {
  const uint8_t flags = commands_.Byte();
  if (commands_.at_end()) return Corrupt("ICC stream ends too early");
  const size_t width = (flags & 3) + 1;
  const uint32_t order = (flags >> 2) & 3;
  if (width == 3 || order == 3) return Corrupt("undefined ICC prediction");
  const uint64_t coded_stride = (flags & 16) != 0 ? commands_.Varint() : width;
  if (coded_stride < width || coded_stride >= kLimit32 || 4 * coded_stride >= out_->size()) {
    return Corrupt("ICC prediction with an impossible stride");
  }
  const size_t stride = static_cast<size_t>(coded_stride);
  const std::span<const uint8_t> residuals = data_.Take(commands_.Varint());
  JXLPOOL_RETURN_IF_ERROR(Check());
  const size_t base = out_->size();
  JXLPOOL_RETURN_IF_ERROR(EmitShuffled(residuals, width));
  uint8_t* out = out_->data();
  const auto number_at = [out, width](size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) value = value << 8 | out[at + i];
    return value;
  };
  for (size_t at = base; at < out_->size(); at += width) {
    const uint32_t p1 = number_at(at - stride);
    const uint32_t p2 = number_at(at - 2 * stride);
    const uint32_t p3 = number_at(at - 3 * stride);
    const uint32_t predicted = order == 0 ? p1 : order == 1 ? 2 * p1 - p2 : 3 * p1 - 3 * p2 + p3;
    const size_t count = std::min(width, out_->size() - at);
    for (size_t i = 0; i < count; ++i) {
      out[at + i] = static_cast<uint8_t>(out[at + i] + (predicted >> (8 * (width - 1 - i))));
    }
  }
  return OkStatus();
}

}  // namespace

Result<IccPreamble> ReadIccPreamble(std::span<const uint8_t> bytes, uint64_t encoded_size, const SizeLimits& limits) {
  ByteCursor cursor(bytes);
  IccPreamble preamble;
  preamble.output_size = cursor.Varint();
  preamble.command_size = cursor.Varint();
  preamble.preamble_size = bytes.size() - cursor.rest().size();
  if (!cursor.ok()) return Corrupt("ICC stream without sizes");
  if (preamble.output_size == 0) return Corrupt("empty ICC profile");
  if (preamble.output_size > kMaxIccSize) return Corrupt("ICC profile too large");
  if (preamble.command_size > encoded_size - preamble.preamble_size) return Corrupt("ICC stream ends too early");
  if (preamble.output_size + kMaxEncodingOverhead < encoded_size) {
    return Corrupt("ICC stream much larger than the profile");
  }
  if (preamble.output_size > limits.max_icc_size) {
    return Status(ErrorCode::kSizeLimit, "ICC profile exceeds the limit");
  }
  return preamble;
}

Status ReconstructIccProfile(std::span<const uint8_t> encoded, Memory* memory, const SizeLimits& limits,
                             PoolVector<uint8_t>* profile) {
  *profile = PoolVector<uint8_t>(memory, Category::kInput);
  JXLPOOL_ASSIGN_OR_RETURN(const IccPreamble preamble, ReadIccPreamble(encoded, encoded.size(), limits));
  const std::span<const uint8_t> rest = encoded.subspan(preamble.preamble_size);
  const size_t command_size = static_cast<size_t>(preamble.command_size);
  JXLPOOL_RETURN_IF_ERROR(profile->Reserve(
      static_cast<size_t>(std::min<uint64_t>(preamble.output_size, kMaxBytesPerByte * encoded.size()))));
  return ProfileBuilder(rest.first(command_size), rest.subspan(command_size), preamble.output_size, profile).Build();
}

}  // namespace jxlpool
