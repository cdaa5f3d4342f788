// SPDX-License-Identifier: MIT
#include <array>

#include <berth/document/core_values.h>
#include <berth/document/json.h>

#include "desk.h"

namespace berth::server {
namespace {

constexpr std::array<const char*, 5> kStateNames = {"open", "bound", "listening", "accepted", "ended"};

Json process_json(const ProcessRecord& process, const PortPool& pool, const Client* client) {
  const Identity identity{process.token, std::string(pool.name(process.account))};
  Json json = Json::object(
      {{"process", json_of(process.id)}, {"identity", json_of(identity)}, {"elevated", process.elevated}});
  if (client != nullptr && client->pid != 0) json["pid"] = client->pid;
  if (client != nullptr && !client->program.empty()) json["program"] = client->program;
  return json;
}

Json socket_json(const SocketRecord& socket, const PortPool& pool) {
  Json json = Json::object({{"socket", json_of(socket.id)},
                            {"owner", json_of(socket.owner)},
                            {"transport", json_of(socket.transport)},
                            {"family", json_of(socket.family)},
                            {"state", kStateNames[static_cast<std::size_t>(socket.state)]},
                            {"handles", socket.handles}});
  if (socket.is_bound()) json["name"] = json_of(socket.name);
  if (const BlockRecord* block = pool.reservation_with(socket.association))
    json["associated_with"] = json_of(block->id);
  return json;
}

Json block_json(const BlockRecord& block, const PortPool& pool) {
  Json json = Json::object({{"block", json_of(block.id)},
                            {"kind", kRecordKindNames[static_cast<std::size_t>(block.kind)]},
                            {"transport", json_of(block.transport)},
                            {"range", json_of(block.range)},
                            {"store", json_of(block.lifetime)}});
  if (block.owner) json["owner"] = json_of(block.owner);
  if (block.anchor) json["socket"] = json_of(block.anchor);
  if (block.service) json["service"] = pool.name(block.service);
  return json;
}

Json ranges_json(const PortPool& pool) {
  Json ranges = Json::array();
  for (const Transport transport : {Transport::Tcp, Transport::Udp})
    for (const Family family : {Family::Ipv4, Family::Ipv6})
      ranges.push_back({{"transport", json_of(transport)},
                        {"family", json_of(family)},
                        {"range", json_of(pool.dynamic_range(transport, family))}});
  return ranges;
}

}  // namespace

std::string Desk::status() const {
  using std::chrono::duration_cast;
  const auto up = duration_cast<std::chrono::seconds>(Clock::now() - started_);
  return machine_->inspect([&](const PortPool& pool) {
    Json json = Json::object({{"up_seconds", up.count()},
                              {"boot", pool.boot()},
                              {"profile", machine_->profile().name},
                              {"host_name", machine_->computer().host_name},
                              {"clients", clients_.size()}});
    for (const char* list : {"processes", "sockets", "blocks"}) json[list] = Json::array();
    pool.processes().each([&](const ProcessRecord& process) {
      json["processes"].push_back(process_json(process, pool, client_of(process.id)));
    });
    pool.sockets().each(
        [&](const SocketRecord& socket) { json["sockets"].push_back(socket_json(socket, pool)); });
    pool.blocks().each([&](const BlockRecord& block) { json["blocks"].push_back(block_json(block, pool)); });
    json["dynamic_ranges"] = ranges_json(pool);
    return line_of(Json::object({{"status", std::move(json)}})) + '\n';
  });
}

}  // namespace berth::server
