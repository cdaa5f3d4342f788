// SPDX-License-Identifier: MIT
// Windows itself, or what stands in for it (Wine): processes, identities, netsh, free ports.
#include "platform.h"

#ifdef _WIN32

#include <winsock2.h>

#include <ws2tcpip.h>

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include <berth/codes/error_codes.h>

namespace berth::conformance {
namespace {

using scenario::Channel;
using scenario::PortsWanted;
using scenario::Probe;
using scenario::Seen;
using scenario::Trace;

// How long a worker may take for one step before it is given up.
constexpr DWORD kMostMilliseconds = 30'000;

// Set by the console's own thread.
std::atomic<bool> stop_was_asked = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

BOOL WINAPI when_asked_to_stop(DWORD) {
  stop_was_asked = true;
  return TRUE;
}

// -- resources --------------------------------------------------------------------------------------------

/// A handle of the kernel, closed by its owner.
class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != nullptr) CloseHandle(handle_);
  }
  [[nodiscard]] HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }
  HANDLE* out() { return &handle_; }

 private:
  HANDLE handle_ = nullptr;
};

template <class Function>
Function function_of(const wchar_t* library, const char* name) {
  const HMODULE module = LoadLibraryW(library);
  if (module == nullptr) return nullptr;
  // Through a pointer to any function: Windows says that this is one of the type that its page shows.
  return reinterpret_cast<Function>(reinterpret_cast<void (*)()>(GetProcAddress(module, name)));
}

std::string narrow(const std::wstring& text) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0,
                                       nullptr, nullptr);
  std::string out(static_cast<std::size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), out.data(), size, nullptr,
                      nullptr);
  return out;
}

// -- tokens -----------------------------------------------------------------------------------------------

Handle own_token() {
  Handle token;
  OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY, token.out());
  return token;
}

bool is_elevated() {
  const Handle token = own_token();
  TOKEN_ELEVATION elevation{};
  DWORD size = 0;
  return token && GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof elevation, &size) &&
         elevation.TokenIsElevated != 0;
}

// Our own token as User Account Control would filter it: Administrators for denying only, few privileges.
Handle filtered_token() {
  const Handle token = own_token();
  Handle filtered;
  if (token)
    CreateRestrictedToken(token.get(), LUA_TOKEN, 0, nullptr, 0, nullptr, 0, nullptr, filtered.out());
  return filtered;
}

bool runs_as(WELL_KNOWN_SID_TYPE kind) {
  const Handle token = own_token();
  alignas(TOKEN_USER) std::array<std::byte, 256> user{};
  DWORD size = 0;
  if (!token || !GetTokenInformation(token.get(), TokenUser, user.data(), user.size(), &size)) return false;
  PSID sid = reinterpret_cast<TOKEN_USER*>(user.data())->User.Sid;
  if (kind != WinAccountAdministratorSid) return IsWellKnownSid(sid, kind) != 0;
  const auto parts = *GetSidSubAuthorityCount(sid);
  return parts > 1 && *GetSidSubAuthority(sid, parts - 1U) == DOMAIN_USER_RID_ADMIN;
}

// -- processes --------------------------------------------------------------------------------------------

/// A pipe of which a child has one end.
struct Pipe {
  Handle ours;
  Handle childs;
};

// A pipe with a name, because only such a one can be waited for with an end in time.
Pipe pipe_from_child() {
  static std::atomic<unsigned> number = 0;
  const std::wstring name = L"\\\\.\\pipe\\berth-conformance-" + std::to_wstring(GetCurrentProcessId()) +
                            L"-" + std::to_wstring(++number);
  Pipe pipe;
  pipe.ours = Handle(CreateNamedPipeW(
      name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_WAIT, 1, 65'536, 65'536, 0, nullptr));
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  pipe.childs = Handle(CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inherited, OPEN_EXISTING, 0, nullptr));
  return pipe;
}

