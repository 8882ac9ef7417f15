# The repair of a duplicate as it should be: each step looks first, so that the script can be killed
# anywhere and started again, and nothing is purged that holds a mailbox or a licence.
[CmdletBinding()]
param(
    [string]$SamAccountName = 'j.doe',
    [string]$Account = 'jdoe@contoso.onmicrosoft.com',
    [string]$SyncedOU = 'OU=Staff,DC=contoso,DC=test',
    [string]$ParkingOU = 'OU=NotSynced,DC=contoso,DC=test'
)
$ErrorActionPreference = 'Stop'

Import-Module ActiveDirectory, MSOnline
Connect-MsolService

$user = Get-ADUser -Identity $SamAccountName
$anchor = [System.Convert]::ToBase64String($user.ObjectGUID.ToByteArray())
$keep = Get-MsolUser -UserPrincipalName $Account -ErrorAction SilentlyContinue
if (-not $keep) { $keep = Get-MsolUser -All | Where-Object { $_.ImmutableId -eq $anchor -and $_.IsLicensed } }
if (-not $keep) { throw "There is no account $Account" }

if ($keep.ImmutableId -ne $anchor) {
    $twin = Get-MsolUser -All | Where-Object { $_.ImmutableId -eq $anchor }
    if ($twin) {
        if ($twin.IsLicensed) { throw "$($twin.UserPrincipalName) has licences: look again which account is the duplicate" }
        if ($user.DistinguishedName -notlike "*,$ParkingOU") {
            Move-ADObject -Identity $user.ObjectGUID -TargetPath $ParkingOU
        }
        Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
    }
    $deleted = Get-MsolUser -ReturnDeletedUsers | Where-Object { $_.ImmutableId -eq $anchor }
    foreach ($one in $deleted) {
        Remove-MsolUser -ObjectId $one.ObjectId -RemoveFromRecycleBin -Force
    }
    Set-MsolUser -ObjectId $keep.ObjectId -ImmutableId $anchor
}

$user = Get-ADUser -Identity $SamAccountName
if ($user.DistinguishedName -like "*,$ParkingOU") {
    Move-ADObject -Identity $user.ObjectGUID -TargetPath $SyncedOU
}
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
Start-ADSyncSyncCycle -PolicyType Delta | Out-Null
