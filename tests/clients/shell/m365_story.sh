#!/usr/bin/env bash
# The CLI for Microsoft 365, which knows Graph by Microsoft's own names alone.
. "$(dirname "$0")/story.sh"
export CLIMICROSOFT365_NOUPDATE=1 NODE_NO_WARNINGS=1
export NODE_OPTIONS="--require=$NAMES"
graph=https://graph.microsoft.com/v1.0

m365() { node "$M365" "$@" --output json; }
ask() { m365 request --method "$1" --url "$graph$2"; }
write() { m365 request --method "$1" --url "$graph$2" --content-type application/json --body "$3"; }

sign_in() {
  m365 login --authType secret --appId "$CLIENT_ID" --tenant "$TENANT_ID" \
    --secret "$CLIENT_SECRET" && ask get /organization
}

find_both() {
  local found
  found=$(m365 entra user list --displayName "Dana Double" --properties id | ids)
  [[ $found == *"$KEEP"* && $found == *"$DOUBLE"* && $(wc -l <<<"$found") -eq 2 ]]
}

page() { is_everybody "$(m365 entra user list --properties id | ids)"; }

delta() {
  local link="/users/delta?\$select=id,jobTitle" answer all=""
  while [[ -n $link ]]; do
    answer=$(ask get "$link") || return 1
    all+=$(ids <<<"$answer")$'\n'
    link=$(member @odata.nextLink <<<"$answer")
    link=${link#*/v1.0}
  done
  is_everybody "${all%$'\n'}" || return 1
  m365 entra user set --id "$KEEP" --jobTitle Clerk || return 1
  link=$(member @odata.deltaLink <<<"$answer")
  answer=$(ask get "${link#*/v1.0}")
  [[ $(ids <<<"$answer") == "$KEEP" && $(member jobTitle <<<"$answer") == Clerk ]]
}

# The statuses of what a batch is answered with, in the order of the ids.
statuses() {
  write post /\$batch "$1" |
    node -e 'const all = JSON.parse(require("fs").readFileSync(0)).responses;
      all.sort((a, b) => a.id - b.id);
      console.log(all.map((one) => one.status).join(" "))'
}

batch() {
  [[ $(statuses '{"requests": [
    {"id": "1", "method": "GET", "url": "/organization"},
    {"id": "2", "method": "GET", "url": "/users/nobody"}]}') == "200 404" ]]
}

batch_depends() {
  [[ $(statuses '{"requests": [
    {"id": "1", "method": "GET", "url": "/organization"},
    {"id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
    {"id": "3", "method": "GET", "url": "/users/nobody"},
    {"id": "4", "method": "GET", "url": "/organization", "dependsOn": ["3"]}
  ]}') == "200 200 404 424" ]]
}

throttled() {
  local said before=$SECONDS
  # It waits by itself, as Retry-After says, and asks again.
  said=$(ask get /groups/44444444-0000-4000-8000-000000000000 2>&1) && return 1
  [[ $said == *"status code 404"* ]] && ((SECONDS - before >= RETRY_AFTER))
}

anchor_of() {
  m365 entra user get --id "$1" --properties onPremisesImmutableId | member onPremisesImmutableId
}

refused() {
  local said
  said=$(write patch "/users/$DOUBLE" '{"onPremisesImmutableId": "AAAAAAAAAAAAAAAAAAAAAA=="}' 2>&1)
  [[ $? != 0 && $said == *"status code 400"* ]] && [[ $(anchor_of "$DOUBLE") == Oywdb1lK* ]]
}

deleted() { m365 entra user recyclebinitem list; }

purge() {
  m365 entra user remove --id "$DOUBLE" --force &&
    [[ $(deleted | ids) == "$DOUBLE" ]] &&
    m365 entra user recyclebinitem remove --id "$DOUBLE" --force &&
    [[ -z $(deleted | ids) ]]
}

anchor() {
  write patch "/users/$KEEP" '{"onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg=="}' &&
    [[ $(anchor_of "$KEEP") == Oywdb1lKh06bDB0uP0BRYg== ]]
}

step token sign_in
step find find_both
step page page
step delta delta
step batch batch
step batch-depends batch_depends
step throttled throttled
step refused refused
step purge purge
step anchor anchor
exit $status
