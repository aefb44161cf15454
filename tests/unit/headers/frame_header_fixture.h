// Frame headers of any fields, and a fixture that reads them in images that suit.
#ifndef TESTS_UNIT_HEADERS_FRAME_HEADER_FIXTURE_H_
#define TESTS_UNIT_HEADERS_FRAME_HEADER_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>

#include "lib/headers/frame_header.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {

// An image without anything special, 300x200.
struct Image {
  ImageHeader header;
  Image(Memory* memory, uint32_t num_extra, uint32_t dim_shift = 0) {
    header.size = {300, 200};
    header.preview = {16, 16};
    header.num_extra_channels = num_extra;
    header.ec_info = PoolVector<ExtraChannelInfo>(memory, Category::kOther);
    EXPECT_TRUE(header.ec_info.Resize(num_extra).ok());
    for (ExtraChannelInfo& info : header.ec_info) info.dim_shift = dim_shift;
  }
};

// The fields of a frame header as the test wants them; conditions are written out once more here.
struct Fields {
  bool xyb = true;
  uint32_t num_extra = 0;
  bool animation = false;
  bool timecodes = false;

  uint32_t type = 0;
  bool modular = false;
  uint64_t flags = 0;
  bool ycbcr = false;
  uint32_t jpeg_upsampling[3] = {0, 0, 0};
  uint32_t upsampling_code = 0;
  uint32_t ec_upsampling_code = 0;
  uint32_t group_size_shift = 2;
  uint32_t x_qm = 5, b_qm = 6;
  std::function<void(FieldWriter*)> passes = [](FieldWriter* w) { w->U32(0); };
  uint32_t lf_level = 1;
  bool crop = false;
  std::function<void(FieldWriter*)> crop_fields;
  // mode, and what follows it
  std::function<void(FieldWriter*)> blending = [](FieldWriter* w) { w->U32(0); };
  std::function<void(FieldWriter*)> ec_blending = [](FieldWriter* w) { w->U32(0); };
  std::function<void(FieldWriter*)> duration = [](FieldWriter* w) { w->U32(0); };
  bool is_last = true;
  uint32_t save_as_reference = 0;
  int save_before_ct = -1;  // -1: not coded
  std::function<void(FieldWriter*)> filter = [](FieldWriter* w) { w->Bool(true); };

  FieldWriter Write() const {
    FieldWriter w;
    w.Bool(false).U(2, type).Bool(modular).U64(flags);
    if (!xyb) w.Bool(ycbcr);
    const bool own_lf = (flags & 32) == 0;
    if (ycbcr && own_lf) {
      for (const uint32_t code : jpeg_upsampling) w.U(2, code);
    }
    if (own_lf) {
      w.U32(upsampling_code);
      for (uint32_t i = 0; i < num_extra; ++i) w.U32(ec_upsampling_code);
    }
    if (modular) w.U(2, group_size_shift);
    if (xyb && !modular) w.U(3, x_qm).U(3, b_qm);
    if (type != 2) passes(&w);
    if (type == 1) w.U(2, lf_level - 1);
    if (type != 1) w.Bool(crop);
    if (crop) crop_fields(&w);
    if (type == 0 || type == 3) {
      blending(&w);
      for (uint32_t i = 0; i < num_extra; ++i) ec_blending(&w);
      if (animation) duration(&w);
      if (timecodes) w.U(32, 0x01020304);
      w.Bool(is_last);
    }
    if (type != 1 && !(is_last && type != 2)) w.U(2, save_as_reference);
    if (save_before_ct >= 0) w.Bool(save_before_ct == 1);
    w.U32(0);  // name
    filter(&w);
    return w.U64(0);
  }
};

class FrameHeaderTest : public HeadersTest {
 protected:
  Status Read(const Bytes& bytes, const ImageHeader& image, FrameRole role = FrameRole::kMain) {
    BitReader reader(bytes.data(), bytes.size());
    const Status status = ReadFrameHeader(&reader, &memory_, image, role, limits_, &frame_);
    position_ = reader.Position();
    return status;
  }
  // Reads fields of a suitable image and expects that nothing is left over if they are good.
  ErrorCode Code(const Fields& fields, uint32_t dim_shift = 0, FrameRole role = FrameRole::kMain) {
    Image image(&memory_, fields.num_extra, dim_shift);
    image.header.xyb_encoded = fields.xyb;
    image.header.have_animation = fields.animation;
    image.header.animation.have_timecodes = fields.timecodes;
    const FieldWriter writer = fields.Write();
    const Status status = Read(writer.bytes(), image.header, role);
    if (status.ok()) {
      EXPECT_EQ(position_, writer.position());
    }
    return status.code();
  }
  // Reads the image header of an example, then the frame header that starts at byte `offset`.
  void ReadExample(const Bytes& bytes, size_t offset, ImageHeader* image) {
    BitReader reader(bytes.data(), bytes.size());
    ASSERT_TRUE(ReadImageHeader(&reader, &memory_, limits_, image).ok());
    ASSERT_TRUE(reader.ZeroPadToByte().ok());
    ASSERT_EQ(reader.Position(), 8 * offset);
    const Status status = ReadFrameHeader(&reader, &memory_, *image, FrameRole::kMain, limits_, &frame_);
    ASSERT_TRUE(status.ok()) << status.message();
    position_ = reader.Position();
    // Cut anywhere, the header needs more input.
    for (size_t size = offset; size < bytes.size(); ++size) {
      BitReader cut(bytes.data() + offset, size - offset, 8 * offset);
      FrameHeader other;
      const Status cut_status = ReadFrameHeader(&cut, &memory_, *image, FrameRole::kMain, limits_, &other);
      EXPECT_EQ(cut_status.code(), 8 * size < position_ ? ErrorCode::kNeedMoreInput : ErrorCode::kOk) << size;
    }
  }

  FrameHeader frame_;
  uint64_t position_ = 0;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_HEADERS_FRAME_HEADER_FIXTURE_H_
