// SPDX-License-Identifier: MIT
#include <berth/remote/remote_gateway.h>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/remote/shared_counter.h>
#include <berth/traffic/background_thread.h>

namespace berth::remote {

// -- the connection -------------------------------------------------------------------------------

struct RemoteGateway::Impl {
  Where where;
  Hello hello;
  Profile profile;
  Computer computer;
  Signs signs;
  std::optional<SharedCounter> generation;  // of a server on the same host

  std::mutex mutex;  // guards what follows
  Channel channel;
  std::string line;
  ProcessId process;
  std::vector<std::pair<ProcessId, ProcessId>> inherited;  // what the parent's processes are here
  std::optional<std::uint64_t> ticket;                     // for the child of the fork that is under way
  std::function<void(int)> then_forked;

  // Looks out for the end of the connection, so that whoever sleeps elsewhere hears of it.
  std::unique_ptr<std::thread> watcher;
  std::vector<std::thread*> left_with_parents;  // of which a child has only the name
  Descriptor stop_watching;
  std::mutex gone_mutex;  // guards `then_gone`
  std::function<void()> then_gone;

  Result<Welcome, std::string> introduce();
  Result<Welcome, std::string> hear_welcome();
  void settle(const Welcome& welcome);
  // The line that answers, good until the next one; nothing when the server is gone.
  std::optional<std::string_view> answer_to(const Ask& asked, int descriptor = -1);
  template <class Answer>
  std::optional<Answer> exchange(const Ask& asked, int descriptor = -1);
  [[nodiscard]] ProcessId here(ProcessId asked) const;
  void lose();
  void start_watching();
  void end_watching();
  void watch(int connection, int stop);
  void prepare_fork();
  void become_child();
};

namespace {

// The gateways of the program, for the moment of a fork.
struct Gateways {
  std::mutex mutex;
  std::vector<RemoteGateway::Impl*> all;
};

Gateways& gateways() {
  // Never destroyed: a thread may still fork while the program ends.
  static Gateways& all = *new Gateways;
  return all;
}

void before_fork() {
  gateways().mutex.lock();
  for (RemoteGateway::Impl* gateway : gateways().all) {
    gateway->mutex.lock();
    gateway->prepare_fork();
  }
}

void after_fork_in_parent() {
  for (RemoteGateway::Impl* gateway : gateways().all) gateway->mutex.unlock();
  gateways().mutex.unlock();
}

void after_fork_in_child() {
  for (RemoteGateway::Impl* gateway : gateways().all) gateway->become_child();
  after_fork_in_parent();
}

void add_gateway(RemoteGateway::Impl* gateway) {
  RemoteGateway::watch_forks();
  const std::lock_guard guard(gateways().mutex);
  gateways().all.push_back(gateway);
}

void remove_gateway(const RemoteGateway::Impl* gateway) {
  const std::lock_guard guard(gateways().mutex);
  std::erase(gateways().all, gateway);
}

}  // namespace

Result<Welcome, std::string> RemoteGateway::Impl::introduce() {
  auto connected = Channel::to(where);
  if (!connected) return connected.error();
  channel = std::move(connected).value();
  hello.pid = static_cast<std::uint64_t>(::getpid());
  line.clear();
  write(line, hello);
  return hear_welcome();
}

// Says the line first.
Result<Welcome, std::string> RemoteGateway::Impl::hear_welcome() {
  static_cast<void>(channel.send(line));  // who hangs up at once may have said why
  const auto answer = channel.receive(kMostBytesAnswered);
  if (!answer) return std::string("it hangs up");
  if (auto reason = farewell_in(*answer)) return *std::move(reason);
  auto welcome = parse<Welcome>(*answer);
  if (!welcome) return "it does not speak as a machine does (" + welcome.error() + ")";
  if (const Descriptor page = channel.take_descriptor()) {
    generation = SharedCounter::of(page);
    signs.generation = generation ? &generation->number() : nullptr;
  }
  return welcome;
}

// What the welcome says is so from now on.
void RemoteGateway::Impl::settle(const Welcome& welcome) {
  process = welcome.process;
  profile = welcome.profile;
  computer = welcome.computer;
  start_watching();
  add_gateway(this);
}

std::optional<std::string_view> RemoteGateway::Impl::answer_to(const Ask& asked, int descriptor) {
  if (signs.is_gone.load(std::memory_order_acquire)) return std::nullopt;
  line.clear();
  write(line, asked);
  std::optional<std::string_view> text;
  if (channel.send(line, descriptor)) text = channel.receive(kMostBytesAnswered);
  if (!text) lose();
  return text;
}

template <class Answer>
std::optional<Answer> RemoteGateway::Impl::exchange(const Ask& asked, int descriptor) {
  const auto text = answer_to(asked, descriptor);
  if (!text) return std::nullopt;
  auto answer = parse<Answer>(*text);
  if (answer) return *std::move(answer);
  lose();
  return std::nullopt;
}

ProcessId RemoteGateway::Impl::here(ProcessId asked) const {
  for (const auto& [parent, child] : inherited)
    if (parent == asked) return child;
  return asked;
}

// The descriptor stays open, so that the watcher sees the end of the connection too.
void RemoteGateway::Impl::lose() {
  signs.is_gone.store(true, std::memory_order_release);
  ::shutdown(channel.descriptor(), SHUT_RDWR);
}

// -- watching -------------------------------------------------------------------------------------

void RemoteGateway::Impl::watch(int connection, int stop) {
  pollfd watched[] = {{.fd = connection, .events = POLLRDHUP, .revents = 0},
                      {.fd = stop, .events = POLLIN, .revents = 0}};
  int found = 0;
  do {
    found = ::poll(watched, 2, -1);
  } while (found < 0 && errno == EINTR);
  if (watched[1].revents != 0) return;
  signs.is_gone.store(true, std::memory_order_release);
  const std::lock_guard guard(gone_mutex);
  if (auto then = std::exchange(then_gone, nullptr)) then();
}

void RemoteGateway::Impl::start_watching() {
  stop_watching = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (!stop_watching) return;
  auto thread = traffic::start_background_thread(
      [this, connection = channel.descriptor(), stop = stop_watching.get()] { watch(connection, stop); });
  if (thread) watcher = std::make_unique<std::thread>(*std::move(thread));
}

void RemoteGateway::Impl::end_watching() {
  if (watcher == nullptr) return;
  const std::uint64_t one = 1;
  static_cast<void>(::write(stop_watching.get(), &one, sizeof one));
  watcher->join();
  watcher.reset();
}

// -- forks ----------------------------------------------------------------------------------------

void RemoteGateway::Impl::prepare_fork() {
  ticket.reset();
  const bool has_processes = process || !inherited.empty();
  if (has_processes) ticket = exchange<std::uint64_t>(ask::Fork{});
}

void RemoteGateway::Impl::become_child() {
  if (watcher != nullptr) left_with_parents.push_back(watcher.release());
  stop_watching = Descriptor();
  channel = Channel();
  signs.is_gone.store(true, std::memory_order_release);
  if (!ticket) return;
  hello.identity.reset();
  hello.ticket = std::exchange(ticket, std::nullopt);
  const auto welcome = introduce();
  if (!welcome) return;
  // A grandchild is asked for what its grandparent's face calls its processes.
  std::vector<std::pair<ProcessId, ProcessId>> now = welcome->inherited;
  for (const auto& [eldest, parent] : inherited)
    for (const auto& [old_id, new_id] : welcome->inherited)
      if (parent == old_id) now.emplace_back(eldest, new_id);
  inherited = std::move(now);
  signs.is_gone.store(false, std::memory_order_release);
  start_watching();
  if (then_forked) then_forked(channel.descriptor());
}

// -- the gateway ----------------------------------------------------------------------------------

Result<std::shared_ptr<RemoteGateway>, std::string> RemoteGateway::connect(const Where& where,
                                                                           const Introduction& introduction) {
  auto impl = std::make_unique<Impl>();
  impl->where = where;
  impl->hello.program = introduction.program;
  impl->hello.identity = introduction.identity;
  impl->hello.secret = introduction.secret;
  const auto welcome = impl->introduce();
  if (!welcome) return welcome.error();
  impl->settle(*welcome);
  return std::shared_ptr<RemoteGateway>(new RemoteGateway(std::move(impl)));
}

Result<std::shared_ptr<RemoteGateway>, std::string> RemoteGateway::take_over(
    int descriptor, const Where& where, const Introduction& introduction, const std::vector<SocketId>& keep) {
  auto impl = std::make_unique<Impl>();
  impl->channel = Channel(Descriptor(descriptor));
  impl->where = where;
  impl->hello.program = introduction.program;
  impl->hello.identity = introduction.identity;
  impl->hello.secret = introduction.secret;
  write(impl->line,
        Ask(ask::Exec{.program = introduction.program, .identity = *introduction.identity, .keep = keep}));
  const auto welcome = impl->hear_welcome();
  if (!welcome) return welcome.error();
  impl->settle(*welcome);
  return std::shared_ptr<RemoteGateway>(new RemoteGateway(std::move(impl)));
}

RemoteGateway::RemoteGateway(std::unique_ptr<Impl> impl) : Gateway(impl->signs), impl_(std::move(impl)) {}

RemoteGateway::~RemoteGateway() {
  remove_gateway(impl_.get());
  impl_->end_watching();
}

void RemoteGateway::watch_forks() {
  static const int watched = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  static_cast<void>(watched);
}

void RemoteGateway::when_forked(std::function<void(int)> then) {
  const std::lock_guard guard(impl_->mutex);
  impl_->then_forked = std::move(then);
}

ProcessId RemoteGateway::process() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->process;
}

