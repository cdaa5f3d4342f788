// SPDX-License-Identifier: MIT
// Plain Windows calls: this file knows Windows by its headers alone, so that it also builds natively.
#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <mstcpip.h>

#include <array>
#include <cstring>
#include <vector>

#include "ip_helper.h"
#include "late_names.h"
#include "windows_calls.h"
#include "windows_names.h"

namespace berth::scenario {
namespace {

// What variables hold before a call that may leave them alone.
constexpr DWORD kCountBefore = 0xBAADF00D;
constexpr ULONG64 kTokenBefore = 0xBAADF00DBAADF00D;
constexpr int kLastErrorBefore = 20'010;
constexpr unsigned char kOutputBefore = 0xC5;
// A size beyond this is a lie about memory that is not there.
constexpr std::size_t kMostBytes = 65'536;
constexpr int kUnknownFamily = 0x7f;

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

// -- addresses --------------------------------------------------------------------------------------------

/// A socket address of either family.
struct SocketName {
  sockaddr_storage storage{};
  int length = 0;
};

SocketName socket_name(const Address& address, Port port) {
  SocketName name;
  if (address.family == Family::Ipv4) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    std::memcpy(&ipv4.sin_addr, address.bytes.data(), 4);
    std::memcpy(&name.storage, &ipv4, sizeof ipv4);
    name.length = sizeof ipv4;
  } else {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    std::memcpy(&ipv6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&name.storage, &ipv6, sizeof ipv6);
    name.length = sizeof ipv6;
  }
  return name;
}

std::optional<Endpoint> endpoint_of(const sockaddr_storage& storage) {
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &storage, sizeof ipv4);
    std::memcpy(endpoint.address.bytes.data(), &ipv4.sin_addr, 4);
    endpoint.port = ntohs(ipv4.sin_port);
    return endpoint;
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &storage, sizeof ipv6);
  endpoint.address.family = Family::Ipv6;
  std::memcpy(endpoint.address.bytes.data(), &ipv6.sin6_addr, 16);
  endpoint.port = ntohs(ipv6.sin6_port);
  return endpoint;
}

// -- options ----------------------------------------------------------------------------------------------

struct OptionNumbers {
  int level = 0;
  int option = 0;
};

OptionNumbers numbers_of(Option option) {
  switch (option) {
    case Option::ReuseAddress: return {SOL_SOCKET, SO_REUSEADDR};
    case Option::ExclusiveUse: return {SOL_SOCKET, SO_EXCLUSIVEADDRUSE};
    case Option::Ipv6Only: return {IPPROTO_IPV6, IPV6_V6ONLY};
    case Option::Broadcast: return {SOL_SOCKET, SO_BROADCAST};
    case Option::RandomizePort: return {SOL_SOCKET, SO_RANDOMIZE_PORT};
    case Option::PortScalability: return {SOL_SOCKET, SO_PORT_SCALABILITY};
    case Option::ReuseUnicastPort: return {SOL_SOCKET, SO_REUSE_UNICASTPORT};
  }
  return {};
}

template <class C>
OptionNumbers numbers_in(const C& call) {
  if (call.raw) return {call.raw->level, call.raw->option};
  return numbers_of(*call.option);
}

// -- the calls --------------------------------------------------------------------------------------------

/// The event of an overlapped call, where it is to have one.
class EventOfCall {
 public:
  explicit EventOfCall(bool is_wanted)
      : event_(is_wanted ? CreateEventA(nullptr, TRUE, FALSE, nullptr) : nullptr) {}
  EventOfCall(const EventOfCall&) = delete;
  EventOfCall& operator=(const EventOfCall&) = delete;
  ~EventOfCall() {
    if (event_ != nullptr) CloseHandle(event_);
  }
  [[nodiscard]] HANDLE handle() const { return event_; }

 private:
  const HANDLE event_;
};

void CALLBACK routine_that_does_nothing(DWORD, DWORD, LPWSAOVERLAPPED, DWORD) {}

