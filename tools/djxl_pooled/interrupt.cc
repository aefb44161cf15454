#include "tools/djxl_pooled/interrupt.h"

#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "tools/djxl_pooled/options.h"
#include "tools/writers/temporary_file.h"

namespace jxlpool::tools {
namespace {

std::atomic<JxlpoolDecoder*> target{nullptr};
static_assert(std::atomic<JxlpoolDecoder*>::is_always_lock_free);
std::atomic<const char*> mapped_input_name{nullptr};

void UseDefaultAction(int signal) {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
}

iovec Piece(const char* text) { return {const_cast<char*>(text), std::strlen(text)}; }

extern "C" void HandleInterrupt(int signal) {
  JxlpoolDecoder* decoder = target.exchange(nullptr);
  if (decoder != nullptr) {
    jxlpool_decoder_cancel(decoder);
  } else {
    UseDefaultAction(signal);
    raise(signal);
  }
}

extern "C" void HandleBusError(int signal, siginfo_t* info, void* /*context*/) {
  if (info->si_code != BUS_ADRERR) {
    // Not a page without a file behind it: what is wrong is here.
    UseDefaultAction(signal);
    if (info->si_code <= 0) raise(signal);  // sent by a process: it would not happen again
    return;
  }
  // Other threads may run into it as well before the program ends; the first one reports.
  static std::atomic_flag reported = ATOMIC_FLAG_INIT;
  if (reported.test_and_set()) {
    for (;;) pause();
  }
  const char* name = mapped_input_name.load();
  const iovec line[] = {Piece("djxl-pooled: "), Piece(name == nullptr ? "the input" : name),
                        Piece(": the file became shorter while it was read\n")};
  (void)!writev(STDERR_FILENO, line, 3);
  RemoveTemporaryFiles();
  _exit(kExitError);
}

}  // namespace

void InstallSignalHandlers() {
  struct sigaction interrupt = {};
  interrupt.sa_handler = &HandleInterrupt;
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGTERM, &interrupt, nullptr);
  struct sigaction bus_error = {};
  bus_error.sa_sigaction = &HandleBusError;
  bus_error.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &bus_error, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a closed pipe shows as a failed write
}

void SetInterruptTarget(JxlpoolDecoder* decoder) { target.store(decoder); }

void SetMappedInputName(const char* name) { mapped_input_name.store(name); }

}  // namespace jxlpool::tools
