#include "lib/headers/toc.h"

#include "lib/bitstream/fields.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/permutation.h"

namespace jxlpool {
namespace {

constexpr U32Coding kSizeCoding = {{Bits(10), BitsPlus(1024, 14), BitsPlus(17408, 22), BitsPlus(4211712, 30)}};
constexpr uint64_t kMinBitsPerEntry = 12;

Status ReadTocPermutation(BitReader* reader, Memory* memory, size_t size, PoolVector<uint32_t>* permutation) {
  JXLPOOL_RETURN_IF_ERROR(permutation->ResizeUninitialized(size));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, kNumPermutationContexts));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory, 0, size + 1));
  JXLPOOL_RETURN_IF_ERROR(ReadPermutation(&decoder, reader, memory, size, 0, permutation->data()));
  return decoder.Finish(reader);
}

// Reads sizes and offsets in file order.
Status ReadPhysicalEntries(BitReader* reader, uint64_t count, Toc* toc) {
  JXLPOOL_RETURN_IF_ERROR(reader->ZeroPadToByte());
  if (reader->BitsConsumed() + kMinBitsPerEntry * count > reader->BitsTotal()) {
    return NeedMoreInput("the data ends in a table of contents", reader->Position());
  }
  JXLPOOL_RETURN_IF_ERROR(toc->entries.ResizeUninitialized(count));
  FieldReader fields(reader);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t size = fields.U32(kSizeCoding);
    toc->entries[i] = TocEntry{toc->total_size, size};
    toc->total_size += size;
  }
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  return reader->ZeroPadToByte();
}

Status Permute(const PoolVector<uint32_t>& permutation, Memory* memory, PoolVector<TocEntry>* entries) {
  PoolVector<TocEntry> logical(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(logical.ResizeUninitialized(entries->size()));
  for (size_t i = 0; i < logical.size(); ++i) logical[i] = (*entries)[permutation[i]];
  *entries = std::move(logical);
  return OkStatus();
}

}  // namespace

uint64_t NumSections(const FrameDimensions& dimensions, const Passes& passes) {
  if (dimensions.num_groups == 1 && passes.num_passes == 1) return 1;
  return 2 + dimensions.num_lf_groups + dimensions.num_groups * passes.num_passes;
}

Status ReadToc(BitReader* reader, Memory* memory, const FrameDimensions& dimensions, const Passes& passes, Toc* toc) {
  *toc = Toc();
  toc->entries = PoolVector<TocEntry>(memory, Category::kOther);
  toc->num_groups = dimensions.num_groups;
  toc->num_lf_groups = dimensions.num_lf_groups;
  const uint64_t count = NumSections(dimensions, passes);
  if (count > kMaxTocEntries) return Corrupt("a frame has more than 65536 sections", reader->Position());
  toc->permuted = reader->ReadBool();
  PoolVector<uint32_t> permutation(memory, Category::kOther);
  if (toc->permuted) JXLPOOL_RETURN_IF_ERROR(ReadTocPermutation(reader, memory, count, &permutation));
  JXLPOOL_RETURN_IF_ERROR(ReadPhysicalEntries(reader, count, toc));
  if (toc->permuted) JXLPOOL_RETURN_IF_ERROR(Permute(permutation, memory, &toc->entries));
  return OkStatus();
}

}  // namespace jxlpool
