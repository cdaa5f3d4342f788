#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the player with several compilers and levels, lets each play the same seeds, compares the bytes of
# the journals and the last state hash, and lets each replay a journal that another one wrote.
#
#   compare.sh WORK_FOLDER JSON_INCLUDE_FOLDER
set -euo pipefail
project="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
work="$1"
json="${2:-}"
mkdir -p "$work"

clang=""
for name in clang++-14 clang++; do
  if command -v "$name" >/dev/null 2>&1; then
    clang="$name"
    break
  fi
done
builds=("g++ -O0" "g++ -O2")
if [[ -n $clang ]]; then
  builds+=("$clang -O2")
elif [[ "${CI:-}" == true || "${CI:-}" == 1 ]]; then
  echo "no clang++: in continuous integration that is a failure" >&2
  exit 1
else
  echo "skipped: the comparison with clang++, which is not installed" >&2
fi

includes=(-I"$project/lib" -I"$project/tests")
sources=("$project/tests/machine/determinism/player.cpp")
for folder in core rules document store machine; do
  includes+=(-I"$project/lib/$folder/include" -I"$project/lib/$folder")
  # A folder's sources are compiled together, which takes a fifth of the time.
  printf '#include "%s"\n' "$project/lib/$folder"/*.cpp >"$work/$folder.cpp"
  sources+=("$work/$folder.cpp")
done
# A folder that the compilers search anyway must not come before their own.
if [[ -n $json && $json != /usr/include ]]; then includes+=(-isystem "$json"); fi

launcher=()
if command -v ccache >/dev/null 2>&1; then launcher=(ccache); fi

# build NUMBER COMPILER LEVEL: an object per folder, two at a time, then the program.
build() {
  local folder="$work/$1"
  mkdir -p "$folder"
  for source in "${sources[@]}"; do
    local object
    object="$folder/$(basename "$(dirname "$source")")_$(basename "$source").o"
    printf '%s\0' "$source" "$object"
  done | xargs -0 -n 2 -P 2 sh -c '"$@"' _ "$work/compile.sh" "$2" "$3"
  "$2" "$folder"/*.o -o "$folder/player" -pthread
}
cat >"$work/compile.sh" <<COMPILE
#!/bin/sh
exec ${launcher[*]} "\$1" -std=c++20 "\$2" $(printf '%q ' "${includes[@]}") -c "\$3" -o "\$4"
COMPILE
chmod +x "$work/compile.sh"

number=0
for one in "${builds[@]}"; do
  read -r compiler level <<<"$one"
  build "$number" "$compiler" "$level"
  number=$((number + 1))
done

status=0
for seed in 1 2 20081111; do
  for ((i = 0; i < number; ++i)); do
    "$work/$i/player" "$seed" 1500 >"$work/$i/journal-$seed" 2>"$work/$i/hash-$seed"
    if ! cmp "$work/0/journal-$seed" "$work/$i/journal-$seed" || ! cmp "$work/0/hash-$seed" "$work/$i/hash-$seed"; then
      echo "seed $seed: '${builds[$i]}' differs from '${builds[0]}'" >&2
      status=1
    fi
  done
  for ((i = 0; i < number; ++i)); do
    "$work/$i/player" replay "$work/$(((i + 1) % number))/journal-$seed" 2>"$work/$i/replayed-$seed"
    if ! cmp "$work/0/hash-$seed" "$work/$i/replayed-$seed"; then
      echo "seed $seed: the journal of another build, played again by '${builds[$i]}', ends elsewhere" >&2
      status=1
    fi
  done
done
echo "compared: ${builds[*]}"
exit "$status"
