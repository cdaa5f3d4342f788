// SPDX-License-Identifier: MIT
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <vector>

#include "byte_order.h"
#include "call.h"
#include "flow.h"
#include "memory_probe.h"
#include "socket_names.h"
#include "use.h"

namespace berth::winsock {
namespace {

// What the kernel itself listens on belongs to process 4, as on Windows.
constexpr DWORD kSystemProcess = 4;

struct Row {
  Endpoint local;
  Endpoint remote;
  DWORD state = 0;
  DWORD owner = 0;
  [[nodiscard]] auto place() const { return std::tie(local, remote, state, owner); }
};

struct Ends {
  std::optional<Endpoint> local;
  Endpoint peer;
};
using OwnConnections = std::map<SocketId, Ends>;

// Both ends of this process's connections: the model does not know them.
OwnConnections connections_of(const Call& call) {
  OwnConnections connections;
  const HandleTable& table = HandleTable::of_program();
  for (const std::uintptr_t handle : table.handles_of(call.process())) {
    const auto open = table.find(handle);
    if (!open || open->flow == nullptr || open->kind != SocketKind::Tcp) continue;
    Use use(handle);
    if (!use.call().has_tcp_or_udp_socket() || !use.has_flow()) continue;
    if (use.flow().phase != Phase::Connected) continue;
    const auto peer = use.flow().peer();
    if (peer) connections.insert_or_assign(open->socket, Ends{.local = use.flow().local(), .peer = *peer});
  }
  return connections;
}

DWORD process_number(const Call& call, ProcessId owner) {
  if (!owner) return kSystemProcess;
  // The embedded machine's process is the program itself.
  const bool is_the_program = call.process() == embedded_process_so_far() && owner == call.process()->id();
  return is_the_program ? static_cast<DWORD>(getpid()) : static_cast<DWORD>(owner.value);
}

DWORD state_of(const BoundSocket& socket, bool has_connection) {
  if (socket.state == SocketState::Listening) return MIB_TCP_STATE_LISTEN;
  if (socket.state == SocketState::Accepted || has_connection) return MIB_TCP_STATE_ESTAB;
  return 0;
}

// Whether a socket serves this family, and under which address.
std::optional<Endpoint> name_in(const BoundSocket& socket, Family family) {
  Endpoint name = socket.name;
  name.address = name.address.unmapped();
  if (name.address.family == family) return name;
  const bool is_dual_stack = socket.family == Family::Ipv6 && !socket.ipv6_only;
  if (family != Family::Ipv4 || !is_dual_stack || !name.address.is_wildcard()) return std::nullopt;
  name.address = Address::any(Family::Ipv4);
  return name;
}

enum class Which : std::uint8_t { Listeners, Connections, All };

bool is_wanted(Which which, DWORD state) {
  const bool listens = state == MIB_TCP_STATE_LISTEN;
  return state != 0 && (which == Which::All || (which == Which::Listeners) == listens);
}

// The row of a socket in the list of a family; nothing when it is not in it.
std::optional<Row> row_of(const BoundSocket& socket, const Ends* ends, Family family, Which which) {
  BoundSocket shown = socket;
  if (ends != nullptr && ends->local) shown.name = *ends->local;
  const auto local = name_in(shown, family);
  if (!local) return std::nullopt;
  Row row{.local = *local, .remote = {.address = Address::any(family), .port = 0}};
  if (socket.transport == Transport::Udp) return row;
  row.state = state_of(socket, ends != nullptr);
  if (ends != nullptr) row.remote = {.address = ends->peer.address.unmapped(), .port = ends->peer.port};
  return is_wanted(which, row.state) ? std::optional(row) : std::nullopt;
}

std::vector<Row> rows_of(const Call& call, Transport transport, Family family, Which which, bool sorted) {
  const OwnConnections connections = transport == Transport::Tcp ? connections_of(call) : OwnConnections{};
  std::vector<Row> rows;
  for (const BoundSocket& socket : call.process()->machine().bound_sockets()) {
    if (socket.transport != transport) continue;
    const auto ends = connections.find(socket.socket);
    auto row = row_of(socket, ends == connections.end() ? nullptr : &ends->second, family, which);
    if (!row) continue;
    row->owner = process_number(call, socket.owner);
    rows.push_back(*row);
  }
  if (sorted) std::ranges::sort(rows, {}, &Row::place);
  return rows;
}

// -- as Windows lays rows out ---------------------------------------------------------------------

// A DWORD, an IN6_ADDR or bytes: as many of the address as there is room for.
template <class Place>
void put_address(const Endpoint& endpoint, Place& place) {
  std::memcpy(&place, endpoint.address.bytes.data(), sizeof(place));
}

DWORD port_of(const Endpoint& endpoint) { return network_order(endpoint.port); }

// Each kind of row has some of these members.
template <class WindowsRow>
void put(const Row& row, WindowsRow& out) {
  out.dwLocalPort = port_of(row.local);
  if constexpr (requires { out.dwLocalAddr; }) put_address(row.local, out.dwLocalAddr);
  if constexpr (requires { out.ucLocalAddr; }) put_address(row.local, out.ucLocalAddr);
  if constexpr (requires { out.dwRemoteAddr; }) put_address(row.remote, out.dwRemoteAddr);
  if constexpr (requires { out.ucRemoteAddr; }) put_address(row.remote, out.ucRemoteAddr);
  if constexpr (requires { out.dwRemotePort; }) out.dwRemotePort = port_of(row.remote);
  if constexpr (requires { out.dwState; }) out.dwState = row.state;
  if constexpr (requires { out.dwOwningPid; }) out.dwOwningPid = row.owner;
}

// The number of rows, and the rows, in the program's memory or not at all.
template <class WindowsRow>
DWORD give(const std::vector<Row>& rows, void* table, DWORD* size) {
  std::vector<char> image(sizeof(DWORD) + rows.size() * sizeof(WindowsRow));
  const auto count = static_cast<DWORD>(rows.size());
  std::memcpy(image.data(), &count, sizeof(count));
  for (std::size_t at = 0; at < rows.size(); ++at) {
    WindowsRow out{};
    put(rows[at], out);
    std::memcpy(image.data() + sizeof(DWORD) + at * sizeof(WindowsRow), &out, sizeof(out));
  }
  MemoryProbe memory;
  const auto room = memory.read<DWORD>(size);
  const auto needed = static_cast<DWORD>(image.size());
  if (!room || !memory.write(size, needed)) return ERROR_INVALID_PARAMETER;
  if (table == nullptr || *room < needed) return ERROR_INSUFFICIENT_BUFFER;
  if (!memory.is_writable(table, needed)) return ERROR_INVALID_PARAMETER;
  std::memcpy(table, image.data(), needed);
  return NO_ERROR;
}

struct Wish {
  Transport transport{};
  ULONG family = 0;
  Which which = Which::All;
  bool sorted = false;
};

template <class Ipv4Row, class Ipv6Row>
DWORD give(const Wish& wish, void* table, DWORD* size) {
  if (wish.family != AF_INET && wish.family != AF_INET6) return ERROR_INVALID_PARAMETER;
  Call call;
  if (!call.has_machine()) return ERROR_NOT_SUPPORTED;
  const Family family = wish.family == AF_INET ? Family::Ipv4 : Family::Ipv6;
  const auto rows = rows_of(call, wish.transport, family, wish.which, wish.sorted);
  return family == Family::Ipv4 ? give<Ipv4Row>(rows, table, size) : give<Ipv6Row>(rows, table, size);
}

// Tables of basic rows are those of IPv4.
DWORD give_basic_tcp(const Wish& wish, void* table, DWORD* size) {
  if (wish.family == AF_INET6) return ERROR_NOT_SUPPORTED;
  return give<MIB_TCPROW, MIB_TCP6ROW_OWNER_PID>(wish, table, size);
}

}  // namespace
}  // namespace berth::winsock

