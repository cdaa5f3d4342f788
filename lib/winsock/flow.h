// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <berth/core/address.h>
#include <berth/traffic/host_socket.h>

#include "deferred_arrivals.h"
#include "handle_table.h"
#include "last_answer.h"
#include "option_values.h"
#include "process_face.h"
#include "socket_names.h"

namespace berth::winsock {

class AsyncState;  // what an emulated socket has once it is used asynchronously: async_state.h

/// Where the emulated socket stands in the life of a connection.
enum class Phase : std::uint8_t { Silent, Listening, Connecting, Connected };

/// What an emulated socket has once it talks: the hidden socket of the host that carries its bytes, and what
/// the program set on it.
///
/// Shared by the handles of one process face to one socket. Thread-safe. The host's socket lives as long as
/// the flow: who uses a flow without holding the handle's place in the table holds a reference.
class Flow : public std::enable_shared_from_this<Flow> {
 public:
  /// A silent one. Nothing when the host has no descriptor left.
  static std::shared_ptr<Flow> make(const OpenHandle& open);
  /// Around a connection that the host has accepted, at the port that the machine gave the socket.
  static std::shared_ptr<Flow> of_accepted(const OpenHandle& open, const Arrival& arrival, Port port,
                                           bool blocks);
  /// Around a socket of the host that another program has too; as it was when that one offered it.
  static std::shared_ptr<Flow> of_another_program(const OpenHandle& open, int descriptor, Phase phase,
                                                  const std::optional<Endpoint>& local,
                                                  const std::optional<Endpoint>& peer);
  Flow(const OpenHandle& open, int host_socket);
  /// While it is in the handle table it keeps itself alive; the last handle's closer lets it go.
  static void hold(std::shared_ptr<Flow> flow) {
    Flow& held = *flow;
    held.self_ = std::move(flow);
  }
  void let_go() { self_.reset(); }
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow();

  // -- whose it is: never changes -------------------------------------------------------------------
  const ProcessHome process;  ///< that made it
  const SocketId socket;
  const SocketKind kind;
  const Family family;
  const int descriptor;  ///< of the host's socket
  /// Its connection came from a listening socket: set before others see it.
  bool was_accepted = false;

  [[nodiscard]] bool is_stream() const { return kind == SocketKind::Tcp; }
  [[nodiscard]] Transport transport() const { return is_stream() ? Transport::Tcp : Transport::Udp; }

  // -- state that a look may read at any time -------------------------------------------------------
  std::atomic<Phase> phase = Phase::Silent;
  std::atomic<bool> blocks = true;           ///< as FIONBIO and WSAEventSelect say
  std::atomic<bool> selects_events = false;  ///< WSAEventSelect is active
  /// The host's socket does not block although this one does: calls that block wait beside it.
  std::atomic<bool> host_never_blocks = false;
  std::atomic<bool> closing = false;       ///< its last handle is being closed: whoever sleeps in it leaves
  std::atomic<bool> send_is_shut = false;  ///< by shutdown
  /// False from AcceptEx or ConnectEx until SO_UPDATE_ACCEPT_CONTEXT or SO_UPDATE_CONNECT_CONTEXT: until then
  /// getpeername, getsockname and shutdown do not know of the connection (the pages of the four; field
  /// reports: nng 1598, WSL 40505, cosmopolitan 1164).
  std::atomic<bool> has_context = true;
  std::atomic<bool> receive_is_shut = false;
  /// Another handle of `process` shares it from now on. False: the last one is being closed.
  [[nodiscard]] bool add_handle(ProcessId sharer);
  /// Whether several handles share it.
  [[nodiscard]] bool is_shared() const { return handles_.load(std::memory_order_relaxed) > 1; }
  /// One handle fewer, on which calls may still sleep. What is left to do is the closer's.
  struct Dropped {
    bool was_last = false;
    bool waits_for_its_calls = true;             ///< false: the last one's closer does
    std::vector<std::uintptr_t> left_by_others;  ///< handles whose calls the last one's closer waits for
  };
  [[nodiscard]] Dropped drop_handle(std::uintptr_t handle);

  // -- names ----------------------------------------------------------------------------------------
  /// The emulated name; nothing before the bind. Asks the machine until there is one.
  std::optional<Endpoint> local();
  [[nodiscard]] std::optional<Endpoint> peer() const;
  [[nodiscard]] bool has_peer() const { return has_peer_.load(std::memory_order_acquire); }
  struct Names {
    std::optional<Endpoint> local;
    std::optional<Endpoint> peer;
  };
  /// What is known without asking or waiting: in the child of a fork somebody who is not there any more may
  /// hold the lock, and then it is nothing.
  [[nodiscard]] Names known_names() const;
  void set_local(const std::optional<Endpoint>& name);
  void set_peer(const std::optional<Endpoint>& name);
  /// The connection stands. `local`: the name that it gave the socket, if another one than bind gave.
  void become_connected(const std::optional<Endpoint>& local, const Endpoint& peer);

