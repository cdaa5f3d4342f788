// SPDX-License-Identifier: MIT
#include "inheritance.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include <berth/core/request.h>

#include "flow.h"
#include "handle_table.h"
#include "socket_words.h"

namespace berth::winsock {
namespace {

constexpr const char* kListName = "berth-inheritance";

void let_outlive_exec(int descriptor, bool outlives) {
  ::fcntl(descriptor, F_SETFD, outlives ? 0 : FD_CLOEXEC);
}

// By what a descriptor is known again, should its number have been used anew; 0 for none.
std::uint64_t identity_of(int descriptor) {
  struct stat status {};
  return descriptor >= 0 && ::fstat(descriptor, &status) == 0 ? std::uint64_t{status.st_ino} : 0;
}

// -- what is left ---------------------------------------------------------------------------------

// A line of the list: the descriptor, if there is one, then what else there is to say.
void write_descriptor(std::ostream& list, int descriptor) {
  list << descriptor << ' ' << identity_of(descriptor) << ' ';
  if (descriptor >= 0) let_outlive_exec(descriptor, true);
}

void write_handle(std::ostream& list, std::uintptr_t handle) {
  const HandleTable& handles = HandleTable::of_program();
  const auto open = handles.find(handle);
  if (!open || handles.is_on(handle, StoredOption::NotInherited)) return;
  const Flow* flow = open->flow;
  write_descriptor(list, flow == nullptr ? -1 : flow->descriptor);
  list << handle << ' ' << open->socket.value << ' ' << handles.options_of(handle) << ' '
       << words_about(*open, flow, flow == nullptr ? Flow::Names{} : flow->known_names()) << '\n';
}

std::string list_of(int connection, const std::string& machine) {
  std::ostringstream list;
  write_descriptor(list, connection);
  list << ::getpid() << ' ' << machine << '\n';
  if (const ProcessFace* process = embedded_process_so_far())
    for (const std::uintptr_t handle : HandleTable::of_program().handles_of(process))
      write_handle(list, handle);
  return list.str();
}

// -- what is found --------------------------------------------------------------------------------

// The lists that have come along, which are ours now.
std::vector<traffic::Descriptor> lists_here() {
  std::vector<traffic::Descriptor> lists;
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return lists;
  const std::string wanted = std::string("/memfd:") + kListName;
  while (const dirent* entry = ::readdir(folder)) {
    char target[64] = {};
    const auto length = ::readlinkat(::dirfd(folder), entry->d_name, target, sizeof(target));
    if (length > 0 && std::string_view(target, static_cast<std::size_t>(length)).starts_with(wanted))
      lists.emplace_back(std::atoi(entry->d_name));
  }
  ::closedir(folder);
  return lists;
}

std::string content_of(const traffic::Descriptor& list) {
  std::string content;
  char part[4096];
  for (ssize_t got = ::pread(list.get(), part, sizeof(part), 0); got > 0;
       got = ::pread(list.get(), part, sizeof(part), static_cast<off_t>(content.size())))
    content.append(part, static_cast<std::size_t>(got));
  return content;
}

// The descriptor at the start of a line, which is ours now; none when it is another one's by now.
traffic::Descriptor read_descriptor(std::istream& line) {
  int number = -1;
  std::uint64_t identity = 0;
  line >> number >> identity;
  if (identity == 0 || identity_of(number) != identity) return traffic::Descriptor();
  let_outlive_exec(number, false);
  return traffic::Descriptor(number);
}

std::string rest_of(std::istream& line) {
  std::string rest;
  std::getline(line >> std::ws, rest);
  return rest;
}

void read_handle(std::istream& line, Inheritance& into) {
  LeftHandle left;
  const auto start = line.tellg();
  line >> left.host;
  line.seekg(start);
  // The host's socket of an earlier handle is ours already.
  if (auto descriptor = read_descriptor(line); into.of_host.contains(left.host))
    static_cast<void>(descriptor.release());
  else
    into.of_host.emplace(left.host, std::move(descriptor));
  line >> left.handle >> left.socket.value >> left.options;
  left.words = rest_of(line);
  into.handles.push_back(std::move(left));
}

// Nothing when it was left to another process, or for another machine.
std::optional<Inheritance> read_list(const std::string& content, const std::string& machine) {
  std::istringstream list(content);
  std::string text;
  std::getline(list, text);
  std::istringstream head(text);
  Inheritance left;
  left.connection = read_descriptor(head);
  pid_t process = 0;
  head >> process;
  const bool is_for_us = process == ::getpid() && rest_of(head) == machine;
  while (std::getline(list, text)) {
    std::istringstream line(text);
    read_handle(line, left);
  }
  return is_for_us && left.connection ? std::optional(std::move(left)) : std::nullopt;
}

// -- what is opened -------------------------------------------------------------------------------

bool was_given(ProcessFace& process, SocketId socket) {
  if (!socket) return true;  // the machine does not know of it
  const Outcome outcome = process.machine().submit(process.id(), request::NameOf{socket});
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal == nullptr || refusal->rule != Rule::NotASocket;
}

// The flows so far, by the number of the host's socket.
using Flows = std::map<int, std::shared_ptr<Flow>>;

OpenHandle opened(ProcessFace& process, const LeftHandle& left, traffic::Descriptor& host, Flows& flows) {
  OpenHandle open;
  const auto flow = socket_from_words(left.words, process, left.socket, host.release(), open);
  if (flow) {
    Flow::hold(flow);
    flows.emplace(left.host, flow);
  } else if (const auto shared = flows.find(left.host); shared != flows.end()) {
    open.flow = shared->second.get();
    static_cast<void>(open.flow->add_handle(process.id()));
  }
  return open;
}

}  // namespace

traffic::Descriptor leave_to_successor(int connection, const std::string& machine) {
  traffic::Descriptor list(::memfd_create(kListName, 0));
  const std::string content = list_of(connection, machine);
  std::string_view left = content;
  while (list && !left.empty()) {
    const ssize_t written = ::write(list.get(), left.data(), left.size());
    if (written <= 0) return traffic::Descriptor();
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return list;
}

std::optional<Inheritance> take_inheritance(const std::string& machine) {
  std::optional<Inheritance> ours;
  for (const traffic::Descriptor& list : lists_here()) {
    auto left = read_list(content_of(list), machine);
    if (left) ours = std::move(left);
  }
  return ours;
}

void open_left_handles(ProcessFace& process, Inheritance& inheritance) {
  Flows flows;
  for (const LeftHandle& left : inheritance.handles) {
    if (!was_given(process, left.socket)) continue;
    const OpenHandle open = opened(process, left, inheritance.of_host.at(left.host), flows);
    HandleTable::of_program().insert_at(left.handle, open, left.options);
  }
}

}  // namespace berth::winsock
