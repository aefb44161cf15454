#include "lib/base/thread_pool.h"

#include <new>

namespace jxlpool {

// POSIX threads instead of std::thread: the latter can report failure only by throwing.
ThreadPool::ThreadPool(uint32_t num_threads) {
  if (num_threads < 2) return;
  threads_ = new (std::nothrow) Thread[num_threads - 1];
  if (threads_ == nullptr) return;
  for (uint32_t worker = 1; worker < num_threads; ++worker) {
    Thread& thread = threads_[worker - 1];
    thread.pool = this;
    thread.worker = worker;
    if (pthread_create(&thread.handle, nullptr, &ThreadPool::ThreadMain, &thread) != 0) break;
    num_workers_ = worker + 1;
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (uint32_t worker = 1; worker < num_workers_; ++worker) pthread_join(threads_[worker - 1].handle, nullptr);
  delete[] threads_;
}

void* ThreadPool::ThreadMain(void* thread) {
  const Thread* self = static_cast<const Thread*>(thread);
  self->pool->WorkerMain(self->worker);
  return nullptr;
}

Status ThreadPool::Run(uint32_t num_tasks, TaskFunction body) {
  if (num_workers_ == 1 || num_tasks <= 1) {
    for (uint32_t task = 0; task < num_tasks; ++task) JXLPOOL_RETURN_IF_ERROR(body(task, 0));
    return OkStatus();
  }
  return Start(num_tasks, false, body);
}

Status ThreadPool::RunOnEach(TaskFunction body) {
  return num_workers_ == 1 ? body(0, 0) : Start(num_workers_, true, body);
}

Status ThreadPool::Start(uint32_t num_tasks, bool on_each, TaskFunction body) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    body_ = &body;
    num_tasks_ = num_tasks;
    on_each_ = on_each;
    next_.store(0, std::memory_order_relaxed);
    error_ = OkStatus();
    busy_ = num_workers_ - 1;
    ++generation_;
  }
  wake_.notify_all();
  Work(0);
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  return error_;
}

void ThreadPool::Work(uint32_t worker) {
  if (on_each_) return RunTask(worker, worker);
  for (;;) {
    const uint32_t task = next_.fetch_add(1, std::memory_order_relaxed);
    if (task >= num_tasks_) return;
    RunTask(task, worker);
  }
}

void ThreadPool::RunTask(uint32_t task, uint32_t worker) {
  const Status status = (*body_)(task, worker);
  if (status.ok()) return;
  next_.store(num_tasks_, std::memory_order_relaxed);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error_.ok() || task < error_task_) {
    error_ = status;
    error_task_ = task;
  }
}

void ThreadPool::WorkerMain(uint32_t worker) {
  uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || generation_ != seen; });
      if (stop_) return;
      seen = generation_;
    }
    Work(worker);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--busy_ == 0) done_.notify_one();
  }
}

}  // namespace jxlpool
