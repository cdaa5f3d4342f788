#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# two_parts.sh PROGRAM FOLDER: a run in two parts. Each start of the program is a restart of the machine that
# stands in for Windows.
set -euo pipefail
program="$1" folder="$2"
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
question=switches/it_is_open_whether_tokens_change_at_a_restart

# expect CODE TEXT OPTION...: what the program ends with, and a text that it says.
expect() {
  local code="$1" text="$2" status=0
  shift 2
  "$program" --profile lenient --store store.json --output report "$@" >said 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" said; then
    echo "berth-conformance $*: ended with $status, expected $code and \"$text\":"
    cat said
    exit 1
  fi
}
expect_gone() {
  local file
  for file in "$@"; do
    [[ ! -e report/$file ]] || { echo "report/$file is still there"; exit 1; }
  done
  grep -q '"reservations": \[\]' store.json && grep -q '"exclusions": \[\]' store.json || {
    echo "something is still in the store:"
    cat store.json
    exit 1
  }
}

expect 2 "there is no first part in report: run --before-restart" --after-restart

# The second part adds its answers to a report.
expect 1 "not applicable: $question" --filter switches/it_is_open_whether
expect 0 "2 playings wait. Restart this computer" --before-restart --filter "$question"
[[ -e report/before-restart.json && -e report/left-behind.jsonl ]]
expect 2 "a run waits for a restart"
expect 2 "a run waits for a restart" --before-restart
expect 1 "agrees: $question [tokens_at_restart=keep]" --after-restart
expect_gone before-restart.json left-behind.jsonl
grep -q '"tokens_at_restart": "keep"' report/observed-profile.json
grep -q 'switches/it_is_open_whether_each_family_has_a_dynamic_range_of_its_own' report/report.json
expect 2 "there is no first part" --after-restart

# Given up.
expect 0 "2 playings wait" --before-restart --filter "$question"
expect 0 "3 things taken back" --clean-up
expect_gone before-restart.json left-behind.jsonl
expect 2 "there is no first part" --after-restart

# What cannot be gone on with.
expect 0 "2 playings wait" --before-restart --filter "$question"
echo '{' >report/before-restart.json
expect 2 "take it back with --clean-up and begin again" --after-restart
expect 0 "3 things taken back" --clean-up
expect_gone before-restart.json left-behind.jsonl
expect 2 "a run in two parts needs an elevated token" --before-restart --not-elevated
sed -i 's/profile lenient/profile other/' report/report.json
expect 2 "is of emulated Windows, profile other" --before-restart
expect 2 "excludes" --before-restart --after-restart
