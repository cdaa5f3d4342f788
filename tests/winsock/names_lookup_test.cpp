// SPDX-License-Identifier: MIT
//
// What an emulated computer knows about names of hosts, services and protocols.
#include "winsock/face.h"

#include <cwchar>
#include <thread>

namespace berth::test {
namespace {

World world_with_a_name() {
  World world;
  world.host_name = "mooring";
  return world;
}

class NameLookup : public FaceTest {
 protected:
  NameLookup() : FaceTest(world_with_a_name()) {}

  // What getaddrinfo answers, one text for each entry: address, port, type and protocol.
  static std::vector<std::string> entries_of(const ADDRINFOA* list) {
    std::vector<std::string> entries;
    for (; list != nullptr; list = list->ai_next) {
      char host[NI_MAXHOST];
      char service[NI_MAXSERV];
      EXPECT_EQ(getnameinfo(list->ai_addr, static_cast<socklen_t>(list->ai_addrlen), host, sizeof(host),
                            service, sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV),
                0);
      EXPECT_EQ(list->ai_family, list->ai_addr->sa_family);
      entries.push_back(std::string(host) + " " + service + " " + std::to_string(list->ai_socktype) + " " +
                        std::to_string(list->ai_protocol));
    }
    return entries;
  }
  static std::vector<std::string> found(const char* host, const char* service, const ADDRINFOA* hints) {
    ADDRINFOA* list = nullptr;
    const int code = getaddrinfo(host, service, hints, &list);
    if (code != 0) return {"code " + std::to_string(code)};
    const auto entries = entries_of(list);
    freeaddrinfo(list);
    return entries;
  }
  static std::vector<std::string> found(const char* host, const char* service, int flags = 0,
                                        int family = AF_UNSPEC, int type = 0, int protocol = 0) {
    ADDRINFOA hints{};
    hints.ai_flags = flags;
    hints.ai_family = family;
    hints.ai_socktype = type;
    hints.ai_protocol = protocol;
    return found(host, service, &hints);
  }
  using Entries = std::vector<std::string>;
};

TEST_F(NameLookup, localhost_is_both_loopback_addresses_ipv6_first) {
  EXPECT_EQ(found("localhost", nullptr), (Entries{"::1 0 0 0", "127.0.0.1 0 0 0"}));
  EXPECT_EQ(found("LocalHost", "80", 0, AF_INET), Entries{"127.0.0.1 80 0 0"});
  EXPECT_EQ(found("localhost", "80", 0, AF_INET6, SOCK_STREAM, IPPROTO_TCP), Entries{"::1 80 1 6"});
}

TEST_F(NameLookup, no_host_is_loopback_or_with_ai_passive_the_wildcard) {
  EXPECT_EQ(found(nullptr, "80"), (Entries{"::1 80 0 0", "127.0.0.1 80 0 0"}));
  EXPECT_EQ(found(nullptr, "80", AI_PASSIVE), (Entries{":: 80 0 0", "0.0.0.0 80 0 0"}));
  EXPECT_EQ(found(nullptr, "0", AI_PASSIVE, AF_INET, SOCK_STREAM), Entries{"0.0.0.0 0 1 0"});
}

TEST_F(NameLookup, the_computers_own_name_and_an_empty_one_are_its_addresses) {
  const Entries own = {"fd00::10 0 0 0", "192.168.1.10 0 0 0"};
  EXPECT_EQ(found("mooring", nullptr), own);
  EXPECT_EQ(found("MOORING", nullptr), own);
  EXPECT_EQ(found("", nullptr), own);
  EXPECT_EQ(found("..localmachine", nullptr), own);
}

TEST_F(NameLookup, numbers_need_no_name) {
  EXPECT_EQ(found("10.1.2.3", "0"), Entries{"10.1.2.3 0 0 0"});
  EXPECT_EQ(found("127.1", nullptr), Entries{"127.0.0.1 0 0 0"});
  EXPECT_EQ(found("fe80::1%5", "7", AI_NUMERICHOST), Entries{"fe80::1%5 7 0 0"});
  EXPECT_EQ(found("10.1.2.3", nullptr, 0, AF_INET6), Entries{"code 11001"});
  EXPECT_EQ(found("10.1.2.3", nullptr, AI_V4MAPPED, AF_INET6), Entries{"::ffff:10.1.2.3 0 0 0"});
  EXPECT_EQ(found("localhost", nullptr, AI_V4MAPPED | AI_ALL, AF_INET6),
            (Entries{"::1 0 0 0", "::ffff:127.0.0.1 0 0 0"}));
}

TEST_F(NameLookup, any_other_host_is_not_found) {
  for (const char* host :
       {"example.com", "mooring.example", "127.0.0.1 ", "1.2.3.4.5", "fe80::1%eth0", "gr\xc3\xbc"})
    EXPECT_EQ(found(host, "80"), Entries{"code 11001"}) << host;
  EXPECT_EQ(found(std::string(5000, 'a').c_str(), "80"), Entries{"code 11001"});
  EXPECT_EQ(found("localhost", "80", AI_NUMERICHOST), Entries{"code 11001"});
  EXPECT_EQ(found(nullptr, nullptr), Entries{"code 11001"});
  EXPECT_EQ(WSAGetLastError(), WSAHOST_NOT_FOUND);
}

TEST_F(NameLookup, a_named_service_is_there_for_each_of_its_protocols) {
  EXPECT_EQ(found("127.0.0.1", "http"), Entries{"127.0.0.1 80 1 6"});
  EXPECT_EQ(found("127.0.0.1", "domain"), (Entries{"127.0.0.1 53 1 6", "127.0.0.1 53 2 17"}));
  EXPECT_EQ(found("127.0.0.1", "domain", 0, AF_UNSPEC, 0, IPPROTO_UDP), Entries{"127.0.0.1 53 2 17"});
  EXPECT_EQ(found("127.0.0.1", "HTTPS", 0, AF_UNSPEC, SOCK_STREAM), Entries{"127.0.0.1 443 1 0"});
  EXPECT_EQ(found("127.0.0.1", "http", 0, AF_UNSPEC, SOCK_DGRAM), Entries{"code 10109"});
  EXPECT_EQ(found("127.0.0.1", "nonesuch"), Entries{"code 10109"});
  EXPECT_EQ(found("127.0.0.1", "65536"), Entries{"code 10109"});
  EXPECT_EQ(found("127.0.0.1", "http", AI_NUMERICSERV), Entries{"code 11001"});
  EXPECT_EQ(found("127.0.0.1", ""), Entries{"127.0.0.1 0 0 0"});
}

TEST_F(NameLookup, hints_that_cannot_be_are_refused) {
  EXPECT_EQ(found("localhost", "80", AI_CANONNAME | AI_FQDN), Entries{"code 10022"});
  EXPECT_EQ(found(nullptr, "80", AI_CANONNAME), Entries{"code 10022"});
  EXPECT_EQ(found("localhost", "80", 0x200), Entries{"code 10022"});
  EXPECT_EQ(found("localhost", "80", 0, AF_UNIX), Entries{"code 10047"});
  EXPECT_EQ(found("localhost", "80", 0, AF_UNSPEC, 6), Entries{"code 10044"});
  ADDRINFOA hints{};
  hints.ai_addrlen = 16;
  EXPECT_EQ(found("localhost", "80", &hints), Entries{"code 11003"});
}

TEST_F(NameLookup, ai_addrconfig_leaves_out_what_the_computer_has_no_address_of) {
  World world;
  world.addresses = {Address::ipv4(10, 0, 0, 1)};
  const auto machine = started_machine(world);
  const ScopedProcess attached(
      WindowsProcess::of(machine, machine->start_process({TokenKind::LocalSystem, "system"}), 1));
  EXPECT_EQ(found("localhost", nullptr, AI_ADDRCONFIG), Entries{"127.0.0.1 0 0 0"});
  EXPECT_EQ(found("berth", nullptr, 0, AF_INET6), Entries{"code 11001"});
  EXPECT_EQ(found("::1", nullptr, AI_ADDRCONFIG), Entries{"::1 0 0 0"});
}

TEST_F(NameLookup, the_canonical_name_stands_in_the_first_entry) {
  ADDRINFOA hints{};
  hints.ai_flags = AI_CANONNAME;
  ADDRINFOA* list = nullptr;
  ASSERT_EQ(getaddrinfo("", "80", &hints, &list), 0);
  EXPECT_STREQ(list->ai_canonname, "mooring");
  ASSERT_NE(list->ai_next, nullptr);
  EXPECT_EQ(list->ai_next->ai_canonname, nullptr);
  freeaddrinfo(list);
  freeaddrinfo(nullptr);
}

TEST_F(NameLookup, wide_texts_give_the_same_answers) {
  ADDRINFOW hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  ADDRINFOW* list = nullptr;
  ASSERT_EQ(GetAddrInfoW(L"localhost", L"http", &hints, &list), 0);
  EXPECT_STREQ(list->ai_canonname, L"localhost");
  EXPECT_EQ(list->ai_family, AF_INET6);
  EXPECT_EQ(ntohs(reinterpret_cast<SOCKADDR_IN6*>(list->ai_addr)->sin6_port), 80);
  FreeAddrInfoW(list);
  EXPECT_EQ(GetAddrInfoW(L"gr\u00fc\u00dfe", nullptr, nullptr, &list), WSAHOST_NOT_FOUND);
  EXPECT_EQ(list, nullptr);
}

TEST_F(NameLookup, the_answer_can_be_bound_and_connected) {
  ADDRINFOA hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  ADDRINFOA* list = nullptr;
  ASSERT_EQ(getaddrinfo(nullptr, "8080", &hints, &list), 0);
  const SOCKET listener = socket(list->ai_family, list->ai_socktype, list->ai_protocol);
  EXPECT_EQ(bind(listener, list->ai_addr, static_cast<int>(list->ai_addrlen)), 0);
  EXPECT_EQ(listen(listener, 1), 0);
  freeaddrinfo(list);
  ASSERT_EQ(getaddrinfo("mooring", "8080", nullptr, &list), 0);
  const SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_NE(list->ai_next, nullptr);
  EXPECT_EQ(connect(client, list->ai_next->ai_addr, static_cast<int>(list->ai_next->ai_addrlen)), 0);
  freeaddrinfo(list);
}

TEST_F(NameLookup, bad_pointers_are_faults) {
  const ADDRINFOA hints{};
  ADDRINFOA* list = nullptr;
  const BadMemory bad(list);
  for (void* place : bad.unreadable()) {
    EXPECT_EQ(getaddrinfo("localhost", "80", &hints, static_cast<ADDRINFOA**>(place)), WSAEFAULT);
    if (place == nullptr) continue;
    EXPECT_EQ(getaddrinfo("localhost", "80", static_cast<ADDRINFOA*>(place), &list), WSAEFAULT);
  }
  EXPECT_EQ(getaddrinfo("localhost", "80", &hints, static_cast<ADDRINFOA**>(bad.unwritable().back())),
            WSAEFAULT);
  auto* const one = reinterpret_cast<const char*>(1);
  list = reinterpret_cast<ADDRINFOA*>(8);
  EXPECT_EQ(getaddrinfo(one, "80", nullptr, &list), WSAEFAULT);
  EXPECT_EQ(list, nullptr) << "what an earlier call left is not freed twice";
  EXPECT_EQ(getaddrinfo("localhost", one, nullptr, &list), WSAEFAULT);
  EXPECT_EQ(GetAddrInfoW(reinterpret_cast<const wchar_t*>(1), nullptr, nullptr, nullptr), WSAEFAULT);
  EXPECT_TRUE(bad.is_intact());
}

// -- names of addresses ---------------------------------------------------------------------------

std::string named(const void* name, int length, int flags, DWORD room = NI_MAXHOST) {
  char host[NI_MAXHOST] = "";
  char service[NI_MAXSERV] = "";
  const int code =
      getnameinfo(static_cast<const sockaddr*>(name), length, host, room, service, sizeof(service), flags);
  return code == 0 ? std::string(host) + " " + service : "code " + std::to_string(code);
}

TEST_F(NameLookup, an_address_of_the_computer_has_its_name) {
  const SOCKADDR_IN loopback = ipv4_name(80);
  const SOCKADDR_IN own = ipv4_name(53, 0xc0a8010a);
  const SOCKADDR_IN other = ipv4_name(4000, 0x0a000001);
  const SOCKADDR_IN6 six = ipv6_name(443);
  EXPECT_EQ(named(&loopback, sizeof(loopback), 0), "mooring http");
  EXPECT_EQ(named(&own, sizeof(own), NI_DGRAM), "mooring domain");
  EXPECT_EQ(named(&own, sizeof(own), NI_NUMERICHOST), "192.168.1.10 domain");
  EXPECT_EQ(named(&six, sizeof(six), 0), "mooring https");
  EXPECT_EQ(named(&six, sizeof(six), NI_NUMERICHOST | NI_NUMERICSERV), "::1 443");
  EXPECT_EQ(named(&other, sizeof(other), 0), "10.0.0.1 4000");
  EXPECT_EQ(named(&other, sizeof(other), NI_NAMEREQD), "code 11001");
}

TEST_F(NameLookup, getnameinfo_refuses_what_it_cannot_name) {
  const SOCKADDR_IN name = ipv4_name(80);
  EXPECT_EQ(named(&name, sizeof(name) - 1, 0), "code 10014");
  EXPECT_EQ(named(nullptr, sizeof(name), 0), "code 10014");
  EXPECT_EQ(named(&name, -1, 0), "code 10014");
  EXPECT_EQ(named(&name, sizeof(name), 0x20), "code 10022");
  EXPECT_EQ(named(&name, sizeof(name), 0, 7), "code 122") << "mooring and a zero are eight characters";
  EXPECT_EQ(named(&name, sizeof(name), 0, 8), "mooring http");
  SOCKADDR_IN other = name;
  other.sin_family = AF_UNIX;
  EXPECT_EQ(named(&other, sizeof(other), 0), "code 10047");
  EXPECT_EQ(getnameinfo(reinterpret_cast<const sockaddr*>(&name), sizeof(name), nullptr, 0, nullptr, 0, 0),
            WSAHOST_NOT_FOUND);
  EXPECT_EQ(WSAGetLastError(), WSAHOST_NOT_FOUND);
  EXPECT_EQ(getnameinfo(reinterpret_cast<const sockaddr*>(&name), sizeof(name), reinterpret_cast<char*>(1),
                        100, nullptr, 0, 0),
            WSAEFAULT);
}

TEST_F(NameLookup, names_of_addresses_come_in_wide_characters_too) {
  const SOCKADDR_IN name = ipv4_name(80);
  wchar_t host[20];
  wchar_t service[20];
  ASSERT_EQ(GetNameInfoW(reinterpret_cast<const sockaddr*>(&name), sizeof(name), host, 20, service, 20, 0),
            0);
  EXPECT_STREQ(host, L"mooring");
  EXPECT_STREQ(service, L"http");
}

TEST_F(NameLookup, every_code_has_a_sentence) {
  EXPECT_STREQ(gai_strerrorA(WSAHOST_NOT_FOUND), "The host is not known.");
  EXPECT_STREQ(gai_strerrorW(EAI_SERVICE), L"The service is not known for this type of socket.");
  EXPECT_STREQ(gai_strerror(4711), "The code is none of a name look-up.");
}

// -- the computer's name --------------------------------------------------------------------------

TEST_F(NameLookup, gethostname_tells_the_computers_name_whatever_the_type_of_the_length) {
  char name[256];
  EXPECT_EQ(gethostname(name, sizeof(name)), 0);
  EXPECT_STREQ(name, "mooring");
  EXPECT_EQ(gethostname(name, 8), 0);
  const DWORD length = 8;
  EXPECT_EQ(gethostname(name, length), 0);
  for (const int room : {7, 0, -1}) expect_failure(WSAEFAULT, [&] { return gethostname(name, room); });
  expect_failure(WSAEFAULT, [] { return gethostname(reinterpret_cast<char*>(1), 100); });
  wchar_t wide[8];
  EXPECT_EQ(GetHostNameW(wide, 8), 0);
  EXPECT_STREQ(wide, L"mooring");
  expect_failure(WSAEFAULT, [&] { return GetHostNameW(wide, 7); });
  expect_failure(WSAEFAULT, [] { return GetHostNameW(nullptr, 100); });
}

// -- the old functions ----------------------------------------------------------------------------

TEST_F(NameLookup, gethostbyname_gives_ipv4_addresses) {
  const hostent* host = gethostbyname("mooring");
  ASSERT_NE(host, nullptr);
  EXPECT_STREQ(host->h_name, "mooring");
  EXPECT_EQ(host->h_addrtype, AF_INET);
  EXPECT_EQ(host->h_length, 4);
  EXPECT_EQ(host->h_aliases[0], nullptr);
  EXPECT_STREQ(inet_ntoa(*reinterpret_cast<IN_ADDR*>(host->h_addr)), "192.168.1.10");
  EXPECT_EQ(host->h_addr_list[1], nullptr);
  EXPECT_STREQ(gethostbyname(nullptr)->h_name, "mooring");
  EXPECT_STREQ(gethostbyname("")->h_name, "mooring");
  EXPECT_STREQ(inet_ntoa(*reinterpret_cast<IN_ADDR*>(gethostbyname("localhost")->h_addr)), "127.0.0.1");
  EXPECT_STREQ(gethostbyname("10.0.0.7")->h_name, "10.0.0.7");
}

template <class Look>
void expect_nothing(int code, Look&& look) {
  WSASetLastError(0);
  EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(WSAGetLastError(), code);
}

TEST_F(NameLookup, gethostbyname_and_gethostbyaddr_refuse_the_unknown) {
  expect_nothing(WSAHOST_NOT_FOUND, [] { return gethostbyname("example.com"); });
  expect_nothing(WSAHOST_NOT_FOUND, [] { return gethostbyname("::1"); });
  expect_nothing(WSAEFAULT, [] { return gethostbyname(reinterpret_cast<const char*>(1)); });
  const ULONG other = htonl(0x0a000001);
  const auto* bytes = reinterpret_cast<const char*>(&other);
  expect_nothing(WSAHOST_NOT_FOUND, [&] { return gethostbyaddr(bytes, 4, AF_INET); });
  expect_nothing(WSAEFAULT, [&] { return gethostbyaddr(bytes, 3, AF_INET); });
  expect_nothing(WSAEFAULT, [] { return gethostbyaddr(nullptr, 4, AF_INET); });
  expect_nothing(WSAEAFNOSUPPORT, [&] { return gethostbyaddr(bytes, 4, AF_UNIX); });
}

TEST_F(NameLookup, gethostbyaddr_knows_the_computers_addresses) {
  const hostent* host = gethostbyaddr(reinterpret_cast<const char*>(&in6addr_loopback), 16, AF_INET6);
  ASSERT_NE(host, nullptr);
  EXPECT_STREQ(host->h_name, "mooring");
  EXPECT_EQ(host->h_length, 16);
  EXPECT_EQ(std::memcmp(host->h_addr, &in6addr_loopback, 16), 0);
}

TEST_F(NameLookup, services_are_known_by_name_alias_and_port) {
  const servent* service = getservbyname("http", "tcp");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->s_port, static_cast<short>(htons(80)));
  EXPECT_STREQ(service->s_proto, "tcp");
  EXPECT_STREQ(service->s_aliases[0], "www");
  EXPECT_STREQ(getservbyname("www", nullptr)->s_name, "http");
  EXPECT_STREQ(getservbyname("domain", "udp")->s_proto, "udp");
  EXPECT_STREQ(getservbyport(htons(22), "tcp")->s_name, "ssh");
  expect_nothing(WSANO_DATA, [] { return getservbyname("http", "udp"); });
  expect_nothing(WSANO_DATA, [] { return getservbyname("http", "sctp"); });
  expect_nothing(WSANO_DATA, [] { return getservbyport(htons(22), "udp"); });
  expect_nothing(WSAEFAULT, [] { return getservbyname(nullptr, "tcp"); });
  expect_nothing(WSAEFAULT, [] { return getservbyname("http", reinterpret_cast<const char*>(1)); });
}

TEST_F(NameLookup, protocols_are_known_by_name_alias_and_number) {
  EXPECT_EQ(getprotobyname("tcp")->p_proto, IPPROTO_TCP);
  EXPECT_STREQ(getprotobyname("UDP")->p_name, "udp");
  EXPECT_STREQ(getprotobynumber(58)->p_name, "ipv6-icmp");
  EXPECT_STREQ(getprotobynumber(6)->p_aliases[0], "TCP");
  expect_nothing(WSANO_DATA, [] { return getprotobyname("nonesuch"); });
  expect_nothing(WSANO_DATA, [] { return getprotobynumber(250); });
  expect_nothing(WSAEFAULT, [] { return getprotobyname(nullptr); });
}

TEST_F(NameLookup, answers_belong_to_their_thread) {
  const hostent* host = gethostbyname("10.0.0.7");
  IN_ADDR address;
  address.s_addr = htonl(INADDR_LOOPBACK);
  const char* text = inet_ntoa(address);
  std::thread([this] {
    const ScopedProcess attached(process_);
    EXPECT_NE(gethostbyname("10.0.0.8"), nullptr);
    IN_ADDR other;
    other.s_addr = 0;
    EXPECT_STREQ(inet_ntoa(other), "0.0.0.0");
  }).join();
  EXPECT_STREQ(host->h_name, "10.0.0.7");
  EXPECT_STREQ(text, "127.0.0.1");
}

TEST_F(NameLookup, wants_winsock_started) {
  const ScopedProcess as_fresh(process({TokenKind::StandardUser, "bob"}, 0));
  ADDRINFOA* list = nullptr;
  const SOCKADDR_IN name = ipv4_name(80);
  char text[10];
  EXPECT_EQ(getaddrinfo("localhost", nullptr, nullptr, &list), WSANOTINITIALISED);
  EXPECT_EQ(named(&name, sizeof(name), 0), "code 10093");
  expect_failure(WSANOTINITIALISED, [&] { return gethostname(text, 10); });
  expect_nothing(WSANOTINITIALISED, [] { return gethostbyname("localhost"); });
  expect_nothing(WSANOTINITIALISED, [] { return gethostbyaddr(nullptr, 4, AF_INET); });
  expect_nothing(WSANOTINITIALISED, [] { return getservbyname("http", nullptr); });
  expect_nothing(WSANOTINITIALISED, [] { return getservbyport(80, nullptr); });
  expect_nothing(WSANOTINITIALISED, [] { return getprotobyname("tcp"); });
  expect_nothing(WSANOTINITIALISED, [] { return getprotobynumber(6); });
  IN_ADDR any;
  any.s_addr = 0;
  EXPECT_STREQ(inet_ntoa(any), "0.0.0.0");
}

}  // namespace
}  // namespace berth::test
