"""msgraph-sdk with azure-identity, as Microsoft documents it."""

import asyncio
from urllib.parse import urlparse

from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

from graph_story import ANCHOR, AUTHORITY, CLIENT, DOUBLE, GRAPH, KEEP, SECRET, TENANT
from graph_story import finish, step


def client():
    credential = ClientSecretCredential(
        TENANT, CLIENT, SECRET, authority=AUTHORITY, disable_instance_discovery=True
    )
    host = urlparse(GRAPH).hostname
    provider = AzureIdentityAuthenticationProvider(credential, allowed_hosts=[host])
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{GRAPH}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def listing(**parameters):
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**parameters)
    return RequestConfiguration(query_parameters=query)


async def main():
    graph = client()

    with step("token"):
        assert (await graph.organization.get()).value

    with step("find"):
        select = ["id", "displayName", "onPremisesSyncEnabled"]
        found = await graph.users.get(
            listing(filter="displayName eq 'Dana Double'", select=select)
        )
        assert {one.id for one in found.value} == {KEEP, DOUBLE}, found.value

    with step("page"):
        first = await graph.users.get(listing(top=100, select=["id"]))
        ids = []
        pages = PageIterator(first, graph.request_adapter)
        await pages.iterate(lambda one: ids.append(one.id) or True)
        assert len(ids) == len(set(ids)) == 252, len(ids)

    with step("delta"):
        page = await graph.users.delta.get()
        while page.odata_next_link:
            page = await graph.users.delta.with_url(page.odata_next_link).get()
        link = page.odata_delta_link
        await graph.users.by_user_id(KEEP).patch(User(job_title="Clerk"))
        page = await graph.users.delta.with_url(link).get()
        assert [one.id for one in page.value] == [KEEP], page.value

    with step("refused"):
        try:
            await graph.users.by_user_id(DOUBLE).patch(User(on_premises_immutable_id=ANCHOR))
            raise AssertionError("the anchor of a synced user was changed")
        except ODataError as refused:
            assert refused.response_status_code == 400, refused
            assert refused.error.code == "Request_BadRequest", refused

    with step("throttled"):
        try:
            group = "44444444-0000-4000-8000-000000000000"
            await graph.groups.by_group_id(group).get()
            raise AssertionError("there is such a group")
        except ODataError as refused:  # the client has waited and asked again
            assert refused.response_status_code == 404, refused

    with step("purge"):
        await graph.users.by_user_id(DOUBLE).delete()
        deleted = await graph.directory.deleted_items.graph_user.get()
        assert DOUBLE in [one.id for one in deleted.value], deleted
        await graph.directory.deleted_items.by_directory_object_id(DOUBLE).delete()

    with step("anchor"):
        await graph.users.by_user_id(KEEP).patch(User(on_premises_immutable_id=ANCHOR))
        select = listing(select=["onPremisesImmutableId"])
        kept = await graph.users.by_user_id(KEEP).get(select)
        assert kept.on_premises_immutable_id == ANCHOR, kept

    finish()


asyncio.run(main())