  // -- the way out and in ---------------------------------------------------------------------------
  /// Gives the host's socket its endpoint and tells the machine; harmless when it has one. The error number
  /// of the host when it cannot. Requires: the socket has a name in the model.
  int carry();
  /// The same for the name that the model has just given it.
  int carry_as(const Endpoint& name);
  /// The error number of the host, 0 when it listens.
  int listen(int backlog);
  /// Where the host finds `to`. Nothing when the address is none of this machine's; an endpoint that refuses
  /// when nobody receives there.
  std::optional<traffic::HostAddress> route(const Endpoint& to);
  /// The same for a datagram. False: nowhere.
  [[nodiscard]] bool find_way(const SocketName& to, traffic::RawAddress& there);
  /// Where the last datagram went; false when it went elsewhere, or that may not be true any more.
  [[nodiscard]] bool is_last_way(const SocketName& to, traffic::RawAddress& there) const {
    return last_way_.find(process.machine().address_generation(), to, there);
  }
  /// Who is behind an address of the host; nothing for a stranger, who is not to be heard.
  [[nodiscard]] std::optional<Endpoint> name_behind(const traffic::HostAddress& address);
  /// The same for a datagram, as the socket shows it; empty for a stranger.
  [[nodiscard]] SocketName sender_behind(const traffic::RawAddress& address);
  /// The name under which the socket talks from now on, more specific than the one that it was bound to.
  void talk_as(const Endpoint& name);
  [[nodiscard]] bool is_carried() const { return carried_.load(std::memory_order_acquire); }

  /// Whether an end of the stream is none of the peer's: the handle is being closed, or the machine is gone,
  /// which another program may have noticed before this one.
  [[nodiscard]] bool is_cut_off() const { return closing || process.machine().is_found_gone(); }
  /// Wakes whoever sleeps in a call on the host's socket.
  void interrupt();

  /// What the handle had before AcceptEx or DisconnectEx gave it this one; calls may still look at it.
  std::shared_ptr<Flow> before;

  /// Of a listening socket.
  DeferredArrivals deferred;

  /// One at a time: connect, listen and the like.
  std::mutex setup;
  /// Made at the first asynchronous use.
  std::shared_ptr<AsyncState> async;
  std::mutex async_mutex;  ///< guards `async`, the pointer

  /// What the program set, and what the host's socket cannot keep of it: see option_table.cpp.
  OptionValues options;
  /// What the host's refusal of the connection that has begun stands for; 0: itself.
  std::atomic<int> refusal = 0;
  std::atomic<int> pending_error = 0;  ///< of a connection attempt that failed unseen, for SO_ERROR
  std::atomic<std::uint32_t> receive_timeout = 0;
  std::atomic<std::uint32_t> send_timeout = 0;
  std::atomic<bool> reports_unreachable = true;         ///< SIO_UDP_CONNRESET
  std::atomic<bool> unreachable_port_was_told = false;  ///< to a send; the next receive is to tell it
  std::atomic<std::int64_t> connected_at = -1;          ///< tick of the connection, for SO_CONNECT_TIME

 private:
  int carry_named(const Endpoint& name);
  int carry_isolated(const Endpoint& name);
  int carry_on_host(const Endpoint& name);
  template <class Call>
  int while_sharing(std::uint16_t port, Call&& call);
  [[nodiscard]] Endpoint seen_from_here(Endpoint name, const traffic::HostAddress& carrier) const;
  [[nodiscard]] std::vector<ProcessId> sharers() const;

  std::shared_ptr<Flow> self_;
  std::atomic<std::uint32_t> handles_ = 1;
  std::atomic<bool> was_shared_ = false;  // at any time, or was about to be
  std::atomic<bool> carried_ = false;
  std::mutex carrying_;
  Carrier carrier_;  // once carried_ under `isolated`
  std::atomic<bool> has_peer_ = false;
  mutable std::mutex names_;  // guards what follows, and the number of handles while it changes
  std::vector<ProcessId> sharers_;
  std::vector<std::uintptr_t> left_handles_;
  std::optional<Endpoint> local_;
  std::optional<Endpoint> peer_;
  // Under no lock.
  LastAnswer<SocketName, traffic::RawAddress> last_way_;
  LastAnswer<traffic::RawAddress, SocketName> last_sender_;
};

/// The flow of an open handle that has none yet, or the one that another thread gave it meanwhile. Null when
/// the handle was closed, or the host has no descriptor left. Requires: the call has entered the handle's
/// place in the table.
Flow* adopt_flow(std::uintptr_t handle, const OpenHandle& open);

/// Ends the part of a handle that was taken out of the table in its flow: wakes who sleeps in it if it was
/// the last, waits for the calls on that handle, and closes the host's socket with the last one.
void end_flow(std::uintptr_t handle, Flow& flow);

/// The name that bind gave a socket, as the machine tells it to `asker`; nothing before the bind.
[[nodiscard]] std::optional<Endpoint> name_told_to(ProcessId asker, Gateway& machine, SocketId socket);

[[nodiscard]] traffic::HostAddress host_address(const Endpoint& endpoint);
[[nodiscard]] Endpoint endpoint_of(const traffic::HostAddress& address);

}  // namespace berth::winsock
