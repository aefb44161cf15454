#include "tests/fuzz/decode_once.h"

#include <ctime>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/fuzz/file_tour.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/onlooker.h"
#include "tests/fuzz/pixel_buffer.h"
#include "tests/fuzz/promises.h"
#include "tests/hash_bytes.h"

namespace jxlpool::fuzz {
namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool IsGood(JxlpoolStatus status) { return status == JXLPOOL_OK || status == JXLPOOL_PARTIAL; }

class Run {
 public:
  Run(const DecodeSettings& settings, Input* input, Promises* promises, DecodeOutcome* outcome)
      : settings_(settings),
        input_(*input),
        decoder_(input->decoder()),
        onlooker_(&decoder_, settings.feed_seed, promises),
        promises_(*promises),
        outcome_(*outcome) {}

  // Whatever becomes of it, the frames must not notice.
  void ReconstructJpeg() {
    auto receive = [&](const uint8_t* data, size_t size) {
      if (size == 0) promises_.Violate("a piece of a JPEG without bytes");
      outcome_.jpeg_hash = HashPiece(outcome_.jpeg_hash, data, size);
      outcome_.jpeg_size += size;
      return true;
    };
    const auto reconstruct = [&] { return decoder_.ReconstructJpeg(&receive); };
    outcome_.jpeg_status = promises_.Note("reconstruct_jpeg", input_.Step(reconstruct));
    if (outcome_.jpeg_status == JXLPOOL_PARTIAL) promises_.Violate("a partial JPEG");
    if (outcome_.jpeg_status == JXLPOOL_END && outcome_.jpeg_size != 0) promises_.Violate("a JPEG out of nothing");
    const bool good = outcome_.jpeg_status == JXLPOOL_OK || outcome_.jpeg_status == JXLPOOL_END;
    if (!good) outcome_.jpeg_message = decoder_.LastError().message;
    if (!good && outcome_.jpeg_message.empty()) promises_.Violate("an error of a JPEG without a message");
  }

  JxlpoolStatus DecodeAll() {
    const auto info = decoder_.ImageInfo();
    if (!info) {
      promises_.Violate("no image info of an open image");
      return JXLPOOL_CORRUPT;
    }
    if (info->width == 0 || info->height == 0) promises_.Violate("an image without pixels");
    format_ = Format(*info);
    if (settings_.metadata) VisitMetadata(&input_, *info, &promises_);
    if (settings_.metadata && info->have_preview) DecodePreview();
    if (settings_.structure) VisitStructure(&input_, *info, &promises_);
    if (settings_.estimate) {
      VisitEstimate(&input_, static_cast<uint32_t>(decoder_.PixelSize(format_)), &promises_);
    }
    const JxlpoolStatus status = DecodeFrames(*info);
    if (status == JXLPOOL_OK && settings_.seek_back != SeekBack::kNever) DecodeAgain();
    return status;
  }

 private:
  JxlpoolStatus DecodeFrames(const JxlpoolImageInfo& info) {
    bool partial = false;
    auto frame = Make<JxlpoolFrameInfo>();
    for (;;) {
      onlooker_.BeginFrame(format_, info.width, info.height, false);
      JxlpoolStatus status = promises_.Note("next_frame", StepAndLook([&] { return decoder_.NextFrame(&frame); }));
      if (status == JXLPOOL_END) return partial ? JXLPOOL_PARTIAL : JXLPOOL_OK;
      if (status != JXLPOOL_OK) return status;
      if (!settings_.layers && (frame.width != info.width || frame.height != info.height)) {
        promises_.Violate("a frame of another size than the image");
      }
      frame_hashes_.push_back(0);
      status = DecodeFrame(frame, &frame_hashes_.back());
      HashRow(reinterpret_cast<const uint8_t*>(&frame_hashes_.back()), sizeof(uint64_t), &outcome_.pixel_hash);
      partial |= status == JXLPOOL_PARTIAL;
      if (!IsGood(status)) return status;
      ++outcome_.num_frames;
    }
  }

  // All frames have been decoded without error: seeking back must give the same pixels.
  void DecodeAgain() {
    const auto index = static_cast<uint32_t>(frame_hashes_.size() / 2);
    if (index == frame_hashes_.size()) return promises_.Violate("an image without frames");
    const bool exact = settings_.seek_back == SeekBack::kExact;
    uint64_t hash = 0;
    const auto seek = [&] { return decoder_.SeekFrame(index, exact ? JXLPOOL_SEEK_EXACT : JXLPOOL_SEEK_USE_INDEX); };
    JxlpoolStatus status = promises_.Note("seek_frame", input_.Step(seek));
    auto frame = Make<JxlpoolFrameInfo>();
    if (status == JXLPOOL_OK) status = promises_.Note("next_frame after a seek", decoder_.NextFrame(&frame));
    if (status == JXLPOOL_OK) status = DecodeFrame(frame, &hash);
    // An index that lies may lead to another frame, even to one that cannot be decoded.
    if (!exact || status == JXLPOOL_MEMORY_LIMIT) return;
    if (status != JXLPOOL_OK) {
      promises_.Violate(std::string("a frame that was decoded is gone after seeking: ") + jxlpool_status_text(status));
    } else if (frame.index != index || hash != frame_hashes_[index]) {
      promises_.Violate("other pixels after seeking");
    }
  }

