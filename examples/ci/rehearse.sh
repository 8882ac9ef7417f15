#!/bin/sh
# Rehearses a script in any CI that has a shell: no container, no network, ports of its own.
#
#     examples/ci/rehearse.sh rehearsal/mess.yaml python rehearsal/repair.py
#
# Leaves rehearsal.xml, a JUnit report. Exit code 1: the script fails, or leaves something wrong.
set -eu
world=$1
shift
: "${DIRSYNC_LAB:=dirsync-lab}"

# As it is and killed after each of its requests; then through faults of three seeds.
"$DIRSYNC_LAB" rehearse --every-crash --format junit "$world" -- "$@" > rehearsal.xml
for seed in 1 2 3; do
    "$DIRSYNC_LAB" rehearse --chaos "$seed" "$world" -- "$@"
done
