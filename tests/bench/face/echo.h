// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <thread>

namespace berth::bench {

/// Where an echo is to be found on the loopback address, in host byte order.
struct EchoPorts {
  std::uint16_t stream = 0;
  std::uint16_t datagram = 0;
};

// Two ends of an echo, in two threads or in two processes, by the kernel's calls or by Windows': `Calls` has
// them by one name for both.

/// Ends an echo of datagrams; a stream's ends with the stream.
inline constexpr char kNoMore = 'q';

template <class Calls>
void echo(typename Calls::Socket s) {
  for (char byte = 0; byte != kNoMore && Calls::receive(s, byte);) Calls::send(s, byte);
}

/// Sends everything back.
template <class Calls>
class FarEnd {
 public:
  FarEnd() : listener_(Calls::open_stream()), datagrams_(Calls::open_datagrams()) {
    ports_ = {.stream = Calls::bound_port(listener_), .datagram = Calls::bound_port(datagrams_)};
    Calls::listen(listener_);
  }
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;
  ~FarEnd() {
    Calls::close(listener_);
    Calls::close(datagrams_);
  }
  [[nodiscard]] EchoPorts ports() const { return ports_; }

  /// Ends when the near end closes its stream.
  void run_stream() {
    const auto s = Calls::accept(listener_);
    echo<Calls>(s);
    Calls::close(s);
  }
  void run_datagrams() {
    Calls::connect_to_first_sender(datagrams_);
    echo<Calls>(datagrams_);
  }

 private:
  typename Calls::Socket listener_;
  typename Calls::Socket datagrams_;
  EchoPorts ports_;
};

template <class Calls>
class NearEnd {
 public:
  explicit NearEnd(EchoPorts to) : stream_(Calls::open_stream()), datagrams_(Calls::open_datagrams()) {
    Calls::connect(stream_, to.stream);
    Calls::connect(datagrams_, to.datagram);
    Calls::send(datagrams_, 'x');  // for connect_to_first_sender
  }
  NearEnd(const NearEnd&) = delete;
  NearEnd& operator=(const NearEnd&) = delete;
  ~NearEnd() {
    // The answer tells that it was heard: what a socket sent that is closed by now, nobody hears.
    char byte = kNoMore;
    Calls::send(datagrams_, byte);
    for (byte = 0; byte != kNoMore && Calls::receive(datagrams_, byte);) {
    }
    Calls::close(datagrams_);
    Calls::close(stream_);
  }

  void stream_round_trips(std::size_t times) { round_trips(stream_, times); }
  void datagram_round_trips(std::size_t times) { round_trips(datagrams_, times); }

 private:
  static void round_trips(typename Calls::Socket s, std::size_t times) {
    char byte = 'x';
    for (std::size_t i = 0; i < times; ++i) {
      Calls::send(s, byte);
      Calls::receive(s, byte);
    }
  }

  typename Calls::Socket stream_;
  typename Calls::Socket datagrams_;
};

/// Both ends: the far one in threads of its own.
template <class Calls>
class EchoAcrossThreads {
 public:
  NearEnd<Calls>& near_end() { return *near_; }
  EchoAcrossThreads()
      : streams_([this] { far_.run_stream(); }), datagrams_([this] { far_.run_datagrams(); }) {
    near_.emplace(far_.ports());
  }
  EchoAcrossThreads(const EchoAcrossThreads&) = delete;
  EchoAcrossThreads& operator=(const EchoAcrossThreads&) = delete;
  ~EchoAcrossThreads() {
    near_.reset();
    streams_.join();
    datagrams_.join();
  }

 private:
  FarEnd<Calls> far_;
  std::optional<NearEnd<Calls>> near_;
  std::thread streams_;
  std::thread datagrams_;
};

/// The far end in a process of its own, until the near one closes its stream. `tell` gets the ports.
template <class Calls, class Tell>
void serve_echo(Tell&& tell) {
  FarEnd<Calls> far;
  std::thread datagrams([&far] { far.run_datagrams(); });
  tell(far.ports());
  far.run_stream();
  datagrams.join();
}

}  // namespace berth::bench
