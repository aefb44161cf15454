#include "lib/modular/loops/generic_loop.h"

#include "lib/base/bits.h"
#include "lib/modular/stream/predictor.h"

namespace jxlpool {

GenericLoop::GenericLoop(const ChannelDecoderParams& params, ModularImage* image, size_t index)
    : params_(params), channel_((*image)[index]), uses_weighted_(params.tree->tree.uses_weighted()) {
  properties_[kPropertyChannel] = static_cast<int32_t>(index);
  properties_[kPropertyStream] = static_cast<int32_t>(params.stream_index);
  for (size_t i = index; i-- > 0 && num_references_ < params.tree->tree.num_references();) {
    if ((*image)[i].shape() == channel_.shape()) references_[num_references_++] = &(*image)[i];
  }
}

Status GenericLoop::DecodeRows(size_t begin, size_t end, EntropyDecoder* decoder, BitReader* reader) {
  if (begin == 0 && uses_weighted_) {
    JXLPOOL_ASSIGN_OR_RETURN(weighted_, WeightedPredictor::Create(params_.memory, params_.weighted, channel_.width()));
  }
  for (size_t y = begin; y < end; ++y) {
    if (channel_.type() == SampleType::kInt16) {
      DecodeRow<int16_t>(y, decoder, reader);
    } else {
      DecodeRow<int32_t>(y, decoder, reader);
    }
    JXLPOOL_RETURN_IF_ERROR(reader->Check());
  }
  return OkStatus();
}

template <typename T>
void GenericLoop::DecodeRow(size_t y, EntropyDecoder* decoder, BitReader* reader) {
  const View2D<T> view = channel_.View<T>();
  T* row = view.Row(y);
  if (uses_weighted_) weighted_.StartRow(y);
  int32_t last_gradient = 0;
  for (size_t x = 0; x < view.width; ++x) {
    const Neighbours s = GetNeighbours(view, x, y);
    ComputeProperties(s, x, y, last_gradient, properties_);
    last_gradient = properties_[kPropertyGradient];
    SetReferenceProperties<T>(x, y);
    int64_t weighted_prediction = 0;
    if (uses_weighted_) {
      weighted_prediction = weighted_.Predict(x, s);
      properties_[kPropertyWeighted] = weighted_.max_error();
    }
    const MaNode& leaf = FindLeaf();
    const int64_t residual = UnpackSigned(decoder->Read(reader, leaf.child));
    const int64_t prediction = Predict(leaf.predictor, s, weighted_prediction);
    row[x] = WrapTo<T>(residual * leaf.multiplier + leaf.value + prediction);
    if (uses_weighted_) weighted_.Update(x, row[x]);
  }
}

template <typename T>
void GenericLoop::SetReferenceProperties(size_t x, size_t y) {
  for (size_t k = 0; k < num_references_; ++k) {
    ComputeReferenceProperties(references_[k]->View<T>(), x, y, properties_ + kFirstReferenceProperty + 4 * k);
  }
}

const MaNode& GenericLoop::FindLeaf() const {
  const MaNode* nodes = params_.tree->tree.nodes();
  const MaNode* node = nodes;
  while (!node->is_leaf()) node = nodes + node->child + (properties_[node->property] > node->value ? 0 : 1);
  return *node;
}

}  // namespace jxlpool
