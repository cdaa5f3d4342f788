// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "call.h"
#include "last_error.h"
#include "memory_probe.h"

namespace berth::winsock {
namespace {

// An option that decides something in the model: where a program finds it, and what it is to us.
struct ModelOption {
  int level;
  int name;
  Option option;
  StoredOption stored;
};

// clang-format off
constexpr ModelOption kModelOptions[] = {
    {SOL_SOCKET,   SO_REUSEADDR,         Option::ReuseAddress,     StoredOption::ReuseAddress},
    {SOL_SOCKET,   SO_EXCLUSIVEADDRUSE,  Option::ExclusiveUse,     StoredOption::ExclusiveUse},
    {SOL_SOCKET,   SO_BROADCAST,         Option::Broadcast,        StoredOption::Broadcast},
    {SOL_SOCKET,   SO_RANDOMIZE_PORT,    Option::RandomizePort,    StoredOption::RandomizePort},
    {SOL_SOCKET,   SO_PORT_SCALABILITY,  Option::PortScalability,  StoredOption::PortScalability},
    {SOL_SOCKET,   SO_REUSE_UNICASTPORT, Option::ReuseUnicastPort, StoredOption::ReuseUnicastPort},
    {IPPROTO_IPV6, IPV6_V6ONLY,          Option::Ipv6Only,         StoredOption::Ipv6Only},
};
// clang-format on

// The levels that have options on Windows; another one is WSAEINVAL by the pages of both functions.
bool is_a_level(int level) {
  constexpr int kLevels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP};
  return std::ranges::find(kLevels, level) != std::end(kLevels);
}

// Null when the option does not exist for this socket.
const ModelOption* model_option(const OpenHandle& socket, int level, int name) {
  const auto* found = std::ranges::find_if(
      kModelOptions, [&](const ModelOption& option) { return option.level == level && option.name == name; });
  if (found == std::end(kModelOptions)) return nullptr;
  return level == IPPROTO_IPV6 && socket.family != Family::Ipv6 ? nullptr : found;
}

// What getsockopt answers; nothing for an option that does not exist.
std::optional<int> value_of(SOCKET s, const OpenHandle& socket, int level, int name) {
  const HandleTable& handles = HandleTable::of_program();
  if (const ModelOption* option = model_option(socket, level, name))
    return handles.is_on(s, option->stored) ? 1 : 0;
  if (level != SOL_SOCKET) return std::nullopt;
  if (name == SO_TYPE) return socket.type;
  if (name == SO_ERROR) return 0;
  if (name == SO_ACCEPTCONN) return handles.is_on(s, StoredOption::Listening) ? 1 : 0;
  return std::nullopt;
}

}  // namespace
}  // namespace berth::winsock

int setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen) {
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const winsock::ModelOption* option = winsock::model_option(call.socket(), level, optname);
  if (!winsock::is_a_level(level)) return winsock::fail_with(WSAEINVAL);
  if (option == nullptr) return call.fail(Rule::OptionUnknown);
  if (optlen < int{sizeof(BOOL)}) return call.fail(Rule::OptionValueTooShort);
  winsock::MemoryProbe memory;
  const auto value = memory.read<BOOL>(optval);
  if (!value) return call.fail(Rule::PointerIsBad);
  if (!call.ask(request::SetOption{call.socket().socket, option->option, *value != 0})) return SOCKET_ERROR;
  winsock::HandleTable::of_program().store(s, option->stored, *value != 0);
  return 0;
}

int getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) {
  using namespace berth;
  winsock::Call call(s);
  if (!call.has_tcp_or_udp_socket()) return SOCKET_ERROR;
  const auto value = winsock::value_of(s, call.socket(), level, optname);
  if (!winsock::is_a_level(level)) return winsock::fail_with(WSAEINVAL);
  if (!value) return call.fail(Rule::OptionUnknown);
  winsock::MemoryProbe memory;
  const auto room = memory.read<int>(optlen);
  const int size = sizeof(int);
  if (!room || !memory.is_writable(optlen, sizeof(int))) return call.fail(Rule::PointerIsBad);
  if (*room < size) return call.fail(Rule::OptionValueTooShort);
  if (!memory.write(optval, *value)) return call.fail(Rule::PointerIsBad);
  std::memcpy(optlen, &size, sizeof(size));
  return 0;
}
