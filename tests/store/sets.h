// SPDX-License-Identifier: MIT
#pragma once

#include <berth/store/persistent_set.h>
#include <berth/store/storage.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace berth::test {

inline PortRange range(std::uint32_t first, std::uint32_t last) { return *PortRange::between(first, last); }

/// A set with something in each list.
inline PersistentSet old_set() {
  return {.boot = 3,
          .next_serial = 5,
          .reservations = {{Transport::Tcp, range(5000, 5009), 2}, {Transport::Udp, range(5000, 5000), 4}},
          .exclusions = {{Transport::Tcp, range(6000, 6009)}},
          .dynamic_ranges = {{Transport::Tcp, Family::Ipv4, range(40000, 49999)}}};
}

/// What the next start and one more reservation make of it.
inline PersistentSet new_set() {
  PersistentSet set = old_set();
  set.boot = 4;
  set.reservations.push_back({Transport::Udp, range(5001, 5100), set.next_serial++});
  return set;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string text_of_error(const std::optional<StoreError>& error) {
  return error ? to_string(*error) : "no error";
}

template <class Value>
std::string text_of_error(const Result<Value, StoreError>& result) {
  return result ? "no error" : to_string(result.error());
}

}  // namespace berth::test
