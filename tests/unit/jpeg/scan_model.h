// ScanModel: the Huffman coding of a JPEG's scans in the plainest form, block by block and bit by bit, as an oracle.
#ifndef TESTS_UNIT_JPEG_SCAN_MODEL_H_
#define TESTS_UNIT_JPEG_SCAN_MODEL_H_

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "lib/jpeg/scan_encoder.h"

namespace jxlpool {

using Block = std::array<int32_t, 64>;  // in zigzag order

struct PlainComponent {
  uint32_t h = 1, v = 1;
  uint32_t columns = 0, rows = 0;
  std::vector<Block> blocks;
};

struct PlainImage {
  uint32_t width = 0, height = 0, max_h = 1, max_v = 1;
  std::vector<PlainComponent> components;
};

// What a scan is, in the words of the model.
struct PlainScan {
  std::vector<uint32_t> components;
  bool progressive = false;
  uint32_t start = 0, end = 63, high = 0, low = 0;
  uint32_t interval = 0;
  std::vector<uint32_t> resets;
  std::map<uint32_t, uint32_t> zero_runs;
};

inline uint32_t NumBits(uint32_t value) {
  uint32_t count = 0;
  for (; value != 0; value /= 2) ++count;
  return count;
}

// Bits as characters; '|' and a digit for a restart marker.
class ScanModel {
 public:
  ScanModel(const PlainImage& image, const PlainScan& scan, const JpegHuffmanTables& tables)
      : image_(image), scan_(scan), dc_(tables.dc[0]), ac_(tables.ac[0]) {}

  std::string Encode() {
    const bool interleaved = scan_.components.size() > 1;
    const PlainComponent& only = image_.components[scan_.components[0]];
    const auto mcus = [](uint32_t size, uint32_t factor, uint32_t max) {
      return (size * factor + 8 * max - 1) / (8 * max);
    };
    const uint32_t columns = mcus(image_.width, interleaved ? 1 : only.h, image_.max_h);
    const uint32_t rows = mcus(image_.height, interleaved ? 1 : only.v, image_.max_v);
    uint32_t block = 0, restart = 0, left = scan_.interval;
    for (uint32_t mcu = 0; mcu < columns * rows; ++mcu) {
      if (scan_.interval != 0 && left == 0) {
        Flush();
        Pad();
        out_ += '|';
        out_ += static_cast<char>('0' + restart++ % 8);
        left = scan_.interval;
        predictions_ = {};
      }
      --left;
      for (const uint32_t c : scan_.components) {
        const PlainComponent& component = image_.components[c];
        const uint32_t h = interleaved ? component.h : 1, v = interleaved ? component.v : 1;
        for (uint32_t i = 0; i < h * v; ++i) {
          const uint32_t x = mcu % columns * h + i % h, y = mcu / columns * v + i / h;
          for (const uint32_t reset : scan_.resets) {
            if (reset == block) Flush();
          }
          const auto runs = scan_.zero_runs.find(block);
          EncodeBlock(component.blocks[y * component.columns + x], &predictions_[c],
                      runs == scan_.zero_runs.end() ? 0 : runs->second);
          ++block;
        }
      }
    }
    Flush();
    Pad();
    return out_;
  }

 private:
  void Put(uint32_t count, uint32_t bits) {
    for (uint32_t i = count; i-- > 0;) out_ += (bits >> i & 1) != 0 ? '1' : '0';
    num_bits_ += count;
  }
  void Pad() {
    while (num_bits_ % 8 != 0) Put(1, 1);
    num_bits_ = 0;
  }
  void Symbol(const JpegHuffmanTable& table, uint32_t symbol) {
    Put(table.words[symbol] >> 16, table.words[symbol] & 0xFFFF);
  }
  void Value(const JpegHuffmanTable& table, uint32_t run, int32_t value) {
    const uint32_t count = NumBits(static_cast<uint32_t>(std::abs(value)));
    Symbol(table, run * 16 + count);
    Put(count, static_cast<uint32_t>(value < 0 ? value + (1 << count) - 1 : value));
  }
  void Flush() {
    if (run_ > 0) {
      const uint32_t count = NumBits(run_) - 1;
      Symbol(ac_, count * 16);
      Put(count, run_ - (1u << count));
    }
    run_ = 0;
    for (const uint32_t bit : pending_) Put(1, bit);
    pending_.clear();
  }
  void EndBand(const std::vector<uint32_t>& bits) {
    ++run_;
    pending_.insert(pending_.end(), bits.begin(), bits.end());
    if (run_ == 32767 || scan_.start == 0) Flush();
  }
  static int32_t Shift(int32_t value, uint32_t low) { return value < 0 ? -(-value >> low) : value >> low; }