Pipe pipe_to_child() {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE reading = nullptr;
  HANDLE writing = nullptr;
  if (!CreatePipe(&reading, &writing, &inherited, 65'536)) return {};
  SetHandleInformation(writing, HANDLE_FLAG_INHERIT, 0);
  return {.ours = Handle(writing), .childs = Handle(reading)};
}

/// A child process with its input and output.
struct Child {
  Handle process;
  Handle input;
  Handle output;
};

/// Whether what a child says of its errors is a part of its output.
enum class Errors { Lost, Kept };

/// Starts a program with that token (null: our own); nothing when Windows refuses.
std::optional<Child> start_child(std::wstring command_line, HANDLE token, Errors errors) {
  Pipe in = pipe_to_child();
  Pipe out = pipe_from_child();
  if (!in.ours || !out.ours || !out.childs) return std::nullopt;
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = in.childs.get();
  startup.hStdOutput = out.childs.get();
  startup.hStdError = errors == Errors::Kept ? out.childs.get() : nullptr;
  PROCESS_INFORMATION process{};
  // A group of its own: Ctrl-C is for us alone.
  constexpr DWORD kFlags = CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW;
  const BOOL started = token == nullptr
                           ? CreateProcessW(nullptr, command_line.data(), nullptr, nullptr, TRUE, kFlags,
                                            nullptr, nullptr, &startup, &process)
                           : CreateProcessAsUserW(token, nullptr, command_line.data(), nullptr, nullptr, TRUE,
                                                  kFlags, nullptr, nullptr, &startup, &process);
  if (!started) return std::nullopt;
  CloseHandle(process.hThread);
  return Child{
      .process = Handle(process.hProcess), .input = std::move(in.ours), .output = std::move(out.ours)};
}

std::wstring this_program() {
  std::wstring path(32'768, L'\0');
  path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return L'"' + path + L'"';
}

// What the child has written next; nothing at its end, or when it says nothing for too long.
std::optional<std::string> read_some(const Child& child) {
  const Handle done(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  OVERLAPPED reading{};
  reading.hEvent = done.get();
  std::string text(65'536, '\0');
  DWORD count = 0;
  const auto room = static_cast<DWORD>(text.size());
  if (!ReadFile(child.output.get(), text.data(), room, nullptr, &reading)) {
    if (GetLastError() != ERROR_IO_PENDING) return std::nullopt;
    if (WaitForSingleObject(done.get(), kMostMilliseconds) != WAIT_OBJECT_0) {
      TerminateProcess(child.process.get(), 1);
      CancelIo(child.output.get());
    }
  }
  if (!GetOverlappedResult(child.output.get(), &reading, &count, TRUE) || count == 0) return std::nullopt;
  text.resize(count);
  return text;
}

class ChildChannel final : public Channel {
 public:
  explicit ChildChannel(Child child) : child_(std::move(child)) {}
  ~ChildChannel() override {
    child_.input = Handle();
    if (WaitForSingleObject(child_.process.get(), kMostMilliseconds) != WAIT_OBJECT_0)
      TerminateProcess(child_.process.get(), 1);
  }
  bool send(const std::string& line) override {
    const std::string text = line + '\n';
    DWORD written = 0;
    return WriteFile(child_.input.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr) &&
           written == text.size();
  }
  std::optional<std::string> receive() override {
    for (;;) {
      if (const auto end = text_.find('\n'); end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        return line;
      }
      auto more = read_some(child_);
      if (!more) return std::nullopt;
      text_ += *more;
    }
  }

 private:
  Child child_;
  std::string text_;
};

/// What a program wrote and ended with.
struct Ran {
  std::string output;
  DWORD exit_code = 0;
};
std::optional<Ran> run(const std::wstring& command_line, HANDLE token = nullptr) {
  auto child = start_child(command_line, token, Errors::Kept);
  if (!child) return std::nullopt;
  child->input = Handle();
  Ran ran;
  while (const auto more = read_some(*child)) ran.output += *more;
  if (WaitForSingleObject(child->process.get(), kMostMilliseconds) != WAIT_OBJECT_0) return std::nullopt;
  GetExitCodeProcess(child->process.get(), &ran.exit_code);
  return ran;
}

// -- netsh ------------------------------------------------------------------------------------------------

std::wstring wide(std::string_view text) { return {text.begin(), text.end()}; }
std::wstring protocol(Transport transport) {
  return wide(kTransportNames[static_cast<std::size_t>(transport)]);
}
std::wstring context(Family family) { return wide(kFamilyNames[static_cast<std::size_t>(family)]); }
std::wstring store(Lifetime lifetime) {
  return lifetime == Lifetime::Persistent ? L" store=persistent" : L" store=active";
}

// The whole numbers in a text. netsh speaks the user's language; numbers are the same in all.
std::vector<unsigned long> numbers_in(const std::string& text) {
  std::vector<unsigned long> found;
  for (std::size_t i = 0; i < text.size();) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end - i <= 6) found.push_back(std::stoul(text.substr(i, end - i)));
    i = end;
  }
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::optional<PortRange> dynamic_range_now(Transport transport, Family family) {
  const auto ran = run(L"netsh interface " + context(family) + L" show dynamicport " + protocol(transport));
  if (!ran) return std::nullopt;
  std::vector<unsigned long> found;
  for (const std::string& line : lines_of(ran->output))
    if (const auto in_line = numbers_in(line); in_line.size() == 1) found.push_back(in_line[0]);
  if (found.size() < 2 || found[0] == 0 || found[1] == 0) return std::nullopt;
  return PortRange::between(static_cast<std::uint32_t>(found[0]),
                            static_cast<std::uint32_t>(found[0] + found[1] - 1));
}

// Every range that netsh lists, of exclusions and of services.
std::vector<PortRange> excluded_ranges_now(Transport transport) {
  std::vector<PortRange> ranges;
  const auto ran = run(L"netsh interface ipv4 show excludedportrange protocol=" + protocol(transport));
  if (!ran) return ranges;
  for (const std::string& line : lines_of(ran->output)) {
    const auto found = numbers_in(line);
    if (found.size() != 2) continue;
    if (const auto range =
            PortRange::between(static_cast<std::uint32_t>(found[0]), static_cast<std::uint32_t>(found[1])))
      ranges.push_back(*range);
  }
  return ranges;
}

// What Windows calls an error, in its own language and in the console's bytes.
std::string message_of(std::int64_t code) {
  std::array<char, 1024> text{};
  const DWORD size = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                                    static_cast<DWORD>(code), 0, text.data(), text.size(), nullptr);
  std::string message(text.data(), size);
  while (!message.empty() && (std::isspace(static_cast<unsigned char>(message.back())) != 0))
    message.pop_back();
  CharToOemBuffA(message.data(), message.data(), static_cast<DWORD>(message.size()));
  return message;
}

// netsh tells an error by its message alone; the code is the one whose message it is.
Seen seen_of(const std::optional<Ran>& ran) {
  if (!ran) return Seen::failed("netsh does not run");
  if (ran->exit_code == 0) return {};
  Seen seen;
  seen.kind = Seen::Kind::Refused;
  for (const CodeName& row : code_names()) {
    const std::string message = message_of(row.number);
    if (message.empty() || ran->output.find(message) == std::string::npos) continue;
    seen.code = row.number;
    return seen;
  }
  seen.code = ran->exit_code;
  seen.complaints.push_back("netsh says something that is the message of no error: " + ran->output);
  return seen;
}

// -- ports ------------------------------------------------------------------------------------------------

// Binds a port of every address of both families exclusively: that only works where nobody has it.
bool is_free(Port port, Transport transport) {
  const bool tcp = transport == Transport::Tcp;
  const SOCKET socket = ::socket(AF_INET6, tcp ? SOCK_STREAM : SOCK_DGRAM, tcp ? IPPROTO_TCP : IPPROTO_UDP);
  if (socket == INVALID_SOCKET) return false;
  const DWORD off = 0;
  const DWORD on = 1;
  setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, reinterpret_cast<const char*>(&off), sizeof off);
  setsockopt(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, reinterpret_cast<const char*>(&on), sizeof on);
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  const bool bound = bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  closesocket(socket);
  return bound;
}

struct Area {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  [[nodiscard]] bool meets(PortRange range) const { return first <= range.last() && range.first() <= last; }
};

/// Finds runs of ports that nobody has. It goes on where it stopped, so that a port that has just been used
/// has time to be forgotten.
class PortFinder {
 public:
  void forbid(std::vector<PortRange> dynamic, std::vector<PortRange> excluded) {
    dynamic_ = std::move(dynamic);
    excluded_ = std::move(excluded);
  }
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) {
    taken_.clear();
    std::vector<RequestedBlock> picked;
    for (const PortsWanted& ports : wanted) {
      const auto block =
          ports.at ? std::optional(RequestedBlock{.start = *ports.at, .count = ports.count}) : find(ports);
      if (!block) return "no " + std::to_string(ports.count) + " free ports in a row for " + ports.name;
      taken_.push_back({block->start, std::uint32_t{block->start} + block->count - 1});
      picked.push_back(*block);
    }
    return picked;
  }

 private:
  [[nodiscard]] Area area_of(scenario::Where where) const {
    if (where == scenario::Where::Low) return {601, 1022};
    if (where == scenario::Where::OutsideDynamic) return {10'001, 65'533};
    Area area{1, kLastPort};
    for (const PortRange range : dynamic_)
      area = {std::max<std::uint32_t>(area.first, range.first()),
              std::min<std::uint32_t>(area.last, range.last())};
    return {area.first + 1, area.last - 1};
  }
  std::optional<RequestedBlock> find(const PortsWanted& ports) {
    const Area area = area_of(ports.where);
    std::uint32_t& cursor = cursors_[ports.where];
    if (cursor < area.first || cursor > area.last) cursor = area.first + (area.last - area.first) / 3;
    // Once round, from where the last search ended.
    for (std::uint32_t passed = 0; passed <= area.last - area.first;) {
      const Area run{cursor, cursor + ports.count - 1U};
      if (run.last > area.last) {
        passed += area.last - cursor + 1;
        cursor = area.first;
        continue;
      }
      const std::uint32_t obstacle = last_obstacle(run, ports.where);
      if (obstacle == 0) {
        cursor = run.last + 2;
        return RequestedBlock{.start = static_cast<Port>(run.first), .count = ports.count};
      }
      // The port beside the next run must be free too.
      passed += obstacle + 2 - cursor;
      cursor = obstacle + 2;
    }
    return std::nullopt;
  }
  // The last port of something that is in a run's way, or beside it; 0 when nothing is.
  [[nodiscard]] std::uint32_t last_obstacle(Area run, scenario::Where where) const {
    const Area around{run.first - 1, run.last + 1};
    for (const Area& other : taken_)
      if (around.first <= other.last && other.first <= around.last) return other.last;
    for (const PortRange range : excluded_)
      if (around.meets(range)) return range.last();
    if (where != scenario::Where::Dynamic)
      for (const PortRange range : dynamic_)
        if (around.meets(range)) return range.last();
    for (std::uint32_t port = around.last; port >= around.first; --port)
      for (const Transport transport : {Transport::Tcp, Transport::Udp})
        if (!is_free(static_cast<Port>(port), transport)) return port;
    return 0;
  }

  std::vector<PortRange> dynamic_;
  std::vector<PortRange> excluded_;
  std::vector<Area> taken_;
  std::map<scenario::Where, std::uint32_t> cursors_;
};

// -- what kind of Windows this is -------------------------------------------------------------------------

std::string registry_text(const wchar_t* key, const wchar_t* value) {
  std::array<wchar_t, 256> text{};
  DWORD size = sizeof text;
  if (RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, nullptr, text.data(), &size) !=
      ERROR_SUCCESS)
    return {};
  return narrow(text.data());
}
std::optional<DWORD> registry_number(const wchar_t* key, const wchar_t* value) {
  DWORD number = 0;
  DWORD size = sizeof number;
  if (RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_DWORD, nullptr, &number, &size) !=
      ERROR_SUCCESS)
    return std::nullopt;
  return number;
}

