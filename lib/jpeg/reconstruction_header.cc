#include "lib/jpeg/reconstruction_header.h"

#include <bitset>

#include "lib/bitstream/fields.h"

namespace jxlpool {
namespace {

constexpr size_t kMaxMarkers = 16384;
constexpr uint32_t kMaxBlocks = 3u << 26;

constexpr U32Coding kAppType = {{Value(0), Value(1), BitsPlus(2, 1), BitsPlus(4, 2)}};
constexpr U32Coding kUpTo4 = {{Value(1), Value(2), Value(3), Value(4)}};
constexpr U32Coding kNumHuffman = {{Value(4), BitsPlus(2, 3), BitsPlus(10, 4), BitsPlus(26, 6)}};
constexpr U32Coding kHuffmanCount = {{Value(0), Value(1), BitsPlus(2, 3), Bits(8)}};
constexpr U32Coding kHuffmanValue = {{Bits(2), BitsPlus(4, 2), BitsPlus(8, 4), BitsPlus(1, 8)}};
constexpr U32Coding kLastNeededPass = {{Value(0), Value(1), Value(2), BitsPlus(3, 3)}};
constexpr U32Coding kListSize = {{Value(0), BitsPlus(1, 2), BitsPlus(4, 4), BitsPlus(20, 16)}};
constexpr U32Coding kPositionStep = {{Value(0), BitsPlus(1, 3), BitsPlus(9, 5), BitsPlus(41, 28)}};
constexpr U32Coding kZeroRunCount = {{Value(1), BitsPlus(2, 2), BitsPlus(5, 4), BitsPlus(20, 8)}};
constexpr U32Coding kTailSize = {{Value(0), BitsPlus(1, 8), BitsPlus(257, 16), BitsPlus(65793, 22)}};

class HeaderReader {
 public:
  HeaderReader(std::span<const uint8_t> data, Memory* memory, ReconstructionHeader* header)
      : memory_(memory), header_(header), reader_(data.data(), data.size()), fields_(&reader_) {}

  Status Read() {
    fields_.Bool();  // is_gray: follows from the components
    JXLPOOL_RETURN_IF_ERROR(ReadMarkers());
    JXLPOOL_RETURN_IF_ERROR(ReadSegmentLengths());
    ReadQuantTables();
    ReadComponents();
    JXLPOOL_RETURN_IF_ERROR(fields_.status());
    JXLPOOL_RETURN_IF_ERROR(ReadHuffmanCodes());
    JXLPOOL_RETURN_IF_ERROR(ReadScans());
    if (num_restart_definitions_ != 0) header_->restart_interval = fields_.U(16);
    for (JpegScan& scan : header_->scans) JXLPOOL_RETURN_IF_ERROR(ReadBlockLists(&scan));
    header_->inter_marker_sizes = PoolVector<uint32_t>(memory_, Category::kOther);
    for (size_t i = 0; i < num_inter_marker_; ++i) {
      JXLPOOL_RETURN_IF_ERROR(header_->inter_marker_sizes.PushBack(fields_.U(16)));
    }
    header_->tail_size = fields_.U32(kTailSize);
    ReadPadding();
    JXLPOOL_RETURN_IF_ERROR(fields_.status());
    JXLPOOL_RETURN_IF_ERROR(reader_.ZeroPadToByte());
    header_->header_bytes = static_cast<size_t>(reader_.BitsConsumed() / 8);
    return CheckTablesAreDefined();
  }

 private:
  Status ReadMarkers() {
    header_->markers = PoolVector<uint8_t>(memory_, Category::kOther);
    uint8_t marker = 0;
    do {
      marker = static_cast<uint8_t>(0xC0 + fields_.U(6));
      if (header_->markers.size() == kMaxMarkers) return Corrupt("too many markers in the JPEG reconstruction data");
      JXLPOOL_RETURN_IF_ERROR(header_->markers.PushBack(marker));
      num_apps_ += (marker & 0xF0) == jpeg_marker::kApp0 ? 1 : 0;
      num_comments_ += marker == jpeg_marker::kCom ? 1 : 0;
      num_scans_ += marker == jpeg_marker::kSos ? 1 : 0;
      num_inter_marker_ += marker == jpeg_marker::kInterMarker ? 1 : 0;
      num_restart_definitions_ += marker == jpeg_marker::kDri ? 1 : 0;
    } while (marker != jpeg_marker::kEoi);
    fields_.Expect(num_scans_ != 0, "the JPEG has no scan");
    return fields_.status();
  }

  uint16_t ReadLength() {
    const uint32_t length = fields_.U(16);
    fields_.Expect(length >= 2, "a JPEG segment is shorter than its length field");
    return static_cast<uint16_t>(length);
  }

