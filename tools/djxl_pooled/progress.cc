#include "tools/djxl_pooled/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace jxlpool::tools {

Progress::Progress(const Options& options)
    : name_(options.input),
      enabled_(!options.quiet && isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::BeginFrame(uint32_t index, uint32_t height) {
  frame_ = index;
  height_ = std::max(1u, height);
}

void Progress::Rows(uint32_t y) {
  if (!enabled_ || Clock::now() < next_) return;
  next_ = Clock::now() + std::chrono::milliseconds(100);
  shown_ = true;
  const auto percent = static_cast<unsigned>(uint64_t{100} * y / height_);
  if (frame_ == 0) {
    std::fprintf(stderr, "\r\033[K%s: %u %%", name_.c_str(), percent);
  } else {
    std::fprintf(stderr, "\r\033[K%s: frame %u, %u %%", name_.c_str(), frame_ + 1, percent);
  }
  std::fflush(stderr);
}

}  // namespace jxlpool::tools
