// SPDX-License-Identifier: MIT
#include <berth/codes/error_codes.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace berth {
namespace {

// The Windows numbers, by their names in winsock2.h, winerror.h and ntstatus.h.
constexpr std::int32_t WSAEINTR = 10004;
constexpr std::int32_t WSAEACCES = 10013;
constexpr std::int32_t WSAEFAULT = 10014;
constexpr std::int32_t WSAEINVAL = 10022;
constexpr std::int32_t WSAEINPROGRESS = 10036;
constexpr std::int32_t WSAENOTSOCK = 10038;
constexpr std::int32_t WSAENOPROTOOPT = 10042;
constexpr std::int32_t WSAEPROTONOSUPPORT = 10043;
constexpr std::int32_t WSAESOCKTNOSUPPORT = 10044;
constexpr std::int32_t WSAEOPNOTSUPP = 10045;
constexpr std::int32_t WSAEAFNOSUPPORT = 10047;
constexpr std::int32_t WSAEADDRINUSE = 10048;
constexpr std::int32_t WSAEADDRNOTAVAIL = 10049;
constexpr std::int32_t WSAENETDOWN = 10050;
constexpr std::int32_t WSAENOBUFS = 10055;
constexpr std::int32_t WSAEISCONN = 10056;
constexpr std::int32_t WSASYSNOTREADY = 10091;
constexpr std::int32_t WSAVERNOTSUPPORTED = 10092;
constexpr std::int32_t WSANOTINITIALISED = 10093;

constexpr std::uint32_t ERROR_FILE_NOT_FOUND = 2;
constexpr std::uint32_t ERROR_ACCESS_DENIED = 5;
constexpr std::uint32_t ERROR_WRITE_FAULT = 29;
constexpr std::uint32_t ERROR_SHARING_VIOLATION = 32;
constexpr std::uint32_t ERROR_NOT_SUPPORTED = 50;
constexpr std::uint32_t ERROR_INVALID_PARAMETER = 87;
constexpr std::uint32_t ERROR_ELEVATION_REQUIRED = 740;
constexpr std::uint32_t ERROR_NOT_FOUND = 1168;

constexpr std::uint32_t STATUS_ACCESS_VIOLATION = 0xC0000005;
constexpr std::uint32_t STATUS_INVALID_HANDLE = 0xC0000008;
constexpr std::uint32_t STATUS_INVALID_PARAMETER = 0xC000000D;
constexpr std::uint32_t STATUS_ACCESS_DENIED = 0xC0000022;
constexpr std::uint32_t STATUS_BUFFER_TOO_SMALL = 0xC0000023;
constexpr std::uint32_t STATUS_SHARING_VIOLATION = 0xC0000043;
constexpr std::uint32_t STATUS_INSUFFICIENT_RESOURCES = 0xC000009A;
constexpr std::uint32_t STATUS_NOT_SUPPORTED = 0xC00000BB;
constexpr std::uint32_t STATUS_INVALID_ADDRESS_COMPONENT = 0xC0000207;
constexpr std::uint32_t STATUS_TOO_MANY_ADDRESSES = 0xC0000209;
constexpr std::uint32_t STATUS_NOT_FOUND = 0xC0000225;
constexpr std::uint32_t STATUS_ADDRESS_ALREADY_ASSOCIATED = 0xC0000238;
constexpr std::uint32_t STATUS_ELEVATION_REQUIRED = 0xC000042C;

constexpr CodeName kCodeNames[] = {
    {ERROR_FILE_NOT_FOUND, "ERROR_FILE_NOT_FOUND"},
    {ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED"},
    {ERROR_WRITE_FAULT, "ERROR_WRITE_FAULT"},
    {ERROR_SHARING_VIOLATION, "ERROR_SHARING_VIOLATION"},
    {ERROR_NOT_SUPPORTED, "ERROR_NOT_SUPPORTED"},
    {ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER"},
    {ERROR_ELEVATION_REQUIRED, "ERROR_ELEVATION_REQUIRED"},
    {ERROR_NOT_FOUND, "ERROR_NOT_FOUND"},
    {WSAEINTR, "WSAEINTR"},
    {WSAEACCES, "WSAEACCES"},
    {WSAEFAULT, "WSAEFAULT"},
    {WSAEINVAL, "WSAEINVAL"},
    {WSAEINPROGRESS, "WSAEINPROGRESS"},
    {WSAENOTSOCK, "WSAENOTSOCK"},
    {WSAENOPROTOOPT, "WSAENOPROTOOPT"},
    {WSAEPROTONOSUPPORT, "WSAEPROTONOSUPPORT"},
    {WSAESOCKTNOSUPPORT, "WSAESOCKTNOSUPPORT"},
    {WSAEOPNOTSUPP, "WSAEOPNOTSUPP"},
    {WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT"},
    {WSAEADDRINUSE, "WSAEADDRINUSE"},
    {WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL"},
    {WSAENETDOWN, "WSAENETDOWN"},
    {WSAENOBUFS, "WSAENOBUFS"},
    {WSAEISCONN, "WSAEISCONN"},
    {WSASYSNOTREADY, "WSASYSNOTREADY"},
    {WSAVERNOTSUPPORTED, "WSAVERNOTSUPPORTED"},
    {WSANOTINITIALISED, "WSANOTINITIALISED"},
    {STATUS_ACCESS_VIOLATION, "STATUS_ACCESS_VIOLATION"},
    {STATUS_INVALID_HANDLE, "STATUS_INVALID_HANDLE"},
    {STATUS_INVALID_PARAMETER, "STATUS_INVALID_PARAMETER"},
    {STATUS_ACCESS_DENIED, "STATUS_ACCESS_DENIED"},
    {STATUS_BUFFER_TOO_SMALL, "STATUS_BUFFER_TOO_SMALL"},
    {STATUS_SHARING_VIOLATION, "STATUS_SHARING_VIOLATION"},
    {STATUS_INSUFFICIENT_RESOURCES, "STATUS_INSUFFICIENT_RESOURCES"},
    {STATUS_NOT_SUPPORTED, "STATUS_NOT_SUPPORTED"},
    {STATUS_INVALID_ADDRESS_COMPONENT, "STATUS_INVALID_ADDRESS_COMPONENT"},
    {STATUS_TOO_MANY_ADDRESSES, "STATUS_TOO_MANY_ADDRESSES"},
    {STATUS_NOT_FOUND, "STATUS_NOT_FOUND"},
    {STATUS_ADDRESS_ALREADY_ASSOCIATED, "STATUS_ADDRESS_ALREADY_ASSOCIATED"},
    {STATUS_ELEVATION_REQUIRED, "STATUS_ELEVATION_REQUIRED"},
};

using R = Rule;
constexpr std::nullopt_t none = std::nullopt;

constexpr std::string_view kElevate = "The requested operation requires elevation (Run as administrator).";
constexpr std::string_view kUsed =
    "The process cannot access the file because it is being used by another process.";
constexpr std::string_view kIncorrect = "The parameter is incorrect.";
constexpr std::string_view kNoFile = "The system cannot find the file specified.";
constexpr std::string_view kDenied = "Access is denied.";

// A rule that no surface can break: effects and notes.
constexpr ErrorRow never(Rule rule) { return {rule, none, none, none, {}}; }

// clang-format off
constexpr ErrorRow kErrorTable[] = {
    // rule                                    NTSTATUS                           WSAGetLastError      IP Helper                netsh
    {R::ElevationRequiredToStart,              STATUS_ELEVATION_REQUIRED,         none,                ERROR_ELEVATION_REQUIRED, {}},
    {R::NeedsElevatedAdministrator,            STATUS_ACCESS_DENIED,              WSAEACCES,           ERROR_ACCESS_DENIED,      {}},
    {R::NetshNeedsElevation,                   STATUS_ELEVATION_REQUIRED,         none,                ERROR_ELEVATION_REQUIRED, kElevate},

    {R::PortReservationsUnsupported,           STATUS_NOT_SUPPORTED,              WSAEOPNOTSUPP,       ERROR_NOT_SUPPORTED,      {}},
    {R::BlockIsEmpty,                          STATUS_INVALID_PARAMETER,          WSAEINVAL,           ERROR_INVALID_PARAMETER,  kIncorrect},
    {R::BlockPassesTheLastPort,                STATUS_INVALID_PARAMETER,          WSAEINVAL,           ERROR_INVALID_PARAMETER,  kIncorrect},
    {R::BlockNeedsAStart,                      STATUS_INVALID_PARAMETER,          none,                ERROR_INVALID_PARAMETER,  kIncorrect},
    {R::BlockOverlapsRuntimeReservation,       STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::BlockOverlapsPersistentReservation,    STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::BlockOverlapsExclusion,                STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::BlockOverlapsForeignBlock,             STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::BlockOverlapsKernelListener,           STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::BlockContainsBoundPort,                STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       ERROR_SHARING_VIOLATION,  kUsed},
    {R::NoGapForWildcardBlock,                 STATUS_INSUFFICIENT_RESOURCES,     WSAENOBUFS,          none,                     {}},
    {R::NoSuchPersistentBlock,                 STATUS_NOT_FOUND,                  none,                ERROR_NOT_FOUND,          {}},
    {R::NoSuchExclusion,                       STATUS_NOT_FOUND,                  none,                ERROR_FILE_NOT_FOUND,     kNoFile},
    {R::OnlyExclusionsAreDeleted,              STATUS_ACCESS_DENIED,              none,                ERROR_ACCESS_DENIED,      kDenied},
    {R::DynamicRangeOutOfBounds,               STATUS_INVALID_PARAMETER,          none,                ERROR_INVALID_PARAMETER,  kIncorrect},

    {R::NothingToAssociateWith,                STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::NothingToRelease,                      STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::TokenOfAnotherTransport,               STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::RuntimeTokenOfAnotherProcess,          STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::ReleaseByAnotherProcess,               STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::PersistentTokenCannotBeReleased,       STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::AssociateAfterBind,                    STATUS_ADDRESS_ALREADY_ASSOCIATED, WSAEINVAL,           none,                     {}},
    {R::SocketHasAnotherReservation,           STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::ReservationIsGone,                     STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},

    {R::NotASocket,                            STATUS_INVALID_HANDLE,             WSAENOTSOCK,         none,                     {}},
    {R::AlreadyBound,                          STATUS_ADDRESS_ALREADY_ASSOCIATED, WSAEINVAL,           none,                     {}},
    {R::AddressIsNotLocal,                     STATUS_INVALID_ADDRESS_COMPONENT,  WSAEADDRNOTAVAIL,    none,                     {}},
    {R::BroadcastNotEnabled,                   STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::PortOutsideTheReservation,             STATUS_INVALID_ADDRESS_COMPONENT,  WSAEADDRNOTAVAIL,    none,                     {}},
    {R::NoFreePortInTheBlock,                  STATUS_TOO_MANY_ADDRESSES,         WSAENOBUFS,          none,                     {}},
    {R::PortHeldByForeignBlock,                STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::PortHeldByKernelListener,              STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::PortHeldByPersistentReservation,       STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::PortHeldByAnothersReservation,         STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::PortHeldByOwnReservation,              STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::SecondReuseOnExclusion,                STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::AddressInUse,                          STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       none,                     {}},
    {R::AddressHeldExclusively,                STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::DynamicRangeUsedUp,                    STATUS_TOO_MANY_ADDRESSES,         WSAENOBUFS,          none,                     {}},
    {R::ListenBeforeBind,                      STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::OnlyTcpListens,                        STATUS_NOT_SUPPORTED,              WSAEOPNOTSUPP,       none,                     {}},
    {R::SocketIsNotListening,                  STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::SocketIsConnected,                     STATUS_INVALID_PARAMETER,          WSAEISCONN,          none,                     {}},
    {R::SocketHasNoName,                       STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::OptionsContradict,                     STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::OptionComesBeforeBind,                 STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::ExclusiveUseNeedsAnAdministrator,      STATUS_ACCESS_DENIED,              WSAEACCES,           none,                     {}},
    {R::AffinityComesBeforeBind,               STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::AffinityClashesWithReuse,              STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::AffinityIsForUdp,                      STATUS_NOT_SUPPORTED,              WSAENOPROTOOPT,      none,                     {}},

    {R::WinsockNotStarted,                     none,                              WSANOTINITIALISED,   none,                     {}},
    {R::VersionNotSupported,                   none,                              WSAVERNOTSUPPORTED,  none,                     {}},
    {R::SocketTypeUnknown,                     none,                              WSAESOCKTNOSUPPORT,  none,                     {}},
    {R::AddressFamilyUnknown,                  none,                              WSAEAFNOSUPPORT,     none,                     {}},
    {R::ProtocolUnknown,                       none,                              WSAEPROTONOSUPPORT,  none,                     {}},
    {R::SocketArgumentsContradict,             none,                              WSAEINVAL,           none,                     {}},
    {R::SocketIsNeitherTcpNorUdp,              STATUS_NOT_SUPPORTED,              WSAEOPNOTSUPP,       none,                     {}},
    {R::ControlCodeUnknown,                    STATUS_NOT_SUPPORTED,              WSAEOPNOTSUPP,       none,                     {}},
    {R::CountPointerMissing,                   STATUS_ACCESS_VIOLATION,           WSAEFAULT,           none,                     {}},
    {R::InputMissing,                          STATUS_ACCESS_VIOLATION,           WSAEFAULT,           none,                     {}},
    {R::InputTooShort,                         STATUS_BUFFER_TOO_SMALL,           WSAEFAULT,           none,                     {}},
    {R::OutputTooShort,                        STATUS_BUFFER_TOO_SMALL,           WSAEINVAL,           none,                     {}},
    {R::OutputMissing,                         STATUS_ACCESS_VIOLATION,           WSAEFAULT,           none,                     {}},
    {R::OutputSizeMustBeZero,                  STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    {R::PointerIsBad,                          STATUS_ACCESS_VIOLATION,           WSAEFAULT,           ERROR_INVALID_PARAMETER,  {}},
    {R::TokenPointerMissing,                   STATUS_INVALID_PARAMETER,          none,                ERROR_INVALID_PARAMETER,  {}},
    {R::NameIsUnusable,                        STATUS_ACCESS_VIOLATION,           WSAEFAULT,           none,                     {}},
    {R::NameFamilyUnknown,                     STATUS_INVALID_PARAMETER,          WSAEAFNOSUPPORT,     none,                     {}},
    {R::OptionUnknown,                         none,                              WSAENOPROTOOPT,      none,                     {}},
    {R::OptionValueTooShort,                   none,                              WSAEFAULT,           none,                     {}},

    // Effects. Those with codes are allowances that a switch can take away; the code is then theirs.
    never(R::TransportsHaveSeparatePools),
    never(R::OnePoolServesBothFamilies),
    never(R::FourDynamicRanges),
    never(R::DefaultDynamicRange),
    never(R::AutomaticPortsAvoidBlocks),
    never(R::BlocksMayLieAnywhere),
    never(R::AcquireReservesTheBlock),
    never(R::StartPortTravelsInNetworkOrder),
    never(R::StartPortZeroIsAWildcard),
    never(R::WildcardBlocksComeFromTheDynamicRange),
    never(R::WildcardBlocksOfAProcessStayApart),
    {R::OneSocketMayAcquireSeveralBlocks,      STATUS_SHARING_VIOLATION,          WSAEADDRINUSE,       none,                     {}},
    {R::BoundSocketMayAcquire,                 STATUS_ADDRESS_ALREADY_ASSOCIATED, WSAEINVAL,           none,                     {}},
    never(R::ReservationsNeedNoPrivilege),
    never(R::ClosingTheAcquirerEndsItsReservations),
    never(R::ReservationHasItsSocketsTransport),
    never(R::UnspecifiedTypeIsTcp),
    never(R::TokensAreUniqueAndNeverZero),
    never(R::LowPortsNeedNoPrivilege),
    never(R::AcquiringDoesNotBind),
    never(R::AssociatedBindDrawsFromTheBlock),
    never(R::AnyElevatedProcessMayUseAPersistentReservation),
    {R::AnyFamilyMayUseAToken,                 STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    never(R::AssociatingAgainIsHarmless),
    never(R::ManySocketsMayAssociate),
    never(R::AcquirerMayAssociateItself),
    never(R::AssociationConsumesNoPort),
    never(R::ImplicitBindDrawsFromTheBlock),
    never(R::AcceptedSocketSharesTheListenersPort),
    never(R::ReleaseReturnsThePorts),
    never(R::AnySocketOfTheProcessMayRelease),
    never(R::BoundAcquirerMayRelease),
    {R::BoundSocketsOutliveTheReservation,     STATUS_INVALID_PARAMETER,          WSAEINVAL,           none,                     {}},
    never(R::CreateReservesTheBlock),
    never(R::PersistentChecksComeInOrder),
    never(R::FailureLeavesTheTokenAlone),
    never(R::PersistentReservationsSurviveARestart),
    never(R::TokensChangeAtRestart),
    never(R::LookupNeedsNoPrivilege),
    {R::BoundBlockMayBeDeleted,                STATUS_SHARING_VIOLATION,          none,                ERROR_SHARING_VIOLATION,  {}},
    never(R::ExclusionsAreNotPersistentReservations),
    never(R::ExplicitPortOfTheBlockIsGranted),
    never(R::CpuAffinitySharesAUdpPort),
    never(R::ExclusionsStopOnlyAutomaticChoice),
    never(R::ReuseDoesNotOpenABlock),
    never(R::ExclusiveUseWorksInsideABlock),
    never(R::AutomaticPortsComeFromTheDynamicRange),
    never(R::AutomaticPortsComeInSequence),
    never(R::PortScalabilityChoosesPerAddress),
    never(R::LowestFreePortOfTheBlockFirst),
    never(R::ClosedPortReturnsToItsBlock),
    never(R::PlainDualStackWildcardLeavesIpv4Alone),
    never(R::BindChecksComeInOrder),
    never(R::Ipv6SocketsStartIpv6Only),
    never(R::AutomaticChoiceFollowsTheSocketsFamily),
    never(R::DifferentAddressesDoNotConflict),
    never(R::OptionsCountOnlyBeforeBind),
    never(R::AcceptedConnectionsKeepAnExclusivePort),
    never(R::LongerInputIsAccepted),
    never(R::CountReportsTheBytesWritten),
    never(R::FailureZeroesTheCount),
    never(R::ArgumentChecksComeInOrder),
    never(R::LastCleanupClosesEverySocket),
    never(R::StandardUsersAreNotElevated),
    never(R::UacFiltersAdministrators),
    never(R::RequireAdministratorElevatesAMember),
    never(R::RunAsAdministratorElevatesAMember),
    never(R::BuiltinAdministratorIsElevated),
    never(R::WithoutUacMembersAreElevated),
    never(R::LocalSystemIsElevated),
    never(R::ServiceAccountsAreNotElevated),
    never(R::HighestAvailableElevatesAMember),
    never(R::AsInvokerInheritsElevation),
    never(R::ActiveExclusionsEndAtRestart),
    never(R::DynamicRangeAppliesAtOnce),
    never(R::StoppingAServiceFreesItsBlocks),
    never(R::ReservationLivesUntilTheLastHandle),
    never(R::DuplicatesDoNotChangeTheOwner),
    never(R::ShutdownKeepsTheReservation),

    never(R::OneStatusHasTwoFaces),
    never(R::FailureIsSocketErrorAndLastError),
    never(R::ReservationCallsNeverWouldBlock),
    never(R::NetworkDown),
    never(R::BlockingHookInProgress),
    never(R::CallInterrupted),
    never(R::TablesAreIncomplete),
    never(R::RuntimeReservationsHadADefect),
    never(R::ThereIsNoDisassociate),
    never(R::PartialReleaseIsImpossible),
    never(R::OtherSystemErrorsArePossible),
    never(R::UdpMirrorsTcp),
    never(R::ElevationDoesNotChangeTheAccount),
    never(R::LoopbackFastPathTextIsACopy),
    never(R::NetshGrammar),
    never(R::NetshViews),
    never(R::HnsAddsAnAdministeredEntry),
    never(R::ReservedPortsValueHasNoEffect),
    never(R::RegistryFormOfExclusions),
    never(R::ForkedChildIsAnotherProcess),
    never(R::UnreleasedReservationsDoNotPileUp),
    never(R::OverlappedCalls),
    never(R::ProviderSide),
};
// clang-format on

consteval bool has_one_row_per_rule_in_order() {
  if (std::size(kErrorTable) != kRuleCount) return false;
  for (std::size_t i = 0; i < kRuleCount; ++i)
    if (index_of(kErrorTable[i].rule) != i) return false;
  return true;
}
static_assert(has_one_row_per_rule_in_order(),
              "every rule has its row in the error table, in the order of Rule");

// What the positions of a switch put in the place of a rule's code. The first is the table's own.
struct Alternative {
  Rule rule;
  std::size_t (*position_in)(const Profile&);
  std::array<std::int32_t, 3> codes;
};

template <auto kField>
std::size_t position_in(const Profile& profile) {
  return static_cast<std::size_t>(profile.*kField);
}

using P = Profile;
// clang-format off
constexpr Alternative kWinsockAlternatives[] = {
    {R::NoFreePortInTheBlock,         position_in<&P::block_used_up>,           {WSAENOBUFS, WSAEADDRINUSE, WSAEADDRNOTAVAIL}},
    {R::PortOutsideTheReservation,    position_in<&P::port_outside_block>,      {WSAEADDRNOTAVAIL, WSAEINVAL, WSAEACCES}},
    {R::AssociateAfterBind,           position_in<&P::late_associate>,          {WSAEINVAL, WSAEOPNOTSUPP}},
    {R::NothingToAssociateWith,       position_in<&P::unknown_token>,           {WSAEINVAL, WSAEACCES, WSAEADDRNOTAVAIL}},
    {R::RuntimeTokenOfAnotherProcess, position_in<&P::foreign_token_associate>, {WSAEACCES, WSAEINVAL}},
    {R::ReleaseByAnotherProcess,      position_in<&P::foreign_token_release>,   {WSAEINVAL, WSAEACCES}},
    {R::BlockIsEmpty,                 position_in<&P::bad_block>,               {WSAEINVAL, WSAEADDRNOTAVAIL}},
    {R::BlockPassesTheLastPort,       position_in<&P::bad_block>,               {WSAEINVAL, WSAEADDRNOTAVAIL}},
    {R::BlockContainsBoundPort,       position_in<&P::acquire_over_bound_port>, {WSAEADDRINUSE, WSAEACCES}},
    {R::NoGapForWildcardBlock,        position_in<&P::no_gap>,                  {WSAENOBUFS, WSAEADDRINUSE}},
    {R::InputTooShort,                position_in<&P::short_input>,             {WSAEFAULT, WSAEINVAL}},
    {R::OutputTooShort,               position_in<&P::short_output>,            {WSAEINVAL, WSAEFAULT}},
    {R::DynamicRangeUsedUp,           position_in<&P::dynamic_range_used_up>,   {WSAENOBUFS, WSAEADDRINUSE}},
    {R::ControlCodeUnknown,           position_in<&P::unknown_code>,            {WSAEOPNOTSUPP, WSAEINVAL}},
    {R::SocketIsNeitherTcpNorUdp,     position_in<&P::wrong_socket_type>,       {WSAEOPNOTSUPP, WSAEINVAL}},
};
constexpr Alternative kWin32Alternatives[] = {
    {R::NoSuchExclusion,              position_in<&P::missing_exclusion>,       {ERROR_FILE_NOT_FOUND, ERROR_NOT_FOUND}},
};
// clang-format on

template <std::size_t kCount>
const Alternative* alternative_for(Rule rule, const Alternative (&alternatives)[kCount]) {
  const auto* found = std::ranges::find(alternatives, rule, &Alternative::rule);
  return found == std::end(alternatives) ? nullptr : found;
}

const CodeOverride* override_for(Rule rule, const Profile& profile) {
  const auto found = std::ranges::find(profile.codes, rule, &CodeOverride::rule);
  return found == profile.codes.end() ? nullptr : &*found;
}

}  // namespace

std::span<const ErrorRow, kRuleCount> error_table() {
  return std::span<const ErrorRow, kRuleCount>(kErrorTable);
}

std::optional<std::int32_t> winsock_code(Rule rule, const Profile& profile) {
  if (const auto* given = override_for(rule, profile); given != nullptr && given->winsock)
    return given->winsock;
  if (const auto* alternative = alternative_for(rule, kWinsockAlternatives))
    return alternative->codes[alternative->position_in(profile)];
  return kErrorTable[index_of(rule)].winsock;
}

std::optional<std::uint32_t> win32_code(Rule rule, const Profile& profile) {
  if (const auto* given = override_for(rule, profile); given != nullptr && given->win32) return given->win32;
  if (const auto* alternative = alternative_for(rule, kWin32Alternatives))
    return static_cast<std::uint32_t>(alternative->codes[alternative->position_in(profile)]);
  return kErrorTable[index_of(rule)].win32;
}

std::int32_t winsock_code(HostFailure failure) {
  return failure == HostFailure::LimitIsReached ? WSAENOBUFS : WSAENETDOWN;
}

std::uint32_t win32_code(HostFailure failure) {
  return failure == HostFailure::StoreCannotBeWritten ? ERROR_WRITE_FAULT : ERROR_NOT_SUPPORTED;
}

std::span<const CodeName> code_names() { return kCodeNames; }

std::string_view code_name(std::int64_t number) {
  const auto* found = std::ranges::find(kCodeNames, number, &CodeName::number);
  return found == std::end(kCodeNames) ? std::string_view{} : found->name;
}

std::optional<std::int64_t> parse_code(std::string_view text) {
  const auto* found = std::ranges::find(kCodeNames, text, &CodeName::name);
  if (found != std::end(kCodeNames)) return found->number;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace berth