  void EncodeBlock(const Block& block, int32_t* prediction, uint32_t extra) {
    const bool sequential = !scan_.progressive || (scan_.start == 0 && scan_.end == 63 && scan_.low + scan_.high == 0);
    const uint32_t start = sequential ? 0 : scan_.start, end = sequential ? 63 : scan_.end;
    const uint32_t low = sequential ? 0 : scan_.low;
    const bool refines = !sequential && scan_.high > 0;
    uint32_t k = start;
    if (start == 0) {
      // Rounds towards minus infinity, unlike the other coefficients.
      const int32_t dc = block[0] >> low;
      if (refines) {
        Put(1, static_cast<uint32_t>(dc) & 1);
      } else {
        Value(dc_, 0, dc - *prediction);
        *prediction = dc;
      }
      k = 1;
    }
    if (k > end) return;
    if (refines) return Refine(block, k, end, low);
    uint32_t zeros = 0;
    for (; k <= end; ++k) {
      const int32_t value = Shift(block[k], low);
      if (value == 0) {
        ++zeros;
        continue;
      }
      if (!sequential) Flush();
      for (; zeros > 15; zeros -= 16) Symbol(ac_, 0xF0);
      Value(ac_, zeros, value);
      zeros = 0;
    }
    if (extra > 0 && !sequential) Flush();
    for (uint32_t i = 0; i < extra; ++i) Symbol(ac_, 0xF0);
    if (zeros <= 16 * extra) return;
    if (sequential) {
      Symbol(ac_, 0);
    } else {
      EndBand({});
    }
  }

  void Refine(const Block& block, uint32_t begin, uint32_t end, uint32_t low) {
    uint32_t last_new = 0;
    for (uint32_t k = begin; k <= end; ++k) {
      if (std::abs(Shift(block[k], low)) == 1) last_new = k;
    }
    uint32_t zeros = 0;
    std::vector<uint32_t> bits;
    for (uint32_t k = begin; k <= end; ++k) {
      const int32_t value = Shift(block[k], low);
      if (value == 0) {
        ++zeros;
        continue;
      }
      for (; zeros > 15 && k <= last_new; zeros -= 16) {
        Flush();
        Symbol(ac_, 0xF0);
        for (const uint32_t bit : bits) Put(1, bit);
        bits.clear();
      }
      if (std::abs(value) > 1) {
        bits.push_back(static_cast<uint32_t>(std::abs(value)) & 1);
        continue;
      }
      Flush();
      Symbol(ac_, zeros * 16 + 1);
      Put(1, value > 0);
      for (const uint32_t bit : bits) Put(1, bit);
      bits.clear();
      zeros = 0;
    }
    if (zeros > 0 || !bits.empty()) EndBand(bits);
  }

  const PlainImage& image_;
  const PlainScan& scan_;
  const JpegHuffmanTable& dc_;
  const JpegHuffmanTable& ac_;
  std::string out_;
  uint64_t num_bits_ = 0;
  std::array<int32_t, 3> predictions_ = {};
  uint32_t run_ = 0;
  std::vector<uint32_t> pending_;
};

// The model's characters as bytes of a file.
inline std::vector<uint8_t> ToBytes(const std::string& bits) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < bits.size();) {
    if (bits[i] == '|') {
      bytes.push_back(0xFF);
      bytes.push_back(static_cast<uint8_t>(0xD0 + bits[i + 1] - '0'));
      i += 2;
      continue;
    }
    bytes.push_back(static_cast<uint8_t>(std::stoul(bits.substr(i, 8), nullptr, 2)));
    if (bytes.back() == 0xFF) bytes.push_back(0);
    i += 8;
  }
  return bytes;
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_JPEG_SCAN_MODEL_H_
