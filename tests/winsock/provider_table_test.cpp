// SPDX-License-Identifier: MIT
//
// The provider by its table, and what it asks its client for.
#include "overlapped.h"

#include <ws2spi.h>

#include <string>

namespace berth::test {
namespace {

// What the client was asked.
struct Asked {
  int queued = 0;
  HANDLE thread = nullptr;
  int modified = 0;
  DWORD provider = 0;
  SOCKET socket = INVALID_SOCKET;
  bool refuses = false;
};
Asked asked;

int WSPAPI queue_of_client(LPWSATHREADID thread, LPWSAUSERAPC procedure, DWORD_PTR context, LPINT error) {
  ++asked.queued;
  asked.thread = thread->ThreadHandle;
  return WPUQueueApc(thread, procedure, context, error);
}
SOCKET WSPAPI handle_of_client(DWORD provider, SOCKET s, LPINT error) {
  ++asked.modified;
  asked.provider = provider;
  asked.socket = s;
  if (!asked.refuses) return WPUModifyIFSHandle(provider, s, error);
  *error = WSAENOBUFS;
  return INVALID_SOCKET;
}

class ProviderTable : public OverlappedTest {
 protected:
  ProviderTable() {
    asked = {};
    upcalls_.lpWPUQueueApc = queue_of_client;
    upcalls_.lpWPUModifyIFSHandle = handle_of_client;
    DWORD size = sizeof(protocols_);
    EXPECT_EQ(WSAEnumProtocolsW(nullptr, protocols_, &size), 4);
    EXPECT_EQ(start(MAKEWORD(2, 2)), 0);
  }
  ~ProviderTable() override { EXPECT_EQ(provider_.lpWSPCleanup(&error_), 0); }

  int start(WORD version) { return WSPStartup(version, &data_, protocols_, upcalls_, &provider_); }
  SOCKET new_socket(int type = SOCK_STREAM) {
    return provider_.lpWSPSocket(AF_INET, type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED, &error_);
  }
  // The call fails by its place alone.
  template <class Call>
  void expect_code(int code, Call&& call) {
    WSASetLastError(kNoCode);
    error_ = 0;
    EXPECT_EQ(static_cast<int>(call()), SOCKET_ERROR);
    EXPECT_EQ(error_, code);
    EXPECT_EQ(WSAGetLastError(), kNoCode);
  }

