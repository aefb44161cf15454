// Whole decodes with and without the pool.
#ifndef TOOLS_BENCH_BENCH_POOL_DECODES_H_
#define TOOLS_BENCH_BENCH_POOL_DECODES_H_

namespace jxlpool {

// Decodes the file to memory with one thread and with two, each without pooling, with a new pool, and warm; in turns,
// so that a busy machine slows all of them alike, and each in a process of its own. Prints a table of medians and
// minima: time, calls into the heap, page faults, the peak of what is in use and of what the process has resident
// beyond its start. False, after a message, if that fails.
bool BenchDecodes(const char* path);

}  // namespace jxlpool

#endif  // TOOLS_BENCH_BENCH_POOL_DECODES_H_
