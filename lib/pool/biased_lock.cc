#include "lib/pool/biased_lock.h"

#include "lib/pool/poison.h"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <thread>

namespace jxlpool {
namespace {

#if defined(__linux__) && defined(SYS_membarrier) && !defined(JXLPOOL_TSAN)
// Values of the system's interface, under names that older headers lack.
constexpr int kQuery = 0;
constexpr int kPrivateExpedited = 1 << 3;
constexpr int kRegisterPrivateExpedited = 1 << 4;

long Membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0); }

bool QueryBarrier() {
  const long supported = Membarrier(kQuery);
  constexpr long kNeeded = kPrivateExpedited | kRegisterPrivateExpedited;
  return supported > 0 && (supported & kNeeded) == kNeeded;
}

bool Barrier() {
  // Registering may take milliseconds once threads run; hence at the first visit, not before.
  static const bool registered = Membarrier(kRegisterPrivateExpedited) == 0;
  return registered && Membarrier(kPrivateExpedited) == 0;
}
#else
bool QueryBarrier() { return false; }
bool Barrier() { return false; }
#endif

}  // namespace

const bool BiasedLock::visitors_pay_ = QueryBarrier();

bool BiasedLock::BarrierForVisitors() { return !visitors_pay_ || Barrier(); }

void BiasedLock::WaitForOwner() {
  while (owned_.load(std::memory_order_seq_cst)) std::this_thread::yield();
}

void BiasedLock::WaitForVisitor() {
  do {
    owned_.store(false, std::memory_order_release);
    while (visited_.load(std::memory_order_acquire)) std::this_thread::yield();
    EnterOwner();
  } while (visited_.load(std::memory_order_seq_cst));
}

}  // namespace jxlpool
