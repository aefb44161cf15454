// Metadata boxes of the C interface.
#include <cstring>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/bitstream/container.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

JxlpoolStatus jxlpool_decoder_get_box(JxlpoolDecoder* decoder, uint32_t index, JxlpoolBox* box) {
  const LookUp call(decoder);
  if (!call.ok()) return call.status();
  const JxlpoolStatus known = decoder->AwaitKnown([&] {
    const Container& container = decoder->image.container();
    return container.Metadata(index) != nullptr || !container.MetadataMayCome();
  });
  if (known != JXLPOOL_OK) return known;
  const Box* found = decoder->image.container().Metadata(index);
  if (found == nullptr) return JXLPOOL_END;
  JxlpoolBox result = {};
  std::memcpy(result.type, found->content_type.name, sizeof(found->content_type.name));
  result.is_compressed = found->is_compressed() ? 1 : 0;
  result.data = found->contents.data();
  result.size = found->contents.size();
  result.position = found->contents_offset;
  return WriteStruct(result, box);
}

JxlpoolStatus jxlpool_decoder_get_box_contents(JxlpoolDecoder* decoder, uint32_t index, const uint8_t** data,
                                               size_t* size) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  if (data == nullptr || size == nullptr) return decoder->Misuse("no place for the contents given");
  const Container& container = decoder->image.container();
  const Status known = decoder->Await([&] {
    const bool must_wait = container.Metadata(index) == nullptr && container.MetadataMayCome();
    return must_wait ? Waiting("the box has not come") : OkStatus();
  });
  if (!known.ok()) return decoder->Report(known);
  const Box* found = container.Metadata(index);
  if (found == nullptr) return JXLPOOL_END;
  if (found->is_compressed()) {
    decoder->box_contents = PoolVector<uint8_t>(&decoder->memory, Category::kInput);
    const Status status = ReadBoxContents(*found, &decoder->memory, decoder->max_box_bytes, &decoder->box_contents);
    if (!status.ok()) {
      decoder->box_contents.Release();
      return decoder->Report(status);
    }
    *data = decoder->box_contents.data();
    *size = decoder->box_contents.size();
    return JXLPOOL_OK;
  }
  if (found->is_truncated) return decoder->Report(NeedMoreInput("the file ends within a box"));
  *data = found->contents.data();
  *size = found->contents.size();
  return JXLPOOL_OK;
}
