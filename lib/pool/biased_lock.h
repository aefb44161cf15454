// BiasedLock: a lock that costs its owner two plain stores and a load, and visitors a system call.
//
// It guards a thread's free lists: the owner thread locks it for each acquisition and release, other threads only when
// they trim or age the caches. The visitor, not the owner, pays for the memory barrier that mutual exclusion needs
// (membarrier(2), which makes every running thread of the process pass a barrier). Where that is not available, and
// under ThreadSanitizer, which does not know it, the owner's store is sequentially consistent instead: slower, equally
// right.
//
// Without it, with an atomic exchange, the benchmark pool/acquire_release takes 15 % more cycles (80 -> 92).
// Inside the lock the owner must not wait for anything that a visitor may hold.
#ifndef LIB_POOL_BIASED_LOCK_H_
#define LIB_POOL_BIASED_LOCK_H_

#include <atomic>

namespace jxlpool {

class BiasedLock {
 public:
  BiasedLock() = default;
  BiasedLock(const BiasedLock&) = delete;
  BiasedLock& operator=(const BiasedLock&) = delete;

  // Called by one thread at a time.
  void LockOwner() {
    EnterOwner();
    if (visited_.load(std::memory_order_seq_cst)) [[unlikely]]
      WaitForVisitor();
  }
  void UnlockOwner() { owned_.store(false, std::memory_order_release); }

  // A visit of any number of locks has three steps: Announce on each; one BarrierForVisitors; WaitForOwner on each.
  // Afterwards the visitor holds them, until LeaveVisitor. REQUIRES: one visitor at a time; the visitor's own thread is
  // not inside a LockOwner of these.
  void Announce() { visited_.store(true, std::memory_order_seq_cst); }
  // False if the system refuses: the visitor must leave at once without touching anything.
  [[nodiscard]] static bool BarrierForVisitors();
  void WaitForOwner();
  void LeaveVisitor() { visited_.store(false, std::memory_order_release); }

 private:
  void EnterOwner() {
    if (visitors_pay_) [[likely]] {
      owned_.store(true, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      owned_.store(true, std::memory_order_seq_cst);
    }
  }
  void WaitForVisitor();

  static const bool visitors_pay_;

  std::atomic<bool> owned_{false};
  std::atomic<bool> visited_{false};
};

}  // namespace jxlpool

#endif  // LIB_POOL_BIASED_LOCK_H_
