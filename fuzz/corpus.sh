#!/usr/bin/env bash
# Writes the seeds to where libFuzzer looks for them: messages as bytes, filters and scripts as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p corpus/message corpus/filter corpus/script
for seed in seeds/message/*.hex; do
    xxd -r -p "$seed" "corpus/message/$(basename "$seed" .hex)"
done
cp seeds/filter/* corpus/filter/
cp ../examples/scripts/*.ps1 corpus/script/
