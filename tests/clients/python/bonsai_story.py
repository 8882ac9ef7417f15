"""bonsai, an asynchronous client over libldap."""

import bonsai
from bonsai import LDAPClient, LDAPEntry, LDAPSearchScope

from story import BASE, CA, LDAP, LDAPS, PARK, PASSWORD, STAFF, USER, finish, step

NAME = f"CN=Bo Nsai,{STAFF}"


def client(url, password=PASSWORD, tls=False):
    made = LDAPClient(url, tls)
    made.set_credentials("SIMPLE", user=USER, password=password)
    made.set_ca_cert(CA)
    made.set_server_chase_referrals(False)
    return made


with step("bind"):
    connection = client(LDAP).connect()

with step("bind-refused"):
    try:
        client(LDAP, "no").connect()
        raise AssertionError("a wrong password is accepted")
    except bonsai.AuthenticationError:
        pass

with step("whoami"):
    assert connection.whoami().endswith("\\Administrator"), connection.whoami()

with step("search"):
    found = connection.search(STAFF, LDAPSearchScope.SUB, "(sAMAccountName=u0007)")
    assert found[0]["cn"] == ["User 0007"], found

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

with step("modify"):
    entry = connection.search(NAME, LDAPSearchScope.BASE)[0]
    entry["title"] = ["Clerk"]
    entry.modify()

with step("start-tls"):
    client(LDAP, tls=True).connect().close()

with step("ldaps"):
    client(LDAPS).connect().close()

with step("move"):
    entry.rename(f"CN=Bo Moved,{PARK}")

with step("delete"):
    connection.delete(f"CN=Bo Moved,{PARK}")

finish()