constexpr const wchar_t* kVersionKey = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
// A volatile key of the local machine is forgotten at a full shutdown alone (page of RegCreateKeyExW). So it
// outlives a hibernation and the fast start-up, which bring the same kernel back.
constexpr const wchar_t* kBootMark = L"SOFTWARE\\Berth conformance has not seen a restart";
constexpr const wchar_t* kPolicyKey = L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System";

std::string build_of_this_system() {
  using VersionFunction = LONG(WINAPI*)(OSVERSIONINFOW*);
  using WineFunction = const char*(CDECL*)();
  OSVERSIONINFOW version{};
  version.dwOSVersionInfoSize = sizeof version;
  if (const auto get = function_of<VersionFunction>(L"ntdll.dll", "RtlGetVersion")) get(&version);
  std::string product = registry_text(kVersionKey, L"ProductName");
  if (product.empty()) product = "Windows";
  std::string text = product + ' ' + std::to_string(version.dwMajorVersion) + '.' +
                     std::to_string(version.dwMinorVersion) + '.' + std::to_string(version.dwBuildNumber);
  if (const auto revision = registry_number(kVersionKey, L"UBR")) text += '.' + std::to_string(*revision);
  if (const auto wine = function_of<WineFunction>(L"ntdll.dll", "wine_get_version"))
    text = "Wine " + std::string(wine()) + " as " + text;
  return text;
}

