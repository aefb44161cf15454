// A file that is fed in pieces is the same file: whatever the pieces, and wherever the file is cut off, all calls give
// what they give for the bytes in memory: frames, pixels (pushed or pulled), profiles, boxes, the JPEG, errors with
// their positions. And what was acquired for it is given back.
//
// usage: pieces_test FOLDER_OR_FILE...     folders that do not exist are left out
#include <algorithm>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/hash_bytes.h"
#include "tests/memory/decode_file.h"

namespace jxlpool::memory_test {
namespace {

constexpr int kSkipped = 77;
constexpr size_t kBytewise = 2000;          // files that are not larger are also fed byte by byte
constexpr size_t kLarge = size_t{1} << 16;  // larger ones take long: fewer cases for them

struct Case {
  uint32_t num_threads = 1;
  Sink sink = Sink::kPixels;
  bool allow_partial = false;
  bool flushes = false;  // now and then, to no effect on what follows
};

// How many bytes to feed next, at `position`.
using NextPiece = std::function<size_t(size_t position)>;

// One decode, from memory or in pieces, and everything that the calls said.
class Player {
 public:
  Player(const uint8_t* data, size_t size, const Case& test_case, NextPiece next_piece)
      : data_(data), size_(size), case_(test_case), next_piece_(std::move(next_piece)), decoder_(Options()) {}

  std::vector<std::string> PlayFrames() {
    if (!Open()) return events_;
    JxlpoolImageInfo info = Make<JxlpoolImageInfo>();
    if (!Note("info", Step([&] { return jxlpool_decoder_get_image_info(decoder_.get(), &info); }))) return events_;
    Add("image", info.width * 100000ull + info.height, info.num_extra_channels);
    const uint8_t* icc = nullptr;
    size_t icc_size = 0;
    if (jxlpool_decoder_get_icc(decoder_.get(), JXLPOOL_PROFILE_DATA, &icc, &icc_size) == JXLPOOL_OK) {
      Add("profile", HashBytes(0, icc, icc_size), icc_size);
    }
    JxlpoolFrameInfo frame = Make<JxlpoolFrameInfo>();
    while (Note("frame", Step([&] { return NextFrame(info, &frame); }))) {
      Add("size", frame.width * 100000ull + frame.height, frame.index * 1000ull + frame.duration);
      if (!PlayFrame(info, frame)) break;
    }
    PlayBoxes();
    return Close();
  }

  std::vector<std::string> PlayJpeg() {
    if (!Open()) return events_;
    uint64_t hash = 0;
    auto take = [&](const uint8_t* data, size_t size) {
      hash = HashPiece(hash, data, size);
      return true;
    };
    Note("jpeg", Step([&] { return decoder_.ReconstructJpeg(&take); }));
    Add("bytes", hash, 0);
    return Close();
  }

 private:
  JxlpoolDecoderOptions* Options() {
    options_ = Make<JxlpoolDecoderOptions>();
    options_.num_threads = case_.num_threads;
    options_.allow_partial = case_.allow_partial ? 1 : 0;
    return &options_;
  }

  void Add(const char* what, uint64_t a, uint64_t b) {
    events_.push_back(std::string(what) + " " + std::to_string(a) + " " + std::to_string(b));
  }

  // Notes what a call returned; whether it was JXLPOOL_OK.
  bool Note(const char* what, JxlpoolStatus status) {
    std::string event = std::string(what) + ": " + jxlpool_status_text(status);
    if (status != JXLPOOL_OK && status != JXLPOOL_END && status != JXLPOOL_PARTIAL) {
      const JxlpoolError error = decoder_.LastError();
      event += ", " + std::string(error.message) + " at " + std::to_string(error.bit_position);
    }
    events_.push_back(event);
    return status == JXLPOOL_OK;
  }

  JxlpoolStatus FeedOn() {
    if (position_ == size_) {
      ended_ = true;
      return jxlpool_decoder_end_input(decoder_.get());
    }
    const size_t size = std::min(next_piece_(position_), size_ - position_);
    // A copy of its own size, so that the address sanitizer sees what is read behind it, or later.
    const std::vector<uint8_t> piece(data_ + position_, data_ + position_ + size);
    position_ += size;
    return jxlpool_decoder_feed(decoder_.get(), piece.data(), piece.size());
  }

