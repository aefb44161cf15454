// Complete codestreams with known samples, each exercising one feature of modular coding, through every way that the
// decoder can go.
#include <gtest/gtest.h>

#include "tests/unit/modular/test_codestream.h"

namespace jxlpool {
namespace {

void ExpectVectors(const DecodeOptions& options) {
  ASSERT_EQ(TestVectors().size(), 71u);
  for (const TestVector& vector : TestVectors()) {
    TestMemory memory;
    DecodedFrame frame;
    const Status status = DecodeTestFrame(vector.codestream, options, &memory.memory, &frame);
    EXPECT_TRUE(status.ok()) << vector.name << ": " << status.message() << " at bit " << status.bit_position();
    EXPECT_EQ(CrcOfSamples(frame), vector.crc) << vector.name;
    EXPECT_EQ(memory.budget.total().live, 0u) << vector.name;
  }
}

TEST(ModularVectors, GenericLoops) {
  DecodeOptions options;
  options.loops = ChannelLoops::kGeneric;
  options.allow_int16 = false;
  ExpectVectors(options);
}

TEST(ModularVectors, GenericLoopsIn16Bits) {
  DecodeOptions options;
  options.loops = ChannelLoops::kGeneric;
  ExpectVectors(options);
}

TEST(ModularVectors, FastestLoops) {
  DecodeOptions options;
  options.allow_int16 = false;
  ExpectVectors(options);
}

TEST(ModularVectors, SpecialisedLoops) {
  DecodeOptions options;
  options.loops = ChannelLoops::kSpecialised;
  ExpectVectors(options);
  options.allow_int16 = false;
  ExpectVectors(options);
}

TEST(ModularVectors, FastestLoopsIn16Bits) { ExpectVectors(DecodeOptions()); }

TEST(ModularVectors, WholeFrames) {
  DecodeOptions options;
  options.force_full_frame = true;
  ExpectVectors(options);
}

TEST(ModularVectors, Threads) {
  ThreadPool threads(4);
  DecodeOptions options;
  options.threads = &threads;
  ExpectVectors(options);
  options.force_full_frame = true;
  ExpectVectors(options);
}

}  // namespace
}  // namespace jxlpool
