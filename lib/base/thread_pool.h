// A small fork-join thread pool: one parallel loop at a time, no allocation per loop or per task.
//
// Results of the library never depend on the number of threads; a loop body must therefore not depend on which worker
// runs which task, except for reaching scratch memory by worker index.
#ifndef LIB_BASE_THREAD_POOL_H_
#define LIB_BASE_THREAD_POOL_H_

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <type_traits>

#include "lib/base/status.h"

namespace jxlpool {

// Non-owning reference to a callable `Status(uint32_t task, uint32_t worker)`; as cheap as two pointers.
class TaskFunction {
 public:
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, TaskFunction>>>
  // NOLINTNEXTLINE(google-explicit-constructor): a lambda is passed where the loop is written.
  TaskFunction(F&& f)
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, uint32_t task, uint32_t worker) {
          return (*static_cast<std::remove_reference_t<F>*>(object))(task, worker);
        }) {}
  Status operator()(uint32_t task, uint32_t worker) const { return call_(object_, task, worker); }

 private:
  void* object_;
  Status (*call_)(void*, uint32_t, uint32_t);
};

class ThreadPool {
 public:
  // Starts `num_threads` - 1 threads (the caller of Run is a worker too); 0 and 1 mean that Run works alone. If the
  // system refuses threads, fewer are used.
  explicit ThreadPool(uint32_t num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Number of distinct worker indices that Run hands out; at least 1.
  uint32_t num_workers() const { return num_workers_; }

  // Calls body(task, worker) for every task in [0, num_tasks), each once, in increasing order of starting; returns when
  // all have ended. After an error no further task is started; the error of the smallest failing task that ran is
  // returned. REQUIRES: not called from inside a body; one Run at a time.
  Status Run(uint32_t num_tasks, TaskFunction body);

  // Calls body(worker, worker) once on every worker, also on the caller as worker 0, for bodies that share out their
  // work by themselves; returns when all have ended, with the error of the smallest worker that failed. REQUIRES: as
  // Run.
  Status RunOnEach(TaskFunction body);

 private:
  struct Thread {
    ThreadPool* pool = nullptr;
    uint32_t worker = 0;
    pthread_t handle = {};
  };
  static void* ThreadMain(void* thread);
  void WorkerMain(uint32_t worker);
  Status Start(uint32_t num_tasks, bool on_each, TaskFunction body);
  void Work(uint32_t worker);
  void RunTask(uint32_t task, uint32_t worker);

  uint32_t num_workers_ = 1;
  Thread* threads_ = nullptr;  // num_workers_ - 1 of them run

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  uint64_t generation_ = 0;  // guarded by mutex_
  uint32_t busy_ = 0;        // guarded by mutex_
  bool stop_ = false;        // guarded by mutex_
  Status error_;             // guarded by mutex_
  uint32_t error_task_ = 0;  // guarded by mutex_
  const TaskFunction* body_ = nullptr;
  uint32_t num_tasks_ = 0;
  bool on_each_ = false;
  alignas(64) std::atomic<uint32_t> next_{0};
};

}  // namespace jxlpool

#endif  // LIB_BASE_THREAD_POOL_H_
