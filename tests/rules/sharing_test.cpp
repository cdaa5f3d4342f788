// SPDX-License-Identifier: MIT
#include <berth/rules/sharing.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <support/desk.h>

namespace berth {
namespace {

// The whole dynamic range but for its two last ports is held; the asks are about ports in the middle.
constexpr RequestedBlock kDynamic{50000, 255};
constexpr RequestedBlock kHeld{50000, 253};
constexpr RequestedBlock kAsked{50100, 2};
constexpr Port kFirstFree = 50253;
const std::string kService = "WinNAT";

/// A pool in which a holder holds its block, and whoever asks.
class Scene {
 public:
  Scene(Transport transport, Holder holder, const Profile& profile) : desk_(profile), transport_(transport) {
    desk_.write_down(kService);
    me_ = desk_.process(TokenKind::ElevatedAdministrator, "me");
    other_ = desk_.process(TokenKind::ElevatedAdministrator, "other");
    for (const Family family : {Family::Ipv4, Family::Ipv6})
      desk_.granted(me_, request::SetDynamicRange{transport, family, kDynamic});
    hold(holder);
  }

  /// The rule that refuses the ask; nothing when it is granted.
  std::optional<Rule> ask(Ask ask) {
    switch (ask) {
      case Ask::PlainBind: return desk_.refusal(me_, bind(desk_.open(me_, transport_), kAsked.start));
      case Ask::AssociatedBind: return associated_bind();
      case Ask::Acquire: return desk_.refusal(me_, request::Acquire{desk_.open(me_, transport_), kAsked});
      case Ask::Create: return desk_.refusal(me_, request::CreatePersistent{transport_, kAsked});
      case Ask::AddExclusion: return exclusion_and_service();
      case Ask::AutomaticPort: return automatic_port();
      case Ask::AutomaticBlock: return automatic_block();
    }
    return std::nullopt;
  }
  [[nodiscard]] Port drawn() const { return drawn_; }

 private:
  static request::Bind bind(SocketId socket, Port port) {
    return {socket, {Address::any(Family::Ipv4), port}};
  }

  void hold(Holder holder) {
    switch (holder) {
      case Holder::OwnRuntimeReservation:
        token_ = desk_.granted(me_, request::Acquire{desk_.open(me_, transport_), kHeld}).token;
        return;
      case Holder::AnothersRuntimeReservation:
        token_ = desk_.granted(other_, request::Acquire{desk_.open(other_, transport_), kHeld}).token;
        return;
      case Holder::PersistentReservation:
        token_ = desk_.granted(other_, request::CreatePersistent{transport_, kHeld}).token;
        return;
      case Holder::AdministeredExclusion:
        desk_.granted(other_, request::AddExclusion{transport_, kHeld});
        return;
      case Holder::ForeignBlock:
        desk_.granted({}, request::AddForeignBlock{transport_, kHeld, kService});
        return;
      case Holder::KernelListener:
        for (Port port = kHeld.start; port < kFirstFree; ++port)
          desk_.granted({}, request::AddKernelListener{transport_, port, kService});
        return;
      case Holder::BoundSocket:
        for (Port port = kHeld.start; port < kFirstFree; ++port)
          desk_.granted(other_, bind(desk_.open(other_, transport_), port));
        return;
    }
  }

  std::optional<Rule> associated_bind() {
    const SocketId socket = desk_.open(me_, transport_);
    const Token token = token_of_the_holder();
    if (const auto refusal = desk_.refusal(me_, request::Associate{socket, token})) return refusal;
    return desk_.refusal(me_, bind(socket, kAsked.start));
  }
  // Where the holder has no token, what a lookup of its block says; a bound socket sits in a block of its
  // own.
  Token token_of_the_holder() {
    if (token_) return token_;
    if (desk_.pool().newest_on(transport_, kAsked.start) != nullptr)
      return token_of_a_block_with_a_bound_port();
    const auto found = desk_.ask(me_, request::LookupPersistent{transport_, kHeld});
    return found ? found->token : Token{};
  }
  Token token_of_a_block_with_a_bound_port() {
    const ProcessId admin = desk_.process(TokenKind::ElevatedAdministrator, "admin");
    for (Port port = kHeld.start; port < kFirstFree; ++port)
      desk_.granted(other_, request::CloseSocket{desk_.pool().newest_on(transport_, port)->id});
    const Token token = desk_.granted(admin, request::CreatePersistent{transport_, kHeld}).token;
    const SocketId first = desk_.open(other_, transport_);
    desk_.granted(other_, request::Associate{first, token});
    desk_.granted(other_, bind(first, kAsked.start));
    return token;
  }

