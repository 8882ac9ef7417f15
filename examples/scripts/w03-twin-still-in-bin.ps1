# W03: the id is given to one account while another holds it in the recycle bin.
Connect-MsolService
$id = [Convert]::ToBase64String((Get-ADUser ann).ObjectGUID.ToByteArray())
Set-MsolUser -UserPrincipalName ann@contoso.com -ImmutableId $id
