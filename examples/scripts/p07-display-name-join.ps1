# Looks people up by their display names: two of one name give an array, and an id of 32 bytes.
Connect-MsolService
foreach ($account in Get-MsolUser -All) {
    $dn = $account.DisplayName
    $u = Get-ADUser -Filter { DisplayName -like $dn }
    if ($u) {
        $bytes = $u.ObjectGUID | ForEach-Object { $_.ToByteArray() }
        $id = [Convert]::ToBase64String($bytes)
        Set-MsolUser -UserPrincipalName $account.UserPrincipalName -ImmutableId $id
    }
}
Start-ADSyncSyncCycle -PolicyType Delta
