// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include <berth/core/address.h>
#include <berth/core/identity.h>
#include <berth/core/ids.h>
#include <berth/core/port_choice.h>
#include <berth/core/port_range.h>
#include <berth/core/profile.h>
#include <berth/core/refusal.h>
#include <berth/core/request.h>
#include <berth/document/cursor.h>

// The values of `core` as JSON. Each type has one form, written by `json_of` and read back by `read<T>`:
//
//   Transport, Family, Option…     their names: "tcp", "ipv6", "SO_REUSEADDR"
//   Address                        "127.0.0.1", "::1"
//   Endpoint                       {"address": "::1", "port": 80}
//   RequestedBlock, PortRange      {"start": 5000, "count": 3}
//   Token, ids, PortChoice         "0x1f": 64 bits, which a reader with float numbers would round
//   Identity                       "elevated-administrator:alice"; read without an account too
//   Launch                         {"account": "administrator", "manifest": "asInvoker", "started_by": …,
//   "uac": "on"} Request                        {"request": "Acquire", "socket": "0x1", "block": {…}}:
//   `each_field` Reply                          its fields that are not empty Refusal {"rule":
//   "BlockIsEmpty", "record": {"block": "0x1"}}; no record: no key Outcome                        {"granted":
//   Reply}, {"refused": Refusal} or {"failed": "machine_is_gone"} Profile                        {"name",
//   "switches": {"bad_block": "invalid"}, "suspended": [rule…],
//                                  "codes": [{"rule", "winsock", "win32"}]}; what is not said is as in the
//                                  default
namespace berth {

inline constexpr std::array<std::string_view, 4> kHostFailureNames = {
    "store_cannot_be_written", "process_is_not_running", "machine_is_gone", "limit_is_reached"};

/// What `StartProcess` says about the token.
using RequestedToken = std::variant<TokenKind, Launch>;

/// Reads a `T` as `json_of` writes it, or refuses (see `Cursor`).
template <class T>
[[nodiscard]] T read(const Cursor& at) = delete;

// clang-format off
template <> bool read(const Cursor& at);
template <> std::uint16_t read(const Cursor& at);  ///< a port or a processor
template <> std::string read(const Cursor& at);
template <> Transport read(const Cursor& at);
template <> Family read(const Cursor& at);
template <> Address read(const Cursor& at);
template <> Endpoint read(const Cursor& at);
template <> RequestedBlock read(const Cursor& at);
template <> PortRange read(const Cursor& at);
template <> ProcessId read(const Cursor& at);
template <> SocketId read(const Cursor& at);
template <> BlockId read(const Cursor& at);
template <> Token read(const Cursor& at);
template <> PortChoice read(const Cursor& at);
template <> TokenKind read(const Cursor& at);
template <> AccountKind read(const Cursor& at);
template <> Manifest read(const Cursor& at);
template <> StartedBy read(const Cursor& at);
template <> Uac read(const Cursor& at);
template <> Launch read(const Cursor& at);
template <> RequestedToken read(const Cursor& at);
template <> Identity read(const Cursor& at);
template <> Lifetime read(const Cursor& at);
template <> Placement read(const Cursor& at);
template <> Option read(const Cursor& at);
template <> Rule read(const Cursor& at);
template <> Request read(const Cursor& at);
template <> Reply read(const Cursor& at);
template <> Refusal read(const Cursor& at);
template <> HostFailure read(const Cursor& at);
template <> Outcome read(const Cursor& at);
template <> Profile read(const Cursor& at);

[[nodiscard]] nlohmann::ordered_json json_of(Transport value);
[[nodiscard]] nlohmann::ordered_json json_of(Family value);
[[nodiscard]] nlohmann::ordered_json json_of(const Address& value);
[[nodiscard]] nlohmann::ordered_json json_of(const Endpoint& value);
[[nodiscard]] nlohmann::ordered_json json_of(RequestedBlock value);
[[nodiscard]] nlohmann::ordered_json json_of(PortRange value);
[[nodiscard]] nlohmann::ordered_json json_of(ProcessId value);
[[nodiscard]] nlohmann::ordered_json json_of(SocketId value);
[[nodiscard]] nlohmann::ordered_json json_of(BlockId value);
[[nodiscard]] nlohmann::ordered_json json_of(Token value);
[[nodiscard]] nlohmann::ordered_json json_of(PortChoice value);
[[nodiscard]] nlohmann::ordered_json json_of(TokenKind value);
[[nodiscard]] nlohmann::ordered_json json_of(AccountKind value);
[[nodiscard]] nlohmann::ordered_json json_of(Manifest value);
[[nodiscard]] nlohmann::ordered_json json_of(StartedBy value);
[[nodiscard]] nlohmann::ordered_json json_of(Uac value);
[[nodiscard]] nlohmann::ordered_json json_of(const Launch& value);
[[nodiscard]] nlohmann::ordered_json json_of(const RequestedToken& value);
[[nodiscard]] nlohmann::ordered_json json_of(const Identity& value);
[[nodiscard]] nlohmann::ordered_json json_of(Lifetime value);
[[nodiscard]] nlohmann::ordered_json json_of(Placement value);
[[nodiscard]] nlohmann::ordered_json json_of(Option value);
[[nodiscard]] nlohmann::ordered_json json_of(Rule value);
[[nodiscard]] nlohmann::ordered_json json_of(const Request& value);
[[nodiscard]] nlohmann::ordered_json json_of(const Reply& value);
[[nodiscard]] nlohmann::ordered_json json_of(const Refusal& value);
[[nodiscard]] nlohmann::ordered_json json_of(HostFailure value);
[[nodiscard]] nlohmann::ordered_json json_of(const Outcome& value);
/// Every switch is written, so that a profile reads the same when a default has changed.
[[nodiscard]] nlohmann::ordered_json json_of(const Profile& value);
// clang-format on

/// `0x` and lower-case digits, as `Cursor::hexadecimal` reads it.
[[nodiscard]] std::string hexadecimal(std::uint64_t number);

}  // namespace berth
