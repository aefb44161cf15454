// Owners of Little-CMS profiles and transforms, for lib/color's own files.
#ifndef LIB_COLOR_CMS_OBJECTS_H_
#define LIB_COLOR_CMS_OBJECTS_H_

#include <lcms2.h>

#include <utility>

#include "lib/color/cms_context.h"

namespace jxlpool {

// A handle of a context, which must outlive it; destroyed with kDestroy unless the context is broken.
template <auto kDestroy>
class CmsObject {
 public:
  CmsObject() = default;
  CmsObject(const CmsContext* context, void* handle) : context_(context), handle_(handle) {}
  CmsObject(CmsObject&& other) noexcept : context_(other.context_), handle_(std::exchange(other.handle_, nullptr)) {}
  CmsObject& operator=(CmsObject&& other) noexcept {
    std::swap(context_, other.context_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~CmsObject() {
    if (handle_ != nullptr && !context_->broken()) kDestroy(handle_);
  }
  bool empty() const { return handle_ == nullptr; }
  void* get() const { return handle_; }

 private:
  const CmsContext* context_ = nullptr;
  void* handle_ = nullptr;
};

using CmsProfile = CmsObject<cmsCloseProfile>;
using CmsTransform = CmsObject<cmsDeleteTransform>;

// A profile from untrusted bytes, which are copied. Errors: kCorrupt, kMemoryLimit.
inline Result<CmsProfile> OpenCmsProfile(const CmsContext& context, const uint8_t* icc, size_t size) {
  if (size < 132 || size > UINT32_MAX) return Corrupt("not an ICC profile");
  cmsHPROFILE handle = nullptr;
  JXLPOOL_RETURN_IF_ERROR(
      context.Call([&] { handle = cmsOpenProfileFromMemTHR(context.get(), icc, static_cast<cmsUInt32Number>(size)); }));
  if (handle == nullptr) return Corrupt("not an ICC profile");
  return CmsProfile(&context, handle);
}

}  // namespace jxlpool

#endif  // LIB_COLOR_CMS_OBJECTS_H_
