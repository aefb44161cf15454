// Container: the file around a codestream: either nothing (a bare codestream) or boxes (ISO/IEC 18181-2).
//
// Open takes a whole file: it walks over the box headers once, copies nothing and looks at no payload other than those
// few bytes that it needs. All spans point into the caller's input, which must stay valid and unchanged. A file that
// comes in pieces is filled in by a ContainerReader (container_reader.h) instead; then the contents of boxes are copies
// that the container owns, and the codestream consists of copied blocks.
//
// Immutable once it is no longer growing, and between two pieces of a growing one, except that bytes of the codestream
// are released; all const methods may be called from any thread then.
//
// A file can be malformed or truncated behind a complete image, and that must not spoil the image. So reading fails
// only if there is no codestream at all; what is wrong further on is kept in status() and, if the codestream is
// incomplete, is also what Codestream returns for the missing bytes.
#ifndef LIB_BITSTREAM_CONTAINER_H_
#define LIB_BITSTREAM_CONTAINER_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/codestream.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Four characters, as in the file.
struct BoxType {
  char name[4] = {};

  constexpr BoxType() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): BoxType is the four characters.
  constexpr BoxType(const char (&text)[5]) : name{text[0], text[1], text[2], text[3]} {}
  friend constexpr bool operator==(const BoxType&, const BoxType&) = default;
};

inline constexpr BoxType kSignatureBox = "JXL ";
inline constexpr BoxType kFileTypeBox = "ftyp";
inline constexpr BoxType kLevelBox = "jxll";
inline constexpr BoxType kCodestreamBox = "jxlc";
inline constexpr BoxType kPartialCodestreamBox = "jxlp";
inline constexpr BoxType kFrameIndexBox = "jxli";
inline constexpr BoxType kJpegReconstructionBox = "jbrd";
inline constexpr BoxType kExifBox = "Exif";  // starts with u32be offset of the TIFF header behind it
inline constexpr BoxType kXmlBox = "xml ";
inline constexpr BoxType kBrotliBox = "brob";
inline constexpr BoxType kGainMapBox = "jhgm";

struct Box {
  BoxType type;
  // For a compressed (brob) box the type of what is inside, else `type`. Types that must not be compressed (jbrd, brob,
  // jxl*) are not looked at: then this is brob as well.
  BoxType content_type;
  uint64_t offset = 0;        // of the box header, in bytes from the start of the file
  uint64_t size = 0;          // bytes with header, as announced; up to the end of the input if unbounded
  uint32_t header_size = 0;   // 8 or 16
  bool is_unbounded = false;  // reaches to the end of the file
  bool is_truncated = false;  // the input ends before the box does
  // Of the contents, in bytes from the start of the file: behind the box header, and for brob behind the inner type.
  uint64_t contents_offset = 0;
  // The payload from there on as far as it is there. Empty for boxes of the codestream unless the file stays in place.
  std::span<const uint8_t> contents;

  bool is_compressed() const { return type == kBrotliBox && content_type != kBrotliBox; }
  // Neither codestream nor structure, nor anything that only a decoder of such a box can use.
  bool is_metadata() const;
};

class Container {
 public:
  // Nothing; only assignment and destruction are allowed.
  Container() = default;

  // Errors: kCorrupt (not JPEG XL, or malformed before the codestream), kNeedMoreInput (the input ends before the
  // codestream), kMemoryLimit. `input` must outlive the container, and so must `memory`.
  static Result<Container> Open(std::span<const uint8_t> input, Memory* memory);

  // False for a bare codestream, which has no boxes, and as long as the first box is not known.
  bool is_container() const { return !boxes_.empty(); }
  // In file order, with those of the codestream. A box gets here when it is complete, or at the end of the input.
  const PoolVector<Box>& boxes() const { return boxes_; }
  // The index-th box that is_metadata(), or nullptr. Takes the same time for every index.
  const Box* Metadata(size_t index) const;
  // The first box with this content type, or nullptr if there is none (yet). Searches all boxes, unless it is one of
  // kIndexedTypes.
  const Box* Find(BoxType content_type) const;
  bool has_jpeg_reconstruction() const { return Find(kJpegReconstructionBox) != nullptr; }
  // Declared level, 5 unless the file says 10.
  uint32_t level() const { return level_; }

  // More input may come.
  bool is_growing() const { return is_growing_; }
  // Find gives nothing for this type yet, and more input may change that.
  bool MayStillCome(BoxType content_type) const;
  // Further boxes of metadata may come: not behind a codestream that reaches to the end of the file.
  bool MetadataMayCome() const;

  const Codestream& codestream() const { return codestream_; }
  Codestream* mutable_codestream() { return &codestream_; }
  // OK (so far), or why reading boxes ended before the end of the input.
  const Status& status() const { return status_; }

 private:
  friend class ContainerReader;

  explicit Container(Memory* memory);

  // Types that are looked for again and again.
  static constexpr BoxType kIndexedTypes[] = {kJpegReconstructionBox, kFrameIndexBox, kGainMapBox};
  static constexpr uint32_t kNotThere = ~uint32_t{0};

  // Appends to boxes_ and to what tells where they are. What box.contents points to may be in `kept`. Errors:
  // kMemoryLimit.
  Status AddBox(const Box& box, PoolVector<uint8_t> kept);
  const Box* At(uint32_t position) const { return position == kNotThere ? nullptr : &boxes_[position]; }

  PoolVector<Box> boxes_;
  PoolVector<uint32_t> metadata_;         // positions in boxes_
  PoolVector<PoolVector<uint8_t>> kept_;  // contents of boxes of a file that does not stay
  uint32_t first_[std::size(kIndexedTypes)] = {kNotThere, kNotThere, kNotThere};
  Codestream codestream_;
  uint32_t level_ = 5;
  bool is_growing_ = false;
  // While it grows: no box begins behind the one that is being read, which has this content type.
  bool is_last_box_ = false;
  BoxType last_box_type_;
  Status status_;
};

// Replaces *contents by the contents of a box, decompressed if need be. An error concerns that box only. Errors:
// kCorrupt, kNeedMoreInput (truncated), kSizeLimit (more than max_bytes), kMemoryLimit.
Status ReadBoxContents(const Box& box, Memory* memory, uint64_t max_bytes, PoolVector<uint8_t>* contents);

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CONTAINER_H_
