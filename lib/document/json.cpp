// SPDX-License-Identifier: MIT
#include <berth/document/json.h>

namespace berth {

std::string line_of(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string page_of(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace berth
