// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "remote/served_machine.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Identity kAdministrator{TokenKind::ElevatedAdministrator, "alice"};

SocketId opened(Gateway& gateway, ProcessId process, Transport transport = Transport::Tcp) {
  const Outcome outcome = gateway.submit(process, request::OpenSocket{transport, Family::Ipv4});
  return std::get<Reply>(outcome).socket;
}

Outcome bound(Gateway& gateway, ProcessId process, SocketId socket, Port port) {
  return gateway.submit(process, request::Bind{socket, {Address::any(Family::Ipv4), port}});
}

bool is_granted(const Outcome& outcome) { return std::holds_alternative<Reply>(outcome); }
bool has_failed(const Outcome& outcome, HostFailure failure) {
  const auto* seen = std::get_if<HostFailure>(&outcome);
  return seen != nullptr && *seen == failure;
}

// What a raw connection is told before it is ended; empty when it is not ended.
std::string farewell_to(const ServedMachine& served, const std::vector<std::string>& lines) {
  remote::Channel channel = served.connect();
  for (const std::string& line : lines) EXPECT_TRUE(channel.send(line + '\n'));
  std::optional<std::string> reason;
  while (const auto line = channel.receive(remote::kMostBytesAnswered))
    if (auto said = remote::farewell_in(*line)) reason = std::move(said);
  return reason.value_or("");
}

TEST(Server, AnswersAsTheMachineDoes) {
  ServedMachine served;
  const auto client = served.join();
  const ProcessId me = client->process();
  const SocketId socket = opened(*client, me);
  EXPECT_TRUE(is_granted(bound(*client, me, socket, 80)));
  const Outcome again = bound(*client, me, opened(*client, me), 80);
  EXPECT_TRUE(std::holds_alternative<Refusal>(again));
  EXPECT_EQ(client->profile(), served.machine->profile());
  EXPECT_EQ(client->computer(), served.machine->computer());
  ASSERT_EQ(client->bound_sockets().size(), 1U);
  EXPECT_EQ(client->bound_sockets()[0].owner, me);
}

TEST(Server, EndsWhatAConnectionHasStarted) {
  ServedMachine served;
  const auto survivor = served.join();
  auto client = served.join();
  const SocketId socket = opened(*client, client->process());
  ASSERT_TRUE(is_granted(client->submit(client->process(), request::Acquire{socket, {6000, 10}})));
  ASSERT_TRUE(is_granted(bound(*client, client->process(), opened(*client, client->process()), 80)));
  client.reset();
  EXPECT_TRUE(comes_true([&] {
    return served.machine->inspect([](const PortPool& pool) { return pool.sockets().size() == 0; });
  }));
  const SocketId mine = opened(*survivor, survivor->process());
  EXPECT_TRUE(is_granted(bound(*survivor, survivor->process(), mine, 80)));
}

TEST(Server, LeavesTheOthersAloneWhenItEndsAConnection) {
  ServedMachine served;
  const auto client = served.join();
  const auto before = served.machine->state_hash();
  EXPECT_THAT(farewell_to(served, {R"({"berth":1})", "nonsense"}), HasSubstr("expected JSON"));
  EXPECT_THAT(farewell_to(served, {"nonsense"}), HasSubstr("expected JSON"));
  EXPECT_THAT(farewell_to(served, {R"({"berth":2})"}), HasSubstr("speaks version 1"));
  EXPECT_THAT(farewell_to(served, {std::string(remote::kMostBytesAsked + 10, ' ')}),
              HasSubstr("65536 bytes"));
  EXPECT_EQ(served.machine->state_hash(), before);
  EXPECT_TRUE(opened(*client, client->process()));
}

TEST(Server, HearsOnlyTheProcessesOfTheConnection) {
  ServedMachine served;
  const auto one = served.join();
  const auto other = served.join();
  EXPECT_TRUE(has_failed(one->submit(other->process(), request::OpenSocket{Transport::Tcp, Family::Ipv4}),
                         HostFailure::ProcessIsNotRunning));
  EXPECT_TRUE(
      has_failed(one->submit(other->process(), request::ExitProcess{}), HostFailure::ProcessIsNotRunning));
  EXPECT_TRUE(opened(*other, other->process()));
}

