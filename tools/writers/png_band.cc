#include "tools/writers/png_band.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "tools/writers/error.h"
#include "tools/writers/png_filter.h"

namespace jxlpool::tools {
namespace {

constexpr size_t kMaxPiece = size_t{1} << 30;  // zlib counts in 32 bits
constexpr size_t kSampleBytes = size_t{1} << 15;
constexpr int kSampleLevel = 3;

// Where looking for repetitions gains next to nothing, runs of equal bytes will do. These are the zlib levels for bands
// with few and with many repetitions.
struct Effort {
  bool runs_may_do;
  int few;
  int many;
};
constexpr Effort kEfforts[kMaxPngCompression + 1] = {{false, 0, 0}, {true, 1, 1},  {true, 2, 3},  {true, 3, 4},
                                                     {true, 4, 6},  {false, 5, 6}, {false, 6, 6}, {false, 7, 7},
                                                     {false, 8, 8}, {false, 9, 9}};

class RawDeflate {
 public:
  RawDeflate(int level, int strategy) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, -15, 9, strategy) != Z_OK) throw Error("cannot write PNG: no memory");
  }
  ~RawDeflate() { deflateEnd(&stream_); }
  RawDeflate(const RawDeflate&) = delete;
  RawDeflate& operator=(const RawDeflate&) = delete;

  void SetDictionary(const uint8_t* data, size_t size) {
    if (size != 0) Check(deflateSetDictionary(&stream_, data, static_cast<uInt>(size)));
  }

  // All of `data`, ended by `flush`.
  void Compress(const uint8_t* data, size_t size, int flush, std::vector<uint8_t>* out) {
    const size_t estimate = size + size / 256 + 1024;
    out->resize(std::min(estimate, kMaxPiece));
    size_t used = 0;
    do {
      if (out->size() - used < 64) out->resize(2 * out->size());
      const size_t piece = std::min(size, kMaxPiece);
      const size_t room = std::min(out->size() - used, kMaxPiece);
      stream_.next_in = const_cast<Bytef*>(data);
      stream_.avail_in = static_cast<uInt>(piece);
      stream_.next_out = out->data() + used;
      stream_.avail_out = static_cast<uInt>(room);
      Check(deflate(&stream_, size > piece ? Z_NO_FLUSH : flush));
      data += piece - stream_.avail_in;
      size -= piece - stream_.avail_in;
      used += room - stream_.avail_out;
    } while (size != 0 || stream_.avail_out == 0);
    out->resize(used);
  }

 private:
  static void Check(int status) {
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) throw Error("cannot write PNG: deflate");
  }
  z_stream stream_ = {};
};

size_t DeflatedSize(const std::vector<uint8_t>& data, int level, int strategy) {
  std::vector<uint8_t> out;
  RawDeflate(level, strategy).Compress(data.data(), data.size(), Z_FINISH, &out);
  return out.size();
}

void LeaveUnfiltered(PngBand* band) {
  for (uint32_t y = 0; y < band->num_rows; ++y) {
    uint8_t* out = band->filtered.data() + y * (band->row_bytes + 1);
    out[0] = 0;
    std::memcpy(out + 1, band->rows.data() + (y + 1) * band->row_bytes, band->row_bytes);
  }
}

// The bytes [begin, end) that LeaveUnfiltered would give.
std::vector<uint8_t> UnfilteredSample(const PngBand& band, size_t begin, size_t end) {
  std::vector<uint8_t> sample(end - begin);
  const size_t out_bytes = band.row_bytes + 1;
  for (size_t at = begin; at < end;) {
    const size_t x = at % out_bytes;
    if (x == 0) {
      sample[at++ - begin] = 0;
      continue;
    }
    const size_t size = std::min(end - at, out_bytes - x);
    std::memcpy(sample.data() + (at - begin), band.rows.data() + (at / out_bytes + 1) * band.row_bytes + x - 1, size);
    at += size;
  }
  return sample;
}

}  // namespace

void FilterBand(int compression, PngBand* band) {
  const Effort& effort = kEfforts[std::clamp(compression, 0, kMaxPngCompression)];
  const size_t out_bytes = band->row_bytes + 1;
  band->filtered.resize(out_bytes * band->num_rows);
  band->strategy = Z_DEFAULT_STRATEGY;
  band->level = effort.many;
  if (compression <= 0) return LeaveUnfiltered(band);
  for (uint32_t y = 0; y < band->num_rows; ++y) {
    const uint8_t* above = band->rows.data() + y * band->row_bytes;
    FilterRow(above + band->row_bytes, above, band->row_bytes, band->pixel_bytes,
              band->filtered.data() + y * out_bytes);
  }
  const size_t size = band->filtered.size();
  const size_t begin = (size - std::min(size, kSampleBytes)) / 2, end = begin + std::min(size, kSampleBytes);
  const std::vector<uint8_t> sample(band->filtered.data() + begin, band->filtered.data() + end);
  const size_t unfiltered = DeflatedSize(UnfilteredSample(*band, begin, end), kSampleLevel, Z_DEFAULT_STRATEGY);
  const size_t filtered = DeflatedSize(sample, kSampleLevel, Z_DEFAULT_STRATEGY);
  if (unfiltered < filtered) return LeaveUnfiltered(band);
  const size_t runs = DeflatedSize(sample, kSampleLevel, Z_RLE);
  if (effort.runs_may_do && runs * 100 <= filtered * 103) {
    band->strategy = Z_RLE;
  } else if (runs * 100 <= filtered * 110) {
    band->level = effort.few;
  }
}

void DeflateBand(const uint8_t* dictionary, size_t dictionary_size, PngBand* band) {
  RawDeflate deflater(band->level, band->strategy);
  if (band->level != 0 && band->strategy != Z_RLE) deflater.SetDictionary(dictionary, dictionary_size);
  deflater.Compress(band->filtered.data(), band->filtered.size(), band->last ? Z_FINISH : Z_SYNC_FLUSH,
                    &band->deflated);
  band->adler = static_cast<uint32_t>(adler32_z(1, band->filtered.data(), band->filtered.size()));
}

}  // namespace jxlpool::tools
