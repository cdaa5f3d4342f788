// SPDX-License-Identifier: MIT
// What we would ask a real Windows: each open switch and each contradiction of the sources has a scenario
// that asks about it.
#include <algorithm>
#include <array>

#include <berth/scenario/evidence.h>

namespace berth::scenario {
namespace {

/// A place where the sources contradict one another, and what we chose.
struct Conflict {
  std::string_view id;
  std::string_view what;
  std::string_view answer;
  std::string_view experiment;  ///< a scenario; empty: no call can ask it
};

constexpr std::array kConflicts = {
    Conflict{"CON-01", "An output buffer that is too small: 10022 on three pages, 10014 on two", "10022",
             "switches/it_is_open_with_which_code_a_short_output_is_refused"},
    Conflict{"CON-02", "A synchronous success \"cannot\" report 0 bytes, yet two codes have no output", "0",
             "face/release_gives_nothing_out"},
    Conflict{"CON-03", "A socket of the wrong type: 10045 and 10022 in one table", "10045",
             "switches/it_is_open_with_which_code_a_raw_socket_is_refused"},
    Conflict{"CON-04", "Acquire's table lacks 10048, and real systems return it", "10048",
             "acquire/a_block_shares_no_port_with_a_runtime_reservation"},
    Conflict{"CON-05", "Release's row for 10014 leaves the input pointer out", "10014 as for the others",
             "face/the_input_lies_in_the_callers_memory_to_its_last_byte"},
    Conflict{"CON-06", "Create's samples suggest a start of 0, its table rejects it", "87",
             "persistent/only_runtime_reservations_have_wildcards"},
    Conflict{"CON-07", "A dynamic range starts at 1025 by the page, at 1024 in the field", "1024",
             "switches/it_is_open_from_which_port_a_dynamic_range_may_start"},
    Conflict{"CON-07", "A dynamic range per transport, or per transport and family",
             "per transport and family",
             "switches/it_is_open_whether_each_family_has_a_dynamic_range_of_its_own"},
    Conflict{"CON-08", "Excluded ports: anyone may bind the administered ones, no one those of services",
             "as the field says", "bind/anyone_may_bind_a_port_of_an_administered_exclusion"},
    Conflict{"CON-09", "The text about one user and about dual stack against the cells of the bind matrix",
             "the cells",
             "switches/it_is_open_whether_a_plain_dual_stack_wildcard_comes_over_an_ipv4_wildcard"},
    Conflict{"CON-10", "A sample's text draws the port on a second socket, its code on the first",
             "a socket may use its own reservation",
             "associate/the_acquiring_socket_may_use_its_own_reservation"},
    Conflict{"CON-11", "10004 is described by a function that Winsock 2 has no more",
             "10004 on cancelling alone", ""},
    Conflict{"CON-12", "The UDP pages of the persistent functions speak of TCP", "UDP mirrors TCP",
             "persistent/tcp_does_not_see_the_persistent_blocks_of_udp"},
    Conflict{"CON-13", "A used-up block: 10055 in older tables, 10048 in newer ones", "10055",
             "switches/it_is_open_with_which_code_a_used_up_block_refuses_a_bind"},
    Conflict{"CON-14", "An elevated administrator is called \"the built-in Administrator\"",
             "the token decides", "persistent/any_elevated_process_may_delete_a_persistent_reservation"},
};

const Scenario* scenario_named(const std::vector<Scenario>& suite, std::string_view name) {
  const auto found =
      std::ranges::find_if(suite, [name](const Scenario& one) { return short_name(one) == name; });
  return found == suite.end() ? nullptr : &*found;
}

std::string one_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

// The calls of a scenario, in order.
std::string experiment_of(const Scenario& scenario) {
  std::string text;
  for (const Step& step : scenario.steps) {
    if (!text.empty()) text += "; ";
    text += step.as + ": " + step.call_name;
  }
  return text;
}

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += ' ' + one_cell(cell) + " |";
  return text + '\n';
}

std::string joined_positions(const Switch& asked) {
  std::string text;
  for (std::size_t i = 1; i < asked.positions.size(); ++i)
    text += (i == 1 ? "" : ", ") + std::string(asked.positions[i]);
  return text;
}

std::string in_code(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string answer_to(const Calibration& calibration, const Switch& asked) {
  const auto& settled = calibration.settled;
  if (std::ranges::find(settled, asked.name) != settled.end())
    return std::string(asked.position_name(calibration.profile));
  const auto open =
      std::ranges::find(calibration.open, asked.name, &std::pair<std::string, std::string>::first);
  return open == calibration.open.end() ? std::string("open") : "open: " + open->second;
}

}  // namespace

const Scenario* question_about(const std::vector<Scenario>& suite, std::size_t switch_index) {
  const auto asks = [switch_index](const Scenario& one) {
    return short_name(one).starts_with("switches/") && !one.switches.empty() &&
           one.switches.front() == switch_index;
  };
  const auto found = std::ranges::find_if(suite, asks);
  return found == suite.end() ? nullptr : &*found;
}

std::string questions_page(const std::vector<Scenario>& suite) {
  std::string text =
      "# Questions for Windows\n\nWhat the sources leave open or answer twice. Each question has a short "
      "scenario, which `berth-conformance` plays\nunder every answer; the answer under which it agrees is "
      "Windows'. So one report settles what it can ask.\n\n## Switches\n\n"
      "| switch | question | our present answer | other answers | rows | scenario | experiment |\n"
      "| - | - | - | - | - | - | - |\n";
  for (std::size_t i = 0; i < switches().size(); ++i) {
    const Switch& asked = switches()[i];
    const Scenario* question = question_about(suite, i);
    text += row({in_code(asked.name), std::string(asked.question), std::string(asked.positions.front()),
                 joined_positions(asked), std::string(asked.spec_row),
                 question == nullptr ? "none" : in_code(short_name(*question)),
                 question == nullptr ? "none" : experiment_of(*question)});
  }
  text +=
      "\n## Contradictions\n\n| entry | contradiction | our present answer | scenario | experiment |\n"
      "| - | - | - | - | - |\n";
  for (const Conflict& conflict : kConflicts) {
    const Scenario* question = scenario_named(suite, conflict.experiment);
    text += row({std::string(conflict.id), std::string(conflict.what), std::string(conflict.answer),
                 question == nullptr ? "no call can ask it" : in_code(conflict.experiment),
                 question == nullptr ? "" : experiment_of(*question)});
  }
  return text;
}

std::string evidence_markdown(const std::vector<Scenario>& suite, const Evidence& evidence,
                              const Profile& profile) {
  const Calibration calibration = calibrate(suite, evidence);
  const SuiteReport report = suite_report(suite, evidence, profile);
  std::string text = "# Port reservations on " + evidence.build + "\n\n";
  if (!evidence.complete) text += "The run was broken off.\n\n";
  text += "| probe | answer |\n| - | - |\n";
  for (const Probe& probe : evidence.probes) text += row({probe.name, probe.answer});
  text += "\n| verdict | scenarios |\n| - | -: |\n";
  for (std::size_t i = 0; i < kVerdictNames.size(); ++i)
    text += row({std::string(kVerdictNames[i]), std::to_string(report.count(static_cast<Verdict>(i)))});
  text += "\n## Rules that differ\n\n| rule | we say | it says | scenario |\n| - | - | - | - |\n";
  for (const RuleJudgement& one : judge(suite, evidence, profile))
    if (one.verdict == Verdict::Differs)
      text += row({in_code(berth::name_of(one.rule)), one.ours, one.theirs, in_code(one.scenario)});
  text += "\n## Open questions\n\n| switch | its answer | ours |\n| - | - | - |\n";
  for (const Switch& asked : switches())
    text +=
        row({in_code(asked.name), answer_to(calibration, asked), std::string(asked.position_name(profile))});
  return text;
}

}  // namespace berth::scenario
