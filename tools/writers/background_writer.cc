#include "tools/writers/background_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace jxlpool::tools {
namespace {

constexpr size_t kMaxPendingBytes = size_t{16} << 20;
constexpr size_t kBandBytes = size_t{1} << 20;

}  // namespace

BackgroundWriter::BackgroundWriter(std::unique_ptr<ImageWriter> writer, const PixelLayout& layout)
    : writer_(std::move(writer)), pixel_bytes_(layout.pixel_bytes()), thread_([this] { ThreadMain(); }) {}

BackgroundWriter::~BackgroundWriter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundWriter::ThreadMain() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !pending_.empty(); });
    if (stop_) return;
    const Band& band = pending_.front();  // stays where it is while others are added
    std::exception_ptr exception = exception_;
    if (exception == nullptr) {
      lock.unlock();
      try {
        writer_->WriteRows(band.y, band.num_rows, band.rows.data(), row_bytes_);
      } catch (...) {
        exception = std::current_exception();
      }
      lock.lock();
    }
    exception_ = exception;
    pending_bytes_ -= pending_.front().rows.size();
    spare_.push_back(std::move(pending_.front().rows));
    pending_.pop_front();
    changed_.notify_all();
  }
}

void BackgroundWriter::CatchUp() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return pending_.empty(); });
  if (exception_ != nullptr) std::rethrow_exception(exception_);
}

void BackgroundWriter::Enqueue(Band band) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return pending_bytes_ < kMaxPendingBytes; });
    if (exception_ != nullptr) std::rethrow_exception(exception_);
    pending_bytes_ += band.rows.size();
    pending_.push_back(std::move(band));
  }
  changed_.notify_all();
}

void BackgroundWriter::BeginFrame(const FrameDescription& frame) {
  CatchUp();
  row_bytes_ = frame.width * pixel_bytes_;
  writer_->BeginFrame(frame);
}

void BackgroundWriter::WriteRows(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) {
  const auto rows_per_band = static_cast<uint32_t>(std::max<size_t>(1, kBandBytes / row_bytes_));
  for (uint32_t begin = 0; begin < num_rows; begin += rows_per_band) {
    Band band;
    band.y = y + begin;
    band.num_rows = std::min(rows_per_band, num_rows - begin);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!spare_.empty()) {
        band.rows = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    band.rows.resize(band.num_rows * row_bytes_);
    for (uint32_t i = 0; i < band.num_rows; ++i) {
      std::memcpy(band.rows.data() + i * row_bytes_, rows + (begin + i) * stride, row_bytes_);
    }
    Enqueue(std::move(band));
  }
}

void BackgroundWriter::EndFrame() {
  CatchUp();
  writer_->EndFrame();
}

void BackgroundWriter::Finish() {
  CatchUp();
  writer_->Finish();
}

}  // namespace jxlpool::tools
