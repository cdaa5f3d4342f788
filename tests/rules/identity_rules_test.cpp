// SPDX-License-Identifier: MIT
#include <berth/rules/identity.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <support/desk.h>

namespace berth {
namespace {

// A row of section 9 of the specification.
struct Row {
  const char* identifier;
  Launch launch;
  bool elevated;
};

using A = AccountKind;
using M = Manifest;
using S = StartedBy;

constexpr Row kRows[] = {
    {"ID-01", {.account_kind = A::StandardUser}, false},
    {"ID-02", {.account_kind = A::Administrator}, false},
    {"ID-03", {.account_kind = A::Administrator, .manifest = M::RequireAdministrator}, true},
    {"ID-04", {.account_kind = A::Administrator, .started_by = S::RunAsAdministrator}, true},
    {"ID-05", {.account_kind = A::BuiltinAdministrator}, true},
    {"ID-06", {.account_kind = A::Administrator, .uac = Uac::Off}, true},
    {"ID-07", {.account_kind = A::LocalSystem}, true},
    {"ID-08", {.account_kind = A::LocalService}, false},
    {"ID-08", {.account_kind = A::NetworkService}, false},
    {"ID-09", {.account_kind = A::Administrator, .manifest = M::HighestAvailable}, true},
    {"ID-10", {.account_kind = A::Administrator, .started_by = S::ElevatedParent}, true},
    {"ID-01", {.account_kind = A::StandardUser, .manifest = M::HighestAvailable}, false},
    {"ID-01", {.account_kind = A::StandardUser, .uac = Uac::Off}, false},
    {"ID-01", {.account_kind = A::StandardUser, .started_by = S::ElevatedParent}, false},
};

// What each column of the table is answered.
void expect_columns(Desk& desk, ProcessId process, const Row& row) {
  const auto only_elevated = [&](Rule rule) { return row.elevated ? std::nullopt : std::optional(rule); };
  const Token others =
      desk.granted(desk.administrator(), request::CreatePersistent{Transport::Tcp, {7000, 5}}).token;

  const SocketId socket = desk.open(process);
  const Token own = desk.granted(process, request::Acquire{socket, {6000, 5}}).token;
  EXPECT_EQ(desk.refusal(process, request::Associate{socket, own}), std::nullopt);
  EXPECT_EQ(desk.refusal(process, request::Release{socket, own}), std::nullopt);
  EXPECT_EQ(desk.refusal(process, request::LookupPersistent{Transport::Tcp, {7000, 5}}), std::nullopt);
  EXPECT_EQ(desk.refusal(process, request::Associate{desk.open(process), others}),
            only_elevated(Rule::NeedsElevatedAdministrator));
  EXPECT_EQ(desk.refusal(process, request::CreatePersistent{Transport::Udp, {7000, 5}}),
            only_elevated(Rule::NeedsElevatedAdministrator));
  EXPECT_EQ(desk.refusal(process, request::DeletePersistent{Transport::Tcp, {7000, 5}}),
            only_elevated(Rule::NeedsElevatedAdministrator));
  EXPECT_EQ(desk.refusal(process, request::AddExclusion{Transport::Tcp, {8000, 5}}),
            only_elevated(Rule::NetshNeedsElevation));
  EXPECT_EQ(desk.refusal(process, request::SetDynamicRange{Transport::Tcp, Family::Ipv4, {50000, 1000}}),
            only_elevated(Rule::NetshNeedsElevation));
}

TEST(Identity, IsAnsweredInEachColumnAsTheTableSays) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.identifier);
    Desk desk;
    desk.write_down("someone");
    const ProcessId process = desk.granted({}, request::StartProcess{"someone", row.launch}).process;
    EXPECT_EQ(desk.pool().process(process)->elevated, row.elevated);
    expect_columns(desk, process, row);
  }
}

TEST(Identity, OfAStandardUserCannotStartWhatDemandsAnAdministrator) {
  Desk desk;
  desk.write_down("someone");
  for (const Launch& launch : {Launch{.account_kind = A::StandardUser, .manifest = M::RequireAdministrator},
                               Launch{.account_kind = A::StandardUser, .started_by = S::RunAsAdministrator}})
    EXPECT_EQ(desk.refusal({}, request::StartProcess{"someone", launch}), Rule::ElevationRequiredToStart);
  EXPECT_EQ(desk.pool().processes().size(), 0U);
}

TEST(Identity, IsTheTokenThatWasNamed) {
  for (std::size_t i = 0; i < kTokenKindNames.size(); ++i) {
    Desk desk;
    const auto kind = static_cast<TokenKind>(i);
    const ProcessId process = desk.process(kind);
    EXPECT_EQ(desk.pool().process(process)->token, kind);
    EXPECT_EQ(desk.pool().process(process)->elevated, is_elevated(kind, {}));
  }
}

// Each rule about identity, suspended, turns the answer of its own row round.
TEST(Identity, HangsOnTheRuleOfEachRow) {
  const std::pair<Rule, Launch> rules[] = {
      {Rule::StandardUsersAreNotElevated, {.account_kind = A::StandardUser}},
      {Rule::UacFiltersAdministrators, {.account_kind = A::Administrator}},
      {Rule::RequireAdministratorElevatesAMember,
       {.account_kind = A::Administrator, .manifest = M::RequireAdministrator}},
      {Rule::RunAsAdministratorElevatesAMember,
       {.account_kind = A::Administrator, .started_by = S::RunAsAdministrator}},
      {Rule::BuiltinAdministratorIsElevated, {.account_kind = A::BuiltinAdministrator}},
      {Rule::WithoutUacMembersAreElevated, {.account_kind = A::Administrator, .uac = Uac::Off}},
      {Rule::LocalSystemIsElevated, {.account_kind = A::LocalSystem}},
      {Rule::ServiceAccountsAreNotElevated, {.account_kind = A::LocalService}},
      {Rule::HighestAvailableElevatesAMember,
       {.account_kind = A::Administrator, .manifest = M::HighestAvailable}},
      {Rule::AsInvokerInheritsElevation, {.account_kind = A::Administrator, .started_by = S::ElevatedParent}},
  };
  for (const auto& [rule, launch] : rules) {
    Profile suspended;
    suspended.suspended.set(index_of(rule));
    EXPECT_NE(is_elevated(*token_of(launch, {}), {}), is_elevated(*token_of(launch, suspended), suspended))
        << name_of(rule);
  }
}

}  // namespace
}  // namespace berth
