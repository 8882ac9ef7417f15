"""python-ldap, the wrapper around OpenLDAP's libldap."""

import ldap
import ldap.modlist
from ldap.controls import RequestControl
from ldap.controls.libldap import SimplePagedResultsControl

from story import (
    BASE,
    CA,
    DEFAULTS,
    LDAP,
    LDAPS,
    PARK,
    PASSWORD,
    SHOW_DELETED,
    STAFF,
    USER,
    finish,
    step,
)

connection = ldap.initialize(LDAP)
connection.set_option(ldap.OPT_REFERRALS, 0)
NAME = f"CN=Pia Ldap,{STAFF}"


def read(name, *attributes):
    """The attributes of one object."""
    [(_, found)] = connection.search_s(name, ldap.SCOPE_BASE, attrlist=list(attributes))
    return found


def refusal(kind, work, *arguments):
    """What the server says where it refuses something."""
    try:
        work(*arguments)
    except kind as refused:
        return refused.args[0]
    raise AssertionError(f"it is not refused: {arguments}")


def trusting(url, authority=None):
    """A connection that trusts this authority, or only those that this machine does."""
    made = ldap.initialize(url)
    made.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    if authority:
        made.set_option(ldap.OPT_X_TLS_CACERTFILE, authority)
    made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    return made


with step("bind"):
    connection.simple_bind_s(USER, PASSWORD)

with step("bind-refused"):
    wrong = ldap.initialize(LDAP)
    refused = refusal(ldap.INVALID_CREDENTIALS, wrong.simple_bind_s, USER, "no")
    assert "data 52e" in refused["info"], refused

with step("whoami"):
    assert connection.whoami_s().endswith("\\Administrator")

with step("search"):
    found = connection.search_s(
        STAFF, ldap.SCOPE_SUBTREE, "(sAMAccountName=u0007)", ["cn", "memberOf"]
    )
    found = [one for one in found if one[0]]
    assert found[0][1]["cn"] == [b"User 0007"], found
    assert set(found[0][1]) == {"cn", "memberOf"}, found

with step("paged"):
    cookie, names = "", set()
    while True:
        control = SimplePagedResultsControl(True, size=500, cookie=cookie)
        number = connection.search_ext(
            STAFF, ldap.SCOPE_SUBTREE, "(objectClass=user)", ["cn"], serverctrls=[control]
        )
        _, entries, _, controls = connection.result3(number)
        names.update(dn for dn, _ in entries if dn)
        cookie = controls[0].cookie
        if not cookie:
            break
    assert len(names) == 1500, len(names)

with step("add"):
    attributes = {
        "objectClass": [b"user"],
        "sAMAccountName": [b"pialdap"],
        "description": ["Zürich".encode()],
    }
    connection.add_s(NAME, ldap.modlist.addModlist(attributes))
    made = read(NAME, *DEFAULTS, "whenCreated", "description")
    for attribute, value in DEFAULTS.items():
        assert made[attribute] == [value.encode()], made
    assert made["whenCreated"] and made["description"] == attributes["description"], made

with step("add-refused"):
    taken = {"objectClass": [b"user"], "sAMAccountName": [b"PIALDAP"]}
    other = f"CN=Other,{STAFF}"
    taken = ldap.modlist.addModlist(taken)
    refused = refusal(ldap.ALREADY_EXISTS, connection.add_s, other, taken)
    assert refused["info"].startswith("00000524: "), refused

with step("compare"):
    assert connection.compare_s(NAME, "description", "Zürich".encode())
    assert not connection.compare_s(NAME, "description", b"Basel")

with step("modify"):
    smtp = [b"SMTP:pia@example.test", b"smtp:p.ldap@example.test"]
    connection.modify_s(NAME, [(ldap.MOD_ADD, "proxyAddresses", smtp)])
    connection.modify_s(NAME, [(ldap.MOD_REPLACE, "title", [b"Clerk"])])
    connection.modify_s(NAME, [(ldap.MOD_REPLACE, "title", [b"Baker"])])
    changed = read(NAME, "proxyAddresses", "title", "description")
    assert sorted(changed["proxyAddresses"]) == sorted(smtp), changed
    assert changed["title"] == [b"Baker"] and "description" in changed, changed
    absent = [(ldap.MOD_DELETE, "title", [b"Clerk"])]
    refusal(ldap.NO_SUCH_ATTRIBUTE, connection.modify_s, NAME, absent)
    connection.modify_s(
        NAME,
        [(ldap.MOD_DELETE, "proxyAddresses", smtp[1:]), (ldap.MOD_DELETE, "description", None)],
    )
    changed = read(NAME, "proxyAddresses", "title", "description")
    assert changed == {"proxyAddresses": smtp[:1], "title": [b"Baker"]}, changed

with step("start-tls"):
    upgraded = trusting(LDAP, CA)
    upgraded.start_tls_s()
    upgraded.simple_bind_s(USER, PASSWORD)
    refusal(ldap.CONNECT_ERROR, trusting(LDAP).start_tls_s)

with step("ldaps"):
    secure = trusting(LDAPS, CA)
    secure.simple_bind_s(USER, PASSWORD)
    refusal(ldap.SERVER_DOWN, trusting(LDAPS).simple_bind_s, USER, PASSWORD)

with step("password"):
    password = '"Vernal-Equinox-2031"'.encode("utf-16-le")
    secure.modify_s(NAME, [(ldap.MOD_REPLACE, "unicodePwd", [password])])
    secure.modify_s(NAME, [(ldap.MOD_REPLACE, "userAccountControl", [b"512"])])
    own = ldap.initialize(LDAP)
    own.simple_bind_s("pialdap@example.test", "Vernal-Equinox-2031")
    assert own.whoami_s().endswith("\\pialdap"), own.whoami_s()

with step("move"):
    connection.rename_s(NAME, "CN=Pia Moved", newsuperior=PARK)
    moved = read(f"CN=Pia Moved,{PARK}", "cn", "sAMAccountName")
    assert moved == {"cn": [b"Pia Moved"], "sAMAccountName": [b"pialdap"]}, moved
    refusal(ldap.NO_SUCH_OBJECT, read, NAME)

with step("delete"):
    connection.delete_s(f"CN=Pia Moved,{PARK}")
    gone = refusal(ldap.NO_SUCH_OBJECT, read, f"CN=Pia Moved,{PARK}")
    assert gone["matched"] == PARK, gone

with step("tombstone"):
    sought = (BASE, ldap.SCOPE_SUBTREE, "(sAMAccountName=pialdap)", ["isDeleted"])
    assert not [one for one in connection.search_s(*sought) if one[0]]
    shown = [RequestControl(SHOW_DELETED, True)]
    found = connection.search_ext_s(*sought, serverctrls=shown)
    [(name, tombstone)] = [one for one in found if one[0]]
    assert "\\0ADEL:" in name and tombstone == {"isDeleted": [b"TRUE"]}, found

finish()
