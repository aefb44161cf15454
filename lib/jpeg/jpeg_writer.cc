#include "lib/jpeg/jpeg_writer.h"

#include <algorithm>

namespace jxlpool {

Status JpegWriter::Begin(const JpegParts& parts, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink) {
  parts_ = parts;
  cancelled_ = cancelled;
  memory_ = memory;
  output_.emplace(sink, parts.header->padding, parts.header->num_padding_bits);
  return output_->Prepare(memory);
}

Status JpegWriter::WriteStart() {
  FillQuantTables();
  WriteMarker(jpeg_marker::kSoi);
  return WriteToScan();
}

Status JpegWriter::WriteRowsOfGroups(uint32_t end) {
  if (!in_scan_) return OkStatus();
  const uint64_t end_row = uint64_t{end} * scan_encoder_.mcu_rows_per_group();
  JXLPOOL_RETURN_IF_ERROR(
      scan_encoder_.EncodeRows(static_cast<uint32_t>(std::min<uint64_t>(end_row, scan_encoder_.mcu_rows()))));
  return output_->Finish();
}

Status JpegWriter::WriteRest() {
  while (in_scan_) {
    JXLPOOL_RETURN_IF_ERROR(scan_encoder_.EncodeRows(scan_encoder_.mcu_rows()));
    JXLPOOL_RETURN_IF_ERROR(scan_encoder_.Finish());
    in_scan_ = false;
    JXLPOOL_RETURN_IF_ERROR(WriteToScan());
  }
  if (output_->has_unused_padding()) return Corrupt("there are too many padding bits for the JPEG");
  return output_->Finish();
}

Status JpegWriter::WriteToScan() {
  while (!in_scan_ && next_marker_ < parts_.header->markers.size()) {
    JXLPOOL_RETURN_IF_ERROR(Execute(parts_.header->markers[next_marker_++]));
    JXLPOOL_RETURN_IF_ERROR(output_->status());
  }
  return OkStatus();
}

void JpegWriter::WriteMarker(uint8_t marker) {
  output_->Byte(0xFF);
  output_->Byte(marker);
}

// Components come in the order of the codestream's channels, the later one wins; tables that none uses repeat the
// one before.
void JpegWriter::FillQuantTables() {
  bool used[3] = {};
  for (uint32_t channel = 0; channel < 3; ++channel) {
    for (uint32_t i = 0; i < parts_.header->num_components; ++i) {
      if (parts_.coefficients->components[i].channel != channel) continue;
      const uint8_t table = parts_.header->components[i].quant;
      quant_[table] = parts_.coefficients->components[i].quant;
      used[table] = true;
    }
  }
  for (uint32_t i = 1; i < parts_.header->num_quant_tables; ++i) {
    if (!used[i]) quant_[i] = quant_[i - 1];
  }
}

Status JpegWriter::Execute(uint8_t marker) {
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
      WriteMarker(kDri);
      output_->Word(4);
      output_->Word(parts_.header->restart_interval);
      restart_interval_ = parts_.header->restart_interval;
      return OkStatus();
    case kSos:
      return BeginScan();
    case kCom:
      WriteSegment(parts_.header->comments[next_comment_++]);
      return OkStatus();
    case kInterMarker: {
      const size_t size = parts_.header->inter_marker_sizes[next_inter_marker_++];
      output_->Bytes(parts_.data->inter_marker.subspan(inter_marker_used_, size));
      inter_marker_used_ += size;
      return OkStatus();
    }
    case kEoi:
      WriteMarker(kEoi);
      output_->Bytes(parts_.data->tail);
      return OkStatus();
    default:
      break;
  }
  if ((marker & 0xF0) == kApp0) {
    WriteSegment(parts_.header->apps[next_app_++]);
  } else if (marker >= kRst0 && marker < kRst0 + 8) {
    WriteMarker(marker);
  } else {
    return Corrupt("the JPEG has a marker that cannot be written");
  }
  return OkStatus();
}

void JpegWriter::WriteSegment(const JpegSegment& segment) {
  output_->Byte(0xFF);
  output_->Bytes({segment.data, segment.size()});
}

