# The second of two steps: the ids of a file onto the accounts. Nothing looks whether the file is
# still true.
param([string]$Path = '.\p09-stale.csv')

Connect-MsolService
foreach ($user in Import-Csv -Path $Path) {
    try {
        Set-MsolUser -UserPrincipalName $user.UserPrincipalName -ImmutableId $user.ImmutableID -ErrorAction Stop
        Write-Output "$($user.UserPrincipalName) updated"
    }
    catch {
        Write-Warning "$($user.UserPrincipalName): $($_.Exception.Message)"
    }
}
Start-ADSyncSyncCycle -PolicyType Delta
