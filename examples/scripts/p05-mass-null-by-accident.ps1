# $User is never set, so that every id is emptied: the variable of the pipeline is $_.
Connect-MsolService
Get-MsolUser -All | % { Set-MsolUser -UserPrincipalName $_.UserPrincipalName -ImmutableId $User.ImmutableID }
