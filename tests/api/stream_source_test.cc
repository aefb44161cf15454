// Proves: a decoder that reads its input by itself gives the same image, however the input comes, and every way in
// which reading can go wrong ends cleanly.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/stream_util.h"

namespace jxlpool {
namespace {

using testing::Bytes;
using testing::Data;
using testing::Frames;
using testing::FramesOf;
using testing::ImagePath;
using testing::OneThread;
using testing::ReadFile;
using testing::ReadFrames;

// Reads from memory, `piece` bytes at most at a time.
struct Source {
  Bytes bytes;
  size_t piece = SIZE_MAX;
  size_t at = 0;
  size_t calls = 0;

  int64_t operator()(void* to, size_t size) {
    ++calls;
    size = std::min({size, piece, bytes.size() - at});
    std::copy_n(bytes.data() + at, size, static_cast<uint8_t*>(to));
    at += size;
    return static_cast<int64_t>(size);
  }
};

TEST(Source, GivesTheSameImageByteByByte) {
  for (const char* name : {"vardct_tall_420", "animation_lossy", "boxes_around"}) {
    const Bytes bytes = ReadFile(ImagePath(name));
    for (const size_t piece : {size_t{1}, size_t{1000}, SIZE_MAX}) {
      Source source{bytes, piece};
      const JxlpoolDecoderOptions options = OneThread();
      Decoder decoder(&options);
      ASSERT_EQ(decoder.OpenSource(&source), JXLPOOL_OK);
      if (piece == 1) {
        EXPECT_LT(source.at, bytes.size()) << "opening reads no more than it needs";
      }
      EXPECT_EQ(ReadFrames(&decoder), FramesOf(bytes)) << name << " " << piece;
      EXPECT_EQ(decoder.InputState()->position, source.at);
      EXPECT_EQ(decoder.InputState()->needed_bytes, 0u);
      EXPECT_EQ(decoder.Rewind(), JXLPOOL_INVALID_ARGUMENT);
    }
  }
}

TEST(Source, MayBeAFile) {
  FILE* file = std::fopen(ImagePath("vardct_tall_420").c_str(), "rb");
  ASSERT_NE(file, nullptr);
  auto read = [file](void* to, size_t size) -> int64_t {
    const size_t got = std::fread(to, 1, size, file);
    return std::ferror(file) != 0 ? -1 : static_cast<int64_t>(got);
  };
  Decoder decoder;
  ASSERT_EQ(decoder.OpenSource(&read), JXLPOOL_OK);
  EXPECT_EQ(ReadFrames(&decoder), FramesOf(ReadFile(ImagePath("vardct_tall_420"))));
  std::fclose(file);
}

TEST(Source, ThatFailsIsAnInputError) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  // In the headers, and in the frame.
  for (const size_t good : {size_t{0}, size_t{1}, bytes.size() / 2}) {
    Source source{bytes, 100};
    auto read = [&](void* to, size_t size) -> int64_t { return source.at >= good ? -1 : source(to, size); };
    Decoder decoder;
    JxlpoolStatus status = decoder.OpenSource(&read);
    if (status == JXLPOOL_OK) status = ReadFrames(&decoder).status;
    EXPECT_EQ(status, JXLPOOL_IO) << good;
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_IO);
    EXPECT_NE(std::string(decoder.LastError().message), "");
    if (good == 0) {
      EXPECT_FALSE(decoder.ImageInfo()) << "no image is open";
    }
    if (good != 0) {
      EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_IO) << "the error repeats itself";
    }
  }
}

