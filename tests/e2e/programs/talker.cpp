// SPDX-License-Identifier: MIT
// Makes the Windows calls that it is told, a line each, and answers each with a line: the code (0: it worked)
// and what came of it. Sockets have names: how tests lead real programs.
#include <winsock2.h>

#include <mstcpip.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace {

std::map<std::string, SOCKET> sockets;

using Words = std::istringstream;

std::string word(Words& words) {
  std::string next;
  words >> next;
  return next;
}

int number(Words& words) { return std::atoi(word(words).c_str()); }

SOCKET named(Words& words) {
  const auto found = sockets.find(word(words));
  return found == sockets.end() ? INVALID_SOCKET : found->second;
}

sockaddr_in loopback(int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<u_short>(port));
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

std::string told(int result) { return std::to_string(result == 0 ? 0 : WSAGetLastError()); }

std::string kept(const std::string& name, SOCKET socket) {
  if (socket == INVALID_SOCKET) return std::to_string(WSAGetLastError());
  sockets[name] = socket;
  return "0";
}

std::string start(Words&) {
  WSADATA data;
  return std::to_string(WSAStartup(MAKEWORD(2, 2), &data));
}

std::string open(Words& words) {
  const bool is_udp = word(words) == "udp";
  const std::string name = word(words);
  return kept(name,
              is_udp ? socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) : socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
}

std::string bind_it(Words& words) {
  const SOCKET s = named(words);
  const sockaddr_in name = loopback(number(words));
  return told(bind(s, reinterpret_cast<const sockaddr*>(&name), sizeof name));
}

std::string listen_on(Words& words) { return told(listen(named(words), SOMAXCONN)); }

std::string accept_one(Words& words) {
  const SOCKET listener = named(words);
  sockaddr_in peer{};
  int size = sizeof peer;
  const SOCKET accepted = accept(listener, reinterpret_cast<sockaddr*>(&peer), &size);
  const std::string answer = kept(word(words), accepted);
  return answer == "0" ? answer + ' ' + std::to_string(ntohs(peer.sin_port)) : answer;
}

std::string connect_to(Words& words) {
  const SOCKET s = named(words);
  const sockaddr_in name = loopback(number(words));
  return told(connect(s, reinterpret_cast<const sockaddr*>(&name), sizeof name));
}

std::string send_it(Words& words) {
  const SOCKET s = named(words);
  const std::string text = word(words);
  const int sent = send(s, text.data(), static_cast<int>(text.size()), 0);
  return told(sent < 0 ? sent : 0);
}

std::string receive(Words& words) {
  char text[1000];
  const int got = recv(named(words), text, sizeof text, 0);
  return told(got < 0 ? got : 0) + ' ' + std::string(text, static_cast<std::size_t>(got < 0 ? 0 : got));
}

std::string send_to(Words& words) {
  const SOCKET s = named(words);
  const sockaddr_in name = loopback(number(words));
  const std::string text = word(words);
  const int sent = sendto(s, text.data(), static_cast<int>(text.size()), 0,
                          reinterpret_cast<const sockaddr*>(&name), sizeof name);
  return told(sent < 0 ? sent : 0);
}

std::string receive_from(Words& words) {
  char text[1000];
  sockaddr_in peer{};
  int size = sizeof peer;
  const int got = recvfrom(named(words), text, sizeof text, 0, reinterpret_cast<sockaddr*>(&peer), &size);
  if (got < 0) return told(got);
  return "0 " + std::string(text, static_cast<std::size_t>(got)) + ' ' + std::to_string(ntohs(peer.sin_port));
}

// An overlapped receive on a socket, of which there is one.
struct Receive {
  SOCKET socket = INVALID_SOCKET;
  OVERLAPPED overlapped{};
  char text[1000]{};
};
Receive pending;

std::string begin_receive(Words& words) {
  pending = {};
  pending.socket = named(words);
  pending.overlapped.hEvent = WSACreateEvent();
  WSABUF buffer{sizeof pending.text, pending.text};
  DWORD flags = 0;
  return told(WSARecv(pending.socket, &buffer, 1, nullptr, &flags, &pending.overlapped, nullptr));
}

std::string finish_receive(Words&) {
  constexpr DWORD kLongerThanItTakes = 60'000;
  const DWORD waited =
      WSAWaitForMultipleEvents(1, &pending.overlapped.hEvent, TRUE, kLongerThanItTakes, FALSE);
  if (waited != WSA_WAIT_EVENT_0) return "nothing came";
  DWORD bytes = 0;
  DWORD flags = 0;
  if (WSAGetOverlappedResult(pending.socket, &pending.overlapped, &bytes, FALSE, &flags) == FALSE)
    return told(SOCKET_ERROR);
  return "0 " + std::string(pending.text, bytes);
}

std::string port_of(Words& words) {
  sockaddr_in name{};
  int size = sizeof name;
  const int result = getsockname(named(words), reinterpret_cast<sockaddr*>(&name), &size);
  return told(result) + ' ' + std::to_string(ntohs(name.sin_port));
}

std::string close_it(Words& words) { return told(closesocket(named(words))); }

std::string acquire(Words& words) {
  const SOCKET s = named(words);
  INET_PORT_RANGE range{};
  range.StartPort = htons(static_cast<u_short>(number(words)));
  range.NumberOfPorts = static_cast<USHORT>(number(words));
  INET_PORT_RESERVATION_INSTANCE granted{};
  DWORD bytes = 0;
  const int result = WSAIoctl(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, &granted, sizeof granted,
                              &bytes, nullptr, nullptr);
  return told(result) + ' ' + std::to_string(granted.Token.Token);
}

