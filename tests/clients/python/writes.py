"""Writes to both directories until the server is gone, or looks whether what was written is there.

`writes.py write NUMBER` prints a line for each write that was acknowledged; `writes.py check`
reads such lines and says how many of them it found.
"""

import os
import sys

import ldap3
import requests

LAB = {name[12:]: value for name, value in os.environ.items() if name.startswith("DIRSYNC_LAB_")}
USERS = LAB["GRAPH"] + "/v1.0/users"
STAFF = "OU=Staff," + LAB["BASE_DN"]
HEADERS = {"Authorization": "Bearer " + LAB["TOKEN"]}

ad = ldap3.Connection(LAB["LDAP"], LAB["BIND_DN"], LAB["PASSWORD"], auto_bind=True)
graph = requests.Session()


def write(number):
    name = f"person-{number}"
    if not ad.add(f"CN={name},{STAFF}", "user", {"sAMAccountName": name}):
        raise SystemExit(f"{name} was refused: {ad.result}")
    print("ad", name, flush=True)
    upn = f"{name}@contoso.onmicrosoft.com"
    user = {
        "accountEnabled": True,
        "displayName": name,
        "mailNickname": name,
        "userPrincipalName": upn,
        "passwordProfile": {"password": "Correct-Horse-9"},
    }
    answer = graph.post(USERS, json=user, headers=HEADERS)
    answer.raise_for_status()
    print("cloud", answer.json()["id"], flush=True)


def is_there(line):
    where, name = line.split()
    if where == "ad":
        return ad.search(STAFF, f"(sAMAccountName={name})") and len(ad.entries) == 1
    return graph.get(f"{USERS}/{name}", headers=HEADERS).status_code == 200


if sys.argv[1] == "write":
    number = int(sys.argv[2])
    while True:
        write(number)
        number += 1
else:
    lines = sys.stdin.read().splitlines()
    missing = [line for line in lines if not is_there(line)]
    print("missing", *missing)