constexpr DWORD kAcquire = 0x9800'0064;

// Which code comes back when a fresh socket is asked for that control code with nothing: whether it is known.
std::string answer_to_code(DWORD code) {
  const SOCKET socket = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  DWORD count = 0;
  const int result = WSAIoctl(socket, code, nullptr, 0, nullptr, 0, &count, nullptr, nullptr);
  const int error = WSAGetLastError();
  closesocket(socket);
  return result == 0 ? std::string("0") : std::to_string(error) + ' ' + std::string(code_name(error));
}

// What a well-formed acquire of any one port answers; 0 when it succeeds.
int answer_to_acquire() {
  const SOCKET socket = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  std::array<unsigned char, 4> range{0, 0, 1, 0};
  std::array<unsigned char, 16> instance{};
  DWORD count = 0;
  const int result = WSAIoctl(socket, kAcquire, range.data(), range.size(), instance.data(), instance.size(),
                              &count, nullptr, nullptr);
  const int error = result == 0 ? 0 : WSAGetLastError();
  closesocket(socket);  // and with it what was acquired
  return error;
}

// -- the host ---------------------------------------------------------------------------------------------

constexpr std::array kTransportsHere = {Transport::Tcp, Transport::Udp};
constexpr std::array kFamiliesHere = {Family::Ipv4, Family::Ipv6};
// Where netsh says nothing: the documented default.
constexpr std::uint32_t kUsualFirst = 49'152;

