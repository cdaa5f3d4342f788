// SPDX-License-Identifier: MIT
#include "name_tables.h"

#include <algorithm>
#include <iterator>

#include "program_text.h"

namespace berth::winsock {
namespace {

// The registry of service names and port numbers of IANA, as far as programs use it.
constexpr KnownService kServices[] = {
    {"echo", "", 7, true, true},
    {"discard", "sink", 9, true, true},
    {"systat", "users", 11, true, true},
    {"daytime", "", 13, true, true},
    {"qotd", "quote", 17, true, true},
    {"chargen", "ttytst", 19, true, true},
    {"ftp-data", "", 20, true, false},
    {"ftp", "", 21, true, false},
    {"ssh", "", 22, true, false},
    {"telnet", "", 23, true, false},
    {"smtp", "mail", 25, true, false},
    {"time", "timserver", 37, true, true},
    {"nicname", "whois", 43, true, false},
    {"domain", "", 53, true, true},
    {"bootps", "dhcps", 67, false, true},
    {"bootpc", "dhcpc", 68, false, true},
    {"tftp", "", 69, false, true},
    {"gopher", "", 70, true, false},
    {"finger", "", 79, true, false},
    {"http", "www", 80, true, false},
    {"kerberos", "krb5", 88, true, true},
    {"pop3", "", 110, true, false},
    {"sunrpc", "portmap", 111, true, true},
    {"auth", "ident", 113, true, false},
    {"nntp", "usenet", 119, true, false},
    {"ntp", "", 123, false, true},
    {"epmap", "loc-srv", 135, true, true},
    {"netbios-ns", "nbname", 137, true, true},
    {"netbios-dgm", "nbdatagram", 138, false, true},
    {"netbios-ssn", "nbsession", 139, true, false},
    {"imap", "imap4", 143, true, false},
    {"snmp", "", 161, false, true},
    {"snmptrap", "snmp-trap", 162, false, true},
    {"bgp", "", 179, true, false},
    {"ldap", "", 389, true, false},
    {"https", "", 443, true, true},
    {"microsoft-ds", "", 445, true, true},
    {"kpasswd", "", 464, true, true},
    {"syslog", "", 514, false, true},
    {"printer", "spooler", 515, true, false},
    {"submission", "", 587, true, false},
    {"ldaps", "sldap", 636, true, false},
    {"ftps", "", 990, true, false},
    {"imaps", "", 993, true, false},
    {"pop3s", "", 995, true, false},
    {"ms-sql-s", "", 1433, true, true},
    {"radius", "", 1812, false, true},
    {"nfsd", "nfs", 2049, true, true},
    {"ms-wbt-server", "", 3389, true, true},
};

// The registry of protocol numbers of IANA.
constexpr KnownProtocol kProtocols[] = {
    {"ip", "IP", 0},
    {"icmp", "ICMP", 1},
    {"ggp", "GGP", 3},
    {"tcp", "TCP", 6},
    {"egp", "EGP", 8},
    {"pup", "PUP", 12},
    {"udp", "UDP", 17},
    {"hmp", "HMP", 20},
    {"xns-idp", "XNS-IDP", 22},
    {"rdp", "RDP", 27},
    {"ipv6", "IPv6", 41},
    {"ipv6-route", "IPv6-Route", 43},
    {"ipv6-frag", "IPv6-Frag", 44},
    {"esp", "ESP", 50},
    {"ah", "AH", 51},
    {"ipv6-icmp", "IPv6-ICMP", 58},
    {"ipv6-nonxt", "IPv6-NoNxt", 59},
    {"ipv6-opts", "IPv6-Opts", 60},
    {"rvd", "RVD", 66},
};

bool has_name(const auto& entry, std::string_view name) {
  return is_same_name(entry.name, name) || (*entry.alias != '\0' && is_same_name(entry.alias, name));
}

bool is_over(const KnownService& service, Over over) {
  return (service.over_tcp && over.tcp) || (service.over_udp && over.udp);
}

template <class Entry, std::size_t kSize, class Matches>
const Entry* first_in(const Entry (&table)[kSize], Matches&& matches) {
  const Entry* found = std::ranges::find_if(table, matches);
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

const KnownService* service_named(std::string_view name, Over over) {
  return first_in(kServices,
                  [&](const KnownService& entry) { return has_name(entry, name) && is_over(entry, over); });
}

const KnownService* service_on(std::uint16_t port, Over over) {
  return first_in(kServices,
                  [&](const KnownService& entry) { return entry.port == port && is_over(entry, over); });
}

const KnownProtocol* protocol_named(std::string_view name) {
  return first_in(kProtocols, [&](const KnownProtocol& entry) { return has_name(entry, name); });
}

const KnownProtocol* protocol_numbered(int number) {
  return first_in(kProtocols, [&](const KnownProtocol& entry) { return entry.number == number; });
}

}  // namespace berth::winsock
