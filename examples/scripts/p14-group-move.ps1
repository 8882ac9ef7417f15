# Carries the anchors of groups over by a file. An anchor that is there already is read back from the
# file as text, one that is not as a GUID: the bytes that end up in the directory are not of one kind.
$groups = Get-ADGroup -Filter * -SearchBase 'OU=Staff,DC=contoso,DC=test' -Properties 'mS-DS-ConsistencyGuid'
$groups | ForEach-Object {
    $anchor = if ($_.'mS-DS-ConsistencyGuid') { ([guid][byte[]]$_.'mS-DS-ConsistencyGuid').Guid } else { 'N/A' }
    [PSCustomObject]@{
        samAccountName          = $_.SamAccountName
        distinguishedName       = $_.DistinguishedName
        objectGUID              = $_.ObjectGUID
        'mS-DS-ConsistencyGuid' = $anchor
    }
} | Export-Csv .\groups.csv -NoTypeInformation

foreach ($row in Import-Csv .\groups.csv) {
    if ($row.'mS-DS-ConsistencyGuid' -eq 'N/A') {
        Set-ADGroup -Identity $row.distinguishedName -Replace @{ 'mS-DS-ConsistencyGuid' = [guid]$row.objectGUID }
    }
    else {
        Set-ADGroup -Identity $row.distinguishedName -Replace @{ 'mS-DS-ConsistencyGuid' = $row.'mS-DS-ConsistencyGuid' }
    }
}

foreach ($group in Get-ADGroup -Filter * -SearchBase 'OU=Staff,DC=contoso,DC=test' -Properties 'mS-DS-ConsistencyGuid') {
    '{0}: {1} bytes' -f $group.Name, $group.'mS-DS-ConsistencyGuid'.Count
}