/// A pointer argument: well-formed memory of this object, or what the site makes of a shape.
class Argument {
 public:
  Argument(CallSite& site, std::optional<Shape> shape, std::span<const std::byte> contents,
           std::size_t said_size)
      : own_(contents.begin(), contents.end()) {
    if (said_size > own_.size()) own_.resize(std::min(said_size, kMostBytes), std::byte{kOutputBefore});
    before_ = own_;
    const bool lies = said_size > kMostBytes;
    if (!shape && !lies) {
      pointer_ = own_.data();
      is_seen_ = true;
    } else {
      pointer_ = site.memory(shape.value_or(Shape::Straddling), own_);
      is_seen_ = shape == Shape::Unaligned || shape == Shape::ReadOnly;
    }
  }
  [[nodiscard]] void* get() const { return pointer_; }
  /// The bytes after the call; nothing where they cannot be looked at.
  [[nodiscard]] std::optional<std::vector<std::byte>> bytes() const {
    if (!is_seen_) return std::nullopt;
    std::vector<std::byte> after(before_.size());
    if (!after.empty()) std::memcpy(after.data(), pointer_, after.size());
    return after;
  }
  [[nodiscard]] std::optional<bool> untouched() const {
    const auto after = bytes();
    if (!after) return std::nullopt;
    return *after == before_;
  }
  template <class T>
  [[nodiscard]] std::optional<T> value() const {
    const auto after = bytes();
    if (!after || after->size() < sizeof(T)) return std::nullopt;
    T value{};
    std::memcpy(&value, after->data(), sizeof(T));
    return value;
  }

 private:
  std::vector<std::byte> own_;
  std::vector<std::byte> before_;
  void* pointer_ = nullptr;
  bool is_seen_ = false;
};

struct WindowsCaller {
  CallSite& site;
  const IpHelper& ip_helper;
  const Names& names;

  [[nodiscard]] SOCKET handle(const SocketUse& use) const {
    const auto value = names.socket(use);
    return static_cast<SOCKET>(value ? value->handle : Names::kSocketOfNobody);
  }

  // -- outcomes -------------------------------------------------------------------------------------------

  [[nodiscard]] Seen refused(std::int64_t code) const {
    Seen seen;
    seen.kind = Seen::Kind::Refused;
    seen.code = code;
    if (const auto refusal = site.last_refusal()) {
      seen.rule = refusal->rule;
      seen.because = site.why(*refusal);
    }
    return seen;
  }
  /// Of a function that returns 0 or SOCKET_ERROR.
  [[nodiscard]] Seen told(int result) const {
    if (result == 0) return {};
    Seen seen = refused(WSAGetLastError());
    if (result != SOCKET_ERROR) seen.complaints.push_back("it returned " + std::to_string(result));
    return seen;
  }
  /// The same, of one that leaves last error 0 after a success.
  [[nodiscard]] Seen told_with_last_error(int result) const {
    const int last_error = WSAGetLastError();
    Seen seen = told(result);
    if (result == 0 && last_error != 0)
      seen.complaints.push_back("a success left the last error " + std::to_string(last_error));
    return seen;
  }
  /// Of a function that returns its code.
  [[nodiscard]] Seen returned(std::int64_t code) const { return code == 0 ? Seen{} : refused(code); }
  /// Of an IP Helper function, which leaves the last error alone.
  [[nodiscard]] Seen returned_with_last_error(ULONG code) const {
    const int last_error = WSAGetLastError();
    Seen seen = returned(static_cast<std::int64_t>(code));
    if (last_error != kLastErrorBefore)
      seen.complaints.push_back("it changed the last error to " + std::to_string(last_error));
    return seen;
  }
  [[nodiscard]] Seen opened(SOCKET socket) const {
    if (socket == INVALID_SOCKET) return refused(WSAGetLastError());
    Seen seen;
    seen.socket = static_cast<std::uint64_t>(socket);
    return seen;
  }

  // -- start-up and sockets -------------------------------------------------------------------------------

