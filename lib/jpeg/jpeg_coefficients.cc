#include "lib/jpeg/jpeg_coefficients.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "lib/frame/frame_state.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {
namespace {

constexpr int32_t kMaxDc = 2047;
constexpr int32_t kMaxAc = 4095;
constexpr int32_t kCflScale = 2048;
constexpr int32_t kCflFactor = 84;

// The codestream stores coefficients and tables transposed.
constexpr size_t StoredIndex(size_t k) { return size_t{8} * (kJpegZigzag[k] % 8) + kJpegZigzag[k] / 8; }

struct StoredOrder {
  uint8_t index[64];   // of a zigzag index
  uint8_t zigzag[64];  // the inverse
};
constexpr StoredOrder MakeStoredOrder() {
  StoredOrder order = {};
  for (size_t k = 0; k < 64; ++k) {
    order.index[k] = static_cast<uint8_t>(StoredIndex(k));
    order.zigzag[StoredIndex(k)] = static_cast<uint8_t>(k);
  }
  return order;
}
constexpr StoredOrder kStoredOrder = MakeStoredOrder();

int32_t WrappingProduct(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
int32_t WrappingSum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
// a * b / 2048, rounded.
int32_t ScaledProduct(int32_t a, int32_t b) { return WrappingSum(WrappingProduct(a, b), kCflScale / 2) >> 11; }

// Chroma from luma in integers for one channel: which multiple of luma is added to each coefficient.
class IntegerCfl {
 public:
  // Quantisation steps of luma and of the channel, in zigzag order.
  IntegerCfl(const uint16_t* luma, const uint16_t* chroma) {
    for (size_t k = 1; k < 64; ++k) ratio_[k] = kCflScale * int32_t{luma[k]} / chroma[k];
  }
  // Null if nothing is to be added. `tile` counts the color tiles of a row of a group.
  const int32_t* Multipliers(size_t tile, int32_t factor) {
    if (factor == 0) return nullptr;
    Tile* cached = &tiles_[tile];
    if (factor != cached->factor) {
      const int32_t scale = kCflScale * factor / kCflFactor;
      for (size_t k = 1; k < 64; ++k) cached->multipliers[k] = ScaledProduct(ratio_[k], scale);
      cached->factor = factor;
    }
    return cached->multipliers;
  }

 private:
  // What was asked for last: tiles have several rows of blocks.
  struct Tile {
    int32_t factor = 0;
    int32_t multipliers[64] = {};
  };

  int32_t ratio_[64] = {};
  Tile tiles_[kGroupDimInBlocks / kColorTileDimInBlocks];
};

// Bit k is set if the coefficient of zigzag index k is not zero.
uint64_t NonzeroMask(const int32_t* stored) {
  // Branches on coefficients would be mispredicted.
  uint8_t flags[64];
  for (size_t s = 0; s < 64; ++s) flags[s] = stored[s] != 0 ? 1 : 0;
  uint64_t in_stored_order = 0;
  for (size_t s = 0; s < 64; s += 8) {
    uint64_t eight;
    std::memcpy(&eight, flags + s, sizeof(eight));
    // Collects the lowest bits of the bytes, the first byte's in the lowest place.
    in_stored_order |= (eight * 0x0102040810204080u >> 56) << s;
  }
  uint64_t mask = 0;
  for (; in_stored_order != 0; in_stored_order &= in_stored_order - 1) {
    mask |= uint64_t{1} << kStoredOrder.zigzag[std::countr_zero(in_stored_order)];
  }
  return mask;
}

// Packs the AC coefficients of one block, chroma from luma undone, and returns the end of the bytes. Clears *in_range
// if one is out of range.
uint8_t* PackBlock(const int32_t* stored, const int32_t* luma, const int32_t* multipliers, uint8_t* out,
                   bool* in_range) {
  uint64_t mask = NonzeroMask(stored);
  if (multipliers != nullptr) mask |= NonzeroMask(luma);
  uint32_t previous = 0;
  for (mask &= ~uint64_t{1}; mask != 0; mask &= mask - 1) {
    const auto k = static_cast<uint32_t>(std::countr_zero(mask));
    const size_t s = kStoredOrder.index[k];
    int32_t value = stored[s];
    if (multipliers != nullptr) {
      value = WrappingSum(value, ScaledProduct(luma[s], multipliers[k]));
      if (value == 0) continue;
    }
    if (value < -kMaxAc || value > kMaxAc) [[unlikely]] {
      *in_range = false;
      return out;
    }
    out = PackCoefficient(k - previous - 1, value, out);
    previous = k;
  }
  *out++ = kPackedEnd;
  return out;
}

int16_t FinalDc(int32_t quantized, uint32_t extra_precision, int32_t offset) {
  const int32_t dc = (quantized - (offset << extra_precision)) / (1 << extra_precision);
  return static_cast<int16_t>(std::clamp(dc, -kMaxDc, kMaxDc));
}

Status CheckHeaders(const FrameState& state) {
  const FrameHeader& header = state.header;
  if (state.image().xyb_encoded || header.is_modular || header.HasFlag(kFlagUseLfFrame)) {
    return Unsupported("the frame holds no quantised JPEG coefficients");
  }
  const SizeHeader& canvas = state.image().size;
  const bool covers =
      header.x0 == 0 && header.y0 == 0 && header.width == canvas.width && header.height == canvas.height;
  if (header.frame_type != FrameType::kRegularFrame || header.upsampling != 1 || !covers ||
      state.image().have_preview) {
    return Unsupported("the first frame is not a recompressed JPEG");
  }
  if (canvas.width > kMaxJpegDimension || canvas.height > kMaxJpegDimension) {
    return Unsupported("the image is too large for a JPEG");
  }
  return OkStatus();
}

// One component of one group.
struct GroupPart {
  const FrameState* state = nullptr;
  uint32_t group = 0;
  View2D<const int32_t> blocks;
  View2D<const int32_t> luma_blocks;  // of the same size; empty if the component is not predicted from luma
  const uint16_t* luma_quant = nullptr;
  uint32_t extra_precision = 0;
};

Status StorePart(const GroupPart& part, JpegComponent* component, PackedBlockStore* store,
                 PackedBlockStore::Chunk* chunk) {
  const VarDctFrame& vardct = part.state->vardct;
  const uint32_t c = component->channel;
  const bool predicted = !part.luma_blocks.empty();
  const Matrix2D<int8_t>& factors = c == 0 ? vardct.x_from_y : vardct.b_from_y;
  IntegerCfl cfl(part.luma_quant, component->quant);
  const int32_t offset = part.state->header.do_ycbcr ? 0 : 1024 / component->quant[0];
  const FrameDimensions& dimensions = part.state->dimensions;
  const BlockRect rect = dimensions.GroupBlocks(part.group);
  const size_t x0 = rect.x0 >> component->hshift;
  const size_t y0 = rect.y0 >> component->vshift;
  bool in_range = true;
  for (size_t y = 0; y < part.blocks.height; ++y) {
    if (!chunk->HasRoom()) JXLPOOL_RETURN_IF_ERROR(store->Open(chunk));
    component->ac.Row(y0 + y)[part.group % dimensions.groups_x] = chunk->next;
    const int32_t* in = part.blocks.Row(y);
    const int32_t* luma = predicted ? part.luma_blocks.Row(y) : nullptr;
    const int8_t* factor_row = predicted ? factors.Row((y0 + y) / kColorTileDimInBlocks) : nullptr;
    int16_t* dc = component->dc.Row(y0 + y) + x0;
    for (size_t x = 0; x < part.blocks.width / 64; ++x) {
      dc[x] = FinalDc(dc[x], part.extra_precision, offset);
      const int32_t factor = predicted ? factor_row[(x0 + x) / kColorTileDimInBlocks] : 0;
      const int32_t* luma_block = predicted ? luma + 64 * x : nullptr;
      chunk->next = PackBlock(in + 64 * x, luma_block, cfl.Multipliers(x / kColorTileDimInBlocks, factor), chunk->next,
                              &in_range);
    }
  }
  return in_range ? OkStatus() : Corrupt("a coefficient exceeds the range of a JPEG");
}

}  // namespace

void PackedBlockStore::Begin(Memory* memory) {
  memory_ = memory;
  chunks_ = PoolVector<Buffer>(memory, Category::kCoefficients);
  open_ = PoolVector<Chunk>(memory, Category::kCoefficients);
}

Status PackedBlockStore::Open(Chunk* chunk) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_.empty()) {
    *chunk = open_.back();
    open_.PopBack();
    return OkStatus();
  }
  JXLPOOL_ASSIGN_OR_RETURN(
      Buffer buffer, memory_->Acquire(kChunkSize, Category::kCoefficients, ElementType::kUint8, Fill::kUninitialized));
  *chunk = {buffer.data(), buffer.data() + kChunkSize};
  JXLPOOL_RETURN_IF_ERROR(chunks_.PushBack(std::move(buffer)));
  // So that taking chunks back never fails.
  return open_.Reserve(chunks_.capacity());
}