TEST(Server, AllowsTheIdentitiesThatItIsTold) {
  server::Settings settings;
  settings.allowed = {{.kind = TokenKind::StandardUser, .account = {}},
                      {.kind = TokenKind::FilteredAdministrator, .account = "bob"}};
  ServedMachine served(settings);
  const auto join = [&](const Identity& identity) {
    const auto joined =
        remote::RemoteGateway::connect(served.where(), {.program = "", .identity = identity, .secret = {}});
    return joined ? "welcome" : joined.error();
  };
  EXPECT_EQ(join({TokenKind::StandardUser, "anybody"}), "welcome");
  EXPECT_EQ(join({TokenKind::FilteredAdministrator, "bob"}), "welcome");
  EXPECT_THAT(join({TokenKind::FilteredAdministrator, "eve"}), HasSubstr("is not allowed here"));
  EXPECT_THAT(join(kAdministrator), HasSubstr("elevated-administrator:alice is not allowed here"));
  const auto client = served.join(std::nullopt);
  EXPECT_TRUE(has_failed(client->submit({}, request::AddForeignBlock{Transport::Tcp, {6000, 1}, "nat", {}}),
                         HostFailure::ProcessIsNotRunning));
  EXPECT_TRUE(has_failed(client->submit({}, request::StartProcess{"eve", TokenKind::LocalSystem}),
                         HostFailure::MachineIsGone));
}

TEST(Server, RefusesALaunchWhoseTokenIsNotAllowed) {
  server::Settings settings;
  settings.allowed = {{.kind = TokenKind::FilteredAdministrator, .account = {}}};
  ServedMachine served(settings);
  const auto client = served.join(std::nullopt);
  Launch launch;
  EXPECT_TRUE(is_granted(client->submit({}, request::StartProcess{"bob", launch})));
  launch.started_by = StartedBy::RunAsAdministrator;
  EXPECT_TRUE(
      has_failed(client->submit({}, request::StartProcess{"bob", launch}), HostFailure::MachineIsGone));
}

TEST(Server, LimitsSocketsAndProcessesOfAClient) {
  server::Settings settings;
  settings.limits.sockets_per_client = 3;
  settings.limits.processes_per_client = 2;
  ServedMachine served(settings);
  const auto client = served.join();
  std::vector<SocketId> sockets;
  sockets.reserve(3);
  for (int i = 0; i < 3; ++i) sockets.push_back(opened(*client, client->process()));
  const request::OpenSocket open{Transport::Tcp, Family::Ipv4};
  EXPECT_TRUE(has_failed(client->submit(client->process(), open), HostFailure::LimitIsReached));
  EXPECT_TRUE(is_granted(client->submit(client->process(), request::CloseSocket{sockets[1]})));
  EXPECT_TRUE(is_granted(client->submit(client->process(), open)));
  const request::StartProcess start{"a", TokenKind::StandardUser};
  EXPECT_TRUE(is_granted(client->submit({}, start)));
  EXPECT_TRUE(has_failed(client->submit({}, start), HostFailure::LimitIsReached));
}

TEST(Server, TurnsAwayAClientTooMany) {
  server::Settings settings;
  settings.limits.clients = 2;
  ServedMachine served(settings);
  const auto one = served.join();
  auto two = served.join();
  const auto three = remote::RemoteGateway::connect(served.where(), {});
  EXPECT_THAT(three.error(), HasSubstr("as many clients as it takes"));
  two.reset();
  EXPECT_TRUE(comes_true([&] { return remote::RemoteGateway::connect(served.where(), {}).has_value(); }));
}

TEST(Server, CutsWhoDoesNotSayHello) {
  server::Settings settings;
  settings.limits.hello = std::chrono::milliseconds(20);
  ServedMachine served(settings);
  remote::Channel silent = served.connect();
  EXPECT_FALSE(silent.receive(100));
  const auto client = served.join();
  std::this_thread::sleep_for(std::chrono::milliseconds(40));  // longer than a hello may take
  EXPECT_TRUE(opened(*client, client->process()));
}

