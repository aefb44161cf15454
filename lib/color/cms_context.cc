#include "lib/color/cms_context.h"

#include <lcms2.h>
#include <lcms2_plugin.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace jxlpool {
namespace {

// Larger requests are refused. No table of a sane profile is larger.
constexpr size_t kLargestBlock = size_t{1} << 28;
// The memory that creating a context takes is put aside beforehand, as the creation could not be undone halfway.
constexpr size_t kReserve = size_t{16} << 10;

// Stands in front of every block that Little-CMS holds.
struct alignas(64) BlockNode {
  BlockNode* previous = nullptr;
  BlockNode* next = nullptr;
  size_t size = 0;
  Buffer buffer;  // the memory that this node lies in; empty if that is the reserve
};

}  // namespace

struct CmsAllocator {
  CmsAllocator() { blocks.previous = blocks.next = &blocks; }

  Memory* memory = nullptr;
  BlockNode blocks;  // head of the ring of all blocks that do not come from the reserve
  size_t reserve_used = 0;
  bool creating = false;
  bool broken = false;
  bool can_jump = false;
  std::jmp_buf exit;
  cmsContext idle_context = nullptr;  // while the allocator is among the idle ones
  CmsAllocator* next_idle = nullptr;
  alignas(64) uint8_t reserve[kReserve];
};

namespace {

// Idle contexts of the process.
constinit std::mutex g_idle_mutex;
constinit CmsAllocator* g_idle = nullptr;  // guarded by g_idle_mutex
constinit uint32_t g_num_idle = 0;         // guarded by g_idle_mutex

CmsAllocator* TakeIdle() {
  const std::lock_guard<std::mutex> lock(g_idle_mutex);
  CmsAllocator* allocator = g_idle;
  if (allocator == nullptr) return nullptr;
  g_idle = allocator->next_idle;
  --g_num_idle;
  return allocator;
}

// False if there are enough idle ones.
bool PutIdle(CmsAllocator* allocator, cmsContext context) {
  const std::lock_guard<std::mutex> lock(g_idle_mutex);
  if (g_num_idle == CmsContext::kMaxIdle) return false;
  allocator->memory = nullptr;
  allocator->idle_context = context;
  allocator->next_idle = g_idle;
  g_idle = allocator;
  ++g_num_idle;
  return true;
}

CmsAllocator* StateOf(cmsContext context) { return static_cast<CmsAllocator*>(cmsGetContextUserData(context)); }
BlockNode* NodeOf(void* payload) { return static_cast<BlockNode*>(payload) - 1; }

void Link(CmsAllocator* state, BlockNode* node) {
  node->previous = &state->blocks;
  node->next = state->blocks.next;
  node->previous->next = node->next->previous = node;
}

void* TakeFromReserve(CmsAllocator* state, size_t size) {
  const size_t needed = sizeof(BlockNode) + (size + 63) / 64 * 64;
  if (needed > kReserve - state->reserve_used) return nullptr;
  auto* node = new (state->reserve + state->reserve_used) BlockNode();
  state->reserve_used += needed;
  node->size = size;
  return node + 1;
}

void* Allocate(cmsContext context, cmsUInt32Number size) {
  CmsAllocator* state = StateOf(context);
  if (state == nullptr) return nullptr;
  if (state->creating) return TakeFromReserve(state, size);
  if (size <= kLargestBlock) {
    auto buffer = state->memory->Acquire(size + sizeof(BlockNode), Category::kOther, ElementType::kOther, Fill::kDirty);
    if (buffer.ok()) {
      auto* node = new (buffer.value().data()) BlockNode();
      node->size = size;
      node->buffer = std::move(buffer).value();
      Link(state, node);
      return node + 1;
    }
  }
  state->broken = true;
  if (state->can_jump) std::longjmp(state->exit, 1);
  return nullptr;
}

void FreeNode(BlockNode* node) {
  node->previous->next = node->next;
  node->next->previous = node->previous;
  // The buffer is moved out first, as giving it back takes the node with it.
  const Buffer buffer = std::move(node->buffer);
  node->~BlockNode();
}

void Free(cmsContext /*context*/, void* payload) {
  if (payload != nullptr && NodeOf(payload)->next != nullptr) FreeNode(NodeOf(payload));
}

void* Reallocate(cmsContext context, void* payload, cmsUInt32Number size) {
  void* grown = Allocate(context, size);
  if (grown == nullptr || payload == nullptr) return grown;
  std::memcpy(grown, payload, std::min<size_t>(size, NodeOf(payload)->size));
  Free(context, payload);
  return grown;
}

cmsPluginMemHandler MemoryPlugin() {
  cmsPluginMemHandler plugin = {};
  plugin.base.Magic = cmsPluginMagicNumber;
  plugin.base.ExpectedVersion = 2000;
  plugin.base.Type = cmsPluginMemHandlerSig;
  plugin.MallocPtr = Allocate;
  plugin.FreePtr = Free;
  plugin.ReallocPtr = Reallocate;
  return plugin;
}

// Profiles have a mutex each. Nothing has to be locked, as one thread at a time uses a context; and a jump out of the
// library would leave the mutex locked, in memory that goes back to the pool.
cmsPluginMutex MutexPlugin() {
  cmsPluginMutex plugin = {};
  plugin.base.Magic = cmsPluginMagicNumber;
  plugin.base.ExpectedVersion = 2000;
  plugin.base.Type = cmsPluginMutexSig;
  plugin.CreateMutexPtr = [](cmsContext context) -> void* { return context; };
  plugin.DestroyMutexPtr = [](cmsContext, void*) {};
  plugin.LockMutexPtr = [](cmsContext, void*) -> cmsBool { return TRUE; };
  plugin.UnlockMutexPtr = [](cmsContext, void*) {};
  return plugin;
}

Status OutOfMemory() { return Status(ErrorCode::kMemoryLimit, "no memory for the color engine"); }

}  // namespace

