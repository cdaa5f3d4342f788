// SPDX-License-Identifier: MIT
#include "socket_association.h"

#include <winsock2.h>

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "last_error.h"

namespace berth::winsock {
namespace {

struct Associations {
  std::atomic<bool> has_any = false;  // never false again: a program without ports takes no lock
  std::mutex mutex;
  std::map<std::uintptr_t, Association> of_handles;
};

Associations& associations() {
  static Associations& all = *new Associations;
  return all;
}

bool refuse_association(int code) {
  set_last_error(code);
  return false;
}

// The entry of an open socket, made when there is none. Requires: the lock is held.
Association& entry_of(std::uintptr_t handle, SocketId socket) {
  Associations& all = associations();
  all.has_any.store(true, std::memory_order_relaxed);
  Association& entry = all.of_handles[handle];
  // The handle may have been another socket's once.
  if (entry.socket != socket) entry = {.socket = socket, .port = nullptr, .key = 0, .modes = 0};
  return entry;
}

}  // namespace

bool associate_socket(std::uintptr_t socket, std::shared_ptr<CompletionPort> port, std::uintptr_t key) {
  const auto open = HandleTable::of_program().find(socket);
  if (!open) return refuse_association(ERROR_INVALID_HANDLE);
  const std::lock_guard guard(associations().mutex);
  Association& entry = entry_of(socket, open->socket);
  if (entry.port) return refuse_association(ERROR_INVALID_PARAMETER);
  entry.port = std::move(port);
  entry.key = key;
  return true;
}

bool add_notification_modes(std::uintptr_t socket, std::uint8_t modes) {
  const auto open = HandleTable::of_program().find(socket);
  if (!open) return refuse_association(ERROR_INVALID_HANDLE);
  const std::lock_guard guard(associations().mutex);
  Association& entry = entry_of(socket, open->socket);
  entry.modes = static_cast<std::uint8_t>(entry.modes | modes);
  return true;
}

Association association_of(std::uintptr_t handle, SocketId socket) {
  Associations& all = associations();
  if (!all.has_any.load(std::memory_order_relaxed)) return {};
  const std::lock_guard guard(all.mutex);
  const auto found = all.of_handles.find(handle);
  const bool is_its_own = found != all.of_handles.end() && found->second.socket == socket;
  return is_its_own ? found->second : Association{};
}

void forget_association(std::uintptr_t handle) {
  Associations& all = associations();
  if (!all.has_any.load(std::memory_order_relaxed)) return;
  Association ended;  // its port is destroyed when the lock is free again
  const std::lock_guard guard(all.mutex);
  if (const auto found = all.of_handles.find(handle); found != all.of_handles.end()) {
    ended = std::move(found->second);
    all.of_handles.erase(found);
  }
}

void hold_associations_still() { associations().mutex.lock(); }
void let_associations_go_on() { associations().mutex.unlock(); }

void move_association(std::uintptr_t handle, SocketId from, SocketId to) {
  const std::lock_guard guard(associations().mutex);
  const auto found = associations().of_handles.find(handle);
  if (found != associations().of_handles.end() && found->second.socket == from) found->second.socket = to;
}

}  // namespace berth::winsock
