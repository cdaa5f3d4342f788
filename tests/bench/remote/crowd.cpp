// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/remote/channel.h>
#include <berth/remote/message.h>

#include "bench/remote/sides.h"

namespace berth::bench {
namespace {

constexpr int kPrograms = 4;
constexpr int kClientsPerProgram = 250;
constexpr std::size_t kSockets = 10;

/// One client of a program that has many: says a request when it is its turn, and hears the answer later.
class Visitor {
 public:
  Visitor(remote::Channel channel, std::uint64_t seed) : channel_(std::move(channel)), dice_(seed) {
    line_.clear();
    remote::Hello hello;
    hello.identity = Identity{TokenKind::ElevatedAdministrator, "bench"};
    remote::write(line_, hello);
    if (!channel_.send(line_)) std::_Exit(1);
    const auto welcome = channel_.receive(remote::kMostBytesAnswered);
    const auto read = remote::parse<remote::Welcome>(welcome.value_or(""));
    if (!read) std::_Exit(1);
    process_ = read->process;
    for (SocketId& socket : sockets_) {
      say(request::OpenSocket{Transport::Tcp, Family::Ipv4});
      socket = hear().socket;
    }
  }

  void ask() {
    const std::uint64_t drawn = dice_.next();
    chosen_ = drawn % kSockets;
    const SocketId socket = sockets_[chosen_];
    opens_ = closes_;
    closes_ = !opens_ && drawn % 16 == 0;
    if (opens_) return say(request::OpenSocket{Transport::Tcp, Family::Ipv4});
    if (closes_) {
      closed_ = chosen_;
      return say(request::CloseSocket{socket});
    }
    const auto port = static_cast<Port>(1024 + drawn / 64 % 40000);
    switch (drawn / 16 % 4) {
      case 0: return say(request::Bind{socket, {Address::any(Family::Ipv4), port}});
      case 1: return say(request::NameOf{socket});
      case 2: return say(request::SetOption{socket, Option::ReuseAddress, drawn % 2 == 0});
      default: return say(request::Acquire{socket, {port, 2}});
    }
  }
  Reply hear() {
    const auto line = channel_.receive(remote::kMostBytesAnswered);
    const auto outcome = remote::parse<Outcome>(line.value_or(""));
    if (!outcome || std::holds_alternative<HostFailure>(*outcome)) std::_Exit(1);
    const auto* reply = std::get_if<Reply>(&*outcome);
    if (opens_) sockets_[closed_] = reply == nullptr ? SocketId{} : reply->socket;
    return reply == nullptr ? Reply{} : *reply;
  }

 private:
  void say(const Request& request) {
    line_.clear();
    remote::write(line_, remote::Ask(remote::ask::Submit{.caller = process_, .request = request}));
    if (!channel_.send(line_)) std::_Exit(1);
  }

  remote::Channel channel_;
  Dice dice_;
  std::string line_;
  ProcessId process_;
  std::array<SocketId, kSockets> sockets_;
  std::size_t chosen_ = 0;
  std::size_t closed_ = 0;
  bool closes_ = false;
  bool opens_ = false;
};

void visit(const remote::Where& where, std::uint64_t program, std::uint64_t requests) {
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < kClientsPerProgram; ++i) {
    auto channel = remote::Channel::to(where);
    if (!channel) std::_Exit(1);
    visitors.push_back(std::make_unique<Visitor>(
        std::move(channel).value(), program * kClientsPerProgram + static_cast<std::uint64_t>(i)));
  }
  for (std::uint64_t asked = 0; asked < requests; asked += kClientsPerProgram) {
    for (const auto& visitor : visitors) visitor->ask();
    for (const auto& visitor : visitors) visitor->hear();
  }
}

}  // namespace

Crowd crowd_at(const remote::Where& where, std::uint64_t requests) {
  const auto start = std::chrono::steady_clock::now();
  Crowd crowd;
  {
    std::vector<std::unique_ptr<Child>> programs;
    for (std::uint64_t i = 0; i < kPrograms; ++i)
      programs.push_back(std::make_unique<Child>([&, i] { visit(where, i, requests / kPrograms); }));
    for (const auto& program : programs) crowd.is_well = program->join() && crowd.is_well;
  }
  crowd.requests = requests;
  crowd.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return crowd;
}

}  // namespace berth::bench
