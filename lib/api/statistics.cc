// Statistics of the C interface.
#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/pool/category.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

JxlpoolMemoryUse ToPublicUse(const Budget::Usage& usage) { return {usage.live, usage.peak}; }

JxlpoolMemorySample ToPublicSample(const MemorySample& sample) {
  JxlpoolMemorySample result = {};
  result.time_ns = sample.time_ns;
  result.total_bytes = sample.total;
  for (size_t i = 0; i < kNumCategories; ++i) result.category_bytes[i] = sample.by_category[i];
  return result;
}

uint64_t CopiedOfOpenImage(const JxlpoolDecoder& decoder) {
  return decoder.is_open() ? decoder.image.copied_input_bytes() : 0;
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
  const Budget::Matrices matrices = decoder->budget.matrices();
  result.matrices_created = matrices.created;
  result.matrices_released = matrices.released;
  result.matrices_active = matrices.active;
  result.matrices_peak = matrices.peak;
  return WriteStruct(result, statistics);
}

void jxlpool_decoder_reset_statistics(JxlpoolDecoder* decoder) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return;
  decoder->budget.ResetPeaks();
  decoder->copied_input_bytes = 0 - CopiedOfOpenImage(*decoder);  // what the open image adds is not new
}

const char* jxlpool_category_name(uint32_t index) {
  return index < kNumCategories ? CategoryName(static_cast<Category>(index)) : "";
}

const char* jxlpool_element_type_name(uint32_t index) {
  return index < kNumElementTypes ? ElementTypeName(static_cast<ElementType>(index)) : "";
}

JxlpoolStatus jxlpool_decoder_start_profile(JxlpoolDecoder* decoder, uint32_t max_samples) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return call.status();
  decoder->budget.set_observer(nullptr);
  decoder->profile.Stop();
  if (max_samples == 0) return JXLPOOL_OK;
  if (const Status status = decoder->profile.Start(max_samples); !status.ok()) return decoder->Report(status);
  decoder->budget.set_observer(&decoder->profile);
  return JXLPOOL_OK;
}

JxlpoolStatus jxlpool_decoder_get_profile_sample(const JxlpoolDecoder* decoder, uint32_t index,
                                                 JxlpoolMemorySample* sample) {
  const Call call(decoder);
  if (!call.ok()) return call.status();
  if (index >= decoder->profile.num_samples()) return JXLPOOL_END;
  return WriteStruct(ToPublicSample(decoder->profile.samples()[index]), sample);
}

JxlpoolStatus jxlpool_decoder_get_profile_peak(const JxlpoolDecoder* decoder, JxlpoolMemorySample* sample) {
  const Call call(decoder);
  if (!call.ok()) return call.status();
  if (decoder->profile.num_samples() == 0) return JXLPOOL_END;
  return WriteStruct(ToPublicSample(decoder->profile.peak()), sample);
}

JxlpoolStatus jxlpool_decoder_get_profile_stage(const JxlpoolDecoder* decoder, uint32_t index,
                                                JxlpoolMemoryStage* stage) {
  const Call call(decoder);
  if (!call.ok()) return call.status();
  if (index >= decoder->profile.num_stages()) return JXLPOOL_END;
  const MemoryStage& from = decoder->profile.stages()[index];
  return WriteStruct(JxlpoolMemoryStage{sizeof(JxlpoolMemoryStage), from.name, from.frame, from.begin_ns, from.end_ns},
                     stage);
}
