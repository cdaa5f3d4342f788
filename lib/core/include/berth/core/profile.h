// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <berth/core/rule.h>

namespace berth {

// A switch is a question that the documents leave open or answer twice. Each has its own type, so that no
// position of one can be given to another. The first position is our best reading.
namespace choice {
enum class BlockUsedUp : std::uint8_t { NoBuffers, AddressInUse, AddressNotAvailable };
enum class PortOutsideBlock : std::uint8_t { AddressNotAvailable, Invalid, AccessDenied };
enum class LateAssociate : std::uint8_t { Invalid, NotSupported };
enum class SecondAssociation : std::uint8_t { FirstKept, LastWins };
enum class UnknownToken : std::uint8_t { Invalid, AccessDenied, AddressNotAvailable };
enum class OtherTransportsToken : std::uint8_t { RefusedAtAssociate, RefusedAtBind };
enum class ForeignTokenAssociate : std::uint8_t { AccessDenied, Invalid };
enum class ForeignTokenRelease : std::uint8_t { Invalid, AccessDenied };
enum class ReleaseWhileBound : std::uint8_t { Allowed, Refused };
enum class ReservationGoneAtBind : std::uint8_t { Refused, OrdinaryBind };
enum class BadBlock : std::uint8_t { Invalid, AddressNotAvailable };
enum class AcquireOverBoundPort : std::uint8_t { AddressInUse, AccessDenied };
enum class NoGap : std::uint8_t { NoBuffers, AddressInUse };
enum class WildcardBlockFrom : std::uint8_t { DynamicRange, Anywhere };
enum class WildcardPlacement : std::uint8_t { SeededApart, FirstFit };
enum class ShortInput : std::uint8_t { Fault, Invalid };
enum class NonzeroOutputSize : std::uint8_t { Refused, Ignored };
enum class NullCountPointer : std::uint8_t { Refused, AllowedWhenOverlapped, Ignored };
enum class CountOnFailure : std::uint8_t { Zeroed, Untouched };
enum class OwnBlockPlainBind : std::uint8_t { Refused, Allowed };
enum class DeleteWhileBound : std::uint8_t { Allowed, Refused };
enum class PersistentCallsSeeExclusions : std::uint8_t { No, Yes };
enum class FamilyPools : std::uint8_t { One, PerFamily };
enum class HidesOtherTransportsPort : std::uint8_t { No, Yes };
enum class PersistentTokenNeedsElevation : std::uint8_t { Yes, No };
enum class ShortOutput : std::uint8_t { Invalid, Fault };
enum class DualStackOverIpv4Wildcard : std::uint8_t { Allowed, Refused };
enum class AcquireOnBoundSocket : std::uint8_t { Allowed, Refused };
enum class AcquiresPerSocket : std::uint8_t { Many, One };
enum class DynamicRangeUsedUp : std::uint8_t { NoBuffers, AddressInUse };
enum class BlockPortOrder : std::uint8_t { LowestFirst, Seeded };
enum class BindMatrix : std::uint8_t { Server2003, Xp };
enum class ReuseOverExclusion : std::uint8_t { Allowed, SecondRefused };
enum class TokensAtRestart : std::uint8_t { Change, Keep };
enum class DynamicRangeMinimum : std::uint8_t { From1024, From1025 };
enum class DynamicRanges : std::uint8_t { PerFamily, PerTransport };
enum class UnknownCode : std::uint8_t { NotSupported, Invalid };
enum class WrongSocketType : std::uint8_t { NotSupported, Invalid };
enum class PortReservations : std::uint8_t { Present, Absent };
enum class MissingExclusion : std::uint8_t { FileNotFound, ElementNotFound };
}  // namespace choice

/// Instead of what the error table says, this rule answers with that number on that surface.
struct CodeOverride {
  Rule rule{};
  std::optional<std::int32_t> winsock;
  std::optional<std::uint32_t> win32;
  friend bool operator==(const CodeOverride&, const CodeOverride&) = default;
};

/// One reading of the law: a position per open question, and exceptions.
///
/// A plain value: copies and compares; thread-compatible. The default is our best reading. `suspended` names
/// rules that are out of force: a refusal that never refuses, an effect that does the opposite. It answers
/// "what would break without this rule?" and is what shows that a scenario tests its rule.
struct Profile {
  std::string name = "default";

