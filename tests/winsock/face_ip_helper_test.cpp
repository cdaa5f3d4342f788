// SPDX-License-Identifier: MIT
#include "winsock/face.h"

#include <berth/store/memory_storage.h>

namespace berth::test {
namespace {

using WithToken = ULONG (*)(USHORT, USHORT, PULONG64);
using WithoutToken = ULONG (*)(USHORT, USHORT);

struct Functions {
  const char* name;
  Transport transport;
  WithToken create;
  WithToken look_up;
  WithoutToken remove;
};

// clang-format off
constexpr Functions kFunctions[] = {
    {"Tcp", Transport::Tcp, CreatePersistentTcpPortReservation, LookupPersistentTcpPortReservation, DeletePersistentTcpPortReservation},
    {"Udp", Transport::Udp, CreatePersistentUdpPortReservation, LookupPersistentUdpPortReservation, DeletePersistentUdpPortReservation},
};
// clang-format on

constexpr ULONG64 kUntouched = 0x5a5a5a5a5a5a5a5a;

// A process that never calls WSAStartup: these functions need none.
class IpHelper : public FaceTest, public testing::WithParamInterface<Functions> {
 protected:
  IpHelper() : fresh_(process({TokenKind::ElevatedAdministrator, "alice"}, 0)), attached_as_fresh_(fresh_) {}

  // Returns the code, and leaves last error and, when it fails, the machine as they were.
  template <class Call>
  void expect_code(ULONG code, Call&& call) {
    const std::uint64_t before = machine_->state_hash();
    WSASetLastError(kNoCode);
    EXPECT_EQ(call(), code);
    EXPECT_EQ(WSAGetLastError(), kNoCode);
    EXPECT_EQ(last_refusal().has_value(), code != NO_ERROR);
    if (code != NO_ERROR) {
      EXPECT_EQ(machine_->state_hash(), before);
    }
  }
  void expect_token_code(ULONG code, WithToken function, USHORT start, USHORT count) {
    ULONG64 token = kUntouched;
    expect_code(code, [&] { return function(htons(start), count, &token); });
    EXPECT_EQ(token == kUntouched, code != NO_ERROR);
  }