  WSAPROTOCOL_INFOW protocols_[4]{};
  WSPUPCALLTABLE upcalls_{};
  WSPPROC_TABLE provider_{};
  WSPDATA data_{};
  int error_ = 0;
};

TEST_F(ProviderTable, agrees_on_the_lower_version) {
  EXPECT_EQ(data_.wVersion, MAKEWORD(2, 2));
  EXPECT_EQ(data_.wHighVersion, MAKEWORD(2, 2));
  EXPECT_NE(data_.szDescription[0], L'\0');
  for (const auto& [asked_for, given] :
       {std::pair{MAKEWORD(2, 0), MAKEWORD(2, 0)}, std::pair{MAKEWORD(2, 9), MAKEWORD(2, 2)},
        std::pair{MAKEWORD(3, 1), MAKEWORD(2, 2)}}) {
    EXPECT_EQ(start(asked_for), 0);
    EXPECT_EQ(data_.wVersion, given);
    EXPECT_EQ(provider_.lpWSPCleanup(&error_), 0);
  }
}

TEST_F(ProviderTable, a_startup_that_fails_starts_nothing_and_writes_nothing) {
  const auto newcomer = process({TokenKind::StandardUser, "bob"}, 0);
  const ScopedProcess scope(newcomer);
  WSASetLastError(kNoCode);
  WSPPROC_TABLE none{};
  WSPDATA data{};
  EXPECT_EQ(WSPStartup(MAKEWORD(1, 1), &data, protocols_, upcalls_, &none), WSAVERNOTSUPPORTED);
  EXPECT_EQ(WSPStartup(MAKEWORD(2, 2), nullptr, protocols_, upcalls_, &none), WSAEFAULT);
  EXPECT_EQ(WSPStartup(MAKEWORD(2, 2), &data, nullptr, upcalls_, &none), WSAEFAULT);
  const BadMemory bad(none);
  for (void* place : bad.unwritable())
    EXPECT_EQ(WSPStartup(MAKEWORD(2, 2), &data, protocols_, upcalls_, static_cast<WSPPROC_TABLE*>(place)),
              WSAEFAULT);
  EXPECT_TRUE(bad.is_intact());
  EXPECT_EQ(data.wVersion, 0);
  EXPECT_EQ(none.lpWSPSocket, nullptr);
  EXPECT_EQ(WSAGetLastError(), kNoCode);
  expect_code(WSANOTINITIALISED, [&] { return new_socket(); });
  expect_code(WSANOTINITIALISED, [&] { return provider_.lpWSPCleanup(&error_); });

  EXPECT_EQ(WSPStartup(MAKEWORD(2, 2), &data, protocols_, upcalls_, &none), 0);
  EXPECT_NE(none.lpWSPSocket(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0, &error_), INVALID_SOCKET);
  EXPECT_EQ(none.lpWSPCleanup(&error_), 0);
}

TEST_F(ProviderTable, every_entry_is_there) {
  void* entries[sizeof(WSPPROC_TABLE) / sizeof(void*)];
  std::memcpy(entries, &provider_, sizeof(provider_));
  for (const void* entry : entries) EXPECT_NE(entry, nullptr);
}

TEST_F(ProviderTable, a_connection_lives_through_the_table_alone) {
  const SOCKET listener = new_socket();
  const SOCKET client = new_socket();
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(provider_.lpWSPBind(listener, as_name(&name), sizeof(name), &error_), 0);
  EXPECT_EQ(provider_.lpWSPListen(listener, 5, &error_), 0);
  EXPECT_EQ(provider_.lpWSPConnect(client, as_name(&name), sizeof(name), nullptr, nullptr, nullptr, nullptr,
                                   &error_),
            0);
  const SOCKET server = provider_.lpWSPAccept(listener, nullptr, nullptr, nullptr, 0, &error_);
  ASSERT_NE(server, INVALID_SOCKET);
  int size = sizeof(name);
  EXPECT_EQ(provider_.lpWSPGetPeerName(client, as_name(&name), &size, &error_), 0);
  EXPECT_EQ(ntohs(name.sin_port), 80);
  EXPECT_EQ(provider_.lpWSPGetSockName(server, as_name(&name), &size, &error_), 0);
  std::string text = "hello";
  WSABUF buffer{.len = 5, .buf = text.data()};
  EXPECT_EQ(provider_.lpWSPSend(client, &buffer, 1, &count_, 0, nullptr, nullptr, nullptr, &error_), 0);
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(server, &readable);
  EXPECT_EQ(provider_.lpWSPSelect(0, &readable, nullptr, nullptr, nullptr, &error_), 1);
  text = ".....";
  DWORD flags = 0;
  EXPECT_EQ(provider_.lpWSPRecv(server, &buffer, 1, &count_, &flags, nullptr, nullptr, nullptr, &error_), 0);
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(provider_.lpWSPShutdown(client, SD_SEND, &error_), 0);
  EXPECT_EQ(provider_.lpWSPCloseSocket(client, &error_), 0);
  expect_code(WSAENOTSOCK, [&] { return provider_.lpWSPCloseSocket(client, &error_); });
}

TEST_F(ProviderTable, options_events_and_texts_go_through_it_too) {
  const SOCKET s = new_socket(SOCK_DGRAM);
  BOOL on = TRUE;
  int size = sizeof(on);
  EXPECT_EQ(
      provider_.lpWSPSetSockOpt(s, SOL_SOCKET, SO_BROADCAST, reinterpret_cast<char*>(&on), size, &error_), 0);
  on = FALSE;
  EXPECT_EQ(
      provider_.lpWSPGetSockOpt(s, SOL_SOCKET, SO_BROADCAST, reinterpret_cast<char*>(&on), &size, &error_),
      0);
  EXPECT_TRUE(on);
  expect_code(WSAENOPROTOOPT, [&] {
    return provider_.lpWSPGetSockOpt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), &size,
                                     &error_);
  });
  EXPECT_EQ(provider_.lpWSPEventSelect(s, event_, FD_WRITE, &error_), 0);
  WSANETWORKEVENTS events{};
  EXPECT_EQ(provider_.lpWSPEnumNetworkEvents(s, event_, &events, &error_), 0);
  SOCKADDR_IN name = ipv4_name(80);
  WCHAR text[32];
  DWORD length = 32;
  EXPECT_EQ(provider_.lpWSPAddressToString(reinterpret_cast<LPSOCKADDR>(&name), sizeof(name), nullptr, text,
                                           &length, &error_),
            0);
  EXPECT_EQ(std::wstring(text), L"127.0.0.1:80");
  size = sizeof(name);
  EXPECT_EQ(provider_.lpWSPStringToAddress(text, AF_INET, nullptr, reinterpret_cast<LPSOCKADDR>(&name), &size,
                                           &error_),
            0);
  EXPECT_EQ(ntohs(name.sin_port), 80);
}

