// SizeRecorder: how many blocks of each size a piece of work needs at a time. What pre-warming a pool starts from.
//
//   budget.set_recorder(&recorder);
//   ... acquire what the work keeps ...
//   recorder.BeginTask();
//   ... do what several threads will do at a time, once ...
//   recorder.EndTask();
//   budget.set_recorder(nullptr);
//   pool.Prewarm(recorder.Requests(threads - 1));   // enough for all of them
//
// Acquired and Released are thread-safe; the rest is for one thread while nobody acquires or releases. The memory comes
// from the C heap.
#ifndef LIB_POOL_SIZE_RECORDER_H_
#define LIB_POOL_SIZE_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "lib/base/status.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {

class SizeRecorder {
 public:
  // More sizes than this are not recorded.
  static constexpr uint32_t kMaxSizes = 1024;

  SizeRecorder() = default;
  ~SizeRecorder();
  SizeRecorder(const SizeRecorder&) = delete;
  SizeRecorder& operator=(const SizeRecorder&) = delete;

  // Begins to record. Errors: kMemoryLimit.
  Status Start();

  void Acquired(size_t size);
  // Blocks acquired before Start are ignored.
  void Released(size_t size);

  void BeginTask();
  void EndTask();

  // What was live at most of each size, and as much more as `further_tasks` tasks like the most demanding recorded one
  // take; the largest blocks first. Valid until the next call.
  std::span<const PrewarmRequest> Requests(uint32_t further_tasks);

 private:
  struct Entry {
    size_t size = 0;  // 0: unused
    uint32_t live = 0;
    uint32_t peak = 0;
    uint32_t task_begin = 0;  // live when the task began
    uint32_t task_peak = 0;   // since then
    uint32_t task_most = 0;   // beyond task_begin, of all tasks
  };
  static constexpr uint32_t kSlots = 2 * kMaxSizes;  // a power of 2
  Entry* Find(size_t size);

  std::mutex mutex_;
  struct Table {
    Entry entries[kSlots];  // open addressing
    PrewarmRequest requests[kMaxSizes];
  };
  Table* table_ = nullptr;
  uint32_t used_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_POOL_SIZE_RECORDER_H_
