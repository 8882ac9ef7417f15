# A backup first, then the GUID as it is printed: an id has to be the base64 of its sixteen bytes.
Connect-MsolService
Get-MsolUser -All | Select-Object UserPrincipalName, ImmutableId | Out-File .\backup.txt

foreach ($row in Import-Csv .\p01-users.csv) {
    $u = Get-ADUser $row.id
    Set-MsolUser -UserPrincipalName $row.upn -ImmutableId $u.ObjectGUID
}
Start-ADSyncSyncCycle -PolicyType Delta
