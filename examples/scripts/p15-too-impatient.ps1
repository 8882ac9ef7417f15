# The same without waiting for the 72 hours: the ids can't be cleared, and nothing is synced.
Connect-MsolService
Set-MsolDirSyncEnabled -EnableDirSync $false -Force
Get-MsolUser -All | ForEach-Object { Set-MsolUser -ObjectId $_.ObjectId -ImmutableId "$null" }
Set-MsolDirSyncEnabled -EnableDirSync $true -Force
Start-ADSyncSyncCycle -PolicyType Initial | Out-Null
