#include "lib/features/blending.h"

#include <algorithm>
#include <cstring>

#include "lib/features/blending_kernels.h"

namespace jxlpool {
namespace {

// The rows of one chunk: channel c of the layers starts at offset `begin` of their rows.
struct Chunk {
  const BlendRules* rules;
  const float* const* background;
  const float* const* foreground;
  size_t begin;
  size_t size;

  const float* Background(size_t channel) const { return background[channel] + begin; }
  const float* Foreground(size_t channel) const { return foreground[channel] + begin; }
};

bool IsBelow(BlendOperation operation) {
  return operation == BlendOperation::kBlendBelow || operation == BlendOperation::kMulAddBelow;
}

BlendKernelArguments Arguments(const Chunk& chunk, const ChannelBlending& blending, size_t channel, float* out) {
  const size_t alpha = 3 + size_t{blending.alpha};
  BlendKernelArguments a;
  a.out = out;
  a.size = chunk.size;
  a.clamp = blending.clamp;
  a.bottom = chunk.Background(channel);
  a.top = chunk.Foreground(channel);
  if (UsesAlpha(blending.operation)) {
    a.bottom_alpha = chunk.Background(alpha);
    a.top_alpha = chunk.Foreground(alpha);
  }
  if (IsBelow(blending.operation)) {
    std::swap(a.bottom, a.top);
    std::swap(a.bottom_alpha, a.top_alpha);
  }
  return a;
}

void Copy(const float* from, float* to, size_t size) {
  if (from != to) std::memmove(to, from, size * sizeof(float));
}

// One channel whose rules do not depend on alpha.
void BlendSimple(const Chunk& chunk, const ChannelBlending& blending, size_t channel, float* out) {
  switch (blending.operation) {
    case BlendOperation::kReplace:
      return Copy(chunk.Foreground(channel), out, chunk.size);
    case BlendOperation::kAdd:
      return BlendAddRow(chunk.Background(channel), chunk.Foreground(channel), out, chunk.size);
    case BlendOperation::kMul:
      return BlendMulRow(Arguments(chunk, blending, channel, out));
    default:
      return Copy(chunk.Background(channel), out, chunk.size);
  }
}

void BlendExtra(const Chunk& chunk, size_t extra, float* out) {
  const ChannelBlending& blending = chunk.rules->channels[1 + extra];
  const size_t channel = 3 + extra;
  if (!UsesAlpha(blending.operation)) return BlendSimple(chunk, blending, channel, out);
  const BlendKernelArguments a = Arguments(chunk, blending, channel, out);
  const bool is_own_alpha = blending.alpha == extra;
  if (blending.operation == BlendOperation::kBlendAbove || blending.operation == BlendOperation::kBlendBelow) {
    if (is_own_alpha) return BlendMixRow(a);
    return BlendOverRow(a, chunk.rules->extra[blending.alpha].premultiplied);
  }
  // The lower layer keeps its own alpha.
  if (is_own_alpha) return Copy(a.bottom, out, chunk.size);
  BlendMulAddRow(a);
}

void BlendColor(const Chunk& chunk, bool has_alpha, size_t channel, float* out) {
  ChannelBlending blending = chunk.rules->channels[0];
  const bool is_over =
      blending.operation == BlendOperation::kBlendAbove || blending.operation == BlendOperation::kBlendBelow;
  if (UsesAlpha(blending.operation) && !has_alpha) {
    blending.operation = is_over ? BlendOperation::kReplace : BlendOperation::kAdd;
  }
  if (!UsesAlpha(blending.operation)) return BlendSimple(chunk, blending, channel, out);
  const BlendKernelArguments a = Arguments(chunk, blending, channel, out);
  if (is_over) return BlendOverRow(a, chunk.rules->extra[blending.alpha].premultiplied);
  BlendMulAddRow(a);
}

}  // namespace

void BlendRow(const BlendRules& rules, size_t size, const float* const* background, const float* const* foreground,
              float* const* out, float* scratch) {
  const size_t num_channels = 3 + size_t{rules.num_extra};
  const auto uses_alpha = [](const ChannelBlending& blending) { return UsesAlpha(blending.operation); };
  if (std::none_of(rules.channels, rules.channels + 1 + rules.num_extra, uses_alpha)) {
    const Chunk row = {&rules, background, foreground, 0, size};
    for (size_t c = 0; c < num_channels; ++c) BlendSimple(row, rules.channels[c < 3 ? 0 : c - 2], c, out[c]);
    return;
  }
  const ChannelBlending& color = rules.channels[0];
  const bool has_alpha = std::any_of(rules.extra, rules.extra + rules.num_extra,
                                     [](const BlendExtraChannel& extra) { return extra.is_alpha; });
  const bool color_rewrites_alpha =
      has_alpha && (color.operation == BlendOperation::kBlendAbove || color.operation == BlendOperation::kBlendBelow);
  // Every result of a chunk is made before any is stored: a channel that is changed may be the alpha of another.
  for (size_t begin = 0; begin < size; begin += kBlendChunk) {
    const Chunk chunk = {&rules, background, foreground, begin, std::min(kBlendChunk, size - begin)};
    for (size_t c = 0; c < 3; ++c) BlendColor(chunk, has_alpha, c, scratch + c * kBlendChunk);
    for (size_t e = 0; e < rules.num_extra; ++e) BlendExtra(chunk, e, scratch + (3 + e) * kBlendChunk);
    if (color_rewrites_alpha) {
      const size_t alpha = 3 + size_t{color.alpha};
      BlendMixRow(Arguments(chunk, color, alpha, scratch + alpha * kBlendChunk));
    }
    for (size_t c = 0; c < num_channels; ++c) Copy(scratch + c * kBlendChunk, out[c] + begin, chunk.size);
  }
}

}  // namespace jxlpool
