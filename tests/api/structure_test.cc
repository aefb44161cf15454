// What the C interface tells about the structure of files: boxes, headers of all frames, gain maps.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"
#include "tests/api/boxes.h"
#include "tests/api/png_reading.h"

namespace jxlpool {
namespace {

using testing::Bytes;
using testing::DataPath;
using testing::ImagePath;

JxlpoolFrameHeader Header(Decoder* decoder, uint32_t index) {
  auto header = Make<JxlpoolFrameHeader>();
  EXPECT_EQ(decoder->FrameHeader(index, &header), JXLPOOL_OK);
  return header;
}

TEST(FrameHeaders, TellAboutCropsAndBlending) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("regions").c_str()), JXLPOOL_OK);
  const JxlpoolFrameHeader first = Header(&decoder, 0);
  EXPECT_EQ(first.type, JXLPOOL_FRAME_REGULAR);
  EXPECT_EQ(first.encoding, JXLPOOL_ENCODING_MODULAR);
  EXPECT_EQ(first.have_crop, 0);
  EXPECT_EQ(first.blend_mode, JXLPOOL_BLEND_REPLACE);
  EXPECT_EQ(first.is_shown, 1);
  const JxlpoolFrameHeader second = Header(&decoder, 1);
  EXPECT_EQ(second.offset, first.offset + first.header_bytes + first.section_bytes);
  EXPECT_EQ(second.have_crop, 1);
  EXPECT_EQ(second.x0, 3);
  EXPECT_EQ(second.y0, 2);
  EXPECT_EQ(second.width, 9u);
  EXPECT_EQ(second.height, 8u);
  EXPECT_EQ(second.num_shown_before, 1u);
  EXPECT_EQ(second.blend_mode, JXLPOOL_BLEND_ALPHA);
  EXPECT_EQ(second.blend_source, 1u);
  EXPECT_EQ(second.is_stored, 1);
  EXPECT_EQ(second.save_slot, 1u);
  const auto alpha = decoder.FrameExtraChannel(1, 0);
  ASSERT_TRUE(alpha);
  EXPECT_EQ(alpha->upsampling, 1u);
  EXPECT_FALSE(decoder.FrameExtraChannel(1, 1));
  EXPECT_FALSE(decoder.FrameExtraChannel(10, 0));
  const JxlpoolFrameHeader last = Header(&decoder, 9);
  EXPECT_EQ(last.is_last, 1);
  EXPECT_EQ(last.is_stored, 0);
  EXPECT_EQ(last.is_complete, 1);
  auto none = Make<JxlpoolFrameHeader>();
  EXPECT_EQ(decoder.FrameHeader(10, &none), JXLPOOL_END);
  EXPECT_EQ(decoder.FrameHeader(JXLPOOL_PREVIEW_FRAME, &none), JXLPOOL_END);
}

TEST(FrameHeaders, FramesThatAreNotShownAreThere) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(ImagePath("progressive_dc2").c_str()), JXLPOOL_OK);
  EXPECT_EQ(Header(&decoder, 0).type, JXLPOOL_FRAME_LF);
  EXPECT_EQ(Header(&decoder, 0).lf_level, 2u);
  EXPECT_EQ(Header(&decoder, 1).lf_level, 1u);
  EXPECT_EQ(Header(&decoder, 1).is_shown, 0);
  const JxlpoolFrameHeader shown = Header(&decoder, 2);
  EXPECT_EQ(shown.uses_lf_frame, 1);
  EXPECT_EQ(shown.adaptive_lf_smoothing, 0);
  EXPECT_EQ(shown.encoding, JXLPOOL_ENCODING_VARDCT);
  EXPECT_EQ(shown.is_shown, 1);
  EXPECT_EQ(shown.num_shown_before, 0u);
  ASSERT_EQ(decoder.OpenFile(ImagePath("reference_only").c_str()), JXLPOOL_OK);
  EXPECT_EQ(Header(&decoder, 0).type, JXLPOOL_FRAME_REFERENCE_ONLY);
  EXPECT_EQ(Header(&decoder, 1).type, JXLPOOL_FRAME_SKIP_PROGRESSIVE);
  ASSERT_EQ(decoder.OpenFile(ImagePath("vardct_text").c_str()), JXLPOOL_OK);
  EXPECT_EQ(Header(&decoder, 1).has_patches, 1);
}

