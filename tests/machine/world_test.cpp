// SPDX-License-Identifier: MIT
#include <berth/machine/machine.h>
#include <berth/machine/world.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <support/desk.h>
#include <support/temporary_folder.h>

namespace berth {
namespace {

using test::TemporaryFolder;

World full_world() {
  World world;
  world.name = "everything";
  world.uac = Uac::Off;
  world.addresses = {Address::ipv4(10, 0, 0, 1), *parse_address("fd00::1")};
  world.dynamic_ranges = {{Transport::Tcp, Family::Ipv4, {50000, 1000}, Lifetime::Persistent},
                          {Transport::Udp, Family::Ipv6, {51000, 1000}, Lifetime::UntilRestart}};
  world.exclusions = {{Transport::Tcp, {5000, 10}, Lifetime::Persistent},
                      {Transport::Tcp, {5010, 10}, Lifetime::UntilRestart}};
  world.foreign_blocks = {{Transport::Tcp, {50100, 100}, "WinNAT", Placement::MovesAtRestart},
                          {Transport::Udp, {50100, 100}, "HNS", Placement::Fixed}};
  world.kernel_listeners = {{Transport::Tcp, 80, "HTTP"}};
  world.persistent_reservations = {{Transport::Udp, {6000, 20}}};
  world.bound_ports = {{Transport::Tcp,
                        {Address::any(Family::Ipv4), 135},
                        {TokenKind::NetworkService, "rpc"},
                        Sharing::Exclusive,
                        true},
                       {Transport::Udp,
                        {Address::loopback(Family::Ipv6), 123},
                        {TokenKind::LocalService, "time"},
                        Sharing::Reuse}};
  world.host_name = "mooring-2";
  world.identities = {{"alice", {TokenKind::StandardUser, "alice"}}};
  return world;
}

World read(const std::string& text) {
  const auto loaded = parse_world("w.json", text);
  EXPECT_TRUE(loaded) << (loaded ? "" : to_string(loaded.error()));
  World world = loaded ? loaded->world : World{};
  world.file.clear();
  return world;
}

TEST(World, ComesBackFromItsText) {
  EXPECT_EQ(read(world_text(full_world())), full_world());
  EXPECT_EQ(read(world_text(World{})), World{});
  EXPECT_EQ(read("{}"), World{});
}

TEST(World, IsFoundByTheMachine) {
  const auto started = Machine::start({.world = full_world()});
  ASSERT_TRUE(started) << to_string(started.error());
  (*started)->inspect([](const PortPool& pool) {
    EXPECT_EQ(pool.blocks().size(), 6U);
    EXPECT_EQ(pool.sockets().size(), 2U);
    EXPECT_EQ(pool.newest_on(Transport::Tcp, 135)->state, SocketState::Listening);
    EXPECT_EQ(pool.newest_on(Transport::Tcp, 135)->bound_with.sharing, Sharing::Exclusive);
    EXPECT_TRUE(pool.is_local(Address::ipv4(10, 0, 0, 1)));
    EXPECT_FALSE(pool.is_local(Address::ipv4(192, 168, 1, 10)));
    EXPECT_EQ(pool.dynamic_range(Transport::Udp, Family::Ipv6), *PortRange::between(51000, 51999));
  });
}

struct Wrong {
  const char* text;
  const char* place;
};

TEST(World, ThatIsWronglyWrittenIsRefusedWithItsPlace) {
  const Wrong wrong[] = {
      {"", "line 1, column 1"},
      {"[]", ""},
      {"{", "line 1, column 2"},
      {R"({"nmae": "x"})", "/nmae"},
      {R"({"name": ""})", "/name"},
      {R"({"name": "x", "name": "y"})", "/name"},
      {R"({"uac": "maybe"})", "/uac"},
      {R"({"host_name": "two words"})", "/host_name"},
      {R"({"addresses": ["300.1.1.1"]})", "/addresses/0"},
      {R"({"exclusions": [{"transport": "sctp", "start": 1, "count": 1}]})", "/exclusions/0/transport"},
      {R"({"exclusions": [{"transport": "tcp", "start": 70000, "count": 1}]})", "/exclusions/0/start"},
      {R"({"exclusions": [{"transport": "tcp", "start": 1.5, "count": 1}]})", "/exclusions/0/start"},
      {R"({"exclusions": [{"transport": "tcp", "count": 1}]})", "/exclusions/0"},
      {R"({"exclusions": [{"transport": "tcp", "start": 1, "count": 1, "stoer": "active"}]})",
       "/exclusions/0/stoer"},
      {R"({"exclusions": {}})", "/exclusions"},
      {R"({"foreign_blocks": [{"transport": "tcp", "start": 1, "count": 1, "service": ""}]})",
       "/foreign_blocks/0/service"},
      {R"({"kernel_listeners": [{"transport": "tcp", "port": -1, "service": "x"}]})",
       "/kernel_listeners/0/port"},
      {R"({"bound_ports": [{"transport": "udp", "port": 53, "listening": true}]})", "/bound_ports/0"},
      {R"({"bound_ports": [{"transport": "tcp", "port": 53, "identity": "root"}]})",
       "/bound_ports/0/identity"},
      {R"({"identities": {"a": "standard-user", "a": "standard-user"}})", "/identities/a"},
      {R"({"profile": {"name": "x", "switches": {"bad_blok": "invalid"}}})", "/profile/switches/bad_blok"},
      {R"({"profile": {"name": "x", "switches": {"bad_block": "wrong"}}})", "/profile/switches/bad_block"},
      {R"({"profile": {"name": "x", "suspended": ["Nothing"]}})", "/profile/suspended/0"},
      {R"({"store": 5})", "/store"},
  };
  for (const auto& [text, place] : wrong) {
    const auto loaded = parse_world("w.json", text);
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().file, "w.json");
    EXPECT_EQ(loaded.error().place, place) << text << '\n' << to_string(loaded.error());
    EXPECT_FALSE(loaded.error().found.empty()) << text;
    EXPECT_FALSE(loaded.error().expected.empty()) << text;
  }
}

TEST(World, ThatContradictsItselfIsRefusedWithItsPlace) {
  const Wrong wrong[] = {
      {R"({"exclusions": [{"transport": "tcp", "start": 5000, "count": 10},
                          {"transport": "tcp", "start": 5009, "count": 10}]})",
       "/exclusions/1"},
      {R"({"exclusions": [{"transport": "tcp", "start": 0, "count": 10}]})", "/exclusions/0"},
      {R"({"exclusions": [{"transport": "tcp", "start": 65535, "count": 2}]})", "/exclusions/0"},
      {R"({"exclusions": [{"transport": "tcp", "start": 5000, "count": 0}]})", "/exclusions/0"},
      {R"({"dynamic_ranges": [{"transport": "tcp", "family": "ipv4", "start": 50000, "count": 10}]})",
       "/dynamic_ranges/0"},
      {R"({"foreign_blocks": [{"transport": "tcp", "start": 80, "count": 1, "service": "a"}],
           "kernel_listeners": [{"transport": "tcp", "port": 80, "service": "b"}]})",
       "/kernel_listeners/0"},
      {R"({"kernel_listeners": [{"transport": "tcp", "port": 0, "service": "b"}]})", "/kernel_listeners/0"},
      {R"({"foreign_blocks": [{"transport": "tcp", "start": 80, "count": 10, "service": "a"}],
           "persistent_reservations": [{"transport": "tcp", "start": 85, "count": 1}]})",
       "/persistent_reservations/0"},
      {R"({"kernel_listeners": [{"transport": "tcp", "port": 80, "service": "b"}],
           "bound_ports": [{"transport": "tcp", "port": 79}, {"transport": "tcp", "port": 80}]})",
       "/bound_ports/1"},
      {R"({"bound_ports": [{"transport": "tcp", "port": 80}, {"transport": "tcp", "port": 80}]})",
       "/bound_ports/1"},
      {R"({"bound_ports": [{"transport": "tcp", "port": 80, "address": "8.8.8.8"}]})", "/bound_ports/0"},
  };
  for (const auto& [text, place] : wrong) {
    const auto loaded = parse_world("w.json", text);
    ASSERT_TRUE(loaded) << text << '\n' << to_string(loaded.error());
    const auto started = Machine::start({.world = loaded->world});
    ASSERT_FALSE(started) << text;
    EXPECT_EQ(started.error().file, "w.json");
    EXPECT_EQ(started.error().place, place) << to_string(started.error());
    EXPECT_NE(to_string(started.error()).find("w.json"), std::string::npos);
  }
}