  // Repeats a call until it does not wait any more.
  template <typename Call>
  JxlpoolStatus Step(const Call& call) {
    for (;;) {
      JxlpoolStatus status = call();
      if (next_piece_ == nullptr || ended_ || status != JXLPOOL_NEED_MORE_INPUT) return status;
      status = FeedOn();
      if (status != JXLPOOL_OK) return status;
    }
  }

  bool Open() {
    if (next_piece_ == nullptr) return Note("open", decoder_.OpenMemory(data_, size_));
    if (jxlpool_decoder_open_stream(decoder_.get()) != JXLPOOL_OK) return false;
    JxlpoolImageInfo info = Make<JxlpoolImageInfo>();
    return Note("open", Step([&] { return jxlpool_decoder_get_image_info(decoder_.get(), &info); }));
  }

  JxlpoolStatus NextFrame(const JxlpoolImageInfo& info, JxlpoolFrameInfo* frame) {
    const JxlpoolStatus status = decoder_.NextFrame(frame);
    if (!case_.flushes || next_piece_ == nullptr || ended_ || status != JXLPOOL_NEED_MORE_INPUT) return status;
    std::vector<uint8_t> flushed(size_t{info.width} * info.height);
    auto output = Make<JxlpoolOutput>();
    output.channels = info.num_color_channels == 1 ? JXLPOOL_CHANNELS_COLOR : JXLPOOL_CHANNELS_RGB;
    flushed.resize(flushed.size() * info.num_color_channels);
    output.pixels = flushed.data();
    output.pixels_size = flushed.size();
    const JxlpoolStatus shown = jxlpool_decoder_flush(decoder_.get(), &output, 1);
    if (shown == JXLPOOL_INVALID_ARGUMENT || shown == JXLPOOL_UNSUPPORTED) Add("flush", shown, 0);
    return status;
  }

  bool PlayFrame(const JxlpoolImageInfo& info, const JxlpoolFrameInfo& frame) {
    uint64_t hash = 0;
    size_t row_bytes = 0;
    uint32_t next_row = 0;
    auto take = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
      if (y != next_row) Add("rows out of order", y, next_row);
      next_row = y + num_rows;
      for (uint32_t i = 0; i < num_rows; ++i) {
        hash = HashBytes(hash, static_cast<const uint8_t*>(rows) + stride * i, row_bytes);
      }
      return true;
    };
    JxlpoolOutput output = case_.sink == Sink::kRows ? RowsTo(&take) : Make<JxlpoolOutput>();
    output.channels = info.alpha_channel >= 0 ? JXLPOOL_CHANNELS_COLOR_ALPHA : JXLPOOL_CHANNELS_COLOR;
    output.sample_type = JXLPOOL_UINT16;
    row_bytes = frame.width * decoder_.PixelSize(output);
    std::vector<uint8_t> pixels(case_.sink == Sink::kPixels ? row_bytes * frame.height : 0);
    if (case_.sink == Sink::kPixels) {
      output.pixels = pixels.data();
      output.pixels_size = pixels.size();
    }
    std::vector<uint8_t> flushed(case_.flushes ? row_bytes * frame.height : 0);
    JxlpoolOutput provisional = output;
    provisional.rows = nullptr;
    provisional.pixels = flushed.data();
    provisional.pixels_size = flushed.size();
    uint32_t steps = 0;
    const auto decode = [&] {
      const JxlpoolStatus decoded = decoder_.DecodeFrame(output);
      const bool waits = next_piece_ != nullptr && !ended_ && decoded == JXLPOOL_NEED_MORE_INPUT;
      if (case_.flushes && waits) Flush(provisional, &steps);
      return decoded;
    };
    const JxlpoolStatus status = case_.sink == Sink::kPulledRows ? PullRows(output, take) : Step(decode);
    const bool ok = Note("decode", status);
    if (case_.sink == Sink::kPixels) hash = HashBytes(hash, pixels.data(), pixels.size());
    if (ok || status == JXLPOOL_PARTIAL) Add("pixels", hash, 0);
    return ok || status == JXLPOOL_PARTIAL;
  }

  void Flush(const JxlpoolOutput& output, uint32_t* steps) {
    auto progress = Make<JxlpoolProgress>();
    if (jxlpool_decoder_get_progress(decoder_.get(), &progress) != JXLPOOL_OK) Add("no progress", 0, 0);
    if (progress.steps < *steps) Add("steps back", progress.steps, *steps);
    if (progress.steps == *steps) return;
    *steps = progress.steps;
    const JxlpoolStatus status = jxlpool_decoder_flush(decoder_.get(), &output, 1);
    if (status == JXLPOOL_INVALID_ARGUMENT || status == JXLPOOL_UNSUPPORTED) Add("flush", status, 0);
  }

