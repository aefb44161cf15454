#include "lib/frame/frame_start.h"

namespace jxlpool {

Status ReadFrameStart(const FrameSource& source, FrameRole role, uint64_t offset, FrameStart* frame) {
  frame->offset = offset;
  return ParseHeader(*source.codestream, 8 * offset, [&](BitReader* reader) -> Status {
    JXLPOOL_RETURN_IF_ERROR(ReadFrameHeader(reader, source.memory, *source.image, role, source.limits, &frame->header));
    frame->dimensions = ComputeFrameDimensions(*source.image, frame->header);
    JXLPOOL_RETURN_IF_ERROR(ReadToc(reader, source.memory, frame->dimensions, frame->header.passes, &frame->toc));
    frame->sections_offset = reader->Position() / 8;
    return reader->Check();
  });
}

}  // namespace jxlpool
