#include "lib/base/trace.h"

#ifdef JXLPOOL_TRACE
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#endif

namespace jxlpool {

#ifdef JXLPOOL_TRACE
namespace {

thread_local TraceContext g_context;

std::FILE* TraceFile() {
  static std::FILE* const file = [] {
    const char* name = std::getenv("JXLPOOL_TRACE_FILE");
    return name == nullptr ? nullptr : std::fopen(name, "w");
  }();
  return file;
}

}  // namespace

TraceContext CurrentTraceContext() { return g_context; }
TraceScope::TraceScope(const TraceContext& context) : saved_(g_context) { g_context = context; }
TraceScope::~TraceScope() { g_context = saved_; }

TraceEvent::TraceEvent(const char* name) {
  line_ = std::string("{\"event\":\"") + name + "\"";
  if (g_context.frame >= 0) Integer("frame", g_context.frame);
  if (g_context.section != nullptr) Text("section", g_context.section);
  if (g_context.group >= 0) Integer("group", g_context.group);
  if (g_context.pass >= 0) Integer("pass", g_context.pass);
  if (g_context.label != nullptr) Text("label", g_context.label);
}

TraceEvent::~TraceEvent() {
  static std::mutex mutex;
  std::FILE* file = TraceFile();
  if (file == nullptr) return;
  line_ += "}\n";
  const std::lock_guard<std::mutex> lock(mutex);
  std::fwrite(line_.data(), 1, line_.size(), file);
  std::fflush(file);
}

void TraceEvent::Append(std::string* json, double value) {
  char text[40];
  const bool whole = std::nearbyint(value) == value && std::abs(value) < 1e15;
  std::snprintf(text, sizeof(text), whole ? "%.0f" : "%.9g", value);
  *json += text;
}

void TraceEvent::Raw(const char* key, const std::string& json) { line_ += std::string(",\"") + key + "\":" + json; }

void TraceEvent::Number(const char* key, double value) {
  std::string json;
  Append(&json, value);
  Raw(key, json);
}

void TraceEvent::Integer(const char* key, int64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "%" PRId64, value);
  Raw(key, text);
}

void TraceEvent::Text(const char* key, const char* value) { Raw(key, std::string("\"") + value + "\""); }

uint32_t TraceEvent::UpdateCrc(uint32_t crc, uint32_t value) {
  crc = ~crc;
  for (int byte = 0; byte < 4; ++byte) {
    crc ^= (value >> (8 * byte)) & 0xFF;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

std::string TraceEvent::Hex(uint32_t value) {
  char text[12];
  std::snprintf(text, sizeof(text), "\"%08x\"", value);
  return text;
}
#else
TraceContext CurrentTraceContext() { return {}; }
#endif

}  // namespace jxlpool
