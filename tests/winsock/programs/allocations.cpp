// SPDX-License-Identifier: MIT
// After warm-up none of these calls asks for memory, granted or refused.
#include <winsock2.h>

#include <mstcpip.h>

#include <iphlpapi.h>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

bool counting = false;
long allocations = 0;

void* allocate(std::size_t size) {
  if (counting) ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

void expect(bool fact, const char* what) {
  if (fact) return;
  std::printf("not so: %s (last error %d)\n", what, WSAGetLastError());
  std::exit(1);
}

SOCKET tcp() { return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP); }

int with_token(SOCKET s, DWORD code, ULONG64 token) {
  DWORD bytes = 0;
  return WSAIoctl(s, code, &token, sizeof(token), nullptr, 0, &bytes, nullptr, nullptr);
}

ULONG64 acquire(SOCKET s, USHORT start, USHORT count) {
  INET_PORT_RANGE range{htons(start), count};
  INET_PORT_RESERVATION_INSTANCE granted{};
  DWORD bytes = 0;
  const int result = WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &granted,
                              sizeof(granted), &bytes, nullptr, nullptr);
  return result == 0 ? granted.Token.Token : 0;
}

int bind_to(SOCKET s, USHORT port) {
  SOCKADDR_IN name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  return bind(s, reinterpret_cast<sockaddr*>(&name), sizeof(name));
}

void look_up(bool there) {
  ULONG64 token = 0;
  const ULONG code = LookupPersistentTcpPortReservation(htons(there ? 7000 : 7001), 5, &token);
  expect(code == static_cast<ULONG>(there ? NO_ERROR : ERROR_NOT_FOUND), "lookup");
}

// Every call once granted and once refused. Closing gives back what was taken, so that a second round finds
// the machine as the first one did.
void round_of_calls(SOCKET holder) {
  const SOCKET user = tcp();
  const SOCKET other = tcp();
  const ULONG64 token = acquire(holder, 5000, 20);
  const ULONG64 anywhere = acquire(holder, 0, 20);
  expect(token != 0 && anywhere != 0, "acquire");
  expect(acquire(holder, 5010, 1) == 0, "acquire what is taken");
  expect(acquire(holder, 65535, 2) == 0, "acquire past the last port");
  expect(with_token(user, SIO_ASSOCIATE_PORT_RESERVATION, token) == 0, "associate");
  expect(with_token(user, SIO_ASSOCIATE_PORT_RESERVATION, token + 1) != 0, "associate with nothing");
  expect(bind_to(user, 0) == 0, "bind in the block");
  expect(bind_to(user, 0) != 0, "bind again");
  expect(bind_to(other, 5001) != 0, "bind in a block of nobody's socket");
  expect(bind_to(other, 0) == 0, "bind");
  expect(with_token(other, SIO_RELEASE_PORT_RESERVATION, token) == 0, "release");
  expect(with_token(other, SIO_RELEASE_PORT_RESERVATION, token) != 0, "release again");
  expect(with_token(other, SIO_RELEASE_PORT_RESERVATION, anywhere) == 0, "release what the system chose");
  look_up(true);
  look_up(false);
  expect(closesocket(user) == 0 && closesocket(other) == 0, "close");
  expect(closesocket(user) != 0, "close again");
}

// The machine has memory for a stretch of ports once one of them was used, and its choices wander.
void use_every_dynamic_port(SOCKET holder) {
  for (int port = 49152; port <= 65535; ++port) {
    const SOCKET s = tcp();
    expect(bind_to(s, 0) == 0 && closesocket(s) == 0, "bind to the next port");
  }
  for (int port = 49152; port < 65535; port += 64) {
    const ULONG64 token = acquire(holder, static_cast<USHORT>(port), 1);
    expect(with_token(holder, SIO_RELEASE_PORT_RESERVATION, token) == 0, "release the next port");
  }
}

}  // namespace

int main() {
  setenv("BERTH_IDENTITY", "elevated-administrator", 1);
  WSADATA data;
  expect(WSAStartup(MAKEWORD(2, 2), &data) == 0, "start");
  ULONG64 token = 0;
  expect(CreatePersistentTcpPortReservation(htons(7000), 5, &token) == NO_ERROR, "create");
  const SOCKET holder = tcp();
  use_every_dynamic_port(holder);
  for (int round = 0; round < 200; ++round) round_of_calls(holder);
  counting = true;
  for (int round = 0; round < 1000; ++round) round_of_calls(holder);
  counting = false;
  std::printf("%ld calls of operator new in 1000 rounds\n", allocations);
  return allocations == 0 ? 0 : 1;
}
