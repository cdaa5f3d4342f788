// SPDX-License-Identifier: MIT
#include <berth/text/law_text.h>

#include <algorithm>

#include <berth/codes/error_codes.h>
#include <berth/core/profile.h>

namespace berth {
namespace {

std::string_view name_of_kind(RuleKind kind) { return kRuleKindNames[static_cast<std::size_t>(kind)]; }
std::string_view name_of_provenance(Provenance provenance) {
  return kProvenanceNames[static_cast<std::size_t>(provenance)];
}

// -- codes ------------------------------------------------------------------------------------------------

// Adds the codes that the rule has under `profile`, each once.
void add_codes(Rule rule, const Profile& profile, std::vector<std::int64_t>& codes) {
  const auto add = [&codes](std::int64_t code) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  };
  if (const auto code = winsock_code(rule, profile)) add(*code);
  if (const auto code = win32_code(rule, profile)) add(*code);
}

// Every code of the rule, the default's first, then those of the positions of switches.
std::vector<std::int64_t> codes_of(Rule rule) {
  std::vector<std::int64_t> codes;
  add_codes(rule, Profile{}, codes);
  for (const Switch& row : switches()) {
    for (std::size_t position = 1; position < row.positions.size(); ++position) {
      Profile profile;
      row.set(profile, position);
      add_codes(rule, profile, codes);
    }
  }
  return codes;
}

std::string code_with_name(std::int64_t code) {
  const std::string_view name = code_name(code);
  return name.empty() ? std::to_string(code) : std::string(name) + ' ' + std::to_string(code);
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += between;
    all += text;
  }
  return all;
}

// -- Markdown ---------------------------------------------------------------------------------------------

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string row_of_table(const std::vector<std::string>& cells) {
  return "| " + joined(cells, " | ") + " |\n";
}

std::string markdown_row(const RuleRow& row) {
  std::string sentence = cell(row.sentence);
  if (!row.why_a_note.empty()) sentence += " *" + cell(row.why_a_note) + ".*";
  return row_of_table({'`' + std::string(name_of(row.rule)) + '`', sentence, cell(codes_text(row.rule)),
                       std::string(name_of_provenance(row.provenance)), cell(row.source),
                       cell(row.identifiers)});
}

std::string markdown_table(std::span<const RuleRow* const> rows, RuleKind kind) {
  std::string table;
  for (const RuleRow* row : rows)
    if (row->kind == kind) table += markdown_row(*row);
  if (table.empty()) return {};
  return "| rule | what Windows does | codes | provenance | source | identifiers |\n| - | - | - | - | - | - "
         "|\n" +
         table;
}

struct Section {
  RuleKind kind;
  std::string_view heading;
  std::string_view introduction;
};
constexpr Section kSections[] = {
    {RuleKind::Refusal, "Refusals",
     "A call fails by these. The first code is the default's; the others are those of other positions of a "
     "switch."},
    {RuleKind::Effect, "Effects",
     "What a call does, or is allowed to do. A code is that of a switch which takes the allowance away."},
    {RuleKind::Note, "Notes", "Facts that no scenario can show here; the row says why."},
};

std::vector<const RuleRow*> all_rows() { return rules_matching({}); }

std::string positions_text(const Switch& row) {
  std::vector<std::string> positions;
  for (const std::string_view position : row.positions)
    positions.push_back((positions.empty() ? "**" : "") + std::string(position) +
                        (positions.empty() ? "**" : ""));
  return joined(positions, ", ");
}

// True when the row's note says that something is left for later.
bool is_not_emulated_yet(const RuleRow& row) {
  return row.why_a_note.find("not emulated") != std::string_view::npos ||
         row.sentence.find("not emulated") != std::string_view::npos;
}

std::string rows_of_provenance(Provenance provenance) {
  std::string text = "| rule | kind | what we take Windows to do | reason |\n| - | - | - | - |\n";
  for (const RuleRow& row : rulebook())
    if (row.provenance == provenance && row.kind != RuleKind::Note && !is_not_emulated_yet(row))
      text += row_of_table({'`' + std::string(name_of(row.rule)) + '`', std::string(name_of_kind(row.kind)),
                            cell(row.sentence), cell(row.source)});
  return text;
}

