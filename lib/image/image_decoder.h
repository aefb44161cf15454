// ImageDecoder: one JPEG XL image, from its bytes to finished frames. What lib/api is a C face of.
//
//   ImageDecoder decoder(&memory, &threads);
//   decoder.Open(data, size, options);             // container, image header, ICC profile
//   while (NextFrame(&info) gives true) decoder.DecodeFrame(targets, n);   // or SkipFrame()
//
// The image's bytes are the caller's and must stay valid until Close or destruction; they are read in place. Or they
// arrive in pieces, which need not stay:
//
//   decoder.OpenStream(options);
//   decoder.Feed(piece);                           // whenever bytes have come; EndInput after the last
//   decoder.ReadHeaders(); NextFrame, DecodeFrame, ...   // each gives kWaiting while it needs more, and is called
//   again
//
// One thread at a time may use an ImageDecoder; it spreads work over the ThreadPool it was given. After an error other
// than kWaiting and kPaused only Rewind, Open and Close are allowed. Frames delivered before the error stay valid.
#ifndef LIB_IMAGE_IMAGE_DECODER_H_
#define LIB_IMAGE_IMAGE_DECODER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/bitstream/container.h"
#include "lib/bitstream/input_releaser.h"
#include "lib/compose/output_request.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"
#include "lib/pool/pooled_object.h"

namespace jxlpool {

class CoefficientSink;
struct ColorDescription;
class FrameDecoder;
struct FrameEntry;
struct FrameIndex;
struct FrameProgress;
struct FrameRequest;
struct FrameSlots;
struct FrameState;
struct FrameStart;
class FrameTable;
class SizeRecorder;
struct Workforce;

enum class DecodeMode : uint8_t {
  kAutomatic,  // kParallel, unless the memory limit or the cap of the pool asks for something leaner: then kStreaming,
               // then one thread
  kStreaming,  // the least memory that all threads can work with
  kParallel,   // the most speed
};

// Bytes that the budget must allow for decoding an image, from its headers, its TOCs and a look at what all groups of a
// frame share, and at the transforms of Modular groups and the trees of some. What that determines is counted as the
// decoder will acquire it; what only the other groups tell (their trees and codes, varblock sizes) is taken at the most
// that encoders make of it. So the estimate is an upper bound for files as encoders write them. A file that was built
// to need more can exceed it; a decode of such a file with the estimate as its limit stops with kMemoryLimit. Only the
// limit of the Budget bounds every file.
struct ImageMemoryEstimate {
  uint64_t parallel = 0;
  uint64_t streaming = 0;
  uint64_t one_thread = 0;
};

struct DecoderOptions {
  // Limit on width * height * channels of the image, of the preview and of every frame.
  uint64_t max_samples = uint64_t{1} << 30;
  // Deliver stored instead of display orientation.
  bool keep_orientation = false;
  // Mix spot colors into the color channels.
  bool render_spot_colors = true;
  // Deliver composed frames; otherwise every layer on its own, at its own size.
  bool coalescing = true;
  // Divide color by alpha where the alpha channel is associated and delivered with the color.
  bool unpremultiply = false;
  // 1, 2, 4 or 8: stop after the passes that suffice for an image reduced by this factor (the size stays).
  uint32_t downsampling = 1;
  // Deliver what a truncated file allows instead of an error.
  bool allow_partial = false;
  // Streams: keep all bytes that were fed until Close, so that frames can be decoded again and out of order.
  bool keep_input = false;
  // The encoding to deliver color in; empty: the image's own (linear sRGB for XYB images that carry an ICC profile). A
  // text name such as "RGB_D65_SRG_Rel_SRG"; REQUIRES: valid, see lib/color.
  char color_space[128] = {};
  // Checked now and then from any thread; true stops the decode with kCancelled. May be null.
  const std::atomic<bool>* cancelled = nullptr;
  InputReleaser input_releaser;
  DecodeMode mode = DecodeMode::kAutomatic;
};

// A displayed frame (or layer), with orientation applied unless kept.
struct FrameInfo {
  uint32_t index = 0;  // 0, 1, 2, ... of what NextFrame delivers
  uint32_t width = 0;  // of what DecodeFrame delivers
  uint32_t height = 0;
  int32_t x0 = 0;  // position on the canvas; 0 unless layers are delivered
  int32_t y0 = 0;
  uint32_t duration = 0;  // ticks
  uint32_t timecode = 0;  // 0xHHMMSSFF, if the image has time codes
  bool is_last = false;
  const char* name = "";                // UTF-8, not validated; valid until the next NextFrame
  const FrameHeader* header = nullptr;  // valid until the next DecodeFrame, SkipFrame or NextFrame
};

class ImageDecoder {
 public:
  // Neither argument is owned; both must outlive the decoder. No memory is acquired before Open.
  ImageDecoder(Memory* memory, ThreadPool* threads);
  ~ImageDecoder();
  ImageDecoder(const ImageDecoder&) = delete;
  ImageDecoder& operator=(const ImageDecoder&) = delete;

