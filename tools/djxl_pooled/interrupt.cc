#include "tools/djxl_pooled/interrupt.h"

#include <signal.h>

#include <atomic>

namespace jxlpool::tools {
namespace {

std::atomic<JxlpoolDecoder*> target{nullptr};
static_assert(std::atomic<JxlpoolDecoder*>::is_always_lock_free);

extern "C" void HandleInterrupt(int signal) {
  JxlpoolDecoder* decoder = target.exchange(nullptr);
  if (decoder != nullptr) {
    jxlpool_decoder_cancel(decoder);
  } else {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    raise(signal);
  }
}

}  // namespace

void InstallInterruptHandler() {
  struct sigaction action = {};
  action.sa_handler = &HandleInterrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a closed pipe shows as a failed write
}

void SetInterruptTarget(JxlpoolDecoder* decoder) { target.store(decoder); }

}  // namespace jxlpool::tools
