// ICC profiles that Little-CMS makes for tests.
#ifndef TESTS_UNIT_COLOR_CMS_PROFILES_H_
#define TESTS_UNIT_COLOR_CMS_PROFILES_H_

#include <gtest/gtest.h>
#include <lcms2.h>

#include <cstdint>
#include <vector>

namespace jxlpool {

// The profile as a file; closes it.
inline std::vector<uint8_t> Serialise(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  EXPECT_TRUE(cmsSaveProfileToMem(profile, nullptr, &size));
  std::vector<uint8_t> bytes(size);
  EXPECT_TRUE(cmsSaveProfileToMem(profile, bytes.data(), &size));
  cmsCloseProfile(profile);
  return bytes;
}

// A CMYK profile of ideal inks: RGB = (1 - ink) * (1 - black) in linear sRGB, tabulated as Lab.
inline cmsInt32Number InkToLab(const cmsUInt16Number in[], cmsUInt16Number out[], void* transform) {
  double rgb[3];
  for (int c = 0; c < 3; ++c) rgb[c] = (1 - in[c] / 65535.0) * (1 - in[3] / 65535.0);
  cmsCIELab lab;
  cmsDoTransform(transform, rgb, &lab, 1);
  cmsFloat2LabEncodedV2(out, &lab);
  return TRUE;
}
inline std::vector<uint8_t> CmykProfile() {
  const cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  const cmsHPROFILE lab = cmsCreateLab4Profile(nullptr);
  const cmsHTRANSFORM transform =
      cmsCreateTransform(srgb, TYPE_RGB_DBL, lab, TYPE_Lab_DBL, INTENT_RELATIVE_COLORIMETRIC, 0);
  const cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 2.1);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, cmsSigCmykData);
  cmsSetPCS(profile, cmsSigLabData);
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 4, 3);
  cmsStage* table = cmsStageAllocCLut16bit(nullptr, 9, 4, 3, nullptr);
  EXPECT_TRUE(cmsStageSampleCLut16bit(table, InkToLab, transform, 0));
  cmsPipelineInsertStage(pipeline, cmsAT_END, table);
  EXPECT_TRUE(cmsWriteTag(profile, cmsSigAToB0Tag, pipeline));
  cmsPipelineFree(pipeline);
  cmsDeleteTransform(transform);
  cmsCloseProfile(lab);
  cmsCloseProfile(srgb);
  return Serialise(profile);
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_COLOR_CMS_PROFILES_H_
