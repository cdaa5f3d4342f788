// SPDX-License-Identifier: MIT
// What the tests of the Windows functions share. <winsock2.h> comes first: POSIX' socket headers must not.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <mstcpip.h>

#include <iphlpapi.h>

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <berth/machine/machine.h>
#include <berth/testing.h>
#include <berth/winsock/attach.h>

namespace berth::test {

inline int open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

inline std::shared_ptr<Machine> started_machine(World world = {}, Profile profile = {}) {
  auto machine = Machine::start({.world = std::move(world), .profile = std::move(profile)});
  return machine ? std::shared_ptr<Machine>(std::move(machine).value()) : nullptr;
}

/// Places where an object of `size` bytes cannot be, each a trap of another kind. The bytes that can be there
/// are those of the object.
class BadMemory {
 public:
  BadMemory(const void* object, std::size_t size) : size_(size), object_(bytes_at(object), size) {
    void* mapped = mmap(nullptr, 5 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(mapped, MAP_FAILED);
    mapped_ = static_cast<char*>(mapped);
    std::memcpy(straddling(), object, size - 1);
    std::memcpy(read_only(), object, size);
    EXPECT_EQ(mprotect(mapped_ + kPage, kPage, PROT_NONE), 0);
    EXPECT_EQ(mprotect(mapped_ + 2 * kPage, kPage, PROT_READ), 0);
    EXPECT_EQ(munmap(mapped_ + 3 * kPage, kPage), 0);
  }
  template <class Object>
  explicit BadMemory(const Object& object) : BadMemory(&object, sizeof(object)) {}
  BadMemory(const BadMemory&) = delete;
  BadMemory& operator=(const BadMemory&) = delete;
  ~BadMemory() { munmap(mapped_, 5 * kPage); }

  [[nodiscard]] std::vector<void*> unreadable() const {
    return {nullptr,
            at(1),
            at(UINTPTR_MAX),
            mapped_ + kPage + 8,      // no access
            mapped_ + 3 * kPage,      // unmapped
            mapped_ + 2 * kPage - 1,  // before what is read-only
            straddling()};
  }
  [[nodiscard]] std::vector<void*> unwritable() const {
    std::vector<void*> places = unreadable();
    places.push_back(read_only());
    return places;
  }
  /// True while nothing was written to the part that can be.
  [[nodiscard]] bool is_intact() const { return std::memcmp(straddling(), object_.data(), size_ - 1) == 0; }

 private:
  static constexpr std::size_t kPage = 4096;
  static void* at(std::uintptr_t address) { return reinterpret_cast<void*>(address); }
  static const char* bytes_at(const void* object) { return static_cast<const char*>(object); }
  [[nodiscard]] char* straddling() const { return mapped_ + kPage - (size_ - 1); }
  [[nodiscard]] char* read_only() const { return mapped_ + 2 * kPage + 64; }

  std::size_t size_;
  std::string object_;
  char* mapped_ = nullptr;
};

/// An object at an odd address.
template <class Object>
class Odd {
 public:
  explicit Odd(const Object& object = {}) { std::memcpy(place(), &object, sizeof(Object)); }
  Object* get() { return reinterpret_cast<Object*>(place()); }
  Object value() {
    Object object;
    std::memcpy(&object, place(), sizeof(Object));
    return object;
  }

 private:
  char* place() { return bytes_.data() + 1; }
  alignas(16) std::array<char, sizeof(Object) + 1> bytes_{};
};

inline sockaddr* as_name(void* name) { return static_cast<sockaddr*>(name); }

inline SOCKADDR_IN ipv4_name(USHORT port, ULONG address = INADDR_LOOPBACK) {
  SOCKADDR_IN name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address);
  return name;
}

inline SOCKADDR_IN6 ipv6_name(USHORT port) {
  SOCKADDR_IN6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  name.sin6_addr = in6addr_loopback;
  return name;
}

inline SOCKET tcp() { return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP); }
inline SOCKET udp() { return socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP); }

inline int bind_to(SOCKET s, USHORT port) {
  SOCKADDR_IN name = ipv4_name(port);
  return bind(s, as_name(&name), sizeof(name));
}

inline USHORT port_of(SOCKET s) {
  SOCKADDR_IN name{};
  int length = sizeof(name);
  return getsockname(s, as_name(&name), &length) == 0 ? ntohs(name.sin_port) : USHORT{0};
}

using Instance = INET_PORT_RESERVATION_INSTANCE;

/// What the machine granted; nothing when it refused. Start 0 lets it choose.
inline std::optional<Instance> acquired(SOCKET s, USHORT start, USHORT count) {
  INET_PORT_RANGE range{htons(start), count};
  Instance instance{};
  DWORD bytes = 0;
  if (WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof(range), &instance, sizeof(instance), &bytes,
               nullptr, nullptr) != 0)
    return std::nullopt;
  EXPECT_EQ(bytes, sizeof(instance));
  return instance;
}

inline int with_token(SOCKET s, DWORD code, ULONG64 token) {
  DWORD bytes = 0;
  return WSAIoctl(s, code, &token, sizeof(token), nullptr, 0, &bytes, nullptr, nullptr);
}
inline int associate(SOCKET s, ULONG64 token) { return with_token(s, SIO_ASSOCIATE_PORT_RESERVATION, token); }
inline int release(SOCKET s, ULONG64 token) { return with_token(s, SIO_RELEASE_PORT_RESERVATION, token); }

/// What a program finds in its last error before a call, to see whether the call sets it.
inline constexpr int kNoCode = 4711;

/// A thread that is a process, with Winsock started, of a machine of its own, as users of the kit have it.
class FaceTest : public testing::Test {
 protected:
  explicit FaceTest(World world = {}, Profile profile = {})
      : pc_({.world = std::move(world),
             .profile = std::move(profile),
             .identity = {TokenKind::ElevatedAdministrator, "alice"},
             .start_ups = 1}),
        machine_(std::shared_ptr<void>(), &pc_.emulated()),
        process_(pc_.process()) {
    pc_.allow_leaks();  // what a call leaves behind when it should not is looked for call by call
  }

  std::shared_ptr<WindowsProcess> process(const Identity& identity, int start_ups) const {
    return WindowsProcess::of(machine_, machine_->start_process(identity), start_ups);
  }

  /// The call fails with that code, and leaves machine and descriptors as they were.
  template <class Call>
  void expect_failure(int code, Call&& call) {
    const std::uint64_t before = machine_->state_hash();
    const int descriptors = open_descriptors();
    WSASetLastError(kNoCode);
    EXPECT_EQ(static_cast<int>(call()), SOCKET_ERROR);
    EXPECT_EQ(WSAGetLastError(), code);
    EXPECT_EQ(machine_->state_hash(), before) << "a failed call changes nothing";
    EXPECT_EQ(open_descriptors(), descriptors);
  }

  /// The call succeeds and leaves that last error.
  template <class Call>
  void expect_success(int last_error, Call&& call) {
    WSASetLastError(kNoCode);
    EXPECT_EQ(static_cast<int>(call()), 0) << "last error " << WSAGetLastError();
    EXPECT_EQ(WSAGetLastError(), last_error);
    EXPECT_EQ(last_refusal(), std::nullopt);
  }

  berth::testing::Machine pc_;
  std::shared_ptr<Machine> machine_;  // the kit's, which owns it
  std::shared_ptr<WindowsProcess> process_;
};

/// The rule that made this thread's last call fail.
inline std::optional<Rule> last_rule() {
  const auto refusal = last_refusal();
  return refusal ? std::optional<Rule>(refusal->rule) : std::nullopt;
}

}  // namespace berth::test