  // Reads the container, the image header and the ICC profile. May be called again for another image.
  Status Open(const uint8_t* data, size_t size, const DecoderOptions& options);

  // Begins an image whose bytes will be fed. What is kept of them until it has been used is pooled memory. Unless
  // options.keep_input, frames can be decoded once, in their order: Rewind, SeekFrame, and looks at frames that have
  // been passed are refused with kInvalidArgument. Errors: kMemoryLimit.
  Status OpenStream(const DecoderOptions& options);
  // The next bytes of the file. REQUIRES: OpenStream succeeded, EndInput was not called. Errors: kCorrupt (this is no
  // JPEG XL file), kMemoryLimit.
  Status Feed(std::span<const uint8_t> bytes);
  // So many bytes at most that come next need not be fed, but can be skipped; and skips them.
  uint64_t SkippableInput() const;
  Status SkipInput(uint64_t count);
  // There are no more bytes. From now on nothing gives kWaiting. REQUIRES, and errors: as Feed.
  Status EndInput();
  // Bytes fed so far.
  uint64_t bytes_fed() const;
  // Where in the file the byte of the codestream at `offset` lies, as far as that is known.
  uint64_t FilePosition(uint64_t offset) const;
  // Where the box that is coming ends, if that is known, else bytes_fed().
  uint64_t BoxEnd() const;
  bool is_fed() const;
  // Reads what Open reads, as soon as it has come; OK, at no cost, once that is done. Errors: all.
  Status ReadHeaders();
  bool has_headers() const;
  // Back to the state before Open; memory goes back to the pool.
  void Close();
  // The next NextFrame delivers the first frame again. REQUIRES: has_headers().
  Status Rewind();

  // The following REQUIRE has_headers().
  const Container& container() const;
  const ImageHeader& header() const;
  // Size as delivered: oriented unless orientation is kept.
  uint32_t width() const;
  uint32_t height() const;
  // 1 or 3.
  uint32_t num_color_channels() const;
  // The profile that the image carries, or the synthesised equivalent of its enumerated encoding (empty if none
  // exists).
  const PoolVector<uint8_t>& original_icc() const;
  // The profile of the delivered pixels.
  const PoolVector<uint8_t>& data_icc() const;
  // The enumerated encoding of the image or of the delivered pixels; null if only a profile describes it.
  const ColorDescription* original_color() const;
  const ColorDescription* data_color() const;

