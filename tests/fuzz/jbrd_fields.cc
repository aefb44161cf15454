#include "tests/fuzz/jbrd_fields.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "lib/bitstream/brotli.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

// Least significant bit first.
class BitWriter {
 public:
  void Put(uint32_t count, uint64_t bits) {
    for (uint32_t i = 0; i < count; ++i) {
      if (num_bits_++ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (bits >> i & 1) << (num_bits_ - 1) % 8);
    }
  }
  // A U32; values that have no code become others.
  void U32(std::initializer_list<std::pair<uint32_t, uint32_t>> offset_and_bits, uint32_t value) {
    uint32_t selector = 0;
    for (const auto& [offset, bits] : offset_and_bits) {
      const bool is_last = selector + 1 == offset_and_bits.size();
      if (is_last || (value >= offset && static_cast<uint64_t>(value) - offset < uint64_t{1} << bits)) {
        Put(2, selector);
        Put(bits, value - offset);
        return;
      }
      ++selector;
    }
  }
  void AlignToByte() { num_bits_ = (num_bits_ + 7) / 8 * 8; }
  void Append(const Bytes& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    num_bits_ = 8 * bytes_.size();
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  size_t num_bits_ = 0;
};

// A Brotli stream of uncompressed meta-blocks.
Bytes WrapInBrotli(const Bytes& data) {
  BitWriter writer;
  writer.Put(1, 0);  // a window of 64 KiB
  for (size_t at = 0; at < data.size();) {
    const size_t size = std::min<size_t>(data.size() - at, 65536);
    writer.Put(1, 0);  // not the last
    writer.Put(2, 0);  // four digits
    writer.Put(16, size - 1);
    writer.Put(1, 1);  // uncompressed
    writer.AlignToByte();
    writer.Append(Bytes(data.begin() + static_cast<ptrdiff_t>(at), data.begin() + static_cast<ptrdiff_t>(at + size)));
    at += size;
  }
  writer.Put(2, 3);  // the last, empty
  return writer.bytes();
}

size_t Count(const Bytes& markers, uint8_t marker) {
  return static_cast<size_t>(std::count(markers.begin(), markers.end(), marker));
}
size_t CountApps(const Bytes& markers) {
  return static_cast<size_t>(
      std::count_if(markers.begin(), markers.end(), [](uint8_t m) { return (m & 0xF0) == 0xE0; }));
}

void FitLists(JbrdFields* fields) {
  fields->apps.resize(CountApps(fields->markers));
  fields->comment_lengths.resize(Count(fields->markers, jpeg_marker::kCom), 2);
  fields->inter_marker_sizes.resize(Count(fields->markers, jpeg_marker::kInterMarker));
  fields->scans.resize(Count(fields->markers, jpeg_marker::kSos));
  if (fields->huffman_codes.empty()) fields->huffman_codes.emplace_back();
  // Sizes that can be coded: 2, 3, 4 ... 89.
  fields->huffman_codes.resize(std::clamp<size_t>(fields->huffman_codes.size(), 2, 89));
  fields->quant_tables.resize(std::clamp<size_t>(fields->quant_tables.size(), 1, 4));
  fields->components.resize(std::clamp<size_t>(fields->components.size(), 1, 4));
}

void WriteHuffman(const JbrdFields::Huffman& code, BitWriter* writer) {
  writer->Put(1, code.is_ac);
  writer->Put(2, code.id);
  writer->Put(1, code.is_last);
  for (size_t i = 0; i < 17; ++i) writer->U32({{0, 0}, {1, 0}, {2, 3}, {0, 8}}, code.counts[i]);
  for (const uint32_t value : code.values) writer->U32({{0, 2}, {4, 2}, {8, 4}, {1, 8}}, value);
}

void WriteScan(const JbrdFields::Scan& scan, BitWriter* writer) {
  writer->Put(2, std::clamp<size_t>(scan.parts.size(), 1, 4) - 1);
  writer->Put(6, scan.start);
  writer->Put(6, scan.end);
  writer->Put(4, scan.low);
  writer->Put(4, scan.high);
  for (size_t i = 0; i < std::clamp<size_t>(scan.parts.size(), 1, 4); ++i) {
    const auto part = i < scan.parts.size() ? scan.parts[i] : JbrdFields::Scan::Part();
    writer->Put(2, part.component);
    writer->Put(2, part.ac_table);
    writer->Put(2, part.dc_table);
  }
  writer->U32({{0, 0}, {1, 0}, {2, 0}, {3, 3}}, scan.last_needed_pass);
}

void WriteBlockLists(const JbrdFields::Scan& scan, BitWriter* writer) {
  const auto list_size = [&](size_t size) {
    writer->U32({{0, 0}, {1, 2}, {4, 4}, {20, 16}}, static_cast<uint32_t>(size));
  };
  const auto step = [&](uint32_t value) { writer->U32({{0, 0}, {1, 3}, {9, 5}, {41, 28}}, value); };
  uint32_t next = 0;
  list_size(scan.resets.size());
  for (const uint32_t block : scan.resets) {
    step(block - next);
    next = block + 1;
  }
  next = 0;
  list_size(scan.zero_runs.size());
  for (const auto& [block, count] : scan.zero_runs) {
    writer->U32({{1, 0}, {2, 2}, {5, 4}, {20, 8}}, count);
    step(block - next);
    next = block + 1;
  }
}

}  // namespace

