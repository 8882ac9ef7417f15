# W13: nobody restores what the recycle bin keeps for thirty days.
Connect-MsolService
Get-MsolUser -ReturnDeletedUsers | Format-Table UserPrincipalName
Start-Sleep -Seconds (3 * 24 * 60 * 60)
