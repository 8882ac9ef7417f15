"""Gives a person who has two accounts the one with the mailbox again.

    pip install ldap3 msgraph-sdk azure-identity
    dirsync-lab rehearse mess.yaml -- python repair.py

Each step looks before it acts, so the script can be stopped anywhere and started again:
`dirsync-lab rehearse --every-crash mess.yaml -- python repair.py` holds it to that.
"""

import asyncio
import base64
import os
import ssl
import subprocess
from urllib.parse import urlparse

import ldap3
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.directory.deleted_items.graph_user.graph_user_request_builder import (
    GraphUserRequestBuilder,
)
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

LAB = {name[12:]: value for name, value in os.environ.items() if name.startswith("DIRSYNC_LAB_")}
BASE = LAB["BASE_DN"]
FIELDS = ["id", "onPremisesImmutableId", "assignedLicenses"]


def connect_to_ad():
    tls = ldap3.Tls(ca_certs_file=LAB["CA_FILE"], validate=ssl.CERT_REQUIRED)
    server = ldap3.Server(LAB["LDAPS"], tls=tls)
    return ldap3.Connection(server, LAB["BIND_DN"], LAB["PASSWORD"], auto_bind=True)


def connect_to_graph():
    authority = LAB["AUTHORITY"].removesuffix(LAB["TENANT_ID"]).rstrip("/")
    credential = ClientSecretCredential(
        LAB["TENANT_ID"],
        LAB["CLIENT_ID"],
        LAB["CLIENT_SECRET"],
        authority=authority,
        disable_instance_discovery=True,
    )
    host = urlparse(LAB["GRAPH_TLS"]).hostname
    provider = AzureIdentityAuthenticationProvider(credential, allowed_hosts=[host])
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = LAB["GRAPH_TLS"] + "/v1.0"
    return GraphServiceClient(request_adapter=adapter)


class Repair:
    def __init__(self):
        self.graph = connect_to_graph()

    def person(self):
        """The person in Active Directory: where, and with which anchor."""
        with connect_to_ad() as ad:
            ad.search(BASE, "(sAMAccountName=j.doe)", attributes=["objectGUID"])
            found = ad.response[0]
            anchor = base64.b64encode(found["raw_attributes"]["objectGUID"][0]).decode()
            return found["dn"], anchor

    def move(self, unit):
        dn, _ = self.person()
        name, parent = dn.split(",", 1)
        if parent.lower() == f"{unit},{BASE}".lower():
            return
        with connect_to_ad() as ad:
            ad.modify_dn(dn, name, new_superior=f"{unit},{BASE}")
            if ad.result["result"] != 0:
                raise ConnectionError(f"the move was refused: {ad.result}")

    async def mailbox(self):
        """The account to keep: the one with the licence, whatever it is called by now."""
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=FIELDS)
        users = await self.graph.users.get(RequestConfiguration(query_parameters=query))
        [licensed] = [user for user in users.value if user.assigned_licenses]
        return licensed

    async def is_anchored(self):
        return (await self.mailbox()).on_premises_immutable_id == self.person()[1]

    async def leave_the_scope(self):
        if not await self.is_anchored():
            self.move("OU=NotSynced")

    async def synchronise(self):
        subprocess.run(["dirsync-lab", "sync", "delta"], check=True)

    async def purge_the_duplicate(self):
        # Graph tells the anchor only to those who ask for it.
        query = GraphUserRequestBuilder.GraphUserRequestBuilderGetQueryParameters(select=FIELDS)
        asked = RequestConfiguration(query_parameters=query)
        deleted = await self.graph.directory.deleted_items.graph_user.get(asked)
        _, anchor = self.person()
        for user in deleted.value:
            if user.on_premises_immutable_id == anchor:
                item = self.graph.directory.deleted_items.by_directory_object_id(user.id)
                try:
                    await item.delete()
                except ODataError as gone:  # what is listed may be gone already
                    if gone.response_status_code != 404:
                        raise

    async def set_the_anchor(self):
        if not await self.is_anchored():
            user = await self.mailbox()
            anchor = User(on_premises_immutable_id=self.person()[1])
            await self.graph.users.by_user_id(user.id).patch(anchor)

    async def come_back(self):
        self.move("OU=Staff")

    def steps(self):
        return [
            self.leave_the_scope,
            self.synchronise,
            self.purge_the_duplicate,
            self.set_the_anchor,
            self.come_back,
            self.synchronise,
        ]


async def run(steps):
    for step in steps:
        print(step.__name__, flush=True)
        for attempt in range(1, 9):
            try:
                await step()
                break
            except ODataError as refused:
                # What the tenant does not want, it will not want a second time.
                if refused.response_status_code < 429 or attempt == 8:
                    raise
            except Exception:  # a lost connection: look again what there is, and go on
                if attempt == 8:
                    raise


if __name__ == "__main__":
    asyncio.run(run(Repair().steps()))
