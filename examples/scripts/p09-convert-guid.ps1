# The first of two steps: the ids of Active Directory into a file.
$out = foreach ($row in Import-Csv .\p01-users.csv) {
    $guid = [guid](Get-ADUser $row.id).ObjectGUID
    [PSCustomObject]@{
        UserPrincipalName = $row.upn
        ImmutableID       = [System.Convert]::ToBase64String($guid.ToByteArray())
    }
}
$out | Export-Csv -Path .\anchors.csv -NoTypeInformation
Write-Host "$(@($out).Count) ids written"
