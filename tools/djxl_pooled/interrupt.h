// Signals that end the program without leaving temporary files behind.
//
// Ctrl-C and SIGTERM stop the decode cleanly; a second signal ends the program. An input that another process makes
// shorter while it is mapped shows as SIGBUS on whatever thread reads it: that is an error like others, with a message
// and an exit status.
#ifndef TOOLS_DJXL_POOLED_INTERRUPT_H_
#define TOOLS_DJXL_POOLED_INTERRUPT_H_

#include "jxlpool/jxlpool.h"

namespace jxlpool::tools {

void InstallSignalHandlers();
// The decoder to stop; null: none. It must stay valid until the next call.
void SetInterruptTarget(JxlpoolDecoder* decoder);
// What messages call the input that is mapped. Static storage, or valid until the next call; null: "the input".
void SetMappedInputName(const char* name);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_INTERRUPT_H_