TEST(Source, ThatEndsEarlyIsACutFile) {
  Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  bytes.resize(bytes.size() / 2);
  for (const bool allow_partial : {false, true}) {
    Source source{bytes, 100};
    JxlpoolDecoderOptions options = OneThread();
    options.allow_partial = allow_partial ? 1 : 0;
    Decoder decoder(&options);
    ASSERT_EQ(decoder.OpenSource(&source), JXLPOOL_OK);
    const Frames frames = ReadFrames(&decoder), expected = FramesOf(bytes, allow_partial);
    EXPECT_EQ(frames.status, allow_partial ? JXLPOOL_PARTIAL : JXLPOOL_NEED_MORE_INPUT);
    if (allow_partial) {
      EXPECT_EQ(frames, expected);
    }
  }
  Source nothing{{}};
  Decoder decoder;
  EXPECT_EQ(decoder.OpenSource(&nothing), JXLPOOL_NEED_MORE_INPUT);
  EXPECT_EQ(nothing.calls, 1u) << "the end is the end";
}

TEST(Source, ThatClaimsToHaveReadTooMuchIsRefused) {
  auto read = [](void*, size_t size) { return static_cast<int64_t>(size) + 1; };
  Decoder decoder;
  EXPECT_EQ(decoder.OpenSource(&read), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_source(decoder.get(), nullptr, nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
}

TEST(Source, MustNotCallItsDecoder) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  Source source{bytes, 200};
  Decoder decoder;
  auto read = [&](void* to, size_t size) -> int64_t {
    uint8_t byte = 0;
    auto frame = Make<JxlpoolFrameInfo>();
    EXPECT_EQ(decoder.Feed(&byte, 1), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(decoder.EndInput(), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_FALSE(decoder.InputState());
    EXPECT_EQ(decoder.OpenStream(), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(decoder.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_INVALID_ARGUMENT);
    EXPECT_EQ(decoder.Rewind(), JXLPOOL_INVALID_ARGUMENT);
    decoder.Close();
    jxlpool_decoder_destroy(decoder.get());
    // A look at what has come is allowed, and does not wait for more.
    (void)decoder.ImageInfo();
    EXPECT_FALSE(decoder.FileInfo());
    EXPECT_FALSE(decoder.Box(0));
    return source(to, size);
  };
  ASSERT_EQ(decoder.OpenSource(&read), JXLPOOL_OK);
  EXPECT_EQ(ReadFrames(&decoder), FramesOf(bytes));
}

TEST(Source, ThatWaitsIsCancelledFromAnotherThread) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  Source source{bytes, 100};
  Decoder decoder;
  std::mutex mutex;
  std::condition_variable changed;
  bool is_waiting = false, may_go_on = false;
  auto read = [&](void* to, size_t size) -> int64_t {
    if (source.at > bytes.size() / 2) {
      std::unique_lock<std::mutex> lock(mutex);
      is_waiting = true;
      changed.notify_all();
      changed.wait(lock, [&] { return may_go_on; });
    }
    return source(to, size);
  };
  ASSERT_EQ(decoder.OpenSource(&read), JXLPOOL_OK);
  std::thread canceller([&] {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_waiting; });
    decoder.Cancel();
    may_go_on = true;
    changed.notify_all();
  });
  EXPECT_EQ(ReadFrames(&decoder).status, JXLPOOL_CANCELLED);
  canceller.join();
  EXPECT_LT(source.at, bytes.size()) << "nothing is read in vain";
}

TEST(Source, MayCancelItsDecode) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  Source source{bytes, 100};
  Decoder decoder;
  auto read = [&](void* to, size_t size) -> int64_t {
    if (source.at > bytes.size() / 2) decoder.Cancel();
    return source(to, size);
  };
  ASSERT_EQ(decoder.OpenSource(&read), JXLPOOL_OK);
  EXPECT_EQ(ReadFrames(&decoder).status, JXLPOOL_CANCELLED);
}

// A source that can seek.
struct SeekableSource {
  Bytes bytes;
  size_t at = 0;
  size_t read = 0;  // bytes
  bool fails = false;