  Seen operator()(const call::StartWinsock& call) const {
    const Argument data(site, call.data, bytes_of(WSADATA{}), sizeof(WSADATA));
    Seen seen = returned(
        WSAStartup(MAKEWORD(call.version.major, call.version.minor), static_cast<WSADATA*>(data.get())));
    if (const auto written = data.value<WSADATA>())
      seen.negotiated =
          WinsockVersion{.major = LOBYTE(written->wVersion), .minor = HIBYTE(written->wVersion)};
    return seen;
  }
  Seen operator()(const call::CleanUpWinsock&) const { return told_with_last_error(WSACleanup()); }
  Seen operator()(const call::OpenSocket& call) const {
    RawSocket raw = call.raw.value_or(RawSocket{});
    if (call.transport) {
      const bool tcp = *call.transport == Transport::Tcp;
      raw = {.family = call.family.value_or(Family::Ipv4) == Family::Ipv4 ? AF_INET : AF_INET6,
             .type = tcp ? SOCK_STREAM : SOCK_DGRAM,
             .protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP};
    }
    const DWORD flags = call.overlapped.value_or(true) ? WSA_FLAG_OVERLAPPED : 0;
    switch (call.function) {
      case call::SocketFunction::Socket: return opened(socket(raw.family, raw.type, raw.protocol));
      case call::SocketFunction::WsaSocketA:
        return opened(WSASocketA(raw.family, raw.type, raw.protocol, nullptr, 0, flags));
      case call::SocketFunction::WsaSocketW:
        return opened(WSASocketW(raw.family, raw.type, raw.protocol, nullptr, 0, flags));
    }
    return {};
  }
  Seen operator()(const call::CloseSocket& call) const { return told(closesocket(handle(call.socket))); }
  Seen operator()(const call::Listen& call) const { return told(listen(handle(call.socket), SOMAXCONN)); }

  // -- names ----------------------------------------------------------------------------------------------

  [[nodiscard]] SocketName name_to_bind(const call::Bind& call) const {
    Address address = names.address(call.address, call.socket);
    if (call.name_shape == BindName::OtherFamily)
      address = Address::any(address.family == Family::Ipv4 ? Family::Ipv6 : Family::Ipv4);
    SocketName name = socket_name(address, names.port(call.port));
    if (call.name_shape == BindName::Short) --name.length;
    if (call.name_shape == BindName::Empty) name.length = 0;
    if (call.name_shape == BindName::UnknownFamily) name.storage.ss_family = kUnknownFamily;
    return name;
  }
  [[nodiscard]] std::optional<Endpoint> name_of(SOCKET socket) const {
    sockaddr_storage storage{};
    int length = sizeof storage;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
    return endpoint_of(storage);
  }
  Seen operator()(const call::Bind& call) const {
    const SocketName name = name_to_bind(call);
    const bool has_shape = call.name_shape && *call.name_shape < BindName::Short;
    const std::optional<Shape> shape =
        has_shape ? std::optional(static_cast<Shape>(*call.name_shape)) : std::nullopt;
    const auto contents = bytes_of(name.storage).first(static_cast<std::size_t>(name.length));
    const Argument argument(site, shape, contents, 0);
    Seen seen = told_with_last_error(
        bind(handle(call.socket), static_cast<const sockaddr*>(argument.get()), name.length));
    if (seen.kind != Seen::Kind::Succeeded) return seen;
    seen.name = name_of(handle(call.socket));
    if (!seen.name) seen.complaints.emplace_back("getsockname fails after the bind");
    return seen;
  }
  Seen operator()(const call::GetName& call) const {
    const bool has_shape = call.name_shape && *call.name_shape < NameBuffer::Short;
    const std::optional<Shape> shape =
        has_shape ? std::optional(static_cast<Shape>(*call.name_shape)) : std::nullopt;
    const Argument buffer(site, shape, bytes_of(sockaddr_storage{}), 0);
    const auto socket = names.socket(call.socket);
    const bool ipv6 = socket && socket->family == Family::Ipv6;
    const int exact = ipv6 ? static_cast<int>(sizeof(sockaddr_in6)) : static_cast<int>(sizeof(sockaddr_in));
    const int given =
        call.name_shape == NameBuffer::Short ? exact - 1 : static_cast<int>(sizeof(sockaddr_storage));
    int length = given;
    Seen seen = told(getsockname(handle(call.socket), static_cast<sockaddr*>(buffer.get()),
                                 call.name_shape == NameBuffer::NoLength ? nullptr : &length));
    if (seen.kind == Seen::Kind::Refused && (length != given || buffer.untouched() == false))
      seen.complaints.emplace_back("a failed getsockname changed the name or its length");
    if (seen.kind == Seen::Kind::Succeeded)
      if (const auto storage = buffer.value<sockaddr_storage>()) seen.name = endpoint_of(*storage);
    return seen;
  }

