#include "lib/bitstream/trace_container.h"

#ifdef JXLPOOL_TRACE

#include <string>

namespace jxlpool {
namespace {

std::string BoxJson(const Box& box) {
  std::string type;
  for (const char c : box.type.name) type += c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?';
  std::string json = "{\"type\":\"" + type + "\",\"offset\":" + std::to_string(box.offset) +
                     ",\"size\":" + std::to_string(box.size) + ",\"header_size\":" + std::to_string(box.header_size);
  if (box.type == kPartialCodestreamBox && box.contents.size() >= 4) {
    const std::span<const uint8_t> bytes = box.contents;
    const uint32_t word = uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
    json += ",\"index\":" + std::to_string(word & 0x7FFFFFFFu) + ",\"last\":" + ((word >> 31) != 0 ? "true" : "false");
  }
  return json + "}";
}

}  // namespace

void TraceContainer(const Container& container) {
  TraceEvent event("container");
  std::string boxes = "[";
  for (const Box& box : container.boxes()) boxes += (boxes.size() == 1 ? "" : ",") + BoxJson(box);
  event.Raw("boxes", boxes + "]");
  event.Integer("codestream_size", static_cast<int64_t>(container.codestream().size()));
}

}  // namespace jxlpool

#endif  // JXLPOOL_TRACE
