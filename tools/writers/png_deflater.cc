#include "tools/writers/png_deflater.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

namespace jxlpool::tools {
namespace {

constexpr size_t kBandBytes = size_t{1} << 18;
constexpr uint8_t kStreamHeader[2] = {0x78, 0x9C};  // deflate with a window of 32 KiB

}  // namespace

PngDeflater::PngDeflater(int compression, uint32_t num_threads) : compression_(compression) {
  if (num_threads <= 1) return;
  // An exception must not leave here while threads run: nothing would join them.
  try {
    for (uint32_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { ThreadMain(); });
  } catch (const std::exception&) {
    // There are as many as the system has threads and memory for.
  }
}

PngDeflater::~PngDeflater() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void PngDeflater::ThreadMain() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    std::shared_ptr<Job> job;
    changed_.wait(lock, [&] { return stop_ || (job = TakeWaiting()) != nullptr; });
    if (stop_) return;
    Run(job.get(), &lock);
  }
}

std::shared_ptr<PngDeflater::Job> PngDeflater::TakeWaiting() {
  for (const std::shared_ptr<Job>& job : jobs_) {
    if (job->state != State::kWaiting) continue;
    job->state = State::kFiltering;
    return job;
  }
  return nullptr;
}

void PngDeflater::Filter(Job* job) const {
  FilterBand(compression_, &job->band);
  const std::vector<uint8_t>& filtered = job->band.filtered;
  const size_t size = std::min(filtered.size(), kPngDictionaryBytes);
  job->tail.assign(filtered.end() - static_cast<ptrdiff_t>(size), filtered.end());
}

void PngDeflater::Run(Job* job, std::unique_lock<std::mutex>* lock) {
  std::exception_ptr exception;
  lock->unlock();
  try {
    Filter(job);
  } catch (...) {
    exception = std::current_exception();
  }
  lock->lock();
  job->state = State::kFiltered;
  changed_.notify_all();
  // Jobs are taken in order: another thread is filtering it, or has done so.
  const std::shared_ptr<Job> previous = std::move(job->previous);
  changed_.wait(*lock, [&] { return previous == nullptr || previous->state >= State::kFiltered; });
  lock->unlock();
  try {
    const std::vector<uint8_t> none;
    const std::vector<uint8_t>& dictionary = previous == nullptr ? none : previous->tail;
    if (exception == nullptr) DeflateBand(dictionary.data(), dictionary.size(), &job->band);
  } catch (...) {
    exception = std::current_exception();
  }
  lock->lock();
  job->exception = exception;
  job->state = State::kDone;
  changed_.notify_all();
}

void PngDeflater::BeginImage(size_t row_bytes, size_t pixel_bytes, uint32_t num_rows, Sink sink) {
  sink_ = std::move(sink);
  shape_.row_bytes = row_bytes;
  shape_.pixel_bytes = pixel_bytes;
  rows_per_band_ = static_cast<uint32_t>(std::max<size_t>(1, kBandBytes / (row_bytes + 1)));
  rows_left_ = num_rows;
  adler_ = 1;
  header_written_ = false;
  newest_.reset();
  StartJob();
}

void PngDeflater::StartJob() {
  auto job = std::make_shared<Job>();
  job->band = shape_;
  if (!spare_.empty()) {
    job->band.rows = std::move(spare_.back());
    spare_.pop_back();
  }
  job->band.rows.clear();
  job->band.rows.reserve((std::min(rows_per_band_, rows_left_) + size_t{1}) * shape_.row_bytes);
  if (newest_ == nullptr) {
    job->band.rows.assign(shape_.row_bytes, 0);
  } else {
    const std::vector<uint8_t>& above = filling_->band.rows;
    job->band.rows.assign(above.end() - static_cast<ptrdiff_t>(shape_.row_bytes), above.end());
  }
  job->previous = newest_;
  filling_ = std::move(job);
}

void PngDeflater::AddRow(const uint8_t* row) {
  PngBand& band = filling_->band;
  band.rows.insert(band.rows.end(), row, row + band.row_bytes);
  ++band.num_rows;
  if (band.num_rows < std::min(rows_per_band_, rows_left_)) return;
  rows_left_ -= band.num_rows;
  band.last = rows_left_ == 0;
  SubmitJob();
}

void PngDeflater::SubmitJob() {
  const std::shared_ptr<Job> submitted = filling_;
  newest_ = submitted;
  // Before the threads may touch the rows.
  if (submitted->band.last) {
    filling_.reset();
  } else {
    StartJob();
  }
  size_t num_jobs = 0;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    jobs_.push_back(submitted);
    num_jobs = jobs_.size();
    if (threads_.empty()) Run(TakeWaiting().get(), &lock);
  }
  changed_.notify_all();
  for (; num_jobs > threads_.size() + 1; --num_jobs) WriteOldest();
}

void PngDeflater::WriteOldest() {
  std::shared_ptr<Job> job;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return jobs_.front()->state == State::kDone; });
    job = std::move(jobs_.front());
    jobs_.pop_front();
  }
  if (job->exception != nullptr) std::rethrow_exception(job->exception);
  std::vector<uint8_t>& piece = job->band.deflated;
  if (!std::exchange(header_written_, true)) piece.insert(piece.begin(), kStreamHeader, kStreamHeader + 2);
  adler_ =
      static_cast<uint32_t>(adler32_combine(adler_, job->band.adler, static_cast<z_off_t>(job->band.filtered.size())));
  if (job->band.last) {
    for (int shift = 24; shift >= 0; shift -= 8) piece.push_back(static_cast<uint8_t>(adler_ >> shift));
  }
  sink_(piece);
  spare_.push_back(std::move(job->band.rows));
  job->band = PngBand();  // the next job may still use the tail
}

void PngDeflater::EndImage() {
  for (;;) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (jobs_.empty()) break;
    }
    WriteOldest();
  }
  newest_.reset();
}

}  // namespace jxlpool::tools
