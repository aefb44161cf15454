// Statistics of the C interface.
#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/pool/category.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

static_assert(kNumCategories <= JXLPOOL_MAX_CATEGORIES);

JxlpoolMemoryUse ToPublicUse(const Budget::Usage& usage) { return {usage.live, usage.peak}; }

uint64_t CopiedOfOpenImage(const JxlpoolDecoder& decoder) {
  return decoder.is_open() ? decoder.image.copied_input_bytes() + decoder.input.copied_bytes() : 0;
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_statistics(const JxlpoolDecoder* decoder, JxlpoolDecoderStatistics* statistics) {
  if (decoder == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  JxlpoolDecoderStatistics result = {};
  result.memory_limit = decoder->budget.limit() == Budget::kUnlimited ? 0 : decoder->budget.limit();
  result.total = ToPublicUse(decoder->budget.total());
  result.num_categories = kNumCategories;
  for (uint32_t i = 0; i < kNumCategories; ++i) {
    result.categories[i] = ToPublicUse(decoder->budget.category(static_cast<Category>(i)));
  }
  result.copied_input_bytes = decoder->copied_input_bytes + CopiedOfOpenImage(*decoder);
  return WriteStruct(result, statistics);
}

void jxlpool_decoder_reset_statistics(JxlpoolDecoder* decoder) {
  if (decoder == nullptr) return;
  decoder->budget.ResetPeaks();
  decoder->copied_input_bytes = 0;
}

const char* jxlpool_category_name(uint32_t index) {
  return index < kNumCategories ? CategoryName(static_cast<Category>(index)) : "";
}
