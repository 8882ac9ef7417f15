# How it is used:
#   .\plan.ps1 -DryRun                    says what would be done, and does nothing
#   .\plan.ps1                            stops before the first step that cannot be undone
#   .\plan.ps1 -AcceptIrreversible        does everything
# It may be stopped at any time (Ctrl+C) and started again: what is done is remembered in -State,
# and each step looks before it acts. Where something is not as planned it stops and says so: then
# export both directories again and plan anew.
[CmdletBinding()]
param(
    [switch] $DryRun,
    [switch] $AcceptIrreversible,
    # The server that runs the sync engine; empty where this script runs on it.
    [string] $SyncServer = '',
    # Where it is remembered which steps are done.
    [string] $State = ".\@PLAN@.done",
    [string] $Log = ".\@PLAN@.log",
    # How long to wait for a directory to show what was done.
    [int] $PatienceMinutes = 20
)

$PlanName = '@PLAN@'
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Write-Log {
    param([string] $Text)
    $line = '{0:u}  {1}' -f (Get-Date).ToUniversalTime(), $Text
    Write-Host $line
    Add-Content -LiteralPath $Log -Value $line -Encoding UTF8
}

function Stop-Surprise {
    param([string] $Text)
    Write-Log "SURPRISE: $Text"
    throw "Not as planned: $Text. Nothing more is done. Export both directories again and plan anew."
}

$Done = @{}
if (Test-Path -LiteralPath $State) {
    foreach ($line in Get-Content -LiteralPath $State) { $Done[$line.Trim()] = $true }
}

function Step {
    param([int] $Number, [string] $Text, [scriptblock] $Do, [switch] $Irreversible)
    $mark = "$PlanName/$Number"
    if ($Done.ContainsKey($mark)) { Write-Log "$Number was done before: $Text"; return }
    if ($DryRun) { Write-Log "$Number would: $Text"; return }
    if ($Irreversible -and -not $AcceptIrreversible) {
        Write-Log "Stopped before step $Number, which cannot be undone: $Text"
        throw "Step $Number cannot be undone. Start again with -AcceptIrreversible to go on."
    }
    Write-Log "$Number $Text"
    & $Do
    Add-Content -LiteralPath $State -Value $mark -Encoding UTF8
}

# Looks until something is as it should be.
function Wait-Until {
    param([string] $Text, [scriptblock] $Test)
    $until = (Get-Date).AddMinutes($PatienceMinutes)
    while (-not (& $Test)) {
        if ((Get-Date) -gt $until) { Stop-Surprise $Text }
        Start-Sleep -Seconds 15
    }
}

function Get-Parent {
    param([string] $Dn)
    # The first comma that is not escaped ends the name itself.
    return ($Dn -replace '^(?:\\.|[^,\\])*,', '')
}

function Move-Person {
    param([string] $Guid, [string] $From, [string] $To)
    $user = Get-ADUser -Identity $Guid
    $parent = Get-Parent $user.DistinguishedName
    if ($parent -eq $To) { Write-Log '   is there already'; return }
    if ($parent -ne $From) { Stop-Surprise "$($user.DistinguishedName) is not in $From" }
    Move-ADObject -Identity $Guid -TargetPath $To
}

function Set-Mark {
    param([string] $Guid, [string] $Value)
    $user = Get-ADUser -Identity $Guid -Properties adminDescription
    if ($user.adminDescription -eq $Value) { Write-Log '   is so already'; return }
    if ($Value) { Set-ADUser -Identity $Guid -Replace @{ adminDescription = $Value } }
    else { Set-ADUser -Identity $Guid -Clear adminDescription }
}

function Invoke-OnSyncServer {
    param([scriptblock] $Do, [object[]] $With = @())
    if ($SyncServer) {
        return Invoke-Command -ComputerName $SyncServer -ScriptBlock $Do -ArgumentList $With
    }
    return & $Do @With
}

# What is to be known of an account.
function New-Seen {
    param([string] $State)
    return @{
        State = $State; Id = ''; ImmutableId = ''; Synced = $false; Holds = $false; Upn = ''
        Addresses = @()
    }
}

# Holds an account against what it should look like, and gives it.
function Get-Expected {
    param([hashtable] $Account, [hashtable] $Expect)
    $until = (Get-Date).AddMinutes($PatienceMinutes)
    while ($true) {
        $seen = Find-Account $Account
        if (Test-Expected $seen $Expect) { return $seen }
        if ((Get-Date) -gt $until) {
            $text = "$($Account.Name) should be: $(Format-Facts $Expect); it is: $(Format-Facts $seen)"
            Stop-Surprise $text
        }
        Start-Sleep -Seconds 15
    }
}

function Test-Expected {
    param($Seen, [hashtable] $Expect)
    foreach ($key in $Expect.Keys) {
        if ($key -eq 'HoldsNothing') {
            if ($Expect[$key] -and $Seen.Holds) { return $false }
        } elseif ($Seen[$key] -cne $Expect[$key]) { return $false }
    }
    return $true
}

function Format-Facts {
    param([hashtable] $Facts)
    return (($Facts.Keys | Sort-Object | ForEach-Object { "$_ = $($Facts[$_])" }) -join ', ')
}

# The directory shows addresses; Exchange Online writes them.
$InExchange = $false

function Set-Addresses {
    param([hashtable] $Account, [hashtable] $Expect, [string[]] $Value)
    $wanted = @($Value | Sort-Object) -join ' '
    $now = @((Find-Account $Account).Addresses | Sort-Object) -join ' '
    if ($now -ceq $wanted) { Write-Log '   is so already'; return }
    $seen = Get-Expected $Account $Expect
    if (-not $script:InExchange) {
        Connect-ExchangeOnline -ShowBanner:$false
        $script:InExchange = $true
    }
    $kind = (Get-Recipient -Identity $seen.Id).RecipientTypeDetails
    switch -Wildcard ($kind) {
        'GroupMailbox' { Set-UnifiedGroup -Identity $seen.Id -EmailAddresses $Value; break }
        '*Mailbox' { Set-Mailbox -Identity $seen.Id -EmailAddresses $Value; break }
        '*Group' { Set-DistributionGroup -Identity $seen.Id -EmailAddresses $Value; break }
        'MailContact' { Set-MailContact -Identity $seen.Id -EmailAddresses $Value; break }
        '*MailUser' { Set-MailUser -Identity $seen.Id -EmailAddresses $Value; break }
        default { Stop-Surprise "$($Account.Name) is a $kind, whose addresses nothing here writes" }
    }
}

function Wait-Hour {
    Write-Log '   waits an hour for the service to look at values that are free again'
    Start-Sleep -Seconds 3660
}
