//! `MSOnline`, `AzureAD`, `Microsoft.Graph` and Exchange.

use crate::desk::{WORLD, lines, run, run_on, stage};

#[test]
fn an_id_is_set_and_cleared_in_every_module() {
    let script = "
        $id = [Convert]::ToBase64String((Get-ADUser bob).ObjectGUID.ToByteArray())
        Set-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -ImmutableId $id
        (Get-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com).ImmutableId -eq $id
        Set-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -ImmutableId \"$null\"
        (Get-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com).ImmutableId -eq $null
        $o = (Get-AzureADUser -ObjectId b.ray@contoso.onmicrosoft.com).ObjectId
        Set-AzureADUser -ObjectId $o -ImmutableId $id
        $filter = \"userPrincipalName eq 'b.ray@contoso.onmicrosoft.com'\"
        (Get-AzureADUser -Filter $filter).ImmutableId -eq $id
        $body = @{ OnPremisesImmutableId = $null }
        Invoke-MgGraphRequest -Method PATCH -Uri \"/v1.0/users/$o\" -Body $body
        (Get-MgUser -UserId $o -Property onPremisesImmutableId).OnPremisesImmutableId -eq $null
        Update-MgUser -UserId $o -OnPremisesImmutableId $id
        (Get-MgUser -UserId $o).OnPremisesImmutableId -eq $null
        (Get-MgUser -UserId $o -Property 'id,onPremisesImmutableId').OnPremisesImmutableId -eq $id
        (Get-EntraUser -UserId $o).ImmutableId -eq $id
    ";
    assert_eq!(lines(script), ["True"; 7]);
}

#[test]
fn whether_null_clears_an_id_is_a_switch() {
    let script = "
        Set-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -ImmutableId abc
        Set-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -ImmutableId $null
        (Get-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com).ImmutableId -eq 'abc'
        Set-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -ImmutableId \"$null\"
        (Get-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com).ImmutableId -eq $null
    ";
    assert_eq!(lines(script), ["False", "True"]);
    let ignored = WORLD.replace(
        "  engine:",
        "  switches: { msonline-null-immutable-id-is-ignored: true }\n  engine:",
    );
    assert_eq!(run_on(&stage(&ignored), script), "True\nTrue\n");
}

#[test]
fn a_mail_user_is_the_tenants_once_a_script_is_signed_in_to_it() {
    let script = "
        Set-MsolUser -UserPrincipalName cy@contoso.onmicrosoft.com -DisplayName 'Cy'
        (Get-Recipient cy).RecipientTypeDetails
        Set-MailUser cy -EmailAddresses @{ add = 'other@contoso.com' }
        (Get-MailUser cy).EmailAddresses -join ' '
        Set-MailUser cy -EmailAddresses @()
        Get-MailUser cy
        Set-MailUser bob -ArchiveGuid 1
    ";
    let world = WORLD.replace(
        "  cloud:\n",
        "  cloud:\n    cy: { upn: cy@contoso.onmicrosoft.com, smtp: [cy@contoso.com] }\n",
    );
    let shown = run_on(&stage(&world), script);
    let expected = "MailUser\nSMTP:cy@contoso.com smtp:other@contoso.com\n";
    assert!(shown.starts_with(expected), "{shown}");
    assert!(shown.contains("object 'cy' couldn't be found"), "{shown}");
    let refused = "-ArchiveGuid of Set-MailUser is not simulated in this directory.";
    assert!(shown.contains(refused), "{shown}");
}

#[test]
fn a_synced_account_keeps_its_id() {
    let shown = run("Set-MsolUser -UserPrincipalName ann@contoso.com -ImmutableId abc");
    let refused = "Unable to update the specified properties for on-premises mastered";
    assert!(shown.contains(refused), "{shown}");
    let shown = run("Update-MgUser -UserId ann@contoso.com -OnPremisesImmutableId abc");
    assert!(shown.contains(refused), "{shown}");
    let script = "
        $body = @{ displayName = 'x' }
        try { Invoke-MgGraphRequest PATCH '/v1.0/users/ann@contoso.com' -Body $body }
        catch { $_.Exception.Message; $_.ErrorDetails.Message -match 'on-premises mastered' }
    ";
    assert_eq!(
        lines(script),
        [
            "Response status code does not indicate success: BadRequest (Bad Request).",
            "True"
        ]
    );
}

