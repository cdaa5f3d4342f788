// SPDX-License-Identifier: MIT
//
// Who holds which port, as the lists of IP Helper tell it; and the adapters of the computer.
#include "winsock/face.h"

#include <algorithm>
#include <cwchar>

namespace berth::test {
namespace {

class SocketTables : public FaceTest {
 protected:
  // Asks for the size, then for the rows.
  template <class Table, class Ask>
  static auto rows(Ask&& ask) {
    using WindowsRow = std::decay_t<decltype(Table{}.table[0])>;
    DWORD size = 0;
    EXPECT_EQ(ask(nullptr, &size), static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER));
    std::vector<char> buffer(size);
    EXPECT_EQ(ask(buffer.data(), &size), static_cast<DWORD>(NO_ERROR));
    DWORD count = 0;
    std::memcpy(&count, buffer.data(), sizeof(count));
    EXPECT_EQ(size, sizeof(count) + count * sizeof(WindowsRow));
    std::vector<WindowsRow> found(count);
    for (std::size_t at = 0; at < count; ++at)
      std::memcpy(static_cast<void*>(&found[at]), buffer.data() + sizeof(count) + at * sizeof(WindowsRow),
                  sizeof(WindowsRow));
    return found;
  }
  template <class Table>
  static auto tcp_rows(ULONG family, TCP_TABLE_CLASS which) {
    return rows<Table>(
        [=](void* table, DWORD* size) { return GetExtendedTcpTable(table, size, TRUE, family, which, 0); });
  }
  template <class Table>
  static auto udp_rows(ULONG family, UDP_TABLE_CLASS which) {
    return rows<Table>(
        [=](void* table, DWORD* size) { return GetExtendedUdpTable(table, size, TRUE, family, which, 0); });
  }
  static SOCKET listening(USHORT port) {
    const SOCKET s = tcp();
    EXPECT_EQ(bind_to(s, port), 0);
    EXPECT_EQ(listen(s, 1), 0);
    return s;
  }
  [[nodiscard]] DWORD own_number() const { return static_cast<DWORD>(process_->id().value); }
};

TEST_F(SocketTables, an_idle_computer_has_no_rows) {
  EXPECT_TRUE(tcp_rows<MIB_TCPTABLE>(AF_INET, TCP_TABLE_BASIC_ALL).empty());
  EXPECT_TRUE(tcp_rows<MIB_TCP6TABLE_OWNER_PID>(AF_INET6, TCP_TABLE_OWNER_PID_ALL).empty());
  EXPECT_TRUE(udp_rows<MIB_UDPTABLE>(AF_INET, UDP_TABLE_BASIC).empty());
}

TEST_F(SocketTables, listeners_are_sorted_by_address_and_port_and_tell_their_process) {
  listening(5002);
  listening(5001);
  const SOCKET anywhere = tcp();
  SOCKADDR_IN name = ipv4_name(6000, INADDR_ANY);
  ASSERT_EQ(bind(anywhere, as_name(&name), sizeof(name)), 0);
  ASSERT_EQ(listen(anywhere, 1), 0);
  const auto found = tcp_rows<MIB_TCPTABLE_OWNER_PID>(AF_INET, TCP_TABLE_OWNER_PID_LISTENER);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].dwLocalAddr, 0U);
  EXPECT_EQ(found[0].dwLocalPort, htons(6000));
  EXPECT_EQ(found[1].dwLocalPort, htons(5001));
  EXPECT_EQ(found[2].dwLocalPort, htons(5002));
  EXPECT_EQ(found[2].dwLocalAddr, htonl(INADDR_LOOPBACK));
  for (const auto& row : found) {
    EXPECT_EQ(row.dwState, static_cast<DWORD>(MIB_TCP_STATE_LISTEN));
    EXPECT_EQ(row.dwOwningPid, own_number());
    EXPECT_EQ(row.dwRemotePort, 0U);
  }
}

