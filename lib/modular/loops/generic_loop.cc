#include "lib/modular/loops/generic_loop.h"

#include "lib/base/bits.h"
#include "lib/modular/stream/predictor.h"

namespace jxlpool {

GenericLoop::GenericLoop(const ChannelStream& stream, size_t index)
    : stream_(stream),
      channel_((*stream.image)[index]),
      uses_weighted_(stream.tree->tree.uses_weighted()),
      references_(stream, index) {
  properties_[kPropertyChannel] = static_cast<int32_t>(index);
  properties_[kPropertyStream] = static_cast<int32_t>(stream.stream_index);
}

Status GenericLoop::DecodeRows(size_t begin, size_t end) {
  if (begin == 0 && uses_weighted_) {
    JXLPOOL_ASSIGN_OR_RETURN(weighted_,
                             WeightedPredictor::Create(stream_.image->memory(), stream_.weighted, channel_.width()));
  }
  for (size_t y = begin; y < end; ++y) {
    if (channel_.type() == SampleType::kInt16) {
      DecodeRow<int16_t>(y);
    } else {
      DecodeRow<int32_t>(y);
    }
    JXLPOOL_RETURN_IF_ERROR(stream_.reader->Check());
  }
  return OkStatus();
}

template <typename T>
void GenericLoop::DecodeRow(size_t y) {
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
    const int64_t residual = UnpackSigned(stream_.decoder->Read(stream_.reader, leaf.child));
    const int64_t prediction = Predict(leaf.predictor, s, weighted_prediction);
    row[x] = WrapTo<T>(residual * leaf.multiplier + leaf.value + prediction);
    if (uses_weighted_) weighted_.Update(x, row[x]);
  }
}

template <typename T>
void GenericLoop::SetReferenceProperties(size_t x, size_t y) {
  for (size_t k = 0; k < references_.count; ++k) {
    ComputeReferenceProperties(references_.channels[k]->View<T>(), x, y, properties_ + kFirstReferenceProperty + 4 * k);
  }
}

const MaNode& GenericLoop::FindLeaf() const {
  const MaNode* nodes = stream_.tree->tree.nodes();
  const MaNode* node = nodes;
  while (!node->is_leaf()) node = nodes + node->child + (properties_[node->property] > node->value ? 0 : 1);
  return *node;
}

}  // namespace jxlpool