  // -- options --------------------------------------------------------------------------------------------

  Seen operator()(const call::SetOption& call) const {
    const OptionNumbers numbers = numbers_in(call);
    const DWORD on = call.on.value_or(true) ? 1 : 0;
    const std::size_t size = call.value_size.value_or(sizeof on);
    const Argument value(site, call.value, bytes_of(on), size);
    return told(setsockopt(handle(call.socket), numbers.level, numbers.option,
                           static_cast<const char*>(value.get()), static_cast<int>(size)));
  }
  Seen operator()(const call::GetOption& call) const {
    const OptionNumbers numbers = numbers_in(call);
    const DWORD before = 0;
    int size = static_cast<int>(call.value_size.value_or(sizeof before));
    const Argument value(site, call.value, bytes_of(before), static_cast<std::size_t>(size));
    Seen seen = told(getsockopt(handle(call.socket), numbers.level, numbers.option,
                                static_cast<char*>(value.get()), &size));
    if (seen.kind == Seen::Kind::Succeeded)
      if (const auto got = value.value<DWORD>()) seen.option = *got != 0;
    return seen;
  }

  // -- control codes --------------------------------------------------------------------------------------

  /// What a well-formed call of a code passes.
  struct Control {
    DWORD code = 0;
    std::span<const std::byte> input;
    std::size_t output_size = 0;
  };
  Seen control(const SocketUse& socket, const std::optional<CallShape>& asked, const Control& well_formed,
               std::vector<std::byte>* output_after) const {
    const CallShape shape = asked.value_or(CallShape{});
    const std::size_t in_size =
        shape.input_size.value_or(static_cast<std::uint32_t>(well_formed.input.size()));
    const std::size_t natural_out =
        shape.output && well_formed.output_size == 0 ? 16 : well_formed.output_size;
    const std::size_t out_size = shape.output_size.value_or(static_cast<std::uint32_t>(natural_out));
    // There is always memory for a whole answer: a size is one fault, a pointer another.
    const std::vector<std::byte> empty_output(std::max<std::size_t>(natural_out, 16),
                                              std::byte{kOutputBefore});
    const Argument input(site, shape.input, well_formed.input, in_size);
    const Argument output(site, shape.output, empty_output, out_size);
    const Argument count(site, shape.count, bytes_of(kCountBefore), sizeof kCountBefore);
    const EventOfCall event(shape.overlapped == Overlapped::WithEvent);
    WSAOVERLAPPED plain{};
    plain.hEvent = event.handle();
    const bool odd_overlapped = shape.overlapped && *shape.overlapped < Overlapped::Plain;
    const Argument overlapped(
        site, odd_overlapped ? std::optional(static_cast<Shape>(*shape.overlapped)) : std::nullopt,
        bytes_of(plain), 0);
    const bool has_input = in_size != 0 || shape.input;
    const bool has_output = out_size != 0 || shape.output || well_formed.output_size != 0;
    const int result = WSAIoctl(handle(socket), well_formed.code, has_input ? input.get() : nullptr,
                                static_cast<DWORD>(in_size), has_output ? output.get() : nullptr,
                                static_cast<DWORD>(out_size), static_cast<LPDWORD>(count.get()),
                                shape.overlapped ? static_cast<LPWSAOVERLAPPED>(overlapped.get()) : nullptr,
                                shape.routine ? routine_that_does_nothing : nullptr);
    Seen seen = told_with_last_error(result);
    seen.count = count.value<DWORD>();
    seen.count_untouched = count.untouched();
    seen.output_untouched = output.untouched();
    if (const auto after = output.bytes(); after && output_after != nullptr) *output_after = *after;
    return seen;
  }

