// SPDX-License-Identifier: MIT
#include "loopback.h"

#include <unistd.h>

#include <chrono>

namespace berth::winsock {
namespace {

// Bound and not listening: the kernel resets who connects. It stays open for the life of the program.
traffic::HostAddress make_refusing_stream() {
  traffic::HostAddress address = own_loopback();
  const auto opened = traffic::open(traffic::Kind::Stream, false);
  if (opened.ok()) traffic::bind(static_cast<int>(opened.value), address);
  return address;
}

// Connected to itself: for everybody else the port is unreachable.
traffic::HostAddress make_refusing_datagram() {
  traffic::HostAddress address = own_loopback();
  const auto opened = traffic::open(traffic::Kind::Datagram, false);
  if (opened.ok() && traffic::bind(static_cast<int>(opened.value), address).ok())
    traffic::connect(static_cast<int>(opened.value), address);
  return address;
}

}  // namespace

traffic::HostAddress own_loopback() {
  static const auto process = static_cast<std::uint32_t>(::getpid());  // a forked child may share it
  traffic::HostAddress address;
  address.bytes = {127, static_cast<std::uint8_t>(64 + (process >> 16U) % 64),
                   static_cast<std::uint8_t>(process >> 8U),
                   static_cast<std::uint8_t>(1 + (process & 0xffU) % 254)};
  return address;
}

traffic::HostAddress refusing_endpoint(Transport transport) {
  static const traffic::HostAddress stream = make_refusing_stream();
  static const traffic::HostAddress datagram = make_refusing_datagram();
  return transport == Transport::Tcp ? stream : datagram;
}

std::int64_t tick_count() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace berth::winsock
