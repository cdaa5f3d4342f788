// SPDX-License-Identifier: MIT
// The README's demo, to the letter below the next line.
#include <winsock2.h>

#include <berth/machine/machine.h>
#include <berth/rules/rulebook.h>
#include <berth/winsock/attach.h>
#include <cstdio>

int main() {
  berth::World customer;  // whose Hyper-V holds 50000 to 50099
  customer.foreign_blocks = {{berth::Transport::Tcp, {50000, 100}, "winnat"}};
  std::shared_ptr<berth::Machine> pc = berth::Machine::start({.world = customer}).value();
  berth::ScopedProcess me(berth::WindowsProcess::of(pc, pc->start_process({})));

  WSADATA data;  // from here on an ordinary Windows program
  WSAStartup(MAKEWORD(2, 2), &data);
  SOCKET server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(50010);
  if (bind(server, reinterpret_cast<sockaddr*>(&name), sizeof name) == SOCKET_ERROR) {
    const berth::RuleRow& why = berth::row_of(berth::last_refusal()->rule);
    std::printf("bind failed with %d: %s\n", WSAGetLastError(), why.sentence.data());
  }
  return WSACleanup();
}
