#include "lib/headers/restoration_filter.h"

#include <cmath>

namespace jxlpool {
namespace {

void ReadGaborish(FieldReader* reader, RestorationFilter* filter) {
  filter->gab_custom = reader->Bool();
  if (!filter->gab_custom) return;
  for (int c = 0; c < 3; ++c) {
    filter->gab_weight1[c] = reader->F16();
    filter->gab_weight2[c] = reader->F16();
    const float sum = 1.0f + 4.0f * (filter->gab_weight1[c] + filter->gab_weight2[c]);
    reader->Expect(std::abs(sum) >= 1e-8f, "gaborish weights sum to zero");
  }
}

void ReadEpf(FieldReader* reader, bool is_modular, RestorationFilter* filter) {
  if (!is_modular) {
    filter->epf_sharp_custom = reader->Bool();
    if (filter->epf_sharp_custom) {
      for (float& value : filter->epf_sharp_lut) value = reader->F16();
    }
  }
  filter->epf_weight_custom = reader->Bool();
  if (filter->epf_weight_custom) {
    for (float& value : filter->epf_channel_scale) value = reader->F16();
    for (int i = 0; i < 2; ++i) reader->F16();  // epf_pass1_zeroflush and epf_pass2_zeroflush have no effect
  }
  filter->epf_sigma_custom = reader->Bool();
  if (filter->epf_sigma_custom) {
    if (!is_modular) filter->epf_quant_mul = reader->F16();
    filter->epf_pass0_sigma_scale = reader->F16();
    filter->epf_pass2_sigma_scale = reader->F16();
    filter->epf_border_sad_mul = reader->F16();
  }
  if (is_modular) {
    filter->epf_sigma_for_modular = reader->F16();
    reader->Expect(filter->epf_sigma_for_modular >= 1e-8f, "edge-preserving filter with a sigma of zero");
  }
}

}  // namespace

void ReadRestorationFilter(FieldReader* reader, bool is_modular, RestorationFilter* filter) {
  *filter = RestorationFilter();
  filter->all_default = reader->Bool();
  if (filter->all_default) return;
  filter->gab = reader->Bool();
  if (filter->gab) ReadGaborish(reader, filter);
  filter->epf_iters = reader->U(2);
  if (filter->epf_iters > 0) ReadEpf(reader, is_modular, filter);
  reader->Extensions();
}

}  // namespace jxlpool