bool FindJbrd(const Bytes& file, size_t* begin, size_t* end) {
  static constexpr char kType[] = "jbrd";
  for (size_t at = 0; at + 8 <= file.size();) {
    const size_t size = static_cast<size_t>(file[at]) << 24 | static_cast<size_t>(file[at + 1]) << 16 |
                        static_cast<size_t>(file[at + 2]) << 8 | file[at + 3];
    if (size < 8 || size > file.size() - at) return false;
    if (std::memcmp(&file[at + 4], kType, 4) == 0) {
      *begin = at + 8;
      *end = at + size;
      return true;
    }
    at += size;
  }
  return false;
}

Bytes ReplaceJbrd(const Bytes& file, size_t begin, size_t end, const Bytes& contents) {
  Bytes result(file.begin(), file.begin() + static_cast<ptrdiff_t>(begin));
  const size_t size = contents.size() + 8;
  for (size_t i = 0; i < 4; ++i) result[begin - 8 + i] = static_cast<uint8_t>(size >> (24 - 8 * i));
  result.insert(result.end(), contents.begin(), contents.end());
  result.insert(result.end(), file.begin() + static_cast<ptrdiff_t>(end), file.end());
  return result;
}

bool ParseJbrd(const Bytes& contents, JbrdFields* fields) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  ReconstructionHeader header;
  if (!ReadReconstructionHeader(contents, &memory, &header).ok()) return false;
  *fields = JbrdFields();
  fields->markers.assign(header.markers.begin(), header.markers.end());
  for (const JpegSegment& app : header.apps) fields->apps.push_back({static_cast<uint32_t>(app.type), app.length});
  for (const JpegSegment& comment : header.comments) fields->comment_lengths.push_back(comment.length);
  fields->inter_marker_sizes.assign(header.inter_marker_sizes.begin(), header.inter_marker_sizes.end());
  for (uint32_t i = 0; i < header.num_quant_tables; ++i) {
    const JpegQuantTable& table = header.quant_tables[i];
    fields->quant_tables.push_back({table.is_16bit ? 1u : 0u, table.index, table.is_last});
  }
  for (uint32_t i = 0; i < header.num_components; ++i) {
    fields->components.emplace_back(header.components[i].id, header.components[i].quant);
  }
  for (const JpegHuffmanCode& code : header.huffman_codes) {
    JbrdFields::Huffman copy;
    copy.is_ac = code.is_ac;
    copy.id = code.id;
    copy.is_last = code.is_last;
    copy.counts.assign(code.counts, code.counts + 17);
    copy.values.assign(code.values, code.values + code.num_values);
    fields->huffman_codes.push_back(std::move(copy));
  }
  for (const JpegScan& scan : header.scans) {
    JbrdFields::Scan copy;
    copy.parts.clear();
    for (uint32_t i = 0; i < scan.num_components; ++i) {
      const JpegScanComponent& part = scan.components[i];
      copy.parts.push_back({part.component, part.ac_table, part.dc_table});
    }
    copy.start = scan.spectral_start;
    copy.end = scan.spectral_end;
    copy.low = scan.approximation_low;
    copy.high = scan.approximation_high;
    for (size_t i = scan.reset_points.begin; i < scan.reset_points.end; ++i) {
      copy.resets.push_back(header.reset_points[i]);
    }
    for (size_t i = scan.zero_runs.begin; i < scan.zero_runs.end; ++i) {
      copy.zero_runs.emplace_back(header.zero_runs[i].block, header.zero_runs[i].count);
    }
    fields->scans.push_back(std::move(copy));
  }
  fields->restart_interval = header.restart_interval;
  fields->tail_size = header.tail_size;
  fields->has_padding = header.num_padding_bits != 0;
  BitReader padding = header.padding;
  for (uint32_t i = 0; i < header.num_padding_bits; ++i) fields->padding.push_back(padding.Read(1) != 0);
  PoolVector<uint8_t> data(&memory, Category::kInput);
  const std::span<const uint8_t> compressed = std::span<const uint8_t>(contents).subspan(header.header_bytes);
  if (!DecompressBrotli(compressed, &memory, uint64_t{1} << 26, &data).ok()) return false;
  fields->data.assign(data.begin(), data.end());
  return true;
}

