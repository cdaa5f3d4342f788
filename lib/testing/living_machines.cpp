// SPDX-License-Identifier: MIT
#include "living_machines.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "describe.h"

namespace berth::testing {
namespace {

struct Living {
  std::mutex mutex;
  std::vector<const Machine*> machines;
};

Living& living() {
  static Living all;
  return all;
}

bool is_machine_of_this_thread(const Machine& machine) {
  const auto process = process_of_this_thread();
  return process != nullptr && &process->machine() == &machine.emulated();
}

}  // namespace

void add_living(const Machine& machine) {
  const std::lock_guard guard(living().mutex);
  living().machines.push_back(&machine);
}

void remove_living(const Machine& machine) {
  const std::lock_guard guard(living().mutex);
  std::erase(living().machines, &machine);
}

std::string explain_here(const Refusal& refusal) {
  const std::lock_guard guard(living().mutex);
  for (const Machine* machine : living().machines)
    if (is_machine_of_this_thread(*machine)) return machine->explain(refusal);
  return describe(refusal.rule);
}

}  // namespace berth::testing
