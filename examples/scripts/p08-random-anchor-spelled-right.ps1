# The same with the attribute spelled right: every link of a synced account is broken.
foreach ($u in Get-ADUser -Filter * -SearchBase 'OU=Staff,DC=contoso,DC=test') {
    Set-ADUser $u -Replace @{ 'mS-DS-ConsistencyGuid' = [guid]::NewGuid().ToByteArray() }
}
Start-ADSyncSyncCycle -PolicyType Delta
