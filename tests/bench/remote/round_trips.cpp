// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/remote/remote_gateway.h>

#include "bench/remote/sides.h"

namespace berth::bench {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

const Identity kIdentity{TokenKind::ElevatedAdministrator, "bench"};

const Endpoint kName{Address::ipv4(127, 0, 0, 1), 8080};

std::string asked() {
  std::string line;
  remote::write(line, remote::Ask(remote::ask::Submit{.caller = {1}, .request = request::NameOf{{1}}}));
  return line;
}

std::string answered() {
  std::string line;
  remote::write(line, Outcome(Reply{.process = {}, .socket = {}, .block = {}, .token = {}, .name = kName}));
  return line;
}

// As little as two programs can do that exchange these messages: a receive and a send each.
void move_line(int descriptor, char* line, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t piece = ::recv(descriptor, line + got, size - got, 0);
    if (piece <= 0) std::_Exit(0);
    got += static_cast<std::size_t>(piece);
  }
}

}  // namespace

RoundTrip bare_round_trip(int count) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
  const std::string question = asked();
  const std::string answer = answered();
  char line[1024];
  Child echo([&] {
    ::close(ends[0]);
    for (;;) {
      move_line(ends[1], line, question.size());
      if (::send(ends[1], answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  });
  ::close(ends[1]);
  const auto turn = [&] {
    if (::send(ends[0], question.data(), question.size(), MSG_NOSIGNAL) < 0) std::abort();
    move_line(ends[0], line, answer.size());
  };
  for (int i = 0; i < count / 10; ++i) turn();
  const double cpu_before = own_cpu_microseconds() + echo.cpu_microseconds();
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) turn();
  const double wall = microseconds_since(start);
  const double cpu = own_cpu_microseconds() + echo.cpu_microseconds() - cpu_before;
  ::close(ends[0]);
  return {.wall = wall / count, .cpu = cpu / count};
}

RoundTrip served_round_trip(const remote::Where& where, const Child& server, int count) {
  const auto joined =
      remote::RemoteGateway::connect(where, {.program = "bench", .identity = kIdentity, .secret = {}});
  if (!joined) std::abort();
  Gateway& machine = **joined;
  const ProcessId process = (*joined)->process();
  const auto ask = [&](const Request& request) { return std::get<Reply>(machine.submit(process, request)); };
  const SocketId socket = ask(request::OpenSocket{Transport::Tcp, Family::Ipv4}).socket;
  ask(request::Bind{socket, kName});
  const request::NameOf question{socket};
  for (int i = 0; i < count / 10; ++i) ask(question);
  const double cpu_before = own_cpu_microseconds() + server.cpu_microseconds();
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) ask(question);
  const double wall = microseconds_since(start);
  const double cpu = own_cpu_microseconds() + server.cpu_microseconds() - cpu_before;
  return {.wall = wall / count, .cpu = cpu / count};
}

}  // namespace berth::bench