  Status ReadSegmentLengths() {
    header_->apps = PoolVector<JpegSegment>(memory_, Category::kOther);
    JXLPOOL_RETURN_IF_ERROR(header_->apps.Resize(num_apps_));
    for (JpegSegment& app : header_->apps) {
      const uint32_t type = fields_.U32(kAppType);
      fields_.Expect(type <= 3, "unknown type of a JPEG APP segment");
      app.type = static_cast<AppType>(type & 3);
      app.length = ReadLength();
    }
    header_->comments = PoolVector<JpegSegment>(memory_, Category::kOther);
    JXLPOOL_RETURN_IF_ERROR(header_->comments.Resize(num_comments_));
    for (JpegSegment& comment : header_->comments) comment.length = ReadLength();
    return fields_.status();
  }

  void ReadQuantTables() {
    header_->num_quant_tables = fields_.U32(kUpTo4);
    if (header_->num_quant_tables > 3) {
      header_->num_quant_tables = 3;
      fields_.Fail("the JPEG has too many quantisation tables");
    }
    for (uint32_t i = 0; i < header_->num_quant_tables; ++i) {
      JpegQuantTable* table = &header_->quant_tables[i];
      table->is_16bit = fields_.Bool();
      table->index = static_cast<uint8_t>(fields_.U(2));
      table->is_last = fields_.Bool();
    }
  }

  void ReadComponents() {
    static constexpr uint8_t kIds[3][3] = {{1}, {1, 2, 3}, {'R', 'G', 'B'}};
    const uint32_t type = fields_.U(2);
    uint32_t count = type == 0 ? 1 : 3;
    if (type == 3) count = fields_.U32(kUpTo4);
    if (count != 1 && count != 3) {
      fields_.Fail("the JPEG has neither 1 nor 3 components");
      count = 1;
    }
    header_->num_components = count;
    for (uint32_t i = 0; i < count; ++i) {
      header_->components[i].id = type == 3 ? static_cast<uint8_t>(fields_.U(8)) : kIds[type][i];
    }
    bool uses_first = false;
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t quant = fields_.U(2);
      fields_.Expect(quant < header_->num_quant_tables, "a JPEG component uses a quantisation table that is missing");
      header_->components[i].quant = static_cast<uint8_t>(quant);
      uses_first |= quant == 0;
    }
    fields_.Expect(uses_first, "the first quantisation table of the JPEG is not used");
  }

  void ReadHuffmanCode(JpegHuffmanCode* code) {
    code->is_ac = fields_.Bool();
    code->id = static_cast<uint8_t>(fields_.U(2));
    code->is_last = fields_.Bool();
    uint32_t sum = 0;
    uint64_t space = 0;
    for (uint32_t length = 0; length <= 16; ++length) {
      const uint32_t count = fields_.U32(kHuffmanCount);
      code->counts[length] = static_cast<uint16_t>(count);
      sum += count;
      if (length != 0) space += uint64_t{count} << (16 - length);
    }
    if (code->counts[0] != 0 || sum > JpegHuffmanCode::kMaxValues || space > 1u << 16) {
      fields_.Fail("a Huffman code of the JPEG is impossible");
      return;
    }
    code->num_values = static_cast<uint16_t>(sum);
    std::bitset<JpegHuffmanCode::kMaxValues> seen;
    for (uint32_t i = 0; i < sum; ++i) {
      const uint32_t value = fields_.U32(kHuffmanValue);
      fields_.Expect(!seen[value], "a Huffman code of the JPEG has a value twice");
      seen[value] = true;
      fields_.Expect(code->is_ac || value < 12 || value == JpegHuffmanCode::kSentinel,
                     "a DC code of the JPEG has an impossible value");
      code->values[i] = static_cast<uint16_t>(value);
    }
    fields_.Expect(sum == 0 || code->values[sum - 1] == JpegHuffmanCode::kSentinel,
                   "a Huffman code of the JPEG does not end as it must");
  }

  Status ReadHuffmanCodes() {
    header_->huffman_codes = PoolVector<JpegHuffmanCode>(memory_, Category::kOther);
    JXLPOOL_RETURN_IF_ERROR(header_->huffman_codes.Resize(fields_.U32(kNumHuffman)));
    for (JpegHuffmanCode& code : header_->huffman_codes) {
      ReadHuffmanCode(&code);
      JXLPOOL_RETURN_IF_ERROR(fields_.status());
    }
    return OkStatus();
  }

  void ReadScan(JpegScan* scan) {
    scan->num_components = fields_.U32(kUpTo4);
    if (scan->num_components > 3) {
      scan->num_components = 3;
      fields_.Fail("a JPEG scan has too many components");
    }
    scan->spectral_start = static_cast<uint8_t>(fields_.U(6));
    scan->spectral_end = static_cast<uint8_t>(fields_.U(6));
    scan->approximation_low = static_cast<uint8_t>(fields_.U(4));
    scan->approximation_high = static_cast<uint8_t>(fields_.U(4));
    for (uint32_t i = 0; i < scan->num_components; ++i) {
      JpegScanComponent* component = &scan->components[i];
      component->component = static_cast<uint8_t>(fields_.U(2));
      component->ac_table = static_cast<uint8_t>(fields_.U(2));
      component->dc_table = static_cast<uint8_t>(fields_.U(2));
      fields_.Expect(component->component < header_->num_components, "a JPEG scan has a component that is missing");
    }
    fields_.U32(kLastNeededPass);
  }

