#include "lib/modular/modular_layout.h"

#include <algorithm>

#include "lib/modular/stream/modular_stream.h"
#include "lib/pool/matrix.h"

namespace jxlpool {
namespace {

constexpr int32_t kLfGroupShift = 3;  // LF groups are 2^3 groups wide and high

int32_t SmallerShift(const ChannelShape& shape) { return std::min(shape.hshift, shape.vshift); }

// Returns what square `index` covers of a channel, if the frame has `columns` squares of `dim` pixels in a row.
Rect SquareRect(const ChannelShape& shape, uint64_t index, uint64_t columns, uint64_t dim) {
  const Rect square = {static_cast<int64_t>((index % columns * dim) >> shape.hshift),
                       static_cast<int64_t>((index / columns * dim) >> shape.vshift),
                       static_cast<int64_t>(dim >> shape.hshift), static_cast<int64_t>(dim >> shape.vshift)};
  return square.Intersection(Rect{0, 0, shape.width, shape.height});
}

}  // namespace

Status ModularLayout::Init(const ModularFrameInfo& info, Memory* memory) {
  *this = ModularLayout();
  info_ = info;
  initial_ = PoolVector<ChannelShape>(memory, Category::kModular);
  coded_.shapes = PoolVector<ChannelShape>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(initial_.Reserve(info.channels.size()));
  JXLPOOL_RETURN_IF_ERROR(coded_.shapes.Reserve(info.channels.size()));
  for (const ChannelShape& shape : info.channels) {
    JXLPOOL_RETURN_IF_ERROR(initial_.PushBack(shape));
    JXLPOOL_RETURN_IF_ERROR(coded_.shapes.PushBack(shape));
  }
  info_.channels = {};
  return OkStatus();
}

Status ModularLayout::Apply(TransformList* transforms, uint64_t position) {
  JXLPOOL_RETURN_IF_ERROR(ApplyTransforms(transforms, position, &coded_));
  const uint32_t dim = info_.dimensions->group_dim;
  const auto is_spread = [dim](const ChannelShape& shape) { return shape.width > dim || shape.height > dim; };
  const PoolVector<ChannelShape>& shapes = coded_.shapes;
  const auto* first = std::find_if(shapes.begin() + coded_.num_meta, shapes.end(), is_spread);
  first_spread_ = static_cast<size_t>(first - shapes.begin());
  groups_are_independent_ = first_spread_ == coded_.num_meta && IsPerPixel(*transforms) &&
                            std::none_of(first, shapes.end(), [this](const auto& shape) { return InLfGroups(shape); });
  return CheckSpreadChannels(position);
}

// A group must hold at least a sample of each channel that is spread over groups.
Status ModularLayout::CheckSpreadChannels(uint64_t position) const {
  for (size_t i = first_spread_; i < coded_.shapes.size(); ++i) {
    const ChannelShape& shape = coded(i);
    const uint64_t dim = uint64_t{info_.dimensions->group_dim} << (InLfGroups(shape) ? kLfGroupShift : 0);
    if (!shape.empty() && dim >> std::max(shape.hshift, shape.vshift) == 0) {
      return Corrupt("a modular channel is too small for its groups", position);
    }
  }
  return OkStatus();
}

bool ModularLayout::InLfGroups(const ChannelShape& shape) const { return SmallerShift(shape) >= kLfGroupShift; }

bool ModularLayout::InPass(const ChannelShape& shape, uint32_t pass) const {
  const ShiftRange range = PassShiftRange(*info_.passes, pass);
  const int32_t shift = SmallerShift(shape);
  return !InLfGroups(shape) && shift >= range.min_shift && shift <= range.max_shift;
}

Rect ModularLayout::GroupRect(const ChannelShape& shape, uint32_t group) const {
  return SquareRect(shape, group, info_.dimensions->groups_x, info_.dimensions->group_dim);
}

Rect ModularLayout::LfGroupRect(const ChannelShape& shape, uint32_t lf_group) const {
  const uint64_t dim = uint64_t{info_.dimensions->group_dim} << kLfGroupShift;
  return SquareRect(shape, lf_group, info_.dimensions->lf_groups_x, dim);
}

uint64_t ModularLayout::ChannelBytes(uint64_t width, uint64_t height) const {
  return info_.int16_samples ? Matrix2D<int16_t>::Bytes(height, width) : Matrix2D<int32_t>::Bytes(height, width);
}

uint64_t ModularLayout::FrameBytes() const {
  uint64_t final_bytes = 0;
  uint64_t largest = 0;
  for (const ChannelShape& shape : initial_) {
    const uint64_t bytes = ChannelBytes(shape.width, shape.height);
    final_bytes += bytes;
    largest = std::max(largest, bytes);
  }
  uint64_t coded_bytes = 0;
  for (const ChannelShape& shape : coded_.shapes) coded_bytes += ChannelBytes(shape.width, shape.height);
  // A transform is undone while what it makes a channel of is there.
  return std::max(final_bytes, coded_bytes) + largest;
}

uint64_t ModularLayout::GroupBytes(uint64_t section_bytes, const MaTreeAndCode* tree, const GroupTraits& traits) const {
  if (initial_.empty()) return 0;
  ModularStreamOutline outline;
  outline.section_bytes = section_bytes;
  outline.is_whole_image = info_.dimensions->num_groups == 1;
  outline.tree_bytes = traits.tree_bytes;
  uint64_t bytes = 0;
  for (const ChannelShape& shape : coded_.shapes) {
    // Palettes are those of the frame.
    if (shape.hshift < 0 || shape.vshift < 0) continue;
    const Rect rect = GroupRect(shape, 0);
    const uint64_t width = static_cast<uint64_t>(rect.width);
    const uint64_t height = static_cast<uint64_t>(rect.height);
    bytes += ChannelBytes(width, height);
    outline.samples += width * height;
    outline.widest = std::max(outline.widest, width);
  }
  // The samples of an only group lie in the frame's channels.
  const uint64_t copies = outline.is_whole_image ? 0 : traits.other_channels.value_or(true) ? 2 : 1;
  return copies * bytes + ModularStreamBytes(outline, tree);
}

}  // namespace jxlpool
