#include "lib/modular/generic_loop.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/modular/predictor.h"
#include "lib/modular/properties.h"

namespace jxlpool {
namespace {

template <typename T>
class GenericLoop {
 public:
  GenericLoop(const ChannelDecoderParams& params, ModularImage* image, size_t index)
      : params_(params), view_((*image)[index].View<T>()), weighted_used_(params.tree->tree.uses_weighted()) {
    properties_[kPropertyChannel] = static_cast<int32_t>(index);
    properties_[kPropertyStream] = static_cast<int32_t>(params.stream_index);
    const ChannelShape& shape = (*image)[index].shape();
    for (size_t i = index; i-- > 0 && num_references_ < params.tree->tree.num_references();) {
      if ((*image)[i].shape() == shape) references_[num_references_++] = (*image)[i].View<T>();
    }
  }

  Status Decode(EntropyDecoder* decoder, BitReader* reader) {
    if (weighted_used_) {
      JXLPOOL_ASSIGN_OR_RETURN(weighted_, WeightedPredictor::Create(params_.memory, params_.weighted, view_.width));
    }
    for (size_t y = 0; y < view_.height; ++y) {
      DecodeRow(y, decoder, reader);
      JXLPOOL_RETURN_IF_ERROR(reader->Check());
    }
    return OkStatus();
  }

 private:
  void DecodeRow(size_t y, EntropyDecoder* decoder, BitReader* reader) {
    T* row = view_.Row(y);
    if (weighted_used_) weighted_.StartRow(y);
    int32_t last_gradient = 0;
    for (size_t x = 0; x < view_.width; ++x) {
      const Neighbours s = GetNeighbours(view_, x, y);
      ComputeProperties(s, x, y, last_gradient, properties_);
      last_gradient = properties_[kPropertyGradient];
      for (size_t k = 0; k < num_references_; ++k) {
        ComputeReferenceProperties(references_[k], x, y, properties_ + kFirstReferenceProperty + 4 * k);
      }
      int64_t weighted_prediction = 0;
      if (weighted_used_) {
        weighted_prediction = weighted_.Predict(x, s);
        properties_[kPropertyWeighted] = weighted_.max_error();
      }
      const MaNode& leaf = FindLeaf();
      const int64_t residual = UnpackSigned(decoder->Read(reader, leaf.child));
      const int64_t prediction = Predict(leaf.predictor, s, weighted_prediction);
      row[x] = WrapTo<T>(residual * leaf.multiplier + leaf.value + prediction);
      if (weighted_used_) weighted_.Update(x, row[x]);
    }
  }

  const MaNode& FindLeaf() const {
    const MaNode* nodes = params_.tree->tree.nodes();
    const MaNode* node = nodes;
    while (!node->is_leaf()) node = nodes + node->child + (properties_[node->property] > node->value ? 0 : 1);
    return *node;
  }

  const ChannelDecoderParams& params_;
  View2D<T> view_;
  bool weighted_used_;
  WeightedPredictor weighted_;
  int32_t properties_[kNumProperties] = {};
  View2D<T> references_[kMaxReferences];
  size_t num_references_ = 0;
};

}  // namespace

Status DecodeChannelGeneric(const ChannelDecoderParams& params, ModularImage* image, size_t index,
                            EntropyDecoder* decoder, BitReader* reader) {
  if (image->type() == SampleType::kInt16) return GenericLoop<int16_t>(params, image, index).Decode(decoder, reader);
  return GenericLoop<int32_t>(params, image, index).Decode(decoder, reader);
}

}  // namespace jxlpool
