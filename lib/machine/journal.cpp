// SPDX-License-Identifier: MIT
#include <berth/machine/journal.h>

#include <optional>
#include <string_view>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/store/memory_storage.h>

#include "world_json.h"

namespace berth {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMostStored = 1'000'000;
constexpr std::uint64_t kMostOf64Bits = ~std::uint64_t{0};

// -- the first line -------------------------------------------------------------------------------

Json json_of(const PersistentSet& set) {
  Json json{{"boot", hexadecimal(set.boot)}, {"next_serial", hexadecimal(set.next_serial)}};
  json["reservations"] = json["exclusions"] = json["dynamic_ranges"] = Json::array();
  for (const StoredReservation& stored : set.reservations)
    json["reservations"].push_back({{"transport", json_of(stored.transport)},
                                    {"range", json_of(stored.range)},
                                    {"serial", hexadecimal(stored.serial)}});
  for (const StoredExclusion& stored : set.exclusions)
    json["exclusions"].push_back(
        {{"transport", json_of(stored.transport)}, {"range", json_of(stored.range)}});
  for (const StoredDynamicRange& stored : set.dynamic_ranges)
    json["dynamic_ranges"].push_back({{"transport", json_of(stored.transport)},
                                      {"family", json_of(stored.family)},
                                      {"range", json_of(stored.range)}});
  return json;
}

StoredReservation read_stored_reservation(const Cursor& at) {
  return at.object([](Members& members) {
    return StoredReservation{.transport = read<Transport>(members.required("transport")),
                             .range = read<PortRange>(members.required("range")),
                             .serial = members.required("serial").hexadecimal()};
  });
}
StoredExclusion read_stored_exclusion(const Cursor& at) {
  return at.object([](Members& members) {
    return StoredExclusion{.transport = read<Transport>(members.required("transport")),
                           .range = read<PortRange>(members.required("range"))};
  });
}
StoredDynamicRange read_stored_dynamic_range(const Cursor& at) {
  return at.object([](Members& members) {
    return StoredDynamicRange{.transport = read<Transport>(members.required("transport")),
                              .family = read<Family>(members.required("family")),
                              .range = read<PortRange>(members.required("range"))};
  });
}

PersistentSet read_set(const Cursor& at) {
  return at.object([](Members& members) {
    PersistentSet set;
    set.boot = members.required("boot").hexadecimal();
    set.next_serial = members.required("next_serial").hexadecimal();
    set.reservations = members.required("reservations").list(kMostStored, read_stored_reservation);
    set.exclusions = members.required("exclusions").list(kMostStored, read_stored_exclusion);
    set.dynamic_ranges = members.required("dynamic_ranges").list(kMostStored, read_stored_dynamic_range);
    if (const auto wrong = contradiction_in(set)) members.place().refuse(wrong->found, wrong->expected);
    return set;
  });
}

struct Header {
  World world;
  Profile profile;
  std::uint64_t seed = 0;
  PersistentSet stored;
};

Header read_header(const Cursor& at) {
  return at.object([](Members& members) {
    static_cast<void>(members.required("berth_journal").unsigned_between(kVersion, kVersion));
    Header header;
    header.seed = members.required("seed").hexadecimal();
    header.world = read_world(members.required("world"));
    header.profile = read<Profile>(members.required("profile"));
    header.stored = read_set(members.required("stored"));
    return header;
  });
}

// -- the other lines ------------------------------------------------------------------------------

struct Entry {
  std::uint64_t state_hash = 0;
  std::optional<std::uint64_t> boot;    // of a restart
  std::optional<std::uint64_t> number;  // of a decision, where it is written
  ProcessId caller;
  Request request;
  PortChoice choice;
  Outcome outcome;
};

Entry read_entry(const Cursor& at) {
  return at.object([](Members& members) {
    Entry entry;
    entry.state_hash = members.required("hash").hexadecimal();
    if (const auto boot = members.optional("restart")) {
      entry.boot = boot->unsigned_up_to(kMostOf64Bits);
      return entry;
    }
    if (const auto number = members.optional("n")) entry.number = number->unsigned_up_to(kMostOf64Bits);
    entry.caller = read<ProcessId>(members.required("caller"));
    entry.request = read<Request>(members.required("asked"));
    entry.choice = read<PortChoice>(members.required("drawn"));
    entry.outcome = read<Outcome>(members.required("answer"));
    return entry;
  });
}

// Lines of a text, one at a time, counted from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next() {
    if (rest_.empty()) return false;
    const auto end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    ++number_;
    return true;
  }
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] std::string place() const { return "line " + std::to_string(number_); }

 private:
  std::string_view rest_;
  std::string_view line_;
  std::uint64_t number_ = 0;
};

