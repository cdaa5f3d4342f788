// SPDX-License-Identifier: MIT
#include <berth/machine/world.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>

#include "world_json.h"

namespace berth {
namespace {

constexpr std::array<std::string_view, 3> kSharingNames = {"default", "reuse", "exclusive"};
constexpr std::size_t kMostEntries = 65536;

RequestedBlock read_block(Members& members) {
  return {.start = members.required("start").port(), .count = read<std::uint16_t>(members.required("count"))};
}

template <class T>
T read_or(Members& members, std::string_view key, T otherwise) {
  const auto given = members.optional(key);
  return given ? read<T>(*given) : otherwise;
}

request::SetDynamicRange read_dynamic_range(const Cursor& at) {
  return at.object([](Members& members) {
    return request::SetDynamicRange{.transport = read<Transport>(members.required("transport")),
                                    .family = read<Family>(members.required("family")),
                                    .block = read_block(members),
                                    .lifetime = read_or(members, "store", Lifetime::Persistent)};
  });
}

request::AddExclusion read_exclusion(const Cursor& at) {
  return at.object([](Members& members) {
    return request::AddExclusion{.transport = read<Transport>(members.required("transport")),
                                 .block = read_block(members),
                                 .lifetime = read_or(members, "store", Lifetime::Persistent)};
  });
}

request::AddForeignBlock read_foreign_block(const Cursor& at) {
  return at.object([](Members& members) {
    return request::AddForeignBlock{.transport = read<Transport>(members.required("transport")),
                                    .block = read_block(members),
                                    .service = members.required("service").name(),
                                    .placement = read_or(members, "placement", Placement::Fixed)};
  });
}

request::AddKernelListener read_kernel_listener(const Cursor& at) {
  return at.object([](Members& members) {
    return request::AddKernelListener{.transport = read<Transport>(members.required("transport")),
                                      .port = members.required("port").port(),
                                      .service = members.required("service").name()};
  });
}

request::CreatePersistent read_persistent(const Cursor& at) {
  return at.object([](Members& members) {
    return request::CreatePersistent{.transport = read<Transport>(members.required("transport")),
                                     .block = read_block(members)};
  });
}

WorldBoundPort read_bound_port(const Cursor& at) {
  return at.object([](Members& members) {
    WorldBoundPort port;
    port.transport = read<Transport>(members.required("transport"));
    port.name.port = members.required("port").port();
    port.name.address = read_or(members, "address", Address::any(Family::Ipv4));
    port.identity = read_or(members, "identity", Identity{TokenKind::LocalSystem, "system"});
    if (const auto sharing = members.optional("sharing"))
      port.sharing = sharing->one_of<Sharing>(kSharingNames);
    if (const auto listening = members.optional("listening")) port.listening = listening->boolean();
    if (port.listening && port.transport == Transport::Udp)
      members.place().refuse("a UDP port that listens", "a TCP port, or no \"listening\"");
    return port;
  });
}

template <class Read>
auto read_list(Members& members, std::string_view key, Read&& read_one) {
  const auto given = members.optional(key);
  using List = decltype(given->list(kMostEntries, read_one));
  return given ? given->list(kMostEntries, read_one) : List{};
}

std::vector<WorldIdentity> read_identities(Members& members) {
  std::vector<WorldIdentity> identities;
  const auto given = members.optional("identities");
  if (!given) return identities;
  for (const auto& [name, identity] : given->named_values(kMostEntries))
    identities.push_back({.name = name, .identity = read<Identity>(identity)});
  return identities;
}

bool is_of_a_host_name(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-';
}

std::string read_host_name(const Cursor& at) {
  std::string name = at.name();
  if (name.size() > 63 || !std::ranges::all_of(name, is_of_a_host_name))
    at.refuse("the host name " + name, "up to 63 letters, digits and hyphens");
  return name;
}

// What a world file names beside the world itself, not yet looked at.
struct Named {
  std::optional<Profile> profile;
  std::optional<std::string> profile_file;
  std::optional<std::string> store_file;
};

World read_members(Members& members, Named* named) {
  World world;
  if (const auto name = members.optional("name")) world.name = name->name();
  if (const auto host_name = members.optional("host_name")) world.host_name = read_host_name(*host_name);
  world.uac = read_or(members, "uac", world.uac);
  if (const auto given = members.optional("addresses"))
    world.addresses = given->list(kMostEntries, [](const Cursor& at) { return read<Address>(at); });
  world.dynamic_ranges = read_list(members, "dynamic_ranges", read_dynamic_range);
  world.exclusions = read_list(members, "exclusions", read_exclusion);
  world.foreign_blocks = read_list(members, "foreign_blocks", read_foreign_block);
  world.kernel_listeners = read_list(members, "kernel_listeners", read_kernel_listener);
  world.persistent_reservations = read_list(members, "persistent_reservations", read_persistent);
  world.bound_ports = read_list(members, "bound_ports", read_bound_port);
  world.identities = read_identities(members);
  if (named == nullptr) return world;
  if (const auto profile = members.optional("profile")) {
    if (profile->is_text()) {
      named->profile_file = profile->name();
    } else {
      named->profile = read<Profile>(*profile);
    }
  }
  if (const auto store = members.optional("store")) named->store_file = store->name();
  return world;
}

StartError start_error(const DocumentError& error) {
  return {.file = error.file, .place = error.place, .found = error.found, .expected = error.expected};
}

std::string beside(const std::string& file, const std::string& named) {
  return (std::filesystem::path(file).parent_path() / named).generic_string();
}

Json json_of(const WorldBoundPort& port) {
  Json json{{"transport", json_of(port.transport)},
            {"address", to_string(port.name.address)},
            {"port", port.name.port},
            {"identity", json_of(port.identity)},
            {"sharing", kSharingNames[static_cast<std::size_t>(port.sharing)]}};
  if (port.listening) json["listening"] = true;
  return json;
}

Json with_block(Json json, RequestedBlock block) {
  json["start"] = block.start;
  json["count"] = block.count;
  return json;
}

Json json_of(const request::SetDynamicRange& range) {
  Json json =
      with_block({{"transport", json_of(range.transport)}, {"family", json_of(range.family)}}, range.block);
  json["store"] = json_of(range.lifetime);
  return json;
}
Json json_of(const request::AddExclusion& exclusion) {
  Json json = with_block({{"transport", json_of(exclusion.transport)}}, exclusion.block);
  json["store"] = json_of(exclusion.lifetime);
  return json;
}
Json json_of(const request::AddForeignBlock& block) {
  Json json = with_block({{"transport", json_of(block.transport)}}, block.block);
  json["service"] = block.service;
  json["placement"] = json_of(block.placement);
  return json;
}
Json json_of(const request::AddKernelListener& listener) {
  return {{"transport", json_of(listener.transport)}, {"port", listener.port}, {"service", listener.service}};
}
Json json_of(const request::CreatePersistent& create) {
  return with_block({{"transport", json_of(create.transport)}}, create.block);
}

template <class List>
void put_list(Json& json, const char* key, const List& list) {
  if (list.empty()) return;
  json[key] = Json::array();
  for (const auto& value : list) json[key].push_back(json_of(value));
}

}  // namespace

World read_world(const Cursor& at) {
  return at.object([](Members& members) { return read_members(members, nullptr); });
}

Json world_json(const World& world) {
  Json json{{"name", world.name}, {"uac", json_of(world.uac)}};
  json["addresses"] = Json::array();
  for (const Address& address : world.addresses) json["addresses"].push_back(to_string(address));
  if (world.host_name != kUsualHostName) json["host_name"] = world.host_name;
  put_list(json, "dynamic_ranges", world.dynamic_ranges);
  put_list(json, "exclusions", world.exclusions);
  put_list(json, "foreign_blocks", world.foreign_blocks);
  put_list(json, "kernel_listeners", world.kernel_listeners);
  put_list(json, "persistent_reservations", world.persistent_reservations);
  put_list(json, "bound_ports", world.bound_ports);
  for (const WorldIdentity& identity : world.identities)
    json["identities"][identity.name] = json_of(identity.identity);
  return json;
}

std::string to_string(const StartError& error) {
  const std::string place = error.place.empty() ? "" : " at " + error.place + ":";
  return error.file + ":" + place + " found " + error.found + ", expected " + error.expected;
}

Result<LoadedWorld, StartError> parse_world(const std::string& file, const std::string& text) {
  Named named;
  auto world = read_document(file, text, [&named](const Cursor& at) {
    return at.object([&named](Members& members) { return read_members(members, &named); });
  });
  if (!world) return start_error(world.error());
  LoadedWorld loaded{.world = *std::move(world), .profile = named.profile, .store_path = {}};
  loaded.world.file = file;
  if (named.profile_file) {
    auto profile = load_profile(beside(file, *named.profile_file));
    if (!profile) return profile.error();
    loaded.profile = *std::move(profile);
  }
  if (named.store_file) loaded.store_path = beside(file, *named.store_file);
  return loaded;
}

Result<LoadedWorld, StartError> load_world(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return start_error(text.error());
  return parse_world(path, *text);
}

std::string world_text(const World& world) { return page_of(world_json(world)); }

Result<Profile, StartError> load_profile(const std::string& path) {
  auto profile = read_document_file(path, [](const Cursor& at) { return read<Profile>(at); });
  if (!profile) return start_error(profile.error());
  return *std::move(profile);
}

}  // namespace berth
