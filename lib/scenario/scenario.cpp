// SPDX-License-Identifier: MIT
#include <berth/scenario/scenario.h>

#include <algorithm>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/nearest_name.h>
#include <berth/document/reading.h>
#include <berth/scenario/fixtures.h>

#include "step_reader.h"

namespace berth::scenario {
namespace {

constexpr std::size_t kMostRules = 300;
// Room for the most steps that a scenario may have.
constexpr ReadingLimits kLimits{.bytes = std::size_t{64} << 20U, .depth = 32, .values = 4'000'000};

std::string place_in_it(const DocumentError& error) {
  return error.place.empty() ? error.file : error.file + " at " + error.place;
}

World read_world_here(const Cursor& at, const Fixtures& fixtures) {
  if (at.is_text()) {
    const std::string name = at.name();
    const auto names = fixtures.world_names();
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (std::ranges::find(known, name) == known.end()) at.refuse(in_quotes(name), one_of_these(name, known));
    auto world = fixtures.world(name);
    if (!world) at.refuse(place_in_it(world.error()) + ": " + world.error().found, world.error().expected);
    return *std::move(world);
  }
  if (!at.is_object()) at.refuse("the name of a world, or a world");
  auto loaded = parse_world("", line_of(at.json()));
  if (!loaded) {
    const Cursor inside(at.json(), at.pointer() + loaded.error().place);
    inside.refuse(loaded.error().found, loaded.error().expected);
  }
  if (loaded->profile || loaded->store_path)
    at.refuse("a world with a profile or a store",
              "a world alone: the profile stands beside it, the store is in memory");
  return loaded->world;
}

Profile read_profile_here(const Cursor& at, const Fixtures& fixtures) {
  const std::string name = at.name();
  const auto names = fixtures.profile_names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  if (std::ranges::find(known, name) == known.end()) at.refuse(in_quotes(name), one_of_these(name, known));
  auto profile = fixtures.profile(name);
  if (!profile)
    at.refuse(place_in_it(profile.error()) + ": " + profile.error().found, profile.error().expected);
  return *std::move(profile);
}

PortsWanted read_ports(const std::string& name, const Cursor& at) {
  return at.object([&](Members& members) {
    PortsWanted wanted{.name = name, .count = 1, .where = {}, .at = {}};
    if (const auto count = members.optional("count"))
      wanted.count = static_cast<std::uint16_t>(count->unsigned_between(1, 10'000));
    const auto where = members.optional("where");
    if (where) wanted.where = where->one_of<Where>(kWhereNames);
    if (const auto literal = members.optional("at"))
      wanted.at = static_cast<Port>(literal->unsigned_between(1, kLastPort));
    if (wanted.at && where) at.refuse(R"(both "at" and "where")", "one of them");
    if (wanted.at && *wanted.at + wanted.count > kLastPort + 1)
      at.refuse("a run that passes port 65535", "a run that ends by it");
    return wanted;
  });
}

KnownDeviation read_deviation(const Cursor& at) {
  return at.object([](Members& members) {
    return KnownDeviation{.arm = members.required("arm").one_of<ArmKind>(kArmNames),
                          .reason = members.required("reason").name()};
  });
}

std::size_t read_switch(const Cursor& at) {
  std::vector<std::string_view> names;
  for (const Switch& row : switches()) names.push_back(row.name);
  return at.one_of(names);
}

// The positions that the scenario is written for; a switch that it tells apart cannot be one of them.
std::vector<SwitchPosition> read_assumptions(const Cursor& at, const std::vector<std::size_t>& told_apart) {
  std::vector<std::string_view> names;
  for (const Switch& row : switches()) names.push_back(row.name);
  std::vector<SwitchPosition> assumed;
  for (const auto& [name, position] : at.named_values(switches().size())) {
    const Switch* const row = switch_named(name);
    if (row == nullptr) position.refuse("the switch " + in_quotes(name), one_of_these(name, names));
    const auto index = static_cast<std::size_t>(row - switches().data());
    if (std::ranges::find(told_apart, index) != told_apart.end())
      position.refuse("a switch that stands in \"switches\" too", "it in one of the two places");
    assumed.push_back({.switch_index = index, .position = position.one_of(row->positions)});
  }
  return assumed;
}

template <class List>
void refuse_repetitions(const Cursor& at, const List& list) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), list[i]) !=
        list.begin() + static_cast<std::ptrdiff_t>(i))
      at.refuse("element " + std::to_string(i) + " a second time", "each element once");
}

