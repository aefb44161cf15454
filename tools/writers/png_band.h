// One band of a PNG image: some rows that are filtered and deflated on their own.
//
// A PNG's image data is one zlib stream. Bands end at byte boundaries of it, so they can be compressed side by side and
// put together afterwards. What a band becomes depends on its rows, the row above it and the end of the band before
// only.
#ifndef TOOLS_WRITERS_PNG_BAND_H_
#define TOOLS_WRITERS_PNG_BAND_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jxlpool::tools {

// How much time to spend: 0 (none: stored) to 9 (as much as zlib can).
inline constexpr int kDefaultPngCompression = 4;
inline constexpr int kMaxPngCompression = 9;

struct PngBand {
  // Input.
  size_t row_bytes = 0;
  size_t pixel_bytes = 0;
  uint32_t num_rows = 0;
  bool last = false;
  std::vector<uint8_t> rows;  // the row above the band (zeros if there is none) and its rows, without gaps

  // Output.
  std::vector<uint8_t> filtered;  // of FilterBand
  std::vector<uint8_t> deflated;  // of DeflateBand: a piece of a raw deflate stream
  uint32_t adler = 0;             // checksum of `filtered`

  // Of FilterBand for DeflateBand.
  int level = 0;
  int strategy = 0;
};

// Bytes of a band's `filtered` that help to compress the next one.
inline constexpr size_t kPngDictionaryBytes = size_t{1} << 15;

// Chooses filters and the way to deflate, both good for a photo or for a drawing as the band looks.
void FilterBand(int compression, PngBand* band);

// `dictionary`: the end of the previous band's `filtered`. REQUIRES: FilterBand was called.
void DeflateBand(const uint8_t* dictionary, size_t dictionary_size, PngBand* band);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_BAND_H_