  // A service takes a block by the same law as an administrator.
  std::optional<Rule> exclusion_and_service() {
    const auto service = desk_.refusal({}, request::AddForeignBlock{transport_, kAsked, kService});
    const auto listener = desk_.refusal({}, request::AddKernelListener{transport_, kAsked.start, kService});
    const auto exclusion = desk_.refusal(me_, request::AddExclusion{transport_, kAsked});
    EXPECT_EQ(service, exclusion);
    EXPECT_EQ(listener, exclusion);
    return exclusion;
  }
  std::optional<Rule> automatic_port() {
    const auto answer = desk_.ask(me_, bind(desk_.open(me_, transport_), 0));
    if (!answer) return answer.error().rule;
    drawn_ = answer->name.port;
    return std::nullopt;
  }
  std::optional<Rule> automatic_block() {
    EXPECT_EQ(desk_.refusal(me_, request::Acquire{desk_.open(me_, transport_), {0, 3}}),
              Rule::NoGapForWildcardBlock);
    const auto answer = desk_.ask(me_, request::Acquire{desk_.open(me_, transport_), {0, 2}});
    if (!answer) return answer.error().rule;
    drawn_ = answer->block.start;
    return std::nullopt;
  }

  Desk desk_;
  Transport transport_;
  ProcessId me_;
  ProcessId other_;
  Token token_;
  Port drawn_ = 0;
};

Profile without(Rule rule) {
  Profile profile;
  profile.suspended.set(index_of(rule));
  return profile;
}

void expect_cell(Transport transport, Holder holder, Ask ask) {
  const SharingCell cell = sharing(holder, ask);
  Scene scene(transport, holder, {});
  const auto refusal = scene.ask(ask);
  switch (cell.answer) {
    case Answer::Refused:
    case Answer::ByTheMatrix:  // two plain wildcards: in use
      EXPECT_EQ(refusal, cell.rule);
      break;
    case Answer::Allowed:
      EXPECT_EQ(refusal, std::nullopt);
      EXPECT_EQ(Scene(transport, holder, without(cell.rule)).ask(ask), cell.rule) << "the rule allows it";
      break;
    case Answer::PassedOver:
      EXPECT_EQ(refusal, std::nullopt);
      EXPECT_GE(scene.drawn(), kFirstFree);
      break;
  }
}

TEST(SharingTable, SaysInEachCellWhatARealRequestIsAnswered) {
  for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
    for (std::size_t holder = 0; holder < kHolders; ++holder) {
      for (std::size_t ask = 0; ask < kAsks; ++ask) {
        SCOPED_TRACE(std::string(kHolderNames[holder]) + ", " + std::string(kAskNames[ask]));
        expect_cell(transport, static_cast<Holder>(holder), static_cast<Ask>(ask));
      }
    }
  }
}

TEST(SharingTable, PassesBlocksOverByTheRuleThatItNames) {
  for (std::size_t holder = 0; holder < kHolders; ++holder) {
    const SharingCell cell = sharing(static_cast<Holder>(holder), Ask::AutomaticPort);
    if (cell.rule != Rule::AutomaticPortsAvoidBlocks) continue;
    bool drawn_inside = false;
    for (int ports = 0; ports < 3; ++ports) {
      Scene scene(Transport::Tcp, static_cast<Holder>(holder), without(cell.rule));
      EXPECT_EQ(scene.ask(Ask::AutomaticPort), std::nullopt);
      drawn_inside |= scene.drawn() < kFirstFree;
    }
    EXPECT_TRUE(drawn_inside) << kHolderNames[holder];
  }
}

TEST(SharingTable, LeavesTheOtherTransportFree) {
  Desk desk;
  desk.write_down(kService);
  const ProcessId admin = desk.administrator();
  desk.granted(admin, request::CreatePersistent{Transport::Tcp, {5000, 10}});
  desk.granted(admin, request::AddExclusion{Transport::Tcp, {5010, 10}});
  desk.granted({}, request::AddForeignBlock{Transport::Tcp, {5020, 10}, kService});
  EXPECT_EQ(desk.refusal(admin, request::Acquire{desk.open(admin, Transport::Udp), {5000, 30}}),
            std::nullopt);
}

}  // namespace
}  // namespace berth
