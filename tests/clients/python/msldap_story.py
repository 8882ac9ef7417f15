"""msldap, a client made for Active Directory alone."""

import asyncio

from msldap.commons.factory import LDAPConnectionFactory

from story import ACTIVE_DIRECTORY, BASE, LDAP, PAGED_RESULTS, PASSWORD, USER, finish, step

HOST = LDAP.removeprefix("ldap://")


async def main():
    user = USER.replace("@", "%40")
    factory = LDAPConnectionFactory.from_url(f"ldap+simple://{user}:{PASSWORD}@{HOST}")
    client = factory.get_client()
    with step("bind"):
        _, error = await client.connect()
        if error:
            raise error
    with step("root-dse"):
        info = client.get_server_info()
        assert info["defaultNamingContext"] == BASE, info
        assert BASE in info["namingContexts"], info
        assert PAGED_RESULTS in info["supportedControl"], info
        assert ACTIVE_DIRECTORY in info["supportedCapabilities"], info
    with step("search"):
        user, error = await client.get_user("u0007")
        if error:
            raise error
        assert user.userPrincipalName == "u0007@example.test", user
    with step("paged"):
        count = 0
        async for _, error in client.get_all_users():
            if error:
                raise error
            count += 1
        assert count >= 1500, count
    finish()


asyncio.run(main())
