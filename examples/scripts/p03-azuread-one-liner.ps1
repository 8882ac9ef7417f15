# The same with the AzureAD module.
Connect-AzureAD | Out-Null
Import-Csv .\p01-users.csv | % { $o = (Get-AzureADUser -ObjectId $_.upn).ObjectId; $b64 = [Convert]::ToBase64String((Get-ADUser $_.id).ObjectGUID.ToByteArray()); Set-AzureADUser -ObjectId $o -ImmutableId $b64 }
