// Frame geometry: rectangles tile the frame, derived counts agree with each other and with the definitions.
#include "lib/headers/frame_dimensions.h"

#include <algorithm>
#include <functional>

#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

TEST(FrameDimensionsTest, OnePixel) {
  ImageHeader image;
  FrameHeader frame;
  frame.width = frame.height = 1;
  const FrameDimensions d = ComputeFrameDimensions(image, frame);
  EXPECT_EQ(d.xblocks, 1u);
  EXPECT_EQ(d.xpadded, 8u);
  EXPECT_EQ(d.num_groups, 1u);
  EXPECT_EQ(d.num_lf_groups, 1u);
  EXPECT_EQ(d.num_color_channels, 3u);
}

TEST(FrameDimensionsTest, GreyModularFramesHaveOneChannel) {
  ImageHeader image;
  image.color_encoding.description.space = ColorSpace::kGrey;
  FrameHeader frame;
  for (const bool is_modular : {false, true}) {
    for (const FrameColorTransform transform :
         {FrameColorTransform::kNone, FrameColorTransform::kXyb, FrameColorTransform::kYCbCr}) {
      frame.is_modular = is_modular;
      frame.color_transform = transform;
      frame.width = frame.height = 10;
      const bool is_one = is_modular && transform == FrameColorTransform::kNone;
      EXPECT_EQ(ComputeFrameDimensions(image, frame).num_color_channels, is_one ? 1u : 3u);
    }
  }
}

TEST(FrameDimensionsTest, EqualSamplingFactorsPadButDoNotSubsample) {
  ImageHeader image;
  FrameHeader frame;
  frame.width = 9;
  frame.height = 17;
  for (uint32_t& code : frame.jpeg_upsampling) code = 1;
  const FrameDimensions d = ComputeFrameDimensions(image, frame);
  EXPECT_FALSE(d.subsampled);
  EXPECT_EQ(d.xblocks, 2u);
  EXPECT_EQ(d.yblocks, 4u);
  frame.width = 17;
  EXPECT_EQ(ComputeFrameDimensions(image, frame).xblocks, 4u);
}

TEST(FrameDimensionsTest, SamplingFactorsOfEveryCode) {
  ImageHeader image;
  FrameHeader frame;
  frame.width = frame.height = 100;
  const uint32_t codes[4] = {0, 1, 2, 3};
  const uint32_t h[4] = {0, 1, 1, 0};
  const uint32_t v[4] = {0, 1, 0, 1};
  for (const uint32_t cb : codes) {
    for (const uint32_t y : codes) {
      for (const uint32_t cr : codes) {
        const uint32_t all[3] = {cb, y, cr};
        std::copy(std::begin(all), std::end(all), frame.jpeg_upsampling);
        const FrameDimensions d = ComputeFrameDimensions(image, frame);
        const uint32_t max_h = std::max({h[cb], h[y], h[cr]});
        const uint32_t max_v = std::max({v[cb], v[y], v[cr]});
        EXPECT_EQ(d.max_hshift, max_h);
        EXPECT_EQ(d.max_vshift, max_v);
        for (int c = 0; c < 3; ++c) {
          EXPECT_EQ(d.hshift[c], max_h - h[all[c]]);
          EXPECT_EQ(d.vshift[c], max_v - v[all[c]]);
        }
        const bool all_equal = h[cb] == h[y] && h[y] == h[cr] && v[cb] == v[y] && v[y] == v[cr];
        EXPECT_EQ(d.subsampled, !all_equal);
      }
    }
  }
}

void ExpectTiling(uint64_t count, uint64_t width, uint64_t height, const std::function<Rect(uint64_t)>& rect) {
  int64_t area = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Rect r = rect(i);
    EXPECT_GE(r.x0, 0);
    EXPECT_LE(r.x1(), static_cast<int64_t>(width));
    EXPECT_LE(r.y1(), static_cast<int64_t>(height));
    area += r.width * r.height;
    if (i > 0) {
      const Rect before = rect(i - 1);
      const bool follows = r.y0 == before.y0 ? r.x0 == before.x1() : (r.x0 == 0 && r.y0 == before.y1());
      EXPECT_TRUE(follows) << i;
    }
  }
  EXPECT_EQ(area, static_cast<int64_t>(width * height));
}

