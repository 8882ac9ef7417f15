//! Web requests, casts of links, groups of Exchange, and what is sent nowhere.

use crate::desk::{WORLD, lines, run_on, stage};

#[test]
fn graph_answers_web_requests_and_no_other_host_does() {
    let script = "
        $at = 'https://login.microsoftonline.com/contoso/oauth2/v2.0/token'
        $token = (Invoke-RestMethod -Method Post -Uri $at -Body @{ client_id = 'x' }).access_token
        $head = @{ Authorization = \"Bearer $token\"; 'Content-Type' = 'application/json' }
        $users = 'https://graph.microsoft.com/v1.0/users'
        (irm -Uri \"$users`?`$filter=displayName eq 'Bob Ray'\" -Headers $head).value.displayName
        $bob = \"$users/b.ray@contoso.onmicrosoft.com\"
        $body = @{ displayName = 'Robert' } | ConvertTo-Json
        Invoke-RestMethod -Uri $bob -Method Patch -Headers $head -Body $body | Out-Null
        (Invoke-WebRequest -Uri $bob -Headers $head).Content -match 'Robert'
        try { irm \"$users/nobody@contoso.com\" -Headers $head } catch { $_.Exception.Message }
        try { irm $users } catch { [int]$_.Exception.Response.StatusCode -eq 401; 'no token' }
    ";
    let shown = lines(script);
    assert_eq!(shown[0], "Bob Ray");
    assert_eq!(shown[1], "True");
    assert_eq!(
        shown[2],
        "The remote server returned an error: (404) Not Found."
    );
    assert_eq!(shown.last().map(String::as_str), Some("no token"));
    let shown = run_on(&stage(WORLD), "'a'; irm https://example.com/x; 'b'");
    assert!(!shown.lines().any(|line| line == "b"), "{shown}");
}

#[test]
fn links_are_asked_for_by_type_and_counted() {
    let script = "
        $ann = (Get-MgUser -UserId ann@contoso.com).Id
        (Get-MgUserMemberOfAsGroup -UserId $ann -All).DisplayName
        $group = (Get-MgGroup -Filter \"displayName eq 'sales'\").Id
        (Get-MgGroupMemberAsUser -GroupId $group).UserPrincipalName
        Get-MgGroupMemberCount -GroupId $group -ConsistencyLevel eventual
    ";
    assert_eq!(lines(script), ["sales", "ann@contoso.com", "1"]);
}

#[test]
fn members_of_a_list_are_kept_in_exchange() {
    let world = WORLD.replace(
        "  cloud:\n",
        "  cloud:\n    all: { type: group, smtp: [all@contoso.com], display-name: Everybody }\n",
    );
    let script = "
        Add-DistributionGroupMember -Identity all@contoso.com -Member b.ray@contoso.com
        (Get-DistributionGroupMember Everybody).PrimarySmtpAddress
        Remove-DistributionGroupMember Everybody -Member 'Bob Ray' -Confirm:$false
        @(Get-DistributionGroupMember Everybody).Count
        Add-DistributionGroupMember Everybody -Member nobody 2>&1 | ForEach-Object { \"$_\" }
        (Get-AcceptedDomain).Name -join ' '
    ";
    let shown = run_on(&stage(&world), script);
    let rows: Vec<&str> = shown.lines().collect();
    assert_eq!(rows[..2], ["b.ray@contoso.com", "0"]);
    assert!(rows[2].contains("'nobody' couldn't be found"), "{shown}");
    assert!(rows[3].contains("contoso.com"), "{shown}");
}

#[test]
fn a_manager_is_set_and_taken_away() {
    let script = "
        $bob = 'b.ray@contoso.onmicrosoft.com'
        $ann = (Get-AzureADUser -ObjectId ann@contoso.com).ObjectId
        Set-AzureADUserManager -ObjectId $bob -RefObjectId $ann
        (Get-AzureADUserManager -ObjectId $bob).UserPrincipalName
        Remove-AzureADUserManager -ObjectId $bob
        Revoke-AzureADUserAllRefreshToken -ObjectId $bob
        (Get-AzureADMSGroup -Filter \"displayName eq 'sales'\").DisplayName
    ";
    assert_eq!(lines(script), ["ann@contoso.com", "sales"]);
}

#[test]
fn a_licence_is_given_by_the_id_that_is_listed() {
    let world = WORLD.replace(
        "      mailbox: true\n",
        "      mailbox: true\n      licences: [E3]\n",
    );
    let script = "
        Connect-MgGraph -Scopes 'User.ReadWrite.All', 'Custom.Read' -NoWelcome
        (Get-MgContext).Scopes -contains 'Custom.Read'
        Update-MgUser -UserId ann@contoso.com -UsageLocation GB
        $sku = Get-MgSubscribedSku -All | Select-Object -First 1
        $one = [Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense]@{
            SkuId = $sku.SkuId
        }
        $user = @{ UserId = 'ann@contoso.com'; AddLicenses = $one; RemoveLicenses = @() }
        Set-MgUserLicense @user | Out-Null
        $held = Get-MgUserLicenseDetail -UserId ann@contoso.com
        $held.SkuPartNumber -eq $sku.SkuPartNumber
        $licence = New-Object -TypeName Microsoft.Open.AzureAD.Model.AssignedLicense
        $licence.SkuId = $sku.SkuId
        $licence.SkuId -eq $sku.SkuId
    ";
    let shown = run_on(&stage(&world), script);
    let rows: Vec<&str> = shown.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(rows, ["True"; 3], "{shown}");
}
