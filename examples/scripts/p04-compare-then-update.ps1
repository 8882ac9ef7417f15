# Compares first, and updates only what differs. What is right here: $c.Id, not $c.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome

foreach ($row in Import-Csv .\p01-users.csv) {
    $upn = $row.upn
    $i = [Convert]::ToBase64String((Get-ADUser -Identity $row.id).ObjectGUID.ToByteArray())
    $c = Get-MgUser -Filter "userPrincipalName eq '$upn'" -Property Id, OnPremisesImmutableId
    if ($c.OnPremisesImmutableId -ne $i) {
        Update-MgUser -UserId $c.Id -OnPremisesImmutableId $i
        Write-Host "${upn}: set to $i" -ForegroundColor Green
    }
}
Start-ADSyncSyncCycle -PolicyType Delta
