# W14: synchronised before the suffix was changed to one that is verified: a twin.
Get-ADUser eve | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
