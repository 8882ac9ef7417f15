# W11: a licence before the tenant knows of the mailbox on-premises: a second mailbox.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome
Update-MgUser -UserId dan@contoso.com -UsageLocation GB
$sku = Get-MgSubscribedSku -All | Select-Object -First 1
Set-MgUserLicense -UserId dan@contoso.com -AddLicenses @{ SkuId = $sku.SkuId } -RemoveLicenses @() | Out-Null
