//! `/devices`: made by the sync engine only, as computers of the domain that registered themselves.

use super::super::problem::Problem;
use super::{Answer, Exchange};
use crate::odata::{EntityType, Navigation, Resource};

const DEVICE: EntityType = EntityType::Device;

impl Exchange<'_> {
    pub(super) fn devices(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.collection(&Resource::Devices),
                "POST" => Err(Problem::not_modelled("POST /devices")),
                _ => Err(Problem::method_not_allowed()),
            },
            ["$count"] => self.only_get(|this| this.count(&Resource::Devices)),
            [_] => match self.method() {
                "GET" => self.one(DEVICE, self.find(1, DEVICE)?),
                "DELETE" => self.delete_object(DEVICE),
                "PATCH" => Err(Problem::not_modelled("PATCH /devices/{id}")),
                _ => Err(Problem::method_not_allowed()),
            },
            [_, name, rest @ ..] => match Navigation::from_name(name) {
                Some(navigation) => self.related(DEVICE, navigation, rest),
                None => self.object_action_or_property(DEVICE, name, rest),
            },
        }
    }
}
