# Hard match for each row of a CSV: the id of Active Directory onto the account in the cloud.
# The columns of the file are `id` (the sAMAccountName) and `upn` (the account).
param([string]$Path = '.\p01-users.csv')

Import-Module ActiveDirectory
Connect-MsolService

Import-Csv $Path | ForEach-Object {
    $guid = (Get-ADUser $_.id).ObjectGUID
    $immutableId = [System.Convert]::ToBase64String($guid.ToByteArray())
    Set-MsolUser -UserPrincipalName $_.upn -ImmutableId $immutableId
}
