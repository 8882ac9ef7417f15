# Clears what is left of the on-premises side. That is allowed only while the account is not synced.
Clear-ADSyncToolsOnPremisesAttribute -Identity 'ann@contoso.com' -onPremisesImmutableId
