#include "lib/frame/lf_picture.h"

namespace jxlpool {

bool MayShowLfFrame(const ImageHeader& image) { return image.num_extra_channels == 0; }

Status MakeLfPicture(uint32_t lf_level, FrameState* frame) {
  FrameHeader* header = &frame->header;
  *header = FrameHeader();
  header->flags = kFlagUseLfFrame | kFlagSkipAdaptiveLfSmoothing;
  header->frame_type = lf_level == 0 ? FrameType::kRegularFrame : FrameType::kLFFrame;
  header->lf_level = lf_level;
  header->color_transform = frame->image().xyb_encoded ? FrameColorTransform::kXyb : FrameColorTransform::kNone;
  header->width = frame->image().size.width;
  header->height = frame->image().size.height;
  header->is_last = lf_level == 0;
  header->restoration_filter.gab = false;
  header->restoration_filter.epf_iters = 0;
  frame->dimensions = ComputeFrameDimensions(frame->image(), *header);
  frame->toc.num_groups = frame->dimensions.num_groups;
  frame->toc.num_lf_groups = frame->dimensions.num_lf_groups;
  frame->toc.entries = PoolVector<TocEntry>(frame->memory(), Category::kOther);
  frame->lf_only = true;
  frame->keeps_sections = true;
  frame->incomplete = true;
  return frame->toc.entries.Resize(frame->toc.PassGroup(0, frame->dimensions.num_groups));
}

}  // namespace jxlpool
