"""python-ldap, the wrapper around OpenLDAP's libldap."""

import ldap
import ldap.modlist
from ldap.controls.libldap import SimplePagedResultsControl

from story import BASE, CA, LDAP, LDAPS, PARK, PASSWORD, STAFF, USER, finish, step

connection = ldap.initialize(LDAP)
connection.set_option(ldap.OPT_REFERRALS, 0)
NAME = f"CN=Pia Ldap,{STAFF}"

with step("bind"):
    connection.simple_bind_s(USER, PASSWORD)

with step("bind-refused"):
    wrong = ldap.initialize(LDAP)
    try:
        wrong.simple_bind_s(USER, "no")
        raise AssertionError("a wrong password is accepted")
    except ldap.INVALID_CREDENTIALS as refused:
        assert "data 52e" in refused.args[0]["info"], refused

with step("whoami"):
    assert connection.whoami_s().endswith("\\Administrator")

with step("search"):
    found = connection.search_s(
        STAFF, ldap.SCOPE_SUBTREE, "(sAMAccountName=u0007)", ["cn", "memberOf"]
    )
    found = [one for one in found if one[0]]
    assert found[0][1]["cn"] == [b"User 0007"], found

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

with step("compare"):
    assert connection.compare_s(NAME, "description", "Zürich".encode())

with step("modify"):
    connection.modify_s(NAME, [(ldap.MOD_REPLACE, "title", [b"Clerk"])])
    try:
        connection.modify_s(NAME, [(ldap.MOD_DELETE, "title", [b"Baker"])])
        raise AssertionError("an absent value can be deleted")
    except ldap.NO_SUCH_ATTRIBUTE:
        pass

with step("start-tls"):
    upgraded = ldap.initialize(LDAP)
    upgraded.set_option(ldap.OPT_X_TLS_CACERTFILE, CA)
    upgraded.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    upgraded.start_tls_s()
    upgraded.simple_bind_s(USER, PASSWORD)

with step("ldaps"):
    secure = ldap.initialize(LDAPS)
    secure.set_option(ldap.OPT_X_TLS_CACERTFILE, CA)
    secure.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    secure.simple_bind_s(USER, PASSWORD)
    password = '"Vernal-Equinox-2031"'.encode("utf-16-le")
    secure.modify_s(NAME, [(ldap.MOD_REPLACE, "unicodePwd", [password])])

with step("move"):
    connection.rename_s(NAME, "CN=Pia Moved", newsuperior=PARK)

with step("delete"):
    connection.delete_s(f"CN=Pia Moved,{PARK}")
    try:
        connection.search_s(f"CN=Pia Moved,{PARK}", ldap.SCOPE_BASE)
        raise AssertionError("it is still there")
    except ldap.NO_SUCH_OBJECT as gone:
        assert gone.args[0]["matched"] == PARK, gone

finish()
