# Turns the sync of the whole tenant off, waits, clears every id, and turns it on again.
Connect-MsolService
Set-MsolDirSyncEnabled -EnableDirSync $false -Force

while ((Get-MsolCompanyInformation).DirectorySynchronizationStatus -eq 'PendingDisabled') {
    Start-Sleep -Seconds 21600
}
Get-MsolUser -All | Where-Object { $_.ImmutableId } | ForEach-Object {
    Set-MsolUser -ObjectId $_.ObjectId -ImmutableId "$null"
}
Set-MsolDirSyncEnabled -EnableDirSync $true -Force
Start-ADSyncSyncCycle -PolicyType Initial | Out-Null
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
