// SPDX-License-Identifier: MIT
// `berth status` and `berth ps`: a machine seen from outside.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <berth/document/json.h>
#include <berth/remote/remote_gateway.h>

#include "commands.h"
#include "machine_options.h"
#include "options.h"

namespace berth::emulator {
namespace {

struct LookOptions {
  std::string socket;
  std::string secret_file;
  bool json = false;
};

using Row = std::vector<std::string>;

// Columns as wide as their widest cell; the first row is the heading.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const bool in_colour = colour_of_stdout() == scenario::Colour::With;
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += &row == &rows.front() && in_colour ? "\x1b[1m" + line + "\x1b[0m\n" : line + '\n';
  }
  return text;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string name_of(const Json& socket) {
  const auto found = socket.find("name");
  if (found == socket.end()) return "-";
  const std::string address = text_of(*found, "address");
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return (is_ipv6 ? '[' + address + ']' : address) + ':' + text_of(*found, "port");
}

std::string range_of(const Json& holder) {
  const auto start = holder.at("range").at("start").get<unsigned>();
  const auto last = start + holder.at("range").at("count").get<unsigned>() - 1;
  return start == last ? std::to_string(start) : std::to_string(start) + '-' + std::to_string(last);
}

std::size_t count_of(const Json& list, const char* key, const std::string& value) {
  return static_cast<std::size_t>(
      std::ranges::count_if(list, [&](const Json& one) { return text_of(one, key) == value; }));
}

// The blocks and ports that a process holds, in few words.
std::string held_by(const Json& status, const std::string& process) {
  std::vector<std::string> held;
  for (const Json& block : status.at("blocks"))
    if (text_of(block, "owner") == process)
      held.push_back(text_of(block, "transport") + ' ' + range_of(block));
  for (const Json& socket : status.at("sockets"))
    if (text_of(socket, "owner") == process && socket.contains("name"))
      held.push_back(text_of(socket, "transport") + ' ' + name_of(socket));
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(held.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + held[i];
  if (held.size() > kMost) text += ", and " + std::to_string(held.size() - kMost) + " more";
  return text.empty() ? "-" : text;
}

std::string processes_text(const Json& status) {
  std::vector<Row> rows = {{"PID", "PROGRAM", "PROCESS", "IDENTITY", "SOCKETS", "HOLDS"}};
  for (const Json& process : status.at("processes")) {
    const std::string id = text_of(process, "process");
    rows.push_back({text_of(process, "pid"), text_of(process, "program"), id, text_of(process, "identity"),
                    std::to_string(count_of(status.at("sockets"), "owner", id)), held_by(status, id)});
  }
  return table(rows);
}

std::string sockets_text(const Json& status) {
  std::vector<Row> rows = {{"SOCKET", "PROCESS", "PROTOCOL", "STATE", "NAME"}};
  for (const Json& socket : status.at("sockets"))
    rows.push_back({text_of(socket, "socket"), text_of(socket, "owner"),
                    text_of(socket, "transport") + ' ' + text_of(socket, "family"), text_of(socket, "state"),
                    name_of(socket)});
  return table(rows);
}

std::string blocks_text(const Json& status) {
  std::vector<Row> rows = {{"BLOCK", "PROTOCOL", "PORTS", "KIND", "STORE", "HELD BY"}};
  for (const Json& block : status.at("blocks"))
    rows.push_back({text_of(block, "block"), text_of(block, "transport"), range_of(block),
                    text_of(block, "kind"), text_of(block, "store"),
                    block.contains("service") ? text_of(block, "service") : text_of(block, "owner")});
  return table(rows);
}

std::string status_text(const Json& status) {
  std::string text = "machine " + text_of(status, "host_name") + ", profile " + text_of(status, "profile") +
                     ", boot " + text_of(status, "boot") + ", up " + text_of(status, "up_seconds") + " s, " +
                     text_of(status, "clients") + " connections\n";
  for (const Json& range : status.at("dynamic_ranges"))
    text += "dynamic ports of " + text_of(range, "transport") + ' ' + text_of(range, "family") + ": " +
            range_of(range) + '\n';
  text += '\n' + processes_text(status) + '\n' + sockets_text(status) + '\n' + blocks_text(status);
  return text;
}

Json status_from(const LookOptions& options) {
  const remote::Where where = where_from(options.socket);
  remote::Introduction introduction{.program = "berth", .identity = {}, .secret = {}};
  if (!options.secret_file.empty()) introduction.secret = secret_from(options.secret_file);
  const auto joined = remote::RemoteGateway::connect(where, introduction);
  if (!joined) throw BadInput("the machine at " + to_string(where) + ": " + joined.error());
  const auto line = (*joined)->status();
  if (!line) throw BadInput("the machine at " + to_string(where) + " is gone");
  return Json::parse(*line).at("status");
}

int look(const LookOptions& options, std::string (*text)(const Json&)) {
  const Json status = status_from(options);
  print(options.json ? page_of(status) : text(status));
  return kAgrees;
}

void add_look(CLI::App& app, int& exit_code, const char* name, const char* what,
              std::string (*text)(const Json&)) {
  auto options = std::make_shared<LookOptions>();
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--socket", options->socket, "Where the machine is served; without it BERTH_SOCKET");
  command->add_option("--secret-file", options->secret_file,
                      "The server's secret, for one that is reached by TCP");
  command->add_flag("--json", options->json, "For programs");
  command->footer("Exit codes: 0 all is well; 2 bad input, or no machine there.");
  command->callback([options, &exit_code, text] { exit_code = look(*options, text); });
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  add_look(app, exit_code, "status", "Show a served machine: processes, sockets, who holds which ports",
           status_text);
}

void add_ps(CLI::App& app, int& exit_code) {
  add_look(app, exit_code, "ps", "Show the processes of a served machine", processes_text);
}

}  // namespace berth::emulator
