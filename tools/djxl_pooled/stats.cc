#include "tools/djxl_pooled/stats.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace jxlpool::tools {
namespace {

// Of the whole process: what the system says, pool or not.
uint64_t PeakResidentBytes() {
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

double HitRate(const JxlpoolPoolStatistics& pool) {
  return static_cast<double>(pool.hits) / static_cast<double>(std::max<uint64_t>(1, pool.hits + pool.misses));
}

void PrintText(const JxlpoolDecoderStatistics& decoder, const JxlpoolPoolStatistics& pool) {
  std::fprintf(stderr, "decoder memory: peak %llu bytes, live %llu, limit ",
               static_cast<unsigned long long>(decoder.total.peak_bytes),
               static_cast<unsigned long long>(decoder.total.live_bytes));
  if (decoder.memory_limit == 0) {
    std::fprintf(stderr, "none\n");
  } else {
    std::fprintf(stderr, "%llu\n", static_cast<unsigned long long>(decoder.memory_limit));
  }
  for (uint32_t i = 0; i < decoder.num_categories; ++i) {
    if (decoder.categories[i].peak_bytes == 0) continue;
    std::fprintf(stderr, "  %-14s peak %12llu live %12llu\n", jxlpool_category_name(i),
                 static_cast<unsigned long long>(decoder.categories[i].peak_bytes),
                 static_cast<unsigned long long>(decoder.categories[i].live_bytes));
  }
  std::fprintf(stderr, "pool: %llu hits, %llu misses (%.1f %% hits), peak %llu bytes, cached %llu\n",
               static_cast<unsigned long long>(pool.hits), static_cast<unsigned long long>(pool.misses),
               100 * HitRate(pool), static_cast<unsigned long long>(pool.peak_bytes),
               static_cast<unsigned long long>(pool.cached_bytes));
  std::fprintf(stderr, "input copied: %llu bytes; process peak: %llu bytes\n",
               static_cast<unsigned long long>(decoder.copied_input_bytes),
               static_cast<unsigned long long>(PeakResidentBytes()));
}

void PrintJson(const JxlpoolDecoderStatistics& decoder, const JxlpoolPoolStatistics& pool) {
  nlohmann::ordered_json json;
  json["peak_bytes"] = decoder.total.peak_bytes;
  json["live_bytes"] = decoder.total.live_bytes;
  json["memory_limit"] = decoder.memory_limit;
  for (uint32_t i = 0; i < decoder.num_categories; ++i) {
    json["categories"][jxlpool_category_name(i)] = {{"peak_bytes", decoder.categories[i].peak_bytes},
                                                    {"live_bytes", decoder.categories[i].live_bytes}};
  }
  json["pool"] = {{"hits", pool.hits},
                  {"misses", pool.misses},
                  {"peak_bytes", pool.peak_bytes},
                  {"live_bytes", pool.live_bytes},
                  {"cached_bytes", pool.cached_bytes}};
  json["copied_input_bytes"] = decoder.copied_input_bytes;
  json["process_peak_bytes"] = PeakResidentBytes();
  std::fprintf(stderr, "%s\n", json.dump().c_str());
}

}  // namespace

void PrintStats(StatsFormat format, Session* session) {
  if (format == StatsFormat::kNone) return;
  const JxlpoolDecoderStatistics decoder = session->decoder().Statistics();
  const JxlpoolPoolStatistics pool = session->pool().Statistics();
  if (format == StatsFormat::kText) {
    PrintText(decoder, pool);
  } else {
    PrintJson(decoder, pool);
  }
}

}  // namespace jxlpool::tools