  Seen operator()(const call::Acquire& call) const {
    const RequestedBlock asked = names.block(call.block);
    const INET_PORT_RANGE range{htons(asked.start), asked.count};
    std::vector<std::byte> output;
    Seen seen = control(call.socket, call.call_shape,
                        {.code = SIO_ACQUIRE_PORT_RESERVATION,
                         .input = bytes_of(range),
                         .output_size = sizeof(INET_PORT_RESERVATION_INSTANCE)},
                        &output);
    INET_PORT_RESERVATION_INSTANCE instance{};
    if (seen.kind != Seen::Kind::Succeeded || output.size() < sizeof instance) return seen;
    std::memcpy(&instance, output.data(), sizeof instance);
    seen.block = RequestedBlock{.start = ntohs(instance.Reservation.StartPort),
                                .count = instance.Reservation.NumberOfPorts};
    seen.token = Token{instance.Token.Token};
    return seen;
  }
  Seen operator()(const call::UseToken& call) const {
    const INET_PORT_RESERVATION_TOKEN token{names.token(call.token).value};
    const DWORD code = call.transfer == call::Transfer::Associate ? SIO_ASSOCIATE_PORT_RESERVATION
                                                                  : SIO_RELEASE_PORT_RESERVATION;
    return control(call.socket, call.call_shape, {.code = code, .input = bytes_of(token)}, nullptr);
  }
  Seen operator()(const call::SetAffinity& call) const {
    const USHORT processor = call.processor;
    return control(call.socket, call.call_shape, {.code = SIO_CPU_AFFINITY, .input = bytes_of(processor)},
                   nullptr);
  }
  Seen operator()(const call::Control& call) const {
    return control(call.socket, call.call_shape, {.code = call.code, .input = {}}, nullptr);
  }

  // -- IP Helper ------------------------------------------------------------------------------------------

  Seen operator()(const call::Persistent& call) const {
    const RequestedBlock block = names.block(call.block);
    const Argument token(site, call.token_pointer, bytes_of(kTokenBefore), 0);
    const bool creates = call.action == call::PersistentAction::Create;
    const auto& functions = ip_helper[static_cast<std::size_t>(call.transport)];
    WSASetLastError(kLastErrorBefore);
    Seen seen = returned_with_last_error((creates ? functions.create : functions.look_up)(
        htons(block.start), block.count, static_cast<PULONG64>(token.get())));
    seen.token_untouched = token.untouched();
    if (seen.kind == Seen::Kind::Succeeded)
      if (const auto given = token.value<ULONG64>()) seen.token = Token{*given};
    return seen;
  }
  Seen operator()(const call::DeletePersistent& call) const {
    const RequestedBlock block = names.block(call.block);
    WSASetLastError(kLastErrorBefore);
    return returned_with_last_error(
        ip_helper[static_cast<std::size_t>(call.transport)].remove(htons(block.start), block.count));
  }

  template <class Other>
  Seen operator()(const Other&) const {
    return Seen::failed("there is no Windows function for this step");
  }
};

}  // namespace

Seen make_windows_call(CallSite& site, const Step& step, const Names& names) {
  static const IpHelper ip_helper = find_ip_helper();
  WSASetLastError(kLastErrorBefore);
  return std::visit(WindowsCaller{site, ip_helper, names}, step.call);
}

int start_winsock(int times) {
  WSADATA data{};
  for (int i = 0; i < times; ++i)
    if (const int code = WSAStartup(MAKEWORD(2, 2), &data); code != 0) return code;
  return 0;
}

void forget_winsock(const std::set<std::uint64_t>& sockets) {
  for (const std::uint64_t socket : sockets) closesocket(static_cast<SOCKET>(socket));
  while (WSACleanup() == 0) {
  }
}

}  // namespace berth::scenario
