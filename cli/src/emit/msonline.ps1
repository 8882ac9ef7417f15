
#Requires -Modules ActiveDirectory, MSOnline

if (-not $DryRun) { Connect-MsolService }

function ConvertTo-Seen {
    param($Found, [string] $State)
    $seen = New-Seen $State
    if ($null -ne $Found) {
        $seen.Id = [string] $Found.ObjectId
        $seen.Addresses = @($Found.ProxyAddresses).Where({ $_ })
        # Only what is synced has a date.
        $seen.Synced = $null -ne $Found.LastDirSyncTime
    }
    return $seen
}

function ConvertTo-SeenUser {
    param($Found, [string] $State)
    $seen = ConvertTo-Seen $Found $State
    if ($null -ne $Found) {
        $seen.Upn = [string] $Found.UserPrincipalName
        $seen.ImmutableId = [string] $Found.ImmutableId
        $seen.Holds = [bool] $Found.IsLicensed
    }
    return $seen
}

# Of groups and contacts it shows the live ones only.
function Find-Other {
    param([hashtable] $Account)
    if ($Account.Kind -eq 'group') {
        $found = @(Get-MsolGroup -ObjectId $Account.Id -ErrorAction SilentlyContinue)
    } else {
        $found = @(Get-MsolContact -ObjectId $Account.Id -ErrorAction SilentlyContinue)
    }
    if ($found.Count -eq 1) { return (ConvertTo-Seen $found[0] 'live') }
    return (ConvertTo-Seen $null 'gone')
}

# By its id; an account that only came about on the way, by the anchor it was made from.
function Find-Account {
    param([hashtable] $Account)
    if ($Account.Kind -ne 'user') { return (Find-Other $Account) }
    foreach ($deleted in $false, $true) {
        $found = @()
        if ($Account.ContainsKey('Id')) {
            if ($deleted) {
                $found = @(Get-MsolUser -ReturnDeletedUsers -ObjectId $Account.Id -ErrorAction SilentlyContinue)
            } else {
                $found = @(Get-MsolUser -ObjectId $Account.Id -ErrorAction SilentlyContinue)
            }
        } elseif ($deleted) {
            $found = @(Get-MsolUser -All -ReturnDeletedUsers |
                Where-Object { $_.ImmutableId -ceq $Account.Anchor })
        } else {
            $found = @(Get-MsolUser -All | Where-Object { $_.ImmutableId -ceq $Account.Anchor })
        }
        if ($found.Count -gt 1) { Stop-Surprise "there are several accounts like $($Account.Name)" }
        if ($found.Count -eq 1) {
            $state = if ($deleted) { 'deleted' } else { 'live' }
            return (ConvertTo-SeenUser $found[0] $state)
        }
    }
    return (ConvertTo-Seen $null 'gone')
}

function Remove-Account {
    param([hashtable] $Account, [hashtable] $Expect)
    if ((Find-Account $Account).State -ne 'live') { Write-Log '   is deleted already'; return }
    $seen = Get-Expected $Account $Expect
    Remove-MsolUser -ObjectId $seen.Id -Force
}

function Remove-AccountForGood {
    param([hashtable] $Account, [hashtable] $Expect)
    if ((Find-Account $Account).State -eq 'gone') { Write-Log '   is gone already'; return }
    $seen = Get-Expected $Account $Expect
    Remove-MsolUser -ObjectId $seen.Id -RemoveFromRecycleBin -Force
}

function Restore-Account {
    param([hashtable] $Account, [hashtable] $Expect, [string] $NewUpn)
    if ((Find-Account $Account).State -eq 'live') { Write-Log '   is live already'; return }
    $seen = Get-Expected $Account $Expect
    $more = @{}
    if ($NewUpn) { $more.NewUserPrincipalName = $NewUpn }
    Restore-MsolUser -ObjectId $seen.Id -AutoReconcileProxyConflicts @more | Out-Null
}

