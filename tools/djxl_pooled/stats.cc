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

using Number = unsigned long long;

// In percent; 100 if nothing was asked for.
double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// By how much fewer blocks came from the system than were asked for, in percent.
double Reduction(const JxlpoolPoolStatistics& pool) {
  return pool.total.requests == 0 ? 0.0
                                  : 100.0 - std::min(100.0, Percent(pool.system_allocations, pool.total.requests));
}

void PrintRow(const char* name, const JxlpoolPoolCounts& counts) {
  if (counts.requests == 0 && counts.releases == 0 && counts.live_bytes == 0) return;
  std::fprintf(stderr, "  %-14s %9llu %9llu %7llu %6.2f %9llu %14llu %14llu %12llu\n", name, Number{counts.requests},
               Number{counts.hits}, Number{counts.requests - counts.hits}, Percent(counts.hits, counts.requests),
               Number{counts.releases}, Number{counts.requested_bytes}, Number{counts.hit_bytes},
               Number{counts.live_bytes});
}

void PrintPool(const JxlpoolPoolStatistics& pool) {
  std::fprintf(
      stderr, "pool: peak %llu bytes in use, %llu held; now %llu in use, %llu cached in %llu blocks, %llu for itself\n",
      Number{pool.peak_bytes}, Number{pool.peak_system_bytes}, Number{pool.live_bytes}, Number{pool.cached_bytes},
      Number{pool.cached_blocks}, Number{pool.overhead_bytes});
  std::fprintf(stderr, "  %llu of %llu requests found a block in the pool (%.2f %%), %llu of %llu bytes\n",
               Number{pool.total.hits}, Number{pool.total.requests}, Percent(pool.total.hits, pool.total.requests),
               Number{pool.total.hit_bytes}, Number{pool.total.requested_bytes});
  std::fprintf(stderr, "  from the system: %llu blocks, %llu bytes; allocations reduced by %.2f %%\n",
               Number{pool.system_allocations}, Number{pool.system_allocated_bytes}, Reduction(pool));
  std::fprintf(stderr,
               "  back to the system: %llu blocks, %llu bytes (%llu aged, %llu for want of room, %llu beyond a bound, "
               "%llu trimmed)\n",
               Number{pool.system_releases}, Number{pool.system_released_bytes}, Number{pool.aged_bytes},
               Number{pool.pressure_bytes}, Number{pool.overflow_bytes}, Number{pool.trimmed_bytes});
  std::fprintf(stderr, "  %-14s %9s %9s %7s %6s %9s %14s %14s %12s\n", "", "requests", "hits", "misses", "hit %",
               "releases", "bytes", "bytes saved", "bytes live");
  for (uint32_t i = 0; i < pool.num_categories; ++i) PrintRow(jxlpool_category_name(i), pool.categories[i]);
  std::fprintf(stderr, "  by element type\n");
  for (uint32_t i = 0; i < pool.num_types; ++i) PrintRow(jxlpool_element_type_name(i), pool.types[i]);
  PrintRow("total", pool.total);
}

void PrintText(const JxlpoolDecoderStatistics& decoder, const JxlpoolPoolStatistics& pool) {
  std::fprintf(stderr, "decoder memory: peak %llu bytes, live %llu, limit ", Number{decoder.total.peak_bytes},
               Number{decoder.total.live_bytes});
  if (decoder.memory_limit == 0) {
    std::fprintf(stderr, "none\n");
  } else {
    std::fprintf(stderr, "%llu\n", Number{decoder.memory_limit});
  }
  for (uint32_t i = 0; i < decoder.num_categories; ++i) {
    if (decoder.categories[i].peak_bytes == 0) continue;
    std::fprintf(stderr, "  %-14s peak %12llu live %12llu\n", jxlpool_category_name(i),
                 Number{decoder.categories[i].peak_bytes}, Number{decoder.categories[i].live_bytes});
  }
  std::fprintf(stderr, "matrices: %llu created, %llu released, %llu active, %llu at most\n",
               Number{decoder.matrices_created}, Number{decoder.matrices_released}, Number{decoder.matrices_active},
               Number{decoder.matrices_peak});
  PrintPool(pool);
  std::fprintf(stderr, "input copied: %llu bytes; process peak: %llu bytes\n", Number{decoder.copied_input_bytes},
               Number{PeakResidentBytes()});
}

using Json = nlohmann::ordered_json;

Json ToJson(const JxlpoolPoolCounts& counts) {
  return {{"requests", counts.requests},
          {"hits", counts.hits},
          {"misses", counts.requests - counts.hits},
          {"hit_rate", Percent(counts.hits, counts.requests) / 100},
          {"releases", counts.releases},
          {"requested_bytes", counts.requested_bytes},
          {"saved_bytes", counts.hit_bytes},
          {"live_blocks", counts.live_blocks},
          {"live_bytes", counts.live_bytes}};
}

Json ToJson(const JxlpoolPoolStatistics& pool) {
  Json json = ToJson(pool.total);
  json["peak_bytes"] = pool.peak_bytes;
  json["cached_bytes"] = pool.cached_bytes;
  json["cached_blocks"] = pool.cached_blocks;
  json["system_bytes"] = pool.system_bytes;
  json["peak_system_bytes"] = pool.peak_system_bytes;
  json["system_allocations"] = pool.system_allocations;
  json["system_allocated_bytes"] = pool.system_allocated_bytes;
  json["system_releases"] = pool.system_releases;
  json["system_released_bytes"] = pool.system_released_bytes;
  json["aged_bytes"] = pool.aged_bytes;
  json["pressure_bytes"] = pool.pressure_bytes;
  json["overflow_bytes"] = pool.overflow_bytes;
  json["trimmed_bytes"] = pool.trimmed_bytes;
  json["allocations_saved"] = pool.total.hits;
  json["allocation_reduction"] = Reduction(pool) / 100;
  json["overhead_bytes"] = pool.overhead_bytes;
  for (uint32_t i = 0; i < pool.num_categories; ++i) {
    json["categories"][jxlpool_category_name(i)] = ToJson(pool.categories[i]);
  }
  for (uint32_t i = 0; i < pool.num_types; ++i) {
    json["types"][jxlpool_element_type_name(i)] = ToJson(pool.types[i]);
  }
  return json;
}

void PrintJson(const JxlpoolDecoderStatistics& decoder, const JxlpoolPoolStatistics& pool) {
  Json json;
  json["peak_bytes"] = decoder.total.peak_bytes;
  json["live_bytes"] = decoder.total.live_bytes;
  json["memory_limit"] = decoder.memory_limit;
  for (uint32_t i = 0; i < decoder.num_categories; ++i) {
    json["categories"][jxlpool_category_name(i)] = {{"peak_bytes", decoder.categories[i].peak_bytes},
                                                    {"live_bytes", decoder.categories[i].live_bytes}};
  }
  json["matrices"] = {{"created", decoder.matrices_created},
                      {"released", decoder.matrices_released},
                      {"active", decoder.matrices_active},
                      {"peak", decoder.matrices_peak}};
  json["pool"] = ToJson(pool);
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
