# What the stories in bash have in common; each begins by reading it.
set -u
status=0
everybody=252
output=$(mktemp)
trap 'rm -f "$output"' EXIT

step() {
  local name=$1
  shift
  if "$@" >"$output" 2>&1; then
    echo "ok $name"
  else
    echo "FAILED $name: $(tail -n 3 "$output" | tr '\n' ' ')"
    status=1
  fi
}

# The text of a member of a JSON object that has it once.
member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# The ids of a list, one on each line.
ids() { grep -o '"id": *"[^"]*"' | sed 's/.*"\([^"]*\)"$/\1/'; }

is_everybody() {
  [[ $(wc -l <<<"$1") -eq $everybody && $(sort -u <<<"$1" | wc -l) -eq $everybody ]]
}
