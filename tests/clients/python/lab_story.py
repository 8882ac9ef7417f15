"""A learner who repairs Two Janes with LDAP and Graph clients, and drives the engine by commands."""

import json
import os
import subprocess
import urllib.request
import uuid
from base64 import b64encode

import ldap3

from story_steps import finish, step

READY = json.load(open(os.environ["READY"], encoding="utf-8"))
PROGRAM = os.environ["DIRSYNC_LAB"]
BASE = READY["base_dn"]
SYNCED, PARKED = f"OU=Staff,{BASE}", f"OU=NotSynced,{BASE}"


def command(*words, code=0):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def sync():
    command("sync", "delta", "--ready", os.environ["READY"])


def graph(method, path, body=None):
    request = urllib.request.Request(
        READY["graph"] + "/v1.0" + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": "Bearer " + READY["token"],
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else {}


connection = ldap3.Connection(
    ldap3.Server(READY["ldap"]), READY["bind_dn"], READY["password"], raise_exceptions=True
)
connection.bind()


def people(base):
    wanted = ["objectGUID", "userPrincipalName", "proxyAddresses", "sAMAccountName"]
    connection.search(base, "(objectClass=user)", attributes=wanted)
    return {entry.userPrincipalName.value.lower(): entry for entry in connection.entries}


with step("the twins are found by what they are called"):
    staff = people(SYNCED)
    users = graph("GET", "/users?$select=id,userPrincipalName,proxyAddresses,assignedLicenses")
    users = users["value"]
    held = [user for user in users if user["assignedLicenses"]]
    stray = [user for user in held if user["userPrincipalName"].lower() not in staff]
    assert len(stray) == 1, held
    original = stray[0]
    empty = [user for user in users if not user["assignedLicenses"]]
    twins = [user for user in empty if user["userPrincipalName"].lower() in staff]
    assert len(twins) == 1, twins
    twin = twins[0]
    jane = staff[twin["userPrincipalName"].lower()]
    command("lab", "check", code=1)

with step("out of scope by LDAP, and the prediction"):
    name = jane.entry_dn.split(",")[0]
    connection.modify_dn(jane.entry_dn, name, new_superior=PARKED)
    command("lab", "predict", f"{jane.sAMAccountName.value}=delete")
    sync()
    sync()

with step("the twin for good by Graph"):
    graph("DELETE", f"/directory/deletedItems/{twin['id']}")

with step("the anchor by Graph, the address by LDAP"):
    guid = uuid.UUID(jane.objectGUID.value)
    anchor = b64encode(guid.bytes_le).decode()
    graph("PATCH", f"/users/{original['id']}", {"onPremisesImmutableId": anchor})
    known = [one.split(":")[1] for one in original["proxyAddresses"] if one.startswith("SMTP:")]
    addresses = [*jane.proxyAddresses.values, *[f"smtp:{one}" for one in known]]
    parked = f"{name},{PARKED}"
    connection.modify(parked, {"proxyAddresses": [(ldap3.MODIFY_REPLACE, addresses)]})

with step("back into scope, and everything is as it should be"):
    connection.modify_dn(f"{name},{PARKED}", name, new_superior=SYNCED)
    sync()
    told = command("lab", "check")
    assert "  100  score, of 100" in told, told

with step("what would happen is told to nobody who is asked for it"):
    refused = command("what-if", "delta", "--ready", os.environ["READY"], code=2)
    assert "not told in a lab" in refused, refused

finish()