TEST(Server, DoesNotWaitForAClientThatDoesNotRead) {
  ServedMachine served;
  const auto client = served.join();
  remote::Channel deaf = served.connect();
  std::string lines = "{\"berth\":1}\n";
  for (int i = 0; i < 500; ++i) lines += "{\"status\":true}\n";
  std::thread talker([&] {
    for (int i = 0; i < 2000 && deaf.send(lines); ++i) lines.erase(0, i == 0 ? 12 : 0);
  });
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(opened(*client, client->process()));
  served.stop();
  talker.join();
}

std::size_t bytes_kept_for_a_reader() {
  const remote::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  int bytes = 0;
  socklen_t size = sizeof bytes;
  EXPECT_EQ(::getsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &bytes, &size), 0);
  return static_cast<std::size_t>(bytes);
}

TEST(Server, DoesNotKeepAPlaceForWhoDoesNotReadItsFarewell) {
  server::Settings settings;
  settings.limits.clients = 3;
  settings.limits.queued_bytes = std::size_t{64} << 20U;
  settings.limits.farewell = std::chrono::milliseconds(30);
  ServedMachine served(settings);
  const ProcessId process = served.machine->start_process(kAdministrator);
  for (Port port = 1000; port < 1200; ++port)
    ASSERT_TRUE(is_granted(bound(*served.machine, process, opened(*served.machine, process), port)));
  // More than the host keeps for a reader, and all in one piece, so that it is read before it is answered.
  constexpr std::size_t kLeastBytesAboutASocket = 100;
  std::string lines = "{\"berth\":1}\n";
  for (std::size_t i = 0; i < 2 * bytes_kept_for_a_reader() / (200 * kLeastBytesAboutASocket); ++i)
    lines += "{\"status\":true}\n";
  lines += "nonsense\n";
  std::vector<remote::Channel> deaf;
  for (std::size_t i = 0; i < settings.limits.clients; ++i) {
    deaf.push_back(served.connect());
    ASSERT_TRUE(deaf.back().send(lines));
  }
  EXPECT_TRUE(comes_true([&] { return remote::RemoteGateway::connect(served.where(), {}).has_value(); }));
  for (remote::Channel& channel : deaf)
    while (const auto line = channel.receive(remote::kMostBytesAnswered))
      EXPECT_FALSE(remote::farewell_in(*line)) << "what was not to be read was written";
}

TEST(Server, TakesSeveralMessagesAtOnceAndMessagesInPieces) {
  ServedMachine served;
  remote::Channel channel = served.connect();
  ASSERT_TRUE(channel.send("{\"berth\":1}\n{\"generation\":true}\n{\"gener"));
  EXPECT_TRUE(channel.receive(1 << 20));
  EXPECT_EQ(channel.receive(100), R"({"number":"0x0"})");
  ASSERT_TRUE(channel.send("ation\":true}\n"));
  EXPECT_EQ(channel.receive(100), R"({"number":"0x0"})");
}

TEST(Server, FailsEveryCallOfItsClientsWhenItEnds) {
  ServedMachine served;
  const auto client = served.join();
  const SocketId socket = opened(*client, client->process());
  std::atomic<bool> told = false;
  client->when_gone([&] { told = true; });
  served.stop();
  EXPECT_TRUE(comes_true([&] { return told && client->is_gone(); }));
  EXPECT_TRUE(has_failed(bound(*client, client->process(), socket, 80), HostFailure::MachineIsGone));
  EXPECT_FALSE(client->receiver_of(Transport::Tcp, {Address::ipv4(127, 0, 0, 1), 80}).address_is_local);
  EXPECT_FALSE(client->owner_of(Transport::Tcp, {}));
  EXPECT_TRUE(client->bound_sockets().empty());
  EXPECT_FALSE(client->status());
}

TEST(Server, ShowsItsAddressGenerationInSharedMemory) {
  ServedMachine served;
  const auto client = served.join();
  const auto other = served.join();
  const std::uint64_t before = client->address_generation();
  ASSERT_TRUE(is_granted(bound(*other, other->process(), opened(*other, other->process()), 80)));
  EXPECT_EQ(client->address_generation(), served.machine->address_generation());
  EXPECT_NE(client->address_generation(), before);
}

