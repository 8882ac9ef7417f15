# W10: into scope before the addresses of the cloud were copied home: they are lost.
Get-ADUser cleo | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
