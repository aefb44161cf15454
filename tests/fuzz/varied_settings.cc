#include "tests/fuzz/decode_once.h"

namespace jxlpool::fuzz {
namespace {

// Hands out the bits of a number, the lowest first.
class Bits {
 public:
  explicit Bits(uint64_t bits) : bits_(bits) {}

  uint32_t Take(int count) {
    const auto value = static_cast<uint32_t>(bits_ & ((1u << count) - 1));
    bits_ >>= count;
    return value;
  }

 private:
  uint64_t bits_;
};

void ChooseFormat(Bits* bits, DecodeSettings* settings) {
  static constexpr JxlpoolChannels kChannels[] = {
      JXLPOOL_CHANNELS_ALL,         JXLPOOL_CHANNELS_RGBA, JXLPOOL_CHANNELS_COLOR_ALPHA, JXLPOOL_CHANNELS_RGB,
      JXLPOOL_CHANNELS_COLOR_ALPHA, JXLPOOL_CHANNELS_ALL,  JXLPOOL_CHANNELS_COLOR,       JXLPOOL_CHANNELS_EXTRA};
  static constexpr JxlpoolSampleType kTypes[] = {JXLPOOL_FLOAT32, JXLPOOL_UINT8, JXLPOOL_UINT16, JXLPOOL_FLOAT16};
  static constexpr Delivery kDeliveries[] = {Delivery::kRows, Delivery::kPixels, Delivery::kPaddedPixels,
                                             Delivery::kBoth};
  settings->channels = kChannels[bits->Take(3)];
  settings->sample_type = kTypes[bits->Take(2)];
  settings->delivery = kDeliveries[bits->Take(2)];
}

void ChoosePixels(Bits* bits, DecodeSettings* settings) {
  const uint32_t downsampling = bits->Take(4);
  if (downsampling > 12) settings->downsampling = 1u << (downsampling - 12);
  settings->layers = bits->Take(2) == 3;
  const uint32_t special = bits->Take(3);
  settings->keep_orientation = special == 4;
  settings->keep_spot_colors = special == 5;
  settings->unpremultiply = special == 6;
  if (special == 7) settings->color_encoding = "RGB_D65_202_Rel_Lin";
}

}  // namespace

DecodeSettings VariedSettings(uint64_t choice) {
  static constexpr JxlpoolMode kModes[] = {JXLPOOL_MODE_AUTOMATIC, JXLPOOL_MODE_AUTOMATIC, JXLPOOL_MODE_STREAMING,
                                           JXLPOOL_MODE_PARALLEL};
  static constexpr SeekBack kSeeks[] = {SeekBack::kNever, SeekBack::kNever, SeekBack::kExact, SeekBack::kUseIndex};
  Bits bits(choice);
  DecodeSettings settings;
  ChooseFormat(&bits, &settings);
  ChoosePixels(&bits, &settings);
  settings.allow_partial = bits.Take(1) == 1;
  settings.seek_back = kSeeks[bits.Take(2)];
  settings.structure = bits.Take(1) == 1;
  settings.estimate = bits.Take(1) == 1;
  if (bits.Take(3) == 7) settings.num_threads = 2;
  settings.mode = kModes[bits.Take(2)];
  // Often too little: every acquisition must be able to fail.
  const uint32_t limit = bits.Take(4);
  if (bits.Take(2) == 3) settings.memory_limit = uint64_t{1} << (10 + limit);
  // All bits are taken: a quarter of all numbers feed the file, and each does it in its own way. A quarter asks for
  // rows.
  const uint64_t mixed = (choice & 0xFFFFFFFFu) * 0x9E3779B97F4A7C15u;
  if (mixed >> 62 == 3) settings.feed_seed = mixed;
  settings.pull = (mixed >> 40 & 3) == 3;
  return settings;
}

}  // namespace jxlpool::fuzz
