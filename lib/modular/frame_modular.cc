#include "lib/modular/frame_modular.h"

#include <algorithm>
#include <span>
#include <utility>

namespace jxlpool {
namespace {

constexpr int32_t kLfGroupShift = 3;  // LF groups are 2^3 groups wide and high

int32_t SmallerShift(const ChannelShape& shape) { return std::min(shape.hshift, shape.vshift); }

// Where the square `(gx, gy)` of `size` frame pixels lies in a channel.
struct Interval {
  uint32_t begin = 0;
  uint32_t size = 0;
};
Interval Slice(uint32_t length, int32_t shift, uint64_t index, uint64_t size) {
  const uint64_t begin = (index * size) >> shift;
  if (begin >= length) return Interval();
  return Interval{static_cast<uint32_t>(begin),
                  static_cast<uint32_t>(std::min<uint64_t>(size >> shift, length - begin))};
}

}  // namespace

Status FrameModular::Init(const ModularFrameInfo& info, Memory* memory) {
  *this = FrameModular();
  memory_ = memory;
  info_ = info;
  info_.channels = nullptr;
  num_initial_ = info.num_channels;
  sample_type_ = info.int16_samples ? SampleType::kInt16 : SampleType::kInt32;
  image_ = ModularImage(memory, sample_type_);
  initial_ = PoolVector<ChannelShape>(memory, Category::kModular);
  shapes_.shapes = PoolVector<ChannelShape>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(initial_.Reserve(num_initial_));
  JXLPOOL_RETURN_IF_ERROR(shapes_.shapes.Reserve(num_initial_));
  for (size_t i = 0; i < num_initial_; ++i) {
    JXLPOOL_RETURN_IF_ERROR(initial_.PushBack(info.channels[i]));
    JXLPOOL_RETURN_IF_ERROR(shapes_.shapes.PushBack(info.channels[i]));
  }
  return OkStatus();
}

Status FrameModular::ReadGlobal(BitReader* reader) {
  has_global_tree_ = reader->ReadBool();
  if (has_global_tree_) {
    constexpr uint64_t kMostNodes = uint64_t{1} << 22;
    const uint64_t max_nodes = std::min(kMostNodes, 1024 + info_.tree_samples / 16);
    JXLPOOL_ASSIGN_OR_RETURN(global_, MaTreeAndCode::Read(reader, memory_, max_nodes));
  }
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  if (num_initial_ != 0) JXLPOOL_RETURN_IF_ERROR(ReadGlobalHeader(reader));
  groups_are_independent_ = num_initial_ == 0 || GroupsAreIndependent();
  return OkStatus();
}

Status FrameModular::ReadGlobalHeader(BitReader* reader) {
  JXLPOOL_RETURN_IF_ERROR(ReadModularHeader(reader, memory_, &header_));
  JXLPOOL_RETURN_IF_ERROR(ApplyTransforms(&header_.transforms, reader->Position(), &shapes_));
  first_group_channel_ = shapes_.num_meta;
  while (first_group_channel_ < shapes_.shapes.size()) {
    const ChannelShape& shape = shapes_.shapes[first_group_channel_];
    if (shape.width > info_.group_dim || shape.height > info_.group_dim) break;
    ++first_group_channel_;
  }
  return CheckGroupChannels(reader->Position());
}

Status FrameModular::DecodeGlobal(BitReader* reader, ModularStorage storage) {
  storage_ = storage;
  if (num_initial_ == 0) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(AddShapes(shapes_, &image_));
  const uint64_t max_nodes = MaxLocalNodes(shapes_, first_group_channel_);
  JXLPOOL_RETURN_IF_ERROR(DecodeModularChannels(StreamParams(kGlobalModularStream), header_, first_group_channel_,
                                                max_nodes, reader, &image_));
  if (group_local()) return OkStatus();
  return image_.Allocate(info_.may_be_incomplete ? Fill::kZero : Fill::kUninitialized);
}

uint64_t FrameModular::ChannelBytes(const ChannelShape& shape) const {
  return sample_type_ == SampleType::kInt16 ? Matrix2D<int16_t>::Bytes(shape.height, shape.width)
                                            : Matrix2D<int32_t>::Bytes(shape.height, shape.width);
}

uint64_t FrameModular::FrameBytes() const {
  uint64_t final_bytes = 0;
  uint64_t largest = 0;
  for (const ChannelShape& shape : initial_) {
    final_bytes += ChannelBytes(shape);
    largest = std::max(largest, ChannelBytes(shape));
  }
  uint64_t coded_bytes = 0;
  for (const ChannelShape& shape : shapes_.shapes) coded_bytes += ChannelBytes(shape);
  // A transform is undone while what it makes a channel of is there.
  return std::max(final_bytes, coded_bytes) + largest;
}

uint64_t FrameModular::GroupBytes(uint64_t section_bytes) const {
  if (num_initial_ == 0) return 0;
  ModularStreamOutline outline;
  outline.section_bytes = section_bytes;
  outline.is_whole_image = info_.groups_x * info_.groups_y == 1;
  uint64_t bytes = 0;
  for (const ChannelShape& shape : shapes_.shapes) {
    // Palettes are those of the frame.
    if (shape.hshift < 0 || shape.vshift < 0) continue;
    const Region region = GroupRegion(shape, 0);
    bytes += ChannelBytes(ChannelShape{region.width, region.height, 0, 0});
    outline.samples += uint64_t{region.width} * region.height;
    outline.widest = std::max<uint64_t>(outline.widest, region.width);
  }
  // The samples of an only group lie in the frame's channels. Others may have transforms of their own, and then other
  // channels at the same time.
  return (outline.is_whole_image ? 0 : 2) * bytes + ModularStreamBytes(outline, global_tree());
}

// A group must hold at least a sample of each channel that is spread over groups.
Status FrameModular::CheckGroupChannels(uint64_t position) const {
  for (size_t i = first_group_channel_; i < shapes_.shapes.size(); ++i) {
    const ChannelShape& shape = shapes_.shapes[i];
    if (shape.empty()) continue;
    const bool in_lf_groups = SmallerShift(shape) >= kLfGroupShift;
    const uint64_t dim = in_lf_groups ? uint64_t{info_.group_dim} << kLfGroupShift : info_.group_dim;
    if (dim >> std::max(shape.hshift, shape.vshift) == 0) {
      return Corrupt("a modular channel is too small for its groups", position);
    }
  }
  return OkStatus();
}

bool FrameModular::GroupsAreIndependent() const {
  if (first_group_channel_ != shapes_.num_meta || !IsPerPixel(header_.transforms)) return false;
  return std::all_of(shapes_.shapes.begin() + first_group_channel_, shapes_.shapes.end(),
                     [](const ChannelShape& shape) { return SmallerShift(shape) < kLfGroupShift; });
}

ModularStreamParams FrameModular::StreamParams(uint32_t stream_index) const {
  ModularStreamParams params;
  params.stream_index = stream_index;
  params.bit_depth = info_.bit_depth;
  params.global = global_tree();
  params.loops = info_.loops;
  return params;
}

FrameModular::Region FrameModular::GroupRegion(const ChannelShape& shape, uint32_t g) const {
  const Interval x = Slice(shape.width, shape.hshift, g % info_.groups_x, info_.group_dim);
  const Interval y = Slice(shape.height, shape.vshift, g / info_.groups_x, info_.group_dim);
  return Region{x.begin, y.begin, x.size, y.size};
}

FrameModular::Region FrameModular::LfGroupRegion(const ChannelShape& shape, uint32_t g) const {
  const uint64_t dim = uint64_t{info_.group_dim} << kLfGroupShift;
  const Interval x = Slice(shape.width, shape.hshift, g % info_.lf_groups_x, dim);
  const Interval y = Slice(shape.height, shape.vshift, g / info_.lf_groups_x, dim);
  return Region{x.begin, y.begin, x.size, y.size};
}

bool FrameModular::InPass(const ChannelShape& shape, uint32_t pass) const {
  const int32_t shift = SmallerShift(shape);
  return shift < kLfGroupShift && shift >= info_.pass_shifts[pass].min_shift &&
         shift <= info_.pass_shifts[pass].max_shift;
}

Status FrameModular::DecodeLfGroup(uint32_t g, BitReader* reader) {
  ModularImage part(memory_, sample_type_);
  if (!group_local()) {
    for (size_t i = first_group_channel_; i < shapes_.shapes.size(); ++i) {
      const ChannelShape& shape = shapes_.shapes[i];
      if (SmallerShift(shape) < kLfGroupShift) continue;
      JXLPOOL_RETURN_IF_ERROR(AddRegion(shape, LfGroupRegion(shape, g), &image_[i], &part));
    }
  }
  const uint32_t num_lf_groups = info_.lf_groups_x * info_.lf_groups_y;
  return DecodeModularStream(StreamParams(ModularLfGroupStream(num_lf_groups, g)), reader, &part);
}

Status FrameModular::AddRegion(const ChannelShape& shape, const Region& region, ModularChannel* channel,
                               ModularImage* part) {
  if (region.empty()) return OkStatus();
  const ChannelShape part_shape{region.width, region.height, shape.hshift, shape.vshift};
  return part->Add(channel->BorrowRegion(part_shape, region.x0, region.y0));
}

Result<ModularImage> FrameModular::NewGroupImage(uint32_t g, Fill fill) const {
  ModularImage result(memory_, sample_type_);
  JXLPOOL_RETURN_IF_ERROR(result.channels().Reserve(shapes_.shapes.size()));
  for (size_t i = 0; i < shapes_.shapes.size(); ++i) {
    const ChannelShape& shape = shapes_.shapes[i];
    if (i < shapes_.num_meta) {
      JXLPOOL_RETURN_IF_ERROR(result.Add(image_[i].BorrowConst()));
      continue;
    }
    const Region region = GroupRegion(shape, g);
    JXLPOOL_RETURN_IF_ERROR(result.Add(ChannelShape{region.width, region.height, shape.hshift, shape.vshift}));
  }
  result.set_num_meta(shapes_.num_meta);
  JXLPOOL_RETURN_IF_ERROR(result.Allocate(fill));
  return result;
}

Result<ModularImage> FrameModular::ChannelsOf(uint32_t pass, const ModularGroupPart& part) {
  ModularImage channels(memory_, sample_type_);
  for (size_t i = first_group_channel_; i < shapes_.shapes.size(); ++i) {
    const ChannelShape& shape = group_local() ? (*part.image)[i].shape() : shapes_.shapes[i];
    if (!InPass(shape, pass)) continue;
    const Region region = group_local() ? Region{0, 0, shape.width, shape.height} : GroupRegion(shape, part.group);
    ModularChannel* channel = group_local() ? &(*part.image)[i] : &image_[i];
    JXLPOOL_RETURN_IF_ERROR(AddRegion(shape, region, channel, &channels));
  }
  return channels;
}

void FrameModular::DecodeGroups(uint32_t pass, std::span<ModularGroupPart> parts) {
  const uint32_t num_lf_groups = info_.lf_groups_x * info_.lf_groups_y;
  const uint32_t num_groups = info_.groups_x * info_.groups_y;
  ModularImage images[kMaxGroupsAtATime];
  ModularStream streams[kMaxGroupsAtATime];
  for (size_t i = 0; i < parts.size(); ++i) {
    Result<ModularImage> channels = ChannelsOf(pass, parts[i]);
    streams[i].status = channels.status();
    if (channels.ok()) images[i] = std::move(channels.value());
    streams[i].params = StreamParams(ModularGroupStream(num_lf_groups, num_groups, pass, parts[i].group));
    streams[i].reader = parts[i].reader;
    streams[i].image = &images[i];
  }
  if (parts.size() == 2 && streams[0].status.ok() && streams[1].status.ok()) {
    DecodeModularStreams(&streams[0], &streams[1]);
  } else {
    for (ModularStream& stream : std::span(streams, parts.size())) {
      if (stream.status.ok()) stream.status = DecodeModularStream(stream.params, stream.reader, stream.image);
    }
  }
  for (size_t i = 0; i < parts.size(); ++i) parts[i].status = streams[i].status;
}

Status FrameModular::FinishGroup(ModularImage* image) const {
  return UndoTransforms(header_.transforms, GlobalUndo(nullptr), image);
}

Status FrameModular::Finish(ThreadPool* threads) {
  return UndoTransforms(header_.transforms, GlobalUndo(threads), &image_);
}

UndoParams FrameModular::GlobalUndo(ThreadPool* threads) const {
  UndoParams undo;
  undo.bit_depth = info_.bit_depth;
  undo.weighted = header_.weighted;
  undo.threads = threads;
  return undo;
}

Result<ModularImage> FrameModular::GroupView(uint32_t g) {
  ModularImage result(memory_, sample_type_);
  for (size_t i = 0; i < num_initial_; ++i) {
    const ChannelShape& shape = initial_[i];
    const Region region = GroupRegion(shape, g);
    const ChannelShape part_shape{region.width, region.height, shape.hshift, shape.vshift};
    JXLPOOL_RETURN_IF_ERROR(result.Add(image_[i].BorrowRegion(part_shape, region.x0, region.y0)));
  }
  return result;
}

}  // namespace jxlpool
