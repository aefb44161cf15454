// ImageColor: which encoding is delivered, by which way, and what is refused.
#include "lib/compose/image_color.h"

#include <cmath>
#include <vector>

#include "lib/color/icc_synthesis.h"
#include "tests/unit/color/cms_profiles.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

double SrgbFromLinear(double v) { return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055; }

class ImageColorTest : public FrameTest {
 protected:
  ImageColorTest() { image_.ec_info = PoolVector<ExtraChannelInfo>(&memory_, Category::kOther); }
  ~ImageColorTest() override {
    image_ = ImageHeader();
    color_ = ImageColor();
  }

  Status Prepare(const char* requested, PoolVector<uint8_t> icc = {}) {
    color_ = ImageColor();
    return SetUpImageColor(image_, std::move(icc), requested, &memory_, &color_);
  }

  PoolVector<uint8_t> Profile(const ColorDescription& description) {
    auto icc = SynthesiseIcc(description, &memory_);
    EXPECT_TRUE(icc.ok());
    return std::move(icc).value();
  }

  // One pixel through a transform.
  static std::vector<float> Applied(const ColorTransform& transform, std::vector<float> pixel) {
    transform.Apply(&pixel[0], &pixel[1], &pixel[2], 1);
    return pixel;
  }

  ImageHeader image_;
  ImageColor color_;
};

TEST_F(ImageColorTest, XybImagesAreDeliveredInTheirSignalledEncoding) {
  ASSERT_TRUE(Prepare("").ok());
  ASSERT_TRUE(color_.original && color_.data);
  EXPECT_TRUE(SameEncoding(*color_.data, ColorDescription::Srgb()));
  EXPECT_EQ(color_.num_color, 3u);
  EXPECT_FALSE(color_.has_engine);
  EXPECT_FALSE(color_.has_direct);
  EXPECT_GT(color_.data_icc.size(), 128u);
  EXPECT_EQ(color_.data_icc.size(), color_.original_icc.size());
}

TEST_F(ImageColorTest, XybImagesWithAProfileAreDeliveredInLinearSrgb) {
  image_.color_encoding.want_icc = true;
  PoolVector<uint8_t> icc = Profile(ColorDescription::Srgb());
  const size_t icc_size = icc.size();
  ASSERT_TRUE(Prepare("", std::move(icc)).ok());
  EXPECT_FALSE(color_.original);
  ASSERT_TRUE(color_.data);
  EXPECT_TRUE(SameEncoding(*color_.data, ColorDescription::LinearSrgb()));
  EXPECT_EQ(color_.original_icc.size(), icc_size);
}

TEST_F(ImageColorTest, OtherImagesStayAsTheyAre) {
  image_.xyb_encoded = false;
  ASSERT_TRUE(Prepare("").ok());
  EXPECT_TRUE(SameEncoding(*color_.data, *color_.original));
  EXPECT_FALSE(color_.has_engine);
  image_.color_encoding.want_icc = true;
  PoolVector<uint8_t> icc = Profile(ColorDescription::LinearSrgb());
  const std::vector<uint8_t> bytes(icc.begin(), icc.end());
  ASSERT_TRUE(Prepare("", std::move(icc)).ok());
  EXPECT_FALSE(color_.data) << "only the profile is known";
  EXPECT_EQ(std::vector<uint8_t>(color_.data_icc.begin(), color_.data_icc.end()), bytes);
  EXPECT_FALSE(color_.has_engine);
}

TEST_F(ImageColorTest, ARequestOnXybHasADirectAndAComposedWay) {
  ASSERT_TRUE(Prepare("RGB_D65_SRG_Rel_Lin").ok());
  EXPECT_TRUE(color_.has_direct);
  EXPECT_TRUE(color_.has_engine);
  const std::vector<float> xyb = {0.01f, 0.4f, 0.35f};
  const std::vector<float> direct = Applied(color_.to_data, xyb);
  std::vector<float> working = Applied(color_.to_working, xyb);
  for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(working[c], SrgbFromLinear(direct[c]), 2e-4);
  std::vector<float> scratch(ColorEngine::kScratchFloats);
  const float* in[3] = {&working[0], &working[1], &working[2]};
  std::vector<float> out(3);
  float* to[3] = {&out[0], &out[1], &out[2]};
  color_.engine.ConvertRow(in, to, 1, scratch.data());
  for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(out[c], direct[c], 2e-4) << "both ways lead to the same";
}

TEST_F(ImageColorTest, ARequestForWhatTheImageHasChangesNothing) {
  for (const bool xyb : {false, true}) {
    image_.xyb_encoded = xyb;
    ASSERT_TRUE(Prepare("RGB_D65_SRG_Rel_SRG").ok());
    EXPECT_FALSE(color_.has_engine);
    EXPECT_TRUE(SameEncoding(*color_.data, ColorDescription::Srgb()));
  }
}

