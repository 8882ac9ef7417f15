# Pairs two lists by their positions, which are right only while both are sorted alike.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome

$cloud = @(Get-MgUser -All -Property Id, DisplayName | Sort-Object DisplayName)
$ad = @(Get-ADUser -Filter * -SearchBase 'OU=Staff,DC=contoso,DC=test' | Sort-Object Name -Descending)

for ($s = 0; $s -lt $ad.Count; $s++) {
    $anchor = [Convert]::ToBase64String($ad[$s].ObjectGUID.ToByteArray())
    Update-MgUser -UserId $cloud[$s].Id -OnPremisesImmutableId $anchor
}