DWORD GetExtendedTcpTable(PVOID pTcpTable, PDWORD pdwSize, BOOL bOrder, ULONG ulAf,
                          TCP_TABLE_CLASS TableClass, ULONG) {
  using namespace berth::winsock;
  const auto number = static_cast<unsigned>(TableClass);
  if (number > TCP_TABLE_OWNER_MODULE_ALL) return ERROR_INVALID_PARAMETER;
  if (number >= TCP_TABLE_OWNER_MODULE_LISTENER) return ERROR_NOT_SUPPORTED;
  const Wish wish{.transport = berth::Transport::Tcp,
                  .family = ulAf,
                  .which = static_cast<Which>(number % 3),
                  .sorted = bOrder != FALSE};
  if (number < TCP_TABLE_OWNER_PID_LISTENER) return give_basic_tcp(wish, pTcpTable, pdwSize);
  return give<MIB_TCPROW_OWNER_PID, MIB_TCP6ROW_OWNER_PID>(wish, pTcpTable, pdwSize);
}

DWORD GetExtendedUdpTable(PVOID pUdpTable, PDWORD pdwSize, BOOL bOrder, ULONG ulAf,
                          UDP_TABLE_CLASS TableClass, ULONG) {
  using namespace berth::winsock;
  const Wish wish{.transport = berth::Transport::Udp, .family = ulAf, .sorted = bOrder != FALSE};
  if (TableClass == UDP_TABLE_BASIC) return give<MIB_UDPROW, MIB_UDP6ROW>(wish, pUdpTable, pdwSize);
  if (TableClass == UDP_TABLE_OWNER_PID)
    return give<MIB_UDPROW_OWNER_PID, MIB_UDP6ROW_OWNER_PID>(wish, pUdpTable, pdwSize);
  return TableClass == UDP_TABLE_OWNER_MODULE ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER;
}

ULONG GetTcpTable(PMIB_TCPTABLE TcpTable, PULONG SizePointer, BOOL Order) {
  return GetExtendedTcpTable(TcpTable, SizePointer, Order, AF_INET, TCP_TABLE_BASIC_ALL, 0);
}

ULONG GetUdpTable(PMIB_UDPTABLE UdpTable, PULONG SizePointer, BOOL Order) {
  return GetExtendedUdpTable(UdpTable, SizePointer, Order, AF_INET, UDP_TABLE_BASIC, 0);
}
