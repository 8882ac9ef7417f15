# W15: a person of the cloud, mapped to one object of old, is given the id of another.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome
Get-ADUser ann | Move-ADObject -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
1..2 | ForEach-Object { Start-ADSyncSyncCycle -PolicyType Delta | Out-Null }
$gone = Get-MgDirectoryDeletedItemAsUser | Select-Object -First 1
Restore-MgDirectoryDeletedItem -DirectoryObjectId $gone.Id | Out-Null
$id = [Convert]::ToBase64String((Get-ADUser bob).ObjectGUID.ToByteArray())
Update-MgUser -UserId $gone.Id -OnPremisesImmutableId $id
