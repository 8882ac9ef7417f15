"""msal, which most sign-ins in Python go through, and plain requests."""

import os
import socket
import time
import warnings
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from graph_story import (
    ANCHOR,
    AUTHORITY,
    CERTIFICATE,
    CLIENT,
    DOUBLE,
    EVERYBODY,
    GRAPH,
    KEEP,
    NAME,
    OTHER_ANCHOR,
    PASSWORD,
    PROXY,
    RETRY_AFTER,
    SECRET,
    TENANT,
    THROTTLED,
    finish,
    step,
)

SCOPES = ["User.Read"]
REDIRECT = "http://localhost:5000/signed-in"


def ask(method, path, expected, **more):
    """One request with the application's token; gives the body, where there is one."""
    address = path if path.startswith("https://") else f"{GRAPH}/v1.0{path}"
    answer = session.request(method, address, **more)
    assert answer.status_code == expected, (path, answer.status_code, answer.text)
    return answer.json() if answer.content else None


def pages(path):
    """The pages of a list, to the last."""
    while path:
        page = ask("GET", path, 200)
        yield page
        path = page.get("@odata.nextLink")


def bin_ids():
    deleted = pages("/directory/deletedItems/microsoft.graph.user?$select=id")
    return [one["id"] for page in deleted for one in page["value"]]


def browse():
    """What a browser does: it is sent back to the program, with the code in the address."""
    flow = program.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, login_hint=NAME)
    back = requests.get(flow["auth_uri"], allow_redirects=False).headers["Location"]
    assert back.startswith(f"{REDIRECT}?"), back
    return flow, dict(parse_qsl(urlsplit(back).query))


def check_person(answer):
    """Whether an answer of the token endpoint is for the person, and Graph believes it."""
    assert "access_token" in answer, answer
    assert answer["id_token_claims"]["preferred_username"] == NAME, answer
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    me = requests.get(f"{GRAPH}/v1.0/me", headers=bearer).json()
    assert me.get("id") == KEEP, me


with step("msal-token"):
    application = msal.ConfidentialClientApplication(
        CLIENT,
        client_credential=SECRET,
        authority=f"{AUTHORITY}/{TENANT}",
        instance_discovery=False,
    )
    scopes = ["https://graph.microsoft.com/.default"]
    answer = application.acquire_token_for_client(scopes)
    assert "access_token" in answer, answer

with step("token"):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    assert ask("GET", "/organization", 200)["value"]

# A person signs in through a program on her own machine.
program = msal.PublicClientApplication(
    CLIENT, authority=f"{AUTHORITY}/{TENANT}", instance_discovery=False
)

with step("device-code"):
    flow = program.initiate_device_flow(SCOPES)
    assert flow.get("user_code") and flow["user_code"] in flow["message"], flow
    check_person(program.acquire_token_by_device_flow(flow))

with step("authorization-code"):
    flow, code = browse()
    check_person(program.acquire_token_by_auth_code_flow(flow, code))
    # Without the verifier, which only the program knows, a code is worth nothing.
    flow, code = browse()
    refused = program.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, code)
    assert refused.get("error") == "invalid_grant", refused

