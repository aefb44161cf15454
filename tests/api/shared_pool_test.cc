// Decoders with threads of their own share a pool and do all kinds of things at the same time, while others cancel
// them, trim the pool and read its statistics: whatever succeeds gives the pixels of an undisturbed decode.
// Made to be run under ThreadSanitizer, too.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/hash_bytes.h"

namespace jxlpool {
namespace {

// Several groups with each way of decoding them, frames that are laid over others, a turned image, recompressed JPEGs.
constexpr const char* kFiles[] = {
    "images/modular_groups.jxl",       "images/groups_128.jxl",      "images/groups_squeeze.jxl",
    "images/vardct_groups.jxl",        "images/progressive_dc1.jxl", "images/animation_layers.jxl",
    "images/vardct_tall_420.jxl",      "images/vardct_tall.jxl",     "images/orientation5_groups.jxl",
    "jpeg/progressive_444_groups.jxl",
};

struct Outcome {
  JxlpoolStatus status = JXLPOOL_OK;
  uint64_t checksum = 0;
};

// All frames of the open image, as rows or into a buffer.
Outcome DecodeFrames(Decoder* decoder, bool streamed) {
  Outcome outcome;
  auto frame = Make<JxlpoolFrameInfo>();
  while ((outcome.status = decoder->NextFrame(&frame)) == JXLPOOL_OK) {
    const size_t row_bytes = size_t{frame.width} * 3;
    std::vector<uint8_t> pixels;
    auto take = [&](uint32_t, uint32_t num_rows, const void* rows, size_t stride) {
      for (uint32_t y = 0; y < num_rows; ++y) {
        outcome.checksum = HashPiece(outcome.checksum, static_cast<const uint8_t*>(rows) + y * stride, row_bytes);
      }
      return true;
    };
    JxlpoolOutput output = streamed ? RowsTo(&take) : Make<JxlpoolOutput>();
    output.channels = JXLPOOL_CHANNELS_RGB;
    output.sample_type = JXLPOOL_UINT8;
    if (!streamed) {
      pixels.resize(row_bytes * frame.height);
      output.pixels = pixels.data();
      output.pixels_size = pixels.size();
    }
    outcome.status = decoder->DecodeFrame(output);
    if (outcome.status != JXLPOOL_OK) return outcome;
    outcome.checksum = HashPiece(outcome.checksum, pixels.data(), pixels.size());
  }
  if (outcome.status == JXLPOOL_END) outcome.status = JXLPOOL_OK;
  return outcome;
}

Outcome Reconstruct(Decoder* decoder) {
  Outcome outcome;
  auto take = [&](const uint8_t* data, size_t size) {
    outcome.checksum = HashPiece(outcome.checksum, data, size);
    return true;
  };
  outcome.status = decoder->ReconstructJpeg(&take);
  return outcome;
}

struct Expected {
  std::string path;
  Outcome pixels;
  Outcome jpeg;
};

std::vector<Expected> DecodeUndisturbed() {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  std::vector<Expected> all;
  for (const char* file : kFiles) {
    Expected expected;
    expected.path = std::string(JXLPOOL_TESTDATA) + "/" + file;
    Decoder decoder(&options);
    EXPECT_EQ(decoder.OpenFile(expected.path.c_str()), JXLPOOL_OK) << file;
    expected.pixels = DecodeFrames(&decoder, true);
    EXPECT_EQ(expected.pixels.status, JXLPOOL_OK) << file;
    EXPECT_EQ(decoder.OpenFile(expected.path.c_str()), JXLPOOL_OK) << file;
    expected.jpeg = Reconstruct(&decoder);
    all.push_back(expected);
  }
  return all;
}

// One that uses decoders, one after the other. Others may cancel some of its steps.
class Worker {
 public:
  Worker(const Pool& pool, const std::vector<Expected>& expected, unsigned seed)
      : pool_(pool), expected_(expected), random_(seed) {}

  void Run(int num_steps) {
    for (int i = 0; i < num_steps; ++i) {
      if (!decoder_ || random_() % 4 == 0) Renew();
      SetCancellable(i % 3 == 0);
      Step();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    decoder_.reset();
  }
  void Cancel() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (cancellable_ && decoder_) decoder_->Cancel();
  }
  int wrong() const { return wrong_; }
  int succeeded() const { return succeeded_; }

