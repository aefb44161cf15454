#include "lib/color/cms_context.h"

#include <lcms2.h>
#include <lcms2_plugin.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <new>
#include <utility>

namespace jxlpool {
namespace {

// No table of a sane profile is larger.
constexpr size_t kLargestBlock = size_t{1} << 28;
// What creating a context takes is put aside beforehand, as it could not be undone halfway.
constexpr size_t kReserve = size_t{16} << 10;

// In front of every block that Little-CMS holds.
struct alignas(64) BlockNode {
  BlockNode* previous = nullptr;
  BlockNode* next = nullptr;
  size_t size = 0;
  Buffer buffer;  // the memory that this node lies in; empty if that is the reserve
};

struct AllocatorState {
  Memory* memory = nullptr;
  BlockNode blocks;  // head of the ring of all blocks that do not come from the reserve
  Buffer reserve;
  size_t reserve_used = 0;
  bool creating = false;
  bool broken = false;
  bool can_jump = false;
  std::jmp_buf exit;
};

AllocatorState* StateOf(cmsContext context) { return static_cast<AllocatorState*>(cmsGetContextUserData(context)); }
BlockNode* NodeOf(void* payload) { return static_cast<BlockNode*>(payload) - 1; }

void Link(AllocatorState* state, BlockNode* node) {
  node->previous = &state->blocks;
  node->next = state->blocks.next;
  node->previous->next = node->next->previous = node;
}

void* TakeFromReserve(AllocatorState* state, size_t size) {
  const size_t needed = sizeof(BlockNode) + (size + 63) / 64 * 64;
  if (needed > state->reserve.size() - state->reserve_used) return nullptr;
  auto* node = new (state->reserve.data() + state->reserve_used) BlockNode();
  state->reserve_used += needed;
  node->size = size;
  return node + 1;
}

void* Allocate(cmsContext context, cmsUInt32Number size) {
  AllocatorState* state = StateOf(context);
  if (state == nullptr) return nullptr;
  if (state->creating) return TakeFromReserve(state, size);
  if (size <= kLargestBlock) {
    auto buffer =
        state->memory->Acquire(size + sizeof(BlockNode), Category::kOther, ElementType::kOther, Fill::kUninitialized);
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
  // Moved out first: giving the memory back takes the node with it.
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

AllocatorState* StateIn(const Buffer& buffer) { return reinterpret_cast<AllocatorState*>(buffer.data()); }

Status OutOfMemory() { return Status(ErrorCode::kMemoryLimit, "no memory for the colour engine"); }

}  // namespace

CmsContext::CmsContext(CmsContext&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)), state_(std::move(other.state_)) {}

CmsContext& CmsContext::operator=(CmsContext&& other) noexcept {
  if (this != &other) {
    Destroy();
    context_ = std::exchange(other.context_, nullptr);
    state_ = std::move(other.state_);
  }
  return *this;
}

Result<CmsContext> CmsContext::Create(Memory* memory) {
  CmsContext result;
  JXLPOOL_ASSIGN_OR_RETURN(result.state_, memory->Acquire(sizeof(AllocatorState), Category::kOther, ElementType::kOther,
                                                          Fill::kUninitialized));
  auto* state = new (result.state_.data()) AllocatorState();
  state->memory = memory;
  state->blocks.previous = state->blocks.next = &state->blocks;
  JXLPOOL_ASSIGN_OR_RETURN(state->reserve,
                           memory->Acquire(kReserve, Category::kOther, ElementType::kOther, Fill::kUninitialized));
  state->creating = true;
  cmsPluginMemHandler plugin = MemoryPlugin();
  result.context_ = cmsCreateContext(&plugin, state);
  state->creating = false;
  if (result.context_ == nullptr) return OutOfMemory();
  return result;
}

bool CmsContext::broken() const { return !state_.empty() && StateIn(state_)->broken; }

Status CmsContext::CallGuarded(void (*function)(void*), void* argument) const {
  AllocatorState* state = StateIn(state_);
  if (state->broken) return OutOfMemory();
  if (setjmp(state->exit) != 0) {
    state->can_jump = false;
    return OutOfMemory();
  }
  state->can_jump = true;
  function(argument);
  state->can_jump = false;
  return OkStatus();
}

void CmsContext::Destroy() {
  if (context_ != nullptr) cmsDeleteContext(context_);
  context_ = nullptr;
  if (state_.empty()) return;
  AllocatorState* state = StateIn(state_);
  while (state->blocks.next != &state->blocks) FreeNode(state->blocks.next);
  state->~AllocatorState();
  state_.Release();
}

}  // namespace jxlpool