TEST_F(ImageColorTest, ARequestOnOtherImagesNeedsTheEngine) {
  image_.xyb_encoded = false;
  for (const bool embedded : {false, true}) {
    image_.color_encoding.want_icc = embedded;
    ASSERT_TRUE(
        Prepare("RGB_D65_SRG_Rel_Lin", embedded ? Profile(ColorDescription::Srgb()) : PoolVector<uint8_t>()).ok());
    ASSERT_TRUE(color_.has_engine);
    EXPECT_EQ(color_.black, -1);
    float pixel[3] = {0.5f, 0.25f, 0.75f};
    float* rows[3] = {&pixel[0], &pixel[1], &pixel[2]};
    std::vector<float> scratch(ColorEngine::kScratchFloats);
    color_.engine.ConvertRow(rows, rows, 1, scratch.data());
    EXPECT_NEAR(SrgbFromLinear(pixel[0]), 0.5, 2e-3);
    EXPECT_NEAR(SrgbFromLinear(pixel[1]), 0.25, 2e-3);
    EXPECT_NEAR(SrgbFromLinear(pixel[2]), 0.75, 2e-3);
  }
}

TEST_F(ImageColorTest, GreyStaysGrey) {
  image_.color_encoding.description.space = ColorSpace::kGrey;
  for (const bool xyb : {false, true}) {
    image_.xyb_encoded = xyb;
    ASSERT_TRUE(Prepare("").ok());
    EXPECT_EQ(color_.num_color, 1u);
    EXPECT_TRUE(color_.data->grey());
    ASSERT_TRUE(Prepare("Gra_D65_Rel_Lin").ok());
    EXPECT_EQ(color_.num_color, 1u);
    EXPECT_FALSE(Prepare("RGB_D65_SRG_Rel_SRG").ok());
  }
  image_.color_encoding.description.space = ColorSpace::kRgb;
  for (const bool xyb : {false, true}) {
    image_.xyb_encoded = xyb;
    EXPECT_FALSE(Prepare("Gra_D65_Rel_SRG").ok());
  }
}

TEST_F(ImageColorTest, CmykNeedsABlackChannelToBeConverted) {
  image_.xyb_encoded = false;
  image_.color_encoding.want_icc = true;
  const std::vector<uint8_t> profile = CmykProfile();
  const auto icc = [&] {
    PoolVector<uint8_t> bytes(&memory_, Category::kInput);
    for (const uint8_t byte : profile) EXPECT_TRUE(bytes.PushBack(byte).ok());
    return bytes;
  };
  EXPECT_TRUE(Prepare("", icc()).ok()) << "as it is, it can always be delivered";
  EXPECT_EQ(Prepare("RGB_D65_SRG_Rel_SRG", icc()).code(), ErrorCode::kUnsupported);
  for (const ExtraChannelType type : {ExtraChannelType::kAlpha, ExtraChannelType::kBlack}) {
    ExtraChannelInfo info;
    info.type = type;
    ASSERT_TRUE(image_.ec_info.PushBack(std::move(info)).ok());
  }
  image_.num_extra_channels = 2;
  const Status status = Prepare("RGB_D65_SRG_Rel_SRG", icc());
  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_TRUE(color_.has_engine);
  EXPECT_EQ(color_.black, 1);
  EXPECT_EQ(color_.num_color, 3u);
}

TEST_F(ImageColorTest, AnUnreadableProfileMattersOnlyForConversions) {
  image_.xyb_encoded = false;
  image_.color_encoding.want_icc = true;
  const auto garbage = [&] {
    PoolVector<uint8_t> bytes(&memory_, Category::kInput);
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(bytes.PushBack(static_cast<uint8_t>(i)).ok());
    return bytes;
  };
  EXPECT_TRUE(Prepare("", garbage()).ok());
  EXPECT_EQ(color_.data_icc.size(), 200u);
  EXPECT_EQ(Prepare("RGB_D65_SRG_Rel_SRG", garbage()).code(), ErrorCode::kCorrupt);
}

TEST_F(ImageColorTest, MemoryLimitIsAnError) {
  bool succeeded = false;
  for (size_t limit = 1; !succeeded; limit += 256) {
    ASSERT_LT(limit, 1u << 20);
    Budget small;
    small.set_limit(limit);
    Memory memory(&pool_, &small);
    ImageColor color;
    const Status status = SetUpImageColor(image_, {}, "RGB_D65_SRG_Rel_Lin", &memory, &color);
    succeeded = status.ok();
    if (!succeeded) {
      EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
    }
  }
}

}  // namespace
}  // namespace jxlpool
