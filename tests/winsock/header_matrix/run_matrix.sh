#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds small programs against the drop-in headers, by many compilers, language versions and include
# orders, and runs each. Prints what failed and one line of counts.
#
#   run_matrix.sh <work folder> "<what to link berth::winsock with>" [--full]
#
# --full  every combination; also with CI or BERTH_FULL_MATRIX in the environment
#
# Compilers: $BERTH_MATRIX_GCC and $BERTH_MATRIX_CLANG are suffixes ("-12", "-14" or ""). A family that
# is not installed is skipped, and a failure where CI is set.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${1:?a work folder}
link=${2:?what to link with}
full=${CI:-${BERTH_FULL_MATRIX:-}}
[ "${3:-}" = --full ] && full=1
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)

include="-I$root/lib/winsock/dropin"
strict="-Wall -Wextra -pedantic -Werror"
ccache=$(command -v ccache || true)

# ----------------------------------------------------------------------------------------------------
# Compilers

# first_installed <command>... prints the first that there is.
first_installed() {
  local command
  for command; do
    command -v "$command" >/dev/null && echo "$command" && return
  done
}

gcc=$(first_installed "gcc${BERTH_MATRIX_GCC--12}" gcc)
gxx=$(first_installed "g++${BERTH_MATRIX_GCC--12}" g++)
clang=$(first_installed "clang${BERTH_MATRIX_CLANG--14}" clang)
clangxx=$(first_installed "clang++${BERTH_MATRIX_CLANG--14}" clang++)
for family in "g++:$gxx" "clang++:$clangxx"; do
  if [ -z "${family#*:}" ]; then
    [ -n "${CI:-}" ] && echo "${family%%:*} is not installed" >&2 && exit 1
    echo "skipped: ${family%%:*} is not installed"
  fi
done
any_cxx=${gxx:-$clangxx}
[ -n "$any_cxx" ] || exit 1

$ccache "$any_cxx" -std=c++20 -O2 -c "$root/lib/winsock/wmain/wmain.cpp" -o "$work/wmain.o" || exit 1

# ----------------------------------------------------------------------------------------------------
# Jobs: fields separated by | : what to do, name, compiler, flags, sources, libraries

jobs=()
run() { [ -n "$2" ] && jobs+=("run|$1|$2|$3|$4|${5:-}"); }
refuse() { [ -n "$2" ] && jobs+=("refuse|$1|$2|$3|$4|"); }
wmain() { [ -n "$2" ] && jobs+=("wmain|$1|$2|$3|$4|$work/wmain.o"); }

# program <compiler> <flags> <order> [<source>]
program() {
  [ -n "$1" ] || return
  run "$1 ${2//-/} $3${4:+ $4}" "$1" "$2 -DORDER_${3^^}" "${4:-program.${source_kind}}" "${5:-}"
}

source_kind=c
for compiler in "$gcc" "$clang"; do
  standards=("-std=c11" "-std=gnu17")
  [ -n "$full" ] && standards=("-std=gnu11" "-std=gnu17" "-std=c11" "-std=c17" "-std=gnu17 -O2 -D_FORTIFY_SOURCE=2"
    "-std=c17 -D_GNU_SOURCE")
  for standard in "${standards[@]}"; do
    for order in first last posix_after; do
      program "$compiler" "$standard" $order
    done
  done
done

source_kind=cpp
if [ -n "$full" ]; then
  for compiler in "$gxx" "$clangxx"; do
    for standard in -std=c++14 -std=c++17 -std=c++20 "-std=gnu++20 -O2 -D_FORTIFY_SOURCE=2"; do
      for order in first last posix_after; do
        program "$compiler" "$standard" $order
      done
    done
    program "$compiler" "-std=c++17 -O2 -flto" last
    program "$compiler" "-std=c++20 -DUNICODE" first
    for order in first last; do
      program "$compiler" "-std=c++20" $order beside_googletest.cpp "-lgtest -lgmock -lgtest_main"
    done
  done
