#include "lib/jpeg/jpeg_writer.h"

#include <cstring>

#include "lib/jpeg/jpeg_output.h"
#include "lib/jpeg/scan_encoder.h"

namespace jxlpool {
namespace {

class JpegWriter {
 public:
  JpegWriter(const JpegParts& parts, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink)
      : header_(*parts.header),
        data_(*parts.data),
        coefficients_(*parts.coefficients),
        cancelled_(cancelled),
        memory_(memory),
        output_(sink, parts.header->padding, parts.header->num_padding_bits) {}

  Status Write() {
    JXLPOOL_RETURN_IF_ERROR(output_.Prepare(memory_));
    FillQuantTables();
    Marker(jpeg_marker::kSoi);
    for (const uint8_t marker : header_.markers) {
      JXLPOOL_RETURN_IF_ERROR(Execute(marker));
      JXLPOOL_RETURN_IF_ERROR(output_.status());
    }
    if (output_.has_unused_padding()) return Corrupt("there are too many padding bits for the JPEG");
    return output_.Finish();
  }

 private:
  void Marker(uint8_t marker) {
    output_.Byte(0xFF);
    output_.Byte(marker);
  }

  // Components come in the order of the codestream's channels, the later one wins; tables that none uses repeat the
  // one before.
  void FillQuantTables() {
    bool used[3] = {};
    for (uint32_t channel = 0; channel < 3; ++channel) {
      for (uint32_t i = 0; i < header_.num_components; ++i) {
        if (coefficients_.components[i].channel != channel) continue;
        const uint8_t table = header_.components[i].quant;
        quant_[table] = coefficients_.components[i].quant;
        used[table] = true;
      }
    }
    for (uint32_t i = 1; i < header_.num_quant_tables; ++i) {
      if (!used[i]) quant_[i] = quant_[i - 1];
    }
  }

  Status Execute(uint8_t marker) {
    using namespace jpeg_marker;  // NOLINT(google-build-using-namespace): names of this one function.
    switch (marker) {
      case kSof0:
      case kSof1:
      case kSof2:
      case kSof9:
      case kSof10:
        WriteFrameHeader(marker);
        return OkStatus();
      case kDqt:
        return WriteQuantTables();
      case kDht:
        return WriteHuffmanCodes();
      case kDri:
        Marker(kDri);
        output_.Word(4);
        output_.Word(header_.restart_interval);
        restart_interval_ = header_.restart_interval;
        return OkStatus();
      case kSos:
        return WriteScan();
      case kCom:
        WriteSegment(header_.comments[next_comment_++]);
        return OkStatus();
      case kInterMarker: {
        const size_t size = header_.inter_marker_sizes[next_inter_marker_++];
        output_.Bytes(data_.inter_marker.subspan(inter_marker_used_, size));
        inter_marker_used_ += size;
        return OkStatus();
      }
      case kEoi:
        Marker(kEoi);
        output_.Bytes(data_.tail);
        return OkStatus();
      default:
        break;
    }
    if ((marker & 0xF0) == kApp0) {
      WriteSegment(header_.apps[next_app_++]);
    } else if (marker >= kRst0 && marker < kRst0 + 8) {
      Marker(marker);
    } else {
      return Corrupt("the JPEG has a marker that cannot be written");
    }
    return OkStatus();
  }

  void WriteSegment(const JpegSegment& segment) {
    output_.Byte(0xFF);
    output_.Bytes({segment.data, segment.size()});
  }

  void WriteFrameHeader(uint8_t marker) {
    if (marker <= jpeg_marker::kSof2) progressive_ = marker == jpeg_marker::kSof2;
    Marker(marker);
    output_.Word(8 + 3 * header_.num_components);
    output_.Byte(8);
    output_.Word(coefficients_.height);
    output_.Word(coefficients_.width);
    output_.Byte(header_.num_components);
    for (uint32_t i = 0; i < header_.num_components; ++i) {
      const JpegComponent& component = coefficients_.components[i];
      output_.Byte(header_.components[i].id);
      output_.Byte(component.h_factor << 4 | component.v_factor);
      output_.Byte(header_.quant_tables[header_.components[i].quant].index);
    }
  }