void JpegWriter::WriteFrameHeader(uint8_t marker) {
  if (marker <= jpeg_marker::kSof2) progressive_ = marker == jpeg_marker::kSof2;
  WriteMarker(marker);
  output_->Word(8 + 3 * parts_.header->num_components);
  output_->Byte(8);
  output_->Word(parts_.coefficients->height);
  output_->Word(parts_.coefficients->width);
  output_->Byte(parts_.header->num_components);
  for (uint32_t i = 0; i < parts_.header->num_components; ++i) {
    const JpegComponent& component = parts_.coefficients->components[i];
    output_->Byte(parts_.header->components[i].id);
    output_->Byte(component.h_factor << 4 | component.v_factor);
    output_->Byte(parts_.header->quant_tables[parts_.header->components[i].quant].index);
  }
}

Status JpegWriter::WriteQuantTables() {
  uint32_t end = next_quant_;
  uint32_t length = 2;
  for (bool is_last = false; !is_last; ++end) {
    if (end == parts_.header->num_quant_tables) return Corrupt("a quantisation table of the JPEG is missing");
    length += parts_.header->quant_tables[end].is_16bit ? 129 : 65;
    is_last = parts_.header->quant_tables[end].is_last;
  }
  WriteMarker(jpeg_marker::kDqt);
  output_->Word(length);
  for (; next_quant_ < end; ++next_quant_) {
    const JpegQuantTable& table = parts_.header->quant_tables[next_quant_];
    output_->Byte((table.is_16bit ? 0x10u : 0u) | table.index);
    for (size_t k = 0; k < 64; ++k) {
      const uint32_t step = quant_[next_quant_][k];
      if (table.is_16bit) output_->Byte(step >> 8);
      output_->Byte(step & 0xFF);
    }
  }
  return OkStatus();
}

Status JpegWriter::WriteHuffmanCodes() {
  const PoolVector<JpegHuffmanCode>& codes = parts_.header->huffman_codes;
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
  WriteMarker(jpeg_marker::kDht);
  output_->Word(length);
  for (; next_huffman_ < end; ++next_huffman_) {
    if (codes[next_huffman_].num_values != 0) WriteHuffmanCode(codes[next_huffman_]);
  }
  return OkStatus();
}

void JpegWriter::WriteHuffmanCode(const JpegHuffmanCode& code) {
  uint32_t longest = 16;
  while (code.counts[longest] == 0) --longest;
  output_->Byte((code.is_ac ? 0x10u : 0u) | code.id);
  for (uint32_t length = 1; length <= 16; ++length)
    output_->Byte((code.counts[length] - (length == longest ? 1u : 0u)) & 0xFF);
  for (uint32_t i = 0; i + 1 < code.num_values; ++i) output_->Byte(code.values[i]);
  MakeHuffmanTable(code, code.is_ac ? &tables_.ac[code.id] : &tables_.dc[code.id]);
}

Status JpegWriter::BeginScan() {
  const JpegScan& scan = parts_.header->scans[next_scan_++];
  WriteMarker(jpeg_marker::kSos);
  output_->Word(6 + 2 * scan.num_components);
  output_->Byte(scan.num_components);
  for (uint32_t i = 0; i < scan.num_components; ++i) {
    const JpegScanComponent& component = scan.components[i];
    output_->Byte(parts_.header->components[component.component].id);
    output_->Byte(uint32_t{component.dc_table} << 4 | component.ac_table);
  }
  output_->Byte(scan.spectral_start);
  output_->Byte(scan.spectral_end);
  output_->Byte(uint32_t{scan.approximation_high} << 4 | scan.approximation_low);
  ScanSettings settings;
  settings.coefficients = parts_.coefficients;
  settings.header = parts_.header;
  settings.scan = &scan;
  settings.tables = &tables_;
  settings.progressive = progressive_;
  settings.restart_interval = restart_interval_;
  settings.cancelled = cancelled_;
  in_scan_ = true;
  return scan_encoder_.Begin(settings, memory_, &*output_);
}

}  // namespace jxlpool