else
  program "$gxx" "-std=c++17" first
  program "$gxx" "-std=c++20" posix_after
  program "$gxx" "-std=gnu++20 -O2 -D_FORTIFY_SOURCE=2" last
  program "$gxx" "-std=c++17 -O2 -flto" last
  program "$gxx" "-std=c++20" last beside_googletest.cpp "-lgtest -lgmock -lgtest_main"
  program "$clangxx" "-std=c++14" posix_after
  program "$clangxx" "-std=c++17" last
  program "$clangxx" "-std=c++20 -DUNICODE" first
  program "$clangxx" "-std=c++20" first beside_googletest.cpp "-lgtest -lgmock -lgtest_main"
fi

for compiler in "$gxx" "$clangxx"; do
  for flags in -O0 -O2 "-O2 -flto"; do
    run "$compiler $flags two units" "$compiler" "$flags" "unit_winsock.cpp unit_posix.cpp"
  done
  run "$compiler FD_SETSIZE" "$compiler" "-std=c++17" fd_setsize.cpp
done

for compiler in "$gcc" "$clang"; do
  for header in sys/socket.h netinet/in.h netinet/tcp.h arpa/inet.h netdb.h; do
    refuse "$compiler <$header> first" "$compiler" "-DFIRST_HEADER=<$header>" posix_first.c
  done
done

for spelling in EXTERN_C NO_ARGUMENTS ARGUMENTS CONST_TEXTS CONST_ARGUMENTS ENVIRONMENT CONST_ENVIRONMENT; do
  for compiler in "$gxx" "$clangxx"; do
    wmain "$compiler wmain $spelling" "$compiler" "-std=c++17 -DSPELLING_$spelling" wmain_program.cpp
  done
done
for compiler in "$gcc" "$clang"; do
  wmain "$compiler wmain" "$compiler" "-std=c11" wmain_program.c
done

# ----------------------------------------------------------------------------------------------------
# Doing one

# Compiles each source apart, so that ccache can help, and links; prints the program's path.
build() {
  local compiler=$1 flags=$2 sources=$3 libraries=$4 name=$5 objects=() source object
  for source in $sources; do
    object="$work/$name.${source%.*}.o"
    $ccache $compiler $strict $flags $include -c "$here/$source" -o "$object" || return 1
    objects+=("$object")
  done
  $compiler $flags "${objects[@]}" $libraries $link -lstdc++ -lm -lpthread -o "$work/$name" || return 1
  # libc's functions of these names are for other units.
  if [[ $flags != *-flto* && $sources != *unit_posix* ]] &&
    nm -u "${objects[@]}" | grep -wE 'U (bind|socket|listen|setsockopt|getsockopt|getsockname|htons|htonl|ntohs|ntohl|inet_(addr|pton|ntop|ntoa)|(get|free)addrinfo|gethostname|get(host|serv|proto)by.*)'; then
    echo "refers to libc's function"
    return 1
  fi
}

do_job() {
  local action name compiler flags sources libraries status
  IFS='|' read -r action name compiler flags sources libraries <<<"$1"
  local file=${name//[^a-zA-Z0-9+]/_}
  local log="$work/$file.log"
  case $action in
    run)
      build "$compiler" "$flags" "$sources" "$libraries" "$file" >"$log" 2>&1 &&
        "$work/$file" >>"$log" 2>&1
      ;;
    refuse)
      ! "$compiler" $flags $include -fsyntax-only "$here/$sources" >"$log" 2>&1 &&
        grep -q 'include <winsock2.h> before POSIX' "$log"
      ;;
    wmain)
      build "$compiler" "$flags" "$sources" "$libraries" "$file" >"$log" 2>&1 && {
        BERTH_WMAIN_TEST=$'\xc3\xa9t\xc3\xa9' "$work/$file" plain $'gr\xc3\xbc\xc3\x9fe \xf0\x9f\x9a\xa2' \
          $'a\xffb\xc3\xe2' >>"$log" 2>&1
        status=$?
        [ $status = 42 ]
      }
      ;;
  esac && echo "ok|$name" || { echo "FAILED|$name" && sed 's/^/    /' "$log"; }
}
export -f build do_job
export here work include strict ccache link

start=$SECONDS
printf '%s\0' "${jobs[@]}" | xargs -0 -n1 -P2 bash -c 'do_job "$1"' _ >"$work/results"
passed=$(grep -c '^ok|' "$work/results")
grep -v '^ok|' "$work/results"
echo "$passed of ${#jobs[@]} builds compiled and ran as they should, in $((SECONDS - start)) s"
[ "$passed" = "${#jobs[@]}" ]
