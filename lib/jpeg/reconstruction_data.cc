#include "lib/jpeg/reconstruction_data.h"

#include <cstring>
#include <string_view>

#include "lib/bitstream/brotli.h"

namespace jxlpool {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kIccTag = "ICC_PROFILE\0"sv;
constexpr std::string_view kExifTag = "Exif\0\0"sv;
constexpr std::string_view kXmpTag = "http://ns.adobe.com/xap/1.0/\0"sv;
// In front of what of an Exif box goes into a JPEG.
constexpr size_t kTiffOffsetSize = 4;
constexpr size_t kMaxSegmentSize = 65536;

bool HasLengthBytes(const JpegSegment& segment) { return (segment.data[1] << 8 | segment.data[2]) == segment.length; }

// Points the segments that the Brotli stream holds to their parts of it.
class Distributor {
 public:
  explicit Distributor(const PoolVector<uint8_t>& bytes) : next_(bytes.data()) {}

  Status Take(JpegSegment* segment) {
    segment->data = next_;
    next_ += segment->size();
    return HasLengthBytes(*segment) ? OkStatus() : Corrupt("the length of a JPEG segment is contradicted by its data");
  }
  std::span<const uint8_t> Take(uint64_t size) {
    const std::span<const uint8_t> bytes(next_, static_cast<size_t>(size));
    next_ += size;
    return bytes;
  }

 private:
  const uint8_t* next_;
};

Status Unpack(std::span<const uint8_t> data, Memory* memory, ReconstructionHeader* header, ReconstructionData* result) {
  uint64_t inter_marker_size = 0;
  for (const uint32_t size : header->inter_marker_sizes) inter_marker_size += size;
  uint64_t total = inter_marker_size + header->tail_size;
  for (const JpegSegment& app : header->apps) total += app.type == AppType::kUnknown ? app.size() : 0;
  for (const JpegSegment& comment : header->comments) total += comment.size();
  result->unpacked = PoolVector<uint8_t>(memory, Category::kInput);
  const Status status = DecompressBrotli(data.subspan(header->header_bytes), memory, total, &result->unpacked);
  if (status.code() == ErrorCode::kSizeLimit) return Corrupt("the JPEG reconstruction data is longer than announced");
  JXLPOOL_RETURN_IF_ERROR(status);
  if (result->unpacked.size() < total) return Corrupt("the JPEG reconstruction data is shorter than announced");
  Distributor distributor(result->unpacked);
  for (JpegSegment& app : header->apps) {
    if (app.type == AppType::kUnknown) JXLPOOL_RETURN_IF_ERROR(distributor.Take(&app));
  }
  for (JpegSegment& comment : header->comments) JXLPOOL_RETURN_IF_ERROR(distributor.Take(&comment));
  result->inter_marker = distributor.Take(inter_marker_size);
  result->tail = distributor.Take(header->tail_size);
  return OkStatus();
}

size_t CountOf(const ReconstructionHeader& header, AppType type) {
  size_t count = 0;
  for (const JpegSegment& app : header.apps) count += app.type == type ? 1 : 0;
  return count;
}

// Bytes between marker and payload.
size_t PrefixOf(AppType type) {
  const size_t tag = type == AppType::kIcc    ? kIccTag.size() + 2
                     : type == AppType::kExif ? kExifTag.size()
                                              : kXmpTag.size();
  return 3 + tag;
}

// Writes APP segments one after another.
class SegmentMaker {
 public:
  SegmentMaker(std::span<const uint8_t> icc, size_t num_icc, uint8_t* out) : icc_(icc), num_icc_(num_icc), out_(out) {}

