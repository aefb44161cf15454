#include "lib/features/patches.h"

#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/features/blending_kernels.h"
#include "lib/features/entropy_symbols.h"

namespace jxlpool {
namespace {

enum Context : size_t {
  kNumSourcesContext = 0,
  kSlotContext = 1,
  kSizeContext = 2,
  kSourcePositionContext = 3,
  kPositionContext = 4,
  kOperationContext = 5,
  kDeltaContext = 6,
  kCountContext = 7,
  kAlphaContext = 8,
  kClampContext = 9,
};

uint64_t MaxSources(const PatchEnvironment& environment) {
  return 1024 + environment.padded_width * environment.padded_height / 4;
}

Status CheckSource(const PatchDictionary::Source& source, const PatchEnvironment& environment, uint64_t position) {
  if (source.slot >= kNumReferenceSlots)
    return Corrupt("patch refers to a reference slot that does not exist", position);
  const PatchEnvironment::Slot& slot = environment.slots[source.slot];
  if (!slot.occupied) return Corrupt("patch refers to an empty reference slot", position);
  if (!slot.saved_before_color_transform) {
    return Corrupt("patch refers to a frame that was stored after its color transform", position);
  }
  if (uint64_t{source.x} + source.width > slot.width || uint64_t{source.y} + source.height > slot.height ||
      source.width == 0 || source.height == 0) {
    return Corrupt("patch exceeds its reference frame", position);
  }
  return OkStatus();
}

}  // namespace

Result<PatchDictionary> PatchDictionary::Read(BitReader* reader, Memory* memory, const PatchEnvironment& environment) {
  JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, kNumPatchContexts));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory));
  EntropySymbols symbols(&decoder, reader);
  JXLPOOL_ASSIGN_OR_RETURN(PatchDictionary dictionary, Parse(&symbols, memory, environment));
  JXLPOOL_RETURN_IF_ERROR(decoder.Finish(reader));
  return dictionary;
}

Result<PatchDictionary> PatchDictionary::Parse(SymbolSource* symbols, Memory* memory,
                                               const PatchEnvironment& environment) {
  PatchDictionary dictionary;
  dictionary.num_extra_ = environment.num_extra;
  dictionary.sources_ = PoolVector<Source>(memory, Category::kOther);
  dictionary.positions_ = PoolVector<Position>(memory, Category::kOther);
  dictionary.blending_ = PoolVector<ChannelBlending>(memory, Category::kOther);
  dictionary.kinds_ = PoolVector<Kind>(memory, Category::kOther);
  const uint64_t max_sources = MaxSources(environment);
  const uint32_t num_sources = symbols->Next(kNumSourcesContext);
  if (num_sources > max_sources) return Corrupt("too many patches", symbols->Position());
  for (uint32_t i = 0; i < num_sources; ++i) {
    JXLPOOL_RETURN_IF_ERROR(dictionary.ParseSource(symbols, environment, 4 * max_sources));
  }
  JXLPOOL_RETURN_IF_ERROR(dictionary.BuildIndex(memory, environment));
  return dictionary;
}

Status PatchDictionary::ParseSource(SymbolSource* symbols, const PatchEnvironment& environment,
                                    uint64_t max_positions) {
  Source source;
  source.slot = symbols->Next(kSlotContext);
  source.x = symbols->Next(kSourcePositionContext);
  source.y = symbols->Next(kSourcePositionContext);
  source.width = symbols->Next(kSizeContext) + 1;  // 0 if it wraps; rejected
  source.height = symbols->Next(kSizeContext) + 1;
  JXLPOOL_RETURN_IF_ERROR(CheckSource(source, environment, symbols->Position()));

  const uint64_t count = uint64_t{symbols->Next(kCountContext)} + 1;
  const uint64_t total = positions_.size() + count;
  if (total > max_positions) return Corrupt("too many patches", symbols->Position());
  // A dictionary grows by doubling in the model decoder, which also bounds the number of blending rules.
  if (rules_capacity_ < total) rules_capacity_ = std::min(2 * rules_capacity_, max_positions);
  if (rules_capacity_ * (num_extra_ + 1) > 4 * max_positions) {
    return Corrupt("too many patches for this number of extra channels", symbols->Position());
  }
  uint64_t area = 0;
  if (__builtin_mul_overflow(uint64_t{source.width} * source.height, count, &area) ||
      __builtin_add_overflow(area, total_area_, &total_area_) ||
      total_area_ > kMaxAreaFactor * (environment.width * environment.height + 1024)) {
    return Corrupt("patches cover the frame too many times", symbols->Position());
  }
  JXLPOOL_RETURN_IF_ERROR(sources_.PushBack(source));
  for (uint64_t i = 0; i < count; ++i) {
    if (i % 1024 == 0) JXLPOOL_RETURN_IF_ERROR(symbols->Check());
    JXLPOOL_RETURN_IF_ERROR(ParsePosition(symbols, environment, i == 0));
  }
  return OkStatus();
}

