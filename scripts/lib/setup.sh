# SPDX-License-Identifier: MIT
# Shared by the scripts: where the project is, progress lines, and what must be installed.
# To be sourced by bash.

set -euo pipefail
export LC_ALL=C.UTF-8

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
jobs="$(nproc)"
in_ci() { [[ "${CI:-}" == true || "${CI:-}" == 1 ]]; }

build_packages=(cmake ninja-build g++ libboost-dev nlohmann-json3-dev libcli11-dev libspdlog-dev libfmt-dev libgtest-dev
                libgmock-dev libbenchmark-dev)
check_packages=(clang clang-tidy clang-format libclang-rt-14-dev valgrind gcovr)
windows_packages=(g++-mingw-w64-x86-64-posix wine wine64 googletest)

# say WORDS...: one line of progress, on stderr, with the seconds since the first script began.
export BERTH_STARTED_AT="${BERTH_STARTED_AT:-$(date +%s)}"
say() {
  local seconds=$(($(date +%s) - BERTH_STARTED_AT))
  if [[ -t 2 ]]; then
    printf '\e[1m[%4ds] %s\e[0m\n' "$seconds" "$*" >&2
  else
    printf '[%4ds] %s\n' "$seconds" "$*" >&2
  fi
}

fail() {
  say "failed: $*"
  exit 1
}

# skip WHAT WHY: leaves out a check on a user's machine; in CI a missing check is a failure.
skip() {
  if in_ci; then
    fail "$1: $2"
  fi
  say "skipped: $1: $2"
}

have() { command -v "$1" >/dev/null 2>&1; }

# Prints which of the named Debian packages are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || printf '%s\n' "$package"
  done
}

# install_packages PACKAGES...: asks apt for what is missing, and only then. Fails when that fails.
install_packages() {
  local missing=() as_root=()
  if ! have dpkg-query || ! have apt-get; then
    say "this is no Debian: the packages below (or their likes) are expected to be there: $*"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! have sudo; then
      say "not installed, and there is neither root nor sudo to install it: ${missing[*]}"
      return 1
    fi
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  local log
  log="$(mktemp)"
  if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      "${missing[@]}"; } </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# quietly NAME COMMAND...: runs a command and shows its output only when it fails.
quietly() {
  local name="$1" log status=0
  shift
  log="$(mktemp)"
  "$@" </dev/null >"$log" 2>&1 || status=$?
  if ((status)); then
    cat "$log" >&2
    rm -f "$log"
    fail "$name"
  fi
  rm -f "$log"
}

# build_preset PRESET [TARGET...]: configures, with configure_options besides, and builds in build/PRESET.
configure_options=()
build_preset() {
  local preset="$1"
  shift
  say "$preset: configure"
  quietly "$preset: configure" cmake -S "$project" --preset "$preset" "${configure_options[@]}"
  say "$preset: build"
  if [[ -t 1 ]]; then
    cmake --build "$project/build/$preset" --parallel "$jobs" ${1:+--target "$@"} </dev/null >&2 ||
      fail "$preset: build"
  else
    quietly "$preset: build" cmake --build "$project/build/$preset" --parallel "$jobs" ${1:+--target "$@"}
  fi
}
