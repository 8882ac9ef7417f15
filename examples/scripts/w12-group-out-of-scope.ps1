# W12: a group leaves the scope, and with it the group in the cloud and who was in it.
Get-ADGroup sales | Move-ADObject -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
