// SPDX-License-Identifier: MIT
#pragma once

#include <winsock2.h>

#include <berth/winsock/faults.h>

#include "async_state.h"
#include "use.h"

namespace berth::winsock {

/// An overlapped call that moves bytes or connections: where it waits, and how it is tried.
struct OverlappedCall {
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
  AsyncState::Side side{};
  FaultPoint point{};
  /// Made for the operation, which an attempt may hand on to another socket.
  std::function<AsyncState::Attempt(const std::shared_ptr<Operation>&)> attempt;
  std::uintptr_t second_handle = 0;
  bool fails_late = false;  ///< a failure at once is told by completion too
  /// Where a success at once is told, unless null: before its completion is, because who takes that may free
  /// them.
  LPDWORD bytes = nullptr;
  LPDWORD flags = nullptr;
};

/// Begins it. 0: it has succeeded, and that was told as well; SOCKET_ERROR with WSA_IO_PENDING or another
/// last error otherwise. Requires: `use.has_flow()` returned true.
int begin_overlapped(Use& use, const OverlappedCall& call);

/// WSARecvMsg, which programs reach by its address alone.
INT PASCAL receive_message(SOCKET s, LPWSAMSG message, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

/// The end of a call that came to a code of Winsock.
[[nodiscard]] Completion completion_of(int code, std::size_t bytes);

/// Sends on a stream, or a datagram, and ends when all bytes are on their way.
[[nodiscard]] AsyncState::Attempt sending(Flow& flow, const std::vector<WSABUF>& buffers);
/// Receives what there is. Requires: a stream.
[[nodiscard]] AsyncState::Attempt receiving(Flow& flow, const std::vector<WSABUF>& buffers);

}  // namespace berth::winsock
