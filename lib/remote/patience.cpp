// SPDX-License-Identifier: MIT
#include <berth/remote/patience.h>

#include <sched.h>

namespace berth::remote {

bool Patience::has_two_processors() {
  static const bool has_two = [] {
    cpu_set_t processors;
    return ::sched_getaffinity(0, sizeof processors, &processors) == 0 && CPU_COUNT(&processors) > 1;
  }();
  return has_two;
}

}  // namespace berth::remote