TEST(FrameHeaders, PassesGroupsAndPermutations) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(ImagePath("four_groups_two_passes").c_str()), JXLPOOL_OK);
  const JxlpoolFrameHeader passes = Header(&decoder, 0);
  EXPECT_EQ(passes.num_passes, 2u);
  EXPECT_EQ(passes.num_groups, 4u);
  EXPECT_EQ(passes.num_lf_groups, 1u);
  EXPECT_EQ(passes.num_sections, 2 + 1 + 4 * 2u);
  ASSERT_EQ(decoder.OpenFile(ImagePath("four_groups_reversed").c_str()), JXLPOOL_OK);
  EXPECT_EQ(Header(&decoder, 0).toc_permuted, 1);
  EXPECT_EQ(Header(&decoder, 0).group_size, 128u);
  ASSERT_EQ(decoder.OpenFile(ImagePath("jpeg_420").c_str()), JXLPOOL_OK);
  EXPECT_EQ(Header(&decoder, 0).ycbcr, 1);
  EXPECT_EQ(Header(&decoder, 0).chroma_subsampling_h, 1u);
  EXPECT_EQ(Header(&decoder, 0).chroma_subsampling_v, 1u);
}

TEST(FrameHeaders, LookingDoesNotDisturbDecoding) {
  const auto decode = [](bool look) {
    auto options = Make<JxlpoolDecoderOptions>();
    options.num_threads = 3;
    Decoder decoder(&options);
    EXPECT_EQ(decoder.OpenFile(DataPath("regions").c_str()), JXLPOOL_OK);
    Bytes all;
    for (uint32_t i = 0; decoder.NextFrame(nullptr) == JXLPOOL_OK; ++i) {
      if (look) Header(&decoder, 9 - i);
      auto output = Make<JxlpoolOutput>();
      Bytes pixels(23 * 17 * 4);
      output.channels = JXLPOOL_CHANNELS_RGBA;
      output.pixels = pixels.data();
      output.pixels_size = pixels.size();
      EXPECT_EQ(decoder.DecodeFrame(output), JXLPOOL_OK);
      testing::AppendBytes(pixels, &all);
    }
    return all;
  };
  EXPECT_EQ(decode(true), decode(false));
}

TEST(FrameHeaders, TruncatedFilesAreDescribedAsFarAsTheyGo) {
  const Bytes whole = testing::ReadFile(DataPath("regions"));
  Decoder complete;
  ASSERT_EQ(complete.OpenMemory(whole.data(), whole.size()), JXLPOOL_OK);
  std::vector<JxlpoolFrameHeader> headers;
  for (uint32_t i = 0; i < 10; ++i) headers.push_back(Header(&complete, i));
  for (size_t size = 0; size < whole.size(); ++size) {
    Decoder decoder;
    if (decoder.OpenMemory(whole.data(), size) != JXLPOOL_OK) continue;
    for (uint32_t i = 0; i < 10; ++i) {
      auto header = Make<JxlpoolFrameHeader>();
      const bool known = decoder.FrameHeader(i, &header) == JXLPOOL_OK;
      ASSERT_EQ(known, size >= headers[i].offset + headers[i].header_bytes) << size << " " << i;
      if (!known) break;
      ASSERT_EQ(header.offset, headers[i].offset);
      ASSERT_EQ(header.is_complete, size >= headers[i].offset + headers[i].header_bytes + headers[i].section_bytes);
    }
  }
}

