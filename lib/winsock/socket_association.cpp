// SPDX-License-Identifier: MIT
#include "socket_association.h"

#include <winsock2.h>

#include <map>

#include "handle_table.h"
#include "last_error.h"

namespace berth::winsock {
namespace {

struct Association {
  SocketId socket;
  std::shared_ptr<CompletionPort> port;
  std::uintptr_t key = 0;
};

struct Associations {
  std::mutex mutex;
  std::map<std::uintptr_t, Association> of_handles;
};

Associations& associations() {
  static Associations& all = *new Associations;
  return all;
}

bool refuse(int code) {
  set_last_error(code);
  return false;
}

}  // namespace

bool associate_socket(std::uintptr_t socket, std::shared_ptr<CompletionPort> port, std::uintptr_t key) {
  const auto open = HandleTable::of_program().find(socket);
  if (!open) return refuse(ERROR_INVALID_HANDLE);
  Associations& all = associations();
  const std::lock_guard guard(all.mutex);
  const auto found = all.of_handles.find(socket);
  // The handle may have been another socket's once.
  const bool has_one = found != all.of_handles.end() && found->second.socket == open->socket;
  if (has_one) return refuse(ERROR_INVALID_PARAMETER);
  all.of_handles.insert_or_assign(socket,
                                  Association{.socket = open->socket, .port = std::move(port), .key = key});
  return true;
}

}  // namespace berth::winsock
