# W05: restored after one cycle; the engine has not seen its own deletion yet.
Connect-MsolService
Get-ADUser ann | Move-ADObject -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
Restore-MsolUser -UserPrincipalName ann@contoso.com
