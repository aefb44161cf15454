#include "tests/unit/vardct/group_model.h"

#include <cmath>

#include "lib/base/bits.h"
#include "lib/vardct/hf_metadata.h"
#include "lib/vardct/hf_pass.h"
#include "lib/vardct/vardct_tables.h"
#include "tests/unit/vardct/reference_transform.h"

namespace jxlpool {
namespace {

constexpr size_t kChannelOrder[3] = {1, 0, 2};

double Biased(int64_t quantized, const OpsinInverseMatrix& matrix, size_t c) {
  const auto value = static_cast<double>(quantized);
  if (quantized == 0) return 0;
  if (std::abs(value) == 1) return value * matrix.quant_bias[c];
  return value - matrix.quant_bias_numerator / value;
}

}  // namespace

GroupModel::GroupModel(ModelOptions* options) : options_(*options), random_(options->seed) {
  options->headers.Start(&frame_);
  const FrameDimensions& dimensions = options_.headers.dimensions;
  frame_.quantizer.global_scale = 3000;
  frame_.quantizer.quant_lf = 20;
  // 2 LF thresholds in Y, one in B, 2 for the multiplier: 3 * 2 * 3 cells, 6 block contexts.
  HfBlockContext& context = frame_.block_context;
  context.num_lf_thresholds[1] = 2;
  context.num_lf_thresholds[2] = 1;
  context.num_lf_contexts = 6;
  context.num_qf_thresholds = 2;
  context.num_block_contexts = 6;
  for (uint8_t& entry : context.map) entry = static_cast<uint8_t>(random_() % 6);
  for (size_t i = 0; i < 256; ++i) context.qf_index[i] = static_cast<uint8_t>(i < 5 ? 0 : i < 9 ? 1 : 2);
  EXPECT_TRUE(frame_.Allocate(memory(), static_cast<uint32_t>(dimensions.yblocks)).ok());
  for (uint32_t y = 0; y < dimensions.yblocks; ++y) {
    for (uint32_t x = 0; x < dimensions.xblocks; ++x) {
      frame_.lf_index.Row(y)[x] = static_cast<uint8_t>(random_() % 6);
    }
  }
  for (size_t c = 0; c < 3; ++c) {
    const View2D<float> plane = frame_.lf_storage[c].View().kept;
    for (size_t y = 0; y < plane.height; ++y) {
      for (size_t x = 0; x < plane.width; ++x) {
        plane.Row(y)[x] = static_cast<float>(random_() % 1000) * 0.001f;
      }
    }
  }
  MakeMetadata();
  MakeCoefficients();
  WriteHfGlobal();
  EXPECT_TRUE(PrepareDequantTables(memory(), &frame_).ok());
  for (uint32_t p = 0; p < options_.headers.header.passes.num_passes; ++p) {
    for (uint32_t g = 0; g < dimensions.num_groups; ++g) WriteGroup(p, g);
  }
}

// Fills the frame greedily with random types, largest attempts first now and then.
void GroupModel::MakeMetadata() {
  const uint32_t columns = static_cast<uint32_t>(frame_.dimensions->xblocks);
  const uint32_t rows = static_cast<uint32_t>(frame_.dimensions->yblocks);
  ASSERT_EQ(frame_.dimensions->num_lf_groups, 1u);
  std::vector<bool> used(size_t{columns} * rows);
  std::vector<int32_t> types, multipliers;
  for (uint32_t y = 0; y < rows; ++y) {
    for (uint32_t x = 0; x < columns; ++x) {
      if (used[y * columns + x]) continue;
      TransformType type = TransformType::kDct8x8;
      for (int attempt = 0; attempt < 40; ++attempt) {
        const uint32_t candidate = random_() % static_cast<uint32_t>(kNumTransformTypes);
        if ((options_.type_mask >> candidate & 1) == 0) continue;
        const TransformShape& shape = kTransformShapes[candidate];
        bool fits = x + shape.block_columns <= std::min(columns, (x / 32 + 1) * 32) &&
                    y + shape.block_rows <= std::min(rows, (y / 32 + 1) * 32);
        for (uint32_t i = 0; fits && i < shape.block_columns; ++i) fits = !used[y * columns + x + i];
        if (!fits) continue;
        type = static_cast<TransformType>(candidate);
        break;
      }
      const TransformShape& shape = ShapeOf(type);
      for (uint32_t dy = 0; dy < shape.block_rows; ++dy) {
        for (uint32_t dx = 0; dx < shape.block_columns; ++dx) used[(y + dy) * columns + x + dx] = true;
      }
      types.push_back(static_cast<int32_t>(type));
      multipliers.push_back(static_cast<int32_t>(random_() % 14));
      varblocks_.push_back(ModelVarblock{x, y, type, {}});
    }
  }
  const size_t count = types.size();
  std::vector<int32_t> info = types;
  info.insert(info.end(), multipliers.begin(), multipliers.end());
  const size_t tile_columns = CeilDiv<size_t>(columns, 8);
  const size_t tile_rows = CeilDiv<size_t>(rows, 8);
  std::vector<int32_t> factors[2];
  for (std::vector<int32_t>& list : factors) {
    for (size_t i = 0; i < tile_columns * tile_rows; ++i) list.push_back(static_cast<int32_t>(random_() % 60) - 30);
  }
  std::vector<int32_t> sharpness(size_t{columns} * rows, 3);
  HfMetadata metadata;
  metadata.x_from_y = View2D<const int32_t>{factors[0].data(), tile_columns, tile_columns, tile_rows};
  metadata.b_from_y = View2D<const int32_t>{factors[1].data(), tile_columns, tile_columns, tile_rows};
  metadata.block_info = View2D<const int32_t>{info.data(), count, count, 2};
  metadata.sharpness = View2D<const int32_t>{sharpness.data(), columns, columns, rows};
  const Status status = ProcessHfMetadata(0, metadata, &frame_);
  ASSERT_TRUE(status.ok()) << status.message();
}

bool GroupModel::Exists(const ModelVarblock& varblock, size_t c) const {
  return varblock.x % (1u << frame_.dimensions->hshift[c]) == 0 &&
         varblock.y % (1u << frame_.dimensions->vshift[c]) == 0;
}

void GroupModel::MakeCoefficients() {
  for (ModelVarblock& varblock : varblocks_) {
    const TransformShape& shape = ShapeOf(varblock.type);
    for (uint32_t p = 0; p < options_.headers.header.passes.num_passes; ++p) {
      for (size_t c = 0; c < 3; ++c) {
        if (!Exists(varblock, c)) continue;
        std::vector<int32_t>& list = varblock.coefficients[p][c];
        list.resize(shape.size());
        if ((options_.luma_only && c != 1) || (options_.zero_after_first_pass && p > 0) || random_() % 4 == 0) continue;
        const uint16_t* order = NaturalOrder(shape.order_id);
        // Mostly low frequencies; sometimes everywhere.
        const size_t limit = random_() % 3 == 0 ? shape.size() : shape.num_blocks() + shape.size() / 8;
        const size_t max_count = options_.small_integers ? 100 : shape.size();
        size_t count = 0;
        for (size_t k = shape.num_blocks(); k < limit && count < max_count; ++k) {
          if (random_() % 1000 >= 1000 * options_.density) continue;
          int32_t value = static_cast<int32_t>(random_() % 5) - 2;
          if (random_() % 16 == 0) value = static_cast<int32_t>(random_() % 100) - 50;
          list[order[k]] = value;
          ++count;
        }
      }
    }
  }
}

void GroupModel::WriteHfGlobal() {
  const uint32_t num_contexts = options_.num_histograms * kContextsPerBlockContext * 6;
  BitWriter writer;
  writer.U(1, 1);  // default dequantisation tables
  const uint32_t group_bits = CeilLog2(frame_.dimensions->num_groups);
  ASSERT_LE(options_.num_histograms, 1u << group_bits);
  writer.U(options_.num_histograms - 1, group_bits);
  for (uint32_t p = 0; p < options_.headers.header.passes.num_passes; ++p) {
    writer.U(2, 2);  // natural orders
    streams_.emplace_back(num_contexts, options_.seed + p, options_.small_integers);
    streams_.back().WriteHeader(&writer);
  }
  BitReader reader = writer.Reader();
  const Status status = ReadHfGlobal(&reader, RawTableSource(), memory(), &frame_);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(reader.BitsConsumed(), writer.size());
}

bool GroupModel::InGroup(const ModelVarblock& varblock, const BlockRect& rect) const {
  return varblock.x >= rect.x0 && varblock.x < rect.x0 + rect.columns && varblock.y >= rect.y0 &&
         varblock.y < rect.y0 + rect.rows;
}

void GroupModel::WriteGroup(uint32_t pass, uint32_t group) {
  const BlockRect rect = frame_.dimensions->GroupBlocks(group);
  const HfBlockContext& context = frame_.block_context;
  StreamWriter& stream = streams_[pass];
  sections_.emplace_back();
  BitWriter& writer = sections_.back();
  const uint32_t histogram = random_() % options_.num_histograms;
  writer.U(histogram, CeilLog2(options_.num_histograms));
  const size_t base = size_t{histogram} * kContextsPerBlockContext * 6;
  std::vector<uint32_t> nonzeros[3];
  for (auto& list : nonzeros) list.resize(32 * 32);
  for (const ModelVarblock& varblock : varblocks_) {
    if (!InGroup(varblock, rect)) continue;
    const TransformShape& shape = ShapeOf(varblock.type);
    const auto num_blocks = static_cast<uint32_t>(shape.num_blocks());
    const auto size = static_cast<uint32_t>(shape.size());
    for (const size_t c : kChannelOrder) {
      if (!Exists(varblock, c)) continue;
      const uint32_t sx = (varblock.x - rect.x0) >> frame_.dimensions->hshift[c];
      const uint32_t sy = (varblock.y - rect.y0) >> frame_.dimensions->vshift[c];
      uint32_t predicted = 32;
      if (sx == 0 && sy > 0) predicted = nonzeros[c][(sy - 1) * 32];
      if (sx > 0 && sy == 0) predicted = nonzeros[c][sx - 1];
      if (sx > 0 && sy > 0) {
        predicted = (nonzeros[c][(sy - 1) * 32 + sx] + nonzeros[c][sy * 32 + sx - 1] + 1) >> 1;
      }
      const uint32_t hf_mul =
          1u + frame_.hf_mul.Row(varblock.y)[frame_.dimensions->subsampled ? rect.x0 + sx : varblock.x];
      const uint32_t qf_index = context.qf_index[hf_mul - 1];
      const uint32_t cc = c == 1 ? 0 : c == 0 ? 1 : 2;
      const uint32_t block_context =
          context.map[((cc * 13 + shape.order_id) * 3 + qf_index) * 6 + frame_.lf_index.Row(varblock.y)[varblock.x]];
      const std::vector<int32_t>& list = varblock.coefficients[pass][c];
      uint32_t left = 0;
      for (const int32_t value : list) left += value != 0 ? 1 : 0;
      const uint32_t pn = predicted < 8 ? predicted : 4 + (predicted >> 1);
      stream.Put(base + pn * 6 + block_context, left);
      for (uint32_t dy = 0; dy < shape.block_rows; ++dy) {
        for (uint32_t dx = 0; dx < shape.block_columns; ++dx) {
          nonzeros[c][(sy + dy) * 32 + sx + dx] = (left + num_blocks - 1) / num_blocks;
        }
      }
      uint32_t previous = left > size / 16 ? 0 : 1;
      const uint16_t* order = NaturalOrder(shape.order_id);
      for (uint32_t k = num_blocks; left > 0; ++k) {
        const auto nonzero_context = static_cast<uint32_t>(kNonzeroContexts[(left + num_blocks - 1) / num_blocks]);
        const auto frequency_context = static_cast<uint32_t>(kFrequencyContexts[k / num_blocks]);
        const int32_t value = list[order[k]];
        stream.Put(base + 37 * 6 + 458 * block_context + 2 * (nonzero_context + frequency_context) + previous,
                   PackSigned(value));
        previous = value != 0 ? 1 : 0;
        left -= previous;
      }
    }
  }
  stream.WriteSymbols(&writer);
}

std::vector<BitReader> GroupModel::Readers(uint32_t group) const {
  std::vector<BitReader> readers;
  for (uint32_t p = 0; p < options_.headers.header.passes.num_passes; ++p)
    readers.push_back(Section(p, group).Reader());
  return readers;
}

std::vector<int64_t> GroupModel::Sum(const ModelVarblock& varblock, size_t c, uint32_t num_passes) const {
  std::vector<int64_t> sum(ShapeOf(varblock.type).size());
  for (uint32_t p = 0; p < num_passes; ++p) {
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i] += int64_t{varblock.coefficients[p][c][i]} * (1 << options_.headers.header.passes.shift[p]);
    }
  }
  return sum;
}

