# W04: a name goes from one person to another before anybody synchronises.
Set-ADUser bob -UserPrincipalName robert@contoso.com
Set-ADUser ann -UserPrincipalName bob@contoso.com
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