class WindowsHost final : public scenario::Host {
 public:
  WindowsHost() {
    for (const Transport transport : kTransportsHere)
      for (const Family family : kFamiliesHere) look_at_range(transport, family);
    has_persistent_ = can_call_persistent_functions();
    can_filter_ = elevated_ && can_start_filtered();
  }

  std::string build() const override { return build_; }
  std::vector<Probe> probes() const override {
    std::vector<Probe> found{{"edition", registry_text(kVersionKey, L"EditionID")},
                             {"elevated token", elevated_ ? "yes" : "no"},
                             {"User Account Control", policy_text(L"EnableLUA")},
                             {"prompt for administrators", policy_text(L"ConsentPromptBehaviorAdmin")},
                             {"filtered token", !elevated_    ? "the run's own"
                                                : can_filter_ ? "a restricted token"
                                                              : "cannot be had"},
                             {"netsh", netsh_answers_ ? "answers" : "does not answer"},
                             {"persistent functions", has_persistent_ ? "there" : "missing"},
                             {"SIO_ACQUIRE_PORT_RESERVATION with nothing", answer_to_code(kAcquire)},
                             {"an unknown control code", answer_to_code(0x9800'0fff)}};
    for (const auto& [key, range] : ranges_)
      found.push_back({"dynamic range " + std::string(kFamilyNames[static_cast<std::size_t>(key.second)]) +
                           ' ' + std::string(kTransportNames[static_cast<std::size_t>(key.first)]),
                       std::to_string(range.first()) + " to " + std::to_string(range.last())});
    return found;
  }

  std::optional<std::string> lacks(const Identity& identity) const override {
    switch (identity.kind) {
      case TokenKind::StandardUser:
      case TokenKind::FilteredAdministrator:
        if (!elevated_ || can_filter_) return std::nullopt;
        return "a filtered token: this system starts no process with a restricted one";
      case TokenKind::ElevatedAdministrator:
        if (elevated_) return std::nullopt;
        return "an elevated token: the run is not elevated";
      case TokenKind::BuiltinAdministrator: return lack_of(identity.kind, WinAccountAdministratorSid);
      case TokenKind::LocalSystem: return lack_of(identity.kind, WinLocalSystemSid);
      case TokenKind::NetworkService: return lack_of(identity.kind, WinNetworkServiceSid);
      case TokenKind::LocalService: return lack_of(identity.kind, WinLocalServiceSid);
    }
    return "an identity that is not known";
  }
  std::optional<std::string> lacks_netsh() const override {
    if (!netsh_answers_) return "netsh: it does not answer";
    if (!elevated_) return "netsh as an administrator: the run is not elevated";
    return std::nullopt;
  }
  std::optional<std::string> lacks_persistent_functions() const override {
    if (has_persistent_) return std::nullopt;
    return "CreatePersistentTcpPortReservation: unsupported, this system's iphlpapi.dll does not have it";
  }

  std::optional<std::string> lacks_port_reservations() const override {
    if (acquire_answer_ != WSAEOPNOTSUPP && acquire_answer_ != WSAEINVAL) return std::nullopt;
    return "SIO_ACQUIRE_PORT_RESERVATION: unsupported, a well-formed call answers " +
           std::to_string(acquire_answer_) + ' ' + std::string(code_name(acquire_answer_));
  }
  std::optional<std::string> lacks_restart() const override {
    if (elevated_) return std::nullopt;
    return "an elevated token: the run is not elevated";
  }
  bool mark_this_boot() override {
    HKEY key = nullptr;
    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, kBootMark, 0, nullptr, REG_OPTION_VOLATILE,
                        KEY_READ | KEY_WOW64_64KEY, nullptr, &key, nullptr) != ERROR_SUCCESS)
      return false;
    RegCloseKey(key);
    return true;
  }
  bool is_boot_marked() const override {
    HKEY key = nullptr;
    const LSTATUS status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, kBootMark, 0, KEY_READ | KEY_WOW64_64KEY, &key);
    if (status == ERROR_SUCCESS) RegCloseKey(key);
    return status != ERROR_FILE_NOT_FOUND;
  }
  bool has_address(const Address& address) const override {
    const bool ipv4 = address.family == Family::Ipv4;
    sockaddr_in name4{};
    name4.sin_family = AF_INET;
    std::memcpy(&name4.sin_addr, address.bytes.data(), 4);
    sockaddr_in6 name6{};
    name6.sin6_family = AF_INET6;
    std::memcpy(&name6.sin6_addr, address.bytes.data(), 16);
    const SOCKET socket = ::socket(ipv4 ? AF_INET : AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    const bool bound =
        bind(socket,
             ipv4 ? reinterpret_cast<const sockaddr*>(&name4) : reinterpret_cast<const sockaddr*>(&name6),
             ipv4 ? sizeof name4 : sizeof name6) == 0;
    closesocket(socket);
    return bound;
  }

  Result<std::unique_ptr<Channel>, std::string> start(const Identity& identity) override {
    const Handle token = token_for(identity);
    auto child = start_child(this_program() + L" --worker", token.get(), Errors::Lost);
    if (!child) return "a worker does not start: error " + std::to_string(GetLastError());
    return std::unique_ptr<Channel>(std::make_unique<ChildChannel>(*std::move(child)));
  }
  Result<std::vector<RequestedBlock>, std::string> pick(std::span<const PortsWanted> wanted) override {
    if (excluded_.empty())
      for (const Transport transport : kTransportsHere)
        for (const PortRange range : excluded_ranges_now(transport)) excluded_.push_back(range);
    std::vector<PortRange> dynamic;
    for (const auto& [key, range] : ranges_) dynamic.push_back(range);
    finder_.forbid(std::move(dynamic), excluded_);
    return finder_.pick(wanted);
  }
  PortRange dynamic_range(Transport transport, Family family) const override {
    return ranges_.at({transport, family});
  }

  Seen add_exclusion(const std::optional<Identity>& as, const request::AddExclusion& wanted) override {
    return netsh(as, L"ipv4 add excludedportrange protocol=" + protocol(wanted.transport) +
                         block(wanted.block) + store(wanted.lifetime));
  }
  Seen delete_exclusion(const std::optional<Identity>& as, const request::DeleteExclusion& wanted) override {
    return netsh(as, L"ipv4 delete excludedportrange protocol=" + protocol(wanted.transport) +
                         block(wanted.block) + store(wanted.lifetime));
  }
  Seen set_dynamic_range(const std::optional<Identity>& as, const request::SetDynamicRange& wanted) override {
    Seen seen = netsh(as, context(wanted.family) + L" set dynamicport " + protocol(wanted.transport) +
                              L" startport=" + std::to_wstring(wanted.block.start) + L" numberofports=" +
                              std::to_wstring(wanted.block.count) + store(wanted.lifetime));
    for (const Family family : kFamiliesHere) look_at_range(wanted.transport, family);
    return seen;
  }
  bool take_back(const Trace& trace) override {
    switch (trace.kind) {
      case Trace::Kind::PersistentReservation: return delete_persistent(trace.transport, trace.block);
      case Trace::Kind::Exclusion: {
        delete_exclusion({}, {trace.transport, trace.block, trace.store});
        const auto left = excluded_ranges_now(trace.transport);
        return std::ranges::find(left, trace.block.start, &PortRange::first) == left.end();
      }
      case Trace::Kind::DynamicRange:
        return set_dynamic_range({}, {trace.transport, trace.family, trace.block, trace.store}).kind ==
               Seen::Kind::Succeeded;
      case Trace::Kind::BootMark:
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, kBootMark, KEY_WOW64_64KEY, 0);
        return !is_boot_marked();
    }
    return false;
  }