StartError line_error(const DocumentError& error, const Lines& lines) {
  return {.file = error.file,
          .place = lines.place() + (error.place.empty() ? "" : ", " + error.place),
          .found = error.found,
          .expected = error.expected};
}

// Plays one entry; what comes out otherwise than written is the error.
std::optional<StartError> play(Machine& machine, const Entry& entry, const std::string& file,
                               const Lines& lines, Replay& replay) {
  StartError error{.file = file, .place = lines.place(), .found = {}, .expected = {}};
  if (entry.boot) {
    ++replay.restarts;
    static_cast<void>(machine.restart());
    const auto boot = machine.inspect([](const PortPool& pool) { return pool.boot(); });
    error.found = "boot " + std::to_string(boot);
    error.expected = "boot " + std::to_string(*entry.boot);
    if (boot != *entry.boot) return error;
  } else {
    ++replay.decisions;
    error.found = "decision " + std::to_string(replay.decisions);
    error.expected = "decision " + std::to_string(entry.number.value_or(replay.decisions));
    if (entry.number && *entry.number != replay.decisions) return error;
    // A host failure was an accident of that machine's store and changed nothing.
    if (std::holds_alternative<HostFailure>(entry.outcome)) return std::nullopt;
    const Outcome outcome = machine.submit(entry.caller, entry.request, entry.choice);
    error.found = "the answer " + line_of(json_of(outcome));
    error.expected = line_of(json_of(entry.outcome));
    if (outcome != entry.outcome) return error;
  }
  error.found = "the state " + hexadecimal(machine.state_hash());
  error.expected = "the state " + hexadecimal(entry.state_hash);
  if (machine.state_hash() != entry.state_hash) return error;
  return std::nullopt;
}

}  // namespace

Journal::Journal(const World& world, const Profile& profile, std::uint64_t seed, const PersistentSet& stored,
                 Write write)
    : write_(std::move(write)) {
  const Json header{{"berth_journal", kVersion},
                    {"seed", hexadecimal(seed)},
                    {"world", world_json(world)},
                    {"profile", json_of(profile)},
                    {"stored", json_of(stored)}};
  write_(line_of(header) + "\n");
}

void Journal::decided(const Decided& decision) {
  const Json entry{{"n", decision.number},
                   {"caller", json_of(decision.caller)},
                   {"asked", json_of(decision.request)},
                   {"drawn", json_of(decision.choice)},
                   {"answer", json_of(decision.outcome)},
                   {"hash", hexadecimal(decision.state_hash)}};
  write_(line_of(entry) + "\n");
}

void Journal::restarted(std::uint64_t boot, std::uint64_t state_hash) {
  const Json entry{{"restart", boot}, {"hash", hexadecimal(state_hash)}};
  write_(line_of(entry) + "\n");
}

Result<Replay, StartError> replay(const std::string& file, const std::string& text) {
  Lines lines(text);
  if (!lines.next()) return StartError{file, "line 1", "an empty file", "a journal"};
  auto header = read_document(file, lines.line(), read_header);
  if (!header) return line_error(header.error(), lines);
  auto machine = Machine::start({.world = header->world,
                                 .profile = header->profile,
                                 .seed = header->seed,
                                 .storage = std::make_unique<MemoryStorage>(header->stored)});
  if (!machine) return machine.error();
  Replay replay;
  while (lines.next()) {
    const auto entry = read_document(file, lines.line(), read_entry);
    if (!entry) return line_error(entry.error(), lines);
    if (auto error = play(**machine, *entry, file, lines, replay)) return *std::move(error);
  }
  replay.state_hash = (*machine)->state_hash();
  return replay;
}

}  // namespace berth