  Status Make(JpegSegment* app, std::span<const uint8_t> exif, std::span<const uint8_t> xmp) {
    app->data = out_;
    Put(app->type == AppType::kIcc ? 0xE2 : 0xE1);
    Put(app->length >> 8);
    Put(app->length & 0xFF);
    const size_t payload = app->size() - PrefixOf(app->type);
    switch (app->type) {
      case AppType::kIcc:
        Put(kIccTag);
        Put(++icc_index_);
        Put(num_icc_);
        if (payload > icc_.size() - icc_used_) return Corrupt("the ICC profile is shorter than that of the JPEG");
        Put(icc_.subspan(icc_used_, payload));
        icc_used_ += payload;
        return OkStatus();
      case AppType::kExif:
        Put(kExifTag);
        if (payload != exif.size()) return Corrupt("the Exif box is not that of the JPEG");
        Put(exif);
        return OkStatus();
      case AppType::kXmp:
        Put(kXmpTag);
        if (payload != xmp.size()) return Corrupt("the XMP box is not that of the JPEG");
        Put(xmp);
        return OkStatus();
      case AppType::kUnknown:
        break;
    }
    return OkStatus();
  }
  // Whether the profile was used completely or not at all.
  bool UsedWholeProfile() const { return icc_used_ == 0 || icc_used_ == icc_.size(); }

 private:
  void Put(size_t byte) { *out_++ = static_cast<uint8_t>(byte); }
  void Put(std::string_view text) {
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }
  void Put(std::span<const uint8_t> bytes) {
    if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }

  std::span<const uint8_t> icc_;
  size_t num_icc_;
  uint8_t* out_;
  size_t icc_index_ = 0;
  size_t icc_used_ = 0;
};

// The contents of the first box of a type, if any segment needs them.
Status ReadMetadata(const Container& container, BoxType type, Memory* memory, PoolVector<uint8_t>* contents) {
  const Box* box = container.Find(type);
  if (box == nullptr) return Corrupt("a metadata box that the JPEG needs is missing");
  const Status status = ReadBoxContents(*box, memory, kMaxSegmentSize + kTiffOffsetSize, contents);
  if (status.code() == ErrorCode::kSizeLimit) return Corrupt("a metadata box is too large for a JPEG segment");
  return status;
}

Status CompleteSegments(const Container& container, std::span<const uint8_t> icc, Memory* memory,
                        ReconstructionHeader* header, ReconstructionData* result) {
  size_t total = 0;
  size_t xmp_payload = 0;
  for (const JpegSegment& app : header->apps) {
    if (app.type == AppType::kUnknown) continue;
    if (app.size() < PrefixOf(app.type)) return Corrupt("a JPEG segment is too short for what it should hold");
    if (app.type == AppType::kXmp) xmp_payload = app.size() - PrefixOf(app.type);
    total += app.size();
  }
  const bool has_exif = CountOf(*header, AppType::kExif) != 0;
  if (CountOf(*header, AppType::kExif) > 1 || CountOf(*header, AppType::kXmp) > 1) {
    return Corrupt("the JPEG has several segments for one metadata box");
  }
  PoolVector<uint8_t> exif(memory, Category::kInput);
  PoolVector<uint8_t> xmp(memory, Category::kInput);
  std::span<const uint8_t> exif_payload;
  if (has_exif) {
    JXLPOOL_RETURN_IF_ERROR(ReadMetadata(container, kExifBox, memory, &exif));
    if (exif.size() < kTiffOffsetSize) return Corrupt("the Exif box is too short");
    exif_payload = {exif.data() + kTiffOffsetSize, exif.size() - kTiffOffsetSize};
  }
  if (xmp_payload != 0) JXLPOOL_RETURN_IF_ERROR(ReadMetadata(container, kXmlBox, memory, &xmp));

  result->completed = PoolVector<uint8_t>(memory, Category::kInput);
  JXLPOOL_RETURN_IF_ERROR(result->completed.ResizeUninitialized(total));
  SegmentMaker maker(icc, CountOf(*header, AppType::kIcc), result->completed.data());
  for (JpegSegment& app : header->apps) {
    if (app.type == AppType::kUnknown) continue;
    JXLPOOL_RETURN_IF_ERROR(maker.Make(&app, exif_payload, {xmp.data(), xmp.size()}));
  }
  return maker.UsedWholeProfile() ? OkStatus() : Corrupt("the ICC profile is longer than that of the JPEG");
}

}  // namespace

Status ReadReconstructionData(std::span<const uint8_t> data, const Container& container, std::span<const uint8_t> icc,
                              Memory* memory, ReconstructionHeader* header, ReconstructionData* result) {
  JXLPOOL_RETURN_IF_ERROR(Unpack(data, memory, header, result));
  return CompleteSegments(container, icc, memory, header, result);
}

}  // namespace jxlpool
