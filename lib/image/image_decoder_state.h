// What an ImageDecoder consists of; for the files that implement it.
#ifndef LIB_IMAGE_IMAGE_DECODER_STATE_H_
#define LIB_IMAGE_IMAGE_DECODER_STATE_H_

#include <cstdint>

#include "lib/bitstream/container.h"
#include "lib/bitstream/container_reader.h"
#include "lib/bitstream/frame_index.h"
#include "lib/compose/image_color.h"
#include "lib/frame/frame_decoder.h"
#include "lib/headers/image_header.h"
#include "lib/image/frame_table.h"
#include "lib/image/image_decoder.h"
#include "lib/pool/pool_vector.h"
#include "lib/pool/pooled_object.h"

namespace jxlpool {

struct ImageDecoder::FrameRun {
  bool has_begun = false;
  FrameRequest request;
  Workforce workforce;
  uint64_t allowed_bytes = 0;  // bytes of the frame for which work has been allowed
};

struct ImageDecoder::State {
  DecoderOptions options;
  SizeLimits limits;
  Container container;
  ContainerReader input;
  bool is_fed = false;
  // The header at byte `parse_offset` was tried in vain; the next try is when so many bytes are there.
  uint64_t parse_offset = 0;
  uint64_t parse_size = 0;
  bool has_image_header = false;
  bool has_headers = false;
  ImageHeader header;
  ImageColor color;
  FrameContext context;
  uint64_t preview_offset = 0;  // bytes from the start of the codestream
  uint64_t first_frame_offset = 0;

  // The frames, for access out of order.
  FrameTable table;
  // After a jump to an entry of the file's frame index `position` refers to this table, which begins there.
  FrameTable late_table;
  bool is_late = false;
  // The file's frame index, once it was asked for.
  bool has_frame_index = false;
  FrameIndex frame_index;

  // Where the sequence of frames is.
  uint64_t position = 0;        // of the next frame in the table, whether the table reaches it or not
  uint64_t current_offset = 0;  // of `current`, in bytes from the start of the codestream
  uint64_t next_offset = 0;
  uint32_t display_index = 0;
  uint32_t visible_frames = 0;
  uint32_t invisible_frames = 0;
  bool seen_last = false;
  bool partial = false;
  bool preview_partial = false;
  FrameSlots slots;
  // Those whose contents are what they would be had every frame been decoded; a jump leaves the others for later.
  uint8_t exact_slots = kAllSlots;
  PooledObject<FrameDecoder> current;  // a displayed frame that is not decoded yet
  FrameRun run;                        // of `current`
  PoolVector<char> name;               // of the current frame, with terminator

  void Restart() {
    is_late = false;
    position = 0;
    next_offset = first_frame_offset;
    display_index = 0;
    visible_frames = 0;
    // The preview counts as an invisible frame.
    invisible_frames = header.have_preview ? 1 : 0;
    seen_last = false;
    partial = false;
    slots.Clear();
    exact_slots = kAllSlots;
    current = PooledObject<FrameDecoder>();
    run = FrameRun();
  }
};

}  // namespace jxlpool

#endif  // LIB_IMAGE_IMAGE_DECODER_STATE_H_
