// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <berth/core/identity.h>
#include <berth/core/profile.h>
#include <berth/core/request.h>
#include <berth/core/rule.h>
#include <berth/scenario/expression.h>

namespace berth::scenario {

/// What a pointer argument is.
enum class Shape : std::uint8_t {
  Null,
  Bad,           ///< the address 1
  Inaccessible,  ///< a page that may not be touched
  ReadOnly,      ///< the right bytes on a page that may not be written
  Unaligned,     ///< the right bytes at an odd address
  Straddling,    ///< the right bytes, but the last lies in an inaccessible page
};
inline constexpr std::array<std::string_view, 6> kShapeNames = {"null",      "bad",       "inaccessible",
                                                                "read_only", "unaligned", "straddling"};

/// What the name that `bind` is given is; the first six are those of `Shape`.
enum class BindName : std::uint8_t {
  Null,
  Bad,
  Inaccessible,
  ReadOnly,
  Unaligned,
  Straddling,
  Short,  ///< one byte too short
  Empty,  ///< of length 0
  OtherFamily,
  UnknownFamily,
};
inline constexpr std::array<std::string_view, 10> kBindNameNames = {
    "null",       "bad",   "inaccessible", "read_only",    "unaligned",
    "straddling", "short", "empty",        "other_family", "unknown_family"};

/// What the buffer that `getsockname` is given is; the first six are those of `Shape`.
enum class NameBuffer : std::uint8_t {
  Null,
  Bad,
  Inaccessible,
  ReadOnly,
  Unaligned,
  Straddling,
  Short,
  NoLength
};
inline constexpr std::array<std::string_view, 8> kNameBufferNames = {
    "null", "bad", "inaccessible", "read_only", "unaligned", "straddling", "short", "no_length"};

/// What the overlapped structure of a call is; the first six are those of `Shape`.
enum class Overlapped : std::uint8_t {
  Null,
  Bad,
  Inaccessible,
  ReadOnly,
  Unaligned,
  Straddling,
  Plain,
  WithEvent
};
inline constexpr std::array<std::string_view, 8> kOverlappedNames = {
    "null", "bad", "inaccessible", "read_only", "unaligned", "straddling", "plain", "with_event"};

/// How a WSAIoctl call departs from a well-formed one; what is empty is as it should be.
struct CallShape {
  std::optional<Shape> input;
  std::optional<std::uint32_t> input_size;
  std::optional<Shape> output;
  std::optional<std::uint32_t> output_size;
  std::optional<Shape> count;
  std::optional<Overlapped> overlapped;
  bool routine = false;
  friend bool operator==(const CallShape&, const CallShape&) = default;
};

/// Arguments of `socket` as numbers of the Windows headers.
struct RawSocket {
  std::int32_t family = 0;
  std::int32_t type = 0;
  std::int32_t protocol = 0;
  friend bool operator==(const RawSocket&, const RawSocket&) = default;
};

/// An option as numbers of the Windows headers.
struct RawOption {
  std::int32_t level = 0;
  std::int32_t option = 0;
  friend bool operator==(const RawOption&, const RawOption&) = default;
};

/// A version as WSAStartup is asked for it and answers.
struct WinsockVersion {
  std::uint8_t major = 2;
  std::uint8_t minor = 2;
  friend bool operator==(const WinsockVersion&, const WinsockVersion&) = default;
};

/// What is checked of the name that a call gives a socket, or tells of it.
struct NameChecks {
  NewName<NameKind::Port> bound;
  std::optional<PortExpression> equals;
  std::optional<PortExpression> differs_from;
  std::optional<BlockExpression> within;
  std::optional<BlockExpression> not_within;
  std::optional<bool> in_dynamic_range;
  std::optional<AddressUse> address_is;
  friend bool operator==(const NameChecks&, const NameChecks&) = default;
};

/// What is checked of the count of bytes and of the output of a WSAIoctl call.
struct CountChecks {
  std::optional<std::uint32_t> count_is;
  bool count_untouched = false;
  bool output_untouched = false;
  friend bool operator==(const CountChecks&, const CountChecks&) = default;
};

/// How a process begins: with a token, or by a launch from which the law derives it.
struct LaunchWanted {
  AccountKind account_kind{};
  std::string user;  ///< the account
  Manifest manifest = Manifest::AsInvoker;
  StartedBy started_by = StartedBy::OrdinaryParent;
  std::optional<Uac> uac;  ///< empty: that of the world
  friend bool operator==(const LaunchWanted&, const LaunchWanted&) = default;
};
/// Either an identity or a launch.
struct ProcessWanted {
  NewProcess name;
  std::optional<Identity> identity;
  std::optional<LaunchWanted> launch;
  std::uint16_t start_ups = 1;  ///< how often it has called WSAStartup when it is first seen
  friend bool operator==(const ProcessWanted&, const ProcessWanted&) = default;
};

/// One structure per call, with the arguments and the checks that go with it; `step_fields.h` lists their
/// keys.
namespace call {

enum class SocketFunction : std::uint8_t { Socket, WsaSocketA, WsaSocketW };
enum class Transfer : std::uint8_t { Associate, Release };
enum class PersistentAction : std::uint8_t { Create, Lookup };

struct StartWinsock {
  WinsockVersion version;
  std::optional<Shape> data;
  std::optional<WinsockVersion> negotiated;
  friend bool operator==(const StartWinsock&, const StartWinsock&) = default;
};
struct CleanUpWinsock {
  friend bool operator==(const CleanUpWinsock&, const CleanUpWinsock&) = default;
};
struct OpenSocket {
  SocketFunction function{};
  NewName<NameKind::Socket> socket;
  std::optional<Transport> transport;
  std::optional<Family> family;
  std::optional<RawSocket> raw;
  std::optional<bool> overlapped;  ///< of WSASocketA and WSASocketW; true when it is not said
  friend bool operator==(const OpenSocket&, const OpenSocket&) = default;
};
struct CloseSocket {
  SocketUse socket;
  friend bool operator==(const CloseSocket&, const CloseSocket&) = default;
};
struct Bind {
  SocketUse socket;
  AddressUse address;
  PortExpression port;
  std::optional<BindName> name_shape;
  NameChecks checks;
  friend bool operator==(const Bind&, const Bind&) = default;
};
struct GetName {
  SocketUse socket;
  std::optional<NameBuffer> name_shape;
  NameChecks checks;
  friend bool operator==(const GetName&, const GetName&) = default;
};
struct Listen {
  SocketUse socket;
  friend bool operator==(const Listen&, const Listen&) = default;
};
struct SetOption {
  SocketUse socket;
  std::optional<Option> option;
  std::optional<bool> on;
  std::optional<RawOption> raw;
  std::optional<Shape> value;
  std::optional<std::uint32_t> value_size;
  friend bool operator==(const SetOption&, const SetOption&) = default;
};
struct GetOption {
  SocketUse socket;
  std::optional<Option> option;
  std::optional<RawOption> raw;
  std::optional<Shape> value;
  std::optional<std::uint32_t> value_size;
  std::optional<bool> is;
  friend bool operator==(const GetOption&, const GetOption&) = default;
};
struct Acquire {
  SocketUse socket;
  BlockExpression block;
  NewName<NameKind::Block> granted;
  NewName<NameKind::Token> token;
  std::optional<CallShape> call_shape;
  std::optional<BlockExpression> within;
  std::optional<bool> in_dynamic_range;
  std::optional<BlockExpression> not_adjacent_to;
  std::optional<BlockExpression> adjacent_to;
  CountChecks counts;
  friend bool operator==(const Acquire&, const Acquire&) = default;
};
/// SIO_ASSOCIATE_PORT_RESERVATION and SIO_RELEASE_PORT_RESERVATION.
struct UseToken {
  Transfer transfer{};
  SocketUse socket;
  TokenUse token;
  std::optional<CallShape> call_shape;
  CountChecks counts;
  friend bool operator==(const UseToken&, const UseToken&) = default;
};
struct SetAffinity {
  SocketUse socket;
  std::uint16_t processor = 0;
  std::optional<CallShape> call_shape;
  CountChecks counts;
  friend bool operator==(const SetAffinity&, const SetAffinity&) = default;
};
struct Control {
  SocketUse socket;
  std::uint32_t code = 0;
  std::optional<CallShape> call_shape;
  CountChecks counts;
  friend bool operator==(const Control&, const Control&) = default;
};
/// CreatePersistent… and LookupPersistent….
struct Persistent {
  PersistentAction action{};
  Transport transport{};
  BlockExpression block;
  NewName<NameKind::Token> token;
  std::optional<Shape> token_pointer;
  bool token_untouched = false;
  std::optional<TokenUse> same_as;
  std::optional<TokenUse> differs_from;
  friend bool operator==(const Persistent&, const Persistent&) = default;
};
struct DeletePersistent {
  Transport transport{};
  BlockExpression block;
  friend bool operator==(const DeletePersistent&, const DeletePersistent&) = default;
};

struct Start {
  ProcessWanted process;
  friend bool operator==(const Start&, const Start&) = default;
};
struct Exit {
  friend bool operator==(const Exit&, const Exit&) = default;
};
struct Duplicate {
  SocketUse socket;
  ProcessUse into;
  NewName<NameKind::Socket> duplicate;
  friend bool operator==(const Duplicate&, const Duplicate&) = default;
};
struct Connect {
  SocketUse socket;
  NameChecks checks;
  friend bool operator==(const Connect&, const Connect&) = default;
};
struct Accept {
  SocketUse socket;
  NewName<NameKind::Socket> accepted;
  AddressUse address{.form = AddressUse::Form::Loopback, .literal = {}};
  NameChecks checks;
  friend bool operator==(const Accept&, const Accept&) = default;
};
struct ConnectionClosed {
  SocketUse socket;
  friend bool operator==(const ConnectionClosed&, const ConnectionClosed&) = default;
};
struct Shutdown {
  SocketUse socket;
  friend bool operator==(const Shutdown&, const Shutdown&) = default;
};
struct Restart {
  friend bool operator==(const Restart&, const Restart&) = default;
};
struct AddExclusion {
  Transport transport{};
  BlockExpression block;
  Lifetime store = Lifetime::Persistent;
  friend bool operator==(const AddExclusion&, const AddExclusion&) = default;
};
struct DeleteExclusion {
  Transport transport{};
  BlockExpression block;
  Lifetime store = Lifetime::Persistent;
  friend bool operator==(const DeleteExclusion&, const DeleteExclusion&) = default;
};
struct SetDynamicRange {
  Transport transport{};
  Family family{};
  BlockExpression block;
  Lifetime store = Lifetime::Persistent;
  friend bool operator==(const SetDynamicRange&, const SetDynamicRange&) = default;
};
struct TakeBlock {
  std::string service;
  Transport transport{};
  BlockExpression block;
  Placement placement = Placement::Fixed;
  friend bool operator==(const TakeBlock&, const TakeBlock&) = default;
};
struct KernelListens {
  std::string service;
  Transport transport{};
  PortExpression port;
  friend bool operator==(const KernelListens&, const KernelListens&) = default;
};
struct StopService {
  std::string service;
  friend bool operator==(const StopService&, const StopService&) = default;
};

}  // namespace call

using Call =
    std::variant<call::StartWinsock, call::CleanUpWinsock, call::OpenSocket, call::CloseSocket, call::Bind,
                 call::GetName, call::Listen, call::SetOption, call::GetOption, call::Acquire, call::UseToken,
                 call::SetAffinity, call::Control, call::Persistent, call::DeletePersistent, call::Start,
                 call::Exit, call::Duplicate, call::Connect, call::Accept, call::ConnectionClosed,
                 call::Shutdown, call::Restart, call::AddExclusion, call::DeleteExclusion,
                 call::SetDynamicRange, call::TakeBlock, call::KernelListens, call::StopService>;

/// Where a call tells its failure, and so which column of the error table its code is of.
enum class Surface : std::uint8_t { Winsock, Win32 };
[[nodiscard]] Surface surface_of(const Call& call);

/// One outcome of a call: success, or a refusal by a rule with a code.
struct Expected {
  std::optional<Rule> refused_by;  ///< empty: the call succeeds
  std::int64_t code = 0;           ///< 0 when it succeeds
  friend bool operator==(const Expected&, const Expected&) = default;
};

/// A position of a switch, checked: both are known to the profile.
struct SwitchPosition {
  std::size_t switch_index = 0;  ///< in `switches()`
  std::size_t position = 0;
  friend bool operator==(const SwitchPosition&, const SwitchPosition&) = default;
};

/// What is expected of a step: one outcome, or one for each combination of positions that the author told
/// apart.
struct Expectation {
  struct Branch {
    std::vector<SwitchPosition> when;  ///< all of these
    Expected outcome;
    friend bool operator==(const Branch&, const Branch&) = default;
  };
  std::vector<Branch> branches;  ///< exactly one applies under any profile
  /// What is expected under `profile`.
  [[nodiscard]] const Expected& under(const Profile& profile) const;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// One step of a scenario: a fully checked value.
struct Step {
  std::string as;
  std::string call_name;
  Call call;
  std::vector<SwitchPosition> when;  ///< played only where each of these holds
  Expectation expect;
  std::string note;
  std::size_t number = 0;  ///< its place in the file, from 0
  friend bool operator==(const Step&, const Step&) = default;
};

/// The name of the process that is the system itself.
inline constexpr std::string_view kSystem = "system";

/// True when `profile` has each of these positions.
[[nodiscard]] bool holds(const std::vector<SwitchPosition>& positions, const Profile& profile);

}  // namespace berth::scenario
