#!/usr/bin/env bash
# curl, as people paste it from documentation.
set -u
status=0

step() {
  local name=$1
  shift
  if "$@" >/dev/null 2>&1; then
    echo "ok $name"
  else
    echo "FAILED $name"
    status=1
  fi
}

graph() {
  curl --silent --fail-with-body --header "Authorization: Bearer $token" "$@"
}

token=$(curl --silent "$AUTHORITY/$TENANT_ID/oauth2/v2.0/token" \
  --data grant_type=client_credentials --data-urlencode "client_id=$CLIENT_ID" \
  --data-urlencode "client_secret=$CLIENT_SECRET" \
  --data-urlencode "scope=https://graph.microsoft.com/.default" |
  sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')

find_both() {
  local found
  found=$(graph --get "$GRAPH_URL/v1.0/users" \
    --data-urlencode "\$filter=displayName eq 'Dana Double'" --data-urlencode "\$select=id")
  [[ $found == *"$KEEP"* && $found == *"$DOUBLE"* ]]
}

refused() {
  local answer
  answer=$(curl --silent --write-out '%{http_code}' --request PATCH "$GRAPH_URL/v1.0/users/$DOUBLE" \
    --header "Authorization: Bearer $token" --header 'Content-Type: application/json' \
    --data '{"onPremisesImmutableId": "AAAAAAAAAAAAAAAAAAAAAA=="}')
  [[ $answer == *Request_BadRequest*400 ]]
}

purge() {
  graph --request DELETE "$GRAPH_URL/v1.0/users/$DOUBLE" &&
    [[ $(graph "$GRAPH_URL/v1.0/directory/deletedItems/microsoft.graph.user") == *"$DOUBLE"* ]] &&
    graph --request DELETE "$GRAPH_URL/v1.0/directory/deletedItems/$DOUBLE"
}

anchor() {
  graph --request PATCH "$GRAPH_URL/v1.0/users/$KEEP" --header 'Content-Type: application/json' \
    --data '{"onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg=="}' &&
    [[ $(graph "$GRAPH_URL/v1.0/users/$KEEP?\$select=onPremisesImmutableId") == *Oywdb1lKh06bDB0uP0BRYg==* ]]
}

unauthorized() {
  [[ $(curl --silent "$GRAPH_URL/v1.0/users") == *InvalidAuthenticationToken* ]]
}

throttled() {
  local first=x second
  first=$(curl --silent --output /dev/null --write-out '%{http_code}' \
    --header "Authorization: Bearer $token" "$GRAPH_URL/v1.0/groups/44444444-0000-4000-8000-000000000000")
  second=$(curl --silent --retry 2 --output /dev/null --write-out '%{http_code}' \
    --header "Authorization: Bearer $token" "$GRAPH_URL/v1.0/groups/44444444-0000-4000-8000-000000000000")
  [[ $first == 429 && $second == 404 ]]
}

step token graph "$GRAPH_URL/v1.0/organization"
step unauthorized unauthorized
step find find_both
step refused refused
step purge purge
step anchor anchor
step throttled throttled
exit $status
