//! `ADSync`, DirSync and the clock.

use crate::desk::{WORLD, lines, run_on, stage};

#[test]
fn a_cycle_carries_out_what_was_changed() {
    let script = "
        Set-ADUser ann -DisplayName 'Ann Ek'
        (Start-ADSyncSyncCycle -PolicyType Delta).Result
        (Get-MsolUser -UserPrincipalName ann@contoso.com).DisplayName
        Get-ADUser ann | Move-ADObject -TargetPath 'OU=Parked,DC=contoso,DC=test'
        Start-OnlineCoexistenceSync
        @(Get-MsolUser -ReturnDeletedUsers).Count
        (Get-ADSyncRunProfileResult -NumberRequested 1).Result
    ";
    assert_eq!(lines(script), ["Success", "Ann Ek", "1", "success"]);
}

#[test]
fn the_scheduler_runs_on_the_virtual_clock() {
    let script = "
        Set-ADSyncScheduler -SyncCycleEnabled $true
        Set-ADUser ann -DisplayName 'Ann Ek'
        $before = Get-Date
        Start-Sleep -Seconds 3600
        ((Get-Date) - $before).TotalMinutes
        (Get-MsolUser -UserPrincipalName ann@contoso.com).DisplayName
    ";
    assert_eq!(lines(script), ["60", "Ann Ek"]);
}

#[test]
fn each_write_knows_its_line() {
    let stage = stage(WORLD);
    run_on(
        &stage,
        "\n\nSet-ADUser ann -Title x\nStart-ADSyncSyncCycle | Out-Null\n",
    );
    let lab = stage.lab();
    let origins: Vec<_> = lab.journal().iter().map(|entry| entry.from).collect();
    assert_eq!(origins, [host::Origin::Script(3), host::Origin::Script(4)]);
}

#[test]
fn a_connector_space_object_tells_what_it_conflicts_with() {
    let script = "
        $c = Get-ADSyncConnector | Where-Object { $_.Name -like '*AAD' }
        $o = Get-ADSyncCSObject -ConnectorIdentifier $c.Identifier | Select-Object -First 1
        $o.DistinguishedName -like 'CN={*}'
        (Get-ADSyncMVObject -Identifier $o.ConnectedMVObjectId).Contributor -like '*DC=test'
    ";
    assert_eq!(lines(script), ["True", "True"]);
}