TEST(Boxes, AreListedWithTheirPlaces) {
  const Bytes image = testing::ReadFile(DataPath("rgb8"));
  const Bytes file = testing::MakeContainer({{"xml ", {1, 2, 3}}, {"jxlc", image}, {"what", {}}});
  Decoder decoder;
  ASSERT_EQ(decoder.OpenMemory(file.data(), file.size()), JXLPOOL_OK);
  const char* const types[] = {"JXL ", "ftyp", "xml ", "jxlc", "what"};
  uint64_t offset = 0;
  for (uint32_t i = 0; i < 5; ++i) {
    const auto box = decoder.RawBox(i);
    ASSERT_TRUE(box);
    EXPECT_STREQ(box->type, types[i]);
    EXPECT_STREQ(box->content_type, types[i]);
    EXPECT_EQ(box->offset, offset);
    EXPECT_EQ(box->header_size, 8u);
    offset += box->size;
  }
  EXPECT_FALSE(decoder.RawBox(5));
  const auto info = decoder.FileInfo();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->file_size, file.size());
  EXPECT_EQ(offset, file.size());
  EXPECT_EQ(info->num_boxes, 5u);
  EXPECT_EQ(info->codestream_size, image.size());
  EXPECT_EQ(info->box_status, JXLPOOL_OK);
  ASSERT_EQ(decoder.OpenMemory(file.data(), file.size() - 3), JXLPOOL_OK);
  EXPECT_EQ(decoder.FileInfo()->box_status, JXLPOOL_NEED_MORE_INPUT);
  ASSERT_EQ(decoder.OpenMemory(image.data(), image.size()), JXLPOOL_OK);
  EXPECT_EQ(decoder.FileInfo()->is_container, 0);
  EXPECT_FALSE(decoder.RawBox(0));
  decoder.Close();
  EXPECT_FALSE(decoder.FileInfo());
}

// The seconds that it takes to ask for everything that there is to know about `num_boxes` tiny boxes.
double SecondsToListBoxes(size_t num_boxes) {
  std::vector<testing::BoxToWrite> boxes(num_boxes, {"xml ", {'x'}});
  boxes.push_back({"jxlc", testing::ReadFile(DataPath("rgb8"))});
  const Bytes file = testing::MakeContainer(boxes);
  Decoder decoder;
  EXPECT_EQ(decoder.OpenMemory(file.data(), file.size()), JXLPOOL_OK);
  const auto begin = std::chrono::steady_clock::now();
  uint32_t count = 0;
  ByteView contents;
  auto index = Make<JxlpoolFrameIndexEntry>();
  auto gain_map = Make<JxlpoolGainMap>();
  for (; decoder.Box(count) && decoder.BoxContents(count, &contents) == JXLPOOL_OK; ++count) {
    EXPECT_TRUE(decoder.ImageInfo());
    EXPECT_EQ(jxlpool_decoder_get_frame_index_entry(decoder.get(), count, &index), JXLPOOL_END);
    EXPECT_EQ(decoder.GainMap(&gain_map), JXLPOOL_END);
  }
  EXPECT_EQ(count, num_boxes);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST(Boxes, ListingThemTakesTimeInProportion) {
  const double few = SecondsToListBoxes(50000), many = SecondsToListBoxes(200000);
  EXPECT_LT(many, 5);
  // Sixteen times as long if each look-up starts from the first box. Shorter times than these say nothing.
  EXPECT_LT(many, std::max(0.5, 8 * few));
}

// ---- Gain maps ----

// A grey (linear, by fields) color encoding of the codestream: all_default 0, want_icc 0, color_space Grey (selector
// 1), white point D65 (selector 1), no gamma, transfer Linear (selector 2, 6), intent relative (selector 1).
const Bytes kGreyLinear = {0x14, 0x2D};

Bytes Bundle(const Bytes& metadata, const Bytes& color, const Bytes& icc, const Bytes& codestream) {
  Bytes bundle = {0};
  testing::AppendBigEndian(metadata.size(), 2, &bundle);
  testing::AppendBytes(metadata, &bundle);
  testing::AppendBigEndian(color.size(), 1, &bundle);
  testing::AppendBytes(color, &bundle);
  testing::AppendBigEndian(icc.size(), 4, &bundle);
  testing::AppendBytes(icc, &bundle);
  testing::AppendBytes(codestream, &bundle);
  return bundle;
}

// Brotli's stored form.
Bytes Stored(const Bytes& bytes) {
  const uint32_t header = static_cast<uint32_t>(bytes.size() - 1) << 4 | 1u << 20;
  Bytes stream = {static_cast<uint8_t>(header), static_cast<uint8_t>(header >> 8), static_cast<uint8_t>(header >> 16)};
  stream.reserve(bytes.size() + 4);
  testing::AppendBytes(bytes, &stream);
  stream.push_back(3);
  return stream;
}

class GainMaps : public ::testing::Test {
 protected:
  JxlpoolStatus Open(const std::string& box_type, const Bytes& contents) {
    file_ = testing::MakeContainer({{box_type, contents}, {"jxlc", image_}});
    return decoder_.OpenMemory(file_.data(), file_.size());
  }

  const Bytes image_ = testing::ReadFile(DataPath("rgb8"));
  const Bytes map_ = testing::ReadFile(DataPath("grey_alpha8"));
  Decoder decoder_;
  Bytes file_;
  JxlpoolGainMap gain_map_ = Make<JxlpoolGainMap>();
};

TEST_F(GainMaps, PartsAreHandedOut) {
  for (const bool compressed : {false, true}) {
    const Bytes bundle = Bundle({1, 2, 3}, kGreyLinear, {}, map_);
    Bytes brob = {'j', 'h', 'g', 'm'};
    testing::AppendBytes(Stored(bundle), &brob);
    ASSERT_EQ(compressed ? Open("brob", brob) : Open("jhgm", bundle), JXLPOOL_OK);
    ASSERT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_OK) << decoder_.LastError().message;
    EXPECT_EQ(Bytes(gain_map_.metadata, gain_map_.metadata + gain_map_.metadata_size), (Bytes{1, 2, 3}));
    EXPECT_EQ(gain_map_.icc_size, 0u);
    ASSERT_EQ(gain_map_.codestream_size, map_.size());
    EXPECT_EQ(std::memcmp(gain_map_.codestream, map_.data(), map_.size()), 0);
    EXPECT_EQ(gain_map_.has_color_encoding, 1);
    const auto encoding = decoder_.GainMapColorEncoding();
    ASSERT_TRUE(encoding);
    EXPECT_STREQ(encoding->name, "Gra_D65_Rel_Lin");
    // The map is an image of its own.
    Decoder other;
    ASSERT_EQ(other.OpenMemory(gain_map_.codestream, gain_map_.codestream_size), JXLPOOL_OK);
    EXPECT_EQ(other.ImageInfo()->num_color_channels, 1u);
    EXPECT_EQ(other.ImageInfo()->num_extra_channels, 1u);
  }
}

