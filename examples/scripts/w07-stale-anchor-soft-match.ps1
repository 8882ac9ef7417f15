# W07: the account that is found by name carries the id of somebody else.
Get-ADUser ann | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
