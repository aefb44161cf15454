// Decoding events as JSON lines, for finding the first place where two decoders differ. Exists only in builds with
// JXLPOOL_TRACE (the debug preset); everything here compiles to nothing otherwise.
//
//   if constexpr (kTraceEnabled) {
//     TraceEvent event("frame_header");
//     event.Number("pos_before", reader.Position());
//   }  // the destructor writes the line
//
// Lines go to the file named by the environment variable JXLPOOL_TRACE_FILE; none, no output. The library's callers see
// nothing of this. Thread-safe; lines of different threads interleave whole.
#ifndef LIB_BASE_TRACE_H_
#define LIB_BASE_TRACE_H_

#include <cstddef>
#include <cstdint>

#ifdef JXLPOOL_TRACE
#include <string>
#endif

namespace jxlpool {

#ifdef JXLPOOL_TRACE
inline constexpr bool kTraceEnabled = true;
#else
inline constexpr bool kTraceEnabled = false;
#endif

// Where in the codestream this thread is; added to every event of the thread. -1 and nullptr: left out.
struct TraceContext {
  int64_t frame = -1;
  const char* section = nullptr;
  int64_t group = -1;
  int64_t pass = -1;
  const char* label = nullptr;
};

// Sets (parts of) the thread's context for a scope.
class TraceScope {
 public:
#ifdef JXLPOOL_TRACE
  explicit TraceScope(const TraceContext& context);
  ~TraceScope();

 private:
  TraceContext saved_;
#else
  explicit TraceScope(const TraceContext& /*context*/) {}
#endif
};

// The context of this thread; change parts of it and hand it to a TraceScope.
TraceContext CurrentTraceContext();

class TraceEvent {
 public:
#ifdef JXLPOOL_TRACE
  explicit TraceEvent(const char* name);
  ~TraceEvent();
  TraceEvent(const TraceEvent&) = delete;
  TraceEvent& operator=(const TraceEvent&) = delete;

  void Number(const char* key, double value);
  void Integer(const char* key, int64_t value);
  void Text(const char* key, const char* value);
  // `json` is written as it is.
  void Raw(const char* key, const std::string& json);
  template <typename T>
  void List(const char* key, const T* values, size_t count) {
    std::string json = "[";
    for (size_t i = 0; i < count; ++i) {
      if (i != 0) json += ",";
      Append(&json, static_cast<double>(values[i]));
    }
    Raw(key, json + "]");
  }
  // CRC-32 (zlib) over `count` values as little-endian 32-bit integers, as 8 hexadecimal digits.
  template <typename T>
  static std::string Crc32(const T* values, size_t count, uint32_t* running = nullptr) {
    uint32_t crc = running == nullptr ? 0 : *running;
    for (size_t i = 0; i < count; ++i) crc = UpdateCrc(crc, static_cast<uint32_t>(values[i]));
    if (running != nullptr) *running = crc;
    return Hex(crc);
  }

 private:
  static void Append(std::string* json, double value);
  static uint32_t UpdateCrc(uint32_t crc, uint32_t value);
  static std::string Hex(uint32_t value);
  std::string line_;
#else
  explicit TraceEvent(const char* /*name*/) {}
  void Number(const char* /*key*/, double /*value*/) {}
  void Integer(const char* /*key*/, int64_t /*value*/) {}
  void Text(const char* /*key*/, const char* /*value*/) {}
  template <typename T>
  void List(const char* /*key*/, const T* /*values*/, size_t /*count*/) {}
#endif
};

}  // namespace jxlpool

#endif  // LIB_BASE_TRACE_H_
