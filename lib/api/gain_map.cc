// Gain maps of the C interface.
#include "lib/bitstream/gain_map.h"

#include "lib/api/decoder.h"
#include "lib/api/describe_color.h"
#include "lib/api/struct_io.h"
#include "lib/bitstream/container.h"
#include "lib/bitstream/fields.h"
#include "lib/headers/color_description.h"
#include "lib/headers/color_encoding.h"
#include "lib/headers/icc_stream.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

// In a part of its own the end of the input is the end of what may come.
Status MustBeComplete(const Status& status) {
  return status.code() == ErrorCode::kNeedMoreInput ? Corrupt("a part of the gain map ends too early") : status;
}

Result<ColorEncoding> ReadEncoding(std::span<const uint8_t> bytes) {
  BitReader reader(bytes.data(), bytes.size());
  FieldReader fields(&reader);
  ColorEncoding encoding;
  ReadColorEncoding(&fields, &encoding);
  JXLPOOL_RETURN_IF_ERROR(MustBeComplete(fields.status()));
  return encoding;
}

Status ReadIcc(std::span<const uint8_t> bytes, Memory* memory, PoolVector<uint8_t>* icc) {
  const SizeLimits limits;
  BitReader reader(bytes.data(), bytes.size());
  PoolVector<uint8_t> encoded(memory, Category::kInput);
  JXLPOOL_RETURN_IF_ERROR(MustBeComplete(ReadIccStream(&reader, memory, limits, &encoded)));
  JXLPOOL_RETURN_IF_ERROR(MustBeComplete(reader.Check()));
  return ReconstructIccProfile({encoded.data(), encoded.size()}, memory, limits, icc);
}

// Reads the gain map once; false if there is none.
Result<bool> LoadGainMap(JxlpoolDecoder* decoder) {
  Inspection* inspection = &decoder->inspection;
  if (inspection->has_gain_map) return true;
  const Box* box = decoder->image.container().Find(kGainMapBox);
  if (box == nullptr) return false;
  Memory* memory = &decoder->memory;
  inspection->gain_map_contents = PoolVector<uint8_t>(memory, Category::kInput);
  inspection->gain_map_icc = PoolVector<uint8_t>(memory, Category::kInput);
  std::span<const uint8_t> contents = box->contents;
  if (box->is_compressed()) {
    JXLPOOL_RETURN_IF_ERROR(ReadBoxContents(*box, memory, decoder->max_box_bytes, &inspection->gain_map_contents));
    contents = {inspection->gain_map_contents.data(), inspection->gain_map_contents.size()};
  } else if (box->is_truncated) {
    return NeedMoreInput("the file ends in the gain map");
  }
  GainMapBundle* gain_map = &inspection->gain_map;
  JXLPOOL_RETURN_IF_ERROR(ReadGainMapBundle(contents, gain_map));
  inspection->gain_map_has_encoding = false;
  if (!gain_map->color_encoding.empty()) {
    JXLPOOL_ASSIGN_OR_RETURN(const ColorEncoding encoding, ReadEncoding(gain_map->color_encoding));
    // An encoding that wants a profile leaves it to the gain map's profile.
    inspection->gain_map_has_encoding = !encoding.want_icc;
    inspection->gain_map_encoding = encoding.description;
  }
  if (!gain_map->icc.empty()) JXLPOOL_RETURN_IF_ERROR(ReadIcc(gain_map->icc, memory, &inspection->gain_map_icc));
  inspection->has_gain_map = true;
  return true;
}

// As LoadGainMap; an error leaves nothing behind.
Result<bool> TryLoadGainMap(JxlpoolDecoder* decoder) {
  JXLPOOL_RETURN_IF_ERROR(decoder->Await([&] {
    const bool may_come = decoder->image.container().MayStillCome(kGainMapBox);
    return may_come ? Waiting("the gain map has not come") : OkStatus();
  }));
  Result<bool> found = LoadGainMap(decoder);
  if (!found.ok()) {
    decoder->inspection.gain_map_contents.Release();
    decoder->inspection.gain_map_icc.Release();
  }
  return found;
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_gain_map(JxlpoolDecoder* decoder, JxlpoolGainMap* gain_map) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<bool> found = TryLoadGainMap(decoder);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value()) return JXLPOOL_END;
  const Inspection& inspection = decoder->inspection;
  JxlpoolGainMap result = {};
  result.metadata = inspection.gain_map.metadata.data();
  result.metadata_size = inspection.gain_map.metadata.size();
  result.icc = inspection.gain_map_icc.data();
  result.icc_size = inspection.gain_map_icc.size();
  result.codestream = inspection.gain_map.codestream.data();
  result.codestream_size = inspection.gain_map.codestream.size();
  result.has_color_encoding = inspection.gain_map_has_encoding ? 1 : 0;
  return WriteStruct(result, gain_map);
}

JxlpoolStatus jxlpool_decoder_get_gain_map_color_encoding(JxlpoolDecoder* decoder, JxlpoolColorEncoding* encoding) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<bool> found = TryLoadGainMap(decoder);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value() || !decoder->inspection.gain_map_has_encoding) return JXLPOOL_END;
  return WriteStruct(DescribeColor(decoder->inspection.gain_map_encoding, false), encoding);
}
