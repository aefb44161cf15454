#include "lib/color/icc_synthesis.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lib/color/encoding_matrix.h"
#include "lib/color/encoding_names.h"
#include "lib/color/icc_lut.h"
#include "lib/color/icc_writer.h"
#include "lib/color/md5.h"
#include "lib/color/transfer_functions.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

constexpr size_t kHeaderSize = 128;
constexpr size_t kFlagsOffset = 44;
constexpr size_t kIntentOffset = 64;
constexpr size_t kIdOffset = 84;
constexpr size_t kTagEntrySize = 12;
constexpr size_t kMaxTags = 11;
// The largest profile, with tone-mapping tables, has 4344 bytes.
constexpr size_t kCapacity = 5120;

// ---- Tag data ----

void WriteText(IccWriter* writer, std::string_view text) {
  writer->Signature("mluc");
  writer->U32(0);
  writer->U32(1);
  writer->U32(12);
  writer->Signature("enUS");
  writer->U32(static_cast<uint32_t>(2 * text.size()));
  writer->U32(28);
  for (const char c : text) writer->U16(static_cast<uint8_t>(c));
}

void WriteXyz(IccWriter* writer, float x, float y, float z) {
  writer->Signature("XYZ ");
  writer->U32(0);
  writer->Fixed(x);
  writer->Fixed(y);
  writer->Fixed(z);
}

void WriteMatrix(IccWriter* writer, const ColorMatrix& matrix) {
  writer->Signature("sf32");
  writer->U32(0);
  for (const auto& row : matrix.m) {
    for (const float v : row) writer->Fixed(v);
  }
}

void WriteCicp(IccWriter* writer, Cicp cicp) {
  writer->Signature("cicp");
  writer->U32(0);
  const uint8_t bytes[4] = {cicp.primaries, cicp.transfer, 0, 1};
  writer->Bytes(bytes, sizeof(bytes));
}

void WriteSampledCurve(IccWriter* writer, const ColorDescription& description) {
  constexpr uint32_t kSamples = 64;
  writer->Signature("curv");
  writer->U32(0);
  writer->U32(kSamples);
  for (uint32_t i = 0; i < kSamples; ++i) {
    const double linear = DecodeSample(description.transfer, 1, 10000, static_cast<double>(i) / (kSamples - 1));
    writer->U16(static_cast<uint16_t>(std::lround(std::clamp(linear, 0.0, 1.0) * 65535)));
  }
}

void WriteCurve(IccWriter* writer, const ColorDescription& description) {
  switch (description.transfer) {
    case Transfer::kGamma:
      return writer->Parametric(0, {static_cast<float>(1 / description.GammaExponent())});
    case Transfer::kSrgb:
      return writer->Parametric(3, {2.4f, 1.0f / 1.055f, 0.055f / 1.055f, 1.0f / 12.92f, 0.04045f});
    case Transfer::k709:
      return writer->Parametric(3, {1.0f / 0.45f, 1.0f / 1.099f, 0.099f / 1.099f, 1.0f / 4.5f, 0.081f});
    case Transfer::kDci:
      return writer->Parametric(3, {2.6f, 1, 0, 1, 0});
    case Transfer::kPq:
    case Transfer::kHlg:
      return WriteSampledCurve(writer, description);
    case Transfer::kLinear:
    case Transfer::kUnknown:
      break;
  }
  writer->Parametric(3, {1, 1, 0, 1, 0});
}

// ---- The profile ----

// Appends tags and remembers where they are.
class TagTable {
 public:
  explicit TagTable(IccWriter* writer) : writer_(writer) {}

  // What was written since the last Begin is the data of these tags.
  void Begin() { start_ = writer_->size(); }
  void End(std::initializer_list<const char*> signatures) {
    writer_->PadTo4();
    for (const char* signature : signatures) {
      if (count_ == kMaxTags) {
        overflow_ = true;
        return;
      }
      tags_[count_++] = {signature, start_, writer_->size() - start_};
    }
  }
  uint32_t count() const { return count_; }
  bool overflow() const { return overflow_; }
  // Writes the table; offsets count from the start of the profile.
  void Write(IccWriter* writer) const {
    const size_t data_offset = kHeaderSize + 4 + kTagEntrySize * count_;
    writer->U32(count_);
    for (uint32_t i = 0; i < count_; ++i) {
      writer->Signature(tags_[i].signature);
      writer->U32(static_cast<uint32_t>(data_offset + tags_[i].offset));
      writer->U32(static_cast<uint32_t>(tags_[i].size));
    }
  }

 private:
  struct Tag {
    const char* signature;
    size_t offset;
    size_t size;
  };
  IccWriter* writer_;
  Tag tags_[kMaxTags] = {};
  uint32_t count_ = 0;
  size_t start_ = 0;
  bool overflow_ = false;
};

// True if the profile needs a tone-mapping table to be useful to engines that know nothing of high dynamic range.
bool HasToneMappingTable(const ColorDescription& description) {
  if (description.space != ColorSpace::kRgb) return false;
  if (description.transfer != Transfer::kPq && description.transfer != Transfer::kHlg) return false;
  const bool d65 = description.white_point == WhitePoint::kD65;
  if (description.primaries == Primaries::kP3) return d65 || description.white_point == WhitePoint::kDci;
  return d65 && description.primaries != Primaries::kCustom;
}

