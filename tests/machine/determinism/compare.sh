#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lets each of several builds of the player play the same seeds, compares the bytes of the journals and the
# last state hash, and lets each replay a journal that another one wrote. One player alone is compared with
# itself.
#
#   compare.sh WORK_FOLDER PLAYER...
set -euo pipefail
work="$1"
shift
players=("$@")
if ((${#players[@]} == 1)); then players+=("$1"); fi
number=${#players[@]}

status=0
differs() {
  echo "$*" >&2
  status=1
}
for seed in 1 2 20081111; do
  for ((i = 0; i < number; ++i)); do
    mkdir -p "$work/$i"
    "${players[$i]}" "$seed" 1500 >"$work/$i/journal-$seed" 2>"$work/$i/hash-$seed"
    if ! cmp "$work/0/journal-$seed" "$work/$i/journal-$seed" || ! cmp "$work/0/hash-$seed" "$work/$i/hash-$seed"; then
      differs "seed $seed: '${players[$i]}' differs from '${players[0]}'"
    fi
  done
  for ((i = 0; i < number; ++i)); do
    "${players[$i]}" replay "$work/$(((i + 1) % number))/journal-$seed" 2>"$work/$i/replayed-$seed"
    if ! cmp "$work/0/hash-$seed" "$work/$i/replayed-$seed"; then
      differs "seed $seed: the journal of another build, played again by '${players[$i]}', ends elsewhere"
    fi
  done
done
echo "compared: ${players[*]}"
exit "$status"
