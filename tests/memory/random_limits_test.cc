// A memory limit is hard: whatever it is, a decode stays below it or ends with the clean error that says what was asked
// for, by whom, and what the limit would have to be. For limits at random below and around what each file needs, as
// memory_limit of the decoder and as a cap on its pool.
//
// usage: random_limits_test [--limits N] FOLDER_OR_FILE...     N limits in total
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/memory/decode_file.h"

namespace jxlpool::memory_test {
namespace {

constexpr int kSkipped = 77;

struct Totals {
  int decodes = 0;
  int refused = 0;
  int failed = 0;
};

void Fail(const TestFile& file, uint64_t limit, const std::string& what, Totals* totals) {
  ++totals->failed;
  std::fprintf(stderr, "%s, limit %llu: %s\n", file.name.c_str(), static_cast<unsigned long long>(limit), what.c_str());
}

enum class Kind { kDecoderLimit, kPoolCap };

// What one decode with a limit must keep to. Returns the limit that was needed, or 0 if this one sufficed.
uint64_t CheckLimit(const TestFile& file, Kind kind, uint64_t limit, uint32_t num_threads, JxlpoolStatus expected,
                    Totals* totals) {
  auto pool_options = Make<JxlpoolPoolOptions>();
  if (kind == Kind::kPoolCap) pool_options.max_total_bytes = limit;
  Pool pool(&pool_options);
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool.get();
  options.num_threads = num_threads;
  if (kind == Kind::kDecoderLimit) options.memory_limit = limit;
  Decoder decoder(&options);
  Target target;
  target.sink = Sink::kRows;
  const JxlpoolStatus status = DecodeAll(file, &decoder, &target);
  const JxlpoolError error = decoder.LastError();
  decoder.Close();
  ++totals->decodes;
  const JxlpoolDecoderStatistics statistics = decoder.Statistics();
  const JxlpoolPoolStatistics pool_statistics = pool.Statistics();
  if (kind == Kind::kDecoderLimit && statistics.total.peak_bytes > limit) Fail(file, limit, "exceeded", totals);
  if (kind == Kind::kPoolCap && pool_statistics.peak_system_bytes > limit) Fail(file, limit, "cap exceeded", totals);
  if (statistics.total.live_bytes != 0 || statistics.matrices_active != 0) Fail(file, limit, "leak", totals);
  if (status != JXLPOOL_MEMORY_LIMIT) {
    if (status != expected) Fail(file, limit, jxlpool_status_text(status), totals);
    return 0;
  }
  ++totals->refused;
  if (error.requested_bytes == 0 || *error.category == '\0' || *error.message == '\0') {
    Fail(file, limit, std::string("no reason given: ") + error.message, totals);
  }
  if (error.needed_limit <= limit) Fail(file, limit, "the limit that is said to be needed was given", totals);
  return error.needed_limit;
}

struct Plain {
  JxlpoolStatus status = JXLPOOL_OK;
  uint64_t peak_bytes = 0;
};

Plain DecodeWithoutLimit(const TestFile& file) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  Decoder decoder(&options);
  Target target;
  target.sink = Sink::kRows;
  Plain plain;
  plain.status = DecodeAll(file, &decoder, &target);
  plain.peak_bytes = decoder.Statistics().total.peak_bytes;
  return plain;
}

void CheckFile(const TestFile& file, int limits, std::mt19937_64* random, Totals* totals) {
  const Plain plain = DecodeWithoutLimit(file);
  for (int i = 0; i < limits; ++i) {
    // Half of them near the need, half anywhere on a logarithmic scale.
    uint64_t limit = 1 + (*random)() % (plain.peak_bytes + plain.peak_bytes / 8 + 1);
    if ((*random)() % 2 == 0) limit >>= (*random)() % 16;
    limit = std::max<uint64_t>(1, limit);
    const uint32_t num_threads = 1 + (*random)() % 2;
    CheckLimit(file, Kind::kDecoderLimit, limit, num_threads, plain.status, totals);
    if (i == 0) CheckLimit(file, Kind::kPoolCap, limit, num_threads, plain.status, totals);
  }
  // The need itself suffices, and following the advice of the errors gets there.
  if (CheckLimit(file, Kind::kDecoderLimit, plain.peak_bytes, 1, plain.status, totals) != 0) {
    Fail(file, plain.peak_bytes, "what sufficed before does not suffice", totals);
  }
  uint64_t limit = plain.peak_bytes - plain.peak_bytes / 10;
  for (int i = 0; limit != 0; ++i) {
    if (i == 200) return Fail(file, limit, "following the advice gets nowhere", totals);
    limit = CheckLimit(file, Kind::kDecoderLimit, limit, 1, plain.status, totals);
  }
}

int Run(int argc, char** argv) {
  int limits = 1000;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--limits") == 0 && i + 1 < argc) {
      limits = std::atoi(argv[++i]);
      continue;
    }
    const std::vector<std::string> found = FindFiles(argv[i]);
    paths.insert(paths.end(), found.begin(), found.end());
  }
  if (paths.empty()) {
    std::printf("skipped: no files\n");
    return kSkipped;
  }
  std::mt19937_64 random(1);
  Totals totals;
  const int per_file = (limits + static_cast<int>(paths.size()) - 1) / static_cast<int>(paths.size());
  for (const std::string& path : paths) CheckFile(ReadFile(path), per_file, &random, &totals);
  std::printf("%zu files, %d decodes: %d refused, %d failed\n", paths.size(), totals.decodes, totals.refused,
              totals.failed);
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool::memory_test

int main(int argc, char** argv) { return jxlpool::memory_test::Run(argc, argv); }
