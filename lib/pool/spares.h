// Spares: how many blocks of each size a pool should have beyond those that were asked for.
//
// Which thread does what varies from decode to decode, and with it how many blocks of a size are live at a time. So the
// pool counts the blocks of each size, and for each further thread it adds as many as the demand for them has grown.
//
// Without it memory_warm_allocation (--attempts 1) and PoolThreadsTest.SparesCoverWorkThatFallsToOtherThreads fail.
// Thread-safe. The counts change when blocks come from the system or go back, not when they are taken and given back.
#ifndef LIB_POOL_SPARES_H_
#define LIB_POOL_SPARES_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/pool/size_table.h"

namespace jxlpool {

class Spares {
 public:
  // A block that was asked for came from the system. Without memory for one more size it is not counted.
  void Came(size_t size);
  // A block, spare or not, went back to the system.
  void Left(size_t size);
  // The blocks of this size that exist now suffice for all threads: they ask for no spares.
  void Expect(size_t size);
  // Different sizes that were counted.
  size_t num_sizes();

  // Calls add(size), which makes a spare block or returns false, for each one that is missing if `threads` threads are
  // to do what was done since the last call. REQUIRES: add does not use this object.
  template <typename F>
  void Settle(uint32_t threads, F add) {
    const std::lock_guard<std::mutex> lock(mutex_);
    counts_.ForEach([&](size_t size, Count* count) {
      uint64_t spares = uint64_t{count->demand - count->settled_demand} * (threads - 1);
      count->settled_demand = count->demand;
      for (; spares > 0 && add(size); --spares) ++count->blocks;
    });
  }

  // How many of `idle` blocks stay as spares though a while has passed without them: for each thread but one, as many
  // as are in use.
  uint32_t CountKept(uint32_t threads, size_t size, uint32_t idle);

 private:
  struct Count {
    uint32_t blocks;  // that exist
    // The value of `blocks` when the last block came that was asked for: all were in use then, spares included.
    uint32_t demand;
    uint32_t settled_demand;  // `demand` at the last Settle
    bool empty() const { return blocks == 0; }
  };

  std::mutex mutex_;
  SizeTable<Count> counts_;  // guarded by mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_SPARES_H_
