"""What every Python client does against mock-cloud, and where it finds it."""

import os

from story_steps import finish, step  # noqa: F401

GRAPH = os.environ["GRAPH_URL"]
AUTHORITY = os.environ["AUTHORITY"]
TENANT = os.environ["TENANT_ID"]
CLIENT = os.environ["CLIENT_ID"]
SECRET = os.environ["CLIENT_SECRET"]
KEEP = os.environ["KEEP"]  # the account with the mailbox
DOUBLE = os.environ["DOUBLE"]  # the synced duplicate, by id
ANCHOR = "Oywdb1lKh06bDB0uP0BRYg=="
