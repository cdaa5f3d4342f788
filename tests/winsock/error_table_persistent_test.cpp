// SPDX-License-Identifier: MIT
// Sections 4 to 6 of the error tables: the persistent functions, for TCP and for UDP.
#include "error_table.h"

namespace berth::test {
namespace {

struct Functions {
  Transport transport;
  ULONG (*create)(USHORT, USHORT, PULONG64);
  ULONG (*look_up)(USHORT, USHORT, PULONG64);
  ULONG (*remove)(USHORT, USHORT);
  [[nodiscard]] SOCKET open() const { return transport == Transport::Tcp ? tcp() : udp(); }
};

// clang-format off
constexpr Functions kFunctions[] = {
    {Transport::Tcp, CreatePersistentTcpPortReservation, LookupPersistentTcpPortReservation, DeletePersistentTcpPortReservation},
    {Transport::Udp, CreatePersistentUdpPortReservation, LookupPersistentUdpPortReservation, DeletePersistentUdpPortReservation},
};
// clang-format on

constexpr ULONG64 kNoToken = 0x5a5a5a5a5a5a5a5a;
constexpr TokenKind kWithoutRights[] = {TokenKind::StandardUser, TokenKind::FilteredAdministrator};

class PersistentErrors : public ErrorTable {
 protected:
  // The function returns the row's code and leaves last error, machine and token as they were.
  template <class Call>
  void refuses(Call call) {
    told(static_cast<long>(refusal(call)));
  }
  template <class Call>
  ULONG refusal(Call call) {
    const std::uint64_t before = machine_->state_hash();
    WSASetLastError(kNoCode);
    token_ = kNoToken;
    const ULONG code = call(&token_);
    EXPECT_EQ(WSAGetLastError(), kNoCode);
    EXPECT_EQ(machine_->state_hash(), before);
    EXPECT_EQ(token_, kNoToken);
    return code;
  }
  void refuses_to_create(const Functions& functions, USHORT start, USHORT count) {
    refuses([&](PULONG64 token) { return functions.create(htons(start), count, token); });
  }
  void refuses_to_look_up(const Functions& functions, USHORT start, USHORT count) {
    refuses([&](PULONG64 token) { return functions.look_up(htons(start), count, token); });
  }
  void refuses_to_delete(const Functions& functions, USHORT start, USHORT count) {
    refuses([&](PULONG64) { return functions.remove(htons(start), count); });
  }
  void creates(const Functions& functions, USHORT start, USHORT count) {
    ULONG64 token = 0;
    EXPECT_EQ(functions.create(htons(start), count, &token), ULONG{NO_ERROR});
    EXPECT_NE(token, 0U);
  }
  // A code that is none of the table's, for which there is a text.
  template <class Call>
  void answers_with_another_code(Call call) {
    const ULONG code = refusal(call);
    for (const ErrorRow& row : kErrorRows)
      EXPECT_FALSE(row.section == row_->section && row.number == static_cast<long>(code)) << code;
    char* text = nullptr;
    const DWORD length = FormatMessageA(
        FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
        code, 0, reinterpret_cast<LPSTR>(&text), 0, nullptr);
    ASSERT_GT(length, 2U) << code;
    EXPECT_EQ(std::string(text).substr(length - 2), "\r\n");
    EXPECT_EQ(LocalFree(text), nullptr);
    reached_ = true;
  }

