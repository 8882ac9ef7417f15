# The same, and the threshold is set again.
Get-ADUser -Filter "SamAccountName -like 'season*'" | Move-ADObject -TargetPath 'OU=Parked,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
$before = Get-ADSyncExportDeletionThreshold
Disable-ADSyncExportDeletionThreshold | Out-Null
try {
    Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
}
finally {
    Enable-ADSyncExportDeletionThreshold -DeletionThreshold $before.ThresholdCount | Out-Null
}