  JxlpoolStatus DecodeFrame(const JxlpoolFrameInfo& frame, uint64_t* hash) {
    const size_t row_bytes = decoder_.PixelSize(format_) * frame.width;
    if (row_bytes == 0) promises_.Violate("pixels without bytes");
    uint32_t next_row = 0;
    auto receive = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
      if (y != next_row || num_rows == 0 || num_rows > frame.height - y) promises_.Violate("rows out of order");
      next_row = y + num_rows;
      for (uint32_t i = 0; i < num_rows; ++i) HashRow(static_cast<const uint8_t*>(rows) + stride * i, row_bytes, hash);
      return true;
    };
    onlooker_.BeginFrame(format_, frame.width, frame.height, true);
    const bool has_rows = settings_.delivery == Delivery::kRows || settings_.delivery == Delivery::kBoth;
    const bool has_pixels = settings_.delivery != Delivery::kRows;
    const size_t gap = settings_.delivery == Delivery::kPaddedPixels ? sizeof(float) * 3 : 0;
    PixelBuffer buffer(row_bytes, has_pixels ? frame.height : 1, gap);
    JxlpoolOutput outputs[2] = {WithFormat(RowsTo(&receive)), format_};
    buffer.SetOutput(&outputs[1]);
    const JxlpoolStatus status = settings_.pull && !has_pixels
                                     ? PullRows(&receive)
                                     : promises_.Note("decode_frame", StepAndLook([&] {
                                                        return decoder_.DecodeFrame(has_rows ? outputs : outputs + 1,
                                                                                    has_rows && has_pixels ? 2 : 1);
                                                      }));
    if (status == JXLPOOL_PARTIAL && !settings_.allow_partial) promises_.Violate("partial without being asked for");
    if (has_pixels && !buffer.GapsAreIntact()) promises_.Violate("a gap between rows was written to");
    if (!IsGood(status)) return status;
    if (has_rows && next_row != frame.height) promises_.Violate("rows are missing");
    if (has_rows && has_pixels && buffer.Hash(0) != *hash) promises_.Violate("rows and pixels differ");
    if (has_pixels) *hash = buffer.Hash(0);
    return status;
  }

  // Calls a call until it does not wait any more, and looks at the frame meanwhile.
  template <typename Call>
  JxlpoolStatus StepAndLook(const Call& call) {
    return input_.Step(call, [&] { onlooker_.Look(); });
  }

  template <typename Receive>
  JxlpoolStatus PullRows(const Receive* receive) {
    for (;;) {
      auto rows = Make<JxlpoolRows>();
      const JxlpoolStatus status =
          promises_.Note("next_rows", StepAndLook([&] { return decoder_.NextRows(format_, &rows); }));
      if (status == JXLPOOL_END) return JXLPOOL_OK;
      if (status != JXLPOOL_OK) return status;
      (void)(*receive)(rows.y, rows.num_rows, rows.data, rows.stride);
    }
  }

  JxlpoolOutput Format(const JxlpoolImageInfo& info) const {
    auto format = Make<JxlpoolOutput>();
    format.channels = settings_.channels;
    format.sample_type = settings_.sample_type;
    if (settings_.channels == JXLPOOL_CHANNELS_EXTRA && info.num_extra_channels == 0) {
      format.channels = JXLPOOL_CHANNELS_COLOR;
    }
    return format;
  }

  JxlpoolOutput WithFormat(JxlpoolOutput output) const {
    output.channels = format_.channels;
    output.sample_type = format_.sample_type;
    return output;
  }

  void DecodePreview() {
    auto receive = [&](uint32_t, uint32_t, const void*, size_t) { return true; };
    const JxlpoolOutput output = WithFormat(RowsTo(&receive));
    (void)promises_.Note("decode_preview", input_.Step([&] { return decoder_.DecodePreview(output); }));
  }

  const DecodeSettings& settings_;
  Input& input_;
  Decoder& decoder_;
  Onlooker onlooker_;
  Promises& promises_;
  DecodeOutcome& outcome_;
  JxlpoolOutput format_ = {};
  std::vector<uint64_t> frame_hashes_;
};

JxlpoolDecoderOptions Options(const DecodeSettings& settings, JxlpoolPool* pool) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool;
  options.memory_limit = settings.memory_limit;
  options.max_samples = settings.max_samples;
  options.num_threads = settings.num_threads;
  options.mode = settings.mode;
  options.keep_orientation = settings.keep_orientation ? 1 : 0;
  options.keep_spot_colors = settings.keep_spot_colors ? 1 : 0;
  options.unpremultiply = settings.unpremultiply ? 1 : 0;
  options.color_encoding = settings.color_encoding;
  options.allow_partial = settings.allow_partial ? 1 : 0;
  options.layers = settings.layers ? 1 : 0;
  options.downsampling = settings.downsampling;
  options.keep_input = settings.seek_back != SeekBack::kNever ? 1 : 0;
  return options;
}

