# The same with a cycle between the two moves: the account is deleted and restored.
$old = Get-ADUser ann -Server old.example
Set-ADUser ann -Server new.example -Replace @{ 'mS-DS-ConsistencyGuid' = $old.ObjectGUID.ToByteArray() }
Move-ADObject $old.DistinguishedName -Server old.example -TargetPath 'OU=Parked,DC=old,DC=example'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
Get-ADUser ann -Server new.example | Move-ADObject -Server new.example -TargetPath 'OU=Staff,DC=new,DC=example'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
