// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Every rule by its one name. What each says, where it comes from and how sure we are stands in the rulebook
// (lib/rules/rulebook.cpp); which number a refusal becomes stands in the error table
// (lib/codes/error_codes.cpp).
// clang-format off
#define BERTH_RULES(RULE)                                                                         \
  /* -- refusals of the model: processes and identity ------------------------------------- */    \
  RULE(ElevationRequiredToStart)                                                                  \
  RULE(NeedsElevatedAdministrator)                                                                \
  RULE(NetshNeedsElevation)                                                                       \
  /* -- refusals of the model: blocks ------------------------------------------------------ */   \
  RULE(PortReservationsUnsupported)                                                               \
  RULE(BlockIsEmpty)                                                                              \
  RULE(BlockPassesTheLastPort)                                                                    \
  RULE(BlockNeedsAStart)                                                                          \
  RULE(BlockOverlapsRuntimeReservation)                                                           \
  RULE(BlockOverlapsPersistentReservation)                                                        \
  RULE(BlockOverlapsExclusion)                                                                    \
  RULE(BlockOverlapsForeignBlock)                                                                 \
  RULE(BlockOverlapsKernelListener)                                                               \
  RULE(BlockContainsBoundPort)                                                                    \
  RULE(NoGapForWildcardBlock)                                                                     \
  RULE(NoSuchPersistentBlock)                                                                     \
  RULE(NoSuchExclusion)                                                                           \
  RULE(OnlyExclusionsAreDeleted)                                                                  \
  RULE(DynamicRangeOutOfBounds)                                                                   \
  /* -- refusals of the model: tokens ------------------------------------------------------ */   \
  RULE(NothingToAssociateWith)                                                                    \
  RULE(NothingToRelease)                                                                          \
  RULE(TokenOfAnotherTransport)                                                                   \
  RULE(RuntimeTokenOfAnotherProcess)                                                              \
  RULE(ReleaseByAnotherProcess)                                                                   \
  RULE(PersistentTokenCannotBeReleased)                                                           \
  RULE(AssociateAfterBind)                                                                        \
  RULE(SocketHasAnotherReservation)                                                               \
  RULE(ReservationIsGone)                                                                         \
  /* -- refusals of the model: sockets and bind -------------------------------------------- */   \
  RULE(NotASocket)                                                                                \
  RULE(AlreadyBound)                                                                              \
  RULE(AddressIsNotLocal)                                                                         \
  RULE(BroadcastNotEnabled)                                                                       \
  RULE(PortOutsideTheReservation)                                                                 \
  RULE(NoFreePortInTheBlock)                                                                      \
  RULE(PortHeldByForeignBlock)                                                                    \
  RULE(PortHeldByKernelListener)                                                                  \
  RULE(PortHeldByPersistentReservation)                                                           \
  RULE(PortHeldByAnothersReservation)                                                             \
  RULE(PortHeldByOwnReservation)                                                                  \
  RULE(SecondReuseOnExclusion)                                                                    \
  RULE(AddressInUse)                                                                              \
  RULE(AddressHeldExclusively)                                                                    \
  RULE(DynamicRangeUsedUp)                                                                        \
  RULE(ListenBeforeBind)                                                                          \
  RULE(OnlyTcpListens)                                                                            \
  RULE(SocketIsNotListening)                                                                      \
  RULE(SocketIsConnected)                                                                         \
  RULE(SocketHasNoName)                                                                           \
  RULE(OptionsContradict)                                                                         \
  RULE(OptionComesBeforeBind)                                                                     \
  RULE(ExclusiveUseNeedsAnAdministrator)                                                          \
  RULE(AffinityComesBeforeBind)                                                                   \
  RULE(AffinityClashesWithReuse)                                                                  \
  RULE(AffinityIsForUdp)                                                                          \
  /* -- refusals of the Windows face: the call itself is malformed -------------------------- */  \
  RULE(WinsockNotStarted)                                                                         \
  RULE(VersionNotSupported)                                                                       \
  RULE(SocketTypeUnknown)                                                                         \
  RULE(AddressFamilyUnknown)                                                                      \
  RULE(ProtocolUnknown)                                                                           \
  RULE(SocketArgumentsContradict)                                                                 \
  RULE(SocketIsNeitherTcpNorUdp)                                                                  \
  RULE(ControlCodeUnknown)                                                                        \
  RULE(CountPointerMissing)                                                                       \
  RULE(InputMissing)                                                                              \
  RULE(InputTooShort)                                                                             \
  RULE(OutputTooShort)                                                                            \
  RULE(OutputMissing)                                                                             \
  RULE(OutputSizeMustBeZero)                                                                      \
  RULE(PointerIsBad)                                                                              \
  RULE(TokenPointerMissing)                                                                       \
  RULE(NameIsUnusable)                                                                            \
  RULE(NameFamilyUnknown)                                                                         \
  RULE(OptionUnknown)                                                                             \
  RULE(OptionValueTooShort)                                                                       \
  /* -- effects: pools and blocks ---------------------------------------------------------- */   \
  RULE(TransportsHaveSeparatePools)                                                               \
  RULE(OnePoolServesBothFamilies)                                                                 \
  RULE(FourDynamicRanges)                                                                         \
  RULE(DefaultDynamicRange)                                                                       \
  RULE(AutomaticPortsAvoidBlocks)                                                                 \
  RULE(BlocksMayLieAnywhere)                                                                      \
  /* -- effects: acquire ------------------------------------------------------------------- */   \
  RULE(AcquireReservesTheBlock)                                                                   \
  RULE(StartPortTravelsInNetworkOrder)                                                            \
  RULE(StartPortZeroIsAWildcard)                                                                  \
  RULE(WildcardBlocksComeFromTheDynamicRange)                                                     \
  RULE(WildcardBlocksOfAProcessStayApart)                                                         \
  RULE(OneSocketMayAcquireSeveralBlocks)                                                          \
  RULE(BoundSocketMayAcquire)                                                                     \
  RULE(ReservationsNeedNoPrivilege)                                                               \
  RULE(ClosingTheAcquirerEndsItsReservations)                                                     \
  RULE(ReservationHasItsSocketsTransport)                                                         \
  RULE(UnspecifiedTypeIsTcp)                                                                      \
  RULE(TokensAreUniqueAndNeverZero)                                                               \
  RULE(LowPortsNeedNoPrivilege)                                                                   \
  RULE(AcquiringDoesNotBind)                                                                      \
  /* -- effects: associate and release ----------------------------------------------------- */   \
  RULE(AssociatedBindDrawsFromTheBlock)                                                           \
  RULE(AnyElevatedProcessMayUseAPersistentReservation)                                            \
  RULE(AnyFamilyMayUseAToken)                                                                     \
  RULE(AssociatingAgainIsHarmless)                                                                \
  RULE(ManySocketsMayAssociate)                                                                   \
  RULE(AcquirerMayAssociateItself)                                                                \
  RULE(AssociationConsumesNoPort)                                                                 \
  RULE(ImplicitBindDrawsFromTheBlock)                                                             \
  RULE(AcceptedSocketSharesTheListenersPort)                                                      \
  RULE(ReleaseReturnsThePorts)                                                                    \
  RULE(AnySocketOfTheProcessMayRelease)                                                           \
  RULE(BoundAcquirerMayRelease)                                                                   \
  RULE(BoundSocketsOutliveTheReservation)                                                         \
  /* -- effects: persistent reservations --------------------------------------------------- */   \
  RULE(CreateReservesTheBlock)                                                                    \
  RULE(PersistentChecksComeInOrder)                                                               \
  RULE(FailureLeavesTheTokenAlone)                                                                \
  RULE(PersistentReservationsSurviveARestart)                                                     \
  RULE(TokensChangeAtRestart)                                                                     \
  RULE(LookupNeedsNoPrivilege)                                                                    \
  RULE(BoundBlockMayBeDeleted)                                                                    \
  RULE(ExclusionsAreNotPersistentReservations)                                                    \
  /* -- effects: bind ---------------------------------------------------------------------- */   \
  RULE(ExplicitPortOfTheBlockIsGranted)                                                           \
  RULE(CpuAffinitySharesAUdpPort)                                                                 \
  RULE(ExclusionsStopOnlyAutomaticChoice)                                                         \
  RULE(ReuseDoesNotOpenABlock)                                                                    \
  RULE(ExclusiveUseWorksInsideABlock)                                                             \
  RULE(AutomaticPortsComeFromTheDynamicRange)                                                     \
  RULE(AutomaticPortsComeInSequence)                                                              \
  RULE(PortScalabilityChoosesPerAddress)                                                          \
  RULE(LowestFreePortOfTheBlockFirst)                                                             \
  RULE(ClosedPortReturnsToItsBlock)                                                               \
  RULE(PlainDualStackWildcardLeavesIpv4Alone)                                                     \
  RULE(BindChecksComeInOrder)                                                                     \
  RULE(Ipv6SocketsStartIpv6Only)                                                                  \
  RULE(AutomaticChoiceFollowsTheSocketsFamily)                                                    \
  RULE(DifferentAddressesDoNotConflict)                                                           \
  RULE(OptionsCountOnlyBeforeBind)                                                                \
  RULE(AcceptedConnectionsKeepAnExclusivePort)                                                    \
  /* -- effects: the face ------------------------------------------------------------------ */   \
  RULE(LongerInputIsAccepted)                                                                     \
  RULE(CountReportsTheBytesWritten)                                                               \
  RULE(FailureZeroesTheCount)                                                                     \
  RULE(ArgumentChecksComeInOrder)                                                                 \
  RULE(LastCleanupClosesEverySocket)                                                              \
  /* -- effects: identity ------------------------------------------------------------------ */   \
  RULE(StandardUsersAreNotElevated)                                                               \
  RULE(UacFiltersAdministrators)                                                                  \
  RULE(RequireAdministratorElevatesAMember)                                                       \
  RULE(RunAsAdministratorElevatesAMember)                                                         \
  RULE(BuiltinAdministratorIsElevated)                                                            \
  RULE(WithoutUacMembersAreElevated)                                                              \
  RULE(LocalSystemIsElevated)                                                                     \
  RULE(ServiceAccountsAreNotElevated)                                                             \
  RULE(HighestAvailableElevatesAMember)                                                           \
  RULE(AsInvokerInheritsElevation)                                                                \
  /* -- effects: exclusions, dynamic range, services --------------------------------------- */   \
  RULE(ActiveExclusionsEndAtRestart)                                                              \
  RULE(DynamicRangeAppliesAtOnce)                                                                 \
  RULE(StoppingAServiceFreesItsBlocks)                                                            \
  /* -- effects: life ---------------------------------------------------------------------- */   \
  RULE(ReservationLivesUntilTheLastHandle)                                                        \
  RULE(DuplicatesDoNotChangeTheOwner)                                                             \
  RULE(ShutdownKeepsTheReservation)                                                               \
  /* -- notes ------------------------------------------------------------------------------ */   \
  RULE(OneStatusHasTwoFaces)                                                                      \
  RULE(FailureIsSocketErrorAndLastError)                                                          \
  RULE(ReservationCallsNeverWouldBlock)                                                           \
  RULE(NetworkDown)                                                                               \
  RULE(BlockingHookInProgress)                                                                    \
  RULE(CallInterrupted)                                                                           \
  RULE(TablesAreIncomplete)                                                                       \
  RULE(RuntimeReservationsHadADefect)                                                             \
  RULE(ThereIsNoDisassociate)                                                                     \
  RULE(PartialReleaseIsImpossible)                                                                \
  RULE(OtherSystemErrorsArePossible)                                                              \
  RULE(UdpMirrorsTcp)                                                                             \
  RULE(ElevationDoesNotChangeTheAccount)                                                          \
  RULE(LoopbackFastPathTextIsACopy)                                                               \
  RULE(NetshGrammar)                                                                              \
  RULE(NetshViews)                                                                                \
  RULE(HnsAddsAnAdministeredEntry)                                                                \
  RULE(ReservedPortsValueHasNoEffect)                                                             \
  RULE(RegistryFormOfExclusions)                                                                  \
  RULE(ForkedChildIsAnotherProcess)                                                               \
  RULE(UnreleasedReservationsDoNotPileUp)                                                         \
  RULE(OverlappedCalls)                                                                           \
  RULE(ProviderSide)
// clang-format on

namespace berth {

/// The name of one rule of the Windows port reservation model.
///
/// The order of the enumerators is an order for reading only; nothing that is stored depends on it.
enum class Rule : std::uint8_t {
#define BERTH_RULE_ENUMERATOR(name) name,
  BERTH_RULES(BERTH_RULE_ENUMERATOR)
#undef BERTH_RULE_ENUMERATOR
};

#define BERTH_RULE_COUNT(name) +1
inline constexpr std::size_t kRuleCount = 0 BERTH_RULES(BERTH_RULE_COUNT);
#undef BERTH_RULE_COUNT

/// A set of rules: a value.
using RuleSet = std::bitset<kRuleCount>;

/// The place of `rule` in tables that have a row per rule.
[[nodiscard]] constexpr std::size_t index_of(Rule rule) { return static_cast<std::size_t>(rule); }
/// The name as it is written in code, fixtures and documents.
[[nodiscard]] std::string_view name_of(Rule rule);
/// The rule with that name, to the letter; nothing when there is none.
[[nodiscard]] std::optional<Rule> rule_named(std::string_view name);

}  // namespace berth
