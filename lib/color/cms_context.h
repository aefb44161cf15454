// CmsContext: a Little-CMS context whose memory comes from the pool.
//
// Little-CMS does not survive a failed allocation. When the budget refuses one, the allocator therefore leaves the
// library by a long jump to the Call it was entered through; the context is broken from then on, and what it had
// allocated goes back to the pool with it.
//
// Contexts themselves, some 20 KiB each whatever the image, cannot come from a pool: Little-CMS takes a part of them
// from malloc, whatever it is told. Up to kMaxIdle of them are therefore kept for the next user in the process.
//
// One thread at a time uses a context. A finished transform, which allocates nothing, may run on any number of threads.
#ifndef LIB_COLOR_CMS_CONTEXT_H_
#define LIB_COLOR_CMS_CONTEXT_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/memory.h"

// NOLINTNEXTLINE(bugprone-reserved-identifier): Little-CMS calls it so.
struct _cmsContext_struct;

namespace jxlpool {

struct CmsAllocator;

class CmsContext {
 public:
  static constexpr uint32_t kMaxIdle = 8;

  // Empty.
  CmsContext() = default;
  CmsContext(CmsContext&& other) noexcept;
  CmsContext& operator=(CmsContext&& other) noexcept;
  CmsContext(const CmsContext&) = delete;
  CmsContext& operator=(const CmsContext&) = delete;
  // Profiles and transforms of the context become invalid.
  ~CmsContext() { Destroy(); }

  // What Little-CMS allocates from now on comes from `memory`, which must outlive the context. Errors: kMemoryLimit.
  static Result<CmsContext> Create(Memory* memory);

  // The handle for Little-CMS. Use it inside Call only, except to destroy objects of a context that is not broken.
  _cmsContext_struct* get() const { return context_; }
  // True if an allocation was refused. Objects of a broken context must not even be destroyed.
  bool broken() const;

  // Runs body(), which calls Little-CMS. Errors: kMemoryLimit; body was then left in the middle, without running
  // destructors. REQUIRES: body owns nothing while it calls Little-CMS.
  template <class Body>
  Status Call(Body&& body) const {
    return CallGuarded([](void* function) { (*static_cast<Body*>(function))(); }, &body);
  }

 private:
  Status CallGuarded(void (*function)(void*), void* argument) const;
  void Destroy();

  _cmsContext_struct* context_ = nullptr;
  CmsAllocator* allocator_ = nullptr;  // known to Little-CMS
};

}  // namespace jxlpool

#endif  // LIB_COLOR_CMS_CONTEXT_H_
