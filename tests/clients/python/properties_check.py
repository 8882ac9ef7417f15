"""Holds the table of properties against the types of msgraph-sdk, and says what differs."""

import sys

from msgraph.generated.models.directory_role import DirectoryRole
from msgraph.generated.models.domain import Domain
from msgraph.generated.models.group import Group
from msgraph.generated.models.org_contact import OrgContact
from msgraph.generated.models.organization import Organization
from msgraph.generated.models.subscribed_sku import SubscribedSku
from msgraph.generated.models.user import User

TYPES = [
    (User, "user", "users/*"),
    (Group, "group", "groups/*"),
    (OrgContact, "orgContact", "contacts/*"),
    (DirectoryRole, "directoryRole", "directoryRoles/*"),
    (Organization, "organization", "organization/*"),
    (Domain, "domain", "domains/*"),
    (SubscribedSku, "subscribedSku", ""),
]
# Answered at paths of their own, and no properties.
ELSEWHERE = {"@odata.type", "licenseDetails", "authentication"}


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def is_list(cls, name):
    """Whether the library has a property as a list, by its annotation."""
    for one in cls.__mro__:
        for attribute, annotation in getattr(one, "__annotations__", {}).items():
            if attribute.replace("_", "") == name.lower():
                return "list[" in str(annotation)
    return None


def main():
    table = {}
    for owner, name, edm, *_ in rows("mock-cloud/src/odata/properties.tsv")[1:]:
        if "/" not in name:
            table.setdefault(owner, {})[name] = edm
    refused = {
        owner: set(names.split(" "))
        for owner, names in rows("mock-cloud/src/server/directory/segments.tsv")
    }
    compared = 0
    for cls, owner, segments in TYPES:
        own = dict(table.get(owner, {}))
        if owner not in ("domain", "subscribedSku"):
            own.update(table["directoryObject"])
        theirs = set(cls().get_field_deserializers()) - ELSEWHERE
        for name in sorted(theirs - set(own)):
            if name.lower() not in refused.get(segments, set()):
                print(f"{owner}: {name} is missing")
        for name in sorted(set(own) - theirs - {"id"}):
            print(f"{owner}: {name} is only here")
        for name in sorted(theirs & set(own)):
            compared += 1
            listed = is_list(cls, name)
            if listed is not None and listed != own[name].startswith("[]"):
                print(f"{owner}: {name} is a list in one of them alone")
    if compared < 200:
        sys.exit(f"only {compared} properties were compared")


main()
