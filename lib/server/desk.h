// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <berth/machine/machine.h>
#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/remote/shared_counter.h>
#include <berth/server/server.h>

namespace berth::server {

/// A connection, as the desk knows it.
struct Client {
  bool is_welcome = false;
  bool over_tcp = false;
  std::uint64_t pid = 0;
  std::string program;
  std::map<ProcessId, std::size_t> processes;  ///< that it vouches for, and how many handles they have
  remote::Descriptor arrived;                  ///< the last descriptor that came along
};

/// What an answer is besides its line.
struct Answer {
  std::optional<std::string> farewell;  ///< the connection ends, for this reason
  int descriptor = -1;                  ///< goes with the answer
  remote::Descriptor owned;             ///< the same one, when it is to be closed afterwards
};

/// Answers clients for a machine, and remembers what each may do: the server without its sockets.
/// Thread-compatible.
class Desk {
 public:
  using Clock = std::chrono::steady_clock;

  Desk(std::shared_ptr<Machine> machine, const Settings& settings);

  /// Answers a line of this client: appends to `out`, in whole or not at all.
  Answer answer(Client& client, std::string_view line, std::string& out);
  /// The connection is gone: so is what it vouched for.
  void leave(Client& client);
  /// Ends the processes of children that have not come in time. True when some may still come.
  bool expire(Clock::time_point now);
  /// Lets clients see what has changed; before they are told that it has.
  void publish();
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  /// Whether it was this client's turn the last time too.
  [[nodiscard]] bool serves_again(const Client& client) { return std::exchange(served_, &client) == &client; }

 private:
  // A child that is expected, and its parent's processes as they are called in it.
  struct Ticket {
    std::map<ProcessId, std::size_t> processes;
    std::vector<std::pair<ProcessId, ProcessId>> inherited;
    Clock::time_point until;
  };
  struct Offer {
    ProcessId into;
    SocketId socket;
    std::string note;
    remote::Descriptor descriptor;
  };

  Answer welcome(Client& client, std::string_view line, std::string& out);
  std::optional<std::string> admit(Client& client, const remote::Hello& hello, remote::Welcome& welcome);
  Answer answer_to(Client& client, const remote::ask::Submit& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::SetCarrier& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::ReceiverOf& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::OwnerOf& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Generation& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::BoundSockets& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Status& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Fork& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Exec& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Offer& asked, std::string& out);
  Answer answer_to(Client& client, const remote::ask::Claim& asked, std::string& out);

  Outcome submit(Client& client, const remote::ask::Submit& asked, std::optional<std::string>& reason);
  [[nodiscard]] std::optional<std::string> objection_to(const request::StartProcess& start) const;
  [[nodiscard]] bool allows(TokenKind kind, const std::string& account) const;
  [[nodiscard]] bool has_room(const Client& client, const Request& request) const;
  void note(Client& client, ProcessId caller, const Request& request, const Reply& reply);
  [[nodiscard]] remote::Welcome welcome_for(ProcessId process) const;
  [[nodiscard]] Answer with_page(const Client& client) const;
  Result<ProcessId, std::string> start(const Identity& identity);
  bool duplicate(ProcessId from, SocketId socket, ProcessId into);
  std::size_t copy_process(ProcessId parent, ProcessId child);
  std::size_t copy_sockets(const Client& from, const std::vector<SocketId>& sockets, ProcessId into);
  void end(ProcessId process);
  void drop_offers_to(ProcessId process);
  [[nodiscard]] Client* client_of_pid(std::uint64_t pid);
  [[nodiscard]] const Client* client_of(ProcessId process) const;
  [[nodiscard]] std::string status() const;

  const std::shared_ptr<Machine> machine_;
  const Settings& settings_;
  std::optional<remote::SharedCounter> generation_;
  std::vector<Client*> clients_;    // that are welcome
  const Client* served_ = nullptr;  // only to be compared
  std::map<std::uint64_t, Ticket> tickets_;
  std::map<std::uint64_t, Offer> offers_;
  std::random_device chance_;  // of tickets and offers, which must not be guessed; not of the machine
  const Clock::time_point started_ = Clock::now();
};

}  // namespace berth::server
