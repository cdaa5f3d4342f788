// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <berth/remote/channel.h>

#include "e2e/program.h"
#include "support/temporary_folder.h"

namespace berth::test {

/// A machine that `berth serve` serves, and the programs that join it.
class Served {
 public:
  explicit Served(std::vector<std::string> options = {}) : options_(std::move(options)) { start(); }

  /// Starts the server, again after it was stopped.
  void start() {
    std::vector<std::string> words = {BERTH_COMMAND_PATH, "serve", "--quiet", "--socket", socket()};
    words.insert(words.end(), options_.begin(), options_.end());
    server_ = std::make_unique<Program>(words, std::vector<std::string>{});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!remote::Channel::to({.path = socket(), .host = {}, .port = 0})) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "the server does not listen";
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  [[nodiscard]] std::string socket() const { return folder / "socket"; }
  [[nodiscard]] Program& server() { return *server_; }
  /// A program that has called WSAStartup.
  [[nodiscard]] std::unique_ptr<Program> program(
      const std::string& identity = "elevated-administrator") const {
    auto program =
        std::make_unique<Program>(std::vector<std::string>{BERTH_TALKER}, joined_to(socket(), identity));
    EXPECT_EQ(program->tell("start"), "0");
    return program;
  }

  TemporaryFolder folder;

 private:
  std::vector<std::string> options_;
  std::unique_ptr<Program> server_;
};

}  // namespace berth::test
