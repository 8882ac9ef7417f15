"""msal, which most sign-ins in Python go through, and plain requests."""

import msal
import requests

from graph_story import AUTHORITY, CLIENT, GRAPH, SECRET, TENANT, finish, step

application = msal.ConfidentialClientApplication(
    CLIENT,
    client_credential=SECRET,
    authority=f"{AUTHORITY}/{TENANT}",
    instance_discovery=False,
)

with step("token"):
    scopes = ["https://graph.microsoft.com/.default"]
    answer = application.acquire_token_for_client(scopes)
    assert "access_token" in answer, answer

session = requests.Session()
session.headers["Authorization"] = f"Bearer {answer['access_token']}"
session.trust_env = True

with step("page"):
    link, ids = f"{GRAPH}/v1.0/users?$top=100&$select=id", []
    while link:
        page = session.get(link).json()
        ids += [one["id"] for one in page["value"]]
        link = page.get("@odata.nextLink")
    assert len(ids) == len(set(ids)) == 252, len(ids)

with step("batch"):
    requests_in_batch = [
        {"id": "1", "method": "GET", "url": "/users?$top=1"},
        {"id": "2", "method": "GET", "url": "/users/nobody", "dependsOn": ["1"]},
    ]
    answers = session.post(f"{GRAPH}/v1.0/$batch", json={"requests": requests_in_batch})
    statuses = {one["id"]: one["status"] for one in answers.json()["responses"]}
    assert statuses == {"1": 200, "2": 404}, statuses

with step("throttled"):
    address = f"{GRAPH}/v1.0/groups/44444444-0000-4000-8000-000000000000"
    first = session.get(address)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "1"), first.headers
    assert session.get(address).status_code == 404

with step("unauthorized"):
    answer = requests.get(f"{GRAPH}/v1.0/users")
    assert answer.status_code == 401, answer.status_code
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken", answer.text

finish()