TEST(Server, KeepsItsAddressGenerationWhereNothingLeadsElsewhere) {
  ServedMachine served;
  const auto client = served.join();
  const auto other = served.join();
  const auto ask = [&](const Request& request) {
    const Outcome outcome = other->submit(other->process(), request);
    return is_granted(outcome) ? std::get<Reply>(outcome) : Reply{};
  };
  const SocketId bound_one = opened(*other, other->process());
  ASSERT_TRUE(is_granted(bound(*other, other->process(), bound_one, 80)));
  const std::uint64_t before = client->address_generation();
  const SocketId socket = opened(*other, other->process());
  const Token token = ask(request::Acquire{socket, {6000, 10}}).token;
  ASSERT_TRUE(token);
  ask(request::Associate{opened(*other, other->process()), token});
  ask(request::Release{socket, token});
  ask(request::SetOption{bound_one, Option::Broadcast, true});
  EXPECT_EQ(ask(request::NameOf{bound_one}).name.port, 80);
  EXPECT_TRUE(ask(request::CreatePersistent{Transport::Tcp, {7000, 10}}).token);
  EXPECT_TRUE(ask(request::LookupPersistent{Transport::Tcp, {7000, 10}}).token);
  EXPECT_FALSE(is_granted(bound(*other, other->process(), socket, 80)));
  served.join().reset();  // a program that comes and goes
  EXPECT_EQ(client->address_generation(), before);
  EXPECT_EQ(served.machine->address_generation(), before);
  ask(request::CloseSocket{bound_one});
  EXPECT_NE(client->address_generation(), before);
}

TEST(Server, LeadsTrafficFromOneProgramToAnother) {
  ServedMachine served;
  const auto one = served.join();
  const auto other = served.join();
  const SocketId listener = opened(*one, one->process());
  ASSERT_TRUE(is_granted(bound(*one, one->process(), listener, 80)));
  ASSERT_TRUE(is_granted(one->submit(one->process(), request::Listen{listener})));
  const Carrier carrier{{Address::ipv4(127, 9, 9, 9), 4321}};
  const Endpoint name{Address::ipv4(127, 0, 0, 1), 80};
  other->set_carrier(listener, {{Address::ipv4(127, 6, 6, 6), 666}}, name);  // not its own: ignored
  one->set_carrier(listener, carrier, name);
  const Receiver receiver = other->receiver_of(Transport::Tcp, name);
  EXPECT_TRUE(receiver.address_is_local);
  EXPECT_EQ(receiver.socket, listener);
  EXPECT_EQ(receiver.carrier, carrier);
  const auto owner = other->owner_of(Transport::Tcp, carrier);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->socket, listener);
  EXPECT_EQ(owner->name, name);
}

