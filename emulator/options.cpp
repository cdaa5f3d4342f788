// SPDX-License-Identifier: MIT
#include "options.h"

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <berth/codes/error_codes.h>
#include <berth/document/nearest_name.h>

#include "commands.h"

namespace berth::emulator {

std::string usual_fixtures() {
  std::error_code error;
  const auto command = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = (command.parent_path() / BERTH_FIXTURES_FROM_COMMAND).lexically_normal();
    if (std::filesystem::is_directory(beside, error)) return beside.string();
  }
  return BERTH_FIXTURES_DIR;
}

std::string instead_of(const std::string& text, const std::vector<std::string_view>& names,
                       const std::string& besides) {
  if (const auto nearest = nearest_name(text, names)) return "; did you mean " + in_quotes(*nearest) + '?';
  return ", expected " + besides + one_of_these(text, names);
}

std::size_t one_of(const std::string& what, const std::string& text,
                   const std::vector<std::string_view>& names) {
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw BadInput(what + ": found " + in_quotes(text) + instead_of(text, names));
}

Rule rule_from(const std::string& text) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kRuleCount; ++i) names.push_back(name_of(static_cast<Rule>(i)));
  return static_cast<Rule>(one_of("rule", text, names));
}

std::int64_t code_from(const std::string& text) {
  if (const auto code = parse_code(text)) return *code;
  std::vector<std::string_view> names;
  for (const CodeName& code : code_names()) names.push_back(code.name);
  throw BadInput("code: found " + in_quotes(text) + instead_of(text, names, "a number or "));
}

std::vector<scenario::ArmKind> arms_from(const std::vector<std::string>& names) {
  const auto here = scenario::emulated_arms();
  std::vector<scenario::ArmKind> there_are(here.begin(), here.end());
#ifndef _WIN32
  there_are.push_back(scenario::ArmKind::Daemon);
#endif
  std::vector<std::string_view> known(there_are.size());
  std::ranges::transform(there_are, known.begin(),
                         [](scenario::ArmKind arm) { return scenario::name_of(arm); });
  std::vector<scenario::ArmKind> arms;
  for (const std::string& name : names) {
    const auto arm = there_are[one_of("arm", name, known)];
    if (std::ranges::find(arms, arm) == arms.end()) arms.push_back(arm);
  }
  return arms;
}

Profile profile_from(const std::string& text, const scenario::Fixtures& fixtures) {
  const auto there = fixtures.profile_names();
  const bool is_named = text == Profile{}.name || std::ranges::find(there, text) != there.end();
  if (is_named) {
    auto profile = fixtures.profile(text);
    if (!profile) throw BadInput(to_string(profile.error()));
    return *std::move(profile);
  }
  if (!std::filesystem::exists(text)) {
    std::vector<std::string_view> names(there.begin(), there.end());
    names.emplace_back("default");
    throw BadInput("profile: found " + in_quotes(text) + instead_of(text, names, "a file or "));
  }
  auto profile = load_profile(text);
  if (!profile) throw BadInput(to_string(profile.error()));
  return *std::move(profile);
}

std::vector<std::string> daemon_worker(const std::string& fixtures) {
  return {"/proc/self/exe", kPlaySteps, fixtures};
}

std::vector<std::string> usual_arms() {
  std::vector<std::string> names;
  for (const scenario::ArmKind arm : scenario::emulated_arms()) names.emplace_back(scenario::name_of(arm));
  return names;
}

scenario::Colour colour_of_stdout() {
#ifdef _WIN32
  const bool is_terminal = _isatty(_fileno(stdout)) != 0;
#else
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
#endif
  const bool terminal = is_terminal && std::getenv("NO_COLOR") == nullptr;
  return terminal ? scenario::Colour::With : scenario::Colour::Without;
}

void write_file(const std::string& path, const std::string& text) {
  if (path == "-") return print(text);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw BadInput("the file " + in_quotes(path) + " cannot be written");
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace berth::emulator