std::string associate(Words& words) {
  const SOCKET s = named(words);
  INET_PORT_RESERVATION_TOKEN token{std::strtoull(word(words).c_str(), nullptr, 10)};
  DWORD bytes = 0;
  return told(WSAIoctl(s, SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof token, nullptr, 0, &bytes, nullptr,
                       nullptr));
}

std::string create(Words& words) {
  const auto first = static_cast<USHORT>(number(words));
  ULONG64 token = 0;
  const ULONG code =
      CreatePersistentTcpPortReservation(htons(first), static_cast<USHORT>(number(words)), &token);
  return std::to_string(code) + ' ' + std::to_string(token);
}

std::string look_up(Words& words) {
  const auto first = static_cast<USHORT>(number(words));
  ULONG64 token = 0;
  const ULONG code =
      LookupPersistentTcpPortReservation(htons(first), static_cast<USHORT>(number(words)), &token);
  return std::to_string(code) + ' ' + std::to_string(token);
}

std::string duplicate(Words& words) {
  const SOCKET s = named(words);
  WSAPROTOCOL_INFOA info{};
  const int result = WSADuplicateSocketA(s, static_cast<DWORD>(number(words)), &info);
  return told(result) + ' ' + std::to_string(info.dwProviderReserved);
}

std::string adopt(Words& words) {
  const std::string name = word(words);
  WSAPROTOCOL_INFOA info{};
  info.dwProviderReserved = static_cast<DWORD>(std::strtoul(word(words).c_str(), nullptr, 10));
  return kept(name, WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0));
}

std::string answer_to(Words& words);

// A forked child does the rest of the line, calls with ; between them; the answers are the child's.
std::string in_child(Words& words) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    std::string answer;
    for (std::string call; std::getline(words, call, ';');) {
      Words one(call);
      answer += (answer.empty() ? "" : "; ") + answer_to(one);
    }
    const bool is_told = write(ends[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
    _exit(is_told ? 0 : 1);
  }
  ::close(ends[1]);
  char text[1000];
  const ssize_t got = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return std::string(text, static_cast<std::size_t>(got < 0 ? 0 : got));
}

std::string handle_of(Words& words) { return "0 " + std::to_string(named(words)); }

// A handle that came from elsewhere gets a name.
std::string take(Words& words) {
  const std::string name = word(words);
  return kept(name, static_cast<SOCKET>(number(words)));
}

std::string keep_private(Words& words) {
  const auto handle = reinterpret_cast<HANDLE>(named(words));
  return told(SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0) ? 0 : -1);
}

// Another program, which stays for as long as this one: a forked child becomes it. It has when it echoes.
std::string become_cat(Words&) {
  int in[2];
  int out[2];
  if (pipe(in) != 0 || pipe(out) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
    execlp("cat", "cat", static_cast<char*>(nullptr));
    _exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  char byte = 'x';
  const bool echoes = ::write(in[1], &byte, 1) == 1 && ::read(out[0], &byte, 1) == 1;
  return (echoes ? "0 " : "no cat ") + std::to_string(child);
}

// A forked child becomes this program anew, which does the rest of the line, call by call.
std::string in_successor(Words& words) {
  std::string calls;
  std::getline(words, calls);
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    execl("/proc/self/exe", "talker", calls.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  ::close(ends[1]);
  std::string answer;
  char text[1000];
  for (ssize_t got = ::read(ends[0], text, sizeof text); got > 0; got = ::read(ends[0], text, sizeof text))
    answer.append(text, static_cast<std::size_t>(got));
  ::close(ends[0]);
  waitpid(child, nullptr, 0);
  return answer;
}

std::string answer_to(Words& words) {
  static const std::map<std::string, std::string (*)(Words&)> kCalls = {{"start", start},
                                                                        {"open", open},
                                                                        {"bind", bind_it},
                                                                        {"listen", listen_on},
                                                                        {"accept", accept_one},
                                                                        {"connect", connect_to},
                                                                        {"send", send_it},
                                                                        {"recv", receive},
                                                                        {"sendto", send_to},
                                                                        {"recvfrom", receive_from},
                                                                        {"port", port_of},
                                                                        {"close", close_it},
                                                                        {"acquire", acquire},
                                                                        {"associate", associate},
                                                                        {"create", create},
                                                                        {"lookup", look_up},
                                                                        {"duplicate", duplicate},
                                                                        {"adopt", adopt},
                                                                        {"fork", in_child},
                                                                        {"exec", in_successor},
                                                                        {"become-cat", become_cat},
                                                                        {"handle", handle_of},
                                                                        {"take", take},
                                                                        {"private", keep_private},
                                                                        {"begin", begin_receive},
                                                                        {"finish", finish_receive}};
  const auto call = kCalls.find(word(words));
  return call == kCalls.end() ? "no such call" : call->second(words);
}

}  // namespace

int main(int count, char** arguments) {
  // Calls in an argument, with commas between them: their answers are told the same way.
  if (count > 1) {
    std::istringstream calls(arguments[1]);
    std::string answers;
    for (std::string call; std::getline(calls, call, ',');) {
      Words words(call);
      answers += (answers.empty() ? "" : ", ") + answer_to(words);
    }
    std::cout << answers;
    return 0;
  }
  for (std::string line; std::getline(std::cin, line);) {
    Words words(line);
    std::cout << answer_to(words) << std::endl;
  }
  return 0;
}
