"""msgraph-sdk with azure-identity, as Microsoft documents it."""

import asyncio
import time
from urllib.parse import urlparse

from azure.identity import CertificateCredential, ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.middleware.options import RetryHandlerOption
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

from graph_story import (
    ANCHOR,
    AUTHORITY,
    CERTIFICATE,
    CLIENT,
    DOUBLE,
    EVERYBODY,
    GRAPH,
    KEEP,
    OTHER_ANCHOR,
    RETRY_AFTER,
    SECRET,
    TENANT,
    THROTTLED,
    finish,
    step,
)


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

    with step("certificate"):
        credential = CertificateCredential(
            TENANT, CLIENT, CERTIFICATE, authority=AUTHORITY, disable_instance_discovery=True
        )
        assert credential.get_token(f"{GRAPH}/.default").token

    with step("find"):
        select = ["id", "onPremisesSyncEnabled"]
        found = await graph.users.get(
            listing(filter="displayName eq 'Dana Double'", select=select)
        )
        synced = {one.id: one.on_premises_sync_enabled for one in found.value}
        assert synced == {KEEP: None, DOUBLE: True}, found.value
        # What is not selected is not sent.
        assert all(one.display_name is None for one in found.value), found.value

    with step("page"):
        first = await graph.users.get(listing(top=100, select=["id"]))
        assert len(first.value) == 100, first
        ids = []
        pages = PageIterator(first, graph.request_adapter)
        await pages.iterate(lambda one: ids.append(one.id) or True)
        assert len(ids) == len(set(ids)) == EVERYBODY, len(ids)

    with step("delta"):
        page = await graph.users.delta.get()
        ids = [one.id for one in page.value]
        while page.odata_next_link:
            page = await graph.users.delta.with_url(page.odata_next_link).get()
            ids += [one.id for one in page.value]
        assert len(ids) == len(set(ids)) == EVERYBODY, len(ids)
        link = page.odata_delta_link
        await graph.users.by_user_id(KEEP).patch(User(job_title="Clerk"))
        page = await graph.users.delta.with_url(link).get()
        changes = [(one.id, one.job_title) for one in page.value]
        assert changes == [(KEEP, "Clerk")], changes

    with step("batch"):
        # The library loses what answers say, and writes depends_on for Graph's dependsOn, so
        # that nothing waits: statuses, and what was done, are all there is to see.
        kept = graph.users.by_user_id(KEEP)
        change = kept.to_patch_request_information(User(department="Bakery"))
        nobody = graph.users.by_user_id("nobody").to_get_request_information()
        content = BatchRequestContent()
        content.add_request("1", BatchRequestItem(change, id="1"))
        content.add_request("2", BatchRequestItem(nobody, id="2"))
        answers = await graph.batch.post(content)
        statuses = answers.get_response_status_codes()
        assert statuses == {"1": 204, "2": 404}, statuses
        changed = await kept.get(listing(select=["department"]))
        assert changed.department == "Bakery", changed

    with step("refused"):
        try:
            change = User(on_premises_immutable_id=OTHER_ANCHOR)
            await graph.users.by_user_id(DOUBLE).patch(change)
            raise AssertionError("the anchor of a synced user was changed")
        except ODataError as refused:
            assert refused.response_status_code == 400, refused
            assert refused.error.code == "Request_BadRequest", refused

    with step("throttled"):
        # The library does not wait of its own accord: only as long as the answer says.
        patience = RequestConfiguration(options=[RetryHandlerOption(delay=0)])
        start = time.monotonic()
        try:
            await graph.groups.by_group_id(THROTTLED).get(patience)
            raise AssertionError("there is such a group")
        except ODataError as refused:  # the client has waited and asked again
            assert refused.response_status_code == 404, refused
        waited = time.monotonic() - start
        assert waited >= RETRY_AFTER, waited

    with step("purge"):
        await graph.users.by_user_id(DOUBLE).delete()
        deleted = await graph.directory.deleted_items.graph_user.get()
        assert [one.id for one in deleted.value] == [DOUBLE], deleted
        await graph.directory.deleted_items.by_directory_object_id(DOUBLE).delete()
        deleted = await graph.directory.deleted_items.graph_user.get()
        assert deleted.value == [], deleted

    with step("anchor"):
        await graph.users.by_user_id(KEEP).patch(User(on_premises_immutable_id=ANCHOR))
        select = listing(select=["onPremisesImmutableId"])
        kept = await graph.users.by_user_id(KEEP).get(select)
        assert kept.on_premises_immutable_id == ANCHOR, kept

    finish()


asyncio.run(main())
