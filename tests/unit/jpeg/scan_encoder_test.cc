// Proves: scans come out as a plain model of JPEG's Huffman coding writes them, bit by bit: sequential, first passes,
// refinements; interleaved or not; with restarts, forced ends of runs and extra runs of zeros; at once or in pieces.
#include "lib/jpeg/scan_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "lib/jpeg/packed_block.h"
#include "lib/pool/buffer_pool.h"
#include "tests/unit/jpeg/scan_model.h"

namespace jxlpool {
namespace {

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
    const std::vector<uint8_t> expected = ToBytes(ScanModel(image_, scan, tables_).Encode());
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
