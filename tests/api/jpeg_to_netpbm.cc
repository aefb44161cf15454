// jpeg_to_netpbm FILE: writes the image as PPM or PGM to standard output, for tests written in Python.
#include <cstdio>

#include "tests/api/jpeg_reading.h"
#include "tests/api/png_reading.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const jxlpool::testing::DecodedJpeg image = jxlpool::testing::DecodeJpeg(jxlpool::testing::ReadFile(argv[1]));
  if (image.width == 0) return 1;
  std::printf("P%c\n%u %u\n255\n", image.num_channels == 1 ? '5' : '6', image.width, image.height);
  return std::fwrite(image.samples.data(), 1, image.samples.size(), stdout) == image.samples.size() ? 0 : 1;
}