void CheckMemory(const Decoder& decoder, uint64_t limit, Promises* promises, DecodeOutcome* outcome) {
  const JxlpoolDecoderStatistics statistics = decoder.Statistics();
  outcome->peak_bytes = statistics.total.peak_bytes;
  if (outcome->peak_bytes > limit) promises->Violate("more memory than allowed");
  if (statistics.total.live_bytes != 0) {
    promises->Violate(std::to_string(statistics.total.live_bytes) + " bytes are held after close");
  }
}

// Begins to decode a stream, and cancels it somewhere. What goes on with it must end soon.
void CancelSomewhere(Input* input, Promises* promises) {
  Decoder& decoder = input->decoder();
  if (input->Open() != JXLPOOL_OK) return;
  const auto info = decoder.ImageInfo();
  auto ignore = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  const JxlpoolOutput output = RowsTo(&ignore);
  JxlpoolStatus status = JXLPOOL_OK;
  bool is_at_frame = false;
  for (uint32_t steps = input->Next() % 16; info && steps != 0 && status <= JXLPOOL_NEED_MORE_INPUT; --steps) {
    status = is_at_frame ? decoder.DecodeFrame(output) : decoder.NextFrame(nullptr);
    if (status == JXLPOOL_OK) is_at_frame = !is_at_frame;
    if (status == JXLPOOL_NEED_MORE_INPUT && (!input->may_feed() || input->Feed() != JXLPOOL_OK)) return;
  }
  decoder.Cancel();
  if (is_at_frame && status <= JXLPOOL_NEED_MORE_INPUT) {
    status = input->Step([&] { return decoder.DecodeFrame(output); });
    if (status == JXLPOOL_INVALID_ARGUMENT) promises->Violate("a cancelled frame cannot be asked for");
  }
}

// What a file gives does not depend on how it comes, unless the memory does not suffice for one of the ways.
void CompareWithMemory(const DecodeOutcome& fed, const DecodeOutcome& whole, Promises* promises) {
  if (!whole.violation.empty()) promises->Violate(whole.violation);
  const auto lacks_memory = [](const DecodeOutcome& outcome) {
    return outcome.status == JXLPOOL_MEMORY_LIMIT || outcome.jpeg_status == JXLPOOL_MEMORY_LIMIT;
  };
  if (lacks_memory(fed) || lacks_memory(whole)) return;
  const auto differ = [&](const char* what) {
    promises->Violate(std::string(what) + " when the file is fed: " + jxlpool_status_text(fed.status) + " for " +
                      jxlpool_status_text(whole.status));
  };
  if (fed.status != whole.status) return differ("another status");
  if (fed.num_frames != whole.num_frames) differ("another number of frames");
  if (IsGood(fed.status) && fed.pixel_hash != whole.pixel_hash) differ("other pixels");
  if (fed.jpeg_status != whole.jpeg_status) differ("another status of the JPEG");
  if (fed.jpeg_status == JXLPOOL_OK && fed.jpeg_hash != whole.jpeg_hash) differ("another JPEG");
}

}  // namespace

DecodeOutcome DecodeOnce(const uint8_t* data, size_t size, const DecodeSettings& settings, JxlpoolPool* pool) {
  DecodeOutcome outcome;
  Promises promises;
  const double begin = CpuSeconds();
  {
    const JxlpoolDecoderOptions options = Options(settings, pool);
    Decoder decoder(&options);
    Input input(&decoder, data, size, settings.feed_seed);
    Run run(settings, &input, &promises, &outcome);
    outcome.status = promises.Note("create", decoder.creation_status());
    if (outcome.status == JXLPOOL_OK) {
      if (settings.feed_seed % 4 == 1) CancelSomewhere(&input, &promises);
      outcome.status = promises.Note("open", input.Open());
    }
    if (outcome.status == JXLPOOL_OK && settings.jpeg) run.ReconstructJpeg();
    if (outcome.status == JXLPOOL_OK && settings.frames) outcome.status = run.DecodeAll();
    if (!IsGood(outcome.status) && *decoder.LastError().message == '\0') promises.Violate("an error without a message");
    decoder.Close();
    CheckMemory(decoder, settings.memory_limit, &promises, &outcome);
  }
  if (pool != nullptr) {
    auto statistics = Make<JxlpoolPoolStatistics>();
    (void)jxlpool_pool_get_statistics(pool, &statistics);
    if (statistics.live_bytes != 0) {
      promises.Violate(std::to_string(statistics.live_bytes) + " bytes leaked from the pool");
    }
  }
  if (settings.feed_seed != 0) {
    DecodeSettings whole = settings;
    whole.feed_seed = 0;
    whole.pull = false;
    CompareWithMemory(outcome, DecodeOnce(data, size, whole, pool), &promises);
  }
  outcome.violation = promises.violation();
  outcome.cpu_seconds = CpuSeconds() - begin;
  return outcome;
}

}  // namespace jxlpool::fuzz
