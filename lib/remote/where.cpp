// SPDX-License-Identifier: MIT
#include <berth/remote/where.h>

#include <sys/un.h>

#include <charconv>
#include <optional>
#include <string_view>

#include <berth/core/address.h>

namespace berth::remote {
namespace {

constexpr std::string_view kTcp = "tcp:";

std::optional<Where> tcp_place(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const auto address = parse_address(host);
  const std::string_view digits = text.substr(colon + 1);
  Where where{.path = {}, .host = std::string(host), .port = 0};
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), where.port);
  const bool is_port = error == std::errc{} && stop == digits.data() + digits.size() && !digits.empty();
  if (!address || !address->is_loopback() || address->is_ipv4_mapped() || !is_port) return std::nullopt;
  return where;
}

}  // namespace

Result<Where, std::string> parse_where(const std::string& text) {
  if (text.starts_with(kTcp)) {
    if (auto where = tcp_place(std::string_view(text).substr(kTcp.size()))) return *std::move(where);
    return std::string("tcp: and an address of the loopback with a port, such as tcp:127.0.0.1:7000");
  }
  constexpr std::size_t kLongest = sizeof(sockaddr_un{}.sun_path) - 1;
  if (text.empty() || text.size() > kLongest || text.find('\0') != std::string::npos)
    return "the path of a socket, 1 to " + std::to_string(kLongest) + " bytes long";
  return Where{.path = text, .host = {}, .port = 0};
}

std::string to_string(const Where& where) {
  if (!where.is_tcp()) return where.path;
  const bool is_ipv6 = where.host.find(':') != std::string::npos;
  return std::string(kTcp) + (is_ipv6 ? '[' + where.host + ']' : where.host) + ':' +
         std::to_string(where.port);
}

}  // namespace berth::remote