template <class Read>
auto read_set(Members& members, std::string_view key, std::size_t most, Read&& read_one) {
  const auto given = members.optional(key);
  auto list = given ? given->list(most, read_one) : decltype(given->list(most, read_one)){};
  if (given) refuse_repetitions(*given, list);
  return list;
}

void read_ports(Members& members, StepReader& reader, Scenario& scenario) {
  const auto given = members.optional("ports");
  if (!given) return;
  for (const auto& [name, at] : given->named_values(kMostNames)) {
    if (!StepReader::is_name(name))
      at.refuse("a run called " + in_quotes(name), R"(a name such as "$block")");
    scenario.ports.push_back(read_ports(name, at));
    reader.define_block(at, name);
  }
}

void read_processes(Members& members, StepReader& reader, Scenario& scenario) {
  const auto given = members.optional("processes");
  if (!given) return;
  for (const auto& [name, at] : given->named_values(kMostNames))
    scenario.processes.push_back(reader.read_process(name, at));
}

Scenario read_scenario(const Cursor& at, const Fixtures& fixtures) {
  return at.object([&](Members& members) {
    Scenario scenario;
    scenario.title = members.required("title").name();
    const Cursor rules = members.required("rules");
    scenario.rules = rules.list(kMostRules, [](const Cursor& rule) { return read<Rule>(rule); });
    if (scenario.rules.empty()) rules.refuse("no rule", "the rules that the scenario is about");
    refuse_repetitions(rules, scenario.rules);
    scenario.source = members.required("source").name();
    if (const auto world = members.optional("world")) scenario.world = read_world_here(*world, fixtures);
    if (const auto profile = members.optional("profile"))
      scenario.profile = read_profile_here(*profile, fixtures);
    scenario.switches = read_set(members, "switches", switches().size(), read_switch);
    if (const auto assumes = members.optional("assumes"))
      scenario.assumes = read_assumptions(*assumes, scenario.switches);
    if (scenario.profile && !(scenario.switches.empty() && scenario.assumes.empty()))
      at.refuse(R"("profile" beside "switches" or "assumes")", "one of them: a profile has set every switch");
    scenario.arms = read_set(members, "arms", kArmNames.size(),
                             [](const Cursor& arm) { return arm.one_of<ArmKind>(kArmNames); });
    if (const auto deviation = members.optional("known_deviation"))
      scenario.known_deviation = read_deviation(*deviation);
    StepReader reader(scenario.world, scenario.switches);
    read_ports(members, reader, scenario);
    read_processes(members, reader, scenario);
    const Cursor steps = members.required("steps");
    std::size_t number = 0;
    scenario.steps =
        steps.list(kMostSteps, [&](const Cursor& step) { return reader.read_step(step, number++); });
    if (scenario.steps.empty()) steps.refuse("no steps", "one step at least");
    return scenario;
  });
}

}  // namespace

Result<Scenario, DocumentError> parse_scenario(const std::string& file, std::string_view text,
                                               const Fixtures& fixtures) {
  const auto read_it = [&](const Cursor& at) {
    Scenario scenario = read_scenario(at, fixtures);
    scenario.file = file;
    return scenario;
  };
  return read_document(file, text, read_it, kLimits);
}

Result<Scenario, DocumentError> load_scenario(const std::string& path, const Fixtures& fixtures) {
  auto text = fixtures.text_of(path);
  if (!text) return text.error();
  return parse_scenario(path, *text, fixtures);
}

}  // namespace berth::scenario