TEST_F(ProviderTable, the_client_queues_routines_and_sees_new_sockets) {
  const SOCKET s = new_socket(SOCK_DGRAM);
  EXPECT_EQ(asked.modified, 1);
  EXPECT_EQ(asked.provider, 1002U) << "UDP over IPv4";
  SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(provider_.lpWSPBind(s, as_name(&name), sizeof(name), &error_), 0);
  WSATHREADID thread{};
  EXPECT_EQ(WPUOpenCurrentThread(&thread, &error_), 0);
  std::string text = ".....";
  WSABUF buffer{.len = 5, .buf = text.data()};
  DWORD flags = 0;
  expect_code(WSA_IO_PENDING, [&] {
    return provider_.lpWSPRecvFrom(s, &buffer, 1, nullptr, &flags, nullptr, nullptr, &overlapped_, remember,
                                   &thread, &error_);
  });
  EXPECT_EQ(asked.queued, 0);
  std::string more = "hello";
  WSABUF sent{.len = 5, .buf = more.data()};
  EXPECT_EQ(provider_.lpWSPSendTo(new_socket(SOCK_DGRAM), &sent, 1, &count_, 0, as_name(&name), sizeof(name),
                                  nullptr, nullptr, nullptr, &error_),
            0);
  EXPECT_EQ(SleepEx(kSoon, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(routine_told.bytes, 5U);
  EXPECT_EQ(asked.queued, 1);
  EXPECT_EQ(asked.thread, thread.ThreadHandle);
  EXPECT_TRUE(provider_.lpWSPGetOverlappedResult(s, &overlapped_, &count_, FALSE, &flags, &error_));
  EXPECT_EQ(WPUCloseThread(&thread, &error_), 0);
}

TEST_F(ProviderTable, a_socket_that_the_client_refuses_is_closed) {
  asked.refuses = true;
  expect_code(WSAENOBUFS, [&] { return new_socket(); });
  expect_code(WSAENOTSOCK, [&] { return provider_.lpWSPCloseSocket(asked.socket, &error_); });
  upcalls_ = {};
  EXPECT_EQ(start(MAKEWORD(2, 2)), 0);
  EXPECT_NE(new_socket(), INVALID_SOCKET) << "the table that was given last counts";
  EXPECT_EQ(provider_.lpWSPCleanup(&error_), 0);
}

TEST_F(ProviderTable, what_it_does_not_do_it_refuses) {
  const SOCKET s = new_socket();
  expect_code(WSAEINVAL, [&] { return provider_.lpWSPAsyncSelect(s, nullptr, 0, FD_READ, &error_); });
  expect_code(WSAENOTSOCK, [&] { return provider_.lpWSPAsyncSelect(0, nullptr, 0, FD_READ, &error_); });
  expect_code(WSAEINVAL, [&] { return provider_.lpWSPCancelBlockingCall(&error_); });
  expect_code(WSAEINVAL,
              [&] { return provider_.lpWSPGetQOSByName(s, nullptr, nullptr, &error_) ? 0 : SOCKET_ERROR; });
  expect_code(WSAEOPNOTSUPP, [&] {
    return provider_.lpWSPJoinLeaf(s, nullptr, 0, nullptr, nullptr, nullptr, nullptr, 0, &error_);
  });
  EXPECT_EQ(provider_.lpWSPBind(s, nullptr, 0, nullptr), SOCKET_ERROR) << "no place for the code";
}

TEST_F(ProviderTable, a_handle_of_another_provider_has_a_context_and_a_port) {
  const SOCKET s = WPUCreateSocketHandle(1, 42, &error_);
  ASSERT_NE(s, INVALID_SOCKET);
  DWORD_PTR context = 0;
  EXPECT_EQ(WPUQuerySocketHandleContext(s, &context, &error_), 0);
  EXPECT_EQ(context, 42U);
  tie(s, port_, 7);
  overlapped_.hEvent = event_;
  EXPECT_EQ(WPUCompleteOverlappedRequest(s, &overlapped_, 0, 5, &error_), 0);
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_OBJECT_0});
  const Told told = take(port_, 0);
  EXPECT_EQ(told.bytes, 5U);
  EXPECT_EQ(told.key, 7U);
  EXPECT_EQ(WPUCompleteOverlappedRequest(s, &overlapped_, WSAECONNRESET, 0, &error_), 0);
  EXPECT_EQ(take(port_, 0).error, DWORD{ERROR_NETNAME_DELETED});
  EXPECT_EQ(WPUCloseSocketHandle(s, &error_), 0);
  expect_code(WSAENOTSOCK, [&] { return WPUCloseSocketHandle(s, &error_); });
  expect_code(WSAENOTSOCK, [&] { return WPUQuerySocketHandleContext(s, &context, &error_); });
  expect_code(WSAEINVAL, [&] { return WPUCompleteOverlappedRequest(s, &overlapped_, 0, 0, &error_); });
  const SOCKET own = new_socket();
  expect_code(WSAEINVAL, [&] { return WPUCompleteOverlappedRequest(own, &overlapped_, 0, 0, &error_); });
  expect_code(WSAEINVAL, [&] { return WPUModifyIFSHandle(1, INVALID_SOCKET, &error_); });
}

