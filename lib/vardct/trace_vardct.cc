#include "lib/vardct/trace_vardct.h"

#ifdef JXLPOOL_TRACE

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace jxlpool {
namespace {

std::string Number(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

template <typename T>
std::string List(const T* values, size_t count) {
  std::string json = "[";
  for (size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + Number(static_cast<double>(values[i]));
  return json + "]";
}

// Size, mean and the first 16 samples of each plane.
std::string DescribePlanes(const View2D<const float> (&planes)[3]) {
  std::string json = "[";
  for (size_t c = 0; c < 3; ++c) {
    const View2D<const float>& plane = planes[c];
    double sum = 0;
    std::vector<float> first;
    for (size_t y = 0; y < plane.height; ++y) {
      for (size_t x = 0; x < plane.width; ++x) {
        sum += plane.Row(y)[x];
        if (first.size() < 16) first.push_back(plane.Row(y)[x]);
      }
    }
    json += std::string(c == 0 ? "" : ",") + "{\"w\":" + std::to_string(plane.width) +
            ",\"h\":" + std::to_string(plane.height) +
            ",\"mean\":" + Number(sum / static_cast<double>(plane.width * plane.height)) +
            ",\"first\":" + List(first.data(), first.size()) + "}";
  }
  return json + "]";
}

// CRC and first values of an integer map.
template <typename T>
void TraceMap(const char* event_name, const View2D<T>& view, size_t num_first) {
  std::vector<int32_t> values;
  for (size_t y = 0; y < view.height; ++y) values.insert(values.end(), view.Row(y), view.Row(y) + view.width);
  TraceEvent event(event_name);
  event.Text("crc32", TraceEvent::Crc32(values.data(), values.size()).c_str());
  event.List("first", values.data(), std::min(values.size(), num_first));
}

void TraceVarblocks(const VarDctFrame& frame, const BlockRect& rect) {
  std::vector<int32_t> quadruples;
  std::array<int32_t, kNumTransformTypes> counts = {};
  std::string listed = "[";
  for (uint32_t y = rect.y0; y < rect.y0 + rect.rows; ++y) {
    for (uint32_t x = rect.x0; x < rect.x0 + rect.columns; ++x) {
      const uint8_t type = frame.block_type.Row(y)[x];
      if ((type & VarDctFrame::kFirstBlock) == 0) continue;
      const int32_t quadruple[4] = {static_cast<int32_t>(x), static_cast<int32_t>(y), type & ~VarDctFrame::kFirstBlock,
                                    frame.hf_mul.Row(y)[x] + 1};
      if (quadruples.size() < 800) listed += (quadruples.empty() ? "" : ",") + List(quadruple, 4);
      quadruples.insert(quadruples.end(), quadruple, quadruple + 4);
      ++counts[static_cast<size_t>(quadruple[2])];
    }
  }
  TraceEvent event("varblocks");
  event.Integer("count", static_cast<int64_t>(quadruples.size() / 4));
  event.Text("crc32", TraceEvent::Crc32(quadruples.data(), quadruples.size()).c_str());
  event.List("count_per_type", counts.data(), counts.size());
  event.Raw("varblocks", listed + "]");
}

void TraceEpf(const VarDctFrame& frame, const BlockRect& rect) {
  std::string rows = "[";
  for (uint32_t y = 0; y < std::min(4u, rect.rows); ++y) {
    const float* row = frame.epf_inverse_sigma.Row(rect.y0 + y) + rect.x0;
    rows += (y == 0 ? "" : ",") + List(row, std::min(16u, rect.columns));
  }
  TraceEvent("epf_k").Raw("K_rows", rows + "]");
}

}  // namespace

void TraceLfGlobal(const VarDctFrame& frame, uint64_t position) {
  {
    TraceEvent event("lf_channel_dequantization");
    event.List("m_lf", frame.lf_dequantization.multiplier, 3);
  }
  {
    TraceEvent event("quantizer");
    event.Integer("global_scale", frame.quantizer.global_scale);
    event.Integer("quant_lf", frame.quantizer.quant_lf);
    event.Number("inv_gs", frame.quantizer.InverseGlobalScale());
    const float steps[3] = {frame.LfStep(0), frame.LfStep(1), frame.LfStep(2)};
    event.List("lf_mul", steps, 3);
  }
  {
    const HfBlockContext& context = frame.block_context;
    TraceEvent event("hf_block_context");
    event.List("qf_thr", context.qf_thresholds, context.num_qf_thresholds);
    event.Integer("num_lf_ctx", context.num_lf_contexts);
    event.Integer("num_bctx", context.num_block_contexts);
    event.List("map", context.map, 39 * context.num_lf_contexts * (context.num_qf_thresholds + 1));
  }
  const LfChannelCorrelation& correlation = frame.correlation;
  TraceEvent event("lf_channel_correlation");
  event.Integer("pos_after", static_cast<int64_t>(position));
  event.Integer("colour_factor", correlation.color_factor);
  event.Number("base_correlation_x", correlation.base_x);
  event.Number("base_correlation_b", correlation.base_b);
  event.Number("kX_lf", correlation.ScaleX(correlation.x_factor_lf));
  event.Number("kB_lf", correlation.ScaleB(correlation.b_factor_lf));
}

void TraceLfGroup(const VarDctFrame& frame, uint32_t lf_group) {
  const BlockRect rect = frame.geometry.LfGroupRect(lf_group);
  View2D<const float> planes[3];
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = frame.parameters.hshift[c];
    const uint32_t vshift = frame.parameters.vshift[c];
    planes[c] = frame.lf[c].Band(rect.x0 >> hshift, rect.y0 >> vshift, rect.columns >> hshift, rect.rows >> vshift);
  }
  TraceEvent("lf_dequantised").Raw("channels", DescribePlanes(planes));
}

void TraceLfPlanes(const char* event, const VarDctFrame& frame) {
  const View2D<const float> planes[3] = {frame.lf[0].kept, frame.lf[1].kept, frame.lf[2].kept};
  TraceEvent(event).Raw("channels", DescribePlanes(planes));
}

void TraceHfMetadata(const VarDctFrame& frame, uint32_t lf_group, const HfMetadata& metadata) {
  const BlockRect rect = frame.geometry.LfGroupRect(lf_group);
  const size_t tile_x = rect.x0 / kColorTileDimInBlocks;
  const size_t tile_y = rect.y0 / kColorTileDimInBlocks;
  TraceMap("x_from_y", frame.x_from_y.View().Sub(tile_x, tile_y, metadata.x_from_y.width, metadata.x_from_y.height),
           16);
  TraceMap("b_from_y", frame.b_from_y.View().Sub(tile_x, tile_y, metadata.b_from_y.width, metadata.b_from_y.height),
           16);
  TraceVarblocks(frame, rect);
  TraceMap("sharpness", metadata.sharpness, 64);
  if (!frame.epf_inverse_sigma.empty()) TraceEpf(frame, rect);
}

void TraceHfGlobal(const VarDctFrame& frame) {
  {
    TraceEvent event("num_histograms");
    event.Integer("num_histograms", frame.num_histograms);
  }
  std::array<bool, kNumOrders> used = {};
  for (size_t type = 0; type < kNumTransformTypes; ++type) {
    if ((frame.used_types.load() >> type & 1) != 0) used[kTransformShapes[type].order_id] = true;
  }
  for (uint32_t p = 0; p < frame.parameters.num_passes; ++p) {
    TraceContext context = CurrentTraceContext();
    context.pass = p;
    const TraceScope scope(context);
    for (size_t o = 0; o < kNumOrders; ++o) {
      if (!used[o]) continue;
      std::string channels = "[";
      for (size_t c = 0; c < 3; ++c) {
        const uint16_t* order = frame.passes[p].orders.Order(o, c);
        const size_t size = kOrderSizes[o].size();
        channels += std::string(c == 0 ? "" : ",") + "{\"crc32\":\"" + TraceEvent::Crc32(order, size) +
                    "\",\"first\":" + List(order, std::min<size_t>(32, size)) + "}";
      }
      TraceEvent event("coefficient_order");
      event.Integer("order_id", static_cast<int64_t>(o));
      event.Raw("channels", channels + "]");
    }
  }
}

void TraceDequantTables(const VarDctFrame& frame) {
  const uint32_t tables = DequantTablesOfTypes(frame.used_types.load());
  for (size_t t = 0; t < kNumDequantTables; ++t) {
    if ((tables >> t & 1) == 0) continue;
    const StoredSize size = kDequantTableSizes[t];
    std::string channels = "[";
    for (size_t c = 0; c < 3; ++c) {
      const float* table = frame.dequant.Table(t, c);
      channels += std::string(c == 0 ? "" : ",") + "{\"row1\":" + List(table + size.columns, 8) +
                  ",\"last\":" + List(table + size.size() - 8, 8) + "}";
    }
    TraceEvent event("dequant_multipliers");
    event.Integer("table", static_cast<int64_t>(t));
    event.Integer("rows", size.rows);
    event.Integer("cols", size.columns);
    event.Raw("channels", channels + "]");
  }
}

template <typename T>
void TraceCoefficients(const GroupState& state, const StoredCoefficients<T>& coefficients) {
  uint32_t crc[3] = {};
  int64_t nonzeros[3] = {};
  for (size_t i = 0; i < state.num_varblocks; ++i) {
    const Varblock& varblock = state.varblocks[i];
    const size_t size = ShapeOf(varblock.type).size();
    for (size_t c = 0; c < 3; ++c) {
      if (!state.HasChannel(varblock, c)) continue;
      const T* values = coefficients.planes[c] + state.Position(varblock, c);
      TraceEvent::Crc32(values, size, &crc[c]);
      nonzeros[c] += static_cast<int64_t>(size) - std::count(values, values + size, T{0});
    }
  }
  char text[64];
  std::snprintf(text, sizeof(text), "[\"%08x\",\"%08x\",\"%08x\"]", crc[0], crc[1], crc[2]);
  TraceEvent event("hf_coefficients");
  event.Integer("num_varblocks", static_cast<int64_t>(state.num_varblocks));
  event.Raw("crc32_per_channel", text);
  event.List("nonzero_per_channel", nonzeros, 3);
}

template void TraceCoefficients(const GroupState&, const StoredCoefficients<int16_t>&);
template void TraceCoefficients(const GroupState&, const StoredCoefficients<int32_t>&);

}  // namespace jxlpool

#endif  // JXLPOOL_TRACE
