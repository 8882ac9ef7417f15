# The same with the two accounts mistaken for one another: the mailbox is purged.
$user = Get-ADUser 'j.doe'
Move-ADObject -Identity $user.DistinguishedName -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null

Connect-MsolService
Remove-MsolUser -UserPrincipalName 'jdoe@contoso.onmicrosoft.com' -Force
Remove-MsolUser -UserPrincipalName 'jdoe@contoso.onmicrosoft.com' -RemoveFromRecycleBin -Force
Restore-MsolUser -UserPrincipalName 'john.doe@contoso.com' | Out-Null

Get-ADUser 'j.doe' | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
