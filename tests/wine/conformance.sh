#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# conformance.sh EMULATOR PROGRAM FOLDER PROJECT: plays the suite, and compares the scenarios that differ or
# bring the worker down, and how many there are, with what docs/conformance.md says under "Under Wine".
set -euo pipefail
emulator="$1" program="$2" folder="$3" project="$4"
page="$project/docs/conformance.md"

# The number of scenarios with a verdict, as the page says it and as the report says it.
stated() { sed -nE "/^## Under Wine\$/,\$ s/^\| $1 \| ([0-9]+) \|.*/\1/p" "$page"; }
counted() { sed -nE "s/^\| $1 \| ([0-9]+) \|.*/\1/p" report.md | head -1; }

mkdir -p "$folder"
cd "$folder"
status=0
"$emulator" "$program" --output . >run.log 2>&1 </dev/null || status=$?
if ((status > 1)); then
  tail -20 run.log
  echo "berth-conformance ended with $status"
  exit 1
fi
if [[ -e left-behind.jsonl ]]; then
  echo "something is left behind:"
  cat left-behind.jsonl
  exit 1
fi

sed -nE 's/^[0-9]+ agrees: ([^ ]+).*/\1/p' run.log | tr -d '\r' | sort -u >agreeing
sed -nE 's/^[0-9]+ (differs|unknown): ([^ ]+).*/\2/p' run.log | tr -d '\r' | sort -u >different
# A question is played under every answer: where one agrees, nothing is different.
comm -23 different agreeing >really-different
sed -nE 's/^\| `([a-z_0-9]+\/[a-z_0-9]+)` \|.*/\1/p' "$page" | sort -u >explained

tail -1 run.log
# One agrees or differs with the port that Linux chose.
if (($(counted agrees) < $(stated agrees) - 1)); then
  echo "only $(counted agrees) scenarios agree, and $page says $(stated agrees) at least"
  exit 1
fi
off="$(($(counted differs) - $(stated differs)))"
if ((off < -1 || off > 1)) || [[ $(counted unknown) != "$(stated unknown)" ]]; then
  echo "$(counted differs) differ and $(counted unknown) are unknown; $page says $(stated differs) and $(stated unknown)"
  exit 1
fi
if unexplained="$(comm -23 really-different explained)" && [[ -n $unexplained ]]; then
  echo "these differ, and $page does not say why:"
  echo "$unexplained"
  exit 1
fi
# No failure: one of them hangs on which port Linux chose.
if gone="$(comm -13 really-different explained)" && [[ -n $gone ]]; then
  echo "$page explains a difference of these, and they had none this time:"
  echo "$gone"
fi
