# W02: the id of an account that is synced.
Connect-MsolService
Set-MsolUser -UserPrincipalName ann@contoso.com -ImmutableId 'AAECAwQFBgcICQoLDA0ODw=='
