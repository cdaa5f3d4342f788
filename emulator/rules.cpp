// SPDX-License-Identifier: MIT
#include <memory>
#include <utility>

#include <berth/core/profile.h>
#include <berth/document/json.h>
#include <berth/document/observed.h>
#include <berth/document/reading.h>
#include <berth/text/law_text.h>

#include "commands.h"
#include "options.h"

namespace berth::emulator {
namespace {

struct RulesOptions {
  std::string rule;
  std::string code;
  std::string provenance;
  std::string kind;
  std::string profile;
  bool json = false;
  bool markdown = false;
  bool switches = false;
  bool deviations = false;
};

template <std::size_t kCount>
std::vector<std::string_view> listed(const std::array<std::string_view, kCount>& names) {
  return {names.begin(), names.end()};
}

RuleQuery query_from(const RulesOptions& options) {
  RuleQuery query;
  if (!options.rule.empty()) query.rule = rule_from(options.rule);
  if (!options.code.empty()) query.code = code_from(options.code);
  if (!options.provenance.empty())
    query.provenance =
        static_cast<Provenance>(one_of("provenance", options.provenance, listed(kProvenanceNames)));
  if (!options.kind.empty())
    query.kind = static_cast<RuleKind>(one_of("kind", options.kind, listed(kRuleKindNames)));
  return query;
}

// The rows, those that a calibrated profile has seen on real Windows as observed there.
struct KnownRules {
  std::vector<RuleRow> rows;
  std::string source;  // that the changed rows point at
};

Observed observed_by(const std::string& profile) {
  if (profile.empty()) return {};
  auto observed = read_document_file(profile, observed_in_profile);
  if (!observed) throw BadInput(to_string(observed.error()));
  return *std::move(observed);
}

KnownRules known_rules(const std::vector<const RuleRow*>& rows, const Observed& observed) {
  KnownRules known{.rows = {}, .source = "seen on " + observed.on};
  for (const RuleRow* row : rows) known.rows.push_back(*row);
  return known;
}

void mark_observed(KnownRules& known, const Observed& observed) {
  for (RuleRow& row : known.rows) {
    if (!observed.rules.test(index_of(row.rule))) continue;
    row.provenance = Provenance::Observed;
    row.source = known.source;
  }
}

std::string json_of_rules(const std::vector<const RuleRow*>& rows) {
  Json json = Json::array();
  for (const RuleRow* row : rows) {
    Json one{{"rule", name_of(row->rule)},
             {"kind", kRuleKindNames[static_cast<std::size_t>(row->kind)]},
             {"provenance", kProvenanceNames[static_cast<std::size_t>(row->provenance)]},
             {"sentence", row->sentence},
             {"source", row->source},
             {"identifiers", row->identifiers},
             {"codes", codes_text(row->rule)}};
    if (!row->why_a_note.empty()) one["why_a_note"] = row->why_a_note;
    json.push_back(std::move(one));
  }
  return page_of(json);
}

std::string json_of_switches() {
  Json json = Json::array();
  for (const Switch& row : switches())
    json.push_back({{"switch", row.name},
                    {"rule", name_of(row.rule)},
                    {"rows", row.spec_row},
                    {"question", row.question},
                    {"positions", std::vector<std::string>(row.positions.begin(), row.positions.end())}});
  return page_of(json);
}

bool asks_for_everything(const RulesOptions& options) {
  return options.rule.empty() && options.code.empty() && options.provenance.empty() && options.kind.empty() &&
         options.profile.empty();
}

void show_rules(const RulesOptions& options) {
  if (options.switches) return print(options.json ? json_of_switches() : switches_markdown());
  if (options.deviations) return print(deviations_page());
  const Observed observed = observed_by(options.profile);
  RuleQuery query = query_from(options);
  // What a report has seen is looked for as observed.
  const auto wanted = std::exchange(query.provenance, std::nullopt);
  KnownRules known = known_rules(rules_matching(query), observed);
  mark_observed(known, observed);
  std::vector<const RuleRow*> rows;
  for (const RuleRow& row : known.rows)
    if (!wanted || row.provenance == *wanted) rows.push_back(&row);
  if (options.json) return print(json_of_rules(rows));
  if (options.markdown) return print(asks_for_everything(options) ? rules_page() : rules_markdown(rows));
  print(rows.empty() ? "no rule is like that\n" : rules_text(rows));
}

}  // namespace

void add_rules(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RulesOptions>();
  CLI::App* command =
      app.add_subcommand("rules", "Show the law: each rule with its sentence, source and codes");
  command->add_option("--rule", options->rule, "The rule of this name");
  command->add_option("--code", options->code, "Rules that answer with this code, by name or number");
  command->add_option("--provenance", options->provenance, "documented, observed, inferred or unspecified");
  command->add_option("--kind", options->kind, "refusal, effect or note");
  command->add_option("--profile", options->profile,
                      "File of a calibrated profile: the rules that it has seen are observed");
  auto* json = command->add_flag("--json", options->json, "As JSON");
  auto* markdown =
      command->add_flag("--markdown", options->markdown, "As Markdown; of all rules: docs/rules.md");
  auto* switches = command->add_flag("--switches", options->switches, "The table of switches instead");
  auto* deviations = command->add_flag("--deviations", options->deviations, "docs/deviations.md instead");
  json->excludes(markdown);
  deviations->excludes(json)->excludes(markdown)->excludes(switches);
  command->footer("Exit codes: 0 shown; 2 bad input.");
  command->callback([options, &exit_code] {
    show_rules(*options);
    exit_code = kAgrees;
  });
}

}  // namespace berth::emulator