 private:
  static std::wstring block(RequestedBlock block) {
    return L" startport=" + std::to_wstring(block.start) + L" numberofports=" + std::to_wstring(block.count);
  }
  static std::string policy_text(const wchar_t* value) {
    const auto number = registry_number(kPolicyKey, value);
    return number ? std::to_string(*number) : std::string("not set");
  }
  static std::optional<std::string> lack_of(TokenKind kind, WELL_KNOWN_SID_TYPE sid) {
    if (runs_as(sid)) return std::nullopt;
    return "the account " + std::string(usual_account(kind)) + ": the run is not of it";
  }
  static bool can_call_persistent_functions() {
    // In a process of its own: where they are missing in a rude way, calling one ends the process.
    const auto ran = run(this_program() + L" --try-persistent-functions");
    return ran && ran->exit_code == 0 && ran->output.find("it returned") != std::string::npos;
  }
  static bool can_start_filtered() {
    const Handle token = filtered_token();
    if (!token) return false;
    const auto ran = run(this_program() + L" --version", token.get());
    return ran && ran->exit_code == 0;
  }
  // None: the run's own token.
  [[nodiscard]] Handle token_for(const std::optional<Identity>& identity) const {
    const bool is_filtered = identity && (identity->kind == TokenKind::StandardUser ||
                                          identity->kind == TokenKind::FilteredAdministrator);
    return is_filtered && elevated_ ? filtered_token() : Handle();
  }
  Seen netsh(const std::optional<Identity>& as, const std::wstring& what) {
    const Handle token = token_for(as);
    return seen_of(run(L"netsh interface " + what, token.get()));
  }
  void look_at_range(Transport transport, Family family) {
    const auto now = dynamic_range_now(transport, family);
    netsh_answers_ = now.has_value();
    ranges_.insert_or_assign({transport, family}, now ? *now : *PortRange::between(kUsualFirst, kLastPort));
  }
  static bool delete_persistent(Transport transport, RequestedBlock block) {
    using Function = ULONG(WINAPI*)(USHORT, USHORT);
    const auto remove = function_of<Function>(L"iphlpapi.dll", transport == Transport::Tcp
                                                                   ? "DeletePersistentTcpPortReservation"
                                                                   : "DeletePersistentUdpPortReservation");
    if (remove == nullptr) return true;
    const ULONG code = remove(htons(block.start), block.count);
    return code == NO_ERROR || code == ERROR_NOT_FOUND || code == ERROR_FILE_NOT_FOUND ||
           code == ERROR_INVALID_PARAMETER;
  }

