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
