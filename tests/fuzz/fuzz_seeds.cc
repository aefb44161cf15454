// Whole files as inputs of decode_fuzzer.
//
// usage: fuzz_seeds check TESTDATA           the fuzzer's entry decodes them, whatever the settings
//        fuzz_seeds corpus OUT FOLDER...     writes each file of the folders as two inputs: with the default settings,
//                                            and with settings chosen by its number
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/fuzz/decode_fuzzer.h"
#include "tests/fuzz/decode_once.h"
#include "tests/fuzz/mutator.h"

namespace jxlpool::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uintmax_t kMaxFileSize = 20000;  // of a seed in a corpus, bytes
constexpr int kChoicesPerImage = 8;
constexpr int kFedPerImage = 4;  // as many of these are fed in pieces in any case

struct File {
  std::string name;
  Bytes bytes;
};

class Checks {
 public:
  void Expect(bool good, const std::string& what) {
    if (!good) std::printf("FAIL %s\n", what.c_str());
    failed_ |= !good;
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

std::vector<File> ReadFolder(const std::string& folder) {
  std::vector<File> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".jxl" || entry.file_size() > kMaxFileSize) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    files.push_back({entry.path().stem().string(), Bytes(std::istreambuf_iterator<char>(stream), {})});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  return files;
}

uint32_t RandomChoice(Random* random) { return static_cast<uint32_t>(random->Next()); }

uint32_t RandomFedChoice(Random* random) {
  uint32_t choice = RandomChoice(random);
  while (VariedSettings(choice).feed_seed == 0) choice = RandomChoice(random);
  return choice;
}

// How the tally grows by one input.
Tally Feed(uint32_t choice, const Bytes& file) {
  const Bytes input = MakeInput(choice, file);
  const Tally before = g_tally;
  (void)LLVMFuzzerTestOneInput(input.data(), input.size());
  return {g_tally.inputs - before.inputs, g_tally.decoded - before.decoded, g_tally.frames - before.frames,
          g_tally.jpegs - before.jpegs};
}

// With choice 0 every image decodes.
void CheckPlain(const std::vector<File>& files, bool are_jpegs, Checks* checks) {
  for (const File& file : files) {
    const Tally tally = Feed(0, file.bytes);
    checks->Expect(tally.decoded == 1 && tally.frames != 0, file.name + " does not decode");
    if (are_jpegs) checks->Expect(tally.jpegs == 1, file.name + " is not reconstructed");
  }
  checks->Expect(!files.empty(), "there are no files");
}

// With any choice most decode: those that fail do so for want of memory.
void CheckVaried(const std::vector<File>& files, Checks* checks) {
  constexpr double kMinShare = 0.8;
  Random random(1);
  const Tally before = g_tally;
  for (const File& file : files) {
    for (int i = 0; i < kChoicesPerImage; ++i) (void)Feed(RandomChoice(&random), file.bytes);
    for (int i = 0; i < kFedPerImage; ++i) (void)Feed(RandomFedChoice(&random), file.bytes);
  }
  const uint64_t num_inputs = g_tally.inputs - before.inputs, num_decoded = g_tally.decoded - before.decoded;
  std::printf("%llu of %llu inputs with varied settings decode\n", static_cast<unsigned long long>(num_decoded),
              static_cast<unsigned long long>(num_inputs));
  checks->Expect(static_cast<double>(num_decoded) >= kMinShare * static_cast<double>(num_inputs),
                 "too few inputs with varied settings decode");
}

// 32 bits reach every setting, and leave the memory without limit more often than not.
void CheckChoices(Checks* checks) {
  constexpr int kNumChoices = 10000;
  std::set<uint64_t> limits;
  std::set<uint32_t> values[11];
  int num_limited = 0;
  Random random(2);
  for (int i = 0; i < kNumChoices; ++i) {
    const DecodeSettings settings = VariedSettings(RandomChoice(&random));
    const uint32_t numbers[11] = {settings.channels,
                                  settings.sample_type,
                                  static_cast<uint32_t>(settings.delivery),
                                  static_cast<uint32_t>(settings.seek_back),
                                  settings.downsampling,
                                  settings.mode,
                                  settings.num_threads,
                                  (settings.layers ? 1u : 0u) | (settings.allow_partial ? 2u : 0u),
                                  (settings.structure ? 1u : 0u) | (settings.estimate ? 2u : 0u),
                                  (settings.keep_orientation ? 1u : 0u) | (settings.keep_spot_colors ? 2u : 0u) |
                                      (settings.unpremultiply ? 4u : 0u) | (settings.color_encoding ? 8u : 0u),
                                  (settings.pull ? 1u : 0u) | (settings.feed_seed != 0 ? 2u : 0u)};
    for (int k = 0; k < 11; ++k) values[k].insert(numbers[k]);
    const bool limited = settings.memory_limit != DecodeSettings().memory_limit;
    num_limited += limited ? 1 : 0;
    if (limited) limits.insert(settings.memory_limit);
  }
  static constexpr size_t kNumValues[11] = {6, 4, 4, 3, 4, 3, 2, 4, 4, 5, 4};
  for (int k = 0; k < 11; ++k) {
    checks->Expect(values[k].size() == kNumValues[k],
                   "setting " + std::to_string(k) + " takes " + std::to_string(values[k].size()) + " values");
  }
  checks->Expect(limits.size() == 16 && num_limited > kNumChoices / 8 && num_limited < kNumChoices / 2,
                 std::to_string(num_limited) + " memory limits, " + std::to_string(limits.size()) + " different ones");
}

int Check(const std::string& testdata) {
  Checks checks;
  std::vector<File> images = ReadFolder(testdata + "/images"), jpegs = ReadFolder(testdata + "/jpeg");
  CheckChoices(&checks);
  CheckPlain(images, false, &checks);
  CheckPlain(jpegs, true, &checks);
  std::move(jpegs.begin(), jpegs.end(), std::back_inserter(images));
  CheckVaried(images, &checks);
  return checks.failed() ? 1 : 0;
}

int WriteCorpus(const std::string& out, const std::vector<std::string>& folders) {
  std::filesystem::create_directories(out);
  Random random(3);
  size_t number = 0;
  for (const std::string& folder : folders) {
    for (const File& file : ReadFolder(folder)) {
      for (const uint32_t choice : {uint32_t{0}, RandomChoice(&random)}) {
        const Bytes input = MakeInput(choice, file.bytes);
        std::ofstream stream(out + "/" + std::to_string(number++) + "_" + file.name, std::ios::binary);
        stream.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
        if (!stream.flush()) return 1;
      }
    }
  }
  return number == 0 ? 1 : 0;
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "check") return Check(arguments[1]);
  if (arguments.size() > 2 && arguments[0] == "corpus") {
    return WriteCorpus(arguments[1], {arguments.begin() + 2, arguments.end()});
  }
  std::fprintf(stderr, "usage: fuzz_seeds check TESTDATA | fuzz_seeds corpus OUT FOLDER...\n");
  return 2;
}

}  // namespace
}  // namespace jxlpool::fuzz

int main(int argc, char** argv) { return jxlpool::fuzz::Main({argv + 1, argv + argc}); }
