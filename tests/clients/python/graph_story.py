"""What every Python client does against mock-cloud, and where it finds it."""

import os

from story_steps import finish, step  # noqa: F401

GRAPH = os.environ["GRAPH_URL"]
PROXY = os.environ["GRAPH_HTTP"]  # the plain port is also a proxy for Microsoft's names
AUTHORITY = os.environ["AUTHORITY"]
TENANT = os.environ["TENANT_ID"]
CLIENT = os.environ["CLIENT_ID"]
SECRET = os.environ["CLIENT_SECRET"]
NAME = os.environ["NAME"]  # the account with the mailbox, where she signs in herself
PASSWORD = os.environ["PASSWORD"]
CERTIFICATE = os.environ["CLIENT_CERTIFICATE"]  # PEM: the key and the certificate
KEEP = os.environ["KEEP"]  # the account with the mailbox
DOUBLE = os.environ["DOUBLE"]  # the synced duplicate, by id
RETRY_AFTER = int(os.environ["RETRY_AFTER"])  # seconds
ANCHOR = "Oywdb1lKh06bDB0uP0BRYg=="  # that of the duplicate
OTHER_ANCHOR = "AAAAAAAAAAAAAAAAAAAAAA=="
EVERYBODY = 252
THROTTLED = "44444444-0000-4000-8000-000000000000"  # a group that is not there
