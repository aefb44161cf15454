// Memory over time: what a decoder recorded of its stages and of what it had in use.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool {
namespace {

using testing::ImagePath;

TEST(MemoryProfile, HasStagesAndThePeak) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  Decoder decoder(&options);
  ASSERT_EQ(jxlpool_decoder_start_profile(decoder.get(), 200), JXLPOOL_OK);
  ASSERT_EQ(decoder.OpenFile(ImagePath("vardct_groups").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  ASSERT_EQ(decoder.DecodeFrame(RowsTo(&take)), JXLPOOL_OK);
  auto peak = Make<JxlpoolMemorySample>();
  ASSERT_EQ(jxlpool_decoder_get_profile_peak(decoder.get(), &peak), JXLPOOL_OK);
  EXPECT_EQ(peak.total_bytes, decoder.Statistics().total.peak_bytes);
  auto sample = Make<JxlpoolMemorySample>();
  uint64_t time = 0;
  uint64_t highest = 0;
  uint32_t num_samples = 0;
  for (; jxlpool_decoder_get_profile_sample(decoder.get(), num_samples, &sample) == JXLPOOL_OK; ++num_samples) {
    uint64_t total = 0;
    for (const uint64_t bytes : sample.category_bytes) total += bytes;
    EXPECT_EQ(total, sample.total_bytes);
    EXPECT_GE(sample.time_ns, time);
    time = sample.time_ns;
    highest = std::max(highest, total);
  }
  EXPECT_GT(num_samples, 10u);
  EXPECT_LE(num_samples, 200u);
  EXPECT_EQ(highest, peak.total_bytes);
  std::vector<std::string> stages;
  auto stage = Make<JxlpoolMemoryStage>();
  for (uint32_t i = 0; jxlpool_decoder_get_profile_stage(decoder.get(), i, &stage) == JXLPOOL_OK; ++i) {
    EXPECT_LE(stage.begin_ns, stage.end_ns);
    stages.push_back(stage.name);
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"open", "next frame", "decode frame"}));
}

TEST(MemoryProfile, StagesNameTheirFrames) {
  Decoder decoder;
  ASSERT_EQ(jxlpool_decoder_start_profile(decoder.get(), 200), JXLPOOL_OK);
  ASSERT_EQ(decoder.OpenFile(ImagePath("animation_full").c_str()), JXLPOOL_OK);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  for (const uint32_t index : {2, 0, 3}) {
    ASSERT_EQ(decoder.SeekFrame(index), JXLPOOL_OK);
    ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
    ASSERT_EQ(decoder.DecodeFrame(RowsTo(&take)), JXLPOOL_OK);
  }
  std::vector<uint32_t> frames;
  auto stage = Make<JxlpoolMemoryStage>();
  for (uint32_t i = 0; jxlpool_decoder_get_profile_stage(decoder.get(), i, &stage) == JXLPOOL_OK; ++i) {
    if (std::string(stage.name) == "decode frame") frames.push_back(stage.frame);
  }
  EXPECT_EQ(frames, (std::vector<uint32_t>{2, 0, 3}));
}

TEST(MemoryProfile, StructsMayBeOfOtherVersions) {
  Decoder decoder;
  ASSERT_EQ(jxlpool_decoder_start_profile(decoder.get(), 200), JXLPOOL_OK);
  ASSERT_EQ(decoder.OpenFile(ImagePath("vardct_groups").c_str()), JXLPOOL_OK);
  struct {
    JxlpoolMemorySample sample;
    uint64_t later;
  } newer = {};
  newer.sample.struct_size = sizeof(newer);
  newer.later = 7;
  EXPECT_EQ(jxlpool_decoder_get_profile_peak(decoder.get(), &newer.sample), JXLPOOL_OK);
  EXPECT_GT(newer.sample.total_bytes, 0u);
  EXPECT_EQ(newer.later, 0u);
  auto stage = Make<JxlpoolMemoryStage>();
  stage.struct_size = offsetof(JxlpoolMemoryStage, end_ns);
  stage.end_ns = 77;
  EXPECT_EQ(jxlpool_decoder_get_profile_stage(decoder.get(), 0, &stage), JXLPOOL_OK);
  EXPECT_STREQ(stage.name, "open");
  EXPECT_EQ(stage.end_ns, 77u);
  stage.struct_size = 0;
  EXPECT_EQ(jxlpool_decoder_get_profile_stage(decoder.get(), 0, &stage), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_get_profile_sample(decoder.get(), 0, nullptr), JXLPOOL_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace jxlpool
