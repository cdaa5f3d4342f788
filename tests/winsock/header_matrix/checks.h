// SPDX-License-Identifier: MIT
//
// What every build of the matrix checks when it runs, in C and in C++.
#ifndef BERTH_TESTS_HEADER_MATRIX_CHECKS_H
#define BERTH_TESTS_HEADER_MATRIX_CHECKS_H

static int failures = 0;

static void check(int is_right, const char* fact, int line) {
  if (!is_right) {
    ++failures;
    fprintf(stderr, "line %d: not so: %s\n", line, fact);
  }
}
#define CHECK(fact) check((fact) ? 1 : 0, #fact, __LINE__)

static void check_types(void) {
  CHECK(sizeof(DWORD) == 4 && sizeof(LONG) == 4 && sizeof(ULONG) == 4 && sizeof(u_long) == 4);
  CHECK(sizeof(BOOL) == 4 && sizeof(WORD) == 2 && sizeof(BYTE) == 1);
  CHECK(sizeof(SOCKET) == 8 && INVALID_SOCKET == UINT64_MAX && SOCKET_ERROR == -1);
  CHECK(sizeof(socklen_t) == 4 && (socklen_t)-1 < 0);
  CHECK(sizeof(ULONG64) == 8 && sizeof(unsigned __int64) == 8 && sizeof(SIZE_T) == sizeof(size_t));
  CHECK(MAKEWORD(2, 1) == 0x0102 && LOBYTE(0x0102) == 2 && HIBYTE(0x0102) == 1);
  CHECK(MAKELONG(2, 1) == 0x00010002 && LOWORD(0x00010002) == 2 && HIWORD(0x00010002) == 1);
}

// Constants that Linux has under the same names with other values.
static void check_constants(void) {
  CHECK(AF_INET == 2 && AF_INET6 == 23 && SOCK_STREAM == 1 && SOCK_DGRAM == 2);
  CHECK(IPPROTO_TCP == 6 && IPPROTO_UDP == 17 && IPPROTO_IPV6 == 41);
  CHECK(SOL_SOCKET == 0xffff && SO_REUSEADDR == 4 && SO_EXCLUSIVEADDRUSE == -5);
  CHECK(SO_RANDOMIZE_PORT == 0x3005 && SO_RCVTIMEO == 0x1006 && SO_ERROR == 0x1007 && SO_TYPE == 0x1008);
  CHECK(IPV6_V6ONLY == 27 && TCP_NODELAY == 1 && SOMAXCONN == 0x7fffffff);
  CHECK(IOC_IN == 0x80000000u && IOC_OUT == 0x40000000u && IOC_VOID == 0x20000000u);
  CHECK(SIO_CPU_AFFINITY == 2550136853u);
  CHECK(SIO_ACQUIRE_PORT_RESERVATION == 2550136932u);
  CHECK(SIO_RELEASE_PORT_RESERVATION == 2550136933u);
  CHECK(SIO_ASSOCIATE_PORT_RESERVATION == 2550136934u);
  CHECK(WSAEACCES == 10013 && WSAEADDRINUSE == 10048 && WSA_IO_PENDING == 997);
  CHECK(NO_ERROR == 0 && ERROR_SHARING_VIOLATION == 32 && ERROR_NOT_FOUND == 1168);
}

static void check_addresses(void) {
  struct sockaddr_in four;
  SOCKADDR_IN6 six;
  IN_ADDR parsed;
  char text[INET6_ADDRSTRLEN];
  memset(&four, 0, sizeof(four));
  memset(&six, 0, sizeof(six));
  four.sin_family = AF_INET;
  four.sin_port = htons(5000);
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(memcmp(&four, "\x02\x00\x13\x88\x7f\x00\x00\x01", 8) == 0);
  CHECK(four.sin_addr.S_un.S_un_b.s_b1 == 127 && ntohs(four.sin_port) == 5000);
  CHECK(ntohl(four.sin_addr.S_un.S_addr) == 0x7f000001);
  CHECK(inet_addr("127.0.0.1") == four.sin_addr.s_addr);
  CHECK(inet_pton(AF_INET, "10.0.0.1", &parsed) == 1 && parsed.S_un.S_un_b.s_b1 == 10);
  CHECK(strcmp(inet_ntop(AF_INET, &parsed, text, sizeof(text)), "10.0.0.1") == 0);
  six.sin6_addr = in6addr_loopback;
  CHECK(six.sin6_addr.s6_addr[15] == 1 && six.sin6_addr.u.Word[0] == 0);
  CHECK(sizeof(six) == 28 && sizeof(SOCKADDR_STORAGE) == 128 && sizeof(WSADATA) == 408);
}

