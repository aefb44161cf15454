// How the C interface opens, rewinds and closes images.
#include "lib/api/decoder.h"
#include "lib/headers/image_header.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

// Extra channel names get terminators.
Status CopyNames(JxlpoolDecoder* decoder) {
  const ImageHeader& header = decoder->image.header();
  decoder->names = PoolVector<char>(&decoder->memory, Category::kOther);
  decoder->name_offsets = PoolVector<uint32_t>(&decoder->memory, Category::kOther);
  for (const ExtraChannelInfo& channel : header.ec_info) {
    JXLPOOL_RETURN_IF_ERROR(decoder->name_offsets.PushBack(static_cast<uint32_t>(decoder->names.size())));
    for (const char c : channel.name) JXLPOOL_RETURN_IF_ERROR(decoder->names.PushBack(c));
    JXLPOOL_RETURN_IF_ERROR(decoder->names.PushBack(0));
  }
  return OkStatus();
}

void LetGoOfImage(JxlpoolDecoder* decoder) {
  decoder->state = DecoderState::kClosed;
  decoder->names.Release();
  decoder->name_offsets.Release();
  decoder->box_contents.Release();
  decoder->inspection = Inspection();
  decoder->ForgetTargets();
  decoder->image.Close();
  decoder->input.Close();
  decoder->source.Close();
  decoder->read_buffer.Release();
  decoder->scope.reset();
}

// Closes what is open and begins an image by `begin`, after which its headers can be read, or wait.
template <typename Begin>
JxlpoolStatus OpenWith(JxlpoolDecoder* decoder, const Begin& begin) {
  decoder->Close();
  decoder->cancelled.store(false);
  decoder->ForgetErrors();
  const MemoryProfile::StageScope stage(&decoder->profile, "open");
  decoder->scope.emplace(&decoder->pool->buffers, decoder->threads.num_workers());
  decoder->is_stream = false;
  if (const Status status = begin(); !status.ok()) {
    LetGoOfImage(decoder);
    return decoder->Report(status);
  }
  decoder->state = DecoderState::kBeforeHeaders;
  return decoder->is_stream && !decoder->source.is_open() ? JXLPOOL_OK : decoder->ReadHeaders();
}

Status BeginStream(JxlpoolDecoder* decoder) {
  decoder->is_stream = true;
  decoder->input_has_ended = false;
  decoder->needed_end = 0;
  return decoder->image.OpenStream(decoder->options);
}

// Begins the image of a source once more.
JxlpoolStatus Reopen(JxlpoolDecoder* decoder) {
  decoder->copied_input_bytes += decoder->image.copied_input_bytes();
  decoder->inspection = Inspection();
  decoder->box_contents.Release();
  Status status = decoder->source.Seek(0);
  if (status.ok()) status = BeginStream(decoder);
  if (!status.ok()) {
    LetGoOfImage(decoder);
    return decoder->Report(status);
  }
  decoder->state = DecoderState::kBeforeHeaders;
  return decoder->ReadHeaders();
}

// Begins an image in the file that `opened` is the result of opening: what could not be mapped is read as it comes.
Status BeginFile(JxlpoolDecoder* decoder, const Result<InputFile::Kind>& opened) {
  if (!opened.ok()) return opened.status();
  if (opened.value() == InputFile::Kind::kStream) return BeginStream(decoder);
  return decoder->image.Open(decoder->input.data(), decoder->input.size(), decoder->options);
}

}  // namespace

void JxlpoolDecoder::Close() {
  if (!is_open()) return;
  copied_input_bytes += image.copied_input_bytes();
  LetGoOfImage(this);
}

JxlpoolStatus JxlpoolDecoder::ReadHeaders() {
  if (has_headers()) return JXLPOOL_OK;
  Status status = Await([&] { return image.ReadHeaders(); });
  if (status.code() == ErrorCode::kWaiting) return Report(status);
  if (status.ok()) status = CopyNames(this);
  if (!status.ok()) {
    LetGoOfImage(this);
    return Report(status);
  }
  state = DecoderState::kBetweenFrames;
  return JXLPOOL_OK;
}

JxlpoolStatus jxlpool_decoder_open_memory(JxlpoolDecoder* decoder, const void* data, size_t size) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return call.status();
  if (data == nullptr && size != 0) return decoder->Misuse("no input given");
  return OpenWith(decoder,
                  [=] { return decoder->image.Open(static_cast<const uint8_t*>(data), size, decoder->options); });
}

JxlpoolStatus jxlpool_decoder_open_file(JxlpoolDecoder* decoder, const char* path) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return call.status();
  if (path == nullptr) return decoder->Misuse("no file name given");
  return OpenWith(decoder, [=] { return BeginFile(decoder, decoder->input.OpenPath(path, &decoder->source)); });
}

JxlpoolStatus jxlpool_decoder_open_fd(JxlpoolDecoder* decoder, int fd) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return call.status();
  return OpenWith(decoder, [=] { return BeginFile(decoder, decoder->input.OpenDescriptor(fd, &decoder->source)); });
}

JxlpoolStatus jxlpool_decoder_open_stream(JxlpoolDecoder* decoder) {
  const Call call(decoder, Needs::kNothing);
  return call.ok() ? OpenWith(decoder, [=] { return BeginStream(decoder); }) : call.status();
}

JxlpoolStatus jxlpool_decoder_open_source(JxlpoolDecoder* decoder, JxlpoolReadCallback read, JxlpoolSeekCallback seek,
                                          void* opaque) {
  const Call call(decoder, Needs::kNothing);
  if (!call.ok()) return call.status();
  if (read == nullptr) return decoder->Misuse("no function to read with given");
  return OpenWith(decoder, [=] {
    decoder->source.OpenCallbacks(read, seek, opaque);
    return BeginStream(decoder);
  });
}

void jxlpool_decoder_close(JxlpoolDecoder* decoder) {
  const Call call(decoder, Needs::kNothing);
  if (call.ok()) decoder->Close();
}

JxlpoolStatus jxlpool_decoder_rewind(JxlpoolDecoder* decoder) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const bool reopens = decoder->is_stream && !decoder->options.keep_input;
  if (reopens && !decoder->source.can_seek()) return decoder->Misuse("a stream cannot be rewound");
  decoder->cancelled.store(false);
  decoder->ForgetErrors();
  decoder->ForgetTargets();
  decoder->scope.emplace(&decoder->pool->buffers, decoder->threads.num_workers());
  if (reopens) return Reopen(decoder);
  if (const Status status = decoder->image.Rewind(); !status.ok()) return decoder->Fail(status);
  decoder->state = DecoderState::kBetweenFrames;
  return JXLPOOL_OK;
}
