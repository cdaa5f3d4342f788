// SPDX-License-Identifier: MIT
// What the tests of overlapped calls share.
#pragma once

#include "face.h"

#include <berth/winsock/faults.h>

#include <chrono>
#include <thread>

namespace berth::test {

/// How long a test waits for what is to come: it never takes that long.
inline constexpr DWORD kSoon = 20'000;

inline HANDLE handle_of(SOCKET s) { return reinterpret_cast<HANDLE>(s); }

inline HANDLE new_port() { return CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0); }
inline void tie(SOCKET s, HANDLE port, ULONG_PTR key) {
  EXPECT_EQ(CreateIoCompletionPort(handle_of(s), port, key, 0), port);
}

/// What a completion port told.
struct Told {
  bool success = false;
  DWORD error = 0;
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;
};
inline Told take(HANDLE port, DWORD milliseconds = kSoon) {
  Told told;
  SetLastError(0);
  told.success =
      GetQueuedCompletionStatus(port, &told.bytes, &told.key, &told.overlapped, milliseconds) != FALSE;
  told.error = GetLastError();
  return told;
}
inline bool is_empty(HANDLE port) { return take(port, 0).overlapped == nullptr; }

/// What a routine of this thread was told, and how often.
struct RoutineTold {
  int calls = 0;
  DWORD error = 0;
  DWORD bytes = 0;
  OVERLAPPED* overlapped = nullptr;
  DWORD flags = 0;
};
inline thread_local RoutineTold routine_told;
inline void CALLBACK remember(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags) {
  routine_told = {.calls = routine_told.calls + 1,
                  .error = error,
                  .bytes = bytes,
                  .overlapped = overlapped,
                  .flags = flags};
}

inline constexpr DWORD kCountBefore = 0xdeadbeef;
inline constexpr ULONG_PTR kHighBefore = 0xcafe;

/// A structure whose members show whether they were written.
inline OVERLAPPED fresh(HANDLE event = nullptr) {
  OVERLAPPED overlapped{};
  overlapped.Internal = 0x5eed;
  overlapped.InternalHigh = kHighBefore;
  overlapped.hEvent = event;
  return overlapped;
}
inline std::uint32_t status_of(const OVERLAPPED& overlapped) {
  return static_cast<std::uint32_t>(__atomic_load_n(&overlapped.Internal, __ATOMIC_ACQUIRE));
}

/// The call returns SOCKET_ERROR with WSA_IO_PENDING.
template <class Call>
void expect_pending(Call&& call) {
  WSASetLastError(kNoCode);
  EXPECT_EQ(call(), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSA_IO_PENDING);
}

/// A function that returns a BOOL has ended at once, or pends.
inline void expect_begun(BOOL answer) {
  const int code = WSAGetLastError();
  EXPECT_TRUE(answer || code == ERROR_IO_PENDING) << code;
}

class OverlappedTest : public FaceTest {
 protected:
  ~OverlappedTest() override {
    SleepEx(0, TRUE);  // what is still queued belongs to this test
    routine_told = {};
  }

  int acquire(SOCKET s, OVERLAPPED* overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    return WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range_, sizeof(range_), &instance_, sizeof(instance_),
                    &count_, overlapped, routine);
  }
  [[nodiscard]] static bool port_is_reserved() {
    const SOCKET probe = tcp();
    const bool is_free = bind_to(probe, kStart) == 0;
    closesocket(probe);
    return !is_free;
  }

  static constexpr USHORT kStart = 6000;
  INET_PORT_RANGE range_{htons(kStart), 2};
  Instance instance_{};
  DWORD count_ = kCountBefore;
  const HANDLE port_ = new_port();
  const HANDLE event_ = WSACreateEvent();
  OVERLAPPED overlapped_ = fresh();
};

/// A function that Windows gives only by its number.
template <class Function>
Function extension(SOCKET s, GUID id) {
  Function function = nullptr;
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &function, sizeof(function),
                     &bytes, nullptr, nullptr),
            0);
  EXPECT_EQ(bytes, sizeof(function));
  return function;
}

/// The same with a socket that listens on port 80, and one that may connect to it.
class ListeningTest : public OverlappedTest {
 protected:
  ListeningTest() {
    EXPECT_EQ(bind_to(listener_, 80), 0);
    EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
  }
  static void connect_to_listener(SOCKET s) {
    SOCKADDR_IN name = ipv4_name(80);
    EXPECT_EQ(connect(s, as_name(&name), sizeof(name)), 0);
  }

  const SOCKET listener_ = tcp();
  const SOCKET client_ = tcp();
};

}  // namespace berth::test
