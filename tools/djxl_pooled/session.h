// Session: the decoder that one run of the tool works with, and its input. Turns statuses into Errors that name the
// file.
#ifndef TOOLS_DJXL_POOLED_SESSION_H_
#define TOOLS_DJXL_POOLED_SESSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tools/djxl_pooled/feeder.h"
#include "tools/djxl_pooled/options.h"
#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

class Session {
 public:
  // `unpremultiply`: deliver straight alpha. Nothing is opened yet.
  Session(const Options& options, bool unpremultiply);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Opens the input, or opens it again. A regular file is mapped, or read for feeding; anything else is read while it
  // is decoded and can be opened once only.
  void Open();
  // Calls call(), which returns a status of the decoder, until it need not wait for more input: for calls of the
  // decoder that need more than its headers. `what` is done by then, for users who want to know what that takes; may be
  // null.
  template <typename Call>
  JxlpoolStatus Await(const char* what, const Call& call) {
    for (;;) {
      const JxlpoolStatus status = call();
      if (status != JXLPOOL_NEED_MORE_INPUT || !feeder_ || !feeder_->may_go_on()) {
        if (status == JXLPOOL_OK && what != nullptr) TellNeeds(what);
        return status;
      }
      Check(feeder_->Feed(&*decoder_));
    }
  }
  // Feeds all that is left, if it is fed.
  void FeedRest();
  // Reads the whole input into memory; later calls of Open find it there.
  void LoadInput();
  // Has the pool ready for the first frame of the open image, if that is asked for; statistics start afterwards.
  void PrewarmIfAsked(uint32_t streamed_pixel_bytes);
  // Opens the image in another encoding if its color (CMYK) means nothing to formats that hold RGB or grey.
  void ConvertIfNotRgb();

  Decoder& decoder() { return *decoder_; }
  Pool& pool() { return pool_; }
  // Threads that decode.
  uint32_t num_threads() const { return num_threads_; }

  // What messages call the input.
  std::string input_name() const { return options_.input == "-" ? "standard input" : options_.input; }

  // An Error for anything but JXLPOOL_OK and the statuses that are no errors, which it hands back.
  JxlpoolStatus Check(JxlpoolStatus status) const;

  // One line about the input on standard error, unless the user wants to see errors only.
  void Warn(const std::string& message) const;

  // Color, extra channels and profile of the open image.
  ImageDescription Describe();
  // Adds Exif and XMP for a file of upright pixels. What cannot be had is left out with a warning.
  void AddMetadata(ImageDescription* image);

 private:
  void CreateDecoder();
  void TellNeeds(const char* what) const;

  const Options& options_;
  const bool unpremultiply_;
  uint32_t num_threads_;
  std::string color_space_;
  Pool pool_;
  std::optional<Decoder> decoder_;  // always there after construction
  bool input_loaded_ = false;
  std::vector<uint8_t> input_;
  std::optional<Feeder> feeder_;  // if the input is fed
};

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_SESSION_H_
