// SPDX-License-Identifier: MIT
#include <berth/core/profile.h>

#include <algorithm>
#include <array>

namespace berth {
namespace {

template <auto kField>
std::size_t position_in(const Profile& profile) {
  return static_cast<std::size_t>(profile.*kField);
}

template <auto kField>
void set(Profile& profile, std::size_t position) {
  using Choice = std::remove_reference_t<decltype(profile.*kField)>;
  profile.*kField = static_cast<Choice>(position);
}

// The positions' names, one list per question; several questions share the lists of codes.
constexpr std::string_view kNoBuffersInUseNotAvailable[] = {"no_buffers", "address_in_use",
                                                            "address_not_available"};
constexpr std::string_view kNotAvailableInvalidDenied[] = {"address_not_available", "invalid",
                                                           "access_denied"};
constexpr std::string_view kInvalidNotSupported[] = {"invalid", "not_supported"};
constexpr std::string_view kFirstKeptLastWins[] = {"first_kept", "last_wins"};
constexpr std::string_view kInvalidDeniedNotAvailable[] = {"invalid", "access_denied",
                                                           "address_not_available"};
constexpr std::string_view kAtAssociateAtBind[] = {"refused_at_associate", "refused_at_bind"};
constexpr std::string_view kDeniedInvalid[] = {"access_denied", "invalid"};
constexpr std::string_view kInvalidDenied[] = {"invalid", "access_denied"};
constexpr std::string_view kAllowedRefused[] = {"allowed", "refused"};
constexpr std::string_view kRefusedAllowed[] = {"refused", "allowed"};
constexpr std::string_view kRefusedOrdinary[] = {"refused", "ordinary_bind"};
constexpr std::string_view kInvalidNotAvailable[] = {"invalid", "address_not_available"};
constexpr std::string_view kInUseDenied[] = {"address_in_use", "access_denied"};
constexpr std::string_view kNoBuffersInUse[] = {"no_buffers", "address_in_use"};
constexpr std::string_view kDynamicRangeAnywhere[] = {"dynamic_range", "anywhere"};
constexpr std::string_view kSeededFirstFit[] = {"seeded_apart", "first_fit"};
constexpr std::string_view kFaultInvalid[] = {"fault", "invalid"};
constexpr std::string_view kInvalidFault[] = {"invalid", "fault"};
constexpr std::string_view kRefusedIgnored[] = {"refused", "ignored"};
constexpr std::string_view kNullCount[] = {"refused", "allowed_when_overlapped", "ignored"};
constexpr std::string_view kZeroedUntouched[] = {"zeroed", "untouched"};
constexpr std::string_view kNoYes[] = {"no", "yes"};
constexpr std::string_view kYesNo[] = {"yes", "no"};
constexpr std::string_view kOnePerFamily[] = {"one", "per_family"};
constexpr std::string_view kManyOne[] = {"many", "one"};
constexpr std::string_view kLowestSeeded[] = {"lowest_first", "seeded"};
constexpr std::string_view kServer2003Xp[] = {"server_2003", "xp"};
constexpr std::string_view kAllowedSecondRefused[] = {"allowed", "second_refused"};
constexpr std::string_view kChangeKeep[] = {"change", "keep"};
constexpr std::string_view kFrom1024From1025[] = {"from_1024", "from_1025"};
constexpr std::string_view kPerFamilyPerTransport[] = {"per_family", "per_transport"};
constexpr std::string_view kNotSupportedInvalid[] = {"not_supported", "invalid"};
constexpr std::string_view kPresentAbsent[] = {"present", "absent"};
constexpr std::string_view kFileElement[] = {"file_not_found", "element_not_found"};

template <auto kField>
constexpr Switch row(std::string_view name, Rule rule, std::string_view spec_row,
                     std::span<const std::string_view> positions, std::string_view question) {
  return {.name = name,
          .rule = rule,
          .spec_row = spec_row,
          .question = question,
          .positions = positions,
          .position_in = position_in<kField>,
          .set = set<kField>};
}

using P = Profile;
using R = Rule;

// clang-format off
constexpr std::array kSwitches = {
    row<&P::block_used_up>("block_used_up", R::NoFreePortInTheBlock, "12.1, BND-08, CON-13", kNoBuffersInUseNotAvailable,
        "With which code does bind fail when every port of the socket's block is taken?"),
    row<&P::port_outside_block>("port_outside_block", R::PortOutsideTheReservation, "12.2, BND-04", kNotAvailableInvalidDenied,
        "With which code does an associated socket fail to bind an explicit port outside its block?"),
    row<&P::late_associate>("late_associate", R::AssociateAfterBind, "12.3, ASC-03", kInvalidNotSupported,
        "With which code does an association fail when the socket is already bound?"),
    row<&P::second_association>("second_association", R::SocketHasAnotherReservation, "12.4, ASC-10, ASC-11", kFirstKeptLastWins,
        "What happens when a socket is associated with a second, different token?"),
    row<&P::unknown_token>("unknown_token", R::NothingToAssociateWith, "12.5, ASC-07", kInvalidDeniedNotAvailable,
        "With which code does an association with a zero, unknown or stale token fail?"),
    row<&P::other_transports_token>("other_transports_token", R::TokenOfAnotherTransport, "12.6, ASC-08", kAtAssociateAtBind,
        "Is a TCP token on a UDP socket (or the reverse) refused when it is associated or when the socket is bound?"),
    row<&P::foreign_token_associate>("foreign_token_associate", R::RuntimeTokenOfAnotherProcess, "12.7, ASC-04", kDeniedInvalid,
        "With which code does an association with another process's runtime token fail?"),
    row<&P::foreign_token_release>("foreign_token_release", R::ReleaseByAnotherProcess, "12.7, REL-04", kInvalidDenied,
        "With which code does the release of another process's runtime token fail?"),
    row<&P::release_while_bound>("release_while_bound", R::BoundSocketsOutliveTheReservation, "12.8, REL-08, REL-09, LIFE-07", kAllowedRefused,
        "May a reservation be released while ports of its block are bound?"),
    row<&P::reservation_gone_at_bind>("reservation_gone_at_bind", R::ReservationIsGone, "12.9, ASC-15", kRefusedOrdinary,
        "What does bind do on an associated socket whose reservation has gone?"),
    row<&P::bad_block>("bad_block", R::BlockIsEmpty, "12.10, ACQ-06, ACQ-07", kInvalidNotAvailable,
        "With which code does an acquire of no ports, or past port 65535, fail?"),
    row<&P::acquire_over_bound_port>("acquire_over_bound_port", R::BlockContainsBoundPort, "12.11, ACQ-11", kInUseDenied,
        "With which code does an acquire fail when a socket has a port of the block bound?"),
    row<&P::no_gap>("no_gap", R::NoGapForWildcardBlock, "12.12, ACQ-13", kNoBuffersInUse,
        "With which code does a wildcard acquire fail when no gap is large enough?"),
    row<&P::wildcard_block_from>("wildcard_block_from", R::WildcardBlocksComeFromTheDynamicRange, "12.12, ACQ-04", kDynamicRangeAnywhere,
        "Do wildcard blocks come from the dynamic range alone?"),
    row<&P::wildcard_placement>("wildcard_placement", R::WildcardBlocksOfAProcessStayApart, "12.12, ACQ-05", kSeededFirstFit,
        "Is a wildcard block placed from a seeded start and apart from the process's other blocks, or first fit?"),
    row<&P::short_input>("short_input", R::InputTooShort, "12.13, IOC-10", kFaultInvalid,
        "With which code does a control code fail when the input buffer is too short?"),
    row<&P::nonzero_output_size>("nonzero_output_size", R::OutputSizeMustBeZero, "12.13, IOC-15", kRefusedIgnored,
        "Is a nonzero output size refused by associate and release, or ignored?"),
    row<&P::null_count_pointer>("null_count_pointer", R::CountPointerMissing, "12.13, IOC-17", kNullCount,
        "Is a NULL pointer to the count of bytes refused?"),
    row<&P::count_on_failure>("count_on_failure", R::FailureZeroesTheCount, "IOC-18", kZeroedUntouched,
        "What does a failed synchronous control code leave in the count of bytes?"),
    row<&P::own_block_plain_bind>("own_block_plain_bind", R::PortHeldByOwnReservation, "12.14, BND-10", kRefusedAllowed,
        "May a socket that is not associated bind a port of its own process's runtime block?"),
    row<&P::delete_while_bound>("delete_while_bound", R::BoundBlockMayBeDeleted, "12.15, PER-17", kAllowedRefused,
        "May a persistent reservation be deleted while ports of its block are bound?"),
    row<&P::persistent_calls_see_exclusions>("persistent_calls_see_exclusions", R::ExclusionsAreNotPersistentReservations, "12.15, PER-21", kNoYes,
        "Do the persistent lookup and delete functions see administered exclusions?"),
    row<&P::family_pools>("family_pools", R::OnePoolServesBothFamilies, "12.16, POOL-02", kOnePerFamily,
        "Does one pool serve IPv4 and IPv6 of a transport?"),
    row<&P::hides_other_transports_port>("hides_other_transports_port", R::TransportsHaveSeparatePools, "12.17a, POOL-01", kNoYes,
        "Does a block keep the other transport from choosing its ports automatically?"),
    row<&P::persistent_token_needs_elevation>("persistent_token_needs_elevation", R::NeedsElevatedAdministrator, "12.17b, ASC-05", kYesNo,
        "Must a process be elevated to associate with a persistent token?"),
    row<&P::short_output>("short_output", R::OutputTooShort, "12.17c, IOC-12, CON-01", kInvalidFault,
        "With which code does an acquire fail when the output buffer is too short?"),
    row<&P::dual_stack_over_ipv4_wildcard>("dual_stack_over_ipv4_wildcard", R::PlainDualStackWildcardLeavesIpv4Alone, "12.17d, BND-21", kAllowedRefused,
        "May a plain dual-stack wildcard socket follow a plain IPv4 wildcard one on the same port?"),
    row<&P::acquire_on_bound_socket>("acquire_on_bound_socket", R::BoundSocketMayAcquire, "12.17, ACQ-15", kAllowedRefused,
        "May a bound socket acquire a reservation?"),
    row<&P::acquires_per_socket>("acquires_per_socket", R::OneSocketMayAcquireSeveralBlocks, "12.17, ACQ-14", kManyOne,
        "May one socket acquire several reservations?"),
    row<&P::dynamic_range_used_up>("dynamic_range_used_up", R::DynamicRangeUsedUp, "BND-16", kNoBuffersInUse,
        "With which code does bind fail when the dynamic range is used up?"),
    row<&P::block_port_order>("block_port_order", R::LowestFreePortOfTheBlockFirst, "BND-19", kLowestSeeded,
        "In which order are the free ports of a block given?"),
    row<&P::bind_matrix>("bind_matrix", R::AddressInUse, "MTX-1, MTX-2, MTX-3", kServer2003Xp,
        "Which of the documented tables decides a second bind?"),
    row<&P::reuse_over_exclusion>("reuse_over_exclusion", R::SecondReuseOnExclusion, "BND-11", kAllowedSecondRefused,
        "Has the machine the defect of KB3039044, which refuses a second SO_REUSEADDR bind on an excluded port?"),
    row<&P::tokens_at_restart>("tokens_at_restart", R::TokensChangeAtRestart, "PER-13", kChangeKeep,
        "Do the tokens of persistent reservations change at a restart?"),
    row<&P::dynamic_range_minimum>("dynamic_range_minimum", R::DynamicRangeOutOfBounds, "NETSH-09, CON-07", kFrom1024From1025,
        "From which port may a dynamic range start?"),
    row<&P::dynamic_ranges>("dynamic_ranges", R::FourDynamicRanges, "POOL-03, CON-07", kPerFamilyPerTransport,
        "Has each family of a transport a dynamic range of its own?"),
    row<&P::unknown_code>("unknown_code", R::ControlCodeUnknown, "IOC-07", kNotSupportedInvalid,
        "With which code does an unknown control code fail?"),
    row<&P::wrong_socket_type>("wrong_socket_type", R::SocketIsNeitherTcpNorUdp, "IOC-05, CON-03", kNotSupportedInvalid,
        "With which code does a reservation call fail on a socket that is neither TCP nor UDP?"),
    row<&P::port_reservations>("port_reservations", R::PortReservationsUnsupported, "IOC-02", kPresentAbsent,
        "Does this Windows have port reservations at all?"),
    row<&P::missing_exclusion>("missing_exclusion", R::NoSuchExclusion, "NETSH-03, NSH-34", kFileElement,
        "With which error does netsh refuse to delete an exclusion that is not there?"),
};
// clang-format on

}  // namespace

std::optional<std::size_t> Switch::position_named(std::string_view position) const {
  const auto found = std::ranges::find(positions, position);
  if (found == positions.end()) return std::nullopt;
  return static_cast<std::size_t>(found - positions.begin());
}

std::span<const Switch> switches() { return kSwitches; }

const Switch* switch_named(std::string_view name) {
  const auto* found = std::ranges::find(kSwitches, name, &Switch::name);
  return found == kSwitches.end() ? nullptr : found;
}

}  // namespace berth
