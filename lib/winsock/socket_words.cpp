// SPDX-License-Identifier: MIT
#include "socket_words.h"

#include <sstream>

namespace berth::winsock {
namespace {

constexpr const char* kNobody = "-";

std::string name_words(const std::optional<Endpoint>& name) {
  return name ? to_string(name->address) + ' ' + std::to_string(name->port) : std::string(kNobody) + " 0";
}

std::optional<Endpoint> read_name_words(std::istream& words) {
  std::string address;
  Endpoint name;
  words >> address >> name.port;
  if (address == kNobody) return std::nullopt;
  name.address = parse_address(address).value_or(Address{});
  return name;
}

}  // namespace

std::string words_about(const OpenHandle& open, const Flow* flow, const Flow::Names& names) {
  const Phase phase = flow == nullptr ? Phase::Silent : flow->phase.load();
  const bool blocks = flow == nullptr || flow->blocks;
  std::ostringstream words;
  words << static_cast<int>(open.kind) << ' ' << static_cast<int>(open.family) << ' ' << open.overlapped
        << ' ' << open.type << ' ' << static_cast<int>(phase) << ' ' << blocks << ' '
        << name_words(names.local) << ' ' << name_words(names.peer);
  return words.str();
}

std::shared_ptr<Flow> socket_from_words(const std::string& words, ProcessFace& process, SocketId socket,
                                        int descriptor, OpenHandle& open) {
  std::istringstream read(words);
  int kind = 0;
  int family = 0;
  int phase = 0;
  bool blocks = true;
  read >> kind >> family >> open.overlapped >> open.type >> phase >> blocks;
  open.process = &process;
  open.socket = socket;
  open.kind = static_cast<SocketKind>(kind);
  open.family = static_cast<Family>(family);
  if (descriptor < 0) return nullptr;
  const auto local = read_name_words(read);
  const auto peer = read_name_words(read);
  auto flow = Flow::of_another_program(open, descriptor, static_cast<Phase>(phase), local, peer);
  flow->blocks = blocks;
  open.flow = flow.get();
  return flow;
}

}  // namespace berth::winsock
