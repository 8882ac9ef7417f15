# As found in the wild: -UserId is given the whole object, so that nobody is found, and the cycle
# that follows makes the duplicates.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome

foreach ($row in Import-Csv .\p01-users.csv) {
    $upn = $row.upn
    $i = [Convert]::ToBase64String((Get-ADUser -Identity $row.id).ObjectGUID.ToByteArray())
    $c = Get-MgUser -Filter "userPrincipalName eq '$upn'" -Property Id, OnPremisesImmutableId
    if ($c.OnPremisesImmutableId -ne $i) {
        Update-MgUser -UserId $c -OnPremisesImmutableId $i
    }
}
Start-ADSyncSyncCycle -PolicyType Delta