 private:
  void SetCancellable(bool cancellable) {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancellable_ = cancellable;
  }

  void Renew() {
    auto options = Make<JxlpoolDecoderOptions>();
    options.pool = pool_.get();
    options.num_threads = 1 + random_() % 4;
    options.mode = static_cast<JxlpoolMode>(random_() % 3);
    const std::lock_guard<std::mutex> lock(mutex_);
    decoder_.emplace(&options);
    (void)jxlpool_decoder_start_profile(decoder_->get(), random_() % 4 == 0 ? 100 : 0);
  }

  void Step() {
    const Expected& expected = expected_[random_() % expected_.size()];
    if (decoder_->OpenFile(expected.path.c_str()) != JXLPOOL_OK) ++wrong_;
    const bool streamed = random_() % 2 == 0;
    if (random_() % 4 == 0) JudgeStatus(decoder_->Prewarm(streamed ? 3 : 0));
    if (random_() % 4 == 0) {
      auto estimate = Make<JxlpoolMemoryEstimate>();
      JudgeStatus(jxlpool_decoder_estimate_memory(decoder_->get(), streamed ? 3 : 0, &estimate));
    }
    if (random_() % 3 == 0) Judge(Reconstruct(&*decoder_), expected.jpeg);
    if (random_() % 3 == 0 && decoder_->Rewind() != JXLPOOL_OK) ++wrong_;
    Judge(DecodeFrames(&*decoder_, streamed), expected.pixels);
    if (random_() % 2 == 0) decoder_->Close();
  }

  bool WasCancelled(JxlpoolStatus status) const { return cancellable_ && status == JXLPOOL_CANCELLED; }
  void JudgeStatus(JxlpoolStatus status) {
    if (status != JXLPOOL_OK && !WasCancelled(status)) ++wrong_;
  }
  void Judge(const Outcome& outcome, const Outcome& expected) {
    if (WasCancelled(outcome.status)) return;
    if (outcome.status != expected.status) ++wrong_;
    if (outcome.status == JXLPOOL_OK && outcome.checksum != expected.checksum) ++wrong_;
    if (outcome.status == JXLPOOL_OK) ++succeeded_;
  }

  const Pool& pool_;
  const std::vector<Expected>& expected_;
  std::mt19937 random_;
  std::mutex mutex_;
  std::optional<Decoder> decoder_;  // replaced under mutex_
  bool cancellable_ = false;        // written under mutex_
  int wrong_ = 0;
  int succeeded_ = 0;
};

TEST(SharedPool, ServesManyDecodersWhileOthersDisturbThem) {
  constexpr int kWorkers = 3;
  constexpr int kSteps = 25;
  const std::vector<Expected> expected = DecodeUndisturbed();
  auto options = Make<JxlpoolPoolOptions>();
  options.max_cached_bytes = 16 << 20;
  const Pool pool(&options);
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < kWorkers; ++i) workers.push_back(std::make_unique<Worker>(pool, expected, i + 1));
  std::vector<std::thread> threads;
  for (const auto& worker : workers) threads.emplace_back([&worker] { worker->Run(kSteps); });
  std::atomic<bool> stop{false};
  std::thread disturber([&] {
    std::mt19937 random(99);
    while (!stop.load()) {
      switch (random() % 4) {
        case 0:
          workers[random() % kWorkers]->Cancel();
          break;
        case 1:
          jxlpool_pool_trim(pool.get());
          break;
        case 2:
          jxlpool_pool_reset_statistics(pool.get());
          break;
        default:
          (void)pool.Statistics();
          break;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  disturber.join();
  int succeeded = 0;
  for (const auto& worker : workers) {
    EXPECT_EQ(worker->wrong(), 0);
    succeeded += worker->succeeded();
  }
  EXPECT_GE(succeeded, kWorkers * kSteps / 2);
  EXPECT_EQ(pool.Statistics().live_bytes, 0u);
}

}  // namespace
}  // namespace jxlpool