static void check_last_error(void) {
  WSASetLastError(WSAEFAULT);
  CHECK(WSAGetLastError() == WSAEFAULT);
  WSASetLastError(0);
  CHECK(WSAGetLastError() == 0);
}

static void check_socket_sets(void) {
  fd_set set;
  SOCKET s = 4;
  FD_ZERO(&set);
  for (; s <= 4 * (SOCKET)FD_SETSIZE; s += 4) {
    FD_SET(s, &set);
    FD_SET(s, &set);
  }
  CHECK(set.fd_count == FD_SETSIZE);
  FD_SET((SOCKET)5000000, &set);
  CHECK(set.fd_count == FD_SETSIZE && !FD_ISSET((SOCKET)5000000, &set));
  FD_CLR((SOCKET)8, &set);
  FD_CLR((SOCKET)8, &set);
  CHECK(set.fd_count == FD_SETSIZE - 1 && !FD_ISSET((SOCKET)8, &set));
  CHECK(FD_ISSET((SOCKET)4, &set) && FD_ISSET((SOCKET)12, &set) && set.fd_array[1] == 12);
}

static void check_reservation_structures(void) {
  INET_PORT_RANGE range;
  INET_PORT_RESERVATION_INSTANCE granted;
  const unsigned char bytes[16] = {0x13, 0x88, 20, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
  range.StartPort = htons(5000);
  range.NumberOfPorts = 20;
  CHECK(sizeof(range) == 4 && memcmp(&range, bytes, 4) == 0);
  CHECK(sizeof(granted) == 16);
  memcpy(&granted, bytes, sizeof(granted));
#ifdef __cplusplus
  CHECK(ntohs(granted.Reservation.StartPort) == 5000 && granted.Reservation.NumberOfPorts == 20);
  CHECK(granted.Token.Token == 0x0807060504030201u);
#else
  CHECK(ntohs(granted.StartPort) == 5000 && granted.NumberOfPorts == 20);
  CHECK(granted.Token == 0x0807060504030201u);
#endif
  CHECK(INVALID_PORT_RESERVATION_TOKEN == 0);
}

static void check_kinds_of_addresses(void) {
  SOCKADDR_IN6 six;
  SOCKADDR_IN four;
  IN6ADDR_SETLOOPBACK(&six);
  CHECK(IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) && !IN6_IS_ADDR_V4MAPPED(&six.sin6_addr));
  four.sin_family = AF_INET;
  INETADDR_SETLOOPBACK((SOCKADDR*)&four);
  CHECK(IN4_IS_ADDR_LOOPBACK(&four.sin_addr) && INETADDR_ISLOOPBACK((SOCKADDR*)&four));
  CHECK(strcmp(inet_ntoa(four.sin_addr), "127.0.0.1") == 0);
}

// libc's own functions, beside ours.
static void check_libc(void) {
  struct timeval now;
  struct stat folder;
  char name[256];
  CHECK(gettimeofday(&now, NULL) == 0 && now.tv_sec > 0);
  CHECK(stat("/", &folder) == 0);
  CHECK(getcwd(name, sizeof(name)) != NULL);
}

// ---------------------------------------------------------------------------------------------------
// Calls that ask the emulated machine

static void check_a_block_of_ports(SOCKET s) {
  INET_PORT_RANGE range;
  INET_PORT_RESERVATION_INSTANCE granted;
  SOCKADDR_IN address;
  ULONG64 token;
  DWORD count = 99;
  int size = sizeof(address);
  range.StartPort = htons(5000);
  range.NumberOfPorts = 20;
  CHECK(WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &granted, sizeof(granted), &count,
                 NULL, NULL) == 0);
  CHECK(count == 16);
