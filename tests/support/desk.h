// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <variant>

#include <berth/core/port_pool.h>
#include <berth/core/profile.h>
#include <berth/core/rule.h>
#include <berth/rules/decide.h>

namespace berth {

// How GoogleTest shows the values that tests compare.
inline void PrintTo(Rule rule, std::ostream* out) { *out << name_of(rule); }
inline void PrintTo(Token token, std::ostream* out) { *out << "token " << token.value; }
inline void PrintTo(const PortRange& range, std::ostream* out) {
  *out << range.first() << ".." << range.last();
}
inline void PrintTo(const Endpoint& endpoint, std::ostream* out) { *out << to_string(endpoint); }
inline void PrintTo(const Address& address, std::ostream* out) { *out << to_string(address); }

/// A pool on which requests are decided and carried out, without a machine around it.
///
/// Each step checks that deciding left the pool alone, and that the kept hash is the computed one.
class Desk {
 public:
  explicit Desk(Profile profile = {}, const PoolBirth& birth = {})
      : profile_(std::move(profile)), pool_(birth), dice_(birth.seed) {}

  ProcessId process(TokenKind token = TokenKind::StandardUser, std::string account = "user") {
    pool_.write_down(account);
    return granted({}, request::StartProcess{std::move(account), token}).process;
  }
  ProcessId administrator() { return process(TokenKind::ElevatedAdministrator, "admin"); }
  SocketId open(ProcessId owner, Transport transport = Transport::Tcp, Family family = Family::Ipv4) {
    return granted(owner, request::OpenSocket{transport, family}).socket;
  }
  /// For requests that name a service.
  void write_down(const std::string& name) { pool_.write_down(name); }
  SocketId bound(ProcessId owner, Port port, Transport transport = Transport::Tcp) {
    const SocketId socket = open(owner, transport);
    granted(owner, request::Bind{socket, {Address::any(Family::Ipv4), port}});
    return socket;
  }

  /// The answer: a reply, or the refusal.
  Result<Reply, Refusal> ask(ProcessId caller, const Request& request) {
    const std::uint64_t before = pool_.state_hash();
    const Decision decision =
        decide({.pool = pool_, .profile = profile_, .caller = caller, .choice = {dice_.next()}}, request);
    EXPECT_EQ(pool_.computed_state_hash(), before) << "deciding changed the pool";
    if (!decision) return decision.error();
    pool_.apply(decision->effects);
    EXPECT_EQ(pool_.computed_state_hash(), pool_.state_hash()) << "the kept hash is not the computed one";
    return decision->reply;
  }
  /// The reply of a request that must be granted.
  Reply granted(ProcessId caller, const Request& request) {
    const auto answer = ask(caller, request);
    EXPECT_TRUE(answer) << "refused by " << (answer ? "" : name_of(answer.error().rule));
    return answer ? *answer : Reply{};
  }
  /// The rule that refuses a request; nothing when it is granted.
  std::optional<Rule> refusal(ProcessId caller, const Request& request) {
    const auto answer = ask(caller, request);
    if (answer) return std::nullopt;
    return answer.error().rule;
  }

  [[nodiscard]] const PortPool& pool() const { return pool_; }
  [[nodiscard]] Profile& profile() { return profile_; }

 private:
  Profile profile_;
  PortPool pool_;
  Dice dice_;
};

}  // namespace berth