  template <typename Take>
  JxlpoolStatus PullRows(const JxlpoolOutput& output, const Take& take) {
    JxlpoolRows rows = Make<JxlpoolRows>();
    for (;;) {
      const JxlpoolStatus status = Step([&] { return decoder_.NextRows(output, &rows); });
      if (status == JXLPOOL_END) return JXLPOOL_OK;
      if (status != JXLPOOL_OK) return status;
      take(rows.y, rows.num_rows, rows.data, rows.stride);
    }
  }

  void PlayBoxes() {
    for (uint32_t i = 0;; ++i) {
      const uint8_t* data = nullptr;
      size_t size = 0;
      JxlpoolBox box = Make<JxlpoolBox>();
      if (!Note("box", Step([&] { return jxlpool_decoder_get_box(decoder_.get(), i, &box); }))) return;
      Add(box.type, box.position, box.size);
      if (Note("contents", jxlpool_decoder_get_box_contents(decoder_.get(), i, &data, &size))) {
        Add("contents", HashBytes(0, data, size), size);
      }
    }
  }

  std::vector<std::string> Close() {
    decoder_.Close();
    if (decoder_.Statistics().total.live_bytes != 0) events_.push_back("memory was not given back");
    return events_;
  }

  const uint8_t* data_;
  size_t size_;
  Case case_;
  NextPiece next_piece_;  // null: from memory
  JxlpoolDecoderOptions options_;
  Decoder decoder_;
  size_t position_ = 0;
  bool ended_ = false;
  std::vector<std::string> events_;
};

struct Totals {
  int files = 0;
  int decodes = 0;
  int flushes = 0;  // that were compared
  int failed = 0;
};

// The first frame of a file that was cut off, as far as it is known: from memory, with allow_partial; or from a stream
// that has not ended, by a flush. Empty if there is no such thing.
std::vector<uint8_t> PartialFrame(const TestFile& file, size_t size, bool by_flush, uint32_t num_threads,
                                  NextPiece next_piece) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.allow_partial = by_flush ? 0 : 1;
  options.num_threads = num_threads;
  Decoder decoder(&options);
  std::vector<uint8_t> pixels;
  auto frame = Make<JxlpoolFrameInfo>();
  auto output = Make<JxlpoolOutput>();
  output.channels = JXLPOOL_CHANNELS_COLOR;
  output.sample_type = JXLPOOL_UINT16;
  const auto prepare = [&] {
    pixels.assign(frame.width * decoder.PixelSize(output) * frame.height, 0);
    output.pixels = pixels.data();
    output.pixels_size = pixels.size();
  };
  if (!by_flush) {
    if (decoder.OpenMemory(file.bytes.data(), size) != JXLPOOL_OK) return {};
    if (decoder.NextFrame(&frame) != JXLPOOL_OK) return {};
    prepare();
    return decoder.DecodeFrame(output) == JXLPOOL_PARTIAL ? pixels : std::vector<uint8_t>();
  }
  if (jxlpool_decoder_open_stream(decoder.get()) != JXLPOOL_OK) return {};
  bool at_frame = false;
  for (size_t position = 0; position < size;) {
    const size_t piece = std::min(next_piece(position), size - position);
    if (jxlpool_decoder_feed(decoder.get(), file.bytes.data() + position, piece) != JXLPOOL_OK) return {};
    position += piece;
    if (!at_frame && decoder.NextFrame(&frame) == JXLPOOL_OK) {
      at_frame = true;
      prepare();
    }
    if (at_frame && decoder.DecodeFrame(output) != JXLPOOL_NEED_MORE_INPUT) return {};
  }
  if (!at_frame) {
    auto info = Make<JxlpoolImageInfo>();
    if (jxlpool_decoder_get_image_info(decoder.get(), &info) != JXLPOOL_OK) return {};
    frame.width = info.width;
    frame.height = info.height;
    prepare();
  }
  return jxlpool_decoder_flush(decoder.get(), &output, 1) == JXLPOOL_OK ? pixels : std::vector<uint8_t>();
}

class Comparison {
 public:
  Comparison(const TestFile& file, Totals* totals)
      : file_(file), totals_(totals), random_(static_cast<uint32_t>(file.bytes.size())) {}

