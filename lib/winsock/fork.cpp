// SPDX-License-Identifier: MIT
#include "fork.h"

#include <pthread.h>

#include <cstdio>

#include <berth/traffic/reactor.h>

#include "embedded_machine.h"
#include "handle_table.h"
#include "objects.h"
#include "operation.h"
#include "socket_association.h"

namespace berth::winsock {
namespace {

std::atomic<unsigned> forks_when_said = 0;

void before_fork() {
  traffic::Reactor::of_program().finish_telling();
  HandleTable::of_program().hold_still();
  ObjectTable::of_program().hold_still();
  Dispatcher::of_program().hold_still();
  PendingOperations::of_program().hold_still();
  hold_associations_still();
  traffic::Reactor::of_program().hold_still();
}
void after_fork_in_parent() {
  traffic::Reactor::of_program().go_on();
  let_associations_go_on();
  PendingOperations::of_program().go_on();
  Dispatcher::of_program().go_on();
  ObjectTable::of_program().go_on();
  HandleTable::of_program().go_on();
}
void after_fork_in_child() {
  HandleTable::of_program().forget_calls();
  traffic::Reactor::of_program().begin_anew();
  after_fork_in_parent();
  fork_count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

constinit std::atomic<unsigned> fork_count = 0;

unsigned forks_so_far() noexcept {
  // What is registered later comes first before a fork: the reactor's thread may be asking a machine that is
  // served, and is waited for while that one still answers.
  static const int watched = (watch_forks_of_served_machines(),
                              pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child));
  static_cast<void>(watched);
  return forks_counted();
}

void say_once_that_the_machine_stayed_behind() noexcept {
  const unsigned now = forks_counted();
  if (forks_when_said.exchange(now, std::memory_order_relaxed) != now)
    std::fputs("berth: the emulated machine stays with the process that forked: WSAENETDOWN for its child\n",
               stderr);
}

}  // namespace berth::winsock
