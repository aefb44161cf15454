#include "lib/jpeg/reconstruct_jpeg.h"

#include <algorithm>

#include "lib/jpeg/jpeg_coefficients.h"
#include "lib/jpeg/jpeg_writer.h"
#include "lib/jpeg/reconstruction_data.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/pool/pooled_object.h"

namespace jxlpool {
namespace {

// The one box with reconstruction data.
Result<const Box*> FindData(const Container& container) {
  const Box* found = nullptr;
  for (const Box& box : container.boxes()) {
    if (box.type != kJpegReconstructionBox) continue;
    if (found != nullptr) return Corrupt("the file has JPEG reconstruction data twice");
    found = &box;
  }
  if (found == nullptr) return Unsupported("the file has no JPEG reconstruction data");
  if (found->is_truncated) return NeedMoreInput("the file ends within its JPEG reconstruction data");
  return found;
}

// How often scans may code blocks, so that a small file cannot keep a decoder busy for long: so many times anyway, or
// each block so many times. Encoders make up to about 10 scans.
constexpr uint64_t kMaxCodedBlocks = uint64_t{1} << 27;
constexpr uint64_t kMaxTimesCoded = 64;

// Everything with a life as long as the reconstruction; too large for a stack.
struct Reconstruction : public JpegRowReceiver {
  ReconstructionHeader header;
  ReconstructionData data;
  JpegCoefficients coefficients;
  JpegWriter writer;
  bool begun = false;

  static uint64_t NumBlocks(const JpegComponent& component) {
    return uint64_t{component.block_columns} * component.block_rows;
  }

  Status CheckWork() const {
    uint64_t num_blocks = 0;
    for (uint32_t i = 0; i < header.num_components; ++i) num_blocks += NumBlocks(coefficients.components[i]);
    uint64_t num_coded = 0;
    for (const JpegScan& scan : header.scans) {
      for (uint32_t i = 0; i < scan.num_components; ++i) {
        num_coded += NumBlocks(coefficients.components[scan.components[i].component]);
      }
    }
    if (num_coded <= std::max(kMaxCodedBlocks, kMaxTimesCoded * num_blocks)) return OkStatus();
    return Unsupported("the JPEG has too many scans for its size");
  }

  Status Begin() override {
    begun = true;
    JXLPOOL_RETURN_IF_ERROR(CheckWork());
    return writer.WriteStart();
  }
  Status TakeRows(uint32_t end) override { return writer.WriteRowsOfGroups(end); }
};

}  // namespace

Status ReconstructJpeg(ImageDecoder* image, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink) {
  const Container& container = image->container();
  JXLPOOL_ASSIGN_OR_RETURN(const Box* box, FindData(container));
  JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<Reconstruction> parts,
                           MakePooled<Reconstruction>(memory, Category::kOther));
  JXLPOOL_RETURN_IF_ERROR(ReadReconstructionHeader(box->contents, memory, &parts->header));
  std::span<const uint8_t> icc;
  if (image->header().color_encoding.want_icc) icc = {image->original_icc().data(), image->original_icc().size()};
  JXLPOOL_RETURN_IF_ERROR(ReadReconstructionData(box->contents, container, icc, memory, &parts->header, &parts->data));
  JXLPOOL_RETURN_IF_ERROR(
      parts->writer.Begin({&parts->header, &parts->data, &parts->coefficients}, cancelled, memory, sink));
  // The only scan can be written while the frame is decoded; several need the coefficients again.
  if (parts->header.scans.size() == 1) parts->coefficients.receiver = parts.get();
  parts->coefficients.num_components = parts->header.num_components;
  JpegCoefficientSink coefficients(&parts->coefficients);
  JXLPOOL_RETURN_IF_ERROR(image->DecodeCoefficients(&coefficients));
  if (!parts->begun) JXLPOOL_RETURN_IF_ERROR(parts->Begin());
  return parts->writer.WriteRest();
}

}  // namespace jxlpool
