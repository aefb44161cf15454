#include "lib/modular/frame_modular.h"

#include <algorithm>
#include <span>
#include <utility>

namespace jxlpool {
namespace {

// Adds what a rectangle covers of a channel, if anything, as a borrowed channel.
Status AddRegion(const Rect& rect, ModularChannel* channel, ModularImage* part) {
  return rect.empty() ? OkStatus() : part->Add(channel->BorrowRegion(rect));
}

}  // namespace

Status FrameModular::Init(const ModularFrameInfo& info, Memory* memory) {
  *this = FrameModular();
  memory_ = memory;
  JXLPOOL_RETURN_IF_ERROR(layout_.Init(info, memory));
  image_ = ModularImage(memory, layout_.sample_type());
  return OkStatus();
}

Status FrameModular::ReadGlobal(BitReader* reader) {
  has_global_tree_ = reader->ReadBool();
  if (has_global_tree_) {
    constexpr uint64_t kMostNodes = uint64_t{1} << 22;
    const uint64_t max_nodes = std::min(kMostNodes, 1024 + layout_.info().tree_samples / 16);
    JXLPOOL_ASSIGN_OR_RETURN(global_, MaTreeAndCode::Read(reader, memory_, max_nodes));
  }
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  if (num_channels() != 0) JXLPOOL_RETURN_IF_ERROR(ReadModularHeader(reader, memory_, &header_));
  return layout_.Apply(&header_.transforms, reader->Position());
}

Status FrameModular::DecodeGlobal(BitReader* reader, ModularStorage storage) {
  storage_ = storage;
  if (num_channels() == 0) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(AddShapes(layout_.coded(), &image_));
  for (size_t i = 0; i < layout_.first_spread() && layout_.info().may_be_incomplete; ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(image_[i], ModularChannel::Create(memory_, image_[i].shape(), sample_type(), Fill::kZero));
  }
  JXLPOOL_RETURN_IF_ERROR(
      DecodeModularChannels(StreamParams(kGlobalModularStream), header_, layout_.first_spread(), reader, &image_));
  if (group_local()) return OkStatus();
  return image_.Allocate(layout_.info().may_be_incomplete ? Fill::kZero : Fill::kUninitialized);
}

ModularStreamParams FrameModular::StreamParams(uint32_t stream_index) const {
  ModularStreamParams params;
  params.stream_index = stream_index;
  params.bit_depth = layout_.info().bit_depth;
  params.global = global_tree();
  params.loops = layout_.info().loops;
  return params;
}

Status FrameModular::DecodeLfGroup(uint32_t g, BitReader* reader) {
  ModularImage part(memory_, sample_type());
  for (size_t i = layout_.first_spread(); i < image_.size() && !group_local(); ++i) {
    const ChannelShape& shape = layout_.coded(i);
    if (!layout_.InLfGroups(shape)) continue;
    JXLPOOL_RETURN_IF_ERROR(AddRegion(layout_.LfGroupRect(shape, g), &image_[i], &part));
  }
  const uint32_t num_lf_groups = static_cast<uint32_t>(layout_.info().dimensions->num_lf_groups);
  return DecodeModularStream(StreamParams(ModularLfGroupStream(num_lf_groups, g)), reader, &part);
}

void FrameModular::LookAtGroup(BitReader reader, Look how) {
  // Other groups may have larger trees.
  constexpr uint64_t kMargin = uint64_t{16} << 10;
  constexpr uint64_t kMostNodes = uint64_t{1} << 16;
  ModularHeader header;
  if (!ReadModularHeader(&reader, memory_, &header).ok()) return;
  if (how == Look::kTransforms) {
    traits_.other_channels = !HasOnlyRcts(header.transforms) || traits_.other_channels.value_or(false);
    return;
  }
  uint64_t tree_bytes = 0;
  if (!header.use_global_tree) {
    const uint64_t before = memory_->budget()->total().live;
    const Result<MaTreeAndCode> tree = MaTreeAndCode::Read(&reader, memory_, kMostNodes);
    if (!tree.ok()) return;
    tree_bytes = 3 * (memory_->budget()->total().live - before) / 2 + kMargin;
  }
  traits_.tree_bytes = std::max(tree_bytes, traits_.tree_bytes.value_or(0));
}

Result<ModularImage> FrameModular::NewGroupImage(uint32_t g, Fill fill) const {
  const ShapeList& coded = layout_.coded();
  ModularImage result(memory_, sample_type());
  JXLPOOL_RETURN_IF_ERROR(result.channels().Reserve(coded.shapes.size()));
  for (size_t i = 0; i < coded.num_meta; ++i) JXLPOOL_RETURN_IF_ERROR(result.Add(image_[i].BorrowConst()));
  for (size_t i = coded.num_meta; i < coded.shapes.size(); ++i) {
    const ChannelShape& shape = layout_.coded(i);
    const Rect rect = layout_.GroupRect(shape, g);
    JXLPOOL_RETURN_IF_ERROR(result.Add(shape.Of(rect)));
  }
  result.set_num_meta(coded.num_meta);
  JXLPOOL_RETURN_IF_ERROR(result.Allocate(fill));
  return result;
}

Result<ModularImage> FrameModular::ChannelsOf(uint32_t pass, const ModularGroupPart& part) {
  ModularImage channels(memory_, sample_type());
  for (size_t i = layout_.first_spread(); i < layout_.coded().shapes.size(); ++i) {
    const ChannelShape& shape = layout_.coded(i);
    if (!layout_.InPass(shape, pass)) continue;
    Rect rect = layout_.GroupRect(shape, part.group);
    if (group_local()) rect.x0 = rect.y0 = 0;
    JXLPOOL_RETURN_IF_ERROR(AddRegion(rect, group_local() ? &(*part.image)[i] : &image_[i], &channels));
  }
  return channels;
}

void FrameModular::DecodeGroups(uint32_t pass, std::span<ModularGroupPart> parts) {
  const uint32_t num_lf_groups = static_cast<uint32_t>(layout_.info().dimensions->num_lf_groups);
  const uint32_t num_groups = static_cast<uint32_t>(layout_.info().dimensions->num_groups);
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
  if (parts.size() == 2) {
    DecodeModularStreams(&streams[0], &streams[1]);
  } else if (parts.size() == 1 && streams[0].status.ok()) {
    streams[0].status = DecodeModularStream(streams[0].params, streams[0].reader, streams[0].image);
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
  undo.bit_depth = layout_.info().bit_depth;
  undo.weighted = header_.weighted;
  undo.threads = threads;
  return undo;
}

Result<ModularImage> FrameModular::GroupView(uint32_t g) {
  ModularImage result(memory_, sample_type());
  for (ModularChannel& channel : image_.channels()) {
    JXLPOOL_RETURN_IF_ERROR(result.Add(channel.BorrowRegion(layout_.GroupRect(channel.shape(), g))));
  }
  return result;
}

}  // namespace jxlpool
