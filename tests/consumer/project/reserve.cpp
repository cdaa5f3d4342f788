// SPDX-License-Identifier: MIT
// The same in C++, where the reservation's members have names, and after the standard headers.
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>

#include <winsock2.h>

#include <mstcpip.h>

#include <iphlpapi.h>

namespace {

void expect(bool fact, const char* what) {
  if (!fact)
    throw std::runtime_error(std::string(what) + ", last error " + std::to_string(WSAGetLastError()));
}

class Socket {
 public:
  Socket() : handle_(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { closesocket(handle_); }
  SOCKET get() const { return handle_; }

 private:
  SOCKET handle_;
};

void reserve_for_this_run() {
  const Socket holder;
  const Socket user;
  INET_PORT_RANGE wish{};
  wish.NumberOfPorts = 2;
  INET_PORT_RESERVATION_INSTANCE granted{};
  DWORD bytes = 0;
  expect(WSAIoctl(holder.get(), SIO_ACQUIRE_PORT_RESERVATION, &wish, sizeof wish, &granted, sizeof granted,
                  &bytes, nullptr, nullptr) == 0,
         "acquire");
  expect(WSAIoctl(user.get(), SIO_ASSOCIATE_PORT_RESERVATION, &granted.Token, sizeof granted.Token, nullptr,
                  0, &bytes, nullptr, nullptr) == 0,
         "associate");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = granted.Reservation.StartPort;
  expect(bind(user.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  int length = sizeof address;
  expect(getsockname(user.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
  expect(address.sin_port == granted.Reservation.StartPort, "the port that was asked for");
  expect(WSAIoctl(holder.get(), SIO_RELEASE_PORT_RESERVATION, &granted.Token.Token,
                  sizeof granted.Token.Token, nullptr, 0, &bytes, nullptr, nullptr) == 0,
         "release");
}

void reserve_for_good() {
  ULONG64 created = 0;
  ULONG64 found = 0;
  expect(CreatePersistentUdpPortReservation(htons(51000), 4, &created) == NO_ERROR, "create");
  expect(LookupPersistentUdpPortReservation(htons(51000), 4, &found) == NO_ERROR, "look up");
  expect(created == found, "the token of creation");
  expect(DeletePersistentUdpPortReservation(htons(51000), 4) == NO_ERROR, "delete");
}

}  // namespace

int main() {
  try {
    WSADATA data;
    expect(WSAStartup(MAKEWORD(2, 2), &data) == 0, "start");
    std::bind(reserve_for_this_run)();
    reserve_for_good();
    expect(WSACleanup() == 0, "clean up");
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
  std::cout << "reserved, used and released\n";
  return 0;
}
