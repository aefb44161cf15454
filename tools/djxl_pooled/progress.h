// A progress line on the terminal, for runs that take longer than a second.
#ifndef TOOLS_DJXL_POOLED_PROGRESS_H_
#define TOOLS_DJXL_POOLED_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/djxl_pooled/options.h"

namespace jxlpool::tools {

class Progress {
 public:
  // Stays silent if asked to or if standard error is no terminal.
  explicit Progress(const Options& options);
  // Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void BeginFrame(uint32_t index, uint32_t height);
  // `y` rows of the frame are done.
  void Rows(uint32_t y);

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_;
  bool enabled_;
  bool shown_ = false;
  Clock::time_point next_;  // not before this
  uint32_t frame_ = 0;
  uint32_t height_ = 1;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_PROGRESS_H_