with step("refresh-token"):
    [account] = program.get_accounts(NAME)
    again = program.acquire_token_silent(SCOPES, account)
    assert again["token_source"] == "cache", again
    renewed = program.acquire_token_silent(SCOPES, account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider", renewed
    assert renewed["access_token"] != again["access_token"], renewed
    check_person(renewed)

with step("password"):
    # msal asks for the realm of a name on port 443 only: through the proxy, there is one.
    proxy = {"https_proxy": PROXY, "no_proxy": ""}
    with patch.dict(os.environ, proxy), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        program = msal.PublicClientApplication(
            CLIENT, authority=f"https://login.microsoftonline.com/{TENANT}"
        )
        mine = program.acquire_token_by_username_password(NAME, PASSWORD, SCOPES)
        refused = program.acquire_token_by_username_password(NAME, f"{PASSWORD}x", SCOPES)
    check_person(mine)
    assert refused.get("error_codes") == [50126], refused

def as_microsoft():
    """An application that knows nothing but Microsoft's own names."""
    program = msal.ConfidentialClientApplication(
        CLIENT,
        authority=f"https://login.microsoftonline.com/{TENANT}",
        client_credential=SECRET,
    )
    token = program.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert "access_token" in token, token
    answer = requests.get(
        "https://graph.microsoft.com/v1.0/organization",
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["value"][0]["id"] == TENANT, answer.text
    context = answer.json()["@odata.context"]
    assert context.startswith("https://graph.microsoft.com/v1.0/"), context


with step("proxy"), patch.dict(os.environ, {"https_proxy": PROXY, "no_proxy": ""}):
    as_microsoft()

with step("takeover"):
    port = urlsplit(GRAPH).port
    asked = []

    def resolve(host, *_, **__):
        """As a hosts file would, with the server behind port 443."""
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with patch("socket.getaddrinfo", resolve):
        as_microsoft()
    assert set(asked) == {"login.microsoftonline.com", "graph.microsoft.com"}, asked

with step("certificate"):
    pem = Path(CERTIFICATE).read_text()
    certificate = x509.load_pem_x509_certificate(pem.encode())
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303
    wrong = "0" * 40
    for credential, works in [
        ({"private_key": pem, "thumbprint": thumbprint}, True),
        # Without a thumbprint the library signs with PSS and names SHA-256.
        ({"private_key": pem, "public_certificate": pem}, True),
        ({"private_key": pem, "thumbprint": wrong}, False),
    ]:
        program = msal.ConfidentialClientApplication(
            CLIENT,
            authority=f"{AUTHORITY}/{TENANT}",
            instance_discovery=False,
            client_credential=credential,
        )
        token = program.acquire_token_for_client(["https://graph.microsoft.com/.default"])
        assert ("access_token" in token) == works, token
        assert works or token["error_codes"] == [700027], token

with step("unauthorized"):
    answer = requests.get(f"{GRAPH}/v1.0/users")
    assert answer.status_code == 401, answer.status_code
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken", answer.text

with step("find"):
    options = {
        "$filter": "displayName eq 'Dana Double'",
        "$select": "id,onPremisesSyncEnabled",
    }
    found = ask("GET", "/users", 200, params=options)["value"]
    assert all(one.keys() == {"id", "onPremisesSyncEnabled"} for one in found), found
    synced = {one["id"]: one["onPremisesSyncEnabled"] for one in found}
    assert synced == {KEEP: None, DOUBLE: True}, found

with step("page"):
    told = [page["value"] for page in pages("/users?$top=100&$select=id")]
    assert [len(page) for page in told] == [100, 100, 52], told
    assert len({one["id"] for page in told for one in page}) == EVERYBODY, told

with step("delta"):
    ids = []
    for page in pages("/users/delta?$select=id,jobTitle"):
        ids += [one["id"] for one in page["value"]]
    assert len(ids) == len(set(ids)) == EVERYBODY, len(ids)
    ask("PATCH", f"/users/{KEEP}", 204, json={"jobTitle": "Clerk"})
    changes = ask("GET", page["@odata.deltaLink"], 200)
    assert changes["value"] == [{"id": KEEP, "jobTitle": "Clerk"}], changes

with step("batch"):
    requests_in_batch = [
        {"id": "1", "method": "GET", "url": f"/users/{KEEP}?$select=id"},
        {"id": "2", "method": "GET", "url": "/users/nobody"},
    ]
    answers = ask("POST", "/$batch", 200, json={"requests": requests_in_batch})["responses"]
    answers = {one["id"]: one for one in answers}
    assert [answers[one]["status"] for one in "12"] == [200, 404], answers
    assert answers["1"]["body"]["id"] == KEEP, answers

with step("batch-depends"):
    read = {"method": "GET", "url": f"/users/{KEEP}?$select=department"}
    write = {
        "method": "PATCH",
        "url": f"/users/{KEEP}",
        "headers": {"Content-Type": "application/json"},
        "body": {"department": "Bakery"},
    }
    requests_in_batch = [
        {"id": "1", **write},
        {"id": "2", **read, "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "/users/nobody"},
        {"id": "4", **read, "dependsOn": ["3"]},
    ]
    answers = ask("POST", "/$batch", 200, json={"requests": requests_in_batch})["responses"]
    answers = {one["id"]: one for one in answers}
    assert [answers[one]["status"] for one in "1234"] == [204, 200, 404, 424], answers
    assert answers["2"]["body"]["department"] == "Bakery", answers

with step("throttled"):
    told = []

    class Patience(Retry):
        """Waits as the answer says, and never of its own accord; keeps what it says."""

        def parse_retry_after(self, retry_after):
            told.append(retry_after)
            return super().parse_retry_after(retry_after)

    patience = Patience(total=2, backoff_factor=0, status_forcelist=[429])
    session.mount(GRAPH, HTTPAdapter(max_retries=patience))
    start = time.monotonic()
    ask("GET", f"/groups/{THROTTLED}", 404)
    waited = time.monotonic() - start
    assert told == [str(RETRY_AFTER)], told
    assert waited >= RETRY_AFTER, waited

with step("refused"):
    change = {"onPremisesImmutableId": OTHER_ANCHOR}
    answer = ask("PATCH", f"/users/{DOUBLE}", 400, json=change)
    assert answer["error"]["code"] == "Request_BadRequest", answer

with step("purge"):
    ask("DELETE", f"/users/{DOUBLE}", 204)
    assert bin_ids() == [DOUBLE], bin_ids()
    ask("DELETE", f"/directory/deletedItems/{DOUBLE}", 204)
    assert bin_ids() == [], bin_ids()

with step("anchor"):
    ask("PATCH", f"/users/{KEEP}", 204, json={"onPremisesImmutableId": ANCHOR})
    kept = ask("GET", f"/users/{KEEP}?$select=onPremisesImmutableId", 200)
    assert kept["onPremisesImmutableId"] == ANCHOR, kept

finish()
