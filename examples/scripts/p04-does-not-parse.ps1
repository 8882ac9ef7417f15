# As found in the wild: a colon behind a variable in a string names a drive.
foreach ($row in Import-Csv .\p01-users.csv) {
    $upn = $row.upn
    Write-Host "$upn: set"
}
