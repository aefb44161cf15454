// BackgroundWriter: an ImageWriter that works in a thread of its own, so that decoding need not wait for a slow format.
#ifndef TOOLS_WRITERS_BACKGROUND_WRITER_H_
#define TOOLS_WRITERS_BACKGROUND_WRITER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

// WriteRows copies its rows, of which it holds a bounded amount: it waits while the thread is too far behind. Every
// other call waits until the thread has caught up. An exception of the wrapped writer comes out of the next call.
class BackgroundWriter : public ImageWriter {
 public:
  BackgroundWriter(std::unique_ptr<ImageWriter> writer, const PixelLayout& layout);
  ~BackgroundWriter() override;

  void BeginFrame(const FrameDescription& frame) override;
  void WriteRows(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override;
  void EndFrame() override;
  void Finish() override;

 private:
  struct Band {
    uint32_t y = 0;
    uint32_t num_rows = 0;
    std::vector<uint8_t> rows;  // without gaps
  };
  void ThreadMain();
  // Waits until nothing is pending; throws what the thread caught.
  void CatchUp();
  void Enqueue(Band band);

  const std::unique_ptr<ImageWriter> writer_;
  const size_t pixel_bytes_;
  size_t row_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Band> pending_;                 // guarded by mutex_, as the following; the first is being written
  size_t pending_bytes_ = 0;                 // in pending_
  std::vector<std::vector<uint8_t>> spare_;  // memory of bands that were written
  std::exception_ptr exception_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_BACKGROUND_WRITER_H_