constexpr std::string_view kGenerated =
    "<!-- Written by scripts/generate from the code; do not edit. -->\n\n";

}  // namespace

std::vector<const RuleRow*> rules_matching(const RuleQuery& query) {
  std::vector<const RuleRow*> rows;
  for (const RuleRow& row : rulebook()) {
    if (query.rule && row.rule != *query.rule) continue;
    if (query.provenance && row.provenance != *query.provenance) continue;
    if (query.kind && row.kind != *query.kind) continue;
    if (query.code) {
      const auto codes = codes_of(row.rule);
      if (std::ranges::find(codes, *query.code) == codes.end()) continue;
    }
    rows.push_back(&row);
  }
  return rows;
}

std::string codes_text(Rule rule) {
  std::vector<std::string> codes;
  for (const std::int64_t code : codes_of(rule)) codes.push_back(code_with_name(code));
  return joined(codes, ", ");
}

std::string rules_text(std::span<const RuleRow* const> rows) {
  std::string text;
  for (const RuleRow* row : rows) {
    text += std::string(name_of(row->rule)) + " (" + std::string(name_of_kind(row->kind)) + ", " +
            std::string(name_of_provenance(row->provenance)) + ")\n  " + std::string(row->sentence) + '\n';
    if (const std::string codes = codes_text(row->rule); !codes.empty()) text += "  codes: " + codes + '\n';
    text += "  source: " + std::string(row->source) + '\n';
    if (!row->identifiers.empty()) text += "  identifiers: " + std::string(row->identifiers) + '\n';
    if (!row->why_a_note.empty()) text += "  no scenario: " + std::string(row->why_a_note) + '\n';
    for (const Switch& asked : switches())
      if (asked.rule == row->rule) {
        std::vector<std::string> positions(asked.positions.begin(), asked.positions.end());
        text += "  switch " + std::string(asked.name) + ": " + joined(positions, ", ") + '\n';
      }
  }
  return text;
}

std::string rules_markdown(std::span<const RuleRow* const> rows) {
  std::string text;
  for (const Section& section : kSections) {
    const std::string table = markdown_table(rows, section.kind);
    if (table.empty()) continue;
    if (!text.empty()) text += '\n';
    text +=
        "## " + std::string(section.heading) + "\n\n" + std::string(section.introduction) + "\n\n" + table;
  }
  return text;
}

std::string switches_markdown() {
  std::string text = "| switch | question | positions | rule | rows |\n| - | - | - | - | - |\n";
  for (const Switch& row : switches())
    text += row_of_table({'`' + std::string(row.name) + '`', cell(row.question), cell(positions_text(row)),
                          '`' + std::string(name_of(row.rule)) + '`', cell(row.spec_row)});
  return text;
}

std::string rules_page() {
  return "# The rules\n\n" + std::string(kGenerated) +
         "Every rule that Berth knows, from the rulebook (`lib/rules/rulebook.cpp`). The keys of the sources "
         "stand in\n"
         "`sources.md`. *Documented*: a Microsoft page says so. *Observed*: real Windows was seen doing it. "
         "*Inferred*: it\n"
         "follows from documents. *Unspecified*: someone had to choose.\n\n" +
         rules_markdown(all_rows()) +
         "\n## Switches\n\nWhat the documents leave open, or answer twice, is a switch of a profile. The "
         "bold position is our\n"
         "best reading.\n\n" +
         switches_markdown();
}

std::string deviations_page() {
  std::string text = "# Where Berth may differ from Windows\n\n" + std::string(kGenerated) +
                     "Whatever nobody has written down or seen, we had to conclude or to choose. These are "
                     "the places to doubt\n"
                     "first.\n\n## Not emulated\n\n| what | |\n| - | - |\n";
  for (const RuleRow& row : rulebook())
    if (is_not_emulated_yet(row))
      text += row_of_table({cell(row.sentence), cell(row.why_a_note.empty() ? row.source : row.why_a_note)});
  text += "\n## Chosen\n\nNo source says anything.\n\n" + rows_of_provenance(Provenance::Unspecified);
  text += "\n## Inferred\n\nThey follow from documents, and Windows was not seen doing them.\n\n" +
          rows_of_provenance(Provenance::Inferred);
  text += "\n## Open questions\n\nOther positions are a profile away.\n\n" + switches_markdown();
  return text;
}

}  // namespace berth
