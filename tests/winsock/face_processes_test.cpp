// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <sys/wait.h>

#include <atomic>
#include <thread>

namespace berth::test {
namespace {

class Processes : public FaceTest {
 protected:
  std::shared_ptr<WindowsProcess> other_ = process({TokenKind::StandardUser, "bob"}, 1);
};

TEST_F(Processes, an_attached_thread_cannot_use_anothers_handle) {
  const SOCKET mine = tcp();
  {
    const ScopedProcess as_the_other(other_);
    expect_failure(WSAENOTSOCK, [mine] { return bind_to(mine, 5000); });
    expect_failure(WSAENOTSOCK, [mine] { return closesocket(mine); });
  }
  EXPECT_EQ(bind_to(mine, 5000), 0);
}

TEST_F(Processes, attachments_nest) {
  const SOCKET mine = tcp();
  {
    const ScopedProcess as_the_other(other_);
    const SOCKET theirs = tcp();
    {
      const ScopedProcess as_myself(process_);
      EXPECT_EQ(bind_to(mine, 5000), 0);
    }
    EXPECT_EQ(bind_to(theirs, 5001), 0);
  }
  EXPECT_EQ(closesocket(mine), 0);
}

TEST_F(Processes, a_thread_that_is_not_attached_is_the_process_of_the_handle) {
  const SOCKET mine = tcp();
  const auto block = acquired(mine, 5000, 20).value();
  std::thread([&] {
    EXPECT_EQ(associate(mine, block.Token.Token), 0);
    EXPECT_EQ(bind_to(mine, 0), 0);
    EXPECT_EQ(port_of(mine), 5000);
    EXPECT_EQ(listen(mine, 1), 0);
    EXPECT_EQ(closesocket(mine), 0);
  }).join();
  expect_failure(WSAENOTSOCK, [mine] { return closesocket(mine); });
}

TEST_F(Processes, threads_are_different_processes_at_the_same_time) {
  constexpr int kRounds = 300;
  const auto work = [this](const Identity& identity, ULONG expected) {
    const ScopedProcess attached(process(identity, 1));
    for (int round = 0; round < kRounds; ++round) {
      ULONG64 token = 0;
      const ULONG code = CreatePersistentTcpPortReservation(htons(5000), 1, &token);
      ASSERT_EQ(code, expected);
      EXPECT_EQ(DeletePersistentTcpPortReservation(htons(5000), 1), expected);
      const SOCKET s = tcp();
      ASSERT_TRUE(acquired(s, 0, 3));
      ASSERT_EQ(closesocket(s), 0);
    }
  };
  std::thread administrator(work, Identity{TokenKind::ElevatedAdministrator, "carol"}, NO_ERROR);
  std::thread user(work, Identity{TokenKind::StandardUser, "dave"}, ERROR_ACCESS_DENIED);
  administrator.join();
  user.join();
}

TEST_F(Processes, of_two_threads_that_close_one_handle_one_succeeds) {
  for (int round = 0; round < 100; ++round) {
    const SOCKET s = tcp();
    std::atomic<int> closed = 0;
    std::atomic<int> refused = 0;
    const auto try_to_close = [&] {
      const ScopedProcess attached(process_);
      const bool succeeds = closesocket(s) == 0;
      if (succeeds) ++closed;
      if (!succeeds && WSAGetLastError() == WSAENOTSOCK) ++refused;
    };
    std::thread other(try_to_close);
    try_to_close();
    other.join();
    EXPECT_EQ(closed + refused, 2);
    EXPECT_EQ(closed, 1);
  }
}

TEST_F(Processes, last_error_and_last_refusal_are_of_the_thread) {
  expect_failure(WSAENOTSOCK, [] { return closesocket(SOCKET{3}); });
  std::thread([] {
    EXPECT_EQ(WSAGetLastError(), 0);
    EXPECT_EQ(last_refusal(), std::nullopt);
    EXPECT_EQ(closesocket(SOCKET{3}), SOCKET_ERROR);
  }).join();
  EXPECT_EQ(last_rule(), Rule::NotASocket);
  EXPECT_NE(tcp(), INVALID_SOCKET);
  EXPECT_EQ(last_refusal(), std::nullopt) << "the last call succeeded";
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK) << "success leaves the code";
}

TEST_F(Processes, last_refusal_is_not_an_earlier_calls) {
  IN_ADDR address{};
  EXPECT_EQ(closesocket(SOCKET{3}), SOCKET_ERROR);
  EXPECT_EQ(inet_pton(AF_IPX, "127.0.0.1", &address), -1);
  EXPECT_EQ(last_refusal(), std::nullopt) << "no rule of the machine";
}

TEST_F(Processes, handles_are_forgotten_with_their_process) {
  SOCKET theirs = INVALID_SOCKET;
  {
    const ScopedProcess as_the_other(other_);
    theirs = tcp();
  }
  other_.reset();
  expect_failure(WSAENOTSOCK, [theirs] { return closesocket(theirs); });
}

TEST_F(Processes, that_have_ended_find_the_network_down) {
  const SOCKET s = tcp();
  ASSERT_TRUE(std::holds_alternative<Reply>(machine_->submit(process_->id(), request::ExitProcess{})));
  expect_failure(WSAENETDOWN, [s] { return bind_to(s, 0); });
  expect_failure(WSAENETDOWN, [] { return tcp(); });
  EXPECT_EQ(last_refusal(), std::nullopt) << "not a verdict of the model";
}

// -- fork -----------------------------------------------------------------------------------------

// What a forked child says, and whether it ended with 0.
template <class Child>
std::pair<bool, std::string> forked(Child child) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    _exit(child() ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 512> buffer{};
  for (ssize_t size = 0; (size = read(ends[0], buffer.data(), buffer.size())) > 0;)
    said.append(buffer.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  int status = -1;
  waitpid(pid, &status, 0);
  return {status == 0, said};
}

template <class Call>
bool finds_the_network_down(Call call) {
  WSASetLastError(0);
  return static_cast<int>(call()) == SOCKET_ERROR && WSAGetLastError() == WSAENETDOWN;
}

TEST_F(Processes, a_forked_child_does_not_have_its_parents_machine) {
  const SOCKET s = tcp();
  const std::uint64_t before = machine_->state_hash();
  const auto [failed, said] = forked([&] {
    WSADATA data;
    ULONG64 token = 0;
    return finds_the_network_down([&] { return bind_to(s, 5000); }) &&
           finds_the_network_down([&] { return acquired(s, 5000, 1) ? 0 : SOCKET_ERROR; }) &&
           finds_the_network_down([] { return tcp(); }) &&
           finds_the_network_down([&] { return closesocket(s); }) &&
           finds_the_network_down([] { return WSACleanup(); }) && last_refusal() == std::nullopt &&
           WSAStartup(MAKEWORD(2, 2), &data) == WSASYSNOTREADY &&
           CreatePersistentTcpPortReservation(htons(5000), 1, &token) == ERROR_NOT_SUPPORTED &&
           machine_->state_hash() == before;
  });
  EXPECT_TRUE(failed);
  EXPECT_EQ(said,
            "berth: the emulated machine stays with the process that forked: WSAENETDOWN for its child\n");
  EXPECT_EQ(bind_to(s, 5000), 0) << "the parent goes on";
}

TEST_F(Processes, a_forked_child_may_have_a_machine_of_its_own) {
  const auto [worked, said] = forked([] {
    const auto machine = started_machine();
    const ScopedProcess attached(WindowsProcess::of(machine, machine->start_process({}), 1));
    const SOCKET s = tcp();
    return bind_to(s, 5000) == 0 && closesocket(s) == 0;
  });
  EXPECT_TRUE(worked);
  EXPECT_EQ(said, "");
}

TEST_F(Processes, a_fork_while_another_thread_opens_sockets_leaves_the_child_free_to) {
  std::atomic<bool> done = false;
  std::thread busy([&] {
    const ScopedProcess attached(other_);
    while (!done) closesocket(tcp());
  });
  for (int round = 0; round < 20; ++round) {
    const auto [worked, said] = forked([] {
      const auto machine = started_machine();
      const ScopedProcess attached(WindowsProcess::of(machine, machine->start_process({}), 1));
      return closesocket(tcp()) == 0;
    });
    EXPECT_TRUE(worked);
  }
  done = true;
  busy.join();
}

}  // namespace
}  // namespace berth::test