Bytes WriteJbrd(JbrdFields fields) {
  FitLists(&fields);
  BitWriter writer;
  writer.Put(1, 0);
  for (const uint8_t marker : fields.markers) writer.Put(6, marker - 0xC0u);
  for (const JbrdFields::App& app : fields.apps) {
    writer.U32({{0, 0}, {1, 0}, {2, 1}, {4, 2}}, app.type);
    writer.Put(16, app.length);
  }
  for (const uint32_t length : fields.comment_lengths) writer.Put(16, length);
  writer.Put(2, fields.quant_tables.size() - 1);
  for (const JbrdFields::Quant& table : fields.quant_tables) {
    writer.Put(1, table.precision);
    writer.Put(2, table.index);
    writer.Put(1, table.is_last);
  }
  writer.Put(2, fields.component_type);
  if (fields.component_type == 3) {
    writer.Put(2, fields.components.size() - 1);
    for (const auto& component : fields.components) writer.Put(8, component.first);
  }
  for (const auto& component : fields.components) writer.Put(2, component.second);
  writer.U32({{4, 0}, {2, 3}, {10, 4}, {26, 6}}, static_cast<uint32_t>(fields.huffman_codes.size()));
  for (const JbrdFields::Huffman& code : fields.huffman_codes) WriteHuffman(code, &writer);
  for (const JbrdFields::Scan& scan : fields.scans) WriteScan(scan, &writer);
  if (Count(fields.markers, jpeg_marker::kDri) != 0) writer.Put(16, fields.restart_interval);
  for (const JbrdFields::Scan& scan : fields.scans) WriteBlockLists(scan, &writer);
  for (const uint32_t size : fields.inter_marker_sizes) writer.Put(16, size);
  writer.U32({{0, 0}, {1, 8}, {257, 16}, {65793, 22}}, fields.tail_size);
  writer.Put(1, fields.has_padding);
  if (fields.has_padding) {
    writer.Put(24, fields.padding.size());
    for (const bool bit : fields.padding) writer.Put(1, bit);
  }
  writer.AlignToByte();
  writer.Append(WrapInBrotli(fields.data));
  return writer.bytes();
}

void FitData(JbrdFields* fields) {
  FitLists(fields);
  size_t at = 0;
  const auto add_segment = [&](uint32_t length) {
    fields->data.resize(std::max(fields->data.size(), at + length + 1));
    fields->data[at + 1] = static_cast<uint8_t>(length >> 8);
    fields->data[at + 2] = static_cast<uint8_t>(length);
    at += length + 1;
  };
  for (const JbrdFields::App& app : fields->apps) {
    if (app.type == 0 && app.length >= 2) add_segment(app.length);
  }
  for (const uint32_t length : fields->comment_lengths) {
    if (length >= 2) add_segment(length);
  }
  for (const uint32_t size : fields->inter_marker_sizes) at += size;
  fields->data.resize(at + fields->tail_size);
}

}  // namespace jxlpool::fuzz