Outcome RemoteGateway::submit(ProcessId caller, const Request& request) {
  const std::lock_guard guard(impl_->mutex);
  ask::Submit asked{.caller = impl_->here(caller), .request = request};
  if (auto* duplicate = std::get_if<request::DuplicateSocket>(&asked.request))
    duplicate->into = impl_->here(duplicate->into);
  return impl_->exchange<Outcome>(asked).value_or(HostFailure::MachineIsGone);
}

const Profile& RemoteGateway::profile() const { return impl_->profile; }

void RemoteGateway::set_carrier(SocketId socket, const Carrier& carrier, const Endpoint& name) {
  const std::lock_guard guard(impl_->mutex);
  impl_->exchange<Done>(ask::SetCarrier{.socket = socket, .carrier = carrier, .name = name});
}

Receiver RemoteGateway::receiver_of(Transport transport, const Endpoint& to) const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->exchange<Receiver>(ask::ReceiverOf{.transport = transport, .to = to}).value_or(Receiver{});
}

std::optional<CarrierOwner> RemoteGateway::owner_of(Transport transport, const Carrier& carrier) const {
  const std::lock_guard guard(impl_->mutex);
  return impl_
      ->exchange<std::optional<CarrierOwner>>(ask::OwnerOf{.transport = transport, .carrier = carrier})
      .value_or(std::nullopt);
}

