// Decodes damaged files: no crash, a status, memory within the limit and given back, bounded time.
//
// usage: mutation_test MODE TESTDATA [--count N] [--first K] [--stride N] [--seed S] [--dump FILE]
//
// Modes:
// - truncation: every image cut after each byte (small files; samples of larger ones): an error, or the same pixels
// - mutation: N damaged copies of small images, beginning with the K-th
// - jpeg: N damaged copies of recompressed JPEGs: reconstruction data as it is coded, its fields, the coefficients
// - limits: every image with memory limits up to what it needs
// - gigantic: testdata/invalid: small files that claim to be huge fail at once and without much memory
//
// --stride N: cut after each N-th byte only
// --dump FILE: writes the case to be decoded next, which is the last one if the program dies. Slow.
//
// The environment variable JXLPOOL_FUZZ_COUNT overrides --count. A failure prints the number of the case: run it alone
// with --first K --count 1.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/fuzz/decode_once.h"
#include "tests/fuzz/jpeg_mutator.h"
#include "tests/fuzz/mutator.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JXLPOOL_SANITIZED 1
#else
#define JXLPOOL_SANITIZED 0
#endif

namespace jxlpool::fuzz {
namespace {

constexpr bool kSlow = JXLPOOL_SANITIZED != 0;
constexpr double kMaxSeconds = kSlow ? 60 : 5;     // for one decode
constexpr double kMaxJpegSeconds = kSlow ? 5 : 1;  // for one reconstruction of a small JPEG
constexpr size_t kSmallFile = 2048;                // bytes
constexpr uint64_t kPeakOfRefused = uint64_t{8} << 20;

using Bytes = std::vector<uint8_t>;

struct File {
  std::string name;
  Bytes bytes;
};

// What is being decoded, for the signal handler.
char g_current[256];

extern "C" void ReportDeath(int signal_number) {
  // Only async-signal-safe calls.
  (void)!write(STDERR_FILENO, g_current, std::strlen(g_current));
  (void)!write(STDERR_FILENO, "\n", 1);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

struct Arguments {
  std::string mode, testdata, dump;
  uint64_t count = 20000;
  uint64_t first = 0;
  uint64_t seed = 1;
  size_t stride = 1;
};

class Tester {
 public:
  explicit Tester(const Arguments& arguments) : arguments_(arguments) {}

  DecodeOutcome Decode(const std::string& label, const Bytes& bytes, const DecodeSettings& settings) {
    std::snprintf(g_current, sizeof(g_current), "died in: %s", label.c_str());
    if (!arguments_.dump.empty()) {
      std::ofstream(arguments_.dump, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    // A copy of exact size, so that the address sanitizer sees reads beyond the end.
    const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
    DecodeOutcome outcome = DecodeOnce(exact.data(), exact.size(), settings, pool_.get());
    if (outcome.cpu_seconds > (settings.frames ? kMaxSeconds : kMaxJpegSeconds)) {
      Fail(label, "took " + std::to_string(outcome.cpu_seconds) + " s");
    }
    if (!outcome.violation.empty()) Fail(label, outcome.violation);
    if (outcome.cpu_seconds > slowest_) {
      slowest_ = outcome.cpu_seconds;
      slowest_label_ = label;
    }
    largest_ = std::max(largest_, outcome.peak_bytes);
    ++num_decodes_;
    ++num_by_status_[jxlpool_status_text(outcome.status)];
    if (!settings.frames)
      ++num_by_status_["JPEG: " + (outcome.jpeg_message.empty() ? "no error" : outcome.jpeg_message)];
    return outcome;
  }

  void Fail(const std::string& label, const std::string& what) {
    std::printf("FAIL %s: %s\n", label.c_str(), what.c_str());
    ++num_failures_;
  }

  int Finish() const {
    std::printf("%llu decodes, %llu failures; slowest %.3f s (%s), most memory %.1f MiB\n",
                static_cast<unsigned long long>(num_decodes_), static_cast<unsigned long long>(num_failures_), slowest_,
                slowest_label_.c_str(), static_cast<double>(largest_) / 1048576);
    for (const auto& [text, count] : num_by_status_) {
      std::printf("%10llu %s\n", static_cast<unsigned long long>(count), text.c_str());
    }
    return num_failures_ == 0 && num_decodes_ != 0 ? 0 : 1;
  }

 private:
  const Arguments& arguments_;
  Pool pool_;
  uint64_t num_decodes_ = 0, num_failures_ = 0;
  std::map<std::string, uint64_t> num_by_status_;
  double slowest_ = 0;
  std::string slowest_label_;
  uint64_t largest_ = 0;
};

std::vector<File> ReadFolder(const std::string& folder) {
  std::vector<File> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".jxl") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    files.push_back({entry.path().stem().string(), Bytes(std::istreambuf_iterator<char>(stream), {})});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  return files;
}

// Of testdata: images, and recompressed JPEGs.
std::vector<File> ReadImages(const Arguments& arguments) {
  std::vector<File> files = ReadFolder(arguments.testdata + "/images");
  for (File& file : ReadFolder(arguments.testdata + "/jpeg")) files.push_back(std::move(file));
  return files;
}

void TestTruncation(const Arguments& arguments, Tester* tester) {
  for (const File& file : ReadImages(arguments)) {
    DecodeSettings settings;
    settings.metadata = false;
    const DecodeOutcome whole = tester->Decode(file.name + " whole", file.bytes, settings);
    if (whole.status != JXLPOOL_OK) tester->Fail(file.name + " whole", jxlpool_status_text(whole.status));
    const size_t step = std::max(arguments.stride, file.bytes.size() < kSmallFile ? 1 : file.bytes.size() / 200);
    for (size_t size = 0; size < file.bytes.size(); size += step) {
      const Bytes cut(file.bytes.begin(), file.bytes.begin() + static_cast<ptrdiff_t>(size));
      const std::string label = file.name + " cut to " + std::to_string(size);
      settings.allow_partial = false;
      const DecodeOutcome outcome = tester->Decode(label, cut, settings);
      if (outcome.status == JXLPOOL_OK && outcome.pixel_hash != whole.pixel_hash) {
        tester->Fail(label, "decodes to other pixels");
      }
      if (outcome.jpeg_status == JXLPOOL_OK && outcome.jpeg_hash != whole.jpeg_hash) {
        tester->Fail(label, "gives another JPEG");
      }
      if (size % (2 * step) != 0) continue;
      settings.allow_partial = true;
      const DecodeOutcome partial = tester->Decode(label + " partial", cut, settings);
      if (outcome.status == JXLPOOL_OK && partial.status != JXLPOOL_OK) {
        tester->Fail(label, "decodes, but not if partial images are allowed");
      }
    }
  }
}

void TestMutations(const Arguments& arguments, Tester* tester) {
  std::vector<File> files = ReadImages(arguments);
  for (File& file : ReadFolder(arguments.testdata + "/invalid")) files.push_back(std::move(file));
  std::erase_if(files, [](const File& file) { return file.bytes.size() > 2 * kSmallFile; });
  for (uint64_t i = arguments.first; i < arguments.first + arguments.count; ++i) {
    Random random(arguments.seed << 32 ^ i);
    const File& file = files[random.Below(files.size())];
    const File& other = files[random.Below(files.size())];
    // Some are left as they are, for the sake of the varied settings.
    const bool whole = random.Below(8) == 0;
    const Bytes bytes = whole ? file.bytes : Mutate(file.bytes, other.bytes, &random);
    const DecodeSettings settings = VariedSettings(random.Next());
    tester->Decode("case " + std::to_string(i) + " of " + file.name, bytes, settings);
  }
}

// A recompressed JPEG with changes behind the coding of its reconstruction data.
Bytes WithMutatedFields(const Bytes& file, Random* random) {
  size_t begin = 0, end = 0;
  JbrdFields fields;
  if (!FindJbrd(file, &begin, &end)) return file;
  const Bytes contents(file.begin() + static_cast<ptrdiff_t>(begin), file.begin() + static_cast<ptrdiff_t>(end));
  if (!ParseJbrd(contents, &fields)) return file;
  MutateFields(&fields, random);
  // Data of the wrong length is refused before anything else.
  if (random->Below(16) != 0) FitData(&fields);
  return ReplaceJbrd(file, begin, end, WriteJbrd(std::move(fields)));
}

// Flips bits of the bytes in a range, or of all others.
void FlipBits(size_t begin, size_t end, bool inside, Bytes* file, Random* random) {
  for (size_t i = 1 + random->Below(3); i > 0; --i) {
    size_t at = inside ? begin + random->Below(end - begin) : random->Below(file->size() - (end - begin));
    if (!inside && at >= begin) at += end - begin;
    (*file)[at] ^= static_cast<uint8_t>(1u << random->Below(8));
  }
}

void TestJpegs(const Arguments& arguments, Tester* tester) {
  std::vector<File> files = ReadFolder(arguments.testdata + "/jpeg");
  // What the mutations start from works, also after rewriting.
  for (const File& file : files) {
    const DecodeOutcome whole = tester->Decode(file.name + " whole", file.bytes, DecodeSettings());
    size_t begin = 0, end = 0;
    JbrdFields fields;
    Bytes rewritten = file.bytes;
    if (FindJbrd(file.bytes, &begin, &end) && ParseJbrd(Bytes(rewritten.begin() + static_cast<ptrdiff_t>(begin),
                                                              rewritten.begin() + static_cast<ptrdiff_t>(end)),
                                                        &fields)) {
      FitData(&fields);
      rewritten = ReplaceJbrd(file.bytes, begin, end, WriteJbrd(std::move(fields)));
    }
    const DecodeOutcome again = tester->Decode(file.name + " rewritten", rewritten, DecodeSettings());
    if (rewritten == file.bytes || whole.jpeg_status != JXLPOOL_OK || again.jpeg_status != JXLPOOL_OK ||
        whole.jpeg_hash != again.jpeg_hash || whole.jpeg_size != again.jpeg_size) {
      tester->Fail(file.name, "does not survive rewriting");
    }
  }
  for (uint64_t i = arguments.first; i < arguments.first + arguments.count; ++i) {
    Random random(arguments.seed << 32 ^ i);
    const File& file = files[random.Below(files.size())];
    Bytes bytes = file.bytes;
    size_t begin = 0, end = 0;
    const size_t kind = random.Below(8);
    if (kind < 5) bytes = WithMutatedFields(bytes, &random);
    if (kind >= 4 && FindJbrd(bytes, &begin, &end)) FlipBits(begin, end, kind == 5 || kind == 6, &bytes, &random);
    DecodeSettings settings = VariedSettings(random.Next());
    settings.frames = random.Below(16) == 0;
    tester->Decode("JPEG case " + std::to_string(i) + " of " + file.name, bytes, settings);
  }
}

// A JPEG comes out the same or not at all; the peak of a reconstruction is enough.
void TestJpegLimits(const Arguments& arguments, Tester* tester) {
  for (const File& file : ReadFolder(arguments.testdata + "/jpeg")) {
    DecodeSettings settings;
    settings.frames = settings.metadata = false;
    const DecodeOutcome whole = tester->Decode(file.name + " whole", file.bytes, settings);
    for (uint64_t i = 1; i <= 17; ++i) {
      settings.memory_limit = i == 17 ? whole.peak_bytes : whole.peak_bytes * i / 17 + 1;
      const std::string label = file.name + " as JPEG with " + std::to_string(settings.memory_limit) + " bytes";
      const DecodeOutcome outcome = tester->Decode(label, file.bytes, settings);
      const bool good = outcome.jpeg_status == JXLPOOL_OK && outcome.jpeg_hash == whole.jpeg_hash;
      const bool refused = outcome.jpeg_status == JXLPOOL_MEMORY_LIMIT || outcome.status == JXLPOOL_MEMORY_LIMIT;
      if (!good && (!refused || i == 17)) {
        tester->Fail(label, std::string("gives ") + jxlpool_status_text(outcome.jpeg_status));
      }
    }
  }
}

// With too little memory an error, with enough the same pixels; the peak of a decode is enough.
void TestLimits(const Arguments& arguments, Tester* tester) {
  for (const File& file : ReadFolder(arguments.testdata + "/images")) {
    DecodeSettings settings;
    settings.metadata = false;
    const DecodeOutcome whole = tester->Decode(file.name + " whole", file.bytes, settings);
    std::vector<uint64_t> limits = {whole.peak_bytes};
    for (int i = 1; i <= 16; ++i) limits.push_back(whole.peak_bytes * i / 17 + 1);
    for (const uint64_t limit : limits) {
      const std::string label = file.name + " with " + std::to_string(limit) + " bytes";
      settings.memory_limit = limit;
      const DecodeOutcome outcome = tester->Decode(label, file.bytes, settings);
      if (outcome.status == JXLPOOL_OK ? outcome.pixel_hash != whole.pixel_hash
                                       : outcome.status != JXLPOOL_MEMORY_LIMIT || limit == whole.peak_bytes) {
        tester->Fail(label, std::string("gives ") + jxlpool_status_text(outcome.status));
      }
    }
  }
}

void TestGigantic(const Arguments& arguments, Tester* tester) {
  for (const File& file : ReadFolder(arguments.testdata + "/invalid")) {
    for (const uint64_t max_samples : {uint64_t{0}, uint64_t{1} << 62}) {
      for (const bool allow_partial : {false, true}) {
        DecodeSettings settings;
        settings.max_samples = max_samples;
        settings.allow_partial = allow_partial;
        settings.metadata = false;
        const std::string label =
            file.name + (max_samples == 0 ? "" : " without limit") + (allow_partial ? " partial" : "");
        const DecodeOutcome outcome = tester->Decode(label, file.bytes, settings);
        if (allow_partial) continue;  // may deliver something
        if (outcome.status == JXLPOOL_OK) tester->Fail(label, "is accepted");
        if (outcome.cpu_seconds > (kSlow ? 5 : 0.5)) {
          tester->Fail(label, "takes " + std::to_string(outcome.cpu_seconds) + " s");
        }
        if (outcome.peak_bytes > kPeakOfRefused) {
          tester->Fail(label, "needs " + std::to_string(outcome.peak_bytes) + " bytes");
        }
      }
    }
  }
}

bool ParseArguments(int argc, char** argv, Arguments* arguments) {
  if (argc < 3 || argc % 2 == 0) return false;
  arguments->mode = argv[1];
  arguments->testdata = argv[2];
  for (int i = 3; i < argc; i += 2) {
    const std::string name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--dump") {
      arguments->dump = value;
    } else if (name == "--count") {
      arguments->count = std::strtoull(value, nullptr, 10);
    } else if (name == "--first") {
      arguments->first = std::strtoull(value, nullptr, 10);
    } else if (name == "--seed") {
      arguments->seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--stride") {
      arguments->stride = std::max<size_t>(1, std::strtoull(value, nullptr, 10));
    } else {
      return false;
    }
  }
  if (const char* count = std::getenv("JXLPOOL_FUZZ_COUNT")) arguments->count = std::strtoull(count, nullptr, 10);
  return true;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!ParseArguments(argc, argv, &arguments)) {
    std::fprintf(stderr, "usage: mutation_test truncation|mutation|jpeg|limits|gigantic TESTDATA [options]\n");
    return 2;
  }
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS, SIGALRM, SIGTERM}) {
    if (!kSlow || number == SIGABRT || number == SIGTERM) std::signal(number, ReportDeath);
  }
  Tester tester(arguments);
  if (arguments.mode == "truncation") {
    TestTruncation(arguments, &tester);
  } else if (arguments.mode == "mutation") {
    TestMutations(arguments, &tester);
  } else if (arguments.mode == "jpeg") {
    TestJpegs(arguments, &tester);
  } else if (arguments.mode == "limits") {
    TestLimits(arguments, &tester);
    TestJpegLimits(arguments, &tester);
  } else if (arguments.mode == "gigantic") {
    TestGigantic(arguments, &tester);
  }
  return tester.Finish();
}

}  // namespace
}  // namespace jxlpool::fuzz

int main(int argc, char** argv) { return jxlpool::fuzz::Main(argc, argv); }