Status PatchDictionary::ParsePosition(SymbolSource* symbols, const PatchEnvironment& environment, bool is_first) {
  const Source& source = sources_.back();
  int64_t x = 0;
  int64_t y = 0;
  if (is_first) {
    x = symbols->Next(kPositionContext);
    y = symbols->Next(kPositionContext);
  } else {
    x = int64_t{positions_.back().x} + UnpackSigned(symbols->Next(kDeltaContext));
    y = int64_t{positions_.back().y} + UnpackSigned(symbols->Next(kDeltaContext));
  }
  if (x < 0 || y < 0 || x + source.width > static_cast<int64_t>(environment.padded_width) ||
      y + source.height > static_cast<int64_t>(environment.padded_height)) {
    return Corrupt("patch lies outside the frame", symbols->Position());
  }
  JXLPOOL_RETURN_IF_ERROR(positions_.PushBack(
      Position{static_cast<uint32_t>(sources_.size() - 1), static_cast<uint32_t>(x), static_cast<uint32_t>(y)}));
  return ParseBlending(symbols);
}

Status PatchDictionary::ParseBlending(SymbolSource* symbols) {
  const size_t first = blending_.size();
  for (uint32_t j = 0; j < 1 + num_extra_; ++j) {
    ChannelBlending blending;
    const uint32_t operation = symbols->Next(kOperationContext);
    if (operation > static_cast<uint32_t>(BlendOperation::kMulAddBelow)) {
      return Corrupt("patch has an unknown blend mode", symbols->Position());
    }
    blending.operation = static_cast<BlendOperation>(operation);
    if (UsesAlpha(blending.operation) && num_extra_ >= 2) {
      const uint32_t alpha = symbols->Next(kAlphaContext);
      if (alpha >= num_extra_) return Corrupt("patch uses an alpha channel that does not exist", symbols->Position());
      blending.alpha = static_cast<uint16_t>(alpha);
    }
    if (blending.operation >= BlendOperation::kMul) blending.clamp = symbols->Next(kClampContext) != 0;
    JXLPOOL_RETURN_IF_ERROR(blending_.PushBack(blending));
  }
  const auto all_extra_are = [&](BlendOperation operation) {
    return std::all_of(blending_.begin() + first + 1, blending_.end(),
                       [&](const ChannelBlending& blending) { return blending.operation == operation; });
  };
  const BlendOperation color = blending_[first].operation;
  Kind kind = Kind::kGeneral;
  if (color == BlendOperation::kAdd && all_extra_are(BlendOperation::kKeep)) kind = Kind::kAddColor;
  if (color == BlendOperation::kReplace && all_extra_are(BlendOperation::kReplace)) kind = Kind::kReplaceAll;
  return kinds_.PushBack(kind);
}

// A counting sort of (cell, position) pairs, which keeps positions in drawing order.
Status PatchDictionary::BuildIndex(Memory* memory, const PatchEnvironment& environment) {
  cell_start_ = PoolVector<uint32_t>(memory, Category::kOther);
  cell_patches_ = PoolVector<uint32_t>(memory, Category::kOther);
  if (positions_.empty()) return OkStatus();
  cells_x_ = static_cast<uint32_t>(CeilDiv(environment.width, uint64_t{kCellWidth}));
  cells_y_ = static_cast<uint32_t>(CeilDiv(environment.height, uint64_t{kCellHeight}));
  JXLPOOL_RETURN_IF_ERROR(cell_start_.Resize(size_t{cells_x_} * cells_y_ + 2));

  const auto for_each_cell = [&](const Position& position, const auto& visit) {
    const Source& source = sources_[position.source];
    const uint32_t last_x = std::min((position.x + source.width - 1) / kCellWidth, cells_x_ - 1);
    const uint32_t last_y = std::min((position.y + source.height - 1) / kCellHeight, cells_y_ - 1);
    for (uint32_t cy = position.y / kCellHeight; cy <= last_y; ++cy) {
      for (uint32_t cx = position.x / kCellWidth; cx <= last_x; ++cx) visit(size_t{cy} * cells_x_ + cx);
    }
  };
  uint64_t total = 0;
  for (const Position& position : positions_) {
    for_each_cell(position, [&](size_t cell) {
      ++cell_start_[cell + 2];
      ++total;
    });
  }
  if (total > 0xFFFFFFFF) return Status(ErrorCode::kMemoryLimit, "the index of patches is too large");
  for (size_t i = 2; i < cell_start_.size(); ++i) cell_start_[i] += cell_start_[i - 1];
  JXLPOOL_RETURN_IF_ERROR(cell_patches_.ResizeUninitialized(total));
  for (size_t i = 0; i < positions_.size(); ++i) {
    for_each_cell(positions_[i],
                  [&](size_t cell) { cell_patches_[cell_start_[cell + 1]++] = static_cast<uint32_t>(i); });
  }
  cell_start_.PopBack();
  return OkStatus();
}