  Status WriteQuantTables() {
    uint32_t end = next_quant_;
    uint32_t length = 2;
    for (bool is_last = false; !is_last; ++end) {
      if (end == header_.num_quant_tables) return Corrupt("a quantisation table of the JPEG is missing");
      length += header_.quant_tables[end].is_16bit ? 129 : 65;
      is_last = header_.quant_tables[end].is_last;
    }
    Marker(jpeg_marker::kDqt);
    output_.Word(length);
    for (; next_quant_ < end; ++next_quant_) {
      const JpegQuantTable& table = header_.quant_tables[next_quant_];
      output_.Byte((table.is_16bit ? 0x10u : 0u) | table.index);
      for (size_t k = 0; k < 64; ++k) {
        const uint32_t step = quant_[next_quant_][k];
        if (table.is_16bit) output_.Byte(step >> 8);
        output_.Byte(step & 0xFF);
      }
    }
    return OkStatus();
  }

  Status WriteHuffmanCodes() {
    const PoolVector<JpegHuffmanCode>& codes = header_.huffman_codes;
    size_t end = next_huffman_;
    uint32_t length = 2;
    for (bool is_last = false; !is_last; ++end) {
      if (end == codes.size()) return Corrupt("a Huffman code of the JPEG is missing");
      const JpegHuffmanCode& code = codes[end];
      if (code.num_values == 0) {
        // An empty segment, which must be one of its own.
        if (end != next_huffman_) return Corrupt("an empty Huffman code follows others of its segment");
        ++end;
        break;
      }
      length += 16u + code.num_values;
      is_last = code.is_last;
    }
    Marker(jpeg_marker::kDht);
    output_.Word(length);
    for (; next_huffman_ < end; ++next_huffman_) {
      if (codes[next_huffman_].num_values != 0) WriteHuffmanCode(codes[next_huffman_]);
    }
    return OkStatus();
  }

  void WriteHuffmanCode(const JpegHuffmanCode& code) {
    uint32_t longest = 16;
    while (code.counts[longest] == 0) --longest;
    output_.Byte((code.is_ac ? 0x10u : 0u) | code.id);
    for (uint32_t length = 1; length <= 16; ++length)
      output_.Byte((code.counts[length] - (length == longest ? 1u : 0u)) & 0xFF);
    for (uint32_t i = 0; i + 1 < code.num_values; ++i) output_.Byte(code.values[i]);
    MakeHuffmanTable(code, code.is_ac ? &tables_.ac[code.id] : &tables_.dc[code.id]);
  }

  Status WriteScan() {
    const JpegScan& scan = header_.scans[next_scan_++];
    Marker(jpeg_marker::kSos);
    output_.Word(6 + 2 * scan.num_components);
    output_.Byte(scan.num_components);
    for (uint32_t i = 0; i < scan.num_components; ++i) {
      const JpegScanComponent& component = scan.components[i];
      output_.Byte(header_.components[component.component].id);
      output_.Byte(uint32_t{component.dc_table} << 4 | component.ac_table);
    }
    output_.Byte(scan.spectral_start);
    output_.Byte(scan.spectral_end);
    output_.Byte(uint32_t{scan.approximation_high} << 4 | scan.approximation_low);
    ScanSettings settings;
    settings.coefficients = &coefficients_;
    settings.header = &header_;
    settings.scan = &scan;
    settings.tables = &tables_;
    settings.progressive = progressive_;
    settings.restart_interval = restart_interval_;
    settings.cancelled = cancelled_;
    JXLPOOL_RETURN_IF_ERROR(scan_encoder_.Begin(settings, memory_, &output_));
    JXLPOOL_RETURN_IF_ERROR(scan_encoder_.EncodeRows(scan_encoder_.mcu_rows()));
    return scan_encoder_.Finish();
  }

  const ReconstructionHeader& header_;
  const ReconstructionData& data_;
  const JpegCoefficients& coefficients_;
  const std::atomic<bool>* cancelled_;
  Memory* memory_;
  JpegOutput output_;

  const uint16_t* quant_[3] = {};  // by entry of the header's list
  JpegHuffmanTables tables_;
  ScanEncoder scan_encoder_;
  bool progressive_ = false;
  uint32_t restart_interval_ = 0;
  size_t next_app_ = 0;
  size_t next_comment_ = 0;
  size_t next_inter_marker_ = 0;
  size_t inter_marker_used_ = 0;
  uint32_t next_quant_ = 0;
  size_t next_huffman_ = 0;
  size_t next_scan_ = 0;
};

}  // namespace

Status WriteJpeg(const JpegParts& parts, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink) {
  return JpegWriter(parts, cancelled, memory, sink).Write();
}

}  // namespace jxlpool
