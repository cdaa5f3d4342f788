// SPDX-License-Identifier: MIT
// A program that uses the emulated machine directly: processes with identities, requests, decisions with
// their rule, snapshots and a restart.
#include <cstdio>
#include <cstdlib>

#include <berth/codes/error_codes.h>
#include <berth/machine/machine.h>
#include <berth/rules/rulebook.h>

namespace {

void expect(bool fact, const char* what) {
  if (fact) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::exit(1);
}

berth::Reply granted(const berth::Outcome& outcome) {
  expect(std::holds_alternative<berth::Reply>(outcome), "granted");
  return std::get<berth::Reply>(outcome);
}

berth::Rule refused(const berth::Outcome& outcome) {
  expect(std::holds_alternative<berth::Refusal>(outcome), "refused");
  return std::get<berth::Refusal>(outcome).rule;
}

}  // namespace

int main() {
  using namespace berth;
  auto started = Machine::start();
  expect(started.has_value(), "a machine starts");
  Machine& pc = **started;

  const ProcessId installer = pc.start_process({TokenKind::ElevatedAdministrator, "alice"});
  const ProcessId service = pc.start_process({TokenKind::StandardUser, "bob"});
  const request::CreatePersistent create{Transport::Tcp, {.start = 5000, .count = 20}};
  expect(refused(pc.submit(service, create)) == Rule::NeedsElevatedAdministrator,
         "a standard user creates nothing");
  expect(win32_code(Rule::NeedsElevatedAdministrator, pc.profile()) == 5U, "ERROR_ACCESS_DENIED");
  const Token token = granted(pc.submit(installer, create)).token;

  const Snapshot before = pc.snapshot();
  const SocketId socket =
      granted(pc.submit(installer, request::OpenSocket{Transport::Tcp, Family::Ipv4})).socket;
  granted(pc.submit(installer, request::Associate{socket, token}));
  const request::Bind anywhere{socket, {.address = Address::any(Family::Ipv4), .port = 0}};
  expect(granted(pc.submit(installer, anywhere)).name.port == 5000, "the lowest port of the block");
  expect(!pc.restore(before), "a snapshot is restored");
  expect(pc.state_hash() == before.state_hash(), "to the same state");

  expect(!pc.restart(), "a restart");
  const ProcessId later = pc.start_process({TokenKind::StandardUser, "bob"});
  const request::LookupPersistent lookup{Transport::Tcp, {.start = 5000, .count = 20}};
  expect(granted(pc.submit(later, lookup)).token != token, "a new token after a restart");
  std::printf("%s\n", row_of(Rule::TokensChangeAtRestart).sentence.data());
  return 0;
}
