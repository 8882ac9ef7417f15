
#Requires -Modules ActiveDirectory, Microsoft.Graph.Authentication

$Scopes = 'User.ReadWrite.All', 'User.DeleteRestore.All', 'Directory.ReadWrite.All',
    'RoleManagement.ReadWrite.Directory', 'User-OnPremisesSyncBehavior.ReadWrite.All',
    'OnPremDirectorySynchronization.ReadWrite.All'
if (-not $DryRun) { Connect-MgGraph -Scopes $Scopes -NoWelcome }

# Where accounts of each kind are, live and deleted, and what is asked of them. Contacts leave no
# trace when they are deleted.
$Places = @{
    user = @{
        Live = 'v1.0/users'
        Deleted = 'v1.0/directory/deletedItems/microsoft.graph.user'
        Select = 'id,userPrincipalName,onPremisesImmutableId,onPremisesSyncEnabled,assignedLicenses,proxyAddresses'
    }
    group = @{
        Live = 'v1.0/groups'
        Deleted = 'v1.0/directory/deletedItems/microsoft.graph.group'
        Select = 'id,onPremisesSyncEnabled,proxyAddresses'
    }
    contact = @{
        Live = 'v1.0/contacts'
        Deleted = ''
        Select = 'id,onPremisesSyncEnabled,proxyAddresses'
    }
}

function Invoke-Graph {
    param([string] $Method, [string] $Path, $Body)
    $call = @{ Method = $Method; Uri = "https://graph.microsoft.com/$Path"; OutputType = 'HashTable' }
    if ($null -ne $Body) {
        $call.Body = ($Body | ConvertTo-Json -Depth 5 -Compress)
        $call.ContentType = 'application/json'
    }
    # Too many requests: the module itself waits as long as it is told to.
    return Invoke-MgGraphRequest @call
}

function ConvertTo-Seen {
    param($Found, [string] $State)
    $seen = New-Seen $State
    if ($null -ne $Found) {
        $seen.Id = [string] $Found['id']
        $seen.Upn = [string] $Found['userPrincipalName']
        $seen.ImmutableId = [string] $Found['onPremisesImmutableId']
        $seen.Synced = $Found['onPremisesSyncEnabled'] -eq $true
        $seen.Holds = @($Found['assignedLicenses']).Where({ $_ }).Count -gt 0
        $seen.Addresses = @($Found['proxyAddresses']).Where({ $_ })
    }
    return $seen
}

# By its id; an account that only came about on the way, by the anchor it was made from.
function Find-Account {
    param([hashtable] $Account)
    if ($Account.ContainsKey('Id')) {
        $filter = "id eq '$($Account.Id)'"
    } else {
        $filter = "onPremisesImmutableId eq '$($Account.Anchor)'"
    }
    $place = $Places[$Account.Kind]
    $query = '?$select=' + $place.Select + '&$filter=' + [uri]::EscapeDataString($filter)
    foreach ($state in 'Live', 'Deleted') {
        if (-not $place[$state]) { continue }
        $found = @((Invoke-Graph GET ($place[$state] + $query))['value'])
        if ($found.Count -gt 1) { Stop-Surprise "there are several accounts with $filter" }
        if ($found.Count -eq 1) { return (ConvertTo-Seen $found[0] $state.ToLowerInvariant()) }
    }
    return (ConvertTo-Seen $null 'gone')
}

function Remove-Account {
    param([hashtable] $Account, [hashtable] $Expect)
    if ((Find-Account $Account).State -ne 'live') { Write-Log '   is deleted already'; return }
    $seen = Get-Expected $Account $Expect
    Invoke-Graph DELETE "$($Places[$Account.Kind].Live)/$($seen.Id)" | Out-Null
}

function Remove-AccountForGood {
    param([hashtable] $Account, [hashtable] $Expect)
    if ((Find-Account $Account).State -eq 'gone') { Write-Log '   is gone already'; return }
    $seen = Get-Expected $Account $Expect
    Invoke-Graph DELETE "v1.0/directory/deletedItems/$($seen.Id)" | Out-Null
}

function Restore-Account {
    param([hashtable] $Account, [hashtable] $Expect, [string] $NewUpn)
    if ((Find-Account $Account).State -eq 'live') { Write-Log '   is live already'; return }
    $seen = Get-Expected $Account $Expect
    $body = @{ autoReconcileProxyConflict = $true }
    if ($NewUpn) { $body.newUserPrincipalName = $NewUpn }
    Invoke-Graph POST "v1.0/directory/deletedItems/$($seen.Id)/restore" $body | Out-Null
}

function Set-ImmutableId {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Value)
    if ((Find-Account $Account).ImmutableId -ceq $Value) { Write-Log '   is so already'; return }
    $seen = Get-Expected $Account $Expect
    $new = if ($Value) { $Value } else { $null }
    Invoke-Graph PATCH "v1.0/users/$($seen.Id)" @{ onPremisesImmutableId = $new } | Out-Null
}