void WriteHeader(IccWriter* writer, const ColorDescription& description, size_t profile_size) {
  writer->U32(static_cast<uint32_t>(profile_size));
  writer->Signature("jxl ");
  writer->U32(0x04400000);
  writer->Signature(description.space == ColorSpace::kXyb ? "scnr" : "mntr");
  writer->Signature(description.grey() ? "GRAY" : "RGB ");
  writer->Signature(HasToneMappingTable(description) ? "Lab " : "XYZ ");
  constexpr uint16_t kDate[6] = {2019, 12, 1, 0, 0, 0};
  for (const uint16_t part : kDate) writer->U16(part);
  writer->Signature("acsp");
  writer->Signature("APPL");
  writer->Zeros(20);
  writer->U32(static_cast<uint32_t>(description.intent));
  for (const uint32_t d50 : {0x0000F6D6u, 0x00010000u, 0x0000D32Du}) writer->U32(d50);
  writer->Signature("jxl ");
  writer->Zeros(16 + 28);
}

void WriteWhite(IccWriter* writer, const ColorDescription& description) {
  if (!description.grey()) return WriteXyz(writer, 0.964203f, 1.0f, 0.824905f);
  const Chromaticity white = description.WhiteXy();
  const float x = static_cast<float>(white.x);
  const float y = static_cast<float>(white.y);
  WriteXyz(writer, x / y, 1.0f, (1 - x - y) / y);
}

Status WriteTags(const ColorDescription& description, IccWriter* writer, TagTable* tags) {
  tags->Begin();
  WriteText(writer, ShortEncodingName(description).view());
  tags->End({"desc"});
  tags->Begin();
  WriteText(writer, "CC0");
  tags->End({"cprt"});
  tags->Begin();
  WriteWhite(writer, description);
  tags->End({"wtpt"});
  if (!description.grey()) {
    const bool xyb = description.space == ColorSpace::kXyb;
    const Chromaticity white = xyb ? ColorDescription().WhiteXy() : description.WhiteXy();
    JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix adaptation, AdaptToD50Matrix(white));
    tags->Begin();
    WriteMatrix(writer, adaptation);
    tags->End({"chad"});
  }
  if (const auto cicp = CicpOf(description)) {
    tags->Begin();
    WriteCicp(writer, *cicp);
    tags->End({"cicp"});
  }
  if (description.space == ColorSpace::kRgb) {
    JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix colorants,
                             RgbToXyzD50Matrix(description.PrimariesXy(), description.WhiteXy()));
    const char* const signatures[3] = {"rXYZ", "gXYZ", "bXYZ"};
    for (int i = 0; i < 3; ++i) {
      tags->Begin();
      WriteXyz(writer, colorants.m[0][i], colorants.m[1][i], colorants.m[2][i]);
      tags->End({signatures[i]});
    }
  }
  const bool has_table = HasToneMappingTable(description);
  if (has_table || description.space == ColorSpace::kXyb) {
    tags->Begin();
    if (has_table) {
      JXLPOOL_RETURN_IF_ERROR(WriteToneMappingTable(description, writer));
    } else {
      WriteXybTable(writer);
    }
    tags->End({"A2B0"});
    tags->Begin();
    WriteEmptyInverseTable(writer);
    tags->End({"B2A0"});
    return OkStatus();
  }
  tags->Begin();
  WriteCurve(writer, description);
  if (description.grey()) {
    tags->End({"kTRC"});
  } else {
    tags->End({"rTRC", "gTRC", "bTRC"});
  }
  return OkStatus();
}

// The identifier is the digest of the profile without the fields that may be edited.
void WriteId(PoolVector<uint8_t>* icc) {
  uint8_t intent[4];
  uint8_t digest[16];
  uint8_t* data = icc->data();
  std::memcpy(intent, data + kIntentOffset, 4);
  std::memset(data + kFlagsOffset, 0, 4);
  std::memset(data + kIntentOffset, 0, 4);
  Md5(data, icc->size(), digest);
  std::memcpy(data + kIntentOffset, intent, 4);
  std::memcpy(data + kIdOffset, digest, sizeof(digest));
}

}  // namespace

Result<PoolVector<uint8_t>> SynthesiseIcc(const ColorDescription& description, Memory* memory) {
  if (description.space == ColorSpace::kUnknown ||
      (description.space != ColorSpace::kXyb && description.transfer == Transfer::kUnknown) ||
      (description.space == ColorSpace::kXyb && description.intent != RenderingIntent::kPerceptual)) {
    return Unsupported("no ICC profile exists for this color encoding");
  }
  JXLPOOL_RETURN_IF_ERROR(CheckDescription(description));
  PoolVector<uint8_t> tag_data(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(tag_data.ResizeUninitialized(kCapacity));
  IccWriter tag_writer(tag_data.data(), tag_data.size());
  TagTable tags(&tag_writer);
  JXLPOOL_RETURN_IF_ERROR(WriteTags(description, &tag_writer, &tags));

  const size_t size = kHeaderSize + 4 + kTagEntrySize * tags.count() + tag_writer.size();
  PoolVector<uint8_t> icc(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(icc.ResizeUninitialized(size));
  IccWriter writer(icc.data(), icc.size());
  WriteHeader(&writer, description, size);
  tags.Write(&writer);
  writer.Bytes(tag_data.data(), tag_writer.size());
  if (tags.overflow() || tag_writer.overflow() || writer.overflow()) return Unsupported("ICC profile too large");
  WriteId(&icc);
  return icc;
}

}  // namespace jxlpool
