// SizeRecorder: how many blocks of each size a piece of work needs at a time. What pre-warming a pool starts from.
//
//   SizeRecorder recorder(memory.budget());
//   ... acquire what the work keeps ...
//   recorder.BeginTask();
//   ... do what several threads will do at a time, once ...
//   recorder.EndTask();
//   Prewarm(&pool, recorder.Requests(threads - 1));   // enough for all of them
//
// The budget may be charged by any thread; the rest is for one thread while nothing is charged or refunded. The memory
// comes from the C heap.
#ifndef LIB_POOL_SIZE_RECORDER_H_
#define LIB_POOL_SIZE_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "lib/pool/budget.h"
#include "lib/pool/prewarm.h"
#include "lib/pool/size_table.h"

namespace jxlpool {

class SizeRecorder : public BudgetObserver {
 public:
  // More sizes than this are not requested.
  static constexpr size_t kMaxSizes = 1024;

  // Observes the budget as long as the object lives. A former observer goes on seeing everything.
  explicit SizeRecorder(Budget* budget) : budget_(*budget), next_(budget->observer()) { budget->set_observer(this); }
  ~SizeRecorder() override { budget_.set_observer(next_); }
  SizeRecorder(const SizeRecorder&) = delete;
  SizeRecorder& operator=(const SizeRecorder&) = delete;

  void Charged(uint64_t bytes, const Budget& budget) override {
    if (next_ != nullptr) next_->Charged(bytes, budget);
    Acquired(bytes);
  }
  void Refunded(uint64_t bytes, const Budget& budget) override {
    if (next_ != nullptr) next_->Refunded(bytes, budget);
    Released(bytes);
  }

  void BeginTask();
  void EndTask();

  // What was live at most of each size, and as much more as `further_tasks` tasks like the most demanding recorded one
  // take; the largest blocks first. Valid until the next call.
  std::span<const PrewarmRequest> Requests(uint32_t further_tasks);

 private:
  struct Count {
    uint32_t live;
    uint32_t peak;
    uint32_t task_begin;  // live when the task began
    uint32_t task_peak;   // since then
    uint32_t task_most;   // beyond task_begin, of all tasks
    bool empty() const { return false; }
  };

  void Acquired(size_t size);
  // Blocks that were acquired before are ignored.
  void Released(size_t size);

  Budget& budget_;
  BudgetObserver* next_;
  std::mutex mutex_;
  SizeTable<Count> counts_;  // guarded by mutex_ while threads charge
  PrewarmRequest requests_[kMaxSizes];
};

}  // namespace jxlpool

#endif  // LIB_POOL_SIZE_RECORDER_H_
