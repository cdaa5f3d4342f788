#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the samples as one identity on a machine with a store of its own, and compares what they print:
# run_samples.sh FOLDER IDENTITY
set -euo pipefail
programs=$1 identity=$2
unset BERTH_SOCKET BERTH_WORLD BERTH_NETWORK BERTH_SEED BERTH_TRACE
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export BERTH_STORE=$folder/store.json
failed=0

# as IDENTITY PROGRAM ARGUMENT... prints what the sample prints.
as() { BERTH_IDENTITY=$1 "$programs/sample_$2" "${@:3}" 2>&1 || true; }

# expect TEXT PROGRAM ARGUMENT...: as the identity under test.
expect() {
  local text found
  text=$(printf '%b' "$1")
  found=$(as "$identity" "${@:2}")
  [ "$found" = "$text" ] && return
  printf '%s as %s\n  prints   %s\n  expected %s\n' "${*:2}" "$identity" "$found" "$text" >&2
  failed=1
}

case $identity in
  elevated-administrator | builtin-administrator | local-system) elevated=1 ;;
  *) elevated=0 ;;
esac

# Whoever it is: runtime reservations need no rights (ID-01 to ID-08).
expect 'acquire: 10 ports, dynamic, a token' acquire
expect 'associate: bound to a port' associate
expect 'release: 10 ports, 0\nrelease again: 10022' release

# Texts, numbers and names as Microsoft's library means them.
expect 'Ports 5000 and the 19 after 5000, in network order; narrow,   abc|abc  |ab
1099511627776 7 4294967295 0abc \xc3\xa9e 100% gr\xc3\xbc\xc3\x9fe
Lookup: 1168\nToken is missing\nToken 0\nbound, and mixed' console 5000 20

for transport in Tcp Udp; do
  expect 'lookup: 1168, no token' "lookup_$transport" 5000 20
  expect 'create: 87, no token' "create_$transport" 0 20
  if [ $elevated = 1 ]; then
    expect 'delete: 1168' "delete_$transport" 5000 20
    expect 'create: 0, a token' "create_$transport" 5000 20
    expect 'create: 32, no token' "create_$transport" 5019 1
  else
    expect 'create: 5, no token' "create_$transport" 5000 20
    [ "$(as local-system "create_$transport" 5000 20)" = 'create: 0, a token' ]
  fi
  expect 'lookup: 0, a token' "lookup_$transport" 5000 20
  expect 'lookup: 1168, no token' "lookup_$transport" 5000 19
done

if [ $elevated = 1 ]; then
  expect 'associate: bound to a port\nport 5000' associate 5000
else
  expect 'associate: 10013' associate 5000
fi

for transport in Tcp Udp; do
  if [ $elevated = 1 ]; then
    expect 'delete: 0' "delete_$transport" 5000 20
    expect 'lookup: 1168, no token' "lookup_$transport" 5000 20
  else
    expect 'delete: 5' "delete_$transport" 5000 20
    expect 'lookup: 0, a token' "lookup_$transport" 5000 20
  fi
done
exit $failed