  void Run() {
    const size_t size = file_.bytes.size();
    Compare("whole", size, {1, Sink::kRows}, [&](size_t) { return size; });
    Compare("64 KiB", size, {1, Sink::kPixels}, [](size_t) { return size_t{65536}; });
    for (const uint32_t num_threads : {1u, 2u, 8u}) {
      if (size > kLarge && num_threads == 2) continue;
      const Sink sink = num_threads == 2 ? Sink::kPixels : Sink::kRows;
      Compare("random pieces", size, {num_threads, sink}, RandomPieces(size));
      Compare("flushes", size, {num_threads, sink, false, true}, RandomPieces(size));
      Check("pulled rows", size, PlayFromMemory(size, {num_threads, Sink::kRows}),
            Player(file_.bytes.data(), size, {num_threads, Sink::kPulledRows}, RandomPieces(size)).PlayFrames());
    }
    if (size <= kBytewise) Compare("bytes", size, {1, Sink::kPixels}, [](size_t) { return size_t{1}; });
    for (const double part : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      if (size > kLarge && part != 0.3 && part != 0.7) continue;
      const size_t end = static_cast<size_t>(static_cast<double>(size) * (part + 0.1 * Random()));
      for (const bool allow_partial : {false, true}) {
        const uint32_t num_threads = part < 0.6 ? 1 : 2;
        Compare("cut", end, {num_threads, Sink::kPixels, allow_partial}, RandomPieces(end));
      }
      CompareFlush(end, part < 0.6 ? 1 : 2);
    }
  }

 private:
  double Random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  NextPiece RandomPieces(size_t size) {
    return [this, size](size_t) {
      const double scale = Random() < 0.3 ? 10 : static_cast<double>(size) / 20 + 100;
      return static_cast<size_t>(Random() * scale);  // 0 too
    };
  }

  std::vector<std::string> PlayFromMemory(size_t size, const Case& test_case) {
    return Player(file_.bytes.data(), size, test_case, nullptr).PlayFrames();
  }

  void Compare(const char* what, size_t size, const Case& test_case, const NextPiece& pieces) {
    const uint8_t* data = file_.bytes.data();
    Check(what, size, PlayFromMemory(size, test_case), Player(data, size, test_case, pieces).PlayFrames());
    Check(what, size, Player(data, size, test_case, nullptr).PlayJpeg(),
          Player(data, size, test_case, pieces).PlayJpeg());
  }

  // What is flushed before the end of the input equals what is delivered in part after it.
  void CompareFlush(size_t size, uint32_t num_threads) {
    const std::vector<uint8_t> partial = PartialFrame(file_, size, false, num_threads, nullptr);
    if (partial.empty()) return;
    ++totals_->flushes;
    const std::vector<uint8_t> flushed = PartialFrame(file_, size, true, num_threads, RandomPieces(size));
    if (partial == flushed) return;
    ++totals_->failed;
    const size_t common = std::min(partial.size(), flushed.size());
    size_t differing = 0;
    for (size_t i = 0; i < common; ++i) differing += partial[i] != flushed[i] ? 1 : 0;
    std::fprintf(stderr, "%s, %zu of %zu bytes: a flush has %zu bytes, %zu of which differ\n", file_.name.c_str(), size,
                 file_.bytes.size(), flushed.size(), differing);
  }

  void Check(const char* what, size_t size, const std::vector<std::string>& expected,
             const std::vector<std::string>& got) {
    ++totals_->decodes;
    if (expected == got) return;
    ++totals_->failed;
    const size_t common = std::min(expected.size(), got.size());
    size_t i = 0;
    while (i < common && expected[i] == got[i]) ++i;
    std::fprintf(stderr, "%s, %s, %zu of %zu bytes: \"%s\" instead of \"%s\"\n", file_.name.c_str(), what, size,
                 file_.bytes.size(), i < got.size() ? got[i].c_str() : "nothing",
                 i < expected.size() ? expected[i].c_str() : "nothing");
  }

  const TestFile& file_;
  Totals* totals_;
  std::mt19937 random_;
};

int Main(int argc, char** argv) {
  Totals totals;
  for (int i = 1; i < argc; ++i) {
    for (const std::string& path : FindFiles(argv[i])) {
      ++totals.files;
      const TestFile file = ReadFile(path);
      Comparison(file, &totals).Run();
    }
  }
  std::printf("%d files, %d decodes in pieces, %d pictures of a part, %d failed\n", totals.files, totals.decodes,
              totals.flushes, totals.failed);
  if (totals.files == 0) return kSkipped;
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool::memory_test

int main(int argc, char** argv) { return jxlpool::memory_test::Main(argc, argv); }
