#include "lib/api/decoder.h"

#include <cassert>
#include <cstring>
#include <new>
#include <thread>

#include "lib/api/struct_io.h"
#include "lib/color/encoding_names.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

constexpr uint32_t kMaxThreads = 1024;

uint32_t ThreadCount(uint32_t requested) {
  const uint32_t count = requested == 0 ? std::thread::hardware_concurrency() : requested;
  return std::clamp(count, 1u, kMaxThreads);
}

JxlpoolStatus ToDecoderOptions(const JxlpoolDecoderOptions& given, DecoderOptions* options) {
  if (given.downsampling > 8 || (given.downsampling & (given.downsampling - 1)) != 0) return JXLPOOL_INVALID_ARGUMENT;
  switch (static_cast<uint32_t>(given.mode)) {
    case JXLPOOL_MODE_AUTOMATIC:
      options->mode = DecodeMode::kAutomatic;
      break;
    case JXLPOOL_MODE_STREAMING:
      options->mode = DecodeMode::kStreaming;
      break;
    case JXLPOOL_MODE_PARALLEL:
      options->mode = DecodeMode::kParallel;
      break;
    default:
      return JXLPOOL_INVALID_ARGUMENT;
  }
  if (given.max_samples != 0) options->max_samples = given.max_samples;
  if (given.downsampling != 0) options->downsampling = given.downsampling;
  options->keep_orientation = given.keep_orientation != 0;
  options->render_spot_colors = given.keep_spot_colors == 0;
  options->coalescing = given.layers == 0;
  options->unpremultiply = given.unpremultiply != 0;
  options->allow_partial = given.allow_partial != 0;
  options->keep_input = given.keep_input != 0;
  if (given.color_encoding == nullptr || *given.color_encoding == 0) return JXLPOOL_OK;
  const size_t length = std::strlen(given.color_encoding);
  if (length >= sizeof(options->color_space) || !ParseEncodingName(given.color_encoding).ok()) {
    return JXLPOOL_INVALID_ARGUMENT;
  }
  std::memcpy(options->color_space, given.color_encoding, length + 1);
  return JXLPOOL_OK;
}

}  // namespace

namespace jxlpool {

JxlpoolStatus ToPublic(ErrorCode code) {
  switch (code) {
    case ErrorCode::kOk:
    case ErrorCode::kPaused:
      return JXLPOOL_OK;
    case ErrorCode::kNeedMoreInput:
    case ErrorCode::kWaiting:
      return JXLPOOL_NEED_MORE_INPUT;
    case ErrorCode::kCorrupt:
      return JXLPOOL_CORRUPT;
    case ErrorCode::kUnsupported:
      return JXLPOOL_UNSUPPORTED;
    case ErrorCode::kMemoryLimit:
      return JXLPOOL_MEMORY_LIMIT;
    case ErrorCode::kSizeLimit:
      return JXLPOOL_SIZE_LIMIT;
    case ErrorCode::kInvalidArgument:
      return JXLPOOL_INVALID_ARGUMENT;
    case ErrorCode::kCancelled:
      return JXLPOOL_CANCELLED;
    case ErrorCode::kIo:
      return JXLPOOL_IO;
  }
  return JXLPOOL_CORRUPT;
}

}  // namespace jxlpool

JxlpoolDecoder::JxlpoolDecoder(JxlpoolPool* shared_pool, uint64_t memory_limit, uint32_t num_threads)
    : pool(shared_pool),
      budget(memory_limit == 0 ? Budget::kUnlimited : memory_limit,
             num_threads <= 1 ? Budget::Users::kOneThread : Budget::Users::kManyThreads),
      memory(&shared_pool->buffers, &budget),
      threads(num_threads),
      image(&memory, &threads) {
  pool->Hold();
}

// The members give their memory back to the pool here, so the caller releases `pool` only afterwards.
JxlpoolDecoder::~JxlpoolDecoder() = default;

JxlpoolStatus JxlpoolDecoder::Report(const Status& status) {
  if (status.code() == ErrorCode::kWaiting) {
    needed_end = status.bit_position() == kNoPosition ? kNextBox : (status.bit_position() + 7) / 8;
  }
  last_error = {status, budget.last_refusal()};
  return ToPublic(status.code());
}

JxlpoolStatus JxlpoolDecoder::Fail(const Status& status) {
  if (status.code() == ErrorCode::kWaiting) return Report(status);
  const FrameScope failed_frame(*scope);
  const JxlpoolStatus code = Report(status);
  state = DecoderState::kFailed;
  fatal = last_error;
  return code;
}

JxlpoolStatus JxlpoolDecoder::RepeatFailure() {
  last_error = fatal;
  return ToPublic(fatal.status.code());
}