  choice::BlockUsedUp block_used_up{};                                       ///< 12.1, BND-08, CON-13
  choice::PortOutsideBlock port_outside_block{};                             ///< 12.2, BND-04
  choice::LateAssociate late_associate{};                                    ///< 12.3, ASC-03
  choice::SecondAssociation second_association{};                            ///< 12.4, ASC-11
  choice::UnknownToken unknown_token{};                                      ///< 12.5, ASC-07
  choice::OtherTransportsToken other_transports_token{};                     ///< 12.6, ASC-08
  choice::ForeignTokenAssociate foreign_token_associate{};                   ///< 12.7, ASC-04
  choice::ForeignTokenRelease foreign_token_release{};                       ///< 12.7, REL-04
  choice::ReleaseWhileBound release_while_bound{};                           ///< 12.8, REL-09
  choice::ReservationGoneAtBind reservation_gone_at_bind{};                  ///< 12.9, ASC-15
  choice::BadBlock bad_block{};                                              ///< 12.10, ACQ-06, ACQ-07
  choice::AcquireOverBoundPort acquire_over_bound_port{};                    ///< 12.11, ACQ-11
  choice::NoGap no_gap{};                                                    ///< 12.12, ACQ-13
  choice::WildcardBlockFrom wildcard_block_from{};                           ///< 12.12, ACQ-04
  choice::WildcardPlacement wildcard_placement{};                            ///< 12.12, ACQ-05
  choice::ShortInput short_input{};                                          ///< 12.13, IOC-10
  choice::NonzeroOutputSize nonzero_output_size{};                           ///< 12.13, IOC-15
  choice::NullCountPointer null_count_pointer{};                             ///< 12.13, IOC-17
  choice::CountOnFailure count_on_failure{};                                 ///< IOC-18
  choice::OwnBlockPlainBind own_block_plain_bind{};                          ///< 12.14, BND-10
  choice::DeleteWhileBound delete_while_bound{};                             ///< 12.15, PER-17
  choice::PersistentCallsSeeExclusions persistent_calls_see_exclusions{};    ///< 12.15, PER-21
  choice::FamilyPools family_pools{};                                        ///< 12.16, POOL-02
  choice::HidesOtherTransportsPort hides_other_transports_port{};            ///< 12.17a, POOL-01
  choice::PersistentTokenNeedsElevation persistent_token_needs_elevation{};  ///< 12.17b, ASC-05
  choice::ShortOutput short_output{};                                        ///< 12.17c, IOC-12, CON-01
  choice::DualStackOverIpv4Wildcard dual_stack_over_ipv4_wildcard{};         ///< 12.17d, BND-21
  choice::AcquireOnBoundSocket acquire_on_bound_socket{};                    ///< 12.17, ACQ-15
  choice::AcquiresPerSocket acquires_per_socket{};                           ///< 12.17, ACQ-14
  choice::DynamicRangeUsedUp dynamic_range_used_up{};                        ///< BND-16
  choice::BlockPortOrder block_port_order{};                                 ///< BND-19
  choice::BindMatrix bind_matrix{};                                          ///< MTX-1, MTX-2, MTX-3
  choice::ReuseOverExclusion reuse_over_exclusion{};                         ///< BND-11
  choice::TokensAtRestart tokens_at_restart{};                               ///< PER-13
  choice::DynamicRangeMinimum dynamic_range_minimum{};                       ///< NETSH-09, CON-07
  choice::DynamicRanges dynamic_ranges{};                                    ///< POOL-03, CON-07
  choice::UnknownCode unknown_code{};                                        ///< IOC-07
  choice::WrongSocketType wrong_socket_type{};                               ///< IOC-05, CON-03
  choice::PortReservations port_reservations{};                              ///< IOC-02
  choice::MissingExclusion missing_exclusion{};                              ///< NETSH-03, NSH-34

  RuleSet suspended = {};
  std::vector<CodeOverride> codes = {};

  /// True unless this profile suspends `rule`.
  [[nodiscard]] bool in_force(Rule rule) const { return !suspended[index_of(rule)]; }
  friend bool operator==(const Profile&, const Profile&) = default;
};

/// One row of the table of switches: everything that a text or a test needs to say about a switch.
struct Switch {
  std::string_view name;      ///< as profiles and scenarios write it
  Rule rule{};                ///< the rule that it is about
  std::string_view spec_row;  ///< its rows in section 12 or 13, or the identifiers that leave it open
  std::string_view question;  ///< in one sentence
  std::span<const std::string_view> positions;  ///< the first is the default
  std::size_t (*position_in)(const Profile&);
  void (*set)(Profile&, std::size_t position);  ///< Requires: position < positions.size()

  /// The name of the position that `profile` has.
  [[nodiscard]] std::string_view position_name(const Profile& profile) const {
    return positions[position_in(profile)];
  }
  /// The place of that name among the positions; nothing when it is not one of them.
  [[nodiscard]] std::optional<std::size_t> position_named(std::string_view position) const;
};

/// Every switch, in the order of the fields of `Profile`.
[[nodiscard]] std::span<const Switch> switches();
/// The switch with that name; null when there is none.
[[nodiscard]] const Switch* switch_named(std::string_view name);

}  // namespace berth
