#include "lib/vardct/group_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lib/entropy/entropy_decoder.h"
#include "lib/vardct/group_state.h"
#include "lib/vardct/hf_coefficients.h"
#include "lib/vardct/varblock.h"

namespace jxlpool {
namespace {

// What GroupDecoder's map buffer holds.
struct GroupMaps {
  Varblock varblocks[kMaxVarblocksPerGroup];
  uint8_t nonzeros[3][kMaxVarblocksPerGroup];
};

size_t LargestVarblock(uint32_t used_types) {
  size_t largest = kBlockSize;
  for (size_t t = 0; t < kNumTransformTypes; ++t) {
    if ((used_types >> t & 1) != 0) largest = std::max(largest, kTransformShapes[t].size());
  }
  return largest;
}

size_t LargestScratch(uint32_t used_types) {
  size_t largest = InverseTransformScratch(TransformType::kDct8x8);
  for (size_t t = 0; t < kNumTransformTypes; ++t) {
    if ((used_types >> t & 1) != 0) {
      largest = std::max(largest, InverseTransformScratch(static_cast<TransformType>(t)));
    }
  }
  return largest;
}

bool IsUsual(const TransformShape& shape) { return shape.block_rows <= 8 && shape.block_columns <= 8; }

// Returns the types that have occurred and, if more LF groups may follow, those that are usual. So the memory of a
// worker does not depend on the groups that it happens to get.
uint32_t ExpectedTypes(const VarDctFrame& frame) {
  uint32_t types = frame.used_types.load(std::memory_order_relaxed);
  if (frame.dimensions->lf_groups_y < 2) return types;
  for (size_t t = 0; t < kNumTransformTypes; ++t) {
    if (IsUsual(kTransformShapes[t])) types |= uint32_t{1} << t;
  }
  return types;
}

// Makes `buffer` hold at least `bytes`.
Status Grow(Memory* memory, size_t bytes, Category category, ElementType type, Fill fill, Buffer* buffer) {
  if (buffer->size() >= bytes) return OkStatus();
  buffer->Release();
  JXLPOOL_ASSIGN_OR_RETURN(*buffer, memory->Acquire(bytes, category, type, fill));
  return OkStatus();
}

template <typename T>
StoredCoefficients<T> PlanesOf(const Buffer& buffer) {
  StoredCoefficients<T> coefficients;
  for (size_t c = 0; c < 3; ++c) coefficients.planes[c] = reinterpret_cast<T*>(buffer.data()) + c * kMaxVarblockSize;
  return coefficients;
}

template <typename T>
Status DecodeStored(const GroupState& state, BitReader* readers, uint32_t num_readers, const Buffer& buffer,
                    Memory* memory) {
  const StoredCoefficients<T> coefficients = PlanesOf<T>(buffer);
  for (uint32_t p = 0; p < num_readers; ++p) {
    JXLPOOL_RETURN_IF_ERROR(AddPass(state, p, coefficients, &readers[p], memory));
  }
  for (size_t i = 0; i < state.num_varblocks; ++i) ReconstructStoredVarblock(state, state.varblocks[i], coefficients);
  return OkStatus();
}

}  // namespace

void StartGroup(const VarDctFrame& frame, uint32_t group, GroupState* state) {
  const FrameDimensions& dimensions = *frame.dimensions;
  const BlockRect rect = dimensions.GroupBlocks(group);
  state->frame = &frame;
  state->dimensions = &dimensions;
  state->rect = rect;
  const auto part = [&](const auto& ring) { return ring.View().Band(rect.x0, rect.y0, rect.columns, rect.rows); };
  state->block_type = part(frame.block_type);
  state->hf_mul = part(frame.hf_mul);
  if (!frame.lf_index.empty()) state->lf_index = part(frame.lf_index);
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = dimensions.hshift[c];
    const uint32_t vshift = dimensions.vshift[c];
    if (frame.lf[c].empty()) continue;
    state->lf[c] = frame.lf[c].Band(rect.x0 >> hshift, rect.y0 >> vshift, rect.columns >> hshift, rect.rows >> vshift);
  }
  size_t count = 0;
  uint32_t position = 0;
  for (uint32_t y = 0; y < rect.rows; ++y) {
    const uint8_t* types = state->block_type.Row(y);
    const uint8_t* multipliers = state->hf_mul.Row(y);
    for (uint32_t x = 0; x < rect.columns; ++x) {
      if ((types[x] & VarDctFrame::kFirstBlock) == 0) continue;
      Varblock& varblock = state->varblocks[count++];
      varblock.x = static_cast<uint8_t>(x);
      varblock.y = static_cast<uint8_t>(y);
      varblock.type = static_cast<TransformType>(types[x] & ~VarDctFrame::kFirstBlock);
      varblock.hf_mul = multipliers[x];
      varblock.first_position = position;
      std::fill_n(varblock.extent, 3, 0);
      position += static_cast<uint32_t>(ShapeOf(varblock.type).size());
    }
  }
  state->num_varblocks = count;
}

Status GroupDecoder::Prepare(const VarDctFrame& frame, Memory* memory) {
  if (memory_ != memory) *this = GroupDecoder();
  memory_ = memory;
  const uint32_t types = ExpectedTypes(frame);
  const size_t block_size = LargestVarblock(types);
  JXLPOOL_RETURN_IF_ERROR(
      Grow(memory, sizeof(GroupMaps), Category::kTile, ElementType::kOther, Fill::kUninitialized, &maps_));
  if (block_size > block_size_) {
    JXLPOOL_RETURN_IF_ERROR(
        Grow(memory, 3 * block_size * sizeof(float), Category::kTile, ElementType::kFloat, Fill::kZero, &blocks_));
    block_size_ = block_size;
  }
  return Grow(memory, LargestScratch(types) * sizeof(float), Category::kTile, ElementType::kFloat, Fill::kUninitialized,
              &transform_scratch_);
}

