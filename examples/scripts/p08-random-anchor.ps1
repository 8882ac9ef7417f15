# Gives everybody a random anchor, in an attribute that does not exist under this name.
foreach ($u in Get-ADUser -Filter * -SearchBase 'OU=Staff,DC=contoso,DC=test') {
    Set-ADUser $u -Add @{ 'msDS-ConsistencyGuid' = (New-Guid) }
}
