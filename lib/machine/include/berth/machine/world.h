// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <berth/core/computer.h>
#include <berth/core/identity.h>
#include <berth/core/profile.h>
#include <berth/core/records.h>
#include <berth/core/request.h>
#include <berth/core/result.h>

namespace berth {

/// A port that a program of the world has bound before anything else happens.
struct WorldBoundPort {
  Transport transport{};
  Endpoint name;
  Identity identity;
  Sharing sharing = Sharing::Default;
  bool listening = false;
  friend bool operator==(const WorldBoundPort&, const WorldBoundPort&) = default;
};

/// An identity under a name that scenarios use.
struct WorldIdentity {
  std::string name;
  Identity identity;
  friend bool operator==(const WorldIdentity&, const WorldIdentity&) = default;
};

/// The state in which a machine is found: a value. The default is a clean desktop.
///
/// What is persistent in it (reservations, exclusions, dynamic ranges) is there at the machine's first start
/// and belongs to its store from then on; services take their blocks again at every start.
struct World {
  std::string name = "clean desktop";
  std::string file;                        ///< where it was read from, for errors; empty when it was not read
  std::string host_name = kUsualHostName;  ///< what gethostname answers
  Uac uac = Uac::On;
  std::vector<Address> addresses = {Address::ipv4(192, 168, 1, 10), *parse_address("fd00::10")};
  std::vector<request::SetDynamicRange> dynamic_ranges;
  std::vector<request::AddExclusion> exclusions;
  std::vector<request::AddForeignBlock> foreign_blocks;
  std::vector<request::AddKernelListener> kernel_listeners;
  std::vector<request::CreatePersistent> persistent_reservations;
  std::vector<WorldBoundPort> bound_ports;
  std::vector<WorldIdentity> identities;
  friend bool operator==(const World&, const World&) = default;
};

/// Why a world, a profile, a journal or a store was not taken: a value.
struct StartError {
  std::string file;
  std::string place;  ///< a JSON pointer; empty for the whole file
  std::string found;
  std::string expected;
  friend bool operator==(const StartError&, const StartError&) = default;
};
/// One line that says what was wrong, where, and what would be right.
[[nodiscard]] std::string to_string(const StartError& error);

/// A world file and what it names, relative to itself.
struct LoadedWorld {
  World world;
  std::optional<Profile> profile;
  std::optional<std::string> store_path;
};

/// Reads a world from a file. An error leaves nothing behind but itself.
[[nodiscard]] Result<LoadedWorld, StartError> load_world(const std::string& path);
/// Reads a world from JSON text; `file` is named in errors, and what it names is relative to it.
[[nodiscard]] Result<LoadedWorld, StartError> parse_world(const std::string& file, const std::string& text);
/// The world as a file would say it.
[[nodiscard]] std::string world_text(const World& world);

/// Reads a profile from a file.
[[nodiscard]] Result<Profile, StartError> load_profile(const std::string& path);

}  // namespace berth