  // Advances to the next displayed frame (layer), decoding whatever it depends on; false after the last one. An
  // undecoded current frame counts as skipped. Where partial images are allowed, a file that ends early ends the
  // sequence after the last frame of which something can be shown; frame_is_partial is true then. If there is none but
  // an LF frame, that is shown.
  Result<bool> NextFrame(FrameInfo* info);
  // Decodes the current frame into all targets at once. REQUIRES: NextFrame gave true; called once per frame, or, while
  // it gives kWaiting or kPaused (a target that pauses has got rows), again with the same targets, which must stay
  // until then.
  Status DecodeFrame(const OutputTarget* targets, size_t num_targets);
  // Gives up what is left of the current frame. If later frames may need it, it is decoded to its end, and targets get
  // the rest.
  Status SkipFrame();
  // Delivers what has come so far of the current frame, as if the input were over: the rows from final_rows() on;
  // those before have been delivered for good by DecodeFrame. Sections that are in the input and not yet delivered are
  // decoded for this alone, so that no samples have to be kept; the frame itself is decoded and delivered as if this
  // had not been called. As long as NextFrame waits for the first frame, an LF frame that comes before is delivered.
  // Errors: all, which leave the frame as it is; kWaiting if nothing can be shown yet.
  Status Flush(const OutputTarget* targets, size_t num_targets);
  // Of the current frame, or one that NextFrame decodes before it; nothing between frames.
  FrameProgress Progress() const;
  // Rows of the current frame, as stored, that DecodeFrame has delivered for good.
  uint32_t final_rows() const;
  // DecodeFrame gave kWaiting or kPaused, and is not over.
  bool frame_has_begun() const;
  // True if the last DecodeFrame delivered less than the complete frame, or the last NextFrame ended the sequence of
  // frames, because the file ends early.
  bool frame_is_partial() const;

  // Makes NextFrame deliver the frame that it would deliver as number `index` after a Rewind, with the same pixels in
  // it and in all that follow. False, and nothing changes, if there are fewer frames. Decodes the frames that it
  // depends on and no others; headers are read from the first frame on, or, with `use_index`, from an entry of the
  // file's frame index, if that agrees with the frames behind it and they need nothing before. An index whose counts
  // are wrong before that entry then makes it another frame. Errors: all, those of frames before `index` included.
  Result<bool> SeekFrame(uint32_t index, bool use_index);

  // The file's frame index, read when it is first asked for; null if there is none. Valid until the image is closed.
  // Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Result<const FrameIndex*> LoadFrameIndex();

  // Header and TOC of the index-th frame (from 0) of all, displayed or not, without disturbing the sequence of frames;
  // false if there are fewer. `entry` tells how many frames are delivered before. Both may be null. Errors: those of
  // headers and TOCs, kCancelled.
  Result<bool> InspectFrame(uint64_t index, FrameStart* frame, FrameEntry* entry);
  // The same for the preview. REQUIRES: header().have_preview.
  Status InspectPreview(FrameStart* frame);

  // What decoding all frames takes, each into targets with `streamed_pixel_bytes` bytes per pixel in sinks. Without
  // disturbing the sequence of frames. Where the first sections of a frame are missing or broken, the headers alone are
  // judged. Errors: those of headers and TOCs, kCancelled, kMemoryLimit.
  Result<ImageMemoryEstimate> EstimateMemory(uint64_t streamed_pixel_bytes);

  // Makes the pool hold, in physical memory, the blocks that decoding the first delivered frame takes, and frames
  // before it: their headers and a few of their sections are decoded for that. With the same meaning of
  // `streamed_pixel_bytes`, in the mode that the decode will choose. Frames that refer to others are left out. Without
  // disturbing the sequence of frames. Errors: all; kMemoryLimit also if the pool may not keep so much.
  Status Prewarm(uint64_t streamed_pixel_bytes);

  // Decodes the preview. REQUIRES: header().have_preview.
  Status DecodePreview(const OutputTarget* targets, size_t num_targets);
  // True if the last DecodePreview delivered less than the complete preview because the file ends early.
  bool preview_is_partial() const;

  // The quantised coefficients of the first frame, for JPEG reconstruction; at any time (of a stream: before the first
  // frame was decoded or skipped), without disturbing the sequence of frames, and whatever the options say. Errors:
  // all, those of the sink included.
  Status DecodeCoefficients(CoefficientSink* sink);

  // Input bytes that had to be copied: because they were fed, or because a section straddles two parts of the
  // codestream.
  uint64_t copied_input_bytes() const;

