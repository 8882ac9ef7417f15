#!/usr/bin/env bash
# The Azure CLI, with a cloud of its own: az rest and az ad user.
. "$(dirname "$0")/story.sh"
export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=false

az() { "$AZ" "$@" --only-show-errors; }
rest() { az rest --resource "$GRAPH_URL/" "$@"; }

sign_in() {
  cat >"$AZURE_CONFIG_DIR/cloud.json" <<JSON
{"endpoints": {"activeDirectory": "$AUTHORITY", "activeDirectoryGraphResourceId": "$GRAPH_URL/",
 "activeDirectoryResourceId": "$GRAPH_URL/", "management": "$GRAPH_URL/",
 "microsoftGraphResourceId": "$GRAPH_URL/", "resourceManager": "$GRAPH_URL/"}}
JSON
  az cloud register -n mock --cloud-config "@$AZURE_CONFIG_DIR/cloud.json" \
    --skip-endpoint-discovery &&
    az cloud set -n mock &&
    az login --service-principal --username "$CLIENT_ID" --password "$CLIENT_SECRET" \
      --tenant "$TENANT_ID" --allow-no-subscriptions &&
    rest --url "$GRAPH_URL/v1.0/organization"
}

find_both() {
  local found
  found=$(az ad user list --filter "displayName eq 'Dana Double'" --query '[].id' -o tsv)
  [[ $found == *"$KEEP"* && $found == *"$DOUBLE"* ]]
}

page() { is_everybody "$(az ad user list --query '[].id' -o tsv)"; }

delta() {
  local link="$GRAPH_URL/v1.0/users/delta?\$select=id,jobTitle" answer all=""
  while [[ -n $link ]]; do
    answer=$(rest --url "$link") || return 1
    all+=$(ids <<<"$answer")$'\n'
    link=$(member @odata.nextLink <<<"$answer")
  done
  is_everybody "${all%$'\n'}" || return 1
  rest --method patch --url "$GRAPH_URL/v1.0/users/$KEEP" --body '{"jobTitle": "Clerk"}' ||
    return 1
  answer=$(rest --url "$(member @odata.deltaLink <<<"$answer")")
  [[ $(ids <<<"$answer") == "$KEEP" && $(member jobTitle <<<"$answer") == Clerk ]]
}

# The statuses of what a batch is answered with, in the order of the ids.
statuses() {
  rest --method post --url "$GRAPH_URL/v1.0/\$batch" --body "$1" \
    --query 'sort_by(responses, &id)[].status' -o tsv | tr -d '\r' | tr '\n' ' '
}

batch() {
  [[ $(statuses '{"requests": [
    {"id": "1", "method": "GET", "url": "/organization"},
    {"id": "2", "method": "GET", "url": "/users/nobody"}]}') == "200 404 " ]]
}

batch_depends() {
  [[ $(statuses '{"requests": [
    {"id": "1", "method": "GET", "url": "/organization"},
    {"id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
    {"id": "3", "method": "GET", "url": "/users/nobody"},
    {"id": "4", "method": "GET", "url": "/organization", "dependsOn": ["3"]}
  ]}') == "200 200 404 424 " ]]
}

throttled() {
  local group="$GRAPH_URL/v1.0/groups/44444444-0000-4000-8000-000000000000" said wait
  # az rest does not ask again by itself, and tells headers only to whoever debugs.
  said=$("$AZ" rest --resource "$GRAPH_URL/" --url "$group" --debug 2>&1) && return 1
  [[ $said == *TooManyRequests* ]] || return 1
  wait=$(grep -io "'retry-after': '[0-9]*'" <<<"$said" | grep -o '[0-9]*')
  [[ $wait == "$RETRY_AFTER" ]] || return 1
  sleep "$wait"
  said=$(rest --url "$group" 2>&1)
  [[ $said == *Request_ResourceNotFound* ]]
}

refused() {
  local said
  said=$(rest --method patch --url "$GRAPH_URL/v1.0/users/$DOUBLE" \
    --body '{"onPremisesImmutableId": "AAAAAAAAAAAAAAAAAAAAAA=="}' 2>&1)
  [[ $? != 0 && $said == *Request_BadRequest* ]]
}

deleted() { rest --url "$GRAPH_URL/v1.0/directory/deletedItems/microsoft.graph.user"; }

purge() {
  az ad user delete --id "$DOUBLE" &&
    [[ $(deleted | ids) == "$DOUBLE" ]] &&
    rest --method delete --url "$GRAPH_URL/v1.0/directory/deletedItems/$DOUBLE" &&
    [[ -z $(deleted | ids) ]]
}

anchor() {
  local user="$GRAPH_URL/v1.0/users/$KEEP" answer
  rest --method patch --url "$user" \
    --body '{"onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg=="}' || return 1
  answer=$(rest --url "$user?\$select=onPremisesImmutableId")
  [[ $(member onPremisesImmutableId <<<"$answer") == Oywdb1lKh06bDB0uP0BRYg== ]]
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
