// Files beside the image: profiles, metadata, the parts of a gain map.
#ifndef TOOLS_DJXL_POOLED_SIDE_FILES_H_
#define TOOLS_DJXL_POOLED_SIDE_FILES_H_

#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/output_set.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

// Whether the options ask for files of metadata.
bool WantsMetadataFiles(const Options& options);

// Writes those that the options ask for and the open image has. Metadata that cannot be read is left out with a
// warning; a gain map that is damaged is an Error.
void WriteSideFiles(const Options& options, Session* session, OutputSet* outputs);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_SIDE_FILES_H_