TEST(Server, MakesItsSocketForItsUserAlone) {
  ServedMachine served;
  struct stat status {};
  ASSERT_EQ(::stat(served.where().path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const std::string path = served.where().path;
  served.stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, ReplacesASocketThatNobodyListensOn) {
  const TemporaryFolder folder;
  const remote::Where where{.path = folder / "socket", .host = {}, .port = 0};
  server::Settings settings;
  settings.places = {where};
  ServedMachine first(settings);
  const auto refused = server::Server::start(std::move(Machine::start()).value(), settings);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("another server listens there"));
  std::ofstream(folder / "file") << "text";
  settings.places = {{.path = folder / "file", .host = {}, .port = 0}};
  EXPECT_THAT(server::Server::start(std::move(Machine::start()).value(), settings).error(),
              HasSubstr("no socket"));
  EXPECT_TRUE(std::filesystem::exists(folder / "file"));
}

TEST(Server, WantsItsSecretFromWhoComesOverTcp) {
  server::Settings settings;
  settings.places = {{.path = {}, .host = "127.0.0.1", .port = 0}};
  EXPECT_THAT(server::Server::start(std::move(Machine::start()).value(), settings).error(),
              HasSubstr("found no secret"));
  settings.secret = "correct horse";
  ServedMachine served(settings);
  ASSERT_NE(served.where().port, 0);
  const auto join = [&](std::optional<std::string> secret) {
    return remote::RemoteGateway::connect(
        served.where(), {.program = "tcp", .identity = kAdministrator, .secret = std::move(secret)});
  };
  EXPECT_THAT(join({}).error(), HasSubstr("secret"));
  EXPECT_THAT(join("correct hoarse").error(), HasSubstr("secret"));
  const auto client = join("correct horse").value();
  EXPECT_TRUE(opened(*client, client->process()));
  EXPECT_EQ(client->address_generation(), served.machine->address_generation());
}

// A conversation by messages, line by line.
class Talk {
 public:
  explicit Talk(const ServedMachine& served) : channel_(served.connect()) {}
  template <class Answer, class Message>
  Answer about(const Message& message) {
    std::string line;
    remote::write(line, message);
    EXPECT_TRUE(channel_.send(line));
    const auto answer = remote::parse<Answer>(channel_.receive(remote::kMostBytesAnswered).value_or(""));
    EXPECT_TRUE(answer) << answer.error();
    return answer ? *answer : Answer{};
  }
  Outcome ask(ProcessId caller, const Request& request) {
    return about<Outcome>(remote::Ask(remote::ask::Submit{.caller = caller, .request = request}));
  }

 private:
  remote::Channel channel_;
};

TEST(Server, GoesOnWithTheProgramThatTookAnothersPlace) {
  ServedMachine served;
  Talk talk(served);
  remote::Hello hello;
  hello.identity = kAdministrator;
  const ProcessId before = talk.about<remote::Welcome>(hello).process;
  const request::OpenSocket open{Transport::Tcp, Family::Ipv4};
  const SocketId kept = std::get<Reply>(talk.ask(before, open)).socket;
  const SocketId dropped = std::get<Reply>(talk.ask(before, open)).socket;
  const remote::Ask exec(remote::ask::Exec{
      .program = "next", .identity = {TokenKind::StandardUser, "bob"}, .keep = {kept, SocketId{99}}});
  const ProcessId after = talk.about<remote::Welcome>(exec).process;
  EXPECT_NE(after, before);
  EXPECT_TRUE(has_failed(talk.ask(before, request::NameOf{kept}), HostFailure::ProcessIsNotRunning));
  EXPECT_EQ(std::get<Refusal>(talk.ask(after, request::NameOf{kept})).rule, Rule::SocketHasNoName);
  EXPECT_EQ(std::get<Refusal>(talk.ask(after, request::NameOf{dropped})).rule, Rule::NotASocket);
  EXPECT_TRUE(served.machine->inspect([&](const PortPool& pool) {
    return pool.process(after)->token == TokenKind::StandardUser && pool.process(before) == nullptr;
  }));
}

TEST(Server, LetsNobodyBecomeWhoIsNotAllowed) {
  server::Settings settings;
  settings.allowed = {{.kind = TokenKind::StandardUser, .account = std::nullopt}};
  ServedMachine served(settings);
  EXPECT_THAT(farewell_to(served, {R"({"berth":1,"identity":"standard-user:bob"})",
                                   R"({"exec":"next","identity":"local-system","keep":[]})"}),
              HasSubstr("not allowed"));
}

TEST(Server, TellsItsStatus) {
  ServedMachine served;
  const auto client = served.join();
  ASSERT_TRUE(is_granted(bound(*client, client->process(), opened(*client, client->process()), 80)));
  const auto status = client->status();
  ASSERT_TRUE(status);
  EXPECT_THAT(*status, StartsWith(R"({"status":{)"));
  EXPECT_THAT(*status, HasSubstr("\"pid\":" + std::to_string(::getpid())));
  EXPECT_THAT(*status, HasSubstr(R"("program":"test")"));
  EXPECT_THAT(*status, HasSubstr(R"("identity":"elevated-administrator:alice")"));
  EXPECT_THAT(*status, HasSubstr(R"("name":{"address":"0.0.0.0","port":80})"));
}

}  // namespace
}  // namespace berth::test