TEST_F(ProviderTable, events_of_a_provider) {
  const WSAEVENT event = WPUCreateEvent(&error_);
  EXPECT_TRUE(WPUSetEvent(event, &error_));
  EXPECT_EQ(WaitForSingleObject(event, 0), DWORD{WAIT_OBJECT_0});
  EXPECT_TRUE(WPUResetEvent(event, &error_));
  EXPECT_EQ(WaitForSingleObject(event, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_TRUE(WPUCloseEvent(event, &error_));
  EXPECT_FALSE(WPUSetEvent(event, &error_));
  EXPECT_EQ(error_, WSA_INVALID_HANDLE);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(SOCKET{4}, &set);
  EXPECT_TRUE(WPUFDIsSet(4, &set));
  EXPECT_FALSE(WPUFDIsSet(8, &set));
}

TEST_F(ProviderTable, is_found_by_name) {
  const HMODULE winsock = GetModuleHandleA("ws2_32.dll");
  for (const char* name :
       {"WPUCompleteOverlappedRequest", "WSAStartup", "WSAIoctl", "GetAddrInfoW", "WSAPoll"})
    EXPECT_NE(GetProcAddress(winsock, name), nullptr) << name;
  const HMODULE extensions = LoadLibraryA("mswsock.dll");
  EXPECT_NE(GetProcAddress(extensions, "WSPStartup"), nullptr);
  EXPECT_NE(GetProcAddress(extensions, "AcceptEx"), nullptr);
  EXPECT_EQ(GetProcAddress(extensions, "DisconnectEx"), nullptr)
      << "found by SIO_GET_EXTENSION_FUNCTION_POINTER";
}

}  // namespace
}  // namespace berth::test
