# W08: the account that is found is an administrator's, and is not matched.
Get-ADUser bob | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