  const std::string build_ = build_of_this_system();
  const bool elevated_ = is_elevated();
  const int acquire_answer_ = answer_to_acquire();
  bool netsh_answers_ = false;
  bool has_persistent_ = false;
  bool can_filter_ = false;
  std::map<std::pair<Transport, Family>, PortRange> ranges_;
  std::vector<PortRange> excluded_;
  PortFinder finder_;
};

// A worker's own end: its standard input and output.
class StandardChannel final : public Channel {
 public:
  StandardChannel() {
    // A worker may be brought down by a pointer that it was told to pass: that is an answer, nobody is asked.
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
  }
  bool send(const std::string& line) override {
    const std::string text = line + '\n';
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  }
  std::optional<std::string> receive() override {
    std::string line;
    for (int c = std::fgetc(stdin); c != EOF; c = std::fgetc(stdin)) {
      if (c == '\n') return line;
      line += static_cast<char>(c);
    }
    return std::nullopt;
  }
};

}  // namespace

Result<std::unique_ptr<scenario::Host>, std::string> make_host(const HostWanted&, const scenario::Fixtures&) {
  WSADATA data{};
  if (const int code = WSAStartup(MAKEWORD(2, 2), &data); code != 0)
    return "WSAStartup fails with " + std::to_string(code);
  return std::unique_ptr<scenario::Host>(std::make_unique<WindowsHost>());
}

std::unique_ptr<Channel> channel_to_runner() { return std::make_unique<StandardChannel>(); }

void try_persistent_functions() {
  using Function = ULONG(WINAPI*)(USHORT, USHORT, PULONG64);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  const auto look_up = function_of<Function>(L"iphlpapi.dll", "LookupPersistentTcpPortReservation");
  if (look_up == nullptr) return;
  ULONG64 token = 0;
  const ULONG code = look_up(htons(1), 1, &token);
  std::printf("it returned %lu\n", code);
}

void stop_politely() { SetConsoleCtrlHandler(when_asked_to_stop, TRUE); }
bool was_asked_to_stop() { return stop_was_asked; }

}  // namespace berth::conformance

#endif