uint64_t GroupDecoder::Bytes(const VarDctFrame& frame, uint32_t num_passes) {
  // Types that fit into the frame.
  uint32_t types = 0;
  for (size_t t = 0; t < kNumTransformTypes; ++t) {
    const TransformShape& shape = kTransformShapes[t];
    const bool fits = shape.block_rows <= frame.dimensions->yblocks && shape.block_columns <= frame.dimensions->xblocks;
    if (fits && IsUsual(shape)) types |= uint32_t{1} << t;
  }
  uint64_t window_bytes = 0;
  for (uint32_t pass = 0; pass < frame.header->passes.num_passes; ++pass) {
    window_bytes = std::max(window_bytes, EntropyDecoder::Bytes(frame.passes[pass].code, 0, 3 * kMaxVarblockSize));
  }
  uint64_t bytes = window_bytes + BufferBytes(sizeof(GroupMaps)) +
                   BufferBytes(3 * LargestVarblock(types) * sizeof(float)) +
                   BufferBytes(LargestScratch(types) * sizeof(float));
  if (num_passes != 1 || frame.header->passes.num_passes != 1) {
    bytes += BufferBytes(3 * kMaxVarblockSize * (FitsInt16(frame) ? sizeof(int16_t) : sizeof(int32_t)));
  }
  return bytes;
}

Status GroupDecoder::PrepareStorage(size_t bytes_per_coefficient) {
  const size_t bytes = 3 * kMaxVarblockSize * bytes_per_coefficient;
  if (coefficients_.size() >= bytes) return OkStatus();
  const ElementType type = bytes_per_coefficient == sizeof(int16_t) ? ElementType::kInt16 : ElementType::kInt32;
  return Grow(memory_, bytes, Category::kCoefficients, type, Fill::kZero, &coefficients_);
}

void GroupDecoder::CleanUp() {
  if (clean_) return;
  std::memset(blocks_.data(), 0, blocks_.size());
  if (!coefficients_.empty()) std::memset(coefficients_.data(), 0, coefficients_.size());
  clean_ = true;
}

Status GroupDecoder::Decode(const VarDctFrame& frame, uint32_t group, BitReader* readers, uint32_t num_readers,
                            const View2D<float> (&planes)[3]) {
  CleanUp();
  GroupMaps* maps = reinterpret_cast<GroupMaps*>(maps_.data());
  GroupState state;
  state.varblocks = maps->varblocks;
  state.nonzeros = maps->nonzeros;
  state.transform_scratch = reinterpret_cast<float*>(transform_scratch_.data());
  state.transforms = InverseTransforms();
  const uint32_t qm_scales[3] = {frame.header->x_qm_scale, 2, frame.header->b_qm_scale};
  for (size_t c = 0; c < 3; ++c) {
    state.blocks[c] = reinterpret_cast<float*>(blocks_.data()) + c * block_size_;
    state.planes[c] = planes[c];
    const double matrix_scale = std::pow(0.8, static_cast<int>(qm_scales[c]) - 2);
    state.quant_scale[c] = static_cast<float>(65536.0 / frame.quantizer.global_scale * matrix_scale);
  }
  StartGroup(frame, group, &state);

  clean_ = false;
  if (num_readers == 1 && frame.header->passes.num_passes == 1) {
    JXLPOOL_RETURN_IF_ERROR(DecodeOnlyPass(state, &readers[0], memory_));
  } else if (FitsInt16(frame)) {
    JXLPOOL_RETURN_IF_ERROR(PrepareStorage(sizeof(int16_t)));
    JXLPOOL_RETURN_IF_ERROR(DecodeStored<int16_t>(state, readers, num_readers, coefficients_, memory_));
  } else {
    JXLPOOL_RETURN_IF_ERROR(PrepareStorage(sizeof(int32_t)));
    JXLPOOL_RETURN_IF_ERROR(DecodeStored<int32_t>(state, readers, num_readers, coefficients_, memory_));
  }
  clean_ = true;
  return OkStatus();
}

Status GroupDecoder::DecodeCoefficients(const VarDctFrame& frame, uint32_t group, BitReader* readers,
                                        uint32_t num_readers, View2D<const int32_t> (&blocks)[3]) {
  clean_ = false;
  JXLPOOL_RETURN_IF_ERROR(PrepareStorage(sizeof(int32_t)));
  CleanUp();
  GroupMaps* maps = reinterpret_cast<GroupMaps*>(maps_.data());
  GroupState state;
  state.varblocks = maps->varblocks;
  state.nonzeros = maps->nonzeros;
  StartGroup(frame, group, &state);
  for (size_t i = 0; i < state.num_varblocks; ++i) {
    if (state.varblocks[i].type != TransformType::kDct8x8) {
      return Unsupported("quantised coefficients exist for DCT8x8 only");
    }
  }
  clean_ = false;
  const StoredCoefficients<int32_t> coefficients = PlanesOf<int32_t>(coefficients_);
  for (uint32_t p = 0; p < num_readers; ++p) {
    JXLPOOL_RETURN_IF_ERROR(AddPass(state, p, coefficients, &readers[p], memory_));
  }
  for (size_t c = 0; c < 3; ++c) {
    const size_t width = (state.rect.columns >> frame.dimensions->hshift[c]) * kBlockSize;
    blocks[c] = View2D<const int32_t>{coefficients.planes[c], width, width,
                                      static_cast<size_t>(state.rect.rows >> frame.dimensions->vshift[c])};
  }
  return OkStatus();
}

}  // namespace jxlpool