std::uint64_t RemoteGateway::ask_for_generation() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->exchange<std::uint64_t>(ask::Generation{}).value_or(0);
}

Computer RemoteGateway::computer() const { return impl_->computer; }

std::vector<BoundSocket> RemoteGateway::bound_sockets() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->exchange<std::vector<BoundSocket>>(ask::BoundSockets{}).value_or(std::vector<BoundSocket>{});
}

std::optional<std::uint64_t> RemoteGateway::offer(ProcessId caller, SocketId socket, std::uint64_t program,
                                                  int descriptor, const std::string& note) {
  const std::lock_guard guard(impl_->mutex);
  const auto number = impl_->exchange<std::uint64_t>(
      ask::Offer{.caller = impl_->here(caller), .socket = socket, .pid = program, .note = note}, descriptor);
  return number.value_or(0) == 0 ? std::nullopt : number;
}

std::optional<Offered> RemoteGateway::claim(std::uint64_t number) {
  const std::lock_guard guard(impl_->mutex);
  const auto claimed = impl_->exchange<Claimed>(ask::Claim{number});
  if (!claimed || !claimed->socket) return std::nullopt;
  return Offered{.socket = claimed->socket,
                 .descriptor = impl_->channel.take_descriptor().release(),
                 .note = claimed->note};
}

bool RemoteGateway::is_found_gone() const {
  const std::lock_guard guard(impl_->mutex);
  pollfd connection{.fd = impl_->channel.descriptor(), .events = POLLRDHUP, .revents = 0};
  if (!is_gone() && ::poll(&connection, 1, 0) > 0) impl_->lose();
  return is_gone();
}

std::optional<std::string> RemoteGateway::status() const {
  const std::lock_guard guard(impl_->mutex);
  const auto text = impl_->answer_to(ask::Status{});
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

void RemoteGateway::when_gone(std::function<void()> then) {
  const std::lock_guard guard(impl_->gone_mutex);
  impl_->then_gone = std::move(then);
  if (impl_->then_gone && is_gone()) std::exchange(impl_->then_gone, nullptr)();
}

}  // namespace berth::remote
