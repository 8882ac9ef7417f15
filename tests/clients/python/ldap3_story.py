"""ldap3, the library of most Python scripts against Active Directory."""

import os
import ssl

import ldap3
from ldap3.core.exceptions import (
    LDAPAttributeError,
    LDAPInvalidCredentialsResult,
    LDAPNoSuchObjectResult,
    LDAPObjectClassError,
    LDAPSocketOpenError,
    LDAPStartTLSError,
)
from ldap3.utils.conv import escape_filter_chars

from story import (
    ACTIVE_DIRECTORY,
    BASE,
    CA,
    DEFAULTS,
    DIRSYNC,
    LDAP,
    LDAPS,
    PAGED_RESULTS,
    PARK,
    PASSWORD,
    SHOW_DELETED,
    STAFF,
    USER,
    finish,
    step,
)

server = ldap3.Server(LDAP, get_info=ldap3.ALL)
connection = ldap3.Connection(server, USER, PASSWORD, raise_exceptions=True)
NAME = f"CN=Lena Three,{STAFF}"


def read(name, *attributes):
    """One object by its name."""
    connection.search(name, "(objectClass=*)", ldap3.BASE, attributes=attributes)
    assert len(connection.entries) == 1, connection.result
    return connection.entries[0]


def is_gone(name):
    """Whether nothing has this name."""
    try:
        read(name, "cn")
    except LDAPNoSuchObjectResult:
        return True
    return False


with step("bind"):
    connection.bind()
    assert connection.bound

with step("bind-refused"):
    wrong = ldap3.Connection(server, USER, "no", raise_exceptions=True)
    try:
        wrong.bind()
        raise AssertionError("a wrong password is accepted")
    except LDAPInvalidCredentialsResult as refused:
        assert "data 52e" in refused.message, refused.message

with step("whoami"):
    said = connection.extend.standard.who_am_i()
    assert said.startswith("u:") and said.endswith("\\Administrator"), said

with step("root-dse"):
    info = server.info
    assert info.other["defaultNamingContext"] == [BASE], info.other
    contexts = [BASE, f"CN=Configuration,{BASE}", f"CN=Schema,CN=Configuration,{BASE}"]
    assert set(contexts) <= set(info.naming_contexts), info.naming_contexts
    controls = {one[0] for one in info.supported_controls}
    assert {PAGED_RESULTS, SHOW_DELETED, DIRSYNC} <= controls, controls
    capabilities = [one[0] for one in info.supported_features]
    assert ACTIVE_DIRECTORY in capabilities, capabilities

with step("schema"):
    assert "proxyAddresses" in server.schema.attribute_types
    assert "user" in server.schema.object_classes
    # What the schema does not have is refused by the client itself.
    try:
        connection.search(STAFF, "(favouriteTea=green)")
        raise AssertionError("an unknown attribute can be searched for")
    except LDAPAttributeError as refused:
        assert "favouriteTea" in str(refused), refused
    try:
        connection.add(NAME, ["teapot"], {})
        raise AssertionError("an object of an unknown class can be added")
    except LDAPObjectClassError as refused:
        assert "teapot" in str(refused), refused

with step("search"):
    connection.search(STAFF, "(sAMAccountName=u0007)", attributes=["*", "+"])
    assert len(connection.entries) == 1
    one = connection.entries[0]
    assert one.userPrincipalName == "u0007@example.test", one
    assert one.memberOf.values == [f"CN=Everyone Else,{STAFF}"], one.memberOf
    few = read(one.entry_dn, "cn", "memberOf")
    assert sorted(few.entry_attributes) == ["cn", "memberOf"], few

with step("search-binary-guid"):
    guid = one.objectGUID.raw_values[0]
    text = "".join(f"\\{byte:02x}" for byte in guid)
    connection.search(BASE, f"(objectGUID={text})", attributes=["cn"])
    assert [entry.entry_dn for entry in connection.entries] == [one.entry_dn]

