"""What every client does against mock-ad, and where it finds it."""

import os

from story_steps import finish, step  # noqa: F401

LDAP = os.environ["LDAP_URL"]
LDAPS = os.environ["LDAPS_URL"]
CA = os.environ["CA_FILE"]
USER = os.environ["BIND_DN"]
PASSWORD = os.environ["PASSWORD"]
BASE = os.environ["BASE_DN"]
STAFF = f"OU=Staff,{BASE}"
PARK = f"OU=Park,{BASE}"

PAGED_RESULTS = "1.2.840.113556.1.4.319"
SHOW_DELETED = "1.2.840.113556.1.4.417"
DIRSYNC = "1.2.840.113556.1.4.841"
# The capability that says: this is Active Directory.
ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"

# What a new user has that its author does not name.
PERSON = f"CN=Person,CN=Schema,CN=Configuration,{BASE}"
DEFAULTS = {
    "userAccountControl": "546",
    "instanceType": "4",
    "primaryGroupID": "513",
    "objectCategory": PERSON,
}
