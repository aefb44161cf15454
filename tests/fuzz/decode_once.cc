#include "tests/fuzz/decode_once.h"

#include <ctime>

#include "jxlpool/jxlpool.hpp"
#include "tests/hash_bytes.h"

namespace jxlpool::fuzz {
namespace {

bool IsKnown(JxlpoolStatus status) {
  return (status >= JXLPOOL_OK && status <= JXLPOOL_IO) || status == JXLPOOL_END || status == JXLPOOL_PARTIAL;
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

class Run {
 public:
  Run(const DecodeSettings& settings, DecodeOutcome* outcome) : settings_(settings), outcome_(*outcome) {}

  // Returns the status after noting what must not be returned.
  JxlpoolStatus Note(const char* call, JxlpoolStatus status) {
    if (!IsKnown(status) || status == JXLPOOL_INVALID_ARGUMENT || status == JXLPOOL_CANCELLED || status == JXLPOOL_IO) {
      Violate(std::string(call) + " returned " + std::to_string(status) + ", " + jxlpool_status_text(status));
    }
    return status;
  }

  void Violate(const std::string& what) {
    if (outcome_.violation.empty()) outcome_.violation = what;
  }

  // Whatever becomes of it, the frames must not notice.
  void ReconstructJpeg(Decoder* decoder) {
    auto receive = [&](const uint8_t* data, size_t size) {
      if (size == 0) Violate("a piece of a JPEG without bytes");
      outcome_.jpeg_hash = HashPiece(outcome_.jpeg_hash, data, size);
      outcome_.jpeg_size += size;
      return true;
    };
    outcome_.jpeg_status = Note("reconstruct_jpeg", decoder->ReconstructJpeg(&receive));
    if (outcome_.jpeg_status == JXLPOOL_PARTIAL) Violate("a partial JPEG");
    if (outcome_.jpeg_status == JXLPOOL_END && outcome_.jpeg_size != 0) Violate("a JPEG out of nothing");
    const bool good = outcome_.jpeg_status == JXLPOOL_OK || outcome_.jpeg_status == JXLPOOL_END;
    if (!good) outcome_.jpeg_message = decoder->LastError().message;
    if (!good && outcome_.jpeg_message.empty()) Violate("an error of a JPEG without a message");
  }

  JxlpoolStatus DecodeAll(Decoder* decoder) {
    const auto info = decoder->ImageInfo();
    if (!info) {
      Violate("no image info of an open image");
      return JXLPOOL_CORRUPT;
    }
    if (info->width == 0 || info->height == 0) Violate("an image without pixels");
    if (settings_.metadata) ReadMetadata(decoder, *info);
    bool partial = false;
    auto frame = Make<JxlpoolFrameInfo>();
    for (;;) {
      JxlpoolStatus status = Note("next_frame", decoder->NextFrame(&frame));
      if (status == JXLPOOL_END) return partial ? JXLPOOL_PARTIAL : JXLPOOL_OK;
      if (status != JXLPOOL_OK) return status;
      status = DecodeFrame(decoder, frame);
      partial |= status == JXLPOOL_PARTIAL;
      if (status != JXLPOOL_OK && status != JXLPOOL_PARTIAL) return status;
      if (!settings_.layers && (frame.width != info->width || frame.height != info->height)) {
        Violate("a frame of another size than the image");
      }
      ++outcome_.num_frames;
    }
  }

 private:
  JxlpoolStatus DecodeFrame(Decoder* decoder, const JxlpoolFrameInfo& frame) {
    uint32_t next_row = 0;
    size_t row_bytes = 0;
    auto receive = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
      if (y != next_row || num_rows == 0 || num_rows > frame.height - y) Violate("rows out of order");
      next_row = y + num_rows;
      for (uint32_t i = 0; i < num_rows; ++i) Hash(static_cast<const uint8_t*>(rows) + stride * i, row_bytes);
      return true;
    };
    JxlpoolOutput output = Output(&receive);
    row_bytes = decoder->PixelSize(output) * frame.width;
    if (row_bytes == 0) Violate("pixels without bytes");
    const JxlpoolStatus status = Note("decode_frame", decoder->DecodeFrame(output));
    if ((status == JXLPOOL_OK || status == JXLPOOL_PARTIAL) && next_row != frame.height) Violate("rows are missing");
    if (status == JXLPOOL_PARTIAL && !settings_.allow_partial) Violate("partial without being asked for");
    return status;
  }

  template <typename F>
  JxlpoolOutput Output(F* receive) const {
    JxlpoolOutput output = RowsTo(receive);
    output.channels = settings_.channels;
    output.sample_type = settings_.sample_type;
    return output;
  }

  void ReadMetadata(Decoder* decoder, const JxlpoolImageInfo& info) {
    for (uint32_t i = 0; i < info.num_extra_channels; ++i) {
      const auto channel = decoder->ExtraChannel(i);
      if (!channel) {
        Violate("no information about an extra channel");
      } else if (std::strlen(channel->name) > channel->name_length) {
        Violate("a name without end");
      }
    }
    for (const JxlpoolProfile profile : {JXLPOOL_PROFILE_ORIGINAL, JXLPOOL_PROFILE_DATA}) {
      Touch(decoder->Icc(profile));
      (void)decoder->ColorEncoding(profile);
    }
    for (uint32_t i = 0;; ++i) {
      const auto box = decoder->Box(i);
      if (!box) break;
      Touch({box->data, box->size});
      ByteView contents;
      if (Note("get_box_contents", decoder->BoxContents(i, &contents)) == JXLPOOL_OK) Touch(contents);
    }
    if (info.have_preview) {
      auto receive = [&](uint32_t, uint32_t, const void*, size_t) { return true; };
      (void)Note("decode_preview", decoder->DecodePreview(Output(&receive)));
    }
  }

  // Reads every byte, for the address sanitizer.
  void Touch(ByteView bytes) {
    const uint64_t before = outcome_.pixel_hash;
    Hash(bytes.data, bytes.size);
    outcome_.pixel_hash = before;
  }

  void Hash(const uint8_t* data, size_t size) {
    outcome_.pixel_hash = HashBytes(outcome_.pixel_hash ^ 0x9E3779B97F4A7C15u, data, size);
  }

  const DecodeSettings& settings_;
  DecodeOutcome& outcome_;
};

}  // namespace

DecodeSettings VariedSettings(uint64_t choice) {
  static constexpr JxlpoolChannels kChannels[] = {JXLPOOL_CHANNELS_ALL, JXLPOOL_CHANNELS_RGBA,
                                                  JXLPOOL_CHANNELS_COLOR_ALPHA, JXLPOOL_CHANNELS_RGB};
  static constexpr JxlpoolSampleType kTypes[] = {JXLPOOL_UINT8, JXLPOOL_UINT16, JXLPOOL_FLOAT16, JXLPOOL_FLOAT32};
  DecodeSettings settings;
  settings.channels = kChannels[choice & 3];
  settings.sample_type = kTypes[choice >> 2 & 3];
  settings.allow_partial = (choice >> 4 & 1) != 0;
  settings.layers = (choice >> 5 & 7) == 0;
  settings.downsampling = 1u << ((choice >> 8 & 7) == 0 ? choice >> 11 & 3 : 0);
  settings.num_threads = (choice >> 13 & 7) == 0 ? 2 : 1;
  // Often too little: every acquisition must be able to fail.
  if ((choice >> 16 & 3) == 0) settings.memory_limit = uint64_t{1} << (10 + (choice >> 18 & 15));
  return settings;
}

DecodeOutcome DecodeOnce(const uint8_t* data, size_t size, const DecodeSettings& settings, JxlpoolPool* pool) {
  DecodeOutcome outcome;
  Run run(settings, &outcome);
  const double begin = CpuSeconds();
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool;
  options.memory_limit = settings.memory_limit;
  options.max_samples = settings.max_samples;
  options.num_threads = settings.num_threads;
  options.allow_partial = settings.allow_partial ? 1 : 0;
  options.layers = settings.layers ? 1 : 0;
  options.downsampling = settings.downsampling;
  {
    Decoder decoder(&options);
    outcome.status = run.Note("create", decoder.creation_status());
    if (outcome.status == JXLPOOL_OK) outcome.status = run.Note("open_memory", decoder.OpenMemory(data, size));
    if (outcome.status == JXLPOOL_OK && settings.jpeg) run.ReconstructJpeg(&decoder);
    if (outcome.status == JXLPOOL_OK && settings.frames) outcome.status = run.DecodeAll(&decoder);
    const bool good = outcome.status == JXLPOOL_OK || outcome.status == JXLPOOL_PARTIAL;
    if (!good && *decoder.LastError().message == '\0') run.Violate("an error without a message");
    decoder.Close();
    const JxlpoolDecoderStatistics statistics = decoder.Statistics();
    outcome.peak_bytes = statistics.total.peak_bytes;
    if (outcome.peak_bytes > settings.memory_limit) run.Violate("more memory than allowed");
    if (statistics.total.live_bytes != 0) {
      run.Violate(std::to_string(statistics.total.live_bytes) + " bytes are held after close");
    }
  }
  if (pool != nullptr) {
    auto statistics = Make<JxlpoolPoolStatistics>();
    (void)jxlpool_pool_get_statistics(pool, &statistics);
    if (statistics.live_bytes != 0) run.Violate(std::to_string(statistics.live_bytes) + " bytes leaked from the pool");
  }
  outcome.cpu_seconds = CpuSeconds() - begin;
  return outcome;
}

}  // namespace jxlpool::fuzz
