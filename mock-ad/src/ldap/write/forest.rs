//! Writes that concern the whole forest: operations of the rootDSE and the lifetimes of deleted
//! objects. Everything else of the configuration can be read only.

use store::eq_fold;

use super::{No, Write};
use crate::directory::{Change, Dn, ForestSetting, ObjectGuid, RECYCLE_BIN_FEATURE, Refusal};
use crate::ldap::message::{Change as Asked, Modification as Request};
use crate::search::base;

/// ERROR_DS_NOT_SUPPORTED.
const NOT_SUPPORTED: u32 = 0x2040;
/// ERROR_DS_UNWILLING_TO_PERFORM.
const UNWILLING: u32 = 0x2035;

impl Write<'_> {
    /// What can be written to the rootDSE: operations, of which some change nothing here (MS-ADTS
    /// 3.1.1.3.3).
    pub(super) fn modify_root(self, changes: &[Request]) -> Result<(), No> {
        const WITHOUT_EFFECT: [&str; 3] =
            ["schemaUpdateNow", "doGarbageCollection", "fixupInheritance"];
        self.check_access("")?;
        let mut enabled = false;
        for change in changes {
            let is = |name: &str| change.attribute.eq_ignore_ascii_case(name);
            if is("enableOptionalFeature") {
                self.check_feature(change)?;
                enabled = true;
            } else if is("disableOptionalFeature") {
                self.check_feature(change)?;
                let hint = "the recycle bin cannot be turned off".to_owned();
                return Err(Refusal::unwilling(NOT_SUPPORTED, hint).into());
            } else if !WITHOUT_EFFECT.into_iter().any(is) {
                let hint = format!("the rootDSE does nothing called `{}`", change.attribute);
                return Err(Refusal::unwilling(UNWILLING, hint).into());
            }
        }
        if enabled {
            let setting = ForestSetting::RecycleBin;
            self.host.change(&Change::Configure { setting })?;
        }
        Ok(())
    }

    /// Whether a value is `scope:feature` with the recycle bin as the feature and the forest as
    /// the scope (MS-ADTS 3.1.1.3.3.28).
    fn check_feature(&self, change: &Request) -> Result<(), No> {
        let wrong = |hint: &str| No::from(Refusal::bad_parameter(hint.to_owned()));
        let text = match &*change.values {
            [value] => String::from_utf8_lossy(value),
            _ => return Err(wrong("one value was expected")),
        };
        let (scope, feature) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong("a feature is given as DN:GUID"))?;
        let feature: Option<ObjectGuid> = feature.trim().parse().ok();
        let recycle_bin: Option<ObjectGuid> = RECYCLE_BIN_FEATURE.parse().ok();
        if feature.is_none() || feature != recycle_bin {
            return Err(wrong("the only feature is the recycle bin"));
        }
        let directory = self.directory();
        let shows = |directory: &crate::directory::Directory, id| directory.is_live(id);
        let found = base::find(directory, scope.trim(), &shows)
            .map_err(|_| wrong("the scope is no object that there is"))?;
        let partitions = format!("CN=Partitions,{}", directory.configuration().base());
        if !eq_fold(&found.directory.dn_text(found.id), &partitions) {
            let hint = format!("the recycle bin is turned on for the forest: `{partitions}`");
            return Err(Refusal::unwilling(NOT_SUPPORTED, hint).into());
        }
        Ok(())
    }

    /// Whether a name is that of the object that has the lifetimes (MS-ADTS 6.1.1.2.4.1.1).
    pub(super) fn is_directory_service(&self, name: &str) -> bool {
        let configuration = self.directory().configuration().base();
        let service = format!("CN=Directory Service,CN=Windows NT,CN=Services,{configuration}");
        let service: Option<Dn> = service.parse().ok();
        service.is_some() && name.parse().ok() == service
    }

    /// Changes tombstoneLifetime and msDS-DeletedObjectLifetime, both or neither.
    pub(super) fn modify_lifetimes(self, changes: &[Request]) -> Result<(), No> {
        self.check_access("CN=Directory Service")?;
        let settings: Result<Vec<ForestSetting>, No> = changes.iter().map(lifetime).collect();
        let settings = settings?;
        let mut fork = self.directory().clone();
        for setting in &settings {
            fork.configure(*setting)?;
        }
        for setting in settings {
            self.host.change(&Change::Configure { setting })?;
        }
        Ok(())
    }
}

/// The setting that a modification of the object comes to.
fn lifetime(change: &Request) -> Result<ForestSetting, No> {
    let is = |name: &str| change.attribute.eq_ignore_ascii_case(name);
    let text = change
        .values
        .first()
        .map(|value| String::from_utf8_lossy(value));
    let days = text.map(|text| text.parse::<u32>()).transpose();
    let days = days.map_err(|_| Refusal::bad_parameter("a number of days was expected".into()))?;
    let replaces = change.operation == Asked::Replace && change.values.len() < 2;
    match days {
        Some(days) if replaces && is("tombstoneLifetime") => {
            Ok(ForestSetting::TombstoneLifetime(days))
        }
        days if replaces && is("msDS-DeletedObjectLifetime") => {
            Ok(ForestSetting::DeletedObjectLifetime(days))
        }
        _ => {
            let hint = "of the configuration only tombstoneLifetime and \
                        msDS-DeletedObjectLifetime can be replaced";
            Err(Refusal::unwilling(UNWILLING, hint.to_owned()).into())
        }
    }
}
