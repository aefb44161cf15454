// All stages of the render pipeline: where they are, and in which order they run. A frame has those that its headers
// ask for. Patches change all channels at once: behind them all channels must be upsampled alike, and no other stage
// may have a border. This is the header that the file of a stage includes.
#ifndef LIB_RENDER_STAGE_TABLE_H_
#define LIB_RENDER_STAGE_TABLE_H_

#include "lib/render/row_stage.h"
#include "lib/render/stage_list.h"

namespace jxlpool {

extern const StageType kLoadStage;              // load_stage.cc
extern const StageType kChromaHorizontalStage;  // chroma_upsampling_stage.cc
extern const StageType kChromaVerticalStage;    // chroma_upsampling_stage.cc
extern const StageType kGaborishStage;          // gaborish_stage.cc
extern const StageType kEpfStages[3];           // epf_stage.cc
extern const StageType kExtraUpsamplingStage;   // upsampling_stage.cc
extern const StageType kPatchesStage;           // patches_stage.cc
extern const StageType kSplinesStage;           // splines_stage.cc
extern const StageType kUpsamplingStage;        // upsampling_stage.cc
extern const StageType kNoiseStage;             // noise_stage.cc

inline constexpr const StageType* kStageTable[] = {
    &kLoadStage,    &kChromaHorizontalStage, &kChromaVerticalStage, &kGaborishStage, &kEpfStages[0],    &kEpfStages[1],
    &kEpfStages[2], &kExtraUpsamplingStage,  &kPatchesStage,        &kSplinesStage,  &kUpsamplingStage, &kNoiseStage,
};

}  // namespace jxlpool

#endif  // LIB_RENDER_STAGE_TABLE_H_
