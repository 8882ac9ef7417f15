# A synced account becomes one of the cloud alone: out of scope, two cycles, restore, clear the id.
[CmdletBinding(SupportsShouldProcess)]
param([string]$SamAccountName = 'ann', [int]$Cycles = 2)

Connect-MgGraph -Scopes 'User.ReadWrite.All', 'Directory.ReadWrite.All' -NoWelcome
$user = Get-ADUser -Identity $SamAccountName
$account = Get-MgUser -Filter "userPrincipalName eq '$($user.UserPrincipalName)'"

if ($PSCmdlet.ShouldProcess($user.UserPrincipalName, 'Convert to cloud-only')) {
    Move-ADObject -Identity $user.ObjectGUID -TargetPath 'OU=NotSynced,DC=contoso,DC=test'
    1..$Cycles | ForEach-Object { Start-ADSyncSyncCycle -PolicyType Delta | Out-Null }

    Restore-MgDirectoryDeletedItem -DirectoryObjectId $account.Id | Out-Null
    $uri = "https://graph.microsoft.com/v1.0/users/$($account.Id)"
    Invoke-MgGraphRequest -Method PATCH -Uri $uri -Body @{ onPremisesImmutableId = $null }
}
