// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <berth/core/address.h>
#include <berth/core/identity.h>
#include <berth/core/ids.h>
#include <berth/core/port_range.h>

namespace berth {

/// Where an administered change is written: until the next restart, or in the persistent store too
/// (NETSH-02).
enum class Lifetime : std::uint8_t { UntilRestart, Persistent };
inline constexpr std::array<std::string_view, 2> kLifetimeNames = {"active", "persistent"};

/// Whether a foreign block is found elsewhere after a restart, as WinNAT's are (NETSH-12).
enum class Placement : std::uint8_t { Fixed, MovesAtRestart };
inline constexpr std::array<std::string_view, 2> kPlacementNames = {"fixed", "moves_at_restart"};

/// The socket options that the rules ask about. Source: SOL_SOCKET and IPPROTO_IPV6 socket options.
enum class Option : std::uint8_t {
  ReuseAddress,
  ExclusiveUse,
  Ipv6Only,
  Broadcast,
  RandomizePort,
  PortScalability,
  ReuseUnicastPort,
};
inline constexpr std::array<std::string_view, 7> kOptionNames = {
    "SO_REUSEADDR",      "SO_EXCLUSIVEADDRUSE", "IPV6_V6ONLY",         "SO_BROADCAST",
    "SO_RANDOMIZE_PORT", "SO_PORT_SCALABILITY", "SO_REUSE_UNICASTPORT"};

inline constexpr std::array<std::string_view, 2> kTransportNames = {"tcp", "udp"};
inline constexpr std::array<std::string_view, 2> kFamilyNames = {"ipv4", "ipv6"};

/// What a caller said, one structure per call, raw enough to be wrong. All ports are in host byte order.
namespace request {

/// Starts a process. `token` is either the token that it gets or the launch that the law derives it from.
struct StartProcess {
  std::string account;
  std::variant<TokenKind, Launch> token;
  friend bool operator==(const StartProcess&, const StartProcess&) = default;
};
/// Ends a process: its handles close one by one, then it is gone.
struct ExitProcess {
  friend bool operator==(const ExitProcess&, const ExitProcess&) = default;
};

struct OpenSocket {
  Transport transport{};
  Family family{};
  friend bool operator==(const OpenSocket&, const OpenSocket&) = default;
};
/// Gives `into` a handle of its own to a socket of the caller (WSADuplicateSocket).
struct DuplicateSocket {
  SocketId socket;
  ProcessId into;
  friend bool operator==(const DuplicateSocket&, const DuplicateSocket&) = default;
};
/// Closes one of the caller's handles; the socket ends with its last handle.
struct CloseSocket {
  SocketId socket;
  friend bool operator==(const CloseSocket&, const CloseSocket&) = default;
};
struct SetOption {
  SocketId socket;
  Option option{};
  bool on = false;
  friend bool operator==(const SetOption&, const SetOption&) = default;
};
/// SIO_CPU_AFFINITY: this UDP socket serves one processor and may share its port with its sisters (BND-03).
struct SetAffinity {
  SocketId socket;
  std::uint16_t processor = 0;
  friend bool operator==(const SetAffinity&, const SetAffinity&) = default;
};

/// SIO_ACQUIRE_PORT_RESERVATION; start 0 is a wildcard.
struct Acquire {
  SocketId socket;
  RequestedBlock block;
  friend bool operator==(const Acquire&, const Acquire&) = default;
};
/// SIO_RELEASE_PORT_RESERVATION.
struct Release {
  SocketId socket;
  Token token;
  friend bool operator==(const Release&, const Release&) = default;
};
/// SIO_ASSOCIATE_PORT_RESERVATION.
struct Associate {
  SocketId socket;
  Token token;
  friend bool operator==(const Associate&, const Associate&) = default;
};

struct Bind {
  SocketId socket;
  Endpoint name;
  friend bool operator==(const Bind&, const Bind&) = default;
};
/// What `connect` and `sendto` do to a socket that is not bound yet; a bound one is left as it is.
struct ImplicitBind {
  SocketId socket;
  friend bool operator==(const ImplicitBind&, const ImplicitBind&) = default;
};
/// The host, whose ports the machine shares under `host` traffic, refused what Bind or ImplicitBind granted:
/// the socket is as before, but that an automatic port is not offered again at once. Nothing for a socket
/// that is not bound, or listens already.
struct TakeBindBack {
  SocketId socket;
  friend bool operator==(const TakeBindBack&, const TakeBindBack&) = default;
};
struct Listen {
  SocketId socket;
  friend bool operator==(const Listen&, const Listen&) = default;
};
/// A connection has reached a listening socket at `local`, and `accept` gives the caller a new socket for it.
struct Accept {
  SocketId listener;
  Address local;
  friend bool operator==(const Accept&, const Accept&) = default;
};
/// The connection of this socket is no longer active; the socket may still be open.
struct ConnectionClosed {
  SocketId socket;
  friend bool operator==(const ConnectionClosed&, const ConnectionClosed&) = default;
};
struct Shutdown {
  SocketId socket;
  friend bool operator==(const Shutdown&, const Shutdown&) = default;
};
/// `getsockname`.
struct NameOf {
  SocketId socket;
  friend bool operator==(const NameOf&, const NameOf&) = default;
};

struct CreatePersistent {
  Transport transport{};
  RequestedBlock block;
  friend bool operator==(const CreatePersistent&, const CreatePersistent&) = default;
};
struct DeletePersistent {
  Transport transport{};
  RequestedBlock block;
  friend bool operator==(const DeletePersistent&, const DeletePersistent&) = default;
};
struct LookupPersistent {
  Transport transport{};
  RequestedBlock block;
  friend bool operator==(const LookupPersistent&, const LookupPersistent&) = default;
};

/// `netsh interface … add excludedportrange`.
struct AddExclusion {
  Transport transport{};
  RequestedBlock block;
  Lifetime lifetime = Lifetime::Persistent;
  friend bool operator==(const AddExclusion&, const AddExclusion&) = default;
};
/// `netsh interface … delete excludedportrange`.
struct DeleteExclusion {
  Transport transport{};
  RequestedBlock block;
  Lifetime lifetime = Lifetime::Persistent;
  friend bool operator==(const DeleteExclusion&, const DeleteExclusion&) = default;
};
/// `netsh interface {ipv4|ipv6} set dynamicport`.
struct SetDynamicRange {
  Transport transport{};
  Family family{};
  RequestedBlock block;
  Lifetime lifetime = Lifetime::Persistent;
  friend bool operator==(const SetDynamicRange&, const SetDynamicRange&) = default;
};

/// A service of the system (WinNAT, HNS…) takes a block.
struct AddForeignBlock {
  Transport transport{};
  RequestedBlock block;
  std::string service;
  Placement placement = Placement::Fixed;
  friend bool operator==(const AddForeignBlock&, const AddForeignBlock&) = default;
};
/// The kernel (http.sys) listens on a port.
struct AddKernelListener {
  Transport transport{};
  Port port = 0;
  std::string service;
  friend bool operator==(const AddKernelListener&, const AddKernelListener&) = default;
};
/// A service stops: its foreign blocks and kernel listeners go.
struct StopService {
  std::string service;
  friend bool operator==(const StopService&, const StopService&) = default;
};

}  // namespace request

/// Everything that can be asked of a machine.
using Request = std::variant<
    request::StartProcess, request::ExitProcess, request::OpenSocket, request::DuplicateSocket,
    request::CloseSocket, request::SetOption, request::SetAffinity, request::Acquire, request::Release,
    request::Associate, request::Bind, request::ImplicitBind, request::TakeBindBack, request::Listen,
    request::Accept, request::ConnectionClosed, request::Shutdown, request::NameOf, request::CreatePersistent,
    request::DeletePersistent, request::LookupPersistent, request::AddExclusion, request::DeleteExclusion,
    request::SetDynamicRange, request::AddForeignBlock, request::AddKernelListener, request::StopService>;

/// The requests' names, in the order of `Request`, as journals write them.
inline constexpr std::array<std::string_view, std::variant_size_v<Request>> kRequestNames = {
    "StartProcess",
    "ExitProcess",
    "OpenSocket",
    "DuplicateSocket",
    "CloseSocket",
    "SetOption",
    "SetAffinity",
    "Acquire",
    "Release",
    "Associate",
    "Bind",
    "ImplicitBind",
    "TakeBindBack",
    "Listen",
    "Accept",
    "ConnectionClosed",
    "Shutdown",
    "NameOf",
    "CreatePersistent",
    "DeletePersistent",
    "LookupPersistent",
    "AddExclusion",
    "DeleteExclusion",
    "SetDynamicRange",
    "AddForeignBlock",
    "AddKernelListener",
    "StopService"};

}  // namespace berth
