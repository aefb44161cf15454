// Ctrl-C and SIGTERM stop the decode cleanly, so that no temporary files stay behind; a second signal ends the program.
#ifndef TOOLS_DJXL_POOLED_INTERRUPT_H_
#define TOOLS_DJXL_POOLED_INTERRUPT_H_

#include "jxlpool/jxlpool.h"

namespace jxlpool::tools {

void InstallInterruptHandler();
// The decoder to stop; null: none. It must stay valid until the next call.
void SetInterruptTarget(JxlpoolDecoder* decoder);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_INTERRUPT_H_