std::vector<double> GroupModel::ExpectedSamples(uint32_t group, size_t c, uint32_t num_passes) const {
  const FrameHeader& header = options_.headers.header;
  const BlockRect rect = frame_.dimensions->GroupBlocks(group);
  const uint32_t hshift = frame_.dimensions->hshift[c];
  const uint32_t vshift = frame_.dimensions->vshift[c];
  const size_t stride = 8 * (rect.columns >> hshift);
  std::vector<double> samples(stride * 8 * (rect.rows >> vshift), 1e9);
  for (const ModelVarblock& varblock : varblocks_) {
    if (!InGroup(varblock, rect) || !Exists(varblock, c)) continue;
    const TransformShape& shape = ShapeOf(varblock.type);
    const double inverse_scale =
        65536.0 / frame_.quantizer.global_scale / (frame_.hf_mul.Row(varblock.y)[varblock.x] + 1);
    const double matrix_scales[3] = {std::pow(0.8, header.x_qm_scale - 2.0), 1, std::pow(0.8, header.b_qm_scale - 2.0)};
    const auto dequantize = [&](size_t channel) {
      std::vector<double> values;
      const float* table = DefaultDequantTable(shape.dequant_table) + channel * shape.size();
      for (const int64_t quantized : Sum(varblock, channel, num_passes)) {
        values.push_back(Biased(quantized, options_.headers.image.opsin_inverse_matrix, channel) *
                         table[values.size()] * inverse_scale * matrix_scales[channel]);
      }
      return values;
    };
    std::vector<double> stored = dequantize(c);
    if (c != 1) {
      const auto& factors = c == 0 ? frame_.x_from_y : frame_.b_from_y;
      const int factor = factors.Row(varblock.y / 8)[varblock.x / 8];
      const double scale = (c == 0 ? frame_.correlation.base_x : frame_.correlation.base_b) +
                           factor / static_cast<double>(frame_.correlation.color_factor);
      const std::vector<double> luma = dequantize(1);
      for (size_t i = 0; i < stored.size(); ++i) stored[i] += scale * luma[i];
    }
    std::vector<double> lf;
    for (uint32_t y = 0; y < shape.block_rows; ++y) {
      for (uint32_t x = 0; x < shape.block_columns; ++x) {
        lf.push_back(frame_.lf[c].Row((varblock.y >> vshift) + y)[(varblock.x >> hshift) + x]);
      }
    }
    ReferenceLlf(varblock.type, lf, &stored);
    const std::vector<double> block = ReferenceInverse(varblock.type, stored);
    const size_t x0 = 8 * ((varblock.x - rect.x0) >> hshift);
    const size_t y0 = 8 * ((varblock.y - rect.y0) >> vshift);
    const size_t width = 8u * shape.block_columns;
    for (size_t i = 0; i < block.size(); ++i) samples[(y0 + i / width) * stride + x0 + i % width] = block[i];
  }
  return samples;
}

}  // namespace jxlpool
