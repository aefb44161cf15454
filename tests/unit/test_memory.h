// TestMemory: memory of a pool and a budget of its own.
#ifndef TESTS_UNIT_TEST_MEMORY_H_
#define TESTS_UNIT_TEST_MEMORY_H_

#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct TestMemory {
  BufferPool pool;
  Budget budget;
  Memory memory{&pool, &budget};
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_TEST_MEMORY_H_
