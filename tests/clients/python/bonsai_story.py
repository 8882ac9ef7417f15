"""bonsai, an asynchronous client over libldap."""

import bonsai
from bonsai import LDAPClient, LDAPEntry, LDAPSearchScope

from story import (
    ACTIVE_DIRECTORY,
    BASE,
    CA,
    DEFAULTS,
    LDAP,
    LDAPS,
    PAGED_RESULTS,
    PARK,
    PASSWORD,
    STAFF,
    USER,
    finish,
    step,
)

NAME = f"CN=Bo Nsai,{STAFF}"


def client(url, password=PASSWORD, tls=False, authority=CA):
    made = LDAPClient(url, tls)
    made.set_credentials("SIMPLE", user=USER, password=password)
    made.set_ca_cert(authority)
    made.set_server_chase_referrals(False)
    return made


def read(name, *attributes):
    """One object by its name, or None."""
    found = connection.search(name, LDAPSearchScope.BASE, attrlist=list(attributes))
    return found[0] if found else None


def refusal(kind, work, *arguments):
    """What the server says where it refuses something."""
    try:
        work(*arguments)
    except kind as refused:
        return str(refused)
    raise AssertionError(f"it is not refused: {arguments}")


with step("bind"):
    connection = client(LDAP).connect()

with step("bind-refused"):
    refused = refusal(bonsai.AuthenticationError, client(LDAP, "no").connect)
    assert "data 52e" in refused, refused

with step("whoami"):
    assert connection.whoami().endswith("\\Administrator"), connection.whoami()

with step("root-dse"):
    wanted = ["namingContexts", "supportedControl", "supportedCapabilities"]
    [root] = connection.search("", LDAPSearchScope.BASE, attrlist=wanted)
    assert BASE in root["namingContexts"], root
    assert PAGED_RESULTS in root["supportedControl"], root
    assert ACTIVE_DIRECTORY in root["supportedCapabilities"], root

with step("search"):
    [found] = connection.search(STAFF, LDAPSearchScope.SUB, "(sAMAccountName=u0007)", ["cn"])
    assert found["cn"] == ["User 0007"] and set(found) == {"dn", "cn"}, found

with step("paged"):
    pages = connection.paged_search(
        STAFF, LDAPSearchScope.SUB, "(objectClass=user)", ["cn"], page_size=300
    )
    assert len({str(entry.dn) for entry in pages}) == 1500

with step("add"):
    entry = LDAPEntry(NAME)
    entry["objectClass"] = ["user"]
    entry["sAMAccountName"] = ["bonsai"]
    connection.add(entry)
    made = read(NAME, *DEFAULTS, "whenCreated")
    for attribute, value in DEFAULTS.items():
        assert str(made[attribute][0]) == value, made
    assert made["whenCreated"], made

with step("add-refused"):
    entry = LDAPEntry(f"CN=Other,{STAFF}")
    entry["objectClass"] = ["user"]
    entry["sAMAccountName"] = ["BONSAI"]
    refused = refusal(bonsai.AlreadyExists, connection.add, entry)
    assert "00000524: " in refused, refused

with step("modify"):
    smtp = ["SMTP:bo@example.test", "smtp:b.nsai@example.test"]
    entry = read(NAME)
    entry["proxyAddresses"] = smtp
    entry["title"] = ["Clerk"]
    entry.modify()
    entry["title"] = ["Baker"]
    entry.modify()
    changed = read(NAME, "proxyAddresses", "title")
    assert sorted(changed["proxyAddresses"]) == sorted(smtp), changed
    assert changed["title"] == ["Baker"], changed
    entry["proxyAddresses"].remove(smtp[1])
    del entry["title"]
    entry.modify()
    changed = read(NAME, "proxyAddresses", "title")
    assert changed["proxyAddresses"] == smtp[:1] and "title" not in changed, changed

with step("start-tls"):
    client(LDAP, tls=True).connect().close()
    refusal(bonsai.ConnectionError, client(LDAP, tls=True, authority=None).connect)

with step("ldaps"):
    client(LDAPS).connect().close()
    refusal(bonsai.ConnectionError, client(LDAPS, authority=None).connect)

with step("move"):
    entry.rename(f"CN=Bo Moved,{PARK}")
    moved = read(f"CN=Bo Moved,{PARK}", "cn", "sAMAccountName")
    assert moved["cn"] == ["Bo Moved"] and moved["sAMAccountName"] == ["bonsai"], moved
    assert read(NAME) is None

# bonsai sends no control that it does not know: it has no way to the tombstone.
with step("delete"):
    connection.delete(f"CN=Bo Moved,{PARK}")
    assert read(f"CN=Bo Moved,{PARK}") is None
    assert not connection.search(BASE, LDAPSearchScope.SUB, "(sAMAccountName=bonsai)")

finish()
