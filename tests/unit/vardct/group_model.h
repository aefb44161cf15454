// GroupModel: a frame with random varblocks and coefficients, its HfGlobal and PassGroup sections, and the samples that
// must come out, all by the plainest means: the oracle for GroupDecoder.
#ifndef TESTS_UNIT_VARDCT_GROUP_MODEL_H_
#define TESTS_UNIT_VARDCT_GROUP_MODEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/vardct/vardct_frame.h"
#include "tests/unit/vardct/stream_writer.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {

struct ModelOptions {
  TestHeaders headers;
  uint32_t type_mask = (1u << kNumTransformTypes) - 1;
  uint32_t num_histograms = 2;
  // Nonzero coefficients are about this share of all; 0 makes blocks without any.
  double density = 0.1;
  bool small_integers = false;  // see StreamWriter
  bool luma_only = false;
  bool zero_after_first_pass = false;
  uint32_t seed = 1;
};

struct ModelVarblock {
  uint32_t x;  // in blocks of the frame
  uint32_t y;
  TransformType type;
  // Stored order, before shifting; empty if the channel has no such block.
  std::vector<int32_t> coefficients[kMaxPasses][3];
};

class GroupModel {
 public:
  // Completes the headers of `options`, which must stay as they are while the model is used.
  explicit GroupModel(ModelOptions* options);

  VarDctFrame& frame() { return frame_; }
  Memory* memory() { return &memory_.memory; }
  Budget& budget() { return memory_.budget; }
  // The section of a pass and group.
  const BitWriter& Section(uint32_t pass, uint32_t group) const {
    return sections_[pass * frame_.dimensions->num_groups + group];
  }
  std::vector<BitReader> Readers(uint32_t group) const;
  // The samples of a group and channel, with 8 * (columns >> hshift) samples a row; `num_passes` passes only.
  std::vector<double> ExpectedSamples(uint32_t group, size_t c, uint32_t num_passes) const;
  // The sum of the passes of the varblock at (x, y), in stored order.
  std::vector<int64_t> Sum(const ModelVarblock& varblock, size_t c, uint32_t num_passes) const;
  const std::vector<ModelVarblock>& varblocks() const { return varblocks_; }
  bool Exists(const ModelVarblock& varblock, size_t c) const;

 private:
  void MakeMetadata();
  void MakeCoefficients();
  void WriteHfGlobal();
  void WriteGroup(uint32_t pass, uint32_t group);
  bool InGroup(const ModelVarblock& varblock, const BlockRect& rect) const;

  const ModelOptions& options_;
  TestMemory memory_;
  Rng random_;
  VarDctFrame frame_;
  std::vector<int32_t> x_from_y_;
  std::vector<ModelVarblock> varblocks_;
  std::vector<StreamWriter> streams_;  // per pass
  std::vector<BitWriter> sections_;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_VARDCT_GROUP_MODEL_H_
