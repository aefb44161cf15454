// Pictures of frames that have not come to their end: what jxlpool_decoder_flush and get_progress promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/api/stream_util.h"

namespace jxlpool::testing {
namespace {

constexpr size_t kPiece = 16;

struct Picture {
  Bytes pixels;
  JxlpoolOutput output = Make<JxlpoolOutput>();

  Picture(uint32_t width, uint32_t height, uint8_t value) : pixels(size_t{3} * width * height, value) {
    output.channels = JXLPOOL_CHANNELS_RGB;
    output.pixels = pixels.data();
    output.pixels_size = pixels.size();
  }
};

double Psnr(const Bytes& a, const Bytes& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (double{1} * a[i] - b[i]) * (double{1} * a[i] - b[i]);
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

Bytes Whole(const std::string& name) {
  Decoder decoder;
  EXPECT_EQ(decoder.OpenFile(ImagePath(name).c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  Picture picture(info->width, info->height, 0);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  EXPECT_EQ(decoder.DecodeFrame(picture.output), JXLPOOL_OK);
  return picture.pixels;
}

// An image that is fed in small pieces, up to its first frame.
class Arriving {
 public:
  explicit Arriving(const std::string& name, const JxlpoolDecoderOptions& options = OneThread())
      : decoder(&options), feeder(&decoder, ReadFile(ImagePath(name)), kPiece) {
    EXPECT_EQ(decoder.OpenStream(), JXLPOOL_OK);
    EXPECT_EQ(feeder.Step([&] { return decoder.ImageInfo() ? JXLPOOL_OK : JXLPOOL_NEED_MORE_INPUT; }), JXLPOOL_OK);
    info = *decoder.ImageInfo();
  }
  void GoToFrame() {
    EXPECT_EQ(feeder.Step([&] { return decoder.NextFrame(nullptr); }), JXLPOOL_OK);
  }

  Decoder decoder;
  Feeder feeder;
  JxlpoolImageInfo info;
};

TEST(Flush, PicturesBecomeBetterAndTheLastOneIsThatOfTheDecode) {
  for (const char* name : {"vardct_groups", "progressive_dc2", "groups_squeeze", "vardct_tall"}) {
    SCOPED_TRACE(name);
    const Bytes whole = Whole(name);
    Arriving image(name);
    image.GoToFrame();
    Picture picture(image.info.width, image.info.height, 0);
    uint32_t steps = 0;
    uint32_t final_rows = 0;
    int flushes = 0;
    double last = 0;
    const JxlpoolStatus status = image.feeder.Step([&] {
      const JxlpoolStatus decoded = image.decoder.DecodeFrame(picture.output);
      if (decoded != JXLPOOL_NEED_MORE_INPUT) return decoded;
      const JxlpoolProgress progress = *image.decoder.Progress();
      EXPECT_GE(progress.steps, steps);
      EXPECT_GE(progress.final_rows, final_rows);
      final_rows = progress.final_rows;
      if (progress.steps == steps) return decoded;
      steps = progress.steps;
      const JxlpoolStatus flushed = image.decoder.Flush(picture.output);
      if (flushed == JXLPOOL_NEED_MORE_INPUT) return decoded;
      EXPECT_EQ(flushed, JXLPOOL_OK);
      ++flushes;
      const double psnr = Psnr(picture.pixels, whole);
      EXPECT_GT(psnr, last - 0.5) << "step " << steps;
      last = psnr;
      return decoded;
    });
    EXPECT_EQ(status, JXLPOOL_OK);
    EXPECT_GE(flushes, 2);
    EXPECT_GT(last, 18);
    EXPECT_EQ(picture.pixels, whole);
  }
}

TEST(Flush, LeavesFinalRowsAlone) {
  Arriving image("vardct_tall");
  image.GoToFrame();
  Picture picture(image.info.width, image.info.height, 0);
  bool done = false;
  image.feeder.Step([&] {
    const JxlpoolStatus decoded = image.decoder.DecodeFrame(picture.output);
    const auto progress = decoded == JXLPOOL_NEED_MORE_INPUT ? image.decoder.Progress() : std::nullopt;
    if (!progress || progress->final_rows == 0) return decoded;
    Picture other(image.info.width, image.info.height, 0xA5);
    EXPECT_EQ(image.decoder.Flush(other.output), JXLPOOL_OK);
    const size_t boundary = size_t{3} * image.info.width * progress->final_rows;
    const auto begin = other.pixels.begin();
    EXPECT_EQ(std::count(begin, begin + static_cast<ptrdiff_t>(boundary), 0xA5), static_cast<ptrdiff_t>(boundary));
    EXPECT_NE(other.pixels[boundary], 0xA5);
    done = true;
    return decoded;
  });
  EXPECT_TRUE(done);
}

TEST(Flush, RowsFollowThoseThatAreFinal) {
  Arriving image("vardct_tall");
  image.GoToFrame();
  uint32_t final_rows = 0;
  auto take_final = [&](uint32_t y, uint32_t num_rows, const void*, size_t) {
    EXPECT_EQ(y, final_rows);
    final_rows += num_rows;
    return true;
  };
  JxlpoolOutput output = RowsTo(&take_final);
  int flushes = 0;
  EXPECT_EQ(image.feeder.Step([&] {
    const JxlpoolStatus decoded = image.decoder.DecodeFrame(output);
    if (decoded != JXLPOOL_NEED_MORE_INPUT) return decoded;
    uint32_t next = final_rows;
    auto take = [&](uint32_t y, uint32_t num_rows, const void*, size_t) {
      EXPECT_EQ(y, next);
      next += num_rows;
      return true;
    };
    const JxlpoolStatus flushed = image.decoder.Flush(RowsTo(&take));
    if (flushed == JXLPOOL_NEED_MORE_INPUT) return decoded;
    EXPECT_EQ(flushed, JXLPOOL_OK);
    EXPECT_EQ(next, image.info.height);
    ++flushes;
    return decoded;
  }),
            JXLPOOL_OK);
  EXPECT_GE(flushes, 2);
  EXPECT_EQ(final_rows, image.info.height);
}

TEST(Flush, TurnedImagesAreFlushedAsPixelsOnly) {
  Arriving image("orientation6_groups");
  image.GoToFrame();
  Picture picture(image.info.width, image.info.height, 0);
  auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
  image.feeder.set_piece(1);
  int flushes = 0;
  EXPECT_EQ(image.feeder.Step([&] {
    const JxlpoolStatus decoded = image.decoder.DecodeFrame(picture.output);
    if (decoded != JXLPOOL_NEED_MORE_INPUT) return decoded;
    EXPECT_EQ(image.decoder.Progress()->final_rows, 0u);
    EXPECT_EQ(image.decoder.Flush(RowsTo(&take)), JXLPOOL_UNSUPPORTED);
    flushes += image.decoder.Flush(picture.output) == JXLPOOL_OK ? 1 : 0;
    return decoded;
  }),
            JXLPOOL_OK);
  EXPECT_GE(flushes, 1);
  EXPECT_EQ(picture.pixels, Whole("orientation6_groups"));
}

TEST(Flush, AnLfFrameIsShownBeforeItsFrameComes) {
  for (const char* name : {"progressive_dc1", "progressive_dc2"}) {
    SCOPED_TRACE(name);
    const Bytes whole = Whole(name);
    Arriving image(name);
    Picture picture(image.info.width, image.info.height, 0);
    std::vector<double> shown;
    EXPECT_EQ(image.feeder.Step([&] {
      const JxlpoolStatus status = image.decoder.NextFrame(nullptr);
      if (status != JXLPOOL_NEED_MORE_INPUT) return status;
      if (image.decoder.Flush(picture.output) == JXLPOOL_OK) shown.push_back(Psnr(picture.pixels, whole));
      return status;
    }),
              JXLPOOL_OK);
    ASSERT_GE(shown.size(), 2u);
    EXPECT_GT(shown.back(), 18);
    EXPECT_GT(shown.back(), shown.front());
    EXPECT_EQ(image.feeder.Step([&] { return image.decoder.DecodeFrame(picture.output); }), JXLPOOL_OK);
    EXPECT_EQ(picture.pixels, whole);
  }
}

TEST(Flush, PartialFilesShowTheSame) {
  for (const char* name : {"progressive_dc1", "squeeze", "modular_d1", "vardct_groups"}) {
    SCOPED_TRACE(name);
    const Bytes whole = Whole(name);
    Bytes file = ReadFile(ImagePath(name));
    file.resize(file.size() * 6 / 10);
    auto options = OneThread();
    options.allow_partial = 1;
    Decoder decoder(&options);
    ASSERT_EQ(decoder.OpenMemory(file.data(), file.size()), JXLPOOL_OK);
    const auto info = decoder.ImageInfo();
    Picture picture(info->width, info->height, 0);
    ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
    EXPECT_EQ(decoder.DecodeFrame(picture.output), JXLPOOL_PARTIAL);
    EXPECT_GT(Psnr(picture.pixels, whole), 15);
  }
}

TEST(Flush, ProgressTellsWhatHasCome) {
  Arriving image("vardct_groups");
  EXPECT_EQ(image.decoder.Progress()->steps, 0u);
  image.GoToFrame();
  Picture picture(image.info.width, image.info.height, 0);
  std::vector<uint32_t> reductions;
  image.feeder.Step([&] {
    const JxlpoolStatus decoded = image.decoder.DecodeFrame(picture.output);
    if (decoded != JXLPOOL_NEED_MORE_INPUT) return decoded;
    const JxlpoolProgress progress = *image.decoder.Progress();
    EXPECT_LE(progress.complete_groups, progress.num_groups);
    EXPECT_LE(progress.complete_passes, progress.num_passes);
    EXPECT_EQ(progress.complete_passes == progress.num_passes, progress.complete_groups == progress.num_groups);
    if (reductions.empty() || reductions.back() != progress.reduction) reductions.push_back(progress.reduction);
    return decoded;
  });
  EXPECT_EQ(reductions, (std::vector<uint32_t>{0, 8}));
}

TEST(Flush, WithNothingToShowMoreInputIsNeeded) {
  Arriving image("groups_squeeze");
  Picture picture(image.info.width, image.info.height, 0xA5);
  const Bytes untouched = picture.pixels;
  EXPECT_EQ(image.decoder.Flush(picture.output), JXLPOOL_NEED_MORE_INPUT);
  image.GoToFrame();
  EXPECT_EQ(image.decoder.Flush(picture.output), JXLPOOL_NEED_MORE_INPUT);
  EXPECT_EQ(picture.pixels, untouched);
}

TEST(Flush, WrongOutputsAreRefusedAndChangeNothing) {
  Arriving image("vardct_groups");
  image.GoToFrame();
  Picture picture(image.info.width, image.info.height, 0);
  EXPECT_EQ(jxlpool_decoder_flush(image.decoder.get(), nullptr, 0), JXLPOOL_INVALID_ARGUMENT);
  JxlpoolOutput small = picture.output;
  small.pixels_size /= 2;
  EXPECT_EQ(image.decoder.Flush(small), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(image.feeder.Step([&] { return image.decoder.DecodeFrame(picture.output); }), JXLPOOL_OK);
  EXPECT_EQ(picture.pixels, Whole("vardct_groups"));
}

// The limit suffices for the decode, and not for a second one beside it.
TEST(Flush, AMemoryLimitStopsTheFlushAlone) {
  const Bytes whole = Whole("vardct_groups");
  auto options = OneThread();
  uint64_t peak = 0;
  {
    Arriving image("vardct_groups", options);
    image.GoToFrame();
    Picture picture(image.info.width, image.info.height, 0);
    EXPECT_EQ(image.feeder.Step([&] { return image.decoder.DecodeFrame(picture.output); }), JXLPOOL_OK);
    peak = image.decoder.Statistics().total.peak_bytes;
  }
  options.memory_limit = peak + 4096;
  Arriving image("vardct_groups", options);
  image.GoToFrame();
  Picture picture(image.info.width, image.info.height, 0);
  int refused = 0;
  EXPECT_EQ(image.feeder.Step([&] {
    const JxlpoolStatus decoded = image.decoder.DecodeFrame(picture.output);
    if (decoded == JXLPOOL_NEED_MORE_INPUT) {
      refused += image.decoder.Flush(picture.output) == JXLPOOL_MEMORY_LIMIT ? 1 : 0;
    }
    return decoded;
  }),
            JXLPOOL_OK);
  EXPECT_GE(refused, 1);
  EXPECT_EQ(picture.pixels, whole);
}

}  // namespace
}  // namespace jxlpool::testing
