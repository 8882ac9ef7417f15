#!/usr/bin/env bash
# curl, as people paste it from documentation.
. "$(dirname "$0")/story.sh"

graph() {
  curl --silent --fail-with-body --header "Authorization: Bearer $token" "$@"
}

json() { graph --header 'Content-Type: application/json' "$@"; }

token=$(curl --silent "$AUTHORITY/$TENANT_ID/oauth2/v2.0/token" \
  --data grant_type=client_credentials --data-urlencode "client_id=$CLIENT_ID" \
  --data-urlencode "client_secret=$CLIENT_SECRET" \
  --data-urlencode "scope=https://graph.microsoft.com/.default" | member access_token)

unauthorized() {
  [[ $(curl --silent --write-out '%{http_code}' "$GRAPH_URL/v1.0/users") == \
    *InvalidAuthenticationToken*401 ]]
}

# The names of Microsoft, with options that lead them here.
as_microsoft() {
  local given answer
  given=$(curl --silent "$@" "https://login.microsoftonline.com/$TENANT_ID/oauth2/v2.0/token" \
    --data grant_type=client_credentials --data-urlencode "client_id=$CLIENT_ID" \
    --data-urlencode "client_secret=$CLIENT_SECRET" \
    --data-urlencode "scope=https://graph.microsoft.com/.default" | member access_token)
  answer=$(curl --silent --fail "$@" --header "Authorization: Bearer $given" \
    "https://graph.microsoft.com/v1.0/users?\$top=1")
  [[ $(member @odata.nextLink <<<"$answer") == https://graph.microsoft.com/v1.0/users?* ]]
}

proxy() { as_microsoft --proxy "$GRAPH_HTTP"; }

# As a hosts file would, with the server behind port 443.
takeover() {
  local here=${GRAPH_URL#https://}
  as_microsoft --connect-to "graph.microsoft.com:443:$here" \
    --connect-to "login.microsoftonline.com:443:$here"
}

find_both() {
  local found
  found=$(graph --get "$GRAPH_URL/v1.0/users" \
    --data-urlencode "\$filter=displayName eq 'Dana Double'" \
    --data-urlencode "\$select=id,onPremisesSyncEnabled")
  [[ $(ids <<<"$found" | sort | tr '\n' ' ') == "$KEEP $DOUBLE " && $found != *displayName* &&
    $(grep -o 'Enabled":true' <<<"$found" | wc -l) -eq 1 ]]
}

page() {
  local link="$GRAPH_URL/v1.0/users?\$top=100&\$select=id" answer all="" pages=0
  while [[ -n $link ]]; do
    answer=$(graph "$link") || return 1
    all+=$(ids <<<"$answer")$'\n'
    link=$(member @odata.nextLink <<<"$answer")
    pages=$((pages + 1))
  done
  [[ $pages -eq 3 ]] && is_everybody "${all%$'\n'}"
}

delta() {
  local link="$GRAPH_URL/v1.0/users/delta?\$select=id,jobTitle" answer all=""
  while [[ -n $link ]]; do
    answer=$(graph "$link") || return 1
    all+=$(ids <<<"$answer")$'\n'
    link=$(member @odata.nextLink <<<"$answer")
  done
  is_everybody "${all%$'\n'}" || return 1
  json --request PATCH "$GRAPH_URL/v1.0/users/$KEEP" --data '{"jobTitle": "Clerk"}' || return 1
  answer=$(graph "$(member @odata.deltaLink <<<"$answer")")
  [[ $(ids <<<"$answer") == "$KEEP" && $(member jobTitle <<<"$answer") == Clerk ]]
}

batch() {
  local answer
  answer=$(json "$GRAPH_URL/v1.0/\$batch" --data @- <<JSON
{"requests": [
  {"id": "1", "method": "GET", "url": "/users/$KEEP?\$select=id"},
  {"id": "2", "method": "GET", "url": "/users/nobody"}
]}
JSON
  )
  [[ $answer == *'"id":"1","status":200'* && $answer == *'"id":"2","status":404'* &&
    $answer == *"\"id\":\"$KEEP\""* ]]
}

batch_depends() {
  local answer
  answer=$(json "$GRAPH_URL/v1.0/\$batch" --data @- <<JSON
{"requests": [
  {"id": "1", "method": "PATCH", "url": "/users/$KEEP", "body": {"department": "Bakery"},
   "headers": {"Content-Type": "application/json"}},
  {"id": "2", "method": "GET", "url": "/users/$KEEP?\$select=department", "dependsOn": ["1"]},
  {"id": "3", "method": "GET", "url": "/users/nobody"},
  {"id": "4", "method": "GET", "url": "/users/$KEEP?\$select=department", "dependsOn": ["3"]}
]}
JSON
  )
  [[ $answer == *'"id":"1","status":204'* && $answer == *'"id":"2","status":200'* &&
    $answer == *'"id":"3","status":404'* && $answer == *'"id":"4","status":424'* &&
    $(member department <<<"$answer") == Bakery ]]
}

throttled() {
  local start=$SECONDS said
  # Without the header it would wait for one second, then for two.
  said=$(graph --retry 1 --include "$GRAPH_URL/v1.0/groups/44444444-0000-4000-8000-000000000000")
  [[ $((SECONDS - start)) -ge $RETRY_AFTER ]] &&
    [[ $(grep -o 'HTTP/[0-9.]* [0-9]*' <<<"$said") == *" 429"*" 404" ]] &&
    grep -qi "^retry-after: $RETRY_AFTER[^0-9]*\$" <<<"$said"
}

refused() {
  local answer
  answer=$(json --write-out '%{http_code}' --request PATCH "$GRAPH_URL/v1.0/users/$DOUBLE" \
    --data '{"onPremisesImmutableId": "AAAAAAAAAAAAAAAAAAAAAA=="}')
  [[ $answer == *Request_BadRequest*400 ]]
}

deleted() { graph "$GRAPH_URL/v1.0/directory/deletedItems/microsoft.graph.user?\$select=id"; }

purge() {
  graph --request DELETE "$GRAPH_URL/v1.0/users/$DOUBLE" &&
    [[ $(deleted | ids) == "$DOUBLE" ]] &&
    graph --request DELETE "$GRAPH_URL/v1.0/directory/deletedItems/$DOUBLE" &&
    [[ $(deleted) == *'"value":[]'* ]]
}

anchor() {
  local user="$GRAPH_URL/v1.0/users/$KEEP" answer
  json --request PATCH "$user" \
    --data '{"onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg=="}' || return 1
  answer=$(graph "$user?\$select=onPremisesImmutableId")
  [[ $(member onPremisesImmutableId <<<"$answer") == Oywdb1lKh06bDB0uP0BRYg== ]]
}

step token graph "$GRAPH_URL/v1.0/organization"
step unauthorized unauthorized
step proxy proxy
step takeover takeover
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