bool PatchDictionary::MayTouch(uint32_t y, uint32_t x0, uint32_t x1) const {
  if (cell_patches_.empty()) return false;
  const size_t row = size_t{y / kCellHeight} * cells_x_;
  return cell_start_[row + x0 / kCellWidth] != cell_start_[row + (x1 - 1) / kCellWidth + 1];
}

void PatchDictionary::DrawRow(uint32_t y, uint32_t x0, uint32_t x1, float* const* rows,
                              const PatchReference* references, const BlendExtraChannel* extra, float* scratch) const {
  if (!MayTouch(y, x0, x1)) return;
  const DrawTarget target = {y, x0, rows, references, extra, scratch};
  const size_t row = size_t{y / kCellHeight} * cells_x_;
  for (uint32_t cell = x0 / kCellWidth; cell <= (x1 - 1) / kCellWidth; ++cell) {
    const uint32_t begin = std::max(x0, cell * kCellWidth);
    const uint32_t end = std::min(x1, (cell + 1) * kCellWidth);
    for (uint32_t i = cell_start_[row + cell]; i < cell_start_[row + cell + 1]; ++i) {
      DrawPatch(cell_patches_[i], begin, end, target);
    }
  }
}

void PatchDictionary::DrawPatch(size_t index, uint32_t begin, uint32_t end, const DrawTarget& target) const {
  const Position& position = positions_[index];
  const Source& source = sources_[position.source];
  begin = std::max(begin, position.x);
  end = std::min(end, position.x + source.width);
  if (target.y < position.y || target.y >= position.y + source.height || begin >= end) return;
  const View2D<const float>* planes = target.references[source.slot].channels;
  const size_t from_x = source.x + (begin - position.x);
  const size_t from_y = source.y + (target.y - position.y);
  const size_t to_x = begin - target.x0;
  const size_t size = end - begin;
  const auto from = [&](size_t channel) { return planes[channel].Row(from_y) + from_x; };
  switch (kinds_[index]) {
    case Kind::kAddColor:
      for (size_t c = 0; c < 3; ++c) BlendAddRow(target.rows[c] + to_x, from(c), target.rows[c] + to_x, size);
      return;
    case Kind::kReplaceAll:
      for (size_t c = 0; c < 3 + size_t{num_extra_}; ++c) {
        std::memcpy(target.rows[c] + to_x, from(c), size * sizeof(float));
      }
      return;
    case Kind::kGeneral:
      break;
  }
  DrawGeneral(index, from_x, from_y, to_x, size, target);
}

void PatchDictionary::DrawGeneral(size_t index, size_t from_x, size_t from_y, size_t to_x, size_t size,
                                  const DrawTarget& target) const {
  const View2D<const float>* planes = target.references[sources_[positions_[index].source].slot].channels;
  const size_t num_channels = 3 + size_t{num_extra_};
  static_assert(2 * sizeof(float*) <= 4 * sizeof(float));
  float** to = reinterpret_cast<float**>(target.scratch + BlendScratchFloats(num_extra_));
  const float** from = const_cast<const float**>(to + num_channels);
  for (size_t c = 0; c < num_channels; ++c) {
    from[c] = planes[c].Row(from_y) + from_x;
    to[c] = target.rows[c] + to_x;
  }
  const BlendRules rules = {blending(index), target.extra, num_extra_};
  BlendRow(rules, size, to, from, to, target.scratch);
}

}  // namespace jxlpool
