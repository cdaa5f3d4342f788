// SPDX-License-Identifier: MIT
#include "advice.h"

#include <mstcpip.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <string_view>
#include <utility>

#include <berth/winsock/advice.h>

namespace berth {
namespace winsock {
namespace {

void advise(const Call& call, AdviceKind kind, std::string text) {
  if (call.process() == embedded_process_so_far()) {
    static std::array<std::atomic_flag, kAdviceKinds> said{};
    if (!said[static_cast<std::size_t>(kind)].test_and_set())
      std::fprintf(stderr, "berth: advice: %s\n", text.c_str());
  }
  call.process()->take_advice({.kind = kind, .text = std::move(text)});
}

constexpr Port swapped(Port port) { return static_cast<Port>((port >> 8U) | (port << 8U)); }

// How much a port looks like one that a person has written down.
constexpr int chosen_look(Port port) {
  constexpr Port kWellKnown[] = {80, 443, 8080, 8443};
  if (std::ranges::find(kWellKnown, port) != std::end(kWellKnown)) return 3;
  if (port % 1000 == 0) return 4;
  if (port % 100 == 0) return 3;
  return port % 10 == 0 ? 1 : 0;
}

constexpr bool looks_swapped(Port port, bool refused) {
  const int look = chosen_look(swapped(port));
  return port != 0 && look > chosen_look(port) && look >= (refused ? 1 : 3);
}
static_assert(looks_swapped(34835, false) && !looks_swapped(5000, true), "34835 is 5000, swapped");

struct NamedCode {
  DWORD code;
  std::string_view name;
};
constexpr NamedCode kAdvisedCodes[] = {
    {SIO_ACQUIRE_PORT_RESERVATION, "SIO_ACQUIRE_PORT_RESERVATION"},
    {SIO_ASSOCIATE_PORT_RESERVATION, "SIO_ASSOCIATE_PORT_RESERVATION"},
    {SIO_RELEASE_PORT_RESERVATION, "SIO_RELEASE_PORT_RESERVATION"},
    {SIO_CPU_AFFINITY, "SIO_CPU_AFFINITY"},
};
// Whether input goes in, output comes out, or neither.
constexpr DWORD kDirectionBits = IOC_VOID | IOC_IN | IOC_OUT;

std::string in_hex(DWORD code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(code));
  return text.data();
}

void advise_on_direction(const Call& call, DWORD code, const NamedCode& meant) {
  if (code == meant.code || ((code ^ meant.code) & ~kDirectionBits) != 0) return;
  advise(call, AdviceKind::DirectionBitsAreWrong,
         "control code " + in_hex(code) + " differs from " + std::string(meant.name) + " (" +
             in_hex(meant.code) + ") in its direction bits");
}

}  // namespace

void advise_on_start_port(const Call& call, Port port, bool refused) {
  if (call.process() == nullptr || !looks_swapped(port, refused)) return;
  if (!call.in_force(Rule::StartPortTravelsInNetworkOrder)) return;
  const std::string meant = std::to_string(swapped(port));
  advise(call, AdviceKind::StartPortLooksSwapped,
         "start port " + std::to_string(port) +
             " looks byte-swapped; a start port is in network byte order: htons(" + meant + ") for " + meant);
}

void advise_on_context(const Call& call, const char* function, bool was_accepted) {
  const std::string connects = was_accepted ? "AcceptEx" : "ConnectEx";
  const std::string option = was_accepted ? "SO_UPDATE_ACCEPT_CONTEXT" : "SO_UPDATE_CONNECT_CONTEXT";
  advise(call, AdviceKind::ConnectionLacksContext,
         std::string(function) + " does not know the connection that " + connects + " made before " + option +
             " is set on the socket");
}

void advise_on_ioctl(const Call& call, DWORD code, DWORD input_size) {
  for (const NamedCode& known : kAdvisedCodes) advise_on_direction(call, code, known);
  const bool takes_a_token = code == SIO_ASSOCIATE_PORT_RESERVATION || code == SIO_RELEASE_PORT_RESERVATION;
  if (takes_a_token && input_size == 4)
    advise(call, AdviceKind::TokenIsEightBytes,
           "a port reservation token is a ULONG64: give 8 bytes to " +
               std::string(code == SIO_RELEASE_PORT_RESERVATION ? "SIO_RELEASE_PORT_RESERVATION"
                                                                : "SIO_ASSOCIATE_PORT_RESERVATION") +
               ", not 4");
}

}  // namespace winsock

std::optional<Advice> last_advice(const WindowsProcess& process) {
  return static_cast<const winsock::ProcessFace&>(process).advice();
}

std::optional<Advice> last_advice() {
  const auto process = process_of_this_thread();
  return process ? last_advice(*process) : std::nullopt;
}

}  // namespace berth
