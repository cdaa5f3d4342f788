// SPDX-License-Identifier: MIT
#include "handle_table.h"

#include "flow.h"
#include "process_face.h"

namespace berth::winsock {
namespace {

// A slot is used again only when this many others wait, so that a stale handle stays one for a while.
constexpr std::size_t kSlotsThatRest = 64;

constexpr std::uint32_t bit_of(StoredOption option) { return 1U << static_cast<unsigned>(option); }

}  // namespace

constinit HandleTable::OfProgram HandleTable::of_program_;

HandleTable::~HandleTable() {
  for (const auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

std::optional<std::size_t> HandleTable::free_slot() {
  const bool is_full = used_ == most_;
  if (first_free_ != kNone && (free_slots_ > kSlotsThatRest || is_full)) {
    const std::size_t index = first_free_;
    first_free_ = slot_of(handle_at(index))->next_free;
    if (first_free_ == kNone) last_free_ = kNone;
    --free_slots_;
    return index;
  }
  if (is_full) return std::nullopt;
  return new_slot();
}

std::size_t HandleTable::new_slot() {
  if (used_ % kPerChunk == 0) chunks_[used_ / kPerChunk].store(new Chunk, std::memory_order_release);
  return used_++;
}

void HandleTable::give_back(std::size_t index) {
  slot_of(handle_at(index))->next_free = kNone;
  (last_free_ == kNone ? first_free_ : slot_of(handle_at(last_free_))->next_free) = index;
  last_free_ = index;
  ++free_slots_;
}

std::optional<std::uintptr_t> HandleTable::insert(const OpenHandle& open) {
  const std::lock_guard guard(mutex_);
  const auto index = free_slot();
  if (!index) return std::nullopt;
  open_slot(*index, open, 0);
  return handle_at(*index);
}

bool HandleTable::insert_at(std::uintptr_t handle, const OpenHandle& open, std::uint32_t options) {
  const std::lock_guard guard(mutex_);
  const std::size_t index = index_at(handle);
  if (handle % 4 != 0 || index >= most_ || index < used_) return false;
  while (used_ < index) give_back(new_slot());
  open_slot(new_slot(), open, options);
  return true;
}

void HandleTable::open_slot(std::size_t index, const OpenHandle& open, std::uint32_t options) {
  Slot& slot = *slot_of(handle_at(index));
  // Release, so that a reader who sees one of them sees also that the slot was closed before.
  slot.options.store(options, std::memory_order_release);
  slot.process.store(open.process, std::memory_order_release);
  slot.socket.store(open.socket.value, std::memory_order_release);
  slot.shape.store(shape_of(open), std::memory_order_release);
  slot.flow.store(open.flow, std::memory_order_release);
  slot.version.fetch_add(1, std::memory_order_release);
}

std::optional<OpenHandle> HandleTable::take(std::uintptr_t handle) {
  const std::lock_guard guard(mutex_);
  const auto open = find(handle);
  if (!open) return std::nullopt;
  // Against `enter`: either the call sees that the handle is closed, or `retire` sees the call.
  slot_of(handle)->version.fetch_add(1, std::memory_order_seq_cst);
  if (open->flow == nullptr) give_back(index_at(handle));
  return open;
}

bool HandleTable::replace(std::uintptr_t handle, SocketId socket, const OpenHandle& by) {
  const std::lock_guard guard(mutex_);
  const auto open = find(handle);
  if (!open || open->socket != socket) return false;
  Slot& slot = *slot_of(handle);
  slot.version.fetch_add(1, std::memory_order_seq_cst);  // closed for a moment
  slot.process.store(by.process, std::memory_order_release);
  slot.socket.store(by.socket.value, std::memory_order_release);
  slot.shape.store(shape_of(by), std::memory_order_release);
  slot.flow.store(by.flow, std::memory_order_release);
  slot.version.fetch_add(1, std::memory_order_release);
  return true;
}

void HandleTable::retire(std::uintptr_t handle) {
  Slot& slot = *slot_of(handle);
  for (std::uint32_t calls = slot.calls.load(std::memory_order_seq_cst); calls != 0;
       calls = slot.calls.load(std::memory_order_seq_cst))
    slot.calls.wait(calls, std::memory_order_seq_cst);
  const std::lock_guard guard(mutex_);
  slot.flow.store(nullptr, std::memory_order_release);
  give_back(index_at(handle));
}

std::uint32_t HandleTable::calls_on(std::uintptr_t handle) const {
  return slot_of(handle)->calls.load(std::memory_order_seq_cst);
}

Flow* HandleTable::adopt(std::uintptr_t handle, Flow* flow) {
  const std::lock_guard guard(mutex_);
  const auto open = find(handle);
  if (!open) return nullptr;
  if (open->flow == nullptr) slot_of(handle)->flow.store(flow, std::memory_order_release);
  return open->flow == nullptr ? flow : open->flow;
}

std::optional<std::uintptr_t> HandleTable::handle_to(const Gateway& machine, SocketId socket) const {
  for (std::size_t index = 0; index < kChunks * kPerChunk; ++index) {
    if (chunks_[index / kPerChunk].load(std::memory_order_acquire) == nullptr) break;
    const auto open = find(handle_at(index));
    if (open && open->socket == socket && &open->process->machine() == &machine) return handle_at(index);
  }
  return std::nullopt;
}

std::vector<std::uintptr_t> HandleTable::handles_of(const ProcessFace* process) const {
  std::vector<std::uintptr_t> handles;
  for (std::size_t index = 0; index < kChunks * kPerChunk; ++index) {
    if (chunks_[index / kPerChunk].load(std::memory_order_acquire) == nullptr) break;
    const auto open = find(handle_at(index));
    if (open && open->process == process) handles.push_back(handle_at(index));
  }
  return handles;
}

void HandleTable::each_flow(const std::function<void(Flow&)>& look) {
  for (std::size_t index = 0; index < kChunks * kPerChunk; ++index) {
    if (chunks_[index / kPerChunk].load(std::memory_order_acquire) == nullptr) break;
    const std::uintptr_t handle = handle_at(index);
    enter(handle);
    if (const auto open = find(handle); open && open->flow != nullptr) look(*open->flow);
    leave(handle);
  }
}

void HandleTable::forget_calls() {
  for (const auto& chunk : chunks_) {
    Chunk* slots = chunk.load(std::memory_order_acquire);
    if (slots == nullptr) break;
    for (Slot& slot : *slots) slot.calls.store(0, std::memory_order_relaxed);
  }
}

bool HandleTable::is_on(std::uintptr_t handle, StoredOption option) const {
  const Slot* slot = slot_of(handle);
  return slot != nullptr && (slot->options.load(std::memory_order_relaxed) & bit_of(option)) != 0;
}

std::uint32_t HandleTable::options_of(std::uintptr_t handle) const {
  return slot_of(handle)->options.load(std::memory_order_relaxed);
}

void HandleTable::store(std::uintptr_t handle, StoredOption option, bool on) {
  Slot* slot = slot_of(handle);
  if (slot == nullptr) return;
  put_option(slot->options, option, on);
  if (option == StoredOption::NotInherited) return;
  Flow* flow = slot->flow.load(std::memory_order_acquire);
  if (flow == nullptr || !flow->is_shared()) return;
  for (const auto& chunk : chunks_) {
    Chunk* slots = chunk.load(std::memory_order_acquire);
    if (slots == nullptr) break;
    for (Slot& other : *slots)
      if (other.flow.load(std::memory_order_relaxed) == flow) put_option(other.options, option, on);
  }
}

void HandleTable::put_option(std::atomic<std::uint32_t>& options, StoredOption option, bool on) {
  if (on) options.fetch_or(bit_of(option), std::memory_order_relaxed);
  if (!on) options.fetch_and(~bit_of(option), std::memory_order_relaxed);
}

void HandleTable::copy_options(std::uintptr_t from, std::uintptr_t to) {
  const Slot* source = slot_of(from);
  Slot* target = slot_of(to);
  if (source == nullptr || target == nullptr) return;
  const std::uint32_t on = source->options.load(std::memory_order_relaxed);
  target->options.fetch_or(on & ~bit_of(StoredOption::NotInherited), std::memory_order_relaxed);
}

}  // namespace berth::winsock