  static int64_t Read(void* opaque, void* to, size_t size) {
    auto* self = static_cast<SeekableSource*>(opaque);
    size = std::min(size, self->bytes.size() - std::min(self->at, self->bytes.size()));
    std::copy_n(self->bytes.data() + self->at, size, static_cast<uint8_t*>(to));
    self->at += size;
    self->read += size;
    return static_cast<int64_t>(size);
  }
  static int Seek(void* opaque, uint64_t position) {
    auto* self = static_cast<SeekableSource*>(opaque);
    self->at = static_cast<size_t>(position);
    return self->fails ? -1 : 0;
  }
};

TEST(SeekableSource, IsRewound) {
  SeekableSource source{ReadFile(ImagePath("animation_full"))};
  Decoder decoder;
  ASSERT_EQ(jxlpool_decoder_open_source(decoder.get(), SeekableSource::Read, SeekableSource::Seek, &source),
            JXLPOOL_OK);
  const auto first = ReadFrames(&decoder);
  EXPECT_EQ(first.status, JXLPOOL_END);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(decoder.Rewind(), JXLPOOL_OK);
    const auto again = ReadFrames(&decoder);
    EXPECT_EQ(again.status, JXLPOOL_END);
    EXPECT_EQ(again.pixels, first.pixels);
  }
  source.fails = true;
  EXPECT_EQ(decoder.Rewind(), JXLPOOL_IO);
  EXPECT_FALSE(decoder.ImageInfo());
}

TEST(SeekableSource, FramesThatAreNotNeededAreNotRead) {
  const Bytes whole = Data("skipped_frame");
  // The file may also end in what is skipped.
  for (const size_t size : {whole.size(), size_t{190000}, size_t{100000}}) {
    const Bytes bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    SeekableSource source{bytes};
    Decoder skipping;
    ASSERT_EQ(jxlpool_decoder_open_source(skipping.get(), SeekableSource::Read, SeekableSource::Seek, &source),
              JXLPOOL_OK);
    Decoder reading;
    ASSERT_EQ(reading.OpenMemory(bytes.data(), bytes.size()), JXLPOOL_OK);
    for (Decoder* decoder : {&skipping, &reading}) EXPECT_EQ(decoder->NextFrame(nullptr), JXLPOOL_OK);
    const Frames expected = ReadFrames(&reading);
    const Frames actual = ReadFrames(&skipping);
    EXPECT_EQ(actual.status, expected.status);
    EXPECT_EQ(actual.pixels, expected.pixels);
    EXPECT_EQ(skipping.LastError().bit_position, reading.LastError().bit_position);
    if (size == whole.size()) {
      EXPECT_EQ(actual.status, JXLPOOL_END);
      EXPECT_LT(source.read, 70000u);
    }
  }
}

TEST(Pipe, IsReadWhileItIsWritten) {
  const Bytes bytes = ReadFile(ImagePath("vardct_tall_420"));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::mutex mutex;
  std::condition_variable changed;
  bool has_rows = false;
  // The second half waits until rows of the first have been delivered.
  std::thread writer([&] {
    for (size_t at = 0; at < bytes.size();) {
      const size_t size = std::min<size_t>(64, bytes.size() - at);
      if (at + size > bytes.size() * 9 / 10) {
        std::unique_lock<std::mutex> lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return has_rows; }));
      }
      ASSERT_EQ(write(ends[1], bytes.data() + at, size), static_cast<ssize_t>(size));
      at += size;
    }
    close(ends[1]);
  });
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFd(ends[0]), JXLPOOL_OK);
  close(ends[0]);
  auto frame = Make<JxlpoolFrameInfo>();
  ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
  uint32_t next_row = 0;
  auto take = [&](uint32_t y, uint32_t num_rows, const void*, size_t) {
    EXPECT_EQ(y, next_row);
    next_row += num_rows;
    const std::lock_guard<std::mutex> lock(mutex);
    has_rows = true;
    changed.notify_all();
    return true;
  };
  EXPECT_EQ(decoder.DecodeFrame(RowsTo(&take)), JXLPOOL_OK);
  EXPECT_EQ(next_row, frame.height);
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_END);
  writer.join();
}

}  // namespace
}  // namespace jxlpool
