// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <berth/core/refusal.h>
#include <berth/rules/decide.h>

namespace berth {

/// What a predicate found: the good fact holds, or it does not, perhaps because of a record.
struct Finding {
  bool holds = true;
  RecordRef record{};
  // Implicit on purpose: most predicates are a plain condition.
  constexpr Finding(bool fact) : holds(fact) {}
  static constexpr Finding broken_by(RecordRef record) {
    Finding finding(false);
    finding.record = record;
    return finding;
  }
};

/// A finding about a record that should not be there.
template <class Record>
[[nodiscard]] Finding nothing(const Record* record) {
  return record == nullptr ? Finding(true) : Finding::broken_by(record->id);
}

/// One line of the law for requests of type `R`.
///
/// A *demand* refuses a call for which the predicate does not hold. An *allowance* is a demand that Windows
/// does not make: its predicate says that a call does without it, and it refuses only where the profile takes
/// the allowance away.
template <class R>
struct Clause {
  Rule rule;
  Finding (*holds)(const Circumstances&, const R&);
  bool is_allowance = false;
  bool (*taken_away)(const Profile&) = nullptr;

  [[nodiscard]] bool asks(const Profile& profile) const {
    if (!is_allowance) return profile.in_force(rule);
    return !profile.in_force(rule) || (taken_away != nullptr && taken_away(profile));
  }
};

/// An allowance, and the position of a switch that takes it away.
template <class R>
[[nodiscard]] constexpr Clause<R> allowance(Rule rule,
                                            Finding (*does_without)(const Circumstances&, const R&),
                                            bool (*taken_away)(const Profile&) = nullptr) {
  return {.rule = rule, .holds = does_without, .is_allowance = true, .taken_away = taken_away};
}

/// The refusal by the first clause that is broken; nothing when all hold. `order` is the rule that says that
/// the first one wins: a profile that suspends it asks from the last to the first.
template <class R, std::size_t kCount>
[[nodiscard]] std::optional<Refusal> first_broken(const Circumstances& now, const R& request,
                                                  const Clause<R> (&clauses)[kCount], Rule order) {
  const bool forwards = now.profile.in_force(order);
  for (std::size_t i = 0; i < kCount; ++i) {
    const Clause<R>& clause = clauses[forwards ? i : kCount - 1 - i];
    if (!clause.asks(now.profile)) continue;
    if (const Finding finding = clause.holds(now, request); !finding.holds)
      return Refusal{.rule = clause.rule, .record = finding.record};
  }
  return std::nullopt;
}

}  // namespace berth
