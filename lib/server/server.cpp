// SPDX-License-Identifier: MIT
#include <berth/server/server.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "session.h"

namespace berth::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Generic = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Generic>;

constexpr auto kRest = std::chrono::milliseconds(100);

// The file of a Unix socket, gone with its owner unless somebody has put another there.
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) {
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0) inode_ = status.st_ino;
  }
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  SocketFile(SocketFile&& other) noexcept
      : path_(std::move(other.path_)), inode_(std::exchange(other.inode_, 0)) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile() {
    struct stat status {};
    const bool is_still_there = inode_ != 0 && ::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_;
    if (is_still_there) ::unlink(path_.c_str());
  }

 private:
  std::string path_;
  ino_t inode_ = 0;
};

// Why nobody may listen at that path; what a server has left behind there is removed.
std::optional<std::string> make_way(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  if (!S_ISSOCK(status.st_mode)) return path + ": found a file that is no socket, expected none";
  if (remote::Channel::to({.path = path, .host = {}, .port = 0}))
    return path + ": another server listens there; expected a path of its own";
  ::unlink(path.c_str());
  return std::nullopt;
}

bool is_of_this_user(int connection, std::uint64_t& pid) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  pid = static_cast<std::uint64_t>(peer.pid);
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

class Server::Impl {
 public:
  Impl(std::shared_ptr<Machine> machine, Settings settings)
      : settings_(std::move(settings)),
        desk_(std::move(machine), settings_),
        signals_(context_),
        rest_(context_),
        sweep_(context_) {}
  ~Impl() {
    error_code ignored;  // what cannot be closed is closed already
    for (Acceptor& acceptor : acceptors_) acceptor.close(ignored);
    for (const auto& weak : sessions_)
      if (const auto session = weak.lock()) session->cut();
    context_.restart();
    context_.poll();  // what waits is told, and gone, while the desk is still there
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::optional<std::string> listen() {
    // Before anybody can know of the server, and tell it to end.
    if (settings_.ends_on_signals) watch_signals();
    for (const remote::Where& where : settings_.places)
      if (auto reason = where.is_tcp() ? listen_on_tcp(where) : listen_on_path(where)) return reason;
    for (Acceptor& acceptor : acceptors_) accept_on(acceptor);
    return std::nullopt;
  }

  void run() {
    keep_sweeping();
    context_.run();
  }
  void stop() { context_.stop(); }
  [[nodiscard]] const std::vector<remote::Where>& places() const { return places_; }

 private:
  std::optional<std::string> listen_on_path(const remote::Where& where) {
    if (auto reason = make_way(where.path)) return reason;
    error_code error;
    Acceptor acceptor(context_);
    acceptor.open(Generic(AF_UNIX, 0), error);
    if (!error) acceptor.bind(asio::local::stream_protocol::endpoint(where.path), error);
    if (error) return where.path + ": " + error.message();
    files_.emplace_back(where.path);
    // Nobody can connect before it listens.
    if (::chmod(where.path.c_str(), 0600) != 0) return where.path + ": " + std::strerror(errno);
    return keep(std::move(acceptor), where);
  }

  std::optional<std::string> listen_on_tcp(const remote::Where& where) {
    if (settings_.secret.empty()) return to_string(where) + ": found no secret, expected one for TCP";
    error_code error;
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(where.host, error), where.port);
    Acceptor acceptor(context_);
    if (!error) acceptor.open(Generic(endpoint.protocol()), error);
    if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) return to_string(where) + ": " + error.message();
    return keep(std::move(acceptor), where);
  }

  std::optional<std::string> keep(Acceptor acceptor, remote::Where where) {
    error_code error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return to_string(where) + ": " + error.message();
    if (where.is_tcp()) {
      asio::ip::tcp::endpoint local;
      const auto name = acceptor.local_endpoint();
      std::memcpy(local.data(), name.data(), std::min(name.size(), local.capacity()));
      where.port = local.port();
    }
    places_.push_back(where);
    acceptors_.push_back(std::move(acceptor));
    return std::nullopt;
  }

  void accept_on(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const error_code& error, Session::Socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) welcome(std::move(socket));
      if (!error) return accept_on(acceptor);
      // No descriptor is left, perhaps; somebody may give one back.
      say(Weight::Trouble, "a connection cannot be taken: " + error.message());
      rest_.expires_after(kRest);
      rest_.async_wait([this, &acceptor](const error_code& ended) {
        if (!ended) accept_on(acceptor);
      });
    });
  }

  void welcome(Session::Socket socket) {
    error_code error;
    const bool over_tcp = socket.local_endpoint(error).protocol().family() != AF_UNIX;
    std::uint64_t pid = 0;
    if (!over_tcp && !is_of_this_user(socket.native_handle(), pid))
      return say(Weight::Trouble, "a connection of another user is refused");
    std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
    if (sessions_.size() >= settings_.limits.clients) return turn_away(socket.native_handle());
    if (over_tcp) socket.set_option(asio::ip::tcp::no_delay(true), error);
    const auto session = std::make_shared<Session>(std::move(socket), desk_, settings_, over_tcp, pid);
    sessions_.push_back(session);
    session->begin();
  }

  void turn_away(int connection) {
    std::string line;
    remote::write(line, remote::Farewell{"the server has as many clients as it takes"});
    remote::send_some(connection, line, -1, false);
    say(Weight::Trouble, "a client too many is turned away");
  }

  void watch_signals() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const error_code& error, int) {
      if (!error) context_.stop();
    });
  }

  void keep_sweeping() {
    sweep_.expires_after(std::chrono::seconds(1));
    sweep_.async_wait([this](const error_code& error) {
      if (error) return;
      desk_.expire(Desk::Clock::now());
      keep_sweeping();
    });
  }

  void say(Weight weight, const std::string& line) const {
    if (settings_.log) settings_.log(weight, line);
  }

  const Settings settings_;
  Desk desk_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  asio::steady_timer rest_;
  asio::steady_timer sweep_;
  std::vector<remote::Where> places_;
  std::vector<SocketFile> files_;
  std::list<Acceptor> acceptors_;
  std::vector<std::weak_ptr<Session>> sessions_;
};

Result<std::unique_ptr<Server>, std::string> Server::start(std::shared_ptr<Machine> machine,
                                                           Settings settings) {
  auto impl = std::make_unique<Impl>(std::move(machine), std::move(settings));
  if (auto reason = impl->listen()) return *std::move(reason);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
const std::vector<remote::Where>& Server::places() const { return impl_->places(); }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->stop(); }

}  // namespace berth::server
