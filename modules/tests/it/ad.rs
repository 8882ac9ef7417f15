//! `ActiveDirectory`.

use crate::desk::{lines, run};

#[test]
fn a_user_is_found_in_each_way_that_names_one() {
    let script = "
        (Get-ADUser ann).SamAccountName
        (Get-ADUser -Identity 'CN=ann,OU=Staff,DC=contoso,DC=test').SamAccountName
        $u = Get-ADUser ann
        (Get-ADUser $u.ObjectGUID).SamAccountName
        (Get-ADUser $u.SID).SamAccountName
        ($u | Get-ADUser).SamAccountName
        $upn = 'ann@contoso.com'
        (Get-ADUser -Filter {UserPrincipalName -eq $upn}).SamAccountName
        (Get-ADUser -Filter \"UserPrincipalName -eq '$upn'\").SamAccountName
        (Get-ADUser -LDAPFilter '(userPrincipalName=ann@contoso.com)').SamAccountName
        (Get-ADUser -f { Enabled -eq $true -and Name -like 'an*' }).SamAccountName
        (Get-ADUser -Filter { MemberOf -eq 'CN=sales,OU=Staff,DC=contoso,DC=test' }).SamAccountName
        (Get-ADUser -Filter 'proxyaddresses -ne \"$null\"').SamAccountName
    ";
    assert_eq!(lines(script), ["ann"; 11]);
}

#[test]
fn a_name_that_is_none_is_an_error_that_can_be_caught_by_its_type() {
    let script = "
        try { Get-ADUser ann@contoso.com }
        catch [Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException] {
            \"caught: $($_.Exception.Message)\"
            $_.FullyQualifiedErrorId
        }
    ";
    assert_eq!(
        lines(script),
        [
            "caught: Cannot find an object with identity: 'ann@contoso.com' under: \
             'DC=contoso,DC=test'.",
            "ActiveDirectoryCmdlet:Microsoft.ActiveDirectory.Management.\
             ADIdentityNotFoundException,Microsoft.ActiveDirectory.Management.Commands.GetADUser",
        ]
    );
}

#[test]
fn a_filter_that_active_directory_does_not_have_is_refused() {
    let shown = run("Get-ADUser -Filter \"Name -contains 'a'\"");
    assert!(
        shown.contains("Operator Not supported: -contains"),
        "{shown}"
    );
    let shown = run("Get-ADUser -Filter { UserPrincipalName -eq $nobody }");
    assert!(
        shown.contains("Variable: 'nobody' found in expression: $nobody is not defined."),
        "{shown}"
    );
    let shown = run("Get-ADUser ann -Properties nonsense");
    assert!(
        shown.contains("One or more properties are invalid."),
        "{shown}"
    );
}

#[test]
fn attributes_have_the_types_of_dot_net() {
    let script = "
        $wanted = 'mail', 'proxyAddresses', 'whenCreated', 'userAccountControl', 'memberOf'
        $u = Get-ADUser ann -Properties $wanted
        $u.ObjectGUID.GetType().Name
        $u.ObjectGUID.ToByteArray().Length
        $u.proxyAddresses[0]
        $u.whenCreated.GetType().Name
        $u.userAccountControl.GetType().Name
        $u.MemberOf
        \"$u\"
        $u.Title -eq $null
    ";
    assert_eq!(
        lines(script),
        [
            "Guid",
            "16",
            "SMTP:ann@contoso.com",
            "DateTime",
            "Int32",
            "CN=sales,OU=Staff,DC=contoso,DC=test",
            "CN=ann,OU=Staff,DC=contoso,DC=test",
            "True",
        ]
    );
}

#[test]
fn a_user_is_changed_added_moved_deleted_and_restored() {
    let script = "
        $more = @{ proxyAddresses = 'smtp:a@contoso.com' }
        Set-ADUser ann -EmailAddress a.lee@contoso.com -Title 'Clerk' -Add $more
        $u = Get-ADUser ann -Properties mail, title, proxyAddresses
        \"$($u.mail) $($u.title) $($u.proxyAddresses.Count)\"
        Set-ADUser ann -Title $null -Clear proxyAddresses
        $u = Get-ADUser ann -Properties title, proxyAddresses
        \"[$($u.Title)] [$($u.proxyAddresses)]\"
        $password = ConvertTo-SecureString 'Pa55word!x' -AsPlainText -Force
        New-ADUser -Name 'Cid Ek' -SamAccountName cid -UserPrincipalName cid@contoso.com `
            -Path 'OU=Staff,DC=contoso,DC=test' -AccountPassword $password -Enabled $true
        (Get-ADUser cid).Enabled
        Get-ADUser cid | Move-ADObject -TargetPath 'OU=Parked,DC=contoso,DC=test'
        (Get-ADUser cid).DistinguishedName
        Remove-ADUser cid -Confirm:$false
        $gone = Get-ADObject -Filter { sAMAccountName -eq 'cid' } -IncludeDeletedObjects
        $gone.DistinguishedName -like 'CN=Cid Ek*DEL:*'
        Restore-ADObject $gone
        (Get-ADUser cid).DistinguishedName
    ";
    assert_eq!(
        lines(script),
        [
            "a.lee@contoso.com Clerk 2",
            "[] []",
            "True",
            "CN=Cid Ek,OU=Parked,DC=contoso,DC=test",
            "True",
            "CN=Cid Ek,OU=Parked,DC=contoso,DC=test",
        ]
    );
}

#[test]
fn a_refusal_has_the_text_of_windows() {
    let shown = run("Set-ADUser bob -UserPrincipalName ann@contoso.com");
    assert!(shown.contains("is not unique forest-wide"), "{shown}");
    let shown = run("New-ADUser -Name ann -Path 'OU=Parked,DC=contoso,DC=test'");
    assert!(
        shown.contains("The specified account already exists"),
        "{shown}"
    );
    let shown = run("Get-ADUser ann | Move-ADObject -TargetPath 'OU=None,DC=contoso,DC=test'");
    assert!(
        shown.contains("parent is either uninstantiated or deleted"),
        "{shown}"
    );
}

#[test]
fn members_of_groups_come_and_go() {
    let script = "
        Add-ADGroupMember sales -Members bob, ann
        (Get-ADGroupMember sales | Sort-Object Name).Name -join ','
        Remove-ADGroupMember -Identity sales -Members ann -Confirm:$false
        (Get-ADGroupMember sales).Name
        (Get-ADPrincipalGroupMembership bob).Name -contains 'sales'
    ";
    assert_eq!(lines(script), ["ann,bob", "bob", "True"]);
}

#[test]
fn ldifde_exports_what_old_procedures_read_a_guid_from() {
    let script = "
        ldifde -f C:\\out.ldf -r \"(userPrincipalName=bob@contoso.com)\" -l objectGUID,cn
        $line = Get-Content C:\\out.ldf | Where-Object { $_ -match 'objectGUID' }
        $id = $line.Substring(13)
        $id -eq [Convert]::ToBase64String((Get-ADUser bob).ObjectGUID.ToByteArray())
        ldifde -i -f C:\\out.ldf
    ";
    let shown = crate::desk::run(script);
    assert!(shown.contains("1 entries exported"), "{shown}");
    assert!(shown.contains("True\n"), "{shown}");
    assert!(shown.contains("ldifde -i is not simulated"), "{shown}");
}

#[test]
fn the_partitions_container_has_the_suffixes_of_the_forest() {
    let script = "
        Set-ADForest -Identity (Get-ADForest) -UPNSuffixes @{ Add = 'fabrikam.com' }
        $dn = \"cn=Partitions,cn=Configuration,$((Get-ADDomain).DistinguishedName)\"
        $all = Get-ADObject $dn -Properties upnsuffixes | Select-Object -ExpandProperty upnsuffixes
        $all -join ' '
        (Get-ADObject (Get-ADForest).PartitionsContainer).Name
    ";
    assert_eq!(crate::desk::run(script), "fabrikam.com\nPartitions\n");
}
