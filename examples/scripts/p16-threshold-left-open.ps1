# People leave, the threshold holds the export back, and is lifted. Nobody sets it again.
Get-ADUser -Filter "SamAccountName -like 'season*'" | Move-ADObject -TargetPath 'OU=Parked,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
Disable-ADSyncExportDeletionThreshold | Out-Null
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