// -- files --------------------------------------------------------------------------------------------------

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(World, NamesFilesBesideItself) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "profiles");
  write(folder / "profiles/xp.json", R"({"name": "xp", "switches": {"bind_matrix": "xp"}})");
  write(folder / "w.json", R"({"profile": "profiles/xp.json", "store": "home.json"})");
  const auto loaded = load_world(folder / "w.json");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->profile->bind_matrix, choice::BindMatrix::Xp);
  EXPECT_EQ(loaded->store_path, folder / "home.json");
}

TEST(World, WhoseProfileIsWrongSaysSoOfTheProfile) {
  const TemporaryFolder folder;
  write(folder / "w.json", R"({"profile": "p.json"})");
  EXPECT_EQ(load_world(folder / "w.json").error().file, folder / "p.json");
  write(folder / "p.json", R"({"name": "p", "switch": {}})");
  const auto loaded = load_world(folder / "w.json");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().file, folder / "p.json");
  EXPECT_EQ(loaded.error().place, "/switch");
}

TEST(World, OfAbsurdSizeIsRefused) {
  const TemporaryFolder folder;
  write(folder / "huge.json", "{");
  // A hole; resize_file of mingw-w64 asks for free room, and sometimes finds none.
  std::fstream(folder / "huge.json", std::ios::in | std::ios::out | std::ios::binary)
      .seekp(1LL << 30U)
      .put('}');
  EXPECT_FALSE(load_world(folder / "huge.json"));
  EXPECT_FALSE(load_profile(folder / "huge.json"));
  EXPECT_FALSE(load_world(folder / "missing.json"));
  std::filesystem::create_directory(folder / "folder");
  EXPECT_FALSE(load_world(folder / "folder"));
  EXPECT_FALSE(parse_world("deep.json", std::string(100000, '[')));
  EXPECT_FALSE(parse_world("deep.json", R"({"name":)" + std::string(100000, '{')));
  std::string many = R"({"exclusions": [)";
  for (int i = 0; i < 70000; ++i) many += R"({"transport":"tcp","start":1,"count":1},)";
  many.back() = ']';
  EXPECT_FALSE(parse_world("many.json", many + "}"));
}

TEST(World, CutOffAnywhereIsRefusedNotCrashedOn) {
  const std::string text = world_text(full_world());
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    EXPECT_FALSE(parse_world("cut.json", text.substr(0, length))) << length;
}

TEST(World, WithAnyByteChangedIsReadOrRefused) {
  const std::string text = world_text(full_world());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : {'\0', '9', '\xff'}) {
      std::string changed = text;
      changed[at] = byte;
      const auto loaded = parse_world("changed.json", changed);
      if (loaded) static_cast<void>(Machine::start({.world = loaded->world}));
    }
  }
}

}  // namespace
}  // namespace berth
