// Decodes the first frame of bare codestreams of Modular frames to integers, with nothing but the headers and the
// modular layer: what the modular tests compare.
#ifndef TESTS_UNIT_MODULAR_TEST_CODESTREAM_H_
#define TESTS_UNIT_MODULAR_TEST_CODESTREAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/modular/frame_modular.h"
#include "lib/pool/budget.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "tests/unit/test_memory.h"

namespace jxlpool {

struct DecodeOptions {
  ChannelLoops loops = ChannelLoops::kFastest;
  bool allow_int16 = true;
  bool force_full_frame = false;
  uint32_t groups_at_a_time = 1;
  ThreadPool* threads = nullptr;
  bool keep_samples = true;  // false: only for timing
  // If given, has so many bytes left for each pass of some groups; groups that it refuses are left out.
  Budget* group_budget = nullptr;
  uint64_t group_bytes = 0;
  uint64_t max_samples = uint64_t{1} << 30;
};

struct DecodedFrame {
  struct Channel {
    uint32_t width = 0;
    uint32_t height = 0;
    std::vector<int32_t> samples;
  };
  std::vector<Channel> channels;
  std::vector<uint32_t> refused_groups;
  uint32_t group_dim = 0;
  uint32_t groups_x = 0;
  bool group_local = false;
  SampleType type = SampleType::kInt32;
};

// REQUIRES (else an error is returned): the frame is Modular, without patches, splines and noise.
Status DecodeTestFrame(const std::vector<uint8_t>& codestream, const DecodeOptions& options, Memory* memory,
                       DecodedFrame* frame);

// CRC-32 of all samples as little-endian 32-bit integers, channel after channel, in raster order; 8 digits.
std::string CrcOfSamples(const DecodedFrame& frame);

std::vector<uint8_t> FromHex(const std::string& hex);

// One line of modular_test_vectors.csv.
struct TestVector {
  std::string name;
  std::string crc;
  std::vector<uint8_t> codestream;
};
const std::vector<TestVector>& TestVectors();

}  // namespace jxlpool

#endif  // TESTS_UNIT_MODULAR_TEST_CODESTREAM_H_
