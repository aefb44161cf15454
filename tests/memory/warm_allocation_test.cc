// After one warm-up decode, decoding the same file again with the same decoder makes no call into the heap and maps no
// memory, in any thread: for every file, to memory and to a callback, with one thread and with two,
// with a conversion of color, fed in pieces or read from a source, and back to the JPEG that it was made from. Nor is
// input copied that lies in one piece in memory.
//
// usage: warm_allocation_test [--decodes N] [--attempts N] [--threads N] FOLDER_OR_FILE...
// Folders that do not exist are left out. Prints where the first calls come from, by backtrace. With several threads,
// which of them does what may ask for a size that the warm-up never saw; a case fails if all attempts do.
#include <execinfo.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/hash_bytes.h"
#include "tests/memory/decode_file.h"
#include "tools/bench/count_heap.h"

namespace jxlpool::memory_test {
namespace {

constexpr int kSkipped = 77;
constexpr int kMaxBacktraces = 4;

std::atomic<int> g_backtraces_left{0};

void PrintBacktrace(const char* function, size_t bytes) {
  if (g_backtraces_left.fetch_sub(1) <= 0) return;
  std::fprintf(stderr, "  %s of %zu bytes by\n", function, bytes);
  void* frames[24];
  const int count = backtrace(frames, 24);
  backtrace_symbols_fd(frames + 2, count - 2, STDERR_FILENO);
}

struct Totals {
  int files = 0;
  int cases = 0;
  int failed = 0;
  int loud_attempts = 0;
  int reconstructions = 0;
  int copying = 0;  // cases with input that had to be copied
  uint64_t misses = 0;
};

struct Settings {
  int decodes = 3;
  int attempts = 3;
  uint32_t threads = 2;  // where there are several
};

enum class Work { kPixels, kRows, kPulledRows, kJpeg };

const char* NameOf(Work work) {
  constexpr const char* kNames[] = {"pixels", "rows", "pulled rows", "reconstruction"};
  return kNames[static_cast<int>(work)];
}

Sink SinkOf(Work work) {
  if (work == Work::kPulledRows) return Sink::kPulledRows;
  return work == Work::kRows ? Sink::kRows : Sink::kPixels;
}

const char* NameOf(Arrival arrival) {
  return arrival == Arrival::kInMemory ? "from memory" : arrival == Arrival::kFed ? "fed" : "from a source";
}

struct Case {
  uint32_t num_threads;
  Work work;
  const char* color_encoding = nullptr;  // to convert to
  Arrival arrival = Arrival::kInMemory;
};
constexpr Case kCases[] = {
    {1, Work::kPixels},
    {1, Work::kRows},
    {2, Work::kPixels},
    {2, Work::kRows},
    {2, Work::kPulledRows},
    {1, Work::kJpeg},
    {2, Work::kJpeg},
    {1, Work::kRows, "RGB_D65_SRG_Rel_SRG"},
    {1, Work::kRows, nullptr, Arrival::kFed},
    {1, Work::kJpeg, nullptr, Arrival::kFed},
    {2, Work::kRows, nullptr, Arrival::kFromSource},
};

// The JPEG that the image was made from, instead of pixels. JXLPOOL_END: there is none.
JxlpoolStatus Reconstruct(FileInput* input, Decoder* decoder, Target* target) {
  target->checksum = 0;
  const JxlpoolStatus status = input->Open();
  if (status != JXLPOOL_OK) return status;
  auto take = [&](const uint8_t* data, size_t size) {
    target->checksum = HashPiece(target->checksum, data, size);
    return true;
  };
  return input->Step([&] { return decoder->ReconstructJpeg(&take); });
}

// Whether the codestream lies in several boxes.
bool ComesInPieces(Decoder* decoder) {
  int pieces = 0;
  auto box = Make<JxlpoolRawBox>();
  for (uint32_t i = 0; jxlpool_decoder_get_raw_box(decoder->get(), i, &box) == JXLPOOL_OK; ++i) {
    pieces += std::strcmp(box.type, "jxlp") == 0 ? 1 : 0;
  }
  return pieces > 1;
}

// Input is used where it lies, unless it comes in pieces.
void CheckCopies(const TestFile& file, Decoder* decoder, Totals* totals) {
  const uint64_t copied = decoder->Statistics().copied_input_bytes;
  if (copied == 0) return;
  ++totals->copying;
  if (ComesInPieces(decoder)) return;
  ++totals->failed;
  std::fprintf(stderr, "%s: %llu bytes of input were copied\n", file.name.c_str(),
               static_cast<unsigned long long>(copied));
}

// Decodes once to warm up, then `decodes` times while counting. Whether there was nothing to count.
bool IsQuiet(const TestFile& file, const Case& test_case, const Settings& settings, Totals* totals) {
  Pool pool;
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool.get();
  options.num_threads = test_case.num_threads == 1 ? 1 : settings.threads;
  options.color_encoding = test_case.color_encoding;
  Decoder decoder(&options);
  Target target;
  target.sink = SinkOf(test_case.work);
  FileInput input(file, test_case.arrival, &decoder);
  const auto decode = [&] {
    if (test_case.work == Work::kJpeg) return Reconstruct(&input, &decoder, &target);
    return DecodeAll(&input, &decoder, &target);
  };
  const JxlpoolStatus expected = decode();
  if (expected == JXLPOOL_END) return true;
  if (test_case.work == Work::kJpeg) ++totals->reconstructions;
  const uint64_t checksum = target.checksum;
  if (test_case.arrival == Arrival::kInMemory) CheckCopies(file, &decoder, totals);
  pool.ResetStatistics();
  bool quiet = true;
  for (int i = 0; i < settings.decodes && quiet; ++i) {
    const uint64_t before = CountedHeapUse().calls;
    g_backtraces_left = kMaxBacktraces;
    SetHeapObserver(PrintBacktrace);
    const JxlpoolStatus status = decode();
    SetHeapObserver(nullptr);
    const uint64_t calls = CountedHeapUse().calls - before;
    if (calls == 0 && status == expected && target.checksum == checksum) continue;
    quiet = false;
    std::fprintf(stderr, "%s, %u threads, %s, %s, decode %d: %llu calls into the heap, %llu misses of the pool%s\n",
                 file.name.c_str(), options.num_threads, NameOf(test_case.work), NameOf(test_case.arrival), i + 2,
                 static_cast<unsigned long long>(calls), static_cast<unsigned long long>(pool.Statistics().misses),
                 status != expected || target.checksum != checksum ? "; the result changed" : "");
  }
  totals->misses += pool.Statistics().misses;
  return quiet;
}

void CheckCase(const TestFile& file, const Case& test_case, const Settings& settings, Totals* totals) {
  ++totals->cases;
  const int attempts = test_case.num_threads == 1 ? 1 : settings.attempts;
  for (int i = 0; i < attempts; ++i) {
    if (IsQuiet(file, test_case, settings, totals)) return;
    ++totals->loud_attempts;
  }
  ++totals->failed;
}

int Run(int argc, char** argv) {
  if (!HeapUseIsCounted()) {
    std::printf("skipped: calls into the heap cannot be counted in this build\n");
    return kSkipped;
  }
  void* frames[4];
  static_cast<void>(backtrace(frames, 4));  // loads what it needs
  Settings settings;
  Totals totals;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--decodes") == 0 && i + 1 < argc) {
      settings.decodes = std::atoi(argv[++i]);
      continue;
    }
    if (std::strcmp(argv[i], "--attempts") == 0 && i + 1 < argc) {
      settings.attempts = std::atoi(argv[++i]);
      continue;
    }
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      settings.threads = static_cast<uint32_t>(std::atoi(argv[++i]));
      continue;
    }
    for (const std::string& path : FindFiles(argv[i])) {
      const TestFile file = ReadFile(path);
      ++totals.files;
      for (const Case& test_case : kCases) CheckCase(file, test_case, settings, &totals);
    }
  }
  std::printf(
      "%d files, %d cases: %d failed; %d attempts with calls into the heap; %llu misses of warm pools; "
      "%d cases with copied input; %d JPEG reconstructions\n",
      totals.files, totals.cases, totals.failed, totals.loud_attempts, static_cast<unsigned long long>(totals.misses),
      totals.copying, totals.reconstructions);
  if (totals.files == 0) return kSkipped;
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool::memory_test

int main(int argc, char** argv) { return jxlpool::memory_test::Run(argc, argv); }