  Status ReadScans() {
    header_->scans = PoolVector<JpegScan>(memory_, Category::kOther);
    JXLPOOL_RETURN_IF_ERROR(header_->scans.Resize(num_scans_));
    for (JpegScan& scan : header_->scans) ReadScan(&scan);
    header_->reset_points = PoolVector<uint32_t>(memory_, Category::kOther);
    header_->zero_runs = PoolVector<JpegZeroRuns>(memory_, Category::kOther);
    return fields_.status();
  }

  Status ReadBlockLists(JpegScan* scan) {
    scan->reset_points.begin = header_->reset_points.size();
    int64_t last = -1;
    for (uint32_t n = fields_.U32(kListSize); n != 0; --n) {
      last += 1 + int64_t{fields_.U32(kPositionStep)};
      fields_.Expect(last < kMaxBlocks, "a reset point is behind the last block of any JPEG");
      JXLPOOL_RETURN_IF_ERROR(fields_.status());
      JXLPOOL_RETURN_IF_ERROR(header_->reset_points.PushBack(static_cast<uint32_t>(last)));
    }
    scan->reset_points.end = header_->reset_points.size();
    scan->zero_runs.begin = header_->zero_runs.size();
    last = -1;
    for (uint32_t n = fields_.U32(kListSize); n != 0; --n) {
      const uint32_t count = fields_.U32(kZeroRunCount);
      last += 1 + int64_t{fields_.U32(kPositionStep)};
      fields_.Expect(count <= 4, "too many zero runs in a block of the JPEG");
      fields_.Expect(last <= kMaxBlocks, "zero runs are behind the last block of any JPEG");
      JXLPOOL_RETURN_IF_ERROR(fields_.status());
      JXLPOOL_RETURN_IF_ERROR(header_->zero_runs.PushBack({static_cast<uint32_t>(last), count}));
    }
    scan->zero_runs.end = header_->zero_runs.size();
    return fields_.status();
  }

  void ReadPadding() {
    if (!fields_.Bool()) return;
    header_->num_padding_bits = fields_.U(24);
    header_->padding = reader_;
    reader_.Skip(header_->num_padding_bits);
  }

  // Whether each scan's Huffman codes come before it.
  Status CheckTablesAreDefined() const {
    bool defined[2][4] = {};
    bool progressive = false;
    size_t next_code = 0;
    size_t next_scan = 0;
    const PoolVector<JpegHuffmanCode>& codes = header_->huffman_codes;
    for (const uint8_t marker : header_->markers) {
      if (marker == jpeg_marker::kSof2) progressive = true;
      if (marker == jpeg_marker::kDht) {
        while (next_code < codes.size()) {
          const JpegHuffmanCode& code = codes[next_code++];
          if (code.num_values != 0) defined[code.is_ac ? 1 : 0][code.id] = true;
          if (code.is_last || code.num_values == 0) break;
        }
      }
      if (marker != jpeg_marker::kSos) continue;
      const JpegScan& scan = header_->scans[next_scan++];
      const bool needs_dc = !progressive || scan.spectral_start == 0;
      const bool needs_ac = !progressive || scan.spectral_start != 0 || scan.spectral_end != 0;
      for (uint32_t i = 0; i < scan.num_components; ++i) {
        const JpegScanComponent& component = scan.components[i];
        if ((needs_dc && !defined[0][component.dc_table]) || (needs_ac && !defined[1][component.ac_table])) {
          return Corrupt("a JPEG scan uses a Huffman code that is not defined");
        }
      }
    }
    return OkStatus();
  }

  Memory* memory_;
  ReconstructionHeader* header_;
  BitReader reader_;
  FieldReader fields_;
  size_t num_apps_ = 0;
  size_t num_comments_ = 0;
  size_t num_scans_ = 0;
  size_t num_inter_marker_ = 0;
  size_t num_restart_definitions_ = 0;
};

}  // namespace

Status ReadReconstructionHeader(std::span<const uint8_t> data, Memory* memory, ReconstructionHeader* header) {
  const Status status = HeaderReader(data, memory, header).Read();
  // Positions in the box would be taken for positions in the codestream.
  if (status.code() == ErrorCode::kNeedMoreInput) return Corrupt("the JPEG reconstruction data ends too early");
  return status.ok() ? status : Status(status.code(), status.message());
}

}  // namespace jxlpool
