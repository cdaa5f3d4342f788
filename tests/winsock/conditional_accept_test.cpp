// SPDX-License-Identifier: MIT
//
// WSAAccept and its condition.
#include "overlapped.h"

#include <mswsock.h>

#include <atomic>
#include <functional>

namespace berth::test {
namespace {

// What a condition was asked, and what it says.
struct Asked {
  int answer = CF_ACCEPT;
  int times = 0;
  USHORT caller = 0;
  USHORT callee = 0;
  bool no_data = false;
};

USHORT port_in(const WSABUF* buffer) {
  SOCKADDR_IN name{};
  EXPECT_EQ(buffer->len, sizeof(name));
  std::memcpy(&name, buffer->buf, sizeof(name));
  EXPECT_EQ(name.sin_family, AF_INET);
  EXPECT_EQ(ntohl(name.sin_addr.s_addr), ULONG{INADDR_LOOPBACK});
  return ntohs(name.sin_port);
}

int CALLBACK condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS, LPQOS, LPWSABUF callee,
                       LPWSABUF callee_data, GROUP*, DWORD_PTR data) {
  auto& asked = *reinterpret_cast<Asked*>(data);
  ++asked.times;
  asked.caller = port_in(caller);
  asked.callee = port_in(callee);
  asked.no_data = caller_data->len == 0 && callee_data->len == 0;
  return asked.answer;
}

class ConditionalAccept : public ListeningTest {
 protected:
  SOCKET accept_if(int answer) {
    asked_.answer = answer;
    WSASetLastError(kNoCode);
    return WSAAccept(listener_, nullptr, nullptr, &condition, reinterpret_cast<DWORD_PTR>(&asked_));
  }
  void expect_refusal(int answer, int code) {
    EXPECT_EQ(accept_if(answer), INVALID_SOCKET);
    EXPECT_EQ(WSAGetLastError(), code);
  }
  [[nodiscard]] bool is_readable() const {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener_, &set);
    const timeval now{};
    const int by_select = select(0, &set, nullptr, nullptr, &now);
    WSAPOLLFD entry{.fd = listener_, .events = POLLRDNORM, .revents = 0};
    EXPECT_EQ(WSAPoll(&entry, 1, 0), by_select);
    return by_select == 1;
  }

  Asked asked_;
};

TEST_F(ConditionalAccept, the_condition_knows_both_names_and_accepts) {
  connect_to_listener(client_);
  asked_.answer = CF_ACCEPT;
  SOCKADDR_IN peer{};
  int size = sizeof(peer);
  const SOCKET server =
      WSAAccept(listener_, as_name(&peer), &size, &condition, reinterpret_cast<DWORD_PTR>(&asked_));
  ASSERT_NE(server, INVALID_SOCKET);
  EXPECT_EQ(asked_.times, 1);
  EXPECT_EQ(asked_.caller, port_of(client_));
  EXPECT_EQ(asked_.callee, 80);
  EXPECT_TRUE(asked_.no_data);
  EXPECT_EQ(ntohs(peer.sin_port), port_of(client_));
  EXPECT_EQ(send(client_, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(server, &byte, 1, 0), 1);
}

TEST_F(ConditionalAccept, without_a_condition_it_is_accept) {
  connect_to_listener(client_);
  EXPECT_NE(WSAAccept(listener_, nullptr, nullptr, nullptr, 0), INVALID_SOCKET);
}

TEST_F(ConditionalAccept, a_rejected_connection_is_reset) {
  for (const auto& [answer, code] : {std::pair{CF_REJECT, WSAECONNREFUSED}, std::pair{77, WSAEINVAL}}) {
    const SOCKET client = tcp();
    connect_to_listener(client);
    expect_refusal(answer, code);
    char byte = 0;
    EXPECT_EQ(recv(client, &byte, 1, 0), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), WSAECONNRESET);
    EXPECT_FALSE(is_readable());
  }
}

TEST_F(ConditionalAccept, a_deferred_connection_is_offered_again_before_the_others) {
  connect_to_listener(client_);
  expect_refusal(CF_DEFER, WSATRY_AGAIN);
  EXPECT_TRUE(is_readable());
  const SOCKET second = tcp();
  connect_to_listener(second);
  expect_refusal(CF_DEFER, WSATRY_AGAIN);
  EXPECT_EQ(asked_.caller, port_of(client_));
  EXPECT_NE(accept_if(CF_ACCEPT), INVALID_SOCKET);
  EXPECT_EQ(asked_.caller, port_of(client_));
  EXPECT_NE(accept_if(CF_ACCEPT), INVALID_SOCKET);
  EXPECT_EQ(asked_.caller, port_of(second));
  EXPECT_EQ(asked_.times, 4);
  EXPECT_FALSE(is_readable());
}

// A condition that puts the connection off; what it does first finds the host's queue empty.
int CALLBACK defer_after(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR data) {
  (*reinterpret_cast<const std::function<void()>*>(data))();
  return CF_DEFER;
}