 private:
  struct State;  // on pooled memory

  // What runs from the first to the last DecodeFrame of a frame.
  struct FrameRun;

  // image_input.cc.
  Status ReadImageHeaders();
  void SetUpContext();
  Status ReadPreviewStart();
  // Calls `parse`, which parses a header at byte `offset` of the codestream, unless it was tried not long ago and gave
  // kWaiting. A try in vain leaves nothing.
  Status TryToParse(uint64_t offset, Status (ImageDecoder::*parse)());
  // kWaiting if not all of the frame has come.
  Status MayDecodeAtOnce(const FrameStart& frame) const;
  // The current frame is over, and its input has been used.
  void LeaveCurrent();

  // Header and TOC of the frame at byte `offset` of the codestream.
  Result<PooledObject<FrameDecoder>> ReadFrame(FrameRole role, uint64_t offset);
  // Makes the next frame the current one and counts it.
  Status ReadNextFrame();
  void AdvanceTo(PooledObject<FrameDecoder> decoder);
  // NextFrame without the allowance for files that end early.
  Result<bool> AdvanceToDelivered(FrameInfo* info);
  bool IsDelivered(const FrameHeader& frame) const;
  Status DescribeCurrent(FrameInfo* info);
  Status DecodeCurrent(std::span<const OutputTarget> targets);
  // Decodes a frame that finds its references in `*slots` and leaves there what it is stored for. After kWaiting called
  // again, with the same `run`, which is new at first.
  Status RunFrame(FrameDecoder* decoder, std::span<const OutputTarget> targets, FrameSlots* slots, FrameRun* run);
  Status BeginRun(FrameDecoder* decoder, std::span<const OutputTarget> targets, FrameSlots* slots, FrameRun* run);

  // image_memory.cc.
  uint64_t Room() const;
  // What a frame is asked for.
  FrameRequest RequestFor(bool is_delivered, std::span<const OutputTarget> targets) const;
  // Decides on the mode in which the frame will be decoded. May read what all groups share.
  Result<Workforce> ChooseWorkforce(FrameDecoder* decoder, const FrameRequest& request);
  // Returns the number of workers that will decode the frames.
  Result<uint32_t> RehearseFrames(uint64_t streamed_pixel_bytes, SizeRecorder* recorder);

  // image_flush.cc.
  // Decodes what has come of a frame; see Flush.
  Status RunProvisionally(const FrameState& running, FrameRequest request, FrameSlots* slots);
  // Makes a frame that shows the LF frame in `*slots`, and there those of lower levels. Null if there is none.
  Result<PooledObject<FrameDecoder>> MakeLfPicture(FrameSlots* slots);
  Status FlushLfFrame(std::span<const OutputTarget> targets);

  // image_seek.cc.
  // Makes slots (bits, see frame_table.h) of state_ exact for the current frame.
  Status FillSlots(uint8_t missing);
  // Decodes what is needed of the frames [begin, end) so that the slots of `needed` are exact before frame `end`;
  // `slots` and `*exact` are those before `begin` and become those before `end`. False, with nothing done, if that
  // depends on slots that are not exact before `begin`. REQUIRES: the table knows the frames before `end`.
  Result<bool> Replay(const FrameTable& table, uint64_t begin, uint64_t end, uint8_t needed, FrameSlots* slots,
                      uint8_t* exact);
  Status ReplayFrame(const FrameEntry& entry, FrameSlots* slots);
  // The next frame is `entry`, the table's frame `position`.
  void MoveTo(const FrameEntry& entry, uint64_t position, uint32_t delivered_index);
  // As SeekFrame, by the frame index; false, and nothing changes, if that is not safe.
  Result<bool> SeekByIndex(uint32_t index);

  Memory* memory_;
  ThreadPool* threads_;
  ThreadPool no_threads_{1};
  PooledObject<State> state_;
};

}  // namespace jxlpool

#endif  // LIB_IMAGE_IMAGE_DECODER_H_
