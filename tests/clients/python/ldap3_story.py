"""ldap3, the library of most Python scripts against Active Directory."""

import ssl

import ldap3
from ldap3.core.exceptions import LDAPInvalidCredentialsResult
from ldap3.utils.conv import escape_filter_chars

from story import BASE, CA, LDAP, LDAPS, PARK, PASSWORD, STAFF, USER, finish, step

server = ldap3.Server(LDAP, get_info=ldap3.ALL)
connection = ldap3.Connection(server, USER, PASSWORD, raise_exceptions=True)
NAME = f"CN=Lena Three,{STAFF}"

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
    assert "1.2.840.113556.1.4.841" in [one[0] for one in info.supported_controls]

with step("schema"):
    assert "proxyAddresses" in server.schema.attribute_types
    assert "user" in server.schema.object_classes

with step("search"):
    connection.search(STAFF, "(sAMAccountName=u0007)", attributes=["*", "+"])
    assert len(connection.entries) == 1
    one = connection.entries[0]
    assert one.userPrincipalName == "u0007@example.test", one
    assert one.memberOf.values == [f"CN=Everyone Else,{STAFF}"], one.memberOf

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
    connection.search(STAFF, "(cn=Everyone Else)", attributes=["member"])
    assert len(connection.entries[0].member) == 1500  # auto_range reads on

with step("dirsync"):
    sync = connection.extend.microsoft.dir_sync(BASE, sync_filter="(objectClass=user)")
    while True:
        sync.loop()
        if not sync.more_results:
            break
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
    connection.search(NAME, "(objectClass=*)", ldap3.BASE, attributes=["userAccountControl"])
    assert connection.entries[0].userAccountControl == 546

with step("add-refused"):
    plain = ldap3.Connection(server, USER, PASSWORD, auto_bind=True)
    plain.add(f"CN=Other,{STAFF}", ["user"], {"sAMAccountName": "LENA3"})
    assert plain.result["result"] == 68, plain.result
    assert plain.result["message"].startswith("00000524: "), plain.result

with step("modify"):
    smtp = ["SMTP:lena@example.test", "smtp:l.three@example.test"]
    connection.modify(NAME, {"proxyAddresses": [(ldap3.MODIFY_ADD, smtp)]})
    connection.modify(NAME, {"proxyAddresses": [(ldap3.MODIFY_DELETE, [smtp[1]])]})
    connection.search(NAME, "(objectClass=*)", ldap3.BASE, attributes=["proxyAddresses"])
    assert connection.entries[0].proxyAddresses == smtp[0]

with step("groups"):
    group = f"CN=All,{STAFF}"
    connection.extend.microsoft.add_members_to_groups(NAME, group)
    connection.search(NAME, "(objectClass=*)", ldap3.BASE, attributes=["memberOf"])
    assert connection.entries[0].memberOf == group
    connection.extend.microsoft.remove_members_from_groups(NAME, group)

with step("start-tls"):
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=CA)
    upgraded = ldap3.Connection(
        ldap3.Server(LDAP, tls=tls, get_info=ldap3.NONE), USER, PASSWORD, raise_exceptions=True
    )
    upgraded.open()
    upgraded.start_tls()
    assert upgraded.bind()

with step("password"):
    secure = ldap3.Connection(
        ldap3.Server(LDAPS, use_ssl=True, tls=tls), USER, PASSWORD, auto_bind=True
    )
    assert secure.extend.microsoft.modify_password(NAME, "Vernal-Equinox-2031")
    secure.modify(NAME, {"userAccountControl": [(ldap3.MODIFY_REPLACE, ["512"])]})
    own = ldap3.Connection(server, "lena3@example.test", "Vernal-Equinox-2031")
    assert own.bind(), own.result

with step("move"):
    connection.modify_dn(NAME, "CN=Lena Three", new_superior=PARK)
    connection.modify_dn(f"CN=Lena Three,{PARK}", "CN=Lena Four")

with step("delete"):
    connection.delete(f"CN=Lena Four,{PARK}")
    deleted = [("1.2.840.113556.1.4.417", True, None)]
    connection.search(
        BASE, "(sAMAccountName=lena3)", attributes=["isDeleted"], controls=deleted
    )
    assert "\\0ADEL:" in connection.entries[0].entry_dn, connection.entries

finish()
