// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "winsock/handle_table.h"

namespace berth::test {
namespace {

class Duplicates : public FaceTest {
 protected:
  static SOCKET taken_over(WSAPROTOCOL_INFOW& info) {
    return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                      WSA_FLAG_OVERLAPPED);
  }
  static SOCKET duplicate_of(SOCKET s, ProcessId into) {
    WSAPROTOCOL_INFOW info{};
    EXPECT_EQ(WSADuplicateSocketW(s, number_of(into), &info), 0) << WSAGetLastError();
    return taken_over(info);
  }
  static SOCKET duplicate_of(SOCKET s) {
    WSAPROTOCOL_INFOW info{};
    EXPECT_EQ(WSADuplicateSocketW(s, GetCurrentProcessId(), &info), 0) << WSAGetLastError();
    return taken_over(info);
  }
  static bool sleeps(pid_t thread) {
    std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
    return text.substr(text.rfind(')') + 1, 2) == " S";
  }
  static DWORD number_of(ProcessId process) { return static_cast<DWORD>(process.value); }
  static int option(SOCKET s, int name) {
    int value = -1;
    int size = sizeof(value);
    EXPECT_EQ(getsockopt(s, SOL_SOCKET, name, reinterpret_cast<char*>(&value), &size), 0);
    return value;
  }
  std::shared_ptr<WindowsProcess> other_ = process({TokenKind::StandardUser, "bob"}, 1);
};

TEST_F(Duplicates, are_handles_of_their_own_to_one_socket) {
  const SOCKET s = tcp();
  const SOCKET twin = duplicate_of(s);
  ASSERT_NE(twin, INVALID_SOCKET) << WSAGetLastError();
  EXPECT_NE(twin, s);
  ASSERT_EQ(bind_to(s, 5000), 0);
  EXPECT_EQ(port_of(twin), 5000);
  ASSERT_EQ(closesocket(s), 0);
  EXPECT_EQ(port_of(twin), 5000) << "the port lives as long as one handle";
  EXPECT_EQ(bind_to(tcp(), 5000), SOCKET_ERROR);
  ASSERT_EQ(closesocket(twin), 0);
  EXPECT_EQ(bind_to(tcp(), 5000), 0);
}

TEST_F(Duplicates, describe_the_protocol_in_both_alphabets) {
  const SOCKET s = udp();
  WSAPROTOCOL_INFOA narrow{};
  WSAPROTOCOL_INFOW wide{};
  ASSERT_EQ(WSADuplicateSocketA(s, GetCurrentProcessId(), &narrow), 0);
  ASSERT_EQ(WSADuplicateSocketW(s, GetCurrentProcessId(), &wide), 0);
  EXPECT_EQ(narrow.iProtocol, IPPROTO_UDP);
  EXPECT_EQ(wide.iSocketType, SOCK_DGRAM);
  EXPECT_NE(narrow.dwProviderReserved, wide.dwProviderReserved);
  const SOCKET first = WSASocketA(AF_INET, SOCK_DGRAM, IPPROTO_UDP, &narrow, 0, 0);
  EXPECT_NE(first, INVALID_SOCKET);
  EXPECT_NE(taken_over(wide), INVALID_SOCKET);
}

TEST_F(Duplicates, are_taken_over_once_and_by_their_process_alone) {
  const SOCKET s = tcp();
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(s, number_of(other_->id()), &info), 0);
  EXPECT_EQ(taken_over(info), INVALID_SOCKET);
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
  const ScopedProcess there(other_);
  EXPECT_NE(taken_over(info), INVALID_SOCKET);
  EXPECT_EQ(taken_over(info), INVALID_SOCKET);
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
}

TEST_F(Duplicates, share_their_options) {
  const SOCKET s = tcp();
  int on = 1;
  ASSERT_EQ(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(&on), sizeof(on)), 0);
  const SOCKET twin = duplicate_of(s);
  EXPECT_EQ(option(twin, SO_REUSEADDR), 1);
  ASSERT_EQ(setsockopt(twin, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), sizeof(on)), 0);
  EXPECT_EQ(option(s, SO_KEEPALIVE), 1);
  on = 0;
  ASSERT_EQ(setsockopt(twin, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<char*>(&on), sizeof(on)), 0);
  EXPECT_EQ(option(s, SO_REUSEADDR), 0);
}

