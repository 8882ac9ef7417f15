# The base64 of an LDIF export is the id as it is: the same sixteen bytes.
param([string]$Path = '.\p18-export.ldf')

Connect-MsolService
$accounts = @{ ann = 'a.lee@contoso.onmicrosoft.com'; bob = 'b.ray@contoso.onmicrosoft.com' }
$name = $null
foreach ($line in Get-Content $Path) {
    if ($line -match '^dn: CN=([^,]+),') { $name = $Matches[1] }
    elseif ($line -match '^objectGUID:: (.+)$') {
        Set-MsolUser -UserPrincipalName $accounts[$name] -ImmutableId $Matches[1]
    }
}
