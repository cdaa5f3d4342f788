#!/bin/sh
# SPDX-License-Identifier: MIT
# What a user links must not meet what the user also links: check_symbols.sh NM PROGRAM ARCHIVE
set -eu
nm=$1 program=$2 archive=$3
failed=0

complain() {
  echo "$1:" >&2
  echo "$2" >&2
  failed=1
}

# The face has sockets of its own: libc's functions of the same names are not called by it (the library below
# it does, that carries the bytes), and the program does not replace them.
sockets='accept|bind|closesocket|connect|getpeername|getsockname|getsockopt|listen|recv|recvfrom|select|send|sendto|setsockopt|shutdown|socket|WSA.*'
found=$("$nm" --undefined-only "$archive" | grep -E " U ($sockets)(@|\$)" || true)
[ -z "$found" ] || complain "the face calls libc's sockets" "$found"
found=$("$nm" --defined-only "$program" | grep -E " [A-Z] ($sockets)\$" || true)
[ -z "$found" ] || complain "the program defines libc's sockets" "$found"

# Windows' functions bear our prefix; what is C++ bears our namespace. Templates of the standard library are
# everybody's, and so are those of nlohmann/json: its inline namespace holds its version.
found=$("$nm" --defined-only --extern-only --demangle "$archive" |
  grep -E '^[0-9a-f]+ [A-Z] ' | sed 's/^[0-9a-f]* //' |
  grep -vE '^[A-Z] (berth_[A-Za-z0-9_]+$|(typeinfo|typeinfo name|vtable|guard variable|VTT|construction vtable) for |.*\bberth::|.*\bstd::|.*__gnu_cxx::|DW\.ref\.)' || true)
[ -z "$found" ] || complain "the archive defines names that are not ours" "$found"

found=$("$nm" --defined-only --extern-only "$program" | grep -E ' [WVu] _Z[A-Z]*N?[VK]*(5boost|6spdlog|3fmt|3CLI)' || true)
[ -z "$found" ] || complain "the program exports weak symbols of other libraries" "$found"
exit $failed
