#include "lib/entropy/cluster_map.h"

#include <algorithm>
#include <cstring>

#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/symbol_reader.h"

namespace jxlpool {
namespace {

// Entries between looks at the end of the data.
constexpr size_t kStretch = 4096;

Status ReadCodedEntries(BitReader* reader, Memory* memory, size_t num_entries, uint8_t* map) {
  const Lz77Rule rule = num_entries > 2 ? Lz77Rule::kAllowed : Lz77Rule::kForbidden;
  JXLPOOL_ASSIGN_OR_RETURN(const EntropyCode code, EntropyCode::Read(reader, memory, 1, rule));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory, 0, num_entries));
  JXLPOOL_RETURN_IF_ERROR(VisitCoder(decoder.kind(), [&](auto coder) {
    SymbolReader<decltype(coder)> symbols(&decoder, *reader);
    for (size_t begin = 0; begin < num_entries; begin += kStretch) {
      const size_t end = std::min(num_entries, begin + kStretch);
      uint32_t seen = 0;
      for (size_t i = begin; i < end; ++i) {
        const uint32_t value = symbols.ReadCluster(0);
        map[i] = static_cast<uint8_t>(value);
        seen |= value;
      }
      if (seen > 255 || symbols.overrun()) {
        symbols.Store(reader);
        return Corrupt("cluster map with a cluster above 255", reader->Position());
      }
    }
    symbols.Store(reader);
    return OkStatus();
  }));
  return decoder.Finish(reader);
}

void InvertMoveToFront(size_t num_entries, uint8_t* map) {
  uint8_t recent[256];
  for (size_t i = 0; i < 256; ++i) recent[i] = static_cast<uint8_t>(i);
  for (size_t i = 0; i < num_entries; ++i) {
    const uint8_t rank = map[i];
    const uint8_t value = recent[rank];
    if (rank != 0) {
      std::memmove(recent + 1, recent, rank);
      recent[0] = value;
    }
    map[i] = value;
  }
}

Status ReadEntries(BitReader* reader, Memory* memory, size_t num_entries, uint8_t* map) {
  if (reader->ReadBool()) {
    const uint32_t bits = reader->Read(2);
    if (bits == 0) {
      std::memset(map, 0, num_entries);
      return OkStatus();
    }
    for (size_t i = 0; i < num_entries; ++i) {
      map[i] = static_cast<uint8_t>(reader->Read(bits));
      if (i % kStretch == 0) JXLPOOL_RETURN_IF_ERROR(reader->Check());
    }
    return OkStatus();
  }
  const bool move_to_front = reader->ReadBool();
  JXLPOOL_RETURN_IF_ERROR(ReadCodedEntries(reader, memory, num_entries, map));
  if (move_to_front) InvertMoveToFront(num_entries, map);
  return OkStatus();
}

}  // namespace

Status ReadClusterMap(BitReader* reader, Memory* memory, size_t num_entries, uint8_t* map, size_t* num_clusters) {
  const Status status = ReadEntries(reader, memory, num_entries, map);
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(status);
  bool occurs[256] = {};
  for (size_t i = 0; i < num_entries; ++i) occurs[map[i]] = true;
  const size_t count = static_cast<size_t>(std::find(occurs, occurs + 256, false) - occurs);
  if (std::find(occurs + count, occurs + 256, true) != occurs + 256) {
    return Corrupt("cluster map leaves out a cluster", reader->Position());
  }
  *num_clusters = count;
  return OkStatus();
}

}  // namespace jxlpool