  const Functions& functions_ = GetParam();
  std::shared_ptr<WindowsProcess> fresh_;
  ScopedProcess attached_as_fresh_;
};

INSTANTIATE_TEST_SUITE_P(Transports, IpHelper, testing::ValuesIn(kFunctions),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST_P(IpHelper, creates_looks_up_and_deletes) {
  ULONG64 created = 0;
  ULONG64 found = 0;
  expect_code(NO_ERROR, [&] { return functions_.create(htons(5000), 20, &created); });
  EXPECT_NE(created, 0U);
  expect_code(NO_ERROR, [&] { return functions_.look_up(htons(5000), 20, &found); });
  EXPECT_EQ(found, created);
  expect_code(NO_ERROR, [&] { return functions_.remove(htons(5000), 20); });
  expect_token_code(ERROR_NOT_FOUND, functions_.look_up, 5000, 20);
  expect_code(ERROR_NOT_FOUND, [&] { return functions_.remove(htons(5000), 20); });
}

TEST_P(IpHelper, takes_the_start_in_network_and_the_count_in_host_byte_order) {
  expect_token_code(NO_ERROR, functions_.create, 0x1234, 3);
  const auto set = machine_->persistent_set();
  ASSERT_EQ(set.reservations.size(), 1U);
  EXPECT_EQ(set.reservations[0].transport, functions_.transport);
  EXPECT_EQ(set.reservations[0].range, *PortRange::between(0x1234, 0x1236));
}

TEST_P(IpHelper, keeps_tcp_and_udp_apart) {
  expect_token_code(NO_ERROR, functions_.create, 5000, 20);
  const Functions& other = kFunctions[functions_.transport == Transport::Tcp ? 1 : 0];
  expect_token_code(ERROR_NOT_FOUND, other.look_up, 5000, 20);
  expect_token_code(NO_ERROR, other.create, 5000, 20);
}

TEST_P(IpHelper, refuses_bad_blocks) {
  for (const WithToken function : {functions_.create, functions_.look_up}) {
    expect_token_code(ERROR_INVALID_PARAMETER, function, 0, 20);
    expect_token_code(ERROR_INVALID_PARAMETER, function, 5000, 0);
  }
  for (const auto& [start, count] : {std::pair<USHORT, USHORT>(0, 20), std::pair<USHORT, USHORT>(5000, 0)})
    expect_code(ERROR_INVALID_PARAMETER,
                [&, first = start, many = count] { return functions_.remove(htons(first), many); });
  expect_token_code(ERROR_INVALID_PARAMETER, functions_.create, 65535, 2);
  expect_token_code(ERROR_NOT_FOUND, functions_.look_up, 65535, 2);
  expect_code(ERROR_NOT_FOUND, [&] { return functions_.remove(htons(65535), 2); });
}

TEST_P(IpHelper, wants_exactly_the_block_that_was_created) {
  expect_token_code(NO_ERROR, functions_.create, 5000, 20);
  for (const auto& [start, count] :
       {std::pair<USHORT, USHORT>(5000, 19), std::pair<USHORT, USHORT>(5000, 21),
        std::pair<USHORT, USHORT>(5001, 19), std::pair<USHORT, USHORT>(5001, 20)}) {
    expect_token_code(ERROR_NOT_FOUND, functions_.look_up, start, count);
    expect_code(ERROR_NOT_FOUND,
                [&, first = start, many = count] { return functions_.remove(htons(first), many); });
  }
  expect_token_code(ERROR_SHARING_VIOLATION, functions_.create, 5000, 20);
  expect_token_code(ERROR_SHARING_VIOLATION, functions_.create, 5019, 1);
}

TEST_P(IpHelper, answers_a_bad_token_pointer_with_a_code) {
  expect_token_code(NO_ERROR, functions_.create, 6000, 1);
  const ULONG64 token = kUntouched;
  const BadMemory bad(token);
  const int descriptors = open_descriptors();
  for (void* place : bad.unwritable()) {
    auto* const pointer = static_cast<PULONG64>(place);
    expect_code(ERROR_INVALID_PARAMETER, [&] { return functions_.create(htons(5000), 20, pointer); });
    expect_code(ERROR_INVALID_PARAMETER, [&] { return functions_.look_up(htons(6000), 1, pointer); });
    EXPECT_EQ(last_rule(), place == nullptr ? Rule::TokenPointerMissing : Rule::PointerIsBad);
    EXPECT_TRUE(bad.is_intact());
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_P(IpHelper, writes_a_token_to_an_odd_address) {
  Odd<ULONG64> created;
  Odd<ULONG64> found;
  EXPECT_EQ(functions_.create(htons(5000), 20, created.get()), NO_ERROR);
  EXPECT_EQ(functions_.look_up(htons(5000), 20, found.get()), NO_ERROR);
  EXPECT_NE(found.value(), 0U);
  EXPECT_EQ(found.value(), created.value());
}

TEST_P(IpHelper, wants_rights_after_parameters_and_before_the_pool) {
  expect_token_code(NO_ERROR, functions_.create, 5000, 20);
  const ScopedProcess as_user(process({TokenKind::FilteredAdministrator, "alice"}, 0));
  expect_token_code(ERROR_ACCESS_DENIED, functions_.create, 5000, 20);
  expect_token_code(ERROR_INVALID_PARAMETER, functions_.create, 0, 20);
  expect_code(ERROR_INVALID_PARAMETER, [&] { return functions_.create(htons(6000), 1, nullptr); });
  expect_code(ERROR_ACCESS_DENIED, [&] { return functions_.remove(htons(5000), 20); });
  expect_token_code(NO_ERROR, functions_.look_up, 5000, 20);
}

TEST_P(IpHelper, a_store_that_cannot_be_written_is_a_write_fault_and_no_refusal) {
  auto storage = std::make_unique<MemoryStorage>();
  MemoryStorage& store = *storage;
  const std::shared_ptr<Machine> machine = Machine::start({.storage = std::move(storage)}).value();
  const ScopedProcess attached(
      WindowsProcess::of(machine, machine->start_process({TokenKind::LocalSystem, "system"})));
  ULONG64 token = 0;
  ASSERT_EQ(functions_.create(htons(6000), 1, &token), NO_ERROR);
  store.fail_saves_with(
      StoreError{.fault = StoreFault::Unreachable, .file = {}, .place = {}, .found = {}, .expected = {}});
  const std::uint64_t before = machine->state_hash();
  token = kUntouched;
  EXPECT_EQ(functions_.create(htons(5000), 20, &token), ERROR_WRITE_FAULT);
  EXPECT_EQ(functions_.remove(htons(6000), 1), ERROR_WRITE_FAULT);
  EXPECT_EQ(token, kUntouched);
  EXPECT_EQ(last_refusal(), std::nullopt);
  EXPECT_EQ(machine->state_hash(), before);
}

}  // namespace
}  // namespace berth::test
