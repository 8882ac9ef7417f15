# What a plan that replaces an account does, step by step: the account with the mailbox is deleted, and
# a new one takes its name.
Connect-MgGraph -Scopes 'User.ReadWrite.All' -NoWelcome
$old = Get-MgUser -UserId 'a.lee@contoso.onmicrosoft.com'
$anchor = [Convert]::ToBase64String((Get-ADUser ann).ObjectGUID.ToByteArray())

Remove-MgUser -UserId $old.Id
Remove-MgDirectoryDeletedItem -DirectoryObjectId $old.Id
New-MgUser -DisplayName 'Ann Lee' -MailNickname 'a.lee' -UserPrincipalName 'a.lee@contoso.onmicrosoft.com' `
    -AccountEnabled -OnPremisesImmutableId $anchor -PasswordProfile @{ Password = 'Wr0ng-Way!' } | Out-Null
