# The repair of a duplicate: out of scope, sync, purge the duplicate, set the id, back in scope, sync.
$user = Get-ADUser 'j.doe'
$home_ou = $user.DistinguishedName -replace '^[^,]+,', ''

Move-ADObject -Identity $user.DistinguishedName -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null

Connect-MsolService
Remove-MsolUser -UserPrincipalName 'john.doe@contoso.com' -RemoveFromRecycleBin -Force

$immutableId = [System.Convert]::ToBase64String($user.ObjectGUID.ToByteArray())
Set-MsolUser -UserPrincipalName 'jdoe@contoso.onmicrosoft.com' -ImmutableId $immutableId

Get-ADUser 'j.doe' | Move-ADObject -TargetPath $home_ou
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