#ifdef __cplusplus
  token = granted.Token.Token;
#else
  token = granted.Token;
#endif
  CHECK(WSAIoctl(s, SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof(token), NULL, 0, &count, NULL, NULL) == 0);
  CHECK(count == 0);
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  CHECK(bind(s, (struct sockaddr*)&address, sizeof(address)) == 0);
  CHECK(getsockname(s, (SOCKADDR*)&address, &size) == 0 && size == 16);
  CHECK(ntohs(address.sin_port) >= 5000 && ntohs(address.sin_port) < 5020);
  CHECK(listen(s, SOMAXCONN) == 0);
}

static void check_options(SOCKET s) {
  BOOL yes = TRUE;
  BOOL answer = FALSE;
  int size = sizeof(answer);
  CHECK(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char*)&yes, sizeof(yes)) == 0);
  CHECK(getsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char*)&answer, &size) == 0);
  CHECK(answer != FALSE && size == 4);
}

static void check_persistent_reservations(void) {
  ULONG64 token = 7;
  CHECK(CreatePersistentTcpPortReservation(0, 1, &token) == ERROR_INVALID_PARAMETER);
  CHECK(CreatePersistentUdpPortReservation(0, 1, &token) == ERROR_INVALID_PARAMETER);
  CHECK(LookupPersistentTcpPortReservation(htons(6000), 1, &token) == ERROR_NOT_FOUND);
  CHECK(LookupPersistentUdpPortReservation(htons(6000), 1, &token) == ERROR_NOT_FOUND);
  CHECK(DeletePersistentTcpPortReservation(0, 1) == ERROR_INVALID_PARAMETER);
  CHECK(DeletePersistentUdpPortReservation(0, 1) == ERROR_INVALID_PARAMETER);
  CHECK(token == 7);
}

static void check_names(void) {
  ADDRINFOA hints;
  PADDRINFOA list = NULL;
  struct addrinfo* each;
  struct hostent* host;
  struct servent* service;
  char name[256];
  DWORD length = sizeof(name);
  int count = 0;
  memset(&hints, 0, sizeof(hints));
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  CHECK(getaddrinfo(NULL, "http", &hints, &list) == 0);
  for (each = list; each != NULL; each = each->ai_next) {
    count += ntohs(((struct sockaddr_in*)(void*)each->ai_addr)->sin_port);
  }
  CHECK(count == 160 && list->ai_family == AF_INET6);
  freeaddrinfo(list);
  CHECK(getaddrinfo("example.com", NULL, NULL, &list) == EAI_NONAME && list == NULL);
  CHECK(gethostname(name, sizeof(name)) == 0 && strcmp(name, "berth") == 0);
  CHECK(gethostname(name, 256) == 0 && gethostname(name, length) == 0 && gethostname(name, 5) == -1);
  CHECK(WSAGetLastError() == WSAEFAULT);
  host = gethostbyname("localhost");
  CHECK(host != NULL && host->h_length == 4 && host->h_addr[0] == 127);
  service = getservbyname("domain", "udp");
  CHECK(service != NULL && service->s_port == htons(53));
  CHECK(getprotobyname("tcp")->p_proto == IPPROTO_TCP);
}

static void check_the_machine(void) {
  WSADATA data;
  SOCKET s;
  CHECK(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET && WSAGetLastError() == WSANOTINITIALISED);
  CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0 && data.wVersion == 0x0202);
  s = WSASocket(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
  CHECK(s != INVALID_SOCKET);
  check_options(s);
  check_a_block_of_ports(s);
  check_names();
  CHECK(closesocket(s) == 0);
  CHECK(closesocket(s) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK);
  check_persistent_reservations();
  CHECK(WSACleanup() == 0);
}

static int run_checks(void) {
  check_types();
  check_constants();
  check_addresses();
  check_last_error();
  check_socket_sets();
  check_reservation_structures();
  check_kinds_of_addresses();
  check_libc();
  check_the_machine();
  return failures == 0 ? 0 : 1;
}

#endif
