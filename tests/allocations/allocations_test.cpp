// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

// This program counts: every form of operator new ends in one of these two.
namespace {
thread_local std::uint64_t allocations_of_this_thread = 0;

void* counted(std::size_t size) {
  ++allocations_of_this_thread;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* counted(std::size_t size, std::size_t alignment) {
  ++allocations_of_this_thread;
  if (void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment))
    return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace berth {
namespace {

const Address kAny = Address::any(Family::Ipv4);

/// A machine whose records and pages have been used before, as those of any program soon have.
class WarmMachine : public testing::Test {
 protected:
  WarmMachine() {
    // Every port of both transports once: the pages of the port maps are there.
    for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
      const SocketId socket = open(transport);
      release(socket, granted(request::Acquire{socket, {1, 65535}}).token);
      for (std::uint32_t port = 1; port <= kLastPort; port += 64) {
        const SocketId one = open(transport);
        granted(request::Bind{one, {kAny, static_cast<Port>(port)}});
        close(one);
      }
      close(socket);
    }
    std::vector<SocketId> sockets;
    for (int i = 0; i < 100; ++i) sockets.push_back(open());
    for (const SocketId socket : sockets) granted(request::Acquire{socket, {0, 2}});
    for (const SocketId socket : sockets) close(socket);
  }

  Outcome ask(const Request& request) { return machine->submit(me, request); }
  Reply granted(const Request& request) {
    const Outcome outcome = ask(request);
    EXPECT_TRUE(std::holds_alternative<Reply>(outcome)) << kRequestNames[request.index()];
    return std::holds_alternative<Reply>(outcome) ? std::get<Reply>(outcome) : Reply{};
  }
  void refused(const Request& request) {
    EXPECT_TRUE(std::holds_alternative<Refusal>(ask(request))) << kRequestNames[request.index()];
  }
  SocketId open(Transport transport = Transport::Tcp) {
    return granted(request::OpenSocket{transport, Family::Ipv4}).socket;
  }
  void close(SocketId socket) { granted(request::CloseSocket{socket}); }
  void release(SocketId socket, Token token) { granted(request::Release{socket, token}); }

  static void expect_none(const std::function<void()>& work) {
    for (int round = 0; round < 100; ++round) {
      const std::uint64_t before = allocations_of_this_thread;
      work();
      ASSERT_EQ(allocations_of_this_thread, before) << "in round " << round;
    }
  }

  std::unique_ptr<Machine> machine = std::move(Machine::start()).value();
  ProcessId me = machine->start_process({TokenKind::ElevatedAdministrator, "me"});
  ProcessId other = machine->start_process({TokenKind::StandardUser, "me"});
};

TEST_F(WarmMachine, CountsWhatIsAllocated) {
  const std::uint64_t before = allocations_of_this_thread;
  const auto page = std::make_unique<std::string>(1000, 'x');
  EXPECT_EQ(allocations_of_this_thread, before + 2);
}

TEST_F(WarmMachine, AcquiresAndReleasesWithoutAllocating) {
  const SocketId socket = open();
  expect_none([&] { release(socket, granted(request::Acquire{socket, {5000, 20}}).token); });
  expect_none([&] { release(socket, granted(request::Acquire{socket, {0, 64}}).token); });
  expect_none([&] { release(socket, granted(request::Acquire{socket, {0, 9000}}).token); });
}

TEST_F(WarmMachine, RefusesToAcquireAndReleaseWithoutAllocating) {
  const SocketId socket = open();
  granted(request::Acquire{socket, {5000, 20}});
  granted(request::Acquire{socket, {49152, 16384}});
  expect_none([&] {
    refused(request::Acquire{socket, {5010, 1}});
    refused(request::Acquire{socket, {5010, 0}});
    refused(request::Acquire{socket, {0, 1}});
    refused(request::Release{socket, Token{7}});
    refused(request::Release{SocketId{7}, Token{7}});
  });
}

TEST_F(WarmMachine, OpensAssociatesBindsAndClosesWithoutAllocating) {
  const SocketId anchor = open();
  const Token token = granted(request::Acquire{anchor, {5000, 20}}).token;
  expect_none([&] {
    const SocketId from_block = open();
    granted(request::Associate{from_block, token});
    granted(request::Bind{from_block, {kAny, 0}});
    const SocketId explicit_port = open();
    granted(request::Associate{explicit_port, token});
    granted(request::Bind{explicit_port, {kAny, 5019}});
    granted(request::NameOf{explicit_port});
    close(explicit_port);
    close(from_block);
  });
  expect_none([&] {
    const SocketId plain = open();
    granted(request::Bind{plain, {kAny, 8080}});
    granted(request::Listen{plain});
    const SocketId accepted = granted(request::Accept{plain, Address::loopback(Family::Ipv4)}).socket;
    granted(request::ConnectionClosed{accepted});
    close(accepted);
    close(plain);
  });
  expect_none([&] {
    const SocketId automatic = open(Transport::Udp);
    granted(request::ImplicitBind{automatic});
    close(automatic);
  });
}

TEST_F(WarmMachine, RefusesToAssociateAndBindWithoutAllocating) {
  const SocketId anchor = open();
  granted(request::Acquire{anchor, {5000, 1}});
  const SocketId bound = open();
  granted(request::Bind{bound, {kAny, 8080}});
  const SocketId socket = open();
  expect_none([&] {
    refused(request::Associate{socket, Token{7}});
    refused(request::Bind{socket, {kAny, 5000}});
    refused(request::Bind{socket, {kAny, 8080}});
    refused(request::Bind{bound, {kAny, 1}});
    refused(request::CloseSocket{SocketId{7}});
    refused(request::NameOf{socket});
  });
}

TEST_F(WarmMachine, LooksUpWithoutAllocating) {
  granted(request::CreatePersistent{Transport::Tcp, {6000, 10}});
  expect_none([&] {
    granted(request::LookupPersistent{Transport::Tcp, {6000, 10}});
    refused(request::LookupPersistent{Transport::Tcp, {6000, 11}});
    refused(request::LookupPersistent{Transport::Tcp, {0, 0}});
  });
}

TEST_F(WarmMachine, SharesASocketWithoutAllocating) {
  const SocketId socket = open();
  const auto share = [&] {
    granted(request::DuplicateSocket{socket, other});
    EXPECT_TRUE(std::holds_alternative<Reply>(machine->submit(other, request::CloseSocket{socket})));
  };
  share();
  expect_none(share);
}

}  // namespace
}  // namespace berth
