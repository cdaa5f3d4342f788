// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "memory_probe.h"
#include "option_table.h"
#include "use.h"

namespace berth::winsock {
namespace {

// The levels that have options on Windows; another one is WSAEINVAL by the pages of both functions.
bool is_a_level(int level) {
  constexpr int kLevels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP};
  return std::ranges::find(kLevels, level) != std::end(kLevels);
}

bool has(const OpenHandle& socket, const SocketOption& option) {
  switch (option.sockets) {
    case Sockets::All: return true;
    case Sockets::Tcp: return socket.kind == SocketKind::Tcp;
    case Sockets::Udp: return socket.kind == SocketKind::Udp;
    case Sockets::Ipv6: return socket.family == Family::Ipv6;
  }
  return false;
}

// Once for each option: a program that asks in a loop is told the first time.
void say_once_that_it_is_not_emulated(const SocketOption& option) {
  static std::atomic<std::uint64_t> said[4];
  const auto row = static_cast<std::size_t>(&option - socket_options().data());
  const std::uint64_t bit = std::uint64_t{1} << row % 64;
  if ((said[row / 64].fetch_or(bit) & bit) != 0) return;
  std::fprintf(stderr, "berth: the socket option %.*s is refused: %.*s\n",
               static_cast<int>(option.text.size()), option.text.data(), static_cast<int>(option.note.size()),
               option.note.data());
}

// The row of an option that this socket has and that may be used that way. Null: the call has failed.
const SocketOption* option_for(Use& use, int level, int name, Access way) {
  if (!use.call().has_tcp_or_udp_socket()) return nullptr;
  if (!is_a_level(level)) {
    use.fail(WSAEINVAL);
    return nullptr;
  }
  const SocketOption* option = socket_option(level, name);
  const bool exists = option != nullptr && has(use.call().socket(), *option);
  const bool may = exists && (option->access == Access::GetAndSet || option->access == way);
  if (may && option->standing != Standing::Refused) return option;
  if (exists && option->standing == Standing::Refused) say_once_that_it_is_not_emulated(*option);
  use.fail(Rule::OptionUnknown);
  return nullptr;
}

// -- setting --------------------------------------------------------------------------------------

int set_in_model(Use& use, const ModelOption& option, bool on) {
  if (!use.call().ask(request::SetOption{use.call().socket().socket, option.option, on})) return SOCKET_ERROR;
  HandleTable::of_program().store(use.handle(), option.stored, on);
  return 0;
}

int set_on_flow(Use& use, const SocketOption& option, int value) {
  if (!use.has_flow()) return SOCKET_ERROR;
  const int code = option.set == nullptr ? 0 : option.set(use.flow(), value);
  if (code != 0) return use.fail(code);
  // What is read from elsewhere is kept there.
  if (option.get == nullptr) use.flow().options.set(OptionValues::key_of(option.level, option.name), value);
  return 0;
}

int set_value(Use& use, const SocketOption& option, int value) {
  if (option.form == Form::Number && (value < option.least || value > option.most))
    return use.fail(WSAEINVAL);
  if (option.form == Form::Switch) value = value != 0 ? 1 : 0;
  return option.model ? set_in_model(use, *option.model, value != 0) : set_on_flow(use, option, value);
}

// SO_UPDATE_ACCEPT_CONTEXT: the value names the socket that was listening.
int take_over_from(Use& use, SOCKET named) {
  Use listener(named);
  if (!listener.has_flow()) return SOCKET_ERROR;
  if (listener.flow().phase != Phase::Listening) return use.fail(WSAEINVAL);
  if (!use.has_flow()) return SOCKET_ERROR;
  if (use.flow().phase != Phase::Connected) return use.fail(WSAENOTCONN);
  inherit_options(use.flow(), listener.flow());
  use.flow().has_context = true;
  return 0;
}

// A value of 1, 2 or 4 bytes and more; nothing where it cannot be read.
std::optional<int> value_at(const char* place, int length) {
  MemoryProbe memory;
  std::uint32_t value = 0;
  const auto size = static_cast<std::size_t>(std::min(length, int{sizeof(value)}));
  if (!memory.is_readable(place, size)) return std::nullopt;
  std::memcpy(&value, place, size);
  return static_cast<int>(value);
}

int set_option(Use& use, const SocketOption& option, const char* place, int length) {
  if (length < option.shortest) return use.call().fail(Rule::OptionValueTooShort);
  if (option.form == Form::Socket) {
    MemoryProbe memory;
    const auto named = memory.read<SOCKET>(place);
    return named ? take_over_from(use, *named) : use.call().fail(Rule::PointerIsBad);
  }
  const auto value = option.shortest == 0 ? std::optional(1) : value_at(place, length);
  return value ? set_value(use, option, *value) : use.call().fail(Rule::PointerIsBad);
}

// -- getting --------------------------------------------------------------------------------------

int kept_value(const Use& use, const OpenHandle& socket, const SocketOption& option) {
  if (option.model) return HandleTable::of_program().is_on(use.handle(), option.model->stored) ? 1 : 0;
  const auto kept = socket.flow == nullptr
                        ? std::nullopt
                        : socket.flow->options.find(OptionValues::key_of(option.level, option.name));
  return kept.value_or(option.initial);
}

int get_number(Use& use, const SocketOption& option, char* place, int& size) {
  size = sizeof(int);
  int value = 0;
  MemoryProbe memory;
  if (!memory.is_writable(place, sizeof(value))) return use.call().fail(Rule::PointerIsBad);
  if (option.get != nullptr) {
    const int code = option.get(use, value);
    if (code != 0) return use.fail(code);
  } else {
    value = kept_value(use, use.call().socket(), option);
  }
  std::memcpy(place, &value, sizeof(value));
  return 0;
}

int get_option(Use& use, const SocketOption& option, char* place, int* length) {
  MemoryProbe memory;
  const auto room = memory.read<int>(length);
  if (!room || !memory.is_writable(length, sizeof(int))) return use.call().fail(Rule::PointerIsBad);
  int size = *room;
  if (option.write == nullptr && size < int{sizeof(int)}) return use.call().fail(Rule::OptionValueTooShort);
  if (option.write != nullptr) {
    const int code = option.write(use, place, size);
    if (code != 0) return use.fail(code);
  } else if (get_number(use, option, place, size) != 0) {
    return SOCKET_ERROR;
  }
  std::memcpy(length, &size, sizeof(size));
  return 0;
}

}  // namespace
}  // namespace berth::winsock

int setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen) {
  using namespace berth::winsock;
  Use use(s);
  const SocketOption* option = option_for(use, level, optname, Access::Set);
  return option == nullptr ? SOCKET_ERROR : set_option(use, *option, optval, optlen);
}

int getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) {
  using namespace berth::winsock;
  Use use(s);
  const SocketOption* option = option_for(use, level, optname, Access::Get);
  return option == nullptr ? SOCKET_ERROR : get_option(use, *option, optval, optlen);
}
