// RestorationFilter: parameters of gaborish and the edge-preserving filter (ISO/IEC 18181-1 "RestorationFilter").
#ifndef LIB_HEADERS_RESTORATION_FILTER_H_
#define LIB_HEADERS_RESTORATION_FILTER_H_

#include <cstdint>

#include "lib/bitstream/fields.h"

namespace jxlpool {

// The field defaults are those of all_default: both filters are on.
struct RestorationFilter {
  bool all_default = true;
  bool gab = true;
  bool gab_custom = false;
  // The weights of the four edge neighbours (1) and of the four corner neighbours (2) per channel X, Y, B. The centre
  // weighs 1. All are divided by 1 + 4 * (weight1 + weight2), which is not 0.
  float gab_weight1[3] = {0.115169525f, 0.115169525f, 0.115169525f};
  float gab_weight2[3] = {0.061248592f, 0.061248592f, 0.061248592f};
  uint32_t epf_iters = 2;  // 0..3; 0: off
  bool epf_sharp_custom = false;
  float epf_sharp_lut[8] = {0.0f, 1.0f / 7, 2.0f / 7, 3.0f / 7, 4.0f / 7, 5.0f / 7, 6.0f / 7, 1.0f};
  bool epf_weight_custom = false;
  float epf_channel_scale[3] = {40.0f, 5.0f, 3.5f};
  bool epf_sigma_custom = false;
  float epf_quant_mul = 0.46f;
  float epf_pass0_sigma_scale = 0.9f;
  float epf_pass2_sigma_scale = 6.5f;
  float epf_border_sad_mul = 2.0f / 3;
  float epf_sigma_for_modular = 1.0f;
};

// Reads the bundle of a VarDCT or Modular frame into `filter` and validates it; errors end up in `reader`.
void ReadRestorationFilter(FieldReader* reader, bool is_modular, RestorationFilter* filter);

}  // namespace jxlpool

#endif  // LIB_HEADERS_RESTORATION_FILTER_H_
