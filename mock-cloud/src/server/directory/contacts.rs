//! `/contacts`: written by the sync engine only.

use super::super::message::Response;
use super::super::problem::Problem;
use super::{Answer, Exchange};
use crate::odata::{EntityType, Navigation, Resource};

const CONTACT: EntityType = EntityType::OrgContact;

impl Exchange<'_> {
    pub(super) fn contacts(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => self.only_get(|this| this.collection(&Resource::Contacts)),
            ["$count"] => self.only_get(|this| this.count(&Resource::Contacts)),
            ["delta"] => self.only_get(|this| this.delta(&Resource::Contacts)),
            [_] => self.only_get(|this| this.one(CONTACT, this.find(1, CONTACT)?)),
            [_, "onpremisessyncbehavior"] => self.sync_behavior(CONTACT),
            [_, "retryserviceprovisioning"] => self.only_post(|this| {
                this.find_to_write(1, CONTACT)?;
                Ok(Response::empty(204))
            }),
            [_, name, rest @ ..] => match Navigation::from_name(name) {
                Some(navigation) => self.related(CONTACT, navigation, rest),
                None => self.object_action_or_property(CONTACT, name, rest),
            },
        }
    }

    /// `/directoryObjects`.
    pub(super) fn directory_objects(&mut self, rest: &[&str]) -> Answer {
        let any = EntityType::DirectoryObject;
        match rest {
            [] => self.only_get(|this| this.collection(&Resource::DirectoryObjects)),
            ["$count"] => self.only_get(|this| this.count(&Resource::DirectoryObjects)),
            ["delta"] => self.only_get(|this| this.delta(&Resource::DirectoryObjects)),
            ["getbyids"] => self.only_post(Self::get_by_ids),
            [_] => match self.method() {
                "GET" => self.any_object(),
                "DELETE" => self.delete_object(any),
                _ => Err(Problem::method_not_allowed()),
            },
            [_, name, rest @ ..] => match Navigation::from_name(name) {
                Some(navigation) => self.related(any, navigation, rest),
                None => self.object_action_or_property(any, name, rest),
            },
        }
    }

    fn any_object(&self) -> Answer {
        let key = self.find(1, EntityType::DirectoryObject)?;
        let mut item = self.item(key, &self.request.query)?;
        item["@odata.context"] = self.context("directoryObjects/$entity").into();
        item["@odata.type"] = self.odata_type(key).into();
        Ok(Response::graph(200, &item))
    }
}