TEST(FrameDimensionsTest, GroupsTileTheFrame) {
  ImageHeader image;
  FrameHeader frame;
  for (const uint32_t width : {1u, 7u, 127u, 128u, 129u, 1024u, 1025u, 4097u}) {
    for (const uint32_t height : {1u, 255u, 257u, 2049u}) {
      for (uint32_t shift = 0; shift < 4; ++shift) {
        for (const uint32_t upsampling : {1u, 4u}) {
          frame.width = width;
          frame.height = height;
          frame.is_modular = shift != 1;
          frame.group_size_shift = shift;
          frame.upsampling = upsampling;
          const FrameDimensions d = ComputeFrameDimensions(image, frame);
          EXPECT_EQ(d.xsize, (width + upsampling - 1) / upsampling);
          ExpectTiling(d.num_groups, d.xsize, d.ysize, [&](uint64_t g) { return d.GroupRect(g); });
          for (uint64_t g = 0; g < d.num_groups; ++g) {
            const uint64_t lf_group = d.LfGroupOfGroup(g);
            ASSERT_LT(lf_group, d.num_lf_groups);
            const Rect group = d.GroupRect(g);
            const uint64_t lf_group_dim = uint64_t{8} * d.group_dim;
            EXPECT_EQ(static_cast<uint64_t>(group.x0) / lf_group_dim, lf_group % d.lf_groups_x);
            EXPECT_EQ(static_cast<uint64_t>(group.y0) / lf_group_dim, lf_group / d.lf_groups_x);
            EXPECT_EQ(static_cast<uint64_t>(group.x1() - 1) / lf_group_dim, lf_group % d.lf_groups_x);
            EXPECT_EQ(static_cast<uint64_t>(group.y1() - 1) / lf_group_dim, lf_group / d.lf_groups_x);
          }
        }
      }
    }
  }
}

TEST(FrameDimensionsTest, BlocksOfGroups) {
  ImageHeader image;
  FrameHeader frame;
  frame.width = 2049;
  frame.height = 8;
  FrameDimensions d = ComputeFrameDimensions(image, frame);
  EXPECT_EQ(d.num_groups, 9u);
  EXPECT_EQ(d.num_lf_groups, 2u);
  EXPECT_EQ(d.LfGroupBlocks(0).columns, 256u);
  EXPECT_EQ(d.LfGroupBlocks(1).x0, 256u);
  EXPECT_EQ(d.LfGroupBlocks(1).columns, 1u);
  EXPECT_EQ(d.LfGroupBlocks(1).rows, 1u);
  EXPECT_EQ(d.GroupBlocks(7).columns, 32u);
  EXPECT_EQ(d.GroupBlocks(8).x0, 256u);
  EXPECT_EQ(d.GroupBlocks(8).columns, 1u);
  // MCUs of two blocks pad the last group.
  for (uint32_t& code : frame.jpeg_upsampling) code = 2;
  d = ComputeFrameDimensions(image, frame);
  EXPECT_EQ(d.GroupBlocks(8).columns, 2u);
  frame.height = 2049;
  d = ComputeFrameDimensions(image, frame);
  EXPECT_EQ(d.GroupBlocks(80).y0, 256u);
  EXPECT_EQ(d.GroupBlocks(80).rows, 1u);
  EXPECT_EQ(d.LfGroupBlocks(2).x0, 0u);
  EXPECT_EQ(d.LfGroupBlocks(2).y0, 256u);
}

TEST(FrameDimensionsTest, LargestFramesDoNotOverflow) {
  ImageHeader image;
  FrameHeader frame;
  frame.width = frame.height = 18688u + ((1u << 30) - 1);
  frame.group_size_shift = 0;
  frame.is_modular = true;
  const FrameDimensions d = ComputeFrameDimensions(image, frame);
  EXPECT_EQ(d.groups_x, (uint64_t{frame.width} + 127) / 128);
  EXPECT_EQ(d.num_groups, d.groups_x * d.groups_x);
}

}  // namespace
}  // namespace jxlpool
