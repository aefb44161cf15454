// PngDeflater: the image data of PNG files, compressed band by band in several threads.
//
//   PngDeflater deflater(compression, num_threads);
//   for each image: deflater.BeginImage(...); deflater.AddRow(...) from top to bottom; deflater.EndImage();
//
// The bytes do not depend on the number of threads. At most num_threads + 2 bands are in memory.
#ifndef TOOLS_WRITERS_PNG_DEFLATER_H_
#define TOOLS_WRITERS_PNG_DEFLATER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/writers/png_band.h"

namespace jxlpool::tools {

class PngDeflater {
 public:
  // Receives the pieces of a zlib stream in order; may throw.
  using Sink = std::function<void(const std::vector<uint8_t>& piece)>;

  // `num_threads` threads that do nothing else; 0 or 1: the caller's does all the work. `compression`: see png_band.h.
  PngDeflater(int compression, uint32_t num_threads);
  ~PngDeflater();
  PngDeflater(const PngDeflater&) = delete;
  PngDeflater& operator=(const PngDeflater&) = delete;

  // Only the caller's thread calls `sink`, from AddRow and EndImage. What these throw ends the image.
  // REQUIRES: no size is 0; the image before was ended.
  void BeginImage(size_t row_bytes, size_t pixel_bytes, uint32_t num_rows, Sink sink);
  // Copies the row. Waits if the threads are too far behind.
  void AddRow(const uint8_t* row);
  // REQUIRES: all rows were added.
  void EndImage();

 private:
  enum class State { kWaiting, kFiltering, kFiltered, kDone };
  struct Job {
    PngBand band;
    State state = State::kWaiting;  // guarded by mutex_
    std::vector<uint8_t> tail;      // of band.filtered; constant after kFiltering
    std::shared_ptr<Job> previous;  // until its tail was used
    std::exception_ptr exception;   // guarded by mutex_
  };
  void ThreadMain();
  std::shared_ptr<Job> TakeWaiting();  // with mutex_ held; null if there is none
  // All there is to do about a job. Never throws. `lock` holds mutex_, and not while it works.
  void Run(Job* job, std::unique_lock<std::mutex>* lock);
  void Filter(Job* job) const;

  void StartJob();
  void SubmitJob();
  // Waits for the oldest job and hands its output to the sink.
  void WriteOldest();

  const int compression_;

  // Of the image.
  Sink sink_;
  PngBand shape_;  // no rows in it
  uint32_t rows_per_band_ = 0;
  uint32_t rows_left_ = 0;  // not yet in a submitted band
  uint32_t adler_ = 1;
  bool header_written_ = false;
  std::shared_ptr<Job> filling_;
  std::shared_ptr<Job> newest_;              // submitted last
  std::vector<std::vector<uint8_t>> spare_;  // memory of rows

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> jobs_;  // submitted and not yet written; guarded by mutex_, as is stop_
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_DEFLATER_H_