TEST_F(Duplicates, share_a_connection_between_processes) {
  const SOCKET server = tcp();
  ASSERT_EQ(bind_to(server, 80), 0);
  ASSERT_EQ(listen(server, 4), 0);
  const SOCKET client = tcp();
  SOCKADDR_IN to = ipv4_name(80);
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), 0);
  const SOCKET session = accept(server, nullptr, nullptr);
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(session, number_of(other_->id()), &info), 0);
  ASSERT_EQ(closesocket(session), 0) << "the connection is the other process' alone now";
  {
    const ScopedProcess there(other_);
    const SOCKET twin = taken_over(info);
    ASSERT_NE(twin, INVALID_SOCKET) << WSAGetLastError();
    ASSERT_EQ(send(twin, "hi", 2, 0), 2) << WSAGetLastError();
    EXPECT_EQ(closesocket(twin), 0);
  }
  char text[4] = {};
  EXPECT_EQ(recv(client, text, 2, MSG_WAITALL), 2);
  EXPECT_STREQ(text, "hi");
  EXPECT_EQ(recv(client, text, 2, 0), 0) << "closed with the last handle";
}

TEST_F(Duplicates, get_their_name_when_the_first_handle_is_gone) {
  const SOCKET s = tcp();
  ASSERT_EQ(bind_to(s, 5001), 0);
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(s, number_of(other_->id()), &info), 0);
  ASSERT_EQ(closesocket(s), 0);
  const ScopedProcess there(other_);
  const SOCKET twin = taken_over(info);
  EXPECT_EQ(listen(twin, 1), 0) << WSAGetLastError();
  EXPECT_EQ(port_of(twin), 5001);
}

TEST_F(Duplicates, life02_keep_the_reservation_and_life03_its_owner) {
  const SOCKET s = tcp();
  const auto block = acquired(s, 6000, 4);
  ASSERT_TRUE(block);
  WSAPROTOCOL_INFOW info{};
  ASSERT_EQ(WSADuplicateSocketW(s, number_of(other_->id()), &info), 0);
  ASSERT_EQ(closesocket(s), 0);
  EXPECT_EQ(bind_to(tcp(), 6001), SOCKET_ERROR) << "still reserved";
  const ScopedProcess there(other_);
  EXPECT_EQ(associate(tcp(), block->Token.Token), SOCKET_ERROR) << "the acquirer was another process";
  ASSERT_EQ(closesocket(taken_over(info)), 0);
  EXPECT_EQ(bind_to(tcp(), 6001), 0) << "the last handle ended it";
}

TEST_F(Duplicates, c7_not_a_socket_comes_before_everything_else) {
  expect_failure(WSAENOTSOCK, [] { return WSADuplicateSocketA(0, 0, nullptr); });
  expect_failure(WSAENOTSOCK, [] { return WSADuplicateSocketW(INVALID_SOCKET, 0, nullptr); });
  const SOCKET s = tcp();
  ASSERT_EQ(bind_to(s, 0), 0);
  ASSERT_EQ(listen(s, 1), 0);
  WSAPROTOCOL_INFOW info{};
  expect_failure(WSAEINVAL, [&] { return WSADuplicateSocketW(s, 0x7fffffff, &info); });
  const BadMemory bad(info);
  for (void* place : bad.unwritable())
    expect_failure(WSAEFAULT, [&] {
      return WSADuplicateSocketW(s, GetCurrentProcessId(), static_cast<WSAPROTOCOL_INFOW*>(place));
    });
}

TEST_F(Duplicates, of_a_socket_in_use_let_its_calls_go_on) {
  const SOCKET server = tcp();
  ASSERT_EQ(bind_to(server, 81), 0);
  ASSERT_EQ(listen(server, 4), 0);
  const SOCKET client = tcp();
  SOCKADDR_IN to = ipv4_name(81);
  ASSERT_EQ(connect(client, as_name(&to), sizeof(to)), 0);
  const SOCKET session = accept(server, nullptr, nullptr);
  const SOCKET twin = duplicate_of(session);
  std::atomic<pid_t> reader_id = 0;
  int received = -2;
  std::thread reader([&] {
    const ScopedProcess here(process_);
    reader_id = gettid();
    char byte = 0;
    received = recv(session, &byte, 1, 0);
  });
  while (reader_id == 0 || !winsock::HandleTable::of_program().has_calls(session) || !sleeps(reader_id))
    std::this_thread::yield();
  ASSERT_EQ(closesocket(session), 0);
  ASSERT_EQ(send(client, "x", 1, 0), 1);
  reader.join();
  EXPECT_EQ(received, 1);
  ASSERT_EQ(closesocket(twin), 0);
}

}  // namespace
}  // namespace berth::test