JxlpoolStatus JxlpoolDecoder::Misuse(const char* message) { return Report(InvalidArgument(message)); }

uint32_t jxlpool_version(void) {
  return JXLPOOL_VERSION_MAJOR << 16 | JXLPOOL_VERSION_MINOR << 8 | JXLPOOL_VERSION_PATCH;
}

#define JXLPOOL_TEXT_INNER(x) #x
#define JXLPOOL_TEXT(x) JXLPOOL_TEXT_INNER(x)
const char* jxlpool_version_string(void) {
  return JXLPOOL_TEXT(JXLPOOL_VERSION_MAJOR) "." JXLPOOL_TEXT(JXLPOOL_VERSION_MINOR) "." JXLPOOL_TEXT(
      JXLPOOL_VERSION_PATCH);
}

const char* jxlpool_status_text(JxlpoolStatus status) {
  switch (status) {
    case JXLPOOL_OK:
      return "no error";
    case JXLPOOL_NEED_MORE_INPUT:
      return "the input ends too early";
    case JXLPOOL_CORRUPT:
      return "the input is corrupt";
    case JXLPOOL_UNSUPPORTED:
      return "not supported";
    case JXLPOOL_MEMORY_LIMIT:
      return "memory limit reached";
    case JXLPOOL_SIZE_LIMIT:
      return "size limit reached";
    case JXLPOOL_INVALID_ARGUMENT:
      return "invalid argument";
    case JXLPOOL_CANCELLED:
      return "cancelled";
    case JXLPOOL_IO:
      return "input or output failed";
    case JXLPOOL_END:
      return "there are no more";
    case JXLPOOL_PARTIAL:
      return "the input is incomplete";
  }
  return "unknown status";
}

JxlpoolStatus jxlpool_decoder_create(const JxlpoolDecoderOptions* options, JxlpoolDecoder** decoder) {
  if (decoder == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  JxlpoolDecoderOptions given = {};
  if (options != nullptr) {
    if (const JxlpoolStatus status = ReadStruct(options, &given); status != JXLPOOL_OK) return status;
  }
  DecoderOptions decoder_options;
  if (const JxlpoolStatus status = ToDecoderOptions(given, &decoder_options); status != JXLPOOL_OK) return status;

  JxlpoolPool* pool = given.pool;
  if (pool == nullptr) {
    if (const JxlpoolStatus status = jxlpool_pool_create(nullptr, &pool); status != JXLPOOL_OK) return status;
  }
  auto* created = new (std::nothrow) JxlpoolDecoder(pool, given.memory_limit, ThreadCount(given.num_threads));
  if (given.pool == nullptr) pool->LetGo();  // the decoder's hold remains
  if (created == nullptr) return JXLPOOL_MEMORY_LIMIT;
  decoder_options.cancelled = &created->cancelled;
  decoder_options.input_releaser = {&created->input, [](void* input, const uint8_t* data, size_t size) {
                                      static_cast<const InputFile*>(input)->ReleasePages(data, size);
                                    }};
  created->options = decoder_options;
  if (given.max_box_bytes != 0) created->max_box_bytes = given.max_box_bytes;
  *decoder = created;
  return JXLPOOL_OK;
}

void jxlpool_decoder_destroy(JxlpoolDecoder* decoder) {
  // What a running call works on must stay.
  if (decoder == nullptr || decoder->is_busy()) return;
  decoder->Close();
  assert(decoder->budget.total().live == 0 && "memory is held beyond the image");
  JxlpoolPool* pool = decoder->pool;
  delete decoder;
  pool->LetGo();
}

JxlpoolStatus jxlpool_decoder_get_error(const JxlpoolDecoder* decoder, JxlpoolError* error) {
  if (decoder == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  // A running call will write last_error.
  const bool is_busy = decoder->is_busy();
  const Failure failure =
      is_busy ? Failure{InvalidArgument("the decoder is busy: another call is running"), {}} : decoder->last_error;
  JxlpoolError result = {};
  result.status = ToPublic(failure.status.code());
  result.message = failure.status.message();
  result.bit_position = failure.status.bit_position();
  result.category = "";
  if (failure.status.code() == ErrorCode::kMemoryLimit && failure.refusal.bytes != 0) {
    result.requested_bytes = failure.refusal.bytes;
    result.category = CategoryName(failure.refusal.category);
    result.needed_limit = failure.refusal.needed_limit;
  }
  return WriteStruct(result, error);
}

void jxlpool_decoder_cancel(JxlpoolDecoder* decoder) {
  if (decoder != nullptr) decoder->cancelled.store(true);
}
