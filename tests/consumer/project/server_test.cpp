// SPDX-License-Identifier: MIT
// A user's test of a Windows server, with Berth's test kit.
#include <sys/socket.h>  // POSIX' headers may come first: the kit names nothing of Windows

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <berth/testing.h>

#include "server.h"

TEST(Server, MovesOnWhenWindowsHoldsItsPort) {
  berth::testing::Machine pc;
  pc.add_foreign_block(berth::Transport::Tcp, {50000, 100}, "winnat");
  EXPECT_EQ(start_server(50010), kFallbackPort);  // unmodified Winsock code, compiled with <winsock2.h>
  EXPECT_THAT(pc.last_refusal(), berth::testing::RefusedBy(berth::Rule::PortHeldByForeignBlock));
}

TEST(Server, ServesWhereItIsToldTo) {
  const berth::testing::Machine pc;
  EXPECT_EQ(start_server(50010), 50010);
  EXPECT_EQ(pc.last_refusal(), std::nullopt);
}

TEST(Server, SaysThatTheNetworkIsDown) {
  berth::testing::Machine pc;
  const auto fault = pc.fault(berth::FaultPoint::Bind, berth::FaultAction::network_down());
  EXPECT_EQ(start_server(50010), -10050);
}