void PackedBlockStore::Close(const Chunk& chunk) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (chunk.HasRoom()) (void)open_.PushBack(chunk);
}

void PackedBlockStore::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.clear();
  for (const Buffer& buffer : chunks_) (void)open_.PushBack({buffer.data(), buffer.data() + kChunkSize});
}

Status JpegCoefficientSink::Begin(const FrameState& state) {
  const uint32_t num_components = jpeg_->num_components;
  JXLPOOL_RETURN_IF_ERROR(CheckHeaders(state));
  const FrameHeader& header = state.header;
  const uint32_t* sampling = header.jpeg_upsampling;
  if (num_components == 1 && (sampling[0] != sampling[1] || sampling[1] != sampling[2])) {
    return Unsupported("a grey JPEG with subsampled chroma");
  }
  jpeg_->width = static_cast<uint32_t>(state.dimensions.width);
  jpeg_->height = static_cast<uint32_t>(state.dimensions.height);
  jpeg_->extra_precision = PoolVector<uint8_t>(state.memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(jpeg_->extra_precision.Resize(static_cast<size_t>(state.dimensions.num_lf_groups)));
  jpeg_->store.Begin(state.memory());
  const FrameDimensions& dimensions = state.dimensions;
  for (uint32_t i = 0; i < num_components; ++i) {
    JpegComponent* component = &jpeg_->components[i];
    static constexpr uint32_t kYCbCrChannels[3] = {1, 0, 2};
    const uint32_t c = num_components == 1 ? 1 : header.do_ycbcr ? kYCbCrChannels[i] : i;
    component->channel = c;
    component->h_factor = sampling[c] == 1 || sampling[c] == 2 ? 2 : 1;
    component->v_factor = sampling[c] == 1 || sampling[c] == 3 ? 2 : 1;
    component->block_columns = static_cast<uint32_t>(dimensions.xblocks >> dimensions.hshift[c]);
    component->block_rows = static_cast<uint32_t>(dimensions.yblocks >> dimensions.vshift[c]);
    component->hshift = dimensions.hshift[c];
    component->vshift = dimensions.vshift[c];
    JXLPOOL_ASSIGN_OR_RETURN(component->dc, Matrix2D<int16_t>::Create(state.memory(), Category::kCoefficients,
                                                                      component->block_rows, component->block_columns));
    JXLPOOL_ASSIGN_OR_RETURN(
        component->ac, Matrix2D<const uint8_t*>::Create(state.memory(), Category::kCoefficients, component->block_rows,
                                                        dimensions.groups_x));
  }
  return OkStatus();
}

void JpegCoefficientSink::TakeLf(const FrameState& state, uint32_t lf_group, uint32_t extra_precision,
                                 const View2D<const int32_t> (&quantized)[3]) {
  const BlockRect rect = state.dimensions.LfGroupBlocks(lf_group);
  jpeg_->extra_precision[lf_group] = static_cast<uint8_t>(extra_precision);
  for (uint32_t i = 0; i < jpeg_->num_components; ++i) {
    JpegComponent* component = &jpeg_->components[i];
    const uint32_t c = component->channel;
    const size_t x0 = rect.x0 >> component->hshift;
    const size_t y0 = rect.y0 >> component->vshift;
    const LfChannelSize size = LfChannelSizeOf(state.vardct, lf_group, c);
    for (uint32_t y = 0; y < size.height; ++y) {
      const int32_t* in = quantized[c].Row(y);
      int16_t* out = component->dc.Row(y0 + y) + x0;
      // Saturated values are beyond the range of DC whatever the precision and the offset.
      for (uint32_t x = 0; x < size.width; ++x) out[x] = static_cast<int16_t>(std::clamp(in[x], -32768, 32767));
    }
  }
}

Status JpegCoefficientSink::BeginGroups(const FrameState& state) {
  const VarDctFrame& vardct = state.vardct;
  const LfChannelCorrelation& correlation = vardct.correlation;
  if (correlation.color_factor != kCflFactor || correlation.base_x != 0.0f || correlation.base_b != 0.0f ||
      correlation.x_factor_lf != 0 || correlation.b_factor_lf != 0) {
    return Unsupported("the frame's chroma from luma is not that of a recompressed JPEG");
  }
  if (vardct.used_types.load(std::memory_order_relaxed) != 1u << static_cast<uint32_t>(TransformType::kDct8x8)) {
    return Unsupported("the frame has varblocks other than DCT8x8, so it is no recompressed JPEG");
  }
  const DequantParameters& parameters = vardct.dequant.parameters(0);
  if (parameters.mode != DequantMode::kRaw || !(std::abs(parameters.raw_denominator - 1.0f / 2040) <= 1e-8f)) {
    return Unsupported("the frame has no quantisation tables of a JPEG");
  }
  for (uint32_t i = 0; i < jpeg_->num_components; ++i) {
    JpegComponent* component = &jpeg_->components[i];
    const int32_t* samples = vardct.dequant.RawSamples(0, component->channel);
    for (size_t k = 0; k < 64; ++k) {
      const int32_t step = samples[kStoredOrder.index[k]];
      if (step < 1 || step > 65535) return Unsupported("a quantisation step is out of the range of a JPEG");
      component->quant[k] = static_cast<uint16_t>(step);
    }
  }
  return jpeg_->receiver == nullptr ? OkStatus() : jpeg_->receiver->Begin();
}

Status JpegCoefficientSink::TakeGroup(const FrameState& state, uint32_t group,
                                      const View2D<const int32_t> (&blocks)[3]) {
  const bool has_cfl = jpeg_->num_components == 3 && !state.dimensions.subsampled;
  const JpegComponent* luma = &jpeg_->components[0];
  for (uint32_t i = 0; i < jpeg_->num_components && luma->channel != 1; ++i) luma = &jpeg_->components[i];
  PackedBlockStore::Chunk chunk;
  for (uint32_t i = 0; i < jpeg_->num_components; ++i) {
    JpegComponent* component = &jpeg_->components[i];
    GroupPart part;
    part.state = &state;
    part.group = group;
    part.blocks = blocks[component->channel];
    if (has_cfl && component->channel != 1) part.luma_blocks = blocks[1];
    part.luma_quant = luma->quant;
    part.extra_precision = jpeg_->extra_precision[static_cast<size_t>(state.dimensions.LfGroupOfGroup(group))];
    JXLPOOL_RETURN_IF_ERROR(StorePart(part, component, &jpeg_->store, &chunk));
  }
  jpeg_->store.Close(chunk);
  return OkStatus();
}

Status JpegCoefficientSink::FinishRows(uint32_t end) {
  if (jpeg_->receiver == nullptr) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(jpeg_->receiver->TakeRows(end));
  jpeg_->store.Clear();
  return OkStatus();
}

}  // namespace jxlpool
