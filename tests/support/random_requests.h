// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include <berth/core/port_choice.h>
#include <berth/core/port_pool.h>
#include <berth/core/request.h>

namespace berth {

/// From 1 to `count`. BERTH_TEST_SEED=number plays that one alone; every failure names its own.
inline std::vector<std::uint64_t> seeds(std::uint64_t count) {
  if (const char* given = std::getenv("BERTH_TEST_SEED")) return {std::strtoull(given, nullptr, 10)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= count; ++seed) all.push_back(seed);
  return all;
}

/// Draws requests that suit a pool: mostly about processes, sockets and tokens that exist, now and then about
/// ones that do not, over so few ports that they meet. The same seed and pools give the same requests
/// everywhere.
class RandomRequests {
 public:
  struct Asked {
    ProcessId caller;
    Request request;
  };

  explicit RandomRequests(std::uint64_t seed) : dice_(seed) {}

  Asked next(const PortPool& pool) {
    look_at(pool);
    if (processes_.empty() || below(40) == 0) return {{}, start_process()};
    const SocketId socket = one_of(sockets_);
    return {caller_for(pool, socket), about(pool, socket)};
  }
  std::uint64_t below(std::uint64_t count) { return dice_.next() % count; }

 private:
  void look_at(const PortPool& pool) {
    processes_.clear();
    sockets_.clear();
    tokens_.clear();
    pool.processes().each([this](const ProcessRecord& process) { processes_.push_back(process.id); });
    pool.sockets().each([this](const SocketRecord& socket) { sockets_.push_back(socket.id); });
    pool.blocks().each([this](const BlockRecord& block) {
      if (block.token) tokens_.push_back(block.token);
    });
    if (!tokens_.empty()) old_token_ = tokens_.front();
  }
  template <class T>
  T one_of(const std::vector<T>& things) {
    return things.empty() || below(50) == 0 ? T{} : things[below(things.size())];
  }
  // Mostly who opened the socket, so that most requests get past the handle.
  ProcessId caller_for(const PortPool& pool, SocketId socket) {
    const SocketRecord* record = pool.socket(socket);
    if (record != nullptr && below(8) != 0) return record->owner;
    return below(60) == 0 ? ProcessId{below(9)} : one_of(processes_);
  }

  Transport transport() { return below(3) == 0 ? Transport::Udp : Transport::Tcp; }
  Family family() { return below(3) == 0 ? Family::Ipv6 : Family::Ipv4; }
  Lifetime lifetime() { return below(2) == 0 ? Lifetime::UntilRestart : Lifetime::Persistent; }
  Token token() { return below(12) == 0 ? old_token_ : one_of(tokens_); }
  Port port() {
    switch (below(8)) {
      case 0: return 0;
      case 1: return static_cast<Port>(65520 + below(16));
      case 2: return static_cast<Port>(50000 + below(255));
      default: return static_cast<Port>(5000 + below(64));
    }
  }
  RequestedBlock block() {
    return {port(), static_cast<std::uint16_t>(below(20) == 0 ? below(65536) : below(9))};
  }
  Address address(Family family) {
    if (family == Family::Ipv4) {
      if (below(2) == 0) return Address::any(family);
      return below(30) == 0 ? Address::ipv4(8, 8, 8, 8)
                            : Address::ipv4(127, 0, 0, static_cast<std::uint8_t>(1 + below(3)));
    }
    switch (below(6)) {
      case 0: return *parse_address("::ffff:127.0.0.1");
      case 1: return *parse_address("::ffff:0.0.0.0");
      case 2: return Address::loopback(family);
      default: return Address::any(family);
    }
  }
  Request start_process() {
    const std::string account = below(2) == 0 ? "alice" : "bob";
    if (below(3) != 0)
      return request::StartProcess{account, static_cast<TokenKind>(below(kTokenKindNames.size()))};
    return request::StartProcess{account, Launch{.account_kind = static_cast<AccountKind>(below(6)),
                                                 .manifest = static_cast<Manifest>(below(3)),
                                                 .started_by = static_cast<StartedBy>(below(3)),
                                                 .uac = static_cast<Uac>(below(2))}};
  }
  Request about(const PortPool& pool, SocketId socket) {
    const SocketRecord* record = pool.socket(socket);
    const Family family_of_socket = record == nullptr || below(20) == 0 ? family() : record->family;
    const std::uint64_t kind = below(100);
    if (kind < 14) return request::OpenSocket{transport(), family()};
    if (kind < 22) return request::CloseSocket{socket};
    if (kind < 32) return request::Acquire{socket, block()};
    if (kind < 36) return request::Release{socket, token()};
    if (kind < 48) return request::Associate{socket, token()};
    if (kind < 64)
      return request::Bind{socket, {address(family_of_socket), below(3) == 0 ? Port{0} : port()}};
    if (kind < 67) return request::ImplicitBind{socket};
    if (kind < 70) return request::Listen{socket};
    if (kind < 73) return request::Accept{socket, Address::loopback(family_of_socket)};
    if (kind < 74) return request::ConnectionClosed{socket};
    if (kind < 75) return request::TakeBindBack{socket};
    if (kind < 81)
      return request::SetOption{socket, static_cast<Option>(below(kOptionNames.size())), below(3) != 0};
    if (kind < 83) return request::DuplicateSocket{socket, one_of(processes_)};
    if (kind < 85) return request::SetAffinity{socket, static_cast<std::uint16_t>(below(4))};
    return seldom(socket, kind);
  }
  Request seldom(SocketId socket, std::uint64_t kind) {
    switch (kind) {
      case 85: return request::Shutdown{socket};
      case 86: return request::NameOf{socket};
      case 87:
      case 88: return request::CreatePersistent{transport(), block()};
      case 89: return request::DeletePersistent{transport(), block()};
      case 90: return request::LookupPersistent{transport(), block()};
      case 91:
      case 92: return request::AddExclusion{transport(), block(), lifetime()};
      case 93: return request::DeleteExclusion{transport(), block(), lifetime()};
      case 94:
        return request::SetDynamicRange{
            transport(), family(), {50000, static_cast<std::uint16_t>(250 + below(10))}, lifetime()};
      case 95:
        return request::AddForeignBlock{transport(), block(), "WinNAT",
                                        below(2) == 0 ? Placement::Fixed : Placement::MovesAtRestart};
      case 96: return request::AddKernelListener{transport(), port(), "HTTP"};
      case 97: return request::StopService{below(2) == 0 ? "WinNAT" : "HTTP"};
      case 98:
        if (below(4) == 0) return request::ExitProcess{};
        return request::NameOf{socket};
      default: return request::LookupPersistent{transport(), block()};
    }
  }

  Dice dice_;
  std::vector<ProcessId> processes_;
  std::vector<SocketId> sockets_;
  std::vector<Token> tokens_;
  Token old_token_;
};

}  // namespace berth
