//! What one request looks at.

use host::Lab;
use mock_ad::directory::{ObjectGuid, ObjectId};
use mock_cloud::{CloudId, CloudKey};
use sim::engine::{MvId, Source};
use sim::world::World;

use crate::at::At;
use crate::practice::{Offer, Practice};
use crate::query::{Query, url};

/// A moment of a lab, and what is asked about it.
pub(crate) struct Scene<'a> {
    /// The lab.
    pub(crate) lab: &'a Lab,
    /// The world at that moment.
    pub(crate) world: World,
    /// The moment as it is addressed.
    pub(crate) at: At,
    /// The fields of the address.
    pub(crate) query: Query,
    /// The path of the address.
    pub(crate) path: String,
    /// What forms have to carry.
    pub(crate) key: &'a str,
    /// Whether nothing may be changed.
    pub(crate) read_only: bool,
    /// What is said about the world on every page.
    pub(crate) about: Option<&'a str>,
    /// The lab that a learner works on here.
    pub(crate) practice: Option<&'a dyn Practice>,
    /// Labs to start.
    pub(crate) offers: &'a [Offer],
}

/// Something that has a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// An object of a forest.
    Ad(Source),
    /// An object of the metaverse.
    Metaverse(MvId),
    /// An object of the tenant.
    Cloud(CloudKey),
}

impl Scene<'_> {
    /// An address at the same moment.
    pub(crate) fn link(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let at = self.at.to_string();
        let all = fields.iter().copied().chain([("at", at.as_str())]);
        url(path, &all.collect::<Vec<_>>())
    }

    /// The moment with `Now` made a number, under which what was found out is kept.
    pub(crate) fn moment(&self) -> At {
        match self.at {
            At::Now => At::Entry(self.lab.journal().len()),
            other => other,
        }
    }

    /// Whether something can be done here: now, and not read-only.
    pub(crate) fn can_act(&self) -> bool {
        !self.read_only && self.at == At::Now
    }

    /// Whether rules and reasons are told: not to somebody who works on an incident.
    pub(crate) fn tells_reasons(&self) -> bool {
        !self.practice.is_some_and(|it| it.terms().incident)
    }

    /// Whether what the engine would do, and how to repair it, is told: not to a learner who is
    /// asked for just that.
    pub(crate) fn tells_answers(&self) -> bool {
        self.practice.is_none_or(|practice| {
            let session = practice.session();
            session.was_shown() || session.report().passed()
        })
    }

    /// The address of this very page, to come back to.
    pub(crate) fn here(&self) -> String {
        self.query.with(&self.path, "done", "")
    }

    /// The address of a thing.
    pub(crate) fn thing(&self, thing: Thing) -> String {
        self.link(&self.thing_path(thing), &[])
    }

    fn thing_path(&self, thing: Thing) -> String {
        match thing {
            Thing::Ad(source) => {
                let forest = self.world.forests().get(source.forest);
                let object = forest.and_then(|forest| forest.object(source.object));
                let guid = object.map_or_else(String::new, |object| object.guid.to_string());
                format!("/object/ad{}-{guid}", source.forest)
            }
            Thing::Metaverse(id) => format!("/object/mv-{}", id.0),
            Thing::Cloud(key) => {
                let object = self.world.tenant().object(key);
                let id = object.map_or_else(String::new, |object| object.id.to_string());
                format!("/object/cloud-{id}")
            }
        }
    }

    /// The thing that the end of an address names.
    pub(crate) fn find(&self, name: &str) -> Option<Thing> {
        let (place, id) = name.split_once('-')?;
        match place {
            "mv" => Some(Thing::Metaverse(MvId(id.parse().ok()?))),
            "cloud" => {
                let id: CloudId = id.parse().ok()?;
                self.world.tenant().find_by_id(id).map(Thing::Cloud)
            }
            _ => {
                let forest: usize = place.strip_prefix("ad")?.parse().ok()?;
                let guid: ObjectGuid = id.parse().ok()?;
                let object = self.world.forests().get(forest)?.find_by_guid(&guid)?;
                Some(Thing::Ad(Source { forest, object }))
            }
        }
    }

    /// What an object of a forest is called: its display name, or its name.
    pub(crate) fn ad_label(&self, source: Source) -> String {
        use mock_ad::directory::AttributeId;
        let forest = self.world.forests().get(source.forest);
        let object = forest.and_then(|forest| forest.object(source.object));
        object.map_or_else(String::new, |object| {
            let shown = object.text(AttributeId::DISPLAY_NAME);
            shown.unwrap_or(object.name()).to_string()
        })
    }

    /// What an account is called.
    pub(crate) fn cloud_label(&self, key: CloudKey) -> String {
        let object = self.world.tenant().object(key);
        object.map_or_else(String::new, |object| object.label().to_string())
    }

    /// The distinguished name of an object of a forest.
    pub(crate) fn dn(&self, forest: usize, object: ObjectId) -> String {
        let forest = self.world.forests().get(forest);
        forest.map_or_else(String::new, |forest| forest.dn_text(object).to_string())
    }
}
