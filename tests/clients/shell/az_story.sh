#!/usr/bin/env bash
# The Azure CLI, with a cloud of its own: az rest and az ad user.
set -u
status=0
export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=false

step() {
  local name=$1
  shift
  if "$@" >"$AZURE_CONFIG_DIR/said" 2>&1; then
    echo "ok $name"
  else
    echo "FAILED $name: $(tail -n 3 "$AZURE_CONFIG_DIR/said" | tr '\n' ' ')"
    status=1
  fi
}

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

page() { [[ $(az ad user list --query 'length(@)' -o tsv) == 252 ]]; }

refused() {
  local said
  said=$(rest --method patch --url "$GRAPH_URL/v1.0/users/$DOUBLE" \
    --body '{"onPremisesImmutableId": "AAAAAAAAAAAAAAAAAAAAAA=="}' 2>&1)
  [[ $? != 0 && $said == *Request_BadRequest* ]]
}

purge() {
  az ad user delete --id "$DOUBLE" &&
    [[ $(rest --url "$GRAPH_URL/v1.0/directory/deletedItems/microsoft.graph.user") == *"$DOUBLE"* ]] &&
    rest --method delete --url "$GRAPH_URL/v1.0/directory/deletedItems/$DOUBLE"
}

anchor() {
  rest --method patch --url "$GRAPH_URL/v1.0/users/$KEEP" \
    --body '{"onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg=="}' &&
    [[ $(rest --url "$GRAPH_URL/v1.0/users/$KEEP?\$select=onPremisesImmutableId") == *Oywdb1lKh06bDB0uP0BRYg==* ]]
}

step token sign_in
step find find_both
step page page
step refused refused
step purge purge
step anchor anchor
exit $status
