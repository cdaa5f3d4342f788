// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace berth::emulator {

/// What the command ends with.
inline constexpr int kAgrees = 0;
inline constexpr int kDiffers = 1;   ///< a scenario differs, or nothing was learned
inline constexpr int kBadInput = 2;  ///< an argument or a file is not what it should be

/// Something that the user gave and cannot be used: one line for stderr. Ends the command with `kBadInput`.
class BadInput : public CLI::Error {
 public:
  explicit BadInput(const std::string& what) : CLI::Error("BadInput", what, kBadInput) {}
};

/// Where the fixtures are: beside the installed command, else in the source tree that built it.
[[nodiscard]] std::string usual_fixtures();

// Each adds one command. `exit_code` is what the command will end with; it outlives the parsing.
void add_run(CLI::App& app, int& exit_code);
void add_conform(CLI::App& app, int& exit_code);
void add_rules(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_exec(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_ps(CLI::App& app, int& exit_code);

}  // namespace berth::emulator
