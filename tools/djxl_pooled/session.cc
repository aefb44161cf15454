#include "tools/djxl_pooled/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <thread>
#include <utility>

#include "tools/djxl_pooled/info.h"
#include "tools/djxl_pooled/interrupt.h"
#include "tools/djxl_pooled/memory_profile.h"
#include "tools/djxl_pooled/metadata.h"
#include "tools/djxl_pooled/side_files.h"
#include "tools/writers/error.h"
#include "tools/writers/exif.h"

namespace jxlpool::tools {
namespace {

JxlpoolPoolOptions PoolOptionsFor(const Options& options) {
  auto pool_options = Make<JxlpoolPoolOptions>();
  pool_options.disable_caching = options.disable_pool ? 1 : 0;
  return pool_options;
}

uint32_t ThreadsFor(int num_threads) {
  if (num_threads < 0) return std::max(1u, std::thread::hardware_concurrency());
  return static_cast<uint32_t>(std::max(1, num_threads));
}

// What a box may expand to. Files of metadata may become as large as the library likes; for anything else there is no
// use for more than what goes into an image file.
uint64_t MaxBoxBytesFor(const Options& options) {
  if (options.info != InfoFormat::kNone) return kMaxDescribedBytes;
  return WantsMetadataFiles(options) ? 0 : kMaxCarriedBytes;
}

std::vector<uint8_t> ReadAll(int fd, const std::string& name) {
  std::vector<uint8_t> bytes;
  size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(std::max<size_t>(size_t{1} << 16, 2 * bytes.size()));
    const ssize_t got = read(fd, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(name + ": cannot read: " + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Session::Session(const Options& options, bool unpremultiply)
    : options_(options),
      unpremultiply_(unpremultiply),
      num_threads_(ThreadsFor(options.num_threads)),
      color_space_(options.color_space) {
  const JxlpoolPoolOptions pool_options = PoolOptionsFor(options);
  pool_ = Pool(&pool_options);
  if (!pool_) throw Error("out of memory");
  if (options.feed != 0) feeder_.emplace(static_cast<size_t>(options.feed), input_name());
  CreateDecoder();
}

Session::~Session() {
  SetInterruptTarget(nullptr);
  SetMappedInputName(nullptr);
}

void Session::CreateDecoder() {
  auto decoder_options = Make<JxlpoolDecoderOptions>();
  decoder_options.pool = pool_.get();
  decoder_options.memory_limit = options_.memory_limit;
  decoder_options.num_threads = num_threads_;
  if (options_.decode_mode == "streaming") decoder_options.mode = JXLPOOL_MODE_STREAMING;
  if (options_.decode_mode == "parallel") decoder_options.mode = JXLPOOL_MODE_PARALLEL;
  // Describing an image takes no memory for its samples.
  if (options_.info != InfoFormat::kNone) decoder_options.max_samples = std::numeric_limits<uint64_t>::max();
  decoder_options.max_box_bytes = MaxBoxBytesFor(options_);
  decoder_options.keep_spot_colors = options_.keep_spot_colors ? 1 : 0;
  decoder_options.layers = options_.layers ? 1 : 0;
  decoder_options.unpremultiply = unpremultiply_ ? 1 : 0;
  decoder_options.allow_partial = options_.allow_partial ? 1 : 0;
  decoder_options.downsampling = options_.downsampling;
  decoder_options.color_encoding = color_space_.empty() ? nullptr : color_space_.c_str();
  SetInterruptTarget(nullptr);
  decoder_.emplace(&decoder_options);
  if (decoder_->creation_status() == JXLPOOL_INVALID_ARGUMENT && !color_space_.empty()) {
    throw Error("--color_space: '" + color_space_ + "' is not a known color encoding");
  }
  if (!*decoder_) throw Error(jxlpool_status_text(decoder_->creation_status()));
  SetInterruptTarget(decoder_->get());
  if (!options_.memory_profile.empty()) Check(jxlpool_decoder_start_profile(decoder_->get(), kMemoryProfileSamples));
}

void Session::Open() {
  if (feeder_) {
    if (input_loaded_) {
      feeder_->BeginMemory(input_);
    } else {
      feeder_->BeginFile(options_.input);
    }
    Check(decoder_->OpenStream());
    auto info = Make<JxlpoolImageInfo>();
    Check(Await("the headers", [&] { return jxlpool_decoder_get_image_info(decoder_->get(), &info); }));
  } else if (input_loaded_) {
    Check(decoder_->OpenMemory(input_.data(), input_.size()));
  } else if (options_.input == "-") {
    SetMappedInputName("standard input");
    Check(decoder_->OpenFd(STDIN_FILENO));
  } else {
    SetMappedInputName(options_.input.c_str());
    Check(decoder_->OpenFile(options_.input.c_str()));
  }
}

void Session::FeedRest() {
  while (feeder_ && feeder_->may_go_on()) Check(feeder_->Feed(&*decoder_));
}

void Session::TellNeeds(const char* what) const {
  if (!feeder_ || options_.verbose == 0 || options_.quiet) return;
  std::fprintf(stderr, "fed %llu bytes: %s\n", static_cast<unsigned long long>(feeder_->position()), what);
}

void Session::PrewarmIfAsked(uint32_t streamed_pixel_bytes) {
  if (!options_.prewarm) return;
  Check(Await(nullptr, [&] { return decoder_->Prewarm(streamed_pixel_bytes); }));
  decoder_->ResetStatistics();
  pool_.ResetStatistics();
}

void Session::LoadInput() {
  if (input_loaded_) return;
  if (options_.input == "-") {
    input_ = ReadAll(STDIN_FILENO, "standard input");
  } else {
    const int fd = open(options_.input.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error(options_.input + ": cannot open: " + std::strerror(errno));
    input_ = ReadAll(fd, options_.input);
    close(fd);
  }
  input_loaded_ = true;
}

void Session::ConvertIfNotRgb() {
  if (!color_space_.empty()) return;
  const auto info = decoder_->ImageInfo();
  bool has_black = false;
  for (uint32_t i = 0; info && i < info->num_extra_channels; ++i) {
    has_black = has_black || decoder_->ExtraChannel(i)->type == JXLPOOL_EXTRA_BLACK;
  }
  if (!has_black) return;
  if (options_.input == "-" && !input_loaded_) {
    throw Error("standard input: a CMYK image has to be converted: use --color_space=RGB_D65_SRG_Rel_SRG");
  }
  color_space_ = "RGB_D65_SRG_Rel_SRG";
  CreateDecoder();
  Open();
}

void Session::Warn(const std::string& message) const {
  if (!options_.quiet) std::fprintf(stderr, "djxl-pooled: %s: %s\n", input_name().c_str(), message.c_str());
}

JxlpoolStatus Session::Check(JxlpoolStatus status) const {
  if (status == JXLPOOL_OK || status >= JXLPOOL_END) return status;
  const JxlpoolError error = decoder_->LastError();
  std::string text = input_name() + ": " + (*error.message != 0 ? error.message : jxlpool_status_text(status));
  if (status == JXLPOOL_MEMORY_LIMIT && error.requested_bytes != 0) {
    text += " (" + std::to_string(error.requested_bytes) + " more bytes wanted for " + error.category;
    if (options_.memory_limit != 0) text += ", limit " + std::to_string(options_.memory_limit);
    text += ")";
  } else if (error.bit_position != JXLPOOL_NO_POSITION) {
    text += " (at bit " + std::to_string(error.bit_position) + ")";
  }
  throw Error(text);
}

ImageDescription Session::Describe() {
  ImageDescription image;
  image.info = *decoder_->ImageInfo();
  for (uint32_t i = 0; i < image.info.num_extra_channels; ++i) {
    image.extra_channels.push_back(*decoder_->ExtraChannel(i));
  }
  const ByteView icc = decoder_->Icc(JXLPOOL_PROFILE_DATA);
  image.icc.assign(icc.data, icc.data + icc.size);
  image.encoding = decoder_->ColorEncoding(JXLPOOL_PROFILE_DATA);
  return image;
}

void Session::AddMetadata(ImageDescription* image) {
  Metadata exif = ReadExif(this, kMaxCarriedBytes);
  if (!exif.problem.empty()) Warn("Exif metadata left out: " + exif.problem);
  image->exif = std::move(exif.bytes);
  ResetExifOrientation(&image->exif);
  Metadata xmp = ReadBox(this, "xml ", kMaxCarriedBytes);
  if (!xmp.problem.empty()) Warn("XMP metadata left out: " + xmp.problem);
  image->xmp = std::move(xmp.bytes);
  ResetXmpOrientation(&image->xmp);
}

}  // namespace jxlpool::tools
