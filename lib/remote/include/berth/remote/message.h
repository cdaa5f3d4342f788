// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <berth/core/carrier.h>
#include <berth/core/computer.h>
#include <berth/core/identity.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>
#include <berth/core/result.h>

namespace berth::remote {

// What client and server say to each other: docs/wire.md. A message is a JSON object on one line; a client's
// first is its hello, and the server answers each message with one, in their order.

/// The version of the wire that this code speaks.
inline constexpr std::uint64_t kWireVersion = 1;

/// The longest line that a server takes, and how deep it may nest.
inline constexpr std::size_t kMostBytesAsked = std::size_t{64} << 10U;
inline constexpr std::size_t kMostLevelsAsked = 8;
/// The longest line that a client takes.
inline constexpr std::size_t kMostBytesAnswered = std::size_t{256} << 20U;

/// A client's first message.
struct Hello {
  std::uint64_t version = kWireVersion;
  std::string program;                  ///< what `berth ps` calls it; may be empty
  std::uint64_t pid = 0;                ///< as the client sees it; where the server can look it up, it does
  std::optional<Identity> identity;     ///< the process that the connection starts with; none: no process
  std::optional<std::uint64_t> ticket;  ///< of `ask::Fork`, instead of an identity
  std::optional<std::string> secret;    ///< over TCP
  friend bool operator==(const Hello&, const Hello&) = default;
};

/// The answer to a hello. Over a Unix socket a descriptor comes with it: a page of memory to read, whose
/// first eight bytes are the machine's address generation.
struct Welcome {
  ProcessId process;                                       ///< empty: none was asked for
  std::vector<std::pair<ProcessId, ProcessId>> inherited;  ///< with a ticket: the parent's, and the child's
  Profile profile;
  Computer computer;
  friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// What a client may ask once it is welcome.
namespace ask {
/// Answered with an `Outcome`. `caller` is a process of this connection, or empty for the system itself.
struct Submit {
  ProcessId caller;
  Request request;
  friend bool operator==(const Submit&, const Submit&) = default;
};
/// Answered with `Done`.
struct SetCarrier {
  SocketId socket;
  Carrier carrier;
  Endpoint name;
  friend bool operator==(const SetCarrier&, const SetCarrier&) = default;
};
/// Answered with a `Receiver`.
struct ReceiverOf {
  Transport transport{};
  Endpoint to;
  friend bool operator==(const ReceiverOf&, const ReceiverOf&) = default;
};
/// Answered with a `CarrierOwner` or nothing.
struct OwnerOf {
  Transport transport{};
  Carrier carrier;
  friend bool operator==(const OwnerOf&, const OwnerOf&) = default;
};
/// Answered with a number.
struct Generation {
  friend bool operator==(const Generation&, const Generation&) = default;
};
/// Answered with a list of `BoundSocket`.
struct BoundSockets {
  friend bool operator==(const BoundSockets&, const BoundSockets&) = default;
};
/// Answered with the machine seen from outside, for people and programs that look.
struct Status {
  friend bool operator==(const Status&, const Status&) = default;
};
/// The client is about to fork: makes a process for the child, with duplicates of all handles of this
/// connection. Answered with a ticket, a number that the child's hello says.
struct Fork {
  friend bool operator==(const Fork&, const Fork&) = default;
};
/// The program of this connection was replaced by another, which goes on with it: a process with this
/// identity is started, gets a handle to each socket of `keep` that the connection has one to, and the
/// connection's other processes end. Answered with a `Welcome`, and its descriptor.
struct Exec {
  std::string program;
  Identity identity;
  std::vector<SocketId> keep;
  friend bool operator==(const Exec&, const Exec&) = default;
};
/// WSADuplicateSocket for the process of another program: gives it a handle, and keeps the descriptor that
/// comes with the message, and the words in `note`, until it claims them. Answered with a number; 0: there is
/// no such program.
struct Offer {
  ProcessId caller;
  SocketId socket;
  std::uint64_t pid = 0;
  std::string note;
  friend bool operator==(const Offer&, const Offer&) = default;
};
/// Takes what was offered to a process of this connection. Answered with `Claimed`, and its descriptor.
struct Claim {
  std::uint64_t number = 0;
  friend bool operator==(const Claim&, const Claim&) = default;
};
}  // namespace ask

using Ask = std::variant<ask::Submit, ask::SetCarrier, ask::ReceiverOf, ask::OwnerOf, ask::Generation,
                         ask::BoundSockets, ask::Status, ask::Fork, ask::Exec, ask::Offer, ask::Claim>;

/// The answer to SetCarrier.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};
/// What was offered; an empty socket: nothing of that number, or not to this connection.
struct Claimed {
  SocketId socket;
  std::string note;
  friend bool operator==(const Claimed&, const Claimed&) = default;
};
/// The server's last words: why it ends the connection.
struct Farewell {
  std::string reason;
};

// Each message as a line, with its newline; and a line, without its newline, as the message or the reason why
// it is none. Nothing is read that is longer or deeper than the limits above.

void write(std::string& to, const Hello& hello);
void write(std::string& to, const Welcome& welcome);
void write(std::string& to, const Ask& asked);
void write(std::string& to, const Outcome& outcome);
void write(std::string& to, const Receiver& receiver);
void write(std::string& to, const std::optional<CarrierOwner>& owner);
void write(std::string& to, const std::vector<BoundSocket>& sockets);
void write(std::string& to, const Claimed& claimed);
void write(std::string& to, Done done);
void write(std::string& to, std::uint64_t number);
void write(std::string& to, const Farewell& farewell);

template <class Message>
[[nodiscard]] Result<Message, std::string> parse(std::string_view line) = delete;
// clang-format off
template <> Result<Hello, std::string> parse(std::string_view line);
template <> Result<Welcome, std::string> parse(std::string_view line);
template <> Result<Ask, std::string> parse(std::string_view line);
template <> Result<Outcome, std::string> parse(std::string_view line);
template <> Result<Receiver, std::string> parse(std::string_view line);
template <> Result<std::optional<CarrierOwner>, std::string> parse(std::string_view line);
template <> Result<std::vector<BoundSocket>, std::string> parse(std::string_view line);
template <> Result<Claimed, std::string> parse(std::string_view line);
template <> Result<Done, std::string> parse(std::string_view line);
template <> Result<std::uint64_t, std::string> parse(std::string_view line);
// clang-format on

/// The reason, when `line` is a farewell.
[[nodiscard]] std::optional<std::string> farewell_in(std::string_view line);

}  // namespace berth::remote
