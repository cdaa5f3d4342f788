// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <berth/machine/machine.h>
#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/remote/remote_gateway.h>
#include <berth/server/server.h>

#include "support/temporary_folder.h"

namespace berth::test {

/// A machine that is served on a thread of its own, until the test ends.
class ServedMachine {
 public:
  explicit ServedMachine(server::Settings settings = {}, MachineSetup setup = {}) {
    auto started = Machine::start(std::move(setup));
    if (!started) ADD_FAILURE() << to_string(started.error());
    machine = std::move(started).value();
    if (settings.places.empty()) settings.places = {{.path = folder_ / "socket", .host = {}, .port = 0}};
    auto server = server::Server::start(machine, std::move(settings));
    if (!server) ADD_FAILURE() << server.error();
    server_ = std::move(server).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ServedMachine(const ServedMachine&) = delete;
  ServedMachine& operator=(const ServedMachine&) = delete;
  ~ServedMachine() { stop(); }

  /// Ends the server; its clients lose their machine.
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  [[nodiscard]] const remote::Where& where() const { return server_->places().front(); }

  /// A program that has joined.
  [[nodiscard]] std::shared_ptr<remote::RemoteGateway> join(std::optional<Identity> identity = Identity{
                                                                TokenKind::ElevatedAdministrator,
                                                                "alice"}) const {
    auto joined = remote::RemoteGateway::connect(
        where(), {.program = "test", .identity = std::move(identity), .secret = {}});
    if (!joined) {
      ADD_FAILURE() << joined.error();
      return nullptr;
    }
    return std::move(joined).value();
  }
  /// A connection that has said nothing yet.
  [[nodiscard]] remote::Channel connect() const {
    auto channel = remote::Channel::to(where());
    if (!channel) ADD_FAILURE() << channel.error();
    return std::move(channel).value();
  }

  std::shared_ptr<Machine> machine;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<server::Server> server_;
  std::thread thread_;
};

/// Waits, up to a time that only a failure needs, until `is_so()`.
template <class Condition>
bool comes_true(Condition&& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace berth::test