#[test]
fn deleted_users_are_listed_restored_and_purged() {
    let script = "
        Remove-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -Force
        (Get-MsolUser -ReturnDeletedUsers).UserPrincipalName
        (Restore-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com).DisplayName
        Remove-MsolUser -UserPrincipalName b.ray@contoso.onmicrosoft.com -Force
        $name = 'b.ray@contoso.onmicrosoft.com'
        Remove-MsolUser -UserPrincipalName $name -RemoveFromRecycleBin -Force
        @(Get-MsolUser -ReturnDeletedUsers).Count
        Remove-MsolUser -UserPrincipalName ann@contoso.com -RemoveFromRecycleBin -Force
    ";
    let lines = lines(script);
    assert_eq!(
        lines[..3],
        ["b.ray@contoso.onmicrosoft.com", "Bob Ray", "0"]
    );
    assert_eq!(
        lines[3],
        "Remove-MsolUser : User Not Found.  User: ann@contoso.com."
    );
}

#[test]
fn errors_end_a_pipeline_only_where_they_do_in_reality() {
    let script = "
        Get-MsolUser -UserPrincipalName nobody@contoso.com -ErrorAction SilentlyContinue
        'after'
        $who = 'nobody@contoso.com'
        try { Get-MgUser -UserId $who -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
        try { Get-AzureADUser -ObjectId $who -ErrorAction SilentlyContinue } catch { 'thrown' }
    ";
    assert_eq!(
        lines(script),
        [
            "after",
            "Request_ResourceNotFound,Microsoft.Graph.PowerShell.Cmdlets.GetMgUser_Get",
            "thrown"
        ]
    );
}

#[test]
fn who_is_not_signed_in_is_told_so() {
    let stage = crate::desk::stage(crate::desk::WORLD);
    let cold = modules::Stage::new(stage.lab(), false);
    let shown = crate::desk::run_on(&cold, "Get-MsolUser -All");
    assert!(
        shown.contains("You must call the Connect-MsolService cmdlet"),
        "{shown}"
    );
    let shown = crate::desk::run_on(&cold, "Connect-MsolService; (Get-MsolUser -All).Count");
    assert_eq!(shown.trim(), "2");
}

#[test]
fn a_mailbox_gets_an_address() {
    let script = "
        Set-Mailbox b.ray@contoso.com -EmailAddresses @{ add = 'bob@contoso.com' }
        (Get-Mailbox 'Bob Ray').EmailAddresses -join ' '
        Set-Mailbox b.ray@contoso.com -EmailAddresses @{ remove = 'bob@contoso.com' }
        (Get-Mailbox 'Bob Ray').EmailAddresses -join ' '
    ";
    assert_eq!(
        lines(script),
        [
            "SMTP:b.ray@contoso.com smtp:bob@contoso.com",
            "SMTP:b.ray@contoso.com"
        ]
    );
}

#[test]
fn what_has_no_effect_is_said_before_a_script_runs() {
    use powershell::check::{Severity, check};

    let mut all = modules::all(&stage(WORLD));
    all.push(powershell::cmdlets::core());
    let found = |text: &str| {
        let found = check("C:\\t.ps1", text, &all, &|_| None);
        let found = found.into_iter().map(|it| (it.severity, it.message));
        found.collect::<Vec<_>>()
    };
    let less = |text: &str| vec![(Severity::Less, text.to_owned())];
    assert_eq!(
        found("Set-MsolUserLicense -UserPrincipalName x -LicenseOptions $o"),
        less("-LicenseOptions has no effect here.")
    );
    assert_eq!(
        found("Get-MsolServicePrincipal | Remove-MsolUser"),
        less("Get-MsolServicePrincipal does less here than it would.")
    );
    assert_eq!(found("Set-MsolUser -UserPrincipalName x -City y"), []);
}

#[test]
fn a_mailbox_has_a_type() {
    let script = "
        Set-Mailbox b.ray@contoso.onmicrosoft.com -Type Shared -HiddenFromAddressListsEnabled $true
        $box = Get-Mailbox b.ray@contoso.onmicrosoft.com
        $box.RecipientTypeDetails, $box.RecipientType, $box.HiddenFromAddressListsEnabled
        (Get-Mailbox -RecipientTypeDetails SharedMailbox).DisplayName
        Set-Mailbox b.ray@contoso.onmicrosoft.com -Type Regular
        (Get-Mailbox b.ray@contoso.onmicrosoft.com).RecipientTypeDetails
    ";
    let expected = [
        "SharedMailbox",
        "UserMailbox",
        "True",
        "Bob Ray",
        "UserMailbox",
    ];
    assert_eq!(lines(script), expected);
}
