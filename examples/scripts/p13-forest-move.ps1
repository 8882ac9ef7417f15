# A person moves to another forest: the anchor is carried over, then both moves in one cycle.
$old = Get-ADUser ann -Server old.example -Properties 'mS-DS-ConsistencyGuid'
$bytes = $old.'mS-DS-ConsistencyGuid'
if (-not $bytes) { $bytes = $old.ObjectGUID.ToByteArray() }

Set-ADUser ann -Server new.example -Replace @{ 'mS-DS-ConsistencyGuid' = [byte[]]$bytes }
Move-ADObject $old.DistinguishedName -Server old.example -TargetPath 'OU=Parked,DC=old,DC=example'
Get-ADUser ann -Server new.example | Move-ADObject -Server new.example -TargetPath 'OU=Staff,DC=new,DC=example'
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
