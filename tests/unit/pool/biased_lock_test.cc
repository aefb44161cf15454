#include "lib/pool/biased_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace jxlpool {
namespace {

// Increments of plain variables by owner and visitor are lost (and reported by ThreadSanitizer) if both get in.
TEST(BiasedLockTest, OwnerAndVisitorExcludeEachOther) {
  BiasedLock lock;
  uint64_t a = 0;
  uint64_t b = 0;  // always equal to a outside of the lock
  std::atomic<uint64_t> torn{0};
  std::atomic<bool> owner_runs{false};
  std::atomic<bool> done{false};
  uint64_t visits = 0;
  uint64_t rounds = 0;
  std::thread visitor([&] {
    while (!owner_runs.load()) std::this_thread::yield();
    for (int i = 0; i < 3000; ++i) {
      lock.Announce();
      if (BiasedLock::BarrierForVisitors()) {
        lock.WaitForOwner();
        if (a != b) ++torn;
        ++a;
        ++b;
        ++visits;
      }
      lock.LeaveVisitor();
    }
    done = true;
  });
  for (; !done.load(); ++rounds) {
    owner_runs = true;
    lock.LockOwner();
    if (a != b) ++torn;
    ++a;
    ++b;
    lock.UnlockOwner();
  }
  visitor.join();
  EXPECT_EQ(torn.load(), 0u);
  EXPECT_EQ(a, rounds + visits);
  EXPECT_EQ(b, a);
}

TEST(BiasedLockTest, VisitorMayVisitItsOwnLock) {
  BiasedLock lock;
  lock.LockOwner();
  lock.UnlockOwner();
  lock.Announce();
  if (BiasedLock::BarrierForVisitors()) lock.WaitForOwner();
  lock.LeaveVisitor();
  lock.LockOwner();
  lock.UnlockOwner();
}

}  // namespace
}  // namespace jxlpool