TEST_F(SocketTables, a_socket_that_is_only_bound_is_in_the_udp_list_alone) {
  ASSERT_EQ(bind_to(tcp(), 5000), 0);
  ASSERT_EQ(bind_to(udp(), 5000), 0);
  EXPECT_TRUE(tcp_rows<MIB_TCPTABLE>(AF_INET, TCP_TABLE_BASIC_ALL).empty());
  const auto found = udp_rows<MIB_UDPTABLE_OWNER_PID>(AF_INET, UDP_TABLE_OWNER_PID);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].dwLocalPort, htons(5000));
  EXPECT_EQ(found[0].dwLocalAddr, htonl(INADDR_LOOPBACK));
  EXPECT_EQ(found[0].dwOwningPid, own_number());
  EXPECT_TRUE(udp_rows<MIB_UDP6TABLE>(AF_INET6, UDP_TABLE_BASIC).empty());
}

TEST_F(SocketTables, both_ends_of_a_connection_are_connections) {
  const SOCKET listener = listening(5000);
  const SOCKET client = tcp();
  SOCKADDR_IN name = ipv4_name(5000);
  ASSERT_EQ(connect(client, as_name(&name), sizeof(name)), 0);
  ASSERT_NE(accept(listener, nullptr, nullptr), INVALID_SOCKET);
  const auto found = tcp_rows<MIB_TCPTABLE>(AF_INET, TCP_TABLE_BASIC_CONNECTIONS);
  ASSERT_EQ(found.size(), 2U);
  const DWORD port = htons(port_of(client));
  EXPECT_EQ(found[0].dwLocalPort, htons(5000));
  EXPECT_EQ(found[0].dwRemotePort, port);
  EXPECT_EQ(found[1].dwLocalPort, port);
  EXPECT_EQ(found[1].dwRemotePort, htons(5000));
  for (const auto& row : found) {
    EXPECT_EQ(row.State, MIB_TCP_STATE_ESTAB);
    EXPECT_EQ(row.dwRemoteAddr, htonl(INADDR_LOOPBACK));
  }
  EXPECT_EQ(tcp_rows<MIB_TCPTABLE>(AF_INET, TCP_TABLE_BASIC_ALL).size(), 3U);
  EXPECT_EQ(tcp_rows<MIB_TCPTABLE>(AF_INET, TCP_TABLE_BASIC_LISTENER).size(), 1U);
}

TEST_F(SocketTables, a_dual_stack_socket_is_in_the_lists_of_both_families) {
  const auto open = [](USHORT port, DWORD only_ipv6) {
    const SOCKET s = socket(AF_INET6, SOCK_DGRAM, 0);
    EXPECT_EQ(setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&only_ipv6), 4), 0);
    SOCKADDR_IN6 name = ipv6_name(port);
    name.sin6_addr = in6addr_any;
    EXPECT_EQ(bind(s, as_name(&name), sizeof(name)), 0);
  };
  open(5000, 0);
  open(5001, 1);
  const auto six = udp_rows<MIB_UDP6TABLE_OWNER_PID>(AF_INET6, UDP_TABLE_OWNER_PID);
  ASSERT_EQ(six.size(), 2U);
  EXPECT_EQ(six[0].dwLocalPort, htons(5000));
  EXPECT_EQ(std::memcmp(six[0].ucLocalAddr, &in6addr_any, 16), 0);
  const auto four = udp_rows<MIB_UDPTABLE>(AF_INET, UDP_TABLE_BASIC);
  ASSERT_EQ(four.size(), 1U);
  EXPECT_EQ(four[0].dwLocalPort, htons(5000));
}

TEST_F(SocketTables, what_the_kernel_listens_on_belongs_to_process_4) {
  ASSERT_TRUE(std::holds_alternative<Reply>(
      machine_->submit({}, request::AddKernelListener{Transport::Tcp, 80, "http.sys"})));
  const auto four = tcp_rows<MIB_TCPTABLE_OWNER_PID>(AF_INET, TCP_TABLE_OWNER_PID_ALL);
  ASSERT_EQ(four.size(), 1U);
  EXPECT_EQ(four[0].dwLocalPort, htons(80));
  EXPECT_EQ(four[0].dwLocalAddr, 0U);
  EXPECT_EQ(four[0].dwOwningPid, 4U);
  const auto six = tcp_rows<MIB_TCP6TABLE_OWNER_PID>(AF_INET6, TCP_TABLE_OWNER_PID_LISTENER);
  ASSERT_EQ(six.size(), 1U);
  EXPECT_EQ(six[0].dwState, static_cast<DWORD>(MIB_TCP_STATE_LISTEN));
}