TEST_F(GainMaps, DamageHurtsTheMapOnly) {
  const Bytes good = Bundle({1, 2, 3}, kGreyLinear, {}, map_);
  for (size_t size = 0; size < good.size() - map_.size() + 2; ++size) {
    ASSERT_EQ(Open("jhgm", Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(size))), JXLPOOL_OK);
    EXPECT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_CORRUPT) << size;
    EXPECT_EQ(decoder_.NextFrame(nullptr), JXLPOOL_OK);
  }
  ASSERT_EQ(Open("jhgm", Bundle({}, {}, {0x00, 0x00, 0x00, 0x00}, map_)), JXLPOOL_OK);
  EXPECT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_CORRUPT);  // an ICC profile of nothing
  ASSERT_EQ(Open("jhgm", Bundle({}, {0x14}, {}, map_)), JXLPOOL_OK);
  EXPECT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_CORRUPT);  // a color encoding that is cut off
  EXPECT_FALSE(decoder_.GainMapColorEncoding());
  Bytes newer = good;
  newer[0] = 3;
  ASSERT_EQ(Open("jhgm", newer), JXLPOOL_OK);
  EXPECT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_UNSUPPORTED);
  ASSERT_EQ(decoder_.OpenMemory(image_.data(), image_.size()), JXLPOOL_OK);
  EXPECT_EQ(decoder_.GainMap(&gain_map_), JXLPOOL_END);
  EXPECT_FALSE(decoder_.GainMapColorEncoding());
}

