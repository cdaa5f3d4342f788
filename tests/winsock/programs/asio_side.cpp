// SPDX-License-Identifier: MIT
// Boost 1.74 uses std::exchange without its header.
#include <utility>

#include "asio_side.h"

#include <boost/asio.hpp>
#include <thread>
#include <vector>

using boost::asio::ip::tcp;

namespace {

const boost::asio::ip::address kLoopback = boost::asio::ip::address_v4::loopback();

void echo(tcp::socket peer) {
  std::vector<char> bytes(1024);
  boost::system::error_code error;
  for (;;) {
    const std::size_t count = peer.read_some(boost::asio::buffer(bytes), error);
    if (error) return;
    boost::asio::write(peer, boost::asio::buffer(bytes.data(), count), error);
  }
}

// libc's structure, in a container: the other unit has a vector of Windows' one of the same name.
std::vector<pollfd> poll_entries(int descriptor) {
  std::vector<pollfd> entries;
  for (int i = 0; i < 8; ++i) entries.push_back(pollfd{descriptor, POLLIN, 0});
  return entries;
}

}  // namespace

struct AsioEcho::Server {
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(kLoopback, 0)};
  std::thread thread{[this] { echo(acceptor.accept()); }};
};

AsioEcho::AsioEcho() : server_(new Server) {}
AsioEcho::~AsioEcho() {
  server_->thread.join();
  delete server_;
}
std::uint16_t AsioEcho::port() const { return server_->acceptor.local_endpoint().port(); }

std::string asio_ask(std::uint16_t port, const std::string& question) {
  boost::asio::io_context context;
  tcp::socket socket(context);
  socket.connect(tcp::endpoint(kLoopback, port));
  auto entries = poll_entries(socket.native_handle());
  boost::asio::write(socket, boost::asio::buffer(question));
  std::string answer(question.size(), '\0');
  boost::asio::read(socket, boost::asio::buffer(answer));
  return entries.back().fd == socket.native_handle() ? answer : "a corrupt vector";
}
