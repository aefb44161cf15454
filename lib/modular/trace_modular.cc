#include "lib/modular/trace_modular.h"

#ifdef JXLPOOL_TRACE
#include <algorithm>
#include <limits>
#include <vector>
#endif

namespace jxlpool {

#ifdef JXLPOOL_TRACE
namespace {

std::string Join(const std::vector<std::string>& items) {
  std::string json = "[";
  for (size_t i = 0; i < items.size(); ++i) json += (i == 0 ? "" : ",") + items[i];
  return json + "]";
}

template <typename T>
std::string Numbers(const std::vector<T>& values) {
  std::vector<std::string> items;
  for (const T& value : values) items.push_back(std::to_string(value));
  return Join(items);
}

std::string Shape(const ChannelShape& shape) {
  return Numbers<int64_t>({shape.width, shape.height, shape.hshift, shape.vshift});
}

std::string Shapes(const ShapeList& list) {
  std::vector<std::string> items;
  for (const ChannelShape& shape : list.shapes) items.push_back(Shape(shape));
  return Join(items);
}

// Members that describe a channel's samples, without braces.
std::string Samples(const ModularChannel& channel, size_t max_first) {
  std::string json = "\"shape\":" + Shape(channel.shape());
  if (channel.empty()) return json;
  int32_t low = std::numeric_limits<int32_t>::max();
  int32_t high = std::numeric_limits<int32_t>::min();
  uint32_t crc = 0;
  std::string digits;
  std::vector<int32_t> first;
  std::vector<int32_t> row(channel.width());
  for (size_t y = 0; y < channel.height(); ++y) {
    for (size_t x = 0; x < row.size(); ++x) {
      row[x] = channel.Get(x, y);
      low = std::min(low, row[x]);
      high = std::max(high, row[x]);
      if (first.size() < max_first) first.push_back(row[x]);
    }
    digits = TraceEvent::Crc32(row.data(), row.size(), &crc);
  }
  return json + ",\"min\":" + std::to_string(low) + ",\"max\":" + std::to_string(high) + ",\"crc32\":" + digits +
         ",\"first\":" + Numbers(first);
}

std::string Steps(const TransformList& list, const Transform& transform) {
  std::vector<std::string> items;
  for (uint32_t i = 0; i < transform.num_steps; ++i) {
    const SqueezeStep& step = list.steps[transform.first_step + i];
    items.push_back(std::string("{\"horizontal\":") + (step.horizontal ? "true" : "false") +
                    ",\"in_place\":" + (step.in_place ? "true" : "false") +
                    ",\"begin_c\":" + std::to_string(step.begin) + ",\"num_c\":" + std::to_string(step.count) + "}");
  }
  return Join(items);
}

std::string Describe(const TransformList& list, const Transform& transform) {
  const std::string begin = ",\"begin_c\":" + std::to_string(transform.begin);
  switch (transform.kind) {
    case TransformKind::kRct:
      return R"({"tr":"RCT")" + begin + ",\"rct_type\":" + std::to_string(transform.rct_type) + "}";
    case TransformKind::kPalette:
      return R"({"tr":"Palette")" + begin + ",\"num_c\":" + std::to_string(transform.count) +
             ",\"nb_colours\":" + std::to_string(transform.num_colors) +
             ",\"nb_deltas\":" + std::to_string(transform.num_deltas) +
             ",\"d_pred\":" + std::to_string(static_cast<int>(transform.delta_predictor)) + "}";
    case TransformKind::kSqueeze:
      return R"({"tr":"Squeeze","num_sq":)" + std::to_string(transform.num_steps) +
             ",\"steps\":" + Steps(list, transform) + "}";
  }
  return "{}";
}

}  // namespace

TraceLabel::TraceLabel(const char* suffix)
    : label_((CurrentTraceContext().label == nullptr ? std::string() : std::string(CurrentTraceContext().label)) +
             suffix),
      scope_([this] {
        TraceContext context = CurrentTraceContext();
        context.label = label_.c_str();
        return context;
      }()) {}

void TraceHasGlobalTree(bool value, uint64_t position) {
  TraceEvent event("has_global_tree");
  event.Integer("pos_before", static_cast<int64_t>(position) - 1);
  event.Integer("pos_after", static_cast<int64_t>(position));
  event.Raw("has_global_tree", value ? "true" : "false");
}

void TraceMaTree(const MaTree& tree, uint64_t begin, uint64_t end) {
  TraceEvent event("ma_tree");
  event.Integer("pos_before", static_cast<int64_t>(begin));
  event.Integer("pos_after", static_cast<int64_t>(end));
  event.Integer("num_nodes", static_cast<int64_t>(tree.num_nodes()));
  event.Integer("num_leaves", tree.num_leaves());
  std::vector<std::string> nodes;
  for (size_t i = 0; i < tree.num_nodes(); ++i) {
    const MaNode& node = tree.nodes()[i];
    if (node.is_leaf()) {
      nodes.push_back(Numbers<int64_t>(
          {-1, node.child, static_cast<int64_t>(node.predictor), node.value, int64_t{node.multiplier}}));
    } else {
      nodes.push_back(Numbers<int64_t>({node.property, node.value, node.child, int64_t{node.child} + 1}));
    }
  }
  event.Raw("nodes", Join(nodes));
}

void TraceModularHeader(uint32_t stream, const ModularHeader& header, const ShapeList& list, uint64_t begin,
                        uint64_t end) {
  TraceEvent event("modular_header");
  event.Integer("stream_index", stream);
  event.Integer("pos_before", static_cast<int64_t>(begin));
  event.Integer("pos_after", static_cast<int64_t>(end));
  event.Raw("use_global_tree", header.use_global_tree ? "true" : "false");
  std::vector<std::string> transforms;
  for (const Transform& transform : header.transforms.transforms) {
    transforms.push_back(Describe(header.transforms, transform));
  }
  event.Raw("transforms", Join(transforms));
  event.Raw("channels", Shapes(list));
}

void TraceModularChannels(uint32_t stream, const ShapeList& list, size_t count) {
  TraceEvent event("modular_channels");
  event.Integer("stream_index", stream);
  event.Integer("nb_meta_channels", static_cast<int64_t>(list.num_meta));
  event.Raw("channels", Shapes(list));
  std::vector<size_t> decoded;
  uint32_t widest = 0;
  for (size_t i = 0; i < count; ++i) {
    if (list.shapes[i].empty()) continue;
    decoded.push_back(i);
    widest = std::max(widest, list.shapes[i].width);
  }
  event.Raw("decoded_here", Numbers(decoded));
  if (widest != 0) event.Integer("dist_multiplier", widest);
}

void TraceModularChannel(uint32_t stream, size_t index, const ModularChannel& channel, uint64_t /*begin*/,
                         uint64_t end) {
  TraceEvent event("modular_channel");
  event.Integer("stream_index", stream);
  event.Integer("channel", static_cast<int64_t>(index));
  const std::string samples = Samples(channel, 64);
  event.Raw("shape", samples.substr(samples.find(':') + 1));
  event.Integer("pos_after", static_cast<int64_t>(end));
}

namespace {
void AddChannels(const ModularImage& image, TraceEvent* event) {
  event->Integer("nb_meta_channels", static_cast<int64_t>(image.num_meta()));
  std::vector<std::string> channels;
  for (size_t i = 0; i < image.size(); ++i) channels.push_back("{" + Samples(image[i], 16) + "}");
  event->Raw("channels", Join(channels));
}
}  // namespace

void TraceImageBeforeInverse(const ModularImage& image) {
  TraceEvent event("modular_image_before_inverse");
  AddChannels(image, &event);
}

void TraceModularInverse(size_t transform, const ModularImage& image) {
  TraceEvent event("modular_inverse");
  event.Integer("transform_index", static_cast<int64_t>(transform));
  AddChannels(image, &event);
}

void TraceSqueezeStep(size_t index, const SqueezeStep& step, const ModularImage& image) {
  TraceEvent event("squeeze_step");
  event.Integer("step", static_cast<int64_t>(index));
  event.Raw("horizontal", step.horizontal ? "true" : "false");
  std::vector<std::string> channels;
  for (size_t i = step.begin; i < size_t{step.begin} + step.count; ++i) {
    channels.push_back("{\"channel\":" + std::to_string(i) + "," + Samples(image[i], 16) + "}");
  }
  event.Raw("channels", Join(channels));
}
#else
void TraceHasGlobalTree(bool /*value*/, uint64_t /*position*/) {}
void TraceMaTree(const MaTree& /*tree*/, uint64_t /*begin*/, uint64_t /*end*/) {}
void TraceModularHeader(uint32_t /*stream*/, const ModularHeader& /*header*/, const ShapeList& /*list*/,
                        uint64_t /*begin*/, uint64_t /*end*/) {}
void TraceModularChannels(uint32_t /*stream*/, const ShapeList& /*list*/, size_t /*count*/) {}
void TraceModularChannel(uint32_t /*stream*/, size_t /*index*/, const ModularChannel& /*channel*/, uint64_t /*begin*/,
                         uint64_t /*end*/) {}
void TraceImageBeforeInverse(const ModularImage& /*image*/) {}
void TraceModularInverse(size_t /*transform*/, const ModularImage& /*image*/) {}
void TraceSqueezeStep(size_t /*index*/, const SqueezeStep& /*step*/, const ModularImage& /*image*/) {}
#endif

}  // namespace jxlpool