// The compressed profile of an image serves as that of a gain map: it lies somewhere in the first bits of the
// codestream.
TEST_F(GainMaps, ProfilesAreDecompressed) {
  const Bytes file = testing::ReadFile(std::string(JXLPOOL_TESTDATA) + "/jpeg/metadata.jxl");
  Decoder source;
  ASSERT_EQ(source.OpenMemory(file.data(), file.size()), JXLPOOL_OK);
  const ByteView icc = source.Icc(JXLPOOL_PROFILE_ORIGINAL);
  ASSERT_GT(icc.size, 0u);
  size_t start = 0;
  for (uint32_t i = 0; start == 0; ++i) {
    const auto box = source.RawBox(i);
    ASSERT_TRUE(box);
    if (std::memcmp(box->type, "jxl", 3) == 0) start = box->offset + box->header_size;
  }
  bool found = false;
  for (size_t bit = 8 * start; bit < 8 * start + 300 && !found; ++bit) {
    Bytes shifted;
    for (size_t at = bit; at + 16 <= 8 * file.size(); at += 8) {
      const uint32_t two = file[at / 8] | uint32_t{file[at / 8 + 1]} << 8;
      shifted.push_back(static_cast<uint8_t>(two >> (at % 8)));
    }
    ASSERT_EQ(Open("jhgm", Bundle({}, {}, shifted, map_)), JXLPOOL_OK);
    if (decoder_.GainMap(&gain_map_) != JXLPOOL_OK || gain_map_.icc_size != icc.size) continue;
    found = std::memcmp(gain_map_.icc, icc.data, icc.size) == 0;
  }
  EXPECT_TRUE(found);
}

TEST(Previews, ThatEndEarlyArePartial) {
  const Bytes whole = testing::ReadFile(DataPath("preview_groups"));
  const auto decode = [&](size_t size, bool allow_partial) {
    auto options = Make<JxlpoolDecoderOptions>();
    options.allow_partial = allow_partial ? 1 : 0;
    Decoder decoder(&options);
    EXPECT_EQ(decoder.OpenMemory(whole.data(), size), JXLPOOL_OK);
    auto take = [](uint32_t, uint32_t, const void*, size_t) { return true; };
    return decoder.DecodePreview(RowsTo(&take));
  };
  EXPECT_EQ(decode(whole.size(), true), JXLPOOL_OK);
  EXPECT_EQ(decode(whole.size() / 2 + 100, true), JXLPOOL_OK) << "the preview is complete";
  EXPECT_EQ(decode(whole.size() / 3, true), JXLPOOL_PARTIAL);
  EXPECT_EQ(decode(whole.size() / 3, false), JXLPOOL_NEED_MORE_INPUT);
}

TEST(MaxBoxBytes, BoundsWhatCompressedBoxesExpandTo) {
  Bytes codestream(88);
  codestream[0] = 0xFF;
  codestream[1] = 0x0A;
  const Bytes bundle = Bundle({1, 2, 3}, {}, {}, codestream);
  ASSERT_EQ(bundle.size(), 99u);
  Bytes gain_map = {'j', 'h', 'g', 'm'}, xmp = {'x', 'm', 'l', ' '};
  testing::AppendBytes(Stored(bundle), &gain_map);
  testing::AppendBytes(Stored(Bytes(100)), &xmp);
  const Bytes file = testing::MakeContainer(
      {{"brob", xmp}, {"brob", gain_map}, {"xml ", Bytes(1000)}, {"jxlc", testing::ReadFile(DataPath("rgb8"))}});
  for (const uint64_t limit : {0, 98, 99, 100}) {
    auto options = Make<JxlpoolDecoderOptions>();
    options.max_box_bytes = limit;
    Decoder decoder(&options);
    ASSERT_EQ(decoder.OpenMemory(file.data(), file.size()), JXLPOOL_OK);
    ByteView contents;
    auto info = Make<JxlpoolGainMap>();
    EXPECT_EQ(decoder.BoxContents(0, &contents), limit == 0 || limit >= 100 ? JXLPOOL_OK : JXLPOOL_SIZE_LIMIT) << limit;
    EXPECT_EQ(decoder.GainMap(&info), limit == 0 || limit >= 99 ? JXLPOOL_OK : JXLPOOL_SIZE_LIMIT) << limit;
    EXPECT_EQ(decoder.BoxContents(2, &contents), JXLPOOL_OK) << "nothing is expanded there";
  }
}

}  // namespace
}  // namespace jxlpool