TEST_F(SocketTables, refuse_what_does_not_exist) {
  DWORD size = 100;
  char place[100];
  const auto code = [&](ULONG family, int which) {
    return GetExtendedTcpTable(place, &size, FALSE, family, static_cast<TCP_TABLE_CLASS>(which), 0);
  };
  EXPECT_EQ(code(AF_UNSPEC, TCP_TABLE_BASIC_ALL), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(code(AF_INET, 9), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(code(AF_INET, TCP_TABLE_OWNER_MODULE_ALL), static_cast<DWORD>(ERROR_NOT_SUPPORTED));
  EXPECT_EQ(code(AF_INET6, TCP_TABLE_BASIC_ALL), static_cast<DWORD>(ERROR_NOT_SUPPORTED));
  EXPECT_EQ(GetExtendedUdpTable(place, &size, FALSE, AF_INET, UDP_TABLE_OWNER_MODULE, 0),
            static_cast<DWORD>(ERROR_NOT_SUPPORTED));
  EXPECT_EQ(GetExtendedUdpTable(place, &size, FALSE, AF_INET, static_cast<UDP_TABLE_CLASS>(3), 0),
            static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

TEST_F(SocketTables, refuse_bad_memory) {
  listening(5000);
  const MIB_TCPTABLE table{};
  const BadMemory bad(table);
  for (void* place : bad.unwritable()) {
    DWORD size = sizeof(table);
    const DWORD code = place == nullptr ? ERROR_INSUFFICIENT_BUFFER : ERROR_INVALID_PARAMETER;
    EXPECT_EQ(GetTcpTable(static_cast<MIB_TCPTABLE*>(place), &size, FALSE), code);
  }
  EXPECT_TRUE(bad.is_intact());
  MIB_TCPTABLE found{};
  EXPECT_EQ(GetTcpTable(&found, nullptr, FALSE), static_cast<ULONG>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(GetTcpTable(&found, reinterpret_cast<ULONG*>(1), FALSE),
            static_cast<ULONG>(ERROR_INVALID_PARAMETER));
  unsigned long wide = ~0UL << 32 | sizeof(found);
  EXPECT_EQ(GetExtendedTcpTable(&found, &wide, FALSE, AF_INET, TCP_TABLE_BASIC_ALL, 0),
            static_cast<DWORD>(NO_ERROR));
  EXPECT_EQ(wide, sizeof(found));
  EXPECT_EQ(found.dwNumEntries, 1U);
  EXPECT_EQ(found.table[0].dwLocalPort, htons(5000));
  MIB_UDPTABLE none{};
  DWORD size = sizeof(none);
  EXPECT_EQ(GetUdpTable(&none, &size, TRUE), static_cast<ULONG>(NO_ERROR));
  EXPECT_EQ(none.dwNumEntries, 0U);
}

// -- adapters -------------------------------------------------------------------------------------

class Adapters : public FaceTest {
 protected:
  const IP_ADAPTER_ADDRESSES* listed(ULONG family, ULONG flags = 0) {
    ULONG size = 0;
    EXPECT_EQ(GetAdaptersAddresses(family, flags, nullptr, nullptr, &size),
              static_cast<ULONG>(ERROR_BUFFER_OVERFLOW));
    buffer_.assign(size / sizeof(std::uint64_t) + 1, 0);
    auto* adapters = reinterpret_cast<IP_ADAPTER_ADDRESSES*>(buffer_.data());
    EXPECT_EQ(GetAdaptersAddresses(family, flags, nullptr, adapters, &size), static_cast<ULONG>(NO_ERROR));
    return adapters;
  }
  static std::string text_of(SOCKET_ADDRESS address) {
    char text[100];
    DWORD room = sizeof(text);
    EXPECT_EQ(WSAAddressToStringA(address.lpSockaddr, static_cast<DWORD>(address.iSockaddrLength), nullptr,
                                  text, &room),
              0);
    return text;
  }
  static std::vector<std::string> addresses_of(const IP_ADAPTER_ADDRESSES* adapter) {
    std::vector<std::string> texts;
    for (const auto* each = adapter->FirstUnicastAddress; each != nullptr; each = each->Next)
      texts.push_back(text_of(each->Address) + "/" + std::to_string(each->OnLinkPrefixLength));
    return texts;
  }
  using Texts = std::vector<std::string>;

 private:
  std::vector<std::uint64_t> buffer_;
};

TEST_F(Adapters, are_an_ethernet_with_the_worlds_addresses_and_the_loopback) {
  const auto* ethernet = listed(AF_UNSPEC);
  EXPECT_EQ(ethernet->IfType, static_cast<IFTYPE>(IF_TYPE_ETHERNET_CSMACD));
  EXPECT_EQ(ethernet->OperStatus, IfOperStatusUp);
  EXPECT_STREQ(ethernet->FriendlyName, L"Ethernet");
  EXPECT_EQ(ethernet->PhysicalAddressLength, 6U);
  EXPECT_EQ(ethernet->Length, 448U);
  EXPECT_TRUE(ethernet->Ipv4Enabled && ethernet->Ipv6Enabled && !ethernet->Dhcpv4Enabled);
  EXPECT_EQ(addresses_of(ethernet), (Texts{"192.168.1.10/24", "fd00::10/64"}));
  EXPECT_EQ(ethernet->FirstPrefix, nullptr);
  const auto* loopback = ethernet->Next;
  ASSERT_NE(loopback, nullptr);
  EXPECT_EQ(loopback->IfType, static_cast<IFTYPE>(IF_TYPE_SOFTWARE_LOOPBACK));
  EXPECT_EQ(loopback->IfIndex, 1U);
  EXPECT_EQ(addresses_of(loopback), (Texts{"::1/128", "127.0.0.1/8"}));
  EXPECT_EQ(loopback->Next, nullptr);
}

TEST_F(Adapters, are_filtered_by_family_and_flags) {
  const auto* ethernet = listed(AF_INET, GAA_FLAG_INCLUDE_PREFIX | GAA_FLAG_SKIP_FRIENDLY_NAME);
  EXPECT_EQ(addresses_of(ethernet), Texts{"192.168.1.10/24"});
  EXPECT_EQ(ethernet->FriendlyName, nullptr);
  ASSERT_NE(ethernet->FirstPrefix, nullptr);
  EXPECT_EQ(text_of(ethernet->FirstPrefix->Address), "192.168.1.0");
  EXPECT_EQ(ethernet->FirstPrefix->PrefixLength, 24U);
  EXPECT_EQ(addresses_of(listed(AF_INET6)), Texts{"fd00::10/64"});
  EXPECT_TRUE(addresses_of(listed(AF_UNSPEC, GAA_FLAG_SKIP_UNICAST)).empty());
}

TEST_F(Adapters, without_an_address_of_the_family_are_left_out) {
  World world;
  world.addresses = {Address::ipv4(10, 0, 0, 1)};
  const auto machine = started_machine(world);
  const ScopedProcess attached(
      WindowsProcess::of(machine, machine->start_process({TokenKind::LocalSystem, "system"}), 1));
  const auto* first = listed(AF_INET6);
  EXPECT_EQ(first->IfType, static_cast<IFTYPE>(IF_TYPE_SOFTWARE_LOOPBACK));
  EXPECT_EQ(first->Next, nullptr);
}

TEST_F(Adapters, refuse_what_they_cannot_do) {
  ULONG size = 0;
  EXPECT_EQ(GetAdaptersAddresses(AF_UNIX, 0, nullptr, nullptr, &size),
            static_cast<ULONG>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(GetAdaptersAddresses(AF_INET, 0, nullptr, nullptr, nullptr),
            static_cast<ULONG>(ERROR_INVALID_PARAMETER));
  size = 1U << 20;
  EXPECT_EQ(GetAdaptersAddresses(AF_INET, 0, nullptr, reinterpret_cast<IP_ADAPTER_ADDRESSES*>(8), &size),
            static_cast<ULONG>(ERROR_INVALID_PARAMETER));
  unsigned long wide = 0;
  EXPECT_EQ(GetAdaptersAddresses(AF_INET, 0, nullptr, nullptr, &wide),
            static_cast<DWORD>(ERROR_BUFFER_OVERFLOW));
  EXPECT_EQ(wide & 0xffffffffUL, wide);
  EXPECT_GT(wide, 448UL);
}

}  // namespace
}  // namespace berth::test
