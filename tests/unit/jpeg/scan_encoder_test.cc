// Proves: scans come out as a plain model of JPEG's Huffman coding writes them, bit by bit: sequential, first passes,
// refinements; interleaved or not; with restarts, forced ends of runs and extra runs of zeros; at once or in pieces.
#include "lib/jpeg/scan_encoder.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "lib/frame/packed_block.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

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

uint32_t NumBits(uint32_t value) {
  uint32_t count = 0;
  for (; value != 0; value /= 2) ++count;
  return count;
}

// Bits as characters; '|' and a digit for a restart marker.
class Model {
 public:
  Model(const PlainImage& image, const PlainScan& scan, const JpegHuffmanTables& tables)
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
    const PlainScan whole;
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
std::vector<uint8_t> ToBytes(const std::string& bits) {
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

class Collector : public ByteSink {
 public:
  Status Write(const uint8_t* data, size_t size) override {
    bytes.insert(bytes.end(), data, data + size);
    return OkStatus();
  }
  std::vector<uint8_t> bytes;
};

// Sampling factors of up to three components.
using Factors = std::vector<std::pair<uint32_t, uint32_t>>;

class ScanEncoderTest : public testing::Test {
 protected:
  ScanEncoderTest() {
    // Any words will do, they need not be a code.
    for (uint32_t s = 0; s < 256; ++s) {
      const uint32_t dc_length = 2 + s % 15, ac_length = 1 + s * 7 % 16;
      tables_.dc[0].words[s] = dc_length << 16 | Below(1u << dc_length);
      tables_.ac[0].words[s] = ac_length << 16 | Below(1u << ac_length);
    }
    tables_.dc[0].defined = tables_.ac[0].defined = true;
  }

  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }

  void MakeImage(uint32_t width, uint32_t height, const Factors& factors) {
    image_ = PlainImage();
    image_.width = width;
    image_.height = height;
    for (const auto& [h, v] : factors) {
      image_.max_h = std::max(image_.max_h, h);
      image_.max_v = std::max(image_.max_v, v);
    }
    for (const auto& [h, v] : factors) {
      PlainComponent component;
      component.h = h;
      component.v = v;
      component.columns = (width + 8 * image_.max_h - 1) / (8 * image_.max_h) * h;
      component.rows = (height + 8 * image_.max_v - 1) / (8 * image_.max_v) * v;
      component.blocks.resize(size_t{component.columns} * component.rows);
      const uint32_t density = 1 + Below(40);
      for (Block& block : component.blocks) {
        block = {};
        block[0] = static_cast<int32_t>(Below(400)) - 200;
        if (Below(4) == 0) continue;
        for (size_t k = 1; k < 64; ++k) {
          if (Below(64) < density) block[k] = static_cast<int32_t>(Below(Below(10) == 0 ? 8191 : 17));
          if (Below(2) == 0) block[k] = -block[k];
          block[k] = std::clamp(block[k], -4095, 4095);
        }
      }
      image_.components.push_back(std::move(component));
    }
  }

  void Pack(JpegCoefficients* jpeg) {
    packed_.clear();
    jpeg->width = image_.width;
    jpeg->height = image_.height;
    jpeg->num_components = static_cast<uint32_t>(image_.components.size());
    for (uint32_t c = 0; c < jpeg->num_components; ++c) {
      const PlainComponent& plain = image_.components[c];
      JpegComponent* component = &jpeg->components[c];
      component->h_factor = plain.h;
      component->v_factor = plain.v;
      component->block_columns = plain.columns;
      component->block_rows = plain.rows;
      component->hshift = image_.max_h / plain.h - 1;
      component->vshift = image_.max_v / plain.v - 1;
      const uint32_t per_segment = JpegComponent::kGroupBlocks >> component->hshift;
      const size_t segments = (plain.columns + per_segment - 1) / per_segment;
      component->dc = Matrix2D<int16_t>::Create(&memory_, Category::kOther, plain.rows, plain.columns).value();
      component->ac = Matrix2D<const uint8_t*>::Create(&memory_, Category::kOther, plain.rows, segments).value();
      for (uint32_t y = 0; y < plain.rows; ++y) {
        for (uint32_t x = 0; x < plain.columns; ++x) {
          if (x % per_segment == 0) {
            packed_.emplace_back(per_segment * kMaxPackedBlock);
            component->ac.Row(y)[x / per_segment] = next_ = packed_.back().data();
          }
          const Block& block = plain.blocks[size_t{y} * plain.columns + x];
          component->dc.Row(y)[x] = static_cast<int16_t>(block[0]);
          uint32_t previous = 0;
          for (uint32_t k = 1; k < 64; ++k) {
            if (block[k] == 0) continue;
            next_ = PackCoefficient(k - previous - 1, block[k], next_);
            previous = k;
          }
          *next_++ = kPackedEnd;
        }
      }
    }
  }

  // Encodes `step` rows at a time.
  std::vector<uint8_t> Encode(const PlainScan& plain, uint32_t step) {
    JpegCoefficients jpeg;
    Pack(&jpeg);
    ReconstructionHeader header;
    header.reset_points = PoolVector<uint32_t>(&memory_, Category::kOther);
    header.zero_runs = PoolVector<JpegZeroRuns>(&memory_, Category::kOther);
    JpegScan scan;
    scan.num_components = static_cast<uint32_t>(plain.components.size());
    for (uint32_t i = 0; i < scan.num_components; ++i) {
      scan.components[i].component = static_cast<uint8_t>(plain.components[i]);
    }
    scan.spectral_start = static_cast<uint8_t>(plain.start);
    scan.spectral_end = static_cast<uint8_t>(plain.end);
    scan.approximation_low = static_cast<uint8_t>(plain.low);
    scan.approximation_high = static_cast<uint8_t>(plain.high);
    for (const uint32_t reset : plain.resets) EXPECT_TRUE(header.reset_points.PushBack(reset).ok());
    for (const auto& [block, count] : plain.zero_runs) EXPECT_TRUE(header.zero_runs.PushBack({block, count}).ok());
    scan.reset_points = {0, header.reset_points.size()};
    scan.zero_runs = {0, header.zero_runs.size()};
    ScanSettings settings;
    settings.coefficients = &jpeg;
    settings.header = &header;
    settings.scan = &scan;
    settings.tables = &tables_;
    settings.progressive = plain.progressive;
    settings.restart_interval = plain.interval;
    Collector collector;
    JpegOutput output(&collector, BitReader(), 0);
    EXPECT_TRUE(output.Prepare(&memory_).ok());
    ScanEncoder encoder;
    EXPECT_TRUE(encoder.Begin(settings, &memory_, &output).ok());
    for (uint32_t y = 0; y < encoder.mcu_rows(); y += step) {
      EXPECT_TRUE(encoder.EncodeRows(std::min(y + step, encoder.mcu_rows())).ok());
    }
    EXPECT_TRUE(encoder.Finish().ok());
    EXPECT_TRUE(output.Finish().ok());
    return collector.bytes;
  }

  // Random reset points and zero runs, some in the last blocks or behind them.
  void AddLists(PlainScan* scan) {
    const uint32_t end = static_cast<uint32_t>(image_.components[0].blocks.size()) + 3;
    for (uint32_t block = Below(3); block < end; block += 1 + Below(20)) scan->resets.push_back(block);
    for (uint32_t block = Below(3); block < end; block += 1 + Below(9)) scan->zero_runs[block] = 1 + Below(4);
  }

  void Check(const PlainScan& scan) {
    const std::vector<uint8_t> expected = ToBytes(Model(image_, scan, tables_).Encode());
    ASSERT_FALSE(expected.empty());
    for (const uint32_t step : {1u, 5u, 1000u}) {
      ASSERT_TRUE(Encode(scan, step) == expected)
          << scan.components.size() << " components, " << scan.start << "-" << scan.end << ", " << scan.high << "-"
          << scan.low << ", " << step << " rows at a time";
    }
  }

  std::mt19937 random_{9};
  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
  JpegHuffmanTables tables_;
  PlainImage image_;
  std::vector<std::vector<uint8_t>> packed_;
  uint8_t* next_ = nullptr;
};

TEST_F(ScanEncoderTest, EqualsModel) {
  const std::vector<Factors> all_factors = {{{1, 1}},
                                            {{2, 2}},
                                            {{1, 1}, {1, 1}, {1, 1}},
                                            {{2, 2}, {1, 1}, {1, 1}},
                                            {{2, 1}, {1, 1}, {1, 1}},
                                            {{1, 1}, {2, 2}, {1, 2}},
                                            {{2, 2}, {2, 2}, {2, 2}}};
  const std::vector<std::pair<uint32_t, uint32_t>> sizes = {{1, 1}, {9, 30}, {70, 41}, {520, 17}};
  for (const Factors& factors : all_factors) {
    for (const auto& [width, height] : sizes) {
      MakeImage(width, height, factors);
      std::vector<std::vector<uint32_t>> component_lists = {{0}};
      if (factors.size() == 3) component_lists = {{0, 1, 2}, {0}, {1}, {2, 0}};
      for (const std::vector<uint32_t>& components : component_lists) {
        for (int i = 0; i < 12; ++i) {
          PlainScan scan;
          scan.components = components;
          scan.progressive = i != 0;
          if (i > 1) {
            scan.start = i < 4 ? 0 : Below(64);
            scan.end = i < 3 ? 0 : scan.start + Below(64 - scan.start);
            scan.low = i % 3;
            scan.high = i > 6 ? scan.low + 1 : 0;
          }
          if (Below(3) == 0) scan.interval = 1 + Below(9);
          if (Below(2) == 0) AddLists(&scan);
          // Extra runs are for first passes.
          if (scan.high > 0) scan.zero_runs.clear();
          ASSERT_NO_FATAL_FAILURE(Check(scan));
        }
      }
    }
  }
}

TEST_F(ScanEncoderTest, LongRunsOfEmptyBlocks) {
  MakeImage(8 * 300, 8 * 250, {{1, 1}});
  for (Block& block : image_.components[0].blocks) {
    std::fill(block.begin() + 1, block.end(), 0);
    block[40] = 5;
  }
  PlainScan scan;
  scan.components = {0};
  scan.progressive = true;
  scan.start = 1;
  scan.end = 30;
  Check(scan);
  scan.end = 60;
  scan.low = 1;
  scan.high = 2;
  Check(scan);
}

TEST_F(ScanEncoderTest, MissingSymbolIsAnError) {
  MakeImage(20, 20, {{1, 1}});
  JpegCoefficients jpeg;
  Pack(&jpeg);
  std::fill_n(tables_.ac[0].words, 256, 0);
  ReconstructionHeader header;
  JpegScan scan;
  ScanSettings settings;
  settings.coefficients = &jpeg;
  settings.header = &header;
  settings.scan = &scan;
  settings.tables = &tables_;
  Collector collector;
  JpegOutput output(&collector, BitReader(), 0);
  ASSERT_TRUE(output.Prepare(&memory_).ok());
  ScanEncoder encoder;
  ASSERT_TRUE(encoder.Begin(settings, &memory_, &output).ok());
  EXPECT_EQ(encoder.EncodeRows(encoder.mcu_rows()).code(), ErrorCode::kCorrupt);
  tables_.ac[0].defined = false;
  EXPECT_EQ(encoder.Begin(settings, &memory_, &output).code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace jxlpool