function Set-ImmutableId {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Value)
    if ((Find-Account $Account).ImmutableId -ceq $Value) { Write-Log '   is so already'; return }
    $seen = Get-Expected $Account $Expect
    # An empty text clears it; $null may be taken for "not given".
    Set-MsolUser -ObjectId $seen.Id -ImmutableId $Value
}

function Set-Upn {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Value)
    if ((Find-Account $Account).Upn -eq $Value) { Write-Log '   is so already'; return }
    $seen = Get-Expected $Account $Expect
    Set-MsolUserPrincipalName -ObjectId $seen.Id -NewUserPrincipalName $Value | Out-Null
}

function Get-RoleName {
    param([string] $Name)
    # The older directory calls it by an older name.
    if ($Name -eq 'Global Administrator') { return 'Company Administrator' }
    return $Name
}

function Test-Role {
    param([string] $Name, [string] $Id)
    $role = Get-MsolRole -RoleName $Name
    $members = @(Get-MsolRoleMember -RoleObjectId $role.ObjectId -All)
    return @($members | Where-Object { $_.ObjectId -eq $Id }).Count -gt 0
}

function Remove-Role {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Role)
    $seen = Get-Expected $Account $Expect
    $name = Get-RoleName $Role
    if (-not (Test-Role $name $seen.Id)) { Write-Log '   is taken away already'; return }
    Remove-MsolRoleMember -RoleName $name -RoleMemberObjectId $seen.Id
}

function Add-Role {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Role)
    $seen = Get-Expected $Account $Expect
    $name = Get-RoleName $Role
    if (Test-Role $name $seen.Id) { Write-Log '   is given already'; return }
    Add-MsolRoleMember -RoleName $name -RoleMemberObjectId $seen.Id
}

function Set-TakeoverBlock {
    param([bool] $Value)
    Set-MsolDirSyncFeature -Feature BlockCloudObjectTakeoverThroughHardMatch -Enable $Value -Force
}

function Set-Synchronized {
    param([bool] $Value)
    $status = (Get-MsolCompanyInformation).DirectorySynchronizationStatus
    if (-not $Value -and $status -eq 'PendingDisabled') { Write-Log '   is under way'; return }
    Set-MsolDirSyncEnabled -EnableDirSync $Value -Force
}

function Wait-UntilOff {
    $from = Get-Date
    while ((Get-MsolCompanyInformation).DirectorySynchronizationStatus -eq 'PendingDisabled') {
        if (((Get-Date) - $from).TotalHours -gt 96) {
            Stop-Surprise 'synchronisation is still being turned off'
        }
        Start-Sleep -Seconds 3600
    }
}

# DirSync has Start-OnlineCoexistenceSync; Azure AD Connect has a scheduler.
function Invoke-Cycle {
    param([string] $Policy)
    $scheduler = Invoke-OnSyncServer { [bool] (Get-Command Start-ADSyncSyncCycle -ErrorAction SilentlyContinue) }
    if ($scheduler) {
        $busy = { (Get-ADSyncScheduler).SyncCycleInProgress }
        Wait-Until 'a cycle is still running' { -not (Invoke-OnSyncServer $busy) }
        Invoke-OnSyncServer { param($p) Start-ADSyncSyncCycle -PolicyType $p | Out-Null } @($Policy)
        Start-Sleep -Seconds 30
        Wait-Until 'the cycle does not end' { -not (Invoke-OnSyncServer $busy) }
        return
    }
    if ($Policy -eq 'Initial') {
        Write-Log '   run Full Import Full Sync on the Active Directory connector and Full Import Delta'
        Write-Log '   Sync on the Azure Active Directory connector in miisclient, then press Enter'
        Read-Host 'Enter when both have ended' | Out-Null
    }
    Invoke-OnSyncServer {
        Import-Module DirSync -ErrorAction SilentlyContinue
        Start-OnlineCoexistenceSync
    }
    Read-Host 'Enter when the event log of the sync server says that the export has ended (event 114)' |
        Out-Null
}