CmsContext::CmsContext(CmsContext&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)), allocator_(std::exchange(other.allocator_, nullptr)) {}

CmsContext& CmsContext::operator=(CmsContext&& other) noexcept {
  if (this != &other) {
    Destroy();
    context_ = std::exchange(other.context_, nullptr);
    allocator_ = std::exchange(other.allocator_, nullptr);
  }
  return *this;
}

Result<CmsContext> CmsContext::Create(Memory* memory) {
  CmsContext result;
  result.allocator_ = TakeIdle();
  if (result.allocator_ != nullptr) {
    result.context_ = std::exchange(result.allocator_->idle_context, nullptr);
    result.allocator_->memory = memory;
    return result;
  }
  auto* allocator = new (std::nothrow) CmsAllocator();
  if (allocator == nullptr) return OutOfMemory();
  result.allocator_ = allocator;
  allocator->memory = memory;
  allocator->creating = true;
  cmsPluginMutex mutexes = MutexPlugin();
  cmsPluginMemHandler plugin = MemoryPlugin();
  plugin.base.Next = &mutexes.base;
  result.context_ = cmsCreateContext(&plugin, allocator);
  allocator->creating = false;
  if (result.context_ == nullptr) return OutOfMemory();
  return result;
}

bool CmsContext::broken() const { return allocator_ != nullptr && allocator_->broken; }

Status CmsContext::CallGuarded(void (*function)(void*), void* argument) const {
  CmsAllocator* allocator = allocator_;
  if (allocator->broken) return OutOfMemory();
  if (setjmp(allocator->exit) != 0) {
    allocator->can_jump = false;
    return OutOfMemory();
  }
  allocator->can_jump = true;
  function(argument);
  allocator->can_jump = false;
  return OkStatus();
}

void CmsContext::Destroy() {
  CmsAllocator* allocator = std::exchange(allocator_, nullptr);
  cmsContext context = std::exchange(context_, nullptr);
  if (allocator == nullptr) return;
  const bool is_as_new = context != nullptr && !allocator->broken && allocator->blocks.next == &allocator->blocks;
  if (is_as_new && PutIdle(allocator, context)) return;
  if (context != nullptr) cmsDeleteContext(context);
  while (allocator->blocks.next != &allocator->blocks) FreeNode(allocator->blocks.next);
  delete allocator;
}

}  // namespace jxlpool