with step("search-bitwise"):
    connection.search(STAFF, "(userAccountControl:1.2.840.113556.1.4.803:=2)")
    disabled = len(connection.entries)
    assert disabled == 3, disabled

with step("search-in-chain"):
    group = escape_filter_chars(f"CN=All,{STAFF}")
    chain = f"(memberOf:1.2.840.113556.1.4.1941:={group})"
    pages = connection.extend.standard.paged_search(STAFF, f"(&(objectClass=user){chain})")
    assert len([page for page in pages if page["type"] == "searchResEntry"]) == 1500

with step("size-limit"):
    wide = ldap3.Connection(server, USER, PASSWORD, auto_bind=True)
    wide.search(STAFF, "(objectClass=user)", attributes=["cn"])
    assert wide.result["result"] == 4 and len(wide.entries) == 1000, wide.result

with step("paged"):
    pages = connection.extend.standard.paged_search(
        STAFF, "(objectClass=user)", attributes=["cn"], paged_size=400, generator=True
    )
    names = {page["dn"] for page in pages if page["type"] == "searchResEntry"}
    assert len(names) == 1500, len(names)

with step("range"):
    # As the server answers, and as the client reads on from there by itself.
    plain = ldap3.Connection(server, USER, PASSWORD, auto_bind=True, auto_range=False)
    plain.search(STAFF, "(cn=Everyone Else)", attributes=["member"])
    [first] = plain.response
    assert list(first["attributes"]) == ["member;range=0-1499"], list(first["attributes"])
    members = set(read(f"CN=Everyone Else,{STAFF}", "member").member)
    assert len(members) == 1501, len(members)

with step("sort"):
    # SEQUENCE OF SEQUENCE { cn, reverseOrder TRUE }: ldap3 has no words for this control.
    backwards = ("1.2.840.113556.1.4.473", True, b"\x30\x09\x30\x07\x04\x02cn\x81\x01\xff")
    connection.search(STAFF, "(cn=User 000*)", attributes=["cn"], controls=[backwards])
    names = [entry.cn.value for entry in connection.entries]
    assert names == [f"User 000{number}" for number in range(9, -1, -1)], names

with step("compare"):
    assert connection.compare(f"CN=User 0007,{STAFF}", "sAMAccountName", "U0007")
    assert not connection.compare(f"CN=User 0007,{STAFF}", "sAMAccountName", "u0008")

with step("dirsync"):
    sync = connection.extend.microsoft.dir_sync(BASE, sync_filter="(objectClass=user)")
    everything = 0
    while True:
        everything += len([entry for entry in sync.loop() if entry["type"] == "searchResEntry"])
        if not sync.more_results:
            break
    assert everything >= 1500, everything
    changed = f"CN=User 0009,{STAFF}"
    connection.modify(changed, {"title": [(ldap3.MODIFY_REPLACE, ["Clerk"])]})
    found = [entry for entry in sync.loop() if entry["type"] == "searchResEntry"]
    # ldap3 asks for names in the extended form: GUID, SID and name.
    assert [entry["dn"].split(";")[-1] for entry in found] == [changed], found
    assert found[0]["attributes"]["title"] == "Clerk", found

with step("add"):
    connection.add(
        NAME,
        ["user"],
        {"sAMAccountName": "lena3", "userPrincipalName": "lena3@example.test"},
    )
    made = read(NAME, *DEFAULTS, "whenCreated", "objectSid")
    for attribute, value in DEFAULTS.items():
        assert str(made[attribute]) == value, made
    assert made.whenCreated.value and made.objectSid.value.startswith("S-1-5-21-"), made

with step("add-refused"):
    plain = ldap3.Connection(server, USER, PASSWORD, auto_bind=True)
    plain.add(f"CN=Other,{STAFF}", ["user"], {"sAMAccountName": "LENA3"})
    assert plain.result["result"] == 68, plain.result
    assert plain.result["message"].startswith("00000524: "), plain.result