function Set-Upn {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Value)
    if ((Find-Account $Account).Upn -eq $Value) { Write-Log '   is so already'; return }
    $seen = Get-Expected $Account $Expect
    Invoke-Graph PATCH "v1.0/users/$($seen.Id)" @{ userPrincipalName = $Value } | Out-Null
}

function Get-Role {
    param([string] $Name)
    $filter = [uri]::EscapeDataString("displayName eq '$($Name.Replace("'", "''"))'")
    $found = @((Invoke-Graph GET ('v1.0/directoryRoles?$filter=' + $filter))['value'])
    if ($found.Count -ne 1) { Stop-Surprise "there is no role $Name in use" }
    return $found[0]['id']
}

function Test-Role {
    param([string] $Role, [string] $Id)
    $members = @((Invoke-Graph GET ('v1.0/directoryRoles/' + $Role + '/members?$select=id'))['value'])
    return @($members | Where-Object { $_['id'] -eq $Id }).Count -gt 0
}

function Remove-Role {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Role)
    $seen = Get-Expected $Account $Expect
    $id = Get-Role $Role
    if (-not (Test-Role $id $seen.Id)) { Write-Log '   is taken away already'; return }
    # Without it nobody could give it back from here.
    $me = Get-MgContext
    if ($me -and $me.Account -eq $seen.Upn) {
        Stop-Surprise "the script runs as $($seen.Upn), whose role $Role is to be taken: sign in as somebody else"
    }
    Invoke-Graph DELETE ('v1.0/directoryRoles/' + $id + '/members/' + $seen.Id + '/$ref') | Out-Null
}

function Add-Role {
    param([hashtable] $Account, [hashtable] $Expect, [string] $Role)
    $seen = Get-Expected $Account $Expect
    $id = Get-Role $Role
    if (Test-Role $id $seen.Id) { Write-Log '   is given already'; return }
    $target = "https://graph.microsoft.com/v1.0/directoryObjects/$($seen.Id)"
    $path = 'v1.0/directoryRoles/' + $id + '/members/$ref'
    Invoke-Graph POST $path @{ '@odata.id' = $target } | Out-Null
}

function Clear-ObjectIdentifier {
    param([hashtable] $Account, [hashtable] $Expect)
    $seen = Get-Expected $Account $Expect
    Invoke-Graph PATCH "beta/users/$($seen.Id)" @{ onPremisesObjectIdentifier = $null } | Out-Null
}

function Clear-SecurityIdentifier {
    param([hashtable] $Account, [hashtable] $Expect)
    $seen = Get-Expected $Account $Expect
    Import-Module ADSyncTools
    Clear-ADSyncToolsOnPremisesAttribute -Identity $seen.Upn -onPremisesSecurityIdentifier
}

function Set-CloudManaged {
    param([hashtable] $Account, [hashtable] $Expect, [bool] $Value)
    $seen = Get-Expected $Account $Expect
    $path = "$($Places[$Account.Kind].Live)/$($seen.Id)/onPremisesSyncBehavior"
    Invoke-Graph PATCH $path @{ isCloudManaged = $Value } | Out-Null
}

function Set-TakeoverBlock {
    param([bool] $Value)
    $all = @((Invoke-Graph GET 'v1.0/directory/onPremisesSynchronization')['value'])
    $body = @{ features = @{ blockCloudObjectTakeoverThroughHardMatchEnabled = $Value } }
    $path = "v1.0/directory/onPremisesSynchronization/$($all[0]['id'])"
    Invoke-Graph PATCH $path $body | Out-Null
}

function Set-Synchronized {
    param([bool] $Value)
    $all = @((Invoke-Graph GET 'v1.0/organization')['value'])
    # Nothing said is not off.
    $on = $all[0]['onPremisesSyncEnabled'] -ne $false
    if ($on -eq $Value) { Write-Log '   is so already'; return }
    Invoke-Graph PATCH "v1.0/organization/$($all[0]['id'])" @{ onPremisesSyncEnabled = $Value } | Out-Null
}

# Graph does not say when it is off. Three days is the longest that it takes, and what comes after
# looks first whether the account is synced.
function Wait-UntilOff {
    Write-Log '   waits three days'
    Start-Sleep -Seconds 259200
}

function Invoke-Cycle {
    param([string] $Policy)
    $busy = { (Get-ADSyncScheduler).SyncCycleInProgress }
    Wait-Until 'a cycle is still running' { -not (Invoke-OnSyncServer $busy) }
    Invoke-OnSyncServer { param($p) Start-ADSyncSyncCycle -PolicyType $p | Out-Null } @($Policy)
    Start-Sleep -Seconds 30
    Wait-Until 'the cycle does not end' { -not (Invoke-OnSyncServer $busy) }
}
