// The tool's main job: decode frames and write them, row by row as they become final, to one file or several.
#ifndef TOOLS_DJXL_POOLED_CONVERT_H_
#define TOOLS_DJXL_POOLED_CONVERT_H_

#include <cstdint>
#include <vector>

#include "tools/djxl_pooled/metadata.h"
#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/output_set.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

struct ConversionResult {
  bool partial = false;
  std::vector<FrameRecord> frames;  // all that the image shows, if they were asked for; else those written
  uint64_t pixels = 0;              // written
  double decode_seconds = 0;        // without the time that writing took
};

// Decodes the open image into files of `outputs`, which stay to be committed.
ConversionResult ConvertFrames(const Options& options, FileFormat format, const ImageDescription& image,
                               Session* session, OutputSet* outputs);

// The same for the preview, to one file.
void ConvertPreview(const Options& options, FileFormat format, ImageDescription image, Session* session,
                    OutputSet* outputs);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_CONVERT_H_
