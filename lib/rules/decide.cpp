// SPDX-License-Identifier: MIT
#include <berth/rules/decide.h>

#include "requests.h"

namespace berth {

Decision decide(const Circumstances& now, const Request& request) {
  return std::visit([&now](const auto& asked) { return decide(now, asked); }, request);
}

}  // namespace berth