class Deferral : public ConditionalAccept {
 protected:
  Deferral() { connect_to_listener(client_); }
  void put_off_after(const std::function<void()>& first) {
    EXPECT_EQ(WSAAccept(listener_, nullptr, nullptr, &defer_after, reinterpret_cast<DWORD_PTR>(&first)),
              INVALID_SOCKET);
    EXPECT_EQ(WSAGetLastError(), WSATRY_AGAIN);
  }
  // Another thread waits before the connection is put off, as far as a test can see to that.
  void put_off_while(const std::function<void()>& waits) {
    std::atomic<bool> begins = false;
    std::thread other;
    put_off_after([&] {
      other = std::thread([&] {
        begins = true;
        waits();
      });
      while (!begins) SwitchToThread();
      SwitchToThread();
    });
    other.join();
  }
  void expect_talk(SOCKET server) const {
    EXPECT_EQ(send(client_, "x", 1, 0), 1);
    char byte = 0;
    EXPECT_EQ(recv(server, &byte, 1, 0), 1);
    EXPECT_FALSE(is_readable()) << "that was all";
  }
  void accept_into(SOCKET s) {
    overlapped_.hEvent = event_;
    expect_begun(AcceptEx(listener_, s, names_, 0, kRoom, kRoom, &count_, &overlapped_));
  }

  static constexpr DWORD kRoom = sizeof(SOCKADDR_IN) + 16;
  char names_[2 * kRoom]{};
};

TEST_F(Deferral, wakes_an_accept_that_waits) {
  SOCKET server = INVALID_SOCKET;
  put_off_while([&] { server = accept(listener_, nullptr, nullptr); });
  expect_talk(server);
}

TEST_F(Deferral, wakes_a_select_that_waits_and_is_still_there) {
  put_off_while([&] {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(listener_, &set);
    EXPECT_EQ(select(0, &set, nullptr, nullptr, nullptr), 1);
  });
  put_off_while([&] {
    WSAPOLLFD entry{.fd = listener_, .events = POLLRDNORM, .revents = 0};
    EXPECT_EQ(WSAPoll(&entry, 1, -1), 1);
  });
  expect_talk(accept(listener_, nullptr, nullptr));
}

TEST_F(Deferral, ends_an_AcceptEx_that_pends) {
  const SOCKET server = tcp();
  put_off_after([&] { accept_into(server); });
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  expect_talk(server);
}

TEST_F(Deferral, ends_an_AcceptEx_that_comes_later) {
  const SOCKET server = tcp();
  put_off_after([] {});
  accept_into(server);
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  expect_talk(server);
}

TEST_F(ConditionalAccept, deferring_does_not_enable_FD_ACCEPT) {
  EXPECT_EQ(WSAEventSelect(listener_, event_, FD_ACCEPT), 0);
  connect_to_listener(client_);
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0});
  WSANETWORKEVENTS events{};
  EXPECT_EQ(WSAEnumNetworkEvents(listener_, event_, &events), 0);
  expect_refusal(CF_DEFER, WSATRY_AGAIN);
  EXPECT_EQ(WaitForSingleObject(event_, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WSAEventSelect(listener_, event_, FD_ACCEPT), 0);
  EXPECT_EQ(WaitForSingleObject(event_, kSoon), DWORD{WAIT_OBJECT_0}) << "it is still there";
  EXPECT_NE(accept_if(CF_ACCEPT), INVALID_SOCKET);
}

TEST_F(ConditionalAccept, a_closed_listener_closes_what_was_deferred) {
  const int before = open_descriptors();
  const SOCKET client = tcp();
  connect_to_listener(client);
  expect_refusal(CF_DEFER, WSATRY_AGAIN);
  EXPECT_EQ(closesocket(listener_), 0);
  char byte = 0;
  EXPECT_LE(recv(client, &byte, 1, 0), 0) << "the peer is gone";
  EXPECT_EQ(closesocket(client), 0);
  EXPECT_EQ(open_descriptors(), before - 1);
}

TEST_F(ConditionalAccept, what_it_cannot_use_has_its_code) {
  connect_to_listener(client_);
  expect_failure(WSAEFAULT, [&] {
    const auto nowhere = reinterpret_cast<LPCONDITIONPROC>(std::uintptr_t{1});
    return WSAAccept(listener_, nullptr, nullptr, nowhere, 0) == INVALID_SOCKET ? SOCKET_ERROR : 0;
  });
  EXPECT_EQ(WSAAccept(tcp(), nullptr, nullptr, &condition, 0), INVALID_SOCKET);
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
  EXPECT_EQ(WSAAccept(INVALID_SOCKET, nullptr, nullptr, &condition, 0), INVALID_SOCKET);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  EXPECT_EQ(asked_.times, 0);
}

}  // namespace
}  // namespace berth::test
