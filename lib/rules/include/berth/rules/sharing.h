// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <berth/core/records.h>
#include <berth/core/rule.h>
#include <berth/rules/provenance.h>

namespace berth {

/// What holds a port, from the view of the process that asks.
enum class Holder : std::uint8_t {
  OwnRuntimeReservation,
  AnothersRuntimeReservation,
  PersistentReservation,
  AdministeredExclusion,
  ForeignBlock,
  KernelListener,
  BoundSocket,
};
inline constexpr std::size_t kHolders = 7;
inline constexpr std::array<std::string_view, kHolders> kHolderNames = {"own runtime reservation",
                                                                        "another's runtime reservation",
                                                                        "persistent reservation",
                                                                        "administered exclusion",
                                                                        "foreign block",
                                                                        "kernel listener",
                                                                        "bound socket"};

/// What is asked of a port.
enum class Ask : std::uint8_t {
  PlainBind,       ///< an explicit port, by a socket that is not associated
  AssociatedBind,  ///< an explicit port of the block that the socket is associated with
  Acquire,         ///< as part of a specific runtime block
  Create,          ///< as part of a persistent block
  AddExclusion,    ///< as part of an administered exclusion, or of a block that a service takes
  AutomaticPort,   ///< as an automatic port
  AutomaticBlock,  ///< as part of a wildcard block
};
inline constexpr std::size_t kAsks = 7;
inline constexpr std::array<std::string_view, kAsks> kAskNames = {
    "plain bind",    "associated bind", "acquire",        "create",
    "add exclusion", "automatic port",  "automatic block"};

enum class Answer : std::uint8_t { Allowed, Refused, PassedOver, ByTheMatrix };
inline constexpr std::array<std::string_view, 4> kAnswerNames = {"allowed", "refused", "passed over",
                                                                 "by the matrix"};

/// One cell of the table of record kinds and requests.
struct SharingCell {
  Answer answer{};
  Rule rule{};
  Provenance provenance{};
};

namespace detail {
using enum Answer;
using enum Provenance;
using R = Rule;
// clang-format off
inline constexpr SharingCell kSharing[kHolders][kAsks] = {
    // Holder::OwnRuntimeReservation
    {{Refused,     R::PortHeldByOwnReservation,              Inferred},    // plain bind
     {Allowed,     R::ExplicitPortOfTheBlockIsGranted,       Observed},    // associated bind
     {Refused,     R::BlockOverlapsRuntimeReservation,       Observed},    // acquire
     {Refused,     R::BlockOverlapsRuntimeReservation,       Inferred},    // create
     {Refused,     R::BlockOverlapsRuntimeReservation,       Inferred},    // add exclusion
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Documented},  // automatic port
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},   // automatic block
    // Holder::AnothersRuntimeReservation
    {{Refused,     R::PortHeldByAnothersReservation,         Inferred},
     {Refused,     R::RuntimeTokenOfAnotherProcess,          Documented},
     {Refused,     R::BlockOverlapsRuntimeReservation,       Observed},
     {Refused,     R::BlockOverlapsRuntimeReservation,       Inferred},
     {Refused,     R::BlockOverlapsRuntimeReservation,       Inferred},
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Documented},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
    // Holder::PersistentReservation
    {{Refused,     R::PortHeldByPersistentReservation,       Inferred},
     {Allowed,     R::ExplicitPortOfTheBlockIsGranted,       Inferred},
     {Refused,     R::BlockOverlapsPersistentReservation,    Inferred},
     {Refused,     R::BlockOverlapsPersistentReservation,    Documented},
     {Refused,     R::BlockOverlapsPersistentReservation,    Inferred},
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Documented},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
    // Holder::AdministeredExclusion
    {{Allowed,     R::ExclusionsStopOnlyAutomaticChoice,     Observed},
     {Refused,     R::NothingToAssociateWith,                Inferred},
     {Refused,     R::BlockOverlapsExclusion,                Observed},
     {Refused,     R::BlockOverlapsExclusion,                Inferred},
     {Refused,     R::BlockOverlapsExclusion,                Observed},
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Observed},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
    // Holder::ForeignBlock
    {{Refused,     R::PortHeldByForeignBlock,                Observed},
     {Refused,     R::NothingToAssociateWith,                Inferred},
     {Refused,     R::BlockOverlapsForeignBlock,             Inferred},
     {Refused,     R::BlockOverlapsForeignBlock,             Inferred},
     {Refused,     R::BlockOverlapsForeignBlock,             Observed},
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Observed},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
    // Holder::KernelListener
    {{Refused,     R::PortHeldByKernelListener,              Observed},
     {Refused,     R::NothingToAssociateWith,                Inferred},
     {Refused,     R::BlockOverlapsKernelListener,           Inferred},
     {Refused,     R::BlockOverlapsKernelListener,           Documented},
     {Refused,     R::BlockOverlapsKernelListener,           Observed},
     {PassedOver,  R::AutomaticPortsAvoidBlocks,             Inferred},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
    // Holder::BoundSocket
    {{ByTheMatrix, R::AddressInUse,                          Documented},
     {ByTheMatrix, R::AddressInUse,                          Inferred},
     {Refused,     R::BlockContainsBoundPort,                Inferred},
     {Refused,     R::BlockContainsBoundPort,                Documented},
     {Refused,     R::BlockContainsBoundPort,                Observed},
     {PassedOver,  R::AutomaticPortsComeFromTheDynamicRange, Documented},
     {PassedOver,  R::NoGapForWildcardBlock,                 Inferred}},
};
// clang-format on
}  // namespace detail

/// The cell for `holder` and `ask`: no combination is left open.
[[nodiscard]] constexpr SharingCell sharing(Holder holder, Ask ask) {
  return detail::kSharing[static_cast<std::size_t>(holder)][static_cast<std::size_t>(ask)];
}

}  // namespace berth