with step("modify"):
    smtp = ["SMTP:lena@example.test", "smtp:l.three@example.test"]
    connection.modify(NAME, {"proxyAddresses": [(ldap3.MODIFY_ADD, smtp)]})
    connection.modify(NAME, {"title": [(ldap3.MODIFY_REPLACE, ["Clerk"])]})
    connection.modify(NAME, {"title": [(ldap3.MODIFY_REPLACE, ["Baker"])]})
    changed = read(NAME, "proxyAddresses", "title")
    assert sorted(changed.proxyAddresses) == sorted(smtp) and changed.title == "Baker", changed
    connection.modify(NAME, {"proxyAddresses": [(ldap3.MODIFY_DELETE, [smtp[1]])]})
    connection.modify(NAME, {"title": [(ldap3.MODIFY_DELETE, [])]})
    changed = read(NAME, "proxyAddresses", "title")
    assert changed.proxyAddresses == smtp[0] and not changed.title, changed

with step("groups"):
    group = f"CN=All,{STAFF}"
    connection.extend.microsoft.add_members_to_groups(NAME, group)
    assert read(NAME, "memberOf").memberOf == group
    connection.extend.microsoft.remove_members_from_groups(NAME, group)
    assert not read(NAME, "memberOf").memberOf

with step("start-tls"):
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=CA)
    upgraded = ldap3.Connection(
        ldap3.Server(LDAP, tls=tls, get_info=ldap3.NONE), USER, PASSWORD, raise_exceptions=True
    )
    upgraded.open()
    upgraded.start_tls()
    assert upgraded.bind()
    os.environ.pop("SSL_CERT_FILE", None)  # from here on, Python trusts what this machine does
    strict = ldap3.Tls(validate=ssl.CERT_REQUIRED)
    stranger = ldap3.Connection(ldap3.Server(LDAP, tls=strict, get_info=ldap3.NONE))
    stranger.open()
    try:
        stranger.start_tls()
        raise AssertionError("a certificate of an unknown authority is accepted")
    except LDAPStartTLSError as refused:
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused), refused

with step("ldaps"):
    secure = ldap3.Connection(
        ldap3.Server(LDAPS, use_ssl=True, tls=tls, get_info=ldap3.NONE), USER, PASSWORD
    )
    assert secure.bind(), secure.result
    stranger = ldap3.Connection(
        ldap3.Server(LDAPS, use_ssl=True, tls=strict, get_info=ldap3.NONE), USER, PASSWORD
    )
    try:
        stranger.bind()
        raise AssertionError("a certificate of an unknown authority is accepted")
    except LDAPSocketOpenError as refused:
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused), refused

with step("password"):
    assert secure.extend.microsoft.modify_password(NAME, "Vernal-Equinox-2031")
    secure.modify(NAME, {"userAccountControl": [(ldap3.MODIFY_REPLACE, ["512"])]})
    own = ldap3.Connection(server, "lena3@example.test", "Vernal-Equinox-2031")
    assert own.bind(), own.result

with step("move"):
    connection.modify_dn(NAME, "CN=Lena Three", new_superior=PARK)
    assert read(f"CN=Lena Three,{PARK}", "cn").cn == "Lena Three" and is_gone(NAME)
    connection.modify_dn(f"CN=Lena Three,{PARK}", "CN=Lena Four")
    moved = read(f"CN=Lena Four,{PARK}", "cn", "sAMAccountName")
    assert moved.cn == "Lena Four" and moved.sAMAccountName == "lena3", moved
    assert is_gone(f"CN=Lena Three,{PARK}")

with step("delete"):
    connection.delete(f"CN=Lena Four,{PARK}")
    assert is_gone(f"CN=Lena Four,{PARK}")

with step("tombstone"):
    filter = "(sAMAccountName=lena3)"
    connection.search(BASE, filter)
    assert not connection.entries, connection.entries
    shown = [(SHOW_DELETED, True, None)]
    connection.search(BASE, filter, attributes=["isDeleted"], controls=shown)
    [tombstone] = connection.entries
    assert "\\0ADEL:" in tombstone.entry_dn and tombstone.isDeleted.value is True, tombstone

finish()