  ULONG64 token_ = kNoToken;
};

// -- 4. Create ------------------------------------------------------------------------------------

class CreateErrors : public PersistentErrors {};

TEST_F(CreateErrors, answers_NO_ERROR) {
  for (const Functions& functions : kFunctions) {
    ULONG64 token = 0;
    told(static_cast<long>(functions.create(htons(5000), 20, &token)));
    EXPECT_NE(token, 0U);
    EXPECT_THAT(pc_, berth::testing::HoldsPorts(functions.transport, 5000, 20));
  }
}

TEST_F(CreateErrors, answers_ERROR_ACCESS_DENIED) {
  for (const TokenKind kind : kWithoutRights) {
    const ScopedProcess attached(process({kind, "alice"}, 0));
    for (const Functions& functions : kFunctions) refuses_to_create(functions, 5000, 20);
  }
}

TEST_F(CreateErrors, answers_ERROR_INVALID_PARAMETER) {
  for (const Functions& functions : kFunctions) {
    refuses_to_create(functions, 0, 20);
    refuses_to_create(functions, 5000, 0);
    refuses_to_create(functions, 65535, 2);
  }
}

TEST_F(CreateErrors, answers_ERROR_SHARING_VIOLATION) {
  for (const Functions& functions : kFunctions) {
    creates(functions, 5000, 20);
    refuses_to_create(functions, 5000, 20);
    refuses_to_create(functions, 5019, 2);
    ASSERT_EQ(bind_to(functions.open(), 6005), 0);
    refuses_to_create(functions, 6000, 10);
    EXPECT_EQ(last_rule(), Rule::BlockContainsBoundPort);
  }
}

TEST_F(CreateErrors, answers_Other) {
  end_this_process();
  for (const Functions& functions : kFunctions)
    answers_with_another_code([&](PULONG64 token) { return functions.create(htons(5000), 20, token); });
}

TEST_F(CreateErrors, answers_ERROR_SHARING_VIOLATION_with_other_records) {
  for (const Functions& functions : kFunctions) {
    ASSERT_TRUE(acquired(functions.open(), 5000, 20));
    refuses_to_create(functions, 5010, 20);
    EXPECT_EQ(last_rule(), Rule::BlockOverlapsRuntimeReservation);
    pc_.add_foreign_block(functions.transport, {7000, 10}, "winnat");
    refuses_to_create(functions, 7009, 1);
    EXPECT_EQ(last_rule(), Rule::BlockOverlapsForeignBlock);
    pc_.add_exclusion(functions.transport, {8000, 10});
    refuses_to_create(functions, 7999, 2);
    EXPECT_EQ(last_rule(), Rule::BlockOverlapsExclusion);
  }
}

TEST_F(CreateErrors, answers_ERROR_INVALID_PARAMETER_without_a_place) {
  for (const Functions& functions : kFunctions) {
    refuses([&](PULONG64) { return functions.create(htons(5000), 20, nullptr); });
    EXPECT_EQ(last_rule(), Rule::TokenPointerMissing);
  }
}

// -- 5. Delete ------------------------------------------------------------------------------------

class DeleteErrors : public PersistentErrors {};

TEST_F(DeleteErrors, answers_NO_ERROR) {
  for (const Functions& functions : kFunctions) {
    creates(functions, 5000, 20);
    told(static_cast<long>(functions.remove(htons(5000), 20)));
    EXPECT_TRUE(acquired(functions.open(), 5000, 20)) << "the ports are free";
  }
}

TEST_F(DeleteErrors, answers_ERROR_ACCESS_DENIED) {
  for (const Functions& functions : kFunctions) creates(functions, 5000, 20);
  for (const TokenKind kind : kWithoutRights) {
    const ScopedProcess attached(process({kind, "alice"}, 0));
    for (const Functions& functions : kFunctions) refuses_to_delete(functions, 5000, 20);
  }
}

TEST_F(DeleteErrors, answers_ERROR_INVALID_PARAMETER) {
  for (const Functions& functions : kFunctions) {
    refuses_to_delete(functions, 0, 20);
    refuses_to_delete(functions, 5000, 0);
  }
}

TEST_F(DeleteErrors, answers_ERROR_NOT_FOUND) {
  for (const Functions& functions : kFunctions) {
    refuses_to_delete(functions, 5000, 20);
    creates(functions, 5000, 20);
    refuses_to_delete(functions, 5000, 19);
    refuses_to_delete(functions, 5001, 19);
  }
}

TEST_F(DeleteErrors, answers_Other) {
  creates(kFunctions[0], 5000, 20);
  end_this_process();
  for (const Functions& functions : kFunctions)
    answers_with_another_code([&](PULONG64) { return functions.remove(htons(5000), 20); });
}

// -- 6. Lookup ------------------------------------------------------------------------------------

class LookupErrors : public PersistentErrors {};

TEST_F(LookupErrors, answers_NO_ERROR) {
  for (const Functions& functions : kFunctions) {
    ULONG64 created = 0;
    ASSERT_EQ(functions.create(htons(5000), 20, &created), ULONG{NO_ERROR});
    const ScopedProcess without_rights(process({TokenKind::StandardUser, "bob"}, 0));
    ULONG64 found = 0;
    told(static_cast<long>(functions.look_up(htons(5000), 20, &found)));
    EXPECT_EQ(found, created);
  }
}

TEST_F(LookupErrors, answers_ERROR_INVALID_PARAMETER) {
  for (const Functions& functions : kFunctions) {
    refuses_to_look_up(functions, 0, 20);
    refuses_to_look_up(functions, 5000, 0);
  }
}

TEST_F(LookupErrors, answers_ERROR_NOT_FOUND) {
  for (const Functions& functions : kFunctions) {
    refuses_to_look_up(functions, 5000, 20);
    creates(functions, 5000, 20);
    refuses_to_look_up(functions, 5000, 21);
    refuses_to_look_up(functions, 5001, 19);
  }
}

TEST_F(LookupErrors, answers_Other) {
  creates(kFunctions[0], 5000, 20);
  end_this_process();
  for (const Functions& functions : kFunctions)
    answers_with_another_code([&](PULONG64 token) { return functions.look_up(htons(5000), 20, token); });
}

}  // namespace
}  // namespace berth::test
