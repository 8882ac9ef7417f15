//! Small random tenants and histories over few names, so that collisions are frequent.

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use store::Text;

use super::{Workbench, account, anchor, at, contact, group, list, person, thing};
use crate::ids::CloudKey;
use crate::profile::Profile;
use crate::provisioning::{Answer, Operation};
use crate::sync_object::{SecurityIdentifier, SyncObject, SyncObjectType};
use crate::tenant::administer::{ObjectUpdate, RestoreOptions};
use crate::tenant::{Authentication, DirectoryObject, Domain, FEATURES, Kind, Role};

/// Names as [`at`] reads them: verified, initial, federated and unverified suffixes.
pub(crate) const NAMES: [&str; 8] = [
    "a",
    "B",
    "c",
    "a@INI",
    "b@INI",
    "a@fed.lamplight.example",
    "a@fed2.lamplight.example",
    "b@corp.lamplight.local",
];

pub(crate) const SIDS: [&str; 2] = ["S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-2"];

/// The anchors that occur are those of 1 to this number.
pub(crate) const ANCHORS: u8 = 4;

/// One thing that happens to a tenant. An object is named by a number, counted round the table.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(SyncObject),
    Delete(SyncObjectType, u8),
    Admin(usize, Admin),
    Create(DirectoryObject),
    Feature(usize, bool),
    CorpVerified(bool),
    Heal,
    Days(i64),
}

/// What an administrator does to one object.
#[derive(Debug, Clone)]
pub(crate) enum Admin {
    Delete,
    Purge,
    Restore(RestoreOptions),
    Anchor(Option<u8>),
    Update(ObjectUpdate),
    Licence,
    NoLicence,
    Role,
    CloudManaged(bool),
}

/// How a tenant begins: its era, which features differ from it, and its objects.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    profile: Profile,
    features: Vec<(usize, bool)>,
    objects: Vec<DirectoryObject>,
}

impl Beginning {
    /// The tenant; an object that an administrator could not have made beside the others is not
    /// in it.
    pub(crate) fn workbench(&self) -> Workbench {
        let mut bench = Workbench::new(self.profile);
        for (place, on) in &self.features {
            (FEATURES[*place].set)(&mut bench.tenant.features, *on);
        }
        for object in &self.objects {
            let _ = bench.tenant.create_object(object.clone());
        }
        bench
    }
}

impl Workbench {
    /// Does one thing; gives the answer where it was an export.
    pub(crate) fn step(&mut self, step: &Step) -> Option<Answer> {
        self.pass(SignedDuration::from_mins(1));
        match step {
            Step::Send(object) => return Some(self.send(object)),
            Step::Delete(kind, number) => {
                let operation = Operation::Delete(*kind, anchor(*number));
                return Some(self.provision(&operation));
            }
            Step::Admin(number, change) => {
                let count = self.tenant.objects().len();
                if let Some(place) = number.checked_rem(count) {
                    self.administer(CloudKey(place as u32), change);
                }
            }
            Step::Create(object) => drop(self.tenant.create_object(object.clone())),
            Step::Feature(place, on) => drop(self.tenant.set_feature(&FEATURES[*place], *on)),
            Step::CorpVerified(verified) => {
                let domain = Domain {
                    name: "corp.lamplight.local".into(),
                    initial: false,
                    verified: *verified,
                    authentication: Authentication::Managed,
                };
                self.tenant
                    .change_domain(domain, self.now, &mut self.entropy);
            }
            Step::Heal => drop(self.tenant.heal(self.now, &mut self.entropy)),
            Step::Days(days) => {
                self.pass(SignedDuration::from_hours(24 * days));
                self.tenant.expire_recycle_bin(self.now);
            }
        }
        None
    }

    fn administer(&mut self, key: CloudKey, change: &Admin) {
        let (tenant, now) = (&mut self.tenant, self.now);
        let licence = || Text::from("EXCHANGESTANDARD");
        let before: Vec<DirectoryObject> = tenant.objects().map(|(_, it)| (**it).clone()).collect();
        let result = match change {
            Admin::Delete => tenant.delete_object(key, now),
            Admin::Purge => tenant.purge_object(key, now),
            Admin::Restore(options) => tenant.restore_object(key, options, now),
            Admin::Anchor(number) => tenant.set_immutable_id(key, number.map(anchor)),
            Admin::Update(update) => tenant.update_object(key, update),
            Admin::Licence => tenant.assign_licence(key, licence(), &mut self.entropy),
            Admin::NoLicence => tenant.remove_licence(key, &licence()),
            Admin::Role => tenant.assign_role(key, Role("Global Administrator".into())),
            Admin::CloudManaged(managed) => tenant.set_cloud_managed(key, *managed),
        };
        if result.is_err() {
            assert_eq!(self.everything(), before, "a refusal changes nothing");
        }
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    select(NAMES.as_slice())
}

fn addresses() -> impl Strategy<Value = Vec<String>> {
    let value = (select(["SMTP", "smtp", "smtp", "sip"].as_slice()), name());
    vec(
        value.prop_map(|(protocol, name)| format!("{protocol}:{name}")),
        0..4,
    )
}

fn sid() -> impl Strategy<Value = Option<SecurityIdentifier>> {
    option::weighted(0.3, select(SIDS.as_slice()))
        .prop_map(|text| text.and_then(|text| text.parse().ok()))
}

/// What Active Directory may send.
pub(crate) fn sync_object() -> impl Strategy<Value = SyncObject> {
    let names = (name(), addresses(), option::weighted(0.3, name()));
    let sip = option::weighted(0.2, (select(["sip", "SIP"].as_slice()), name()));
    let rest = (
        sip,
        option::weighted(0.3, select(["a", "n"].as_slice())),
        sid(),
        0..20_u16,
    );
    (0..5_u8, 1..=ANCHORS, names, rest).prop_map(
        |(kind, number, (upn, addresses, mail), (sip, nickname, sid, certificates))| {
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let mut object = match kind {
                0 => group(number, &addresses),
                1 => contact(number, &addresses),
                _ => person(number, upn).with(&addresses),
            };
            object.mail = mail.map(|mail| Text::from(at(mail)));
            object.mail_nickname = nickname.map(Text::from);
            object.sip_address = sip
                .map(|(protocol, name)| Box::new(Text::from(format!("{protocol}:{}", at(name)))));
            object.security_identifier = sid;
            object.user_certificates = if certificates == 0 { 16 } else { 0 };
            object
        },
    )
}

/// What a tenant may hold that no engine sent to it.
pub(crate) fn cloud_object() -> impl Strategy<Value = DirectoryObject> {
    let facts = (
        option::weighted(0.4, 1..=ANCHORS),
        option::weighted(0.5, any::<bool>()),
        option::weighted(0.2, Just([2_u8; 16])),
        sid(),
    );
    (1..20_u8, 0..8_u8, name(), addresses(), facts, any::<bool>()).prop_map(
        |(number, kind, upn, addresses, (anchored, synced, identifier, sid), licensed)| {
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let mut object = match kind {
                0 => list(number, &addresses),
                1 => thing(number, Kind::Contact).with(&addresses),
                2 => thing(number, Kind::Microsoft365Group).with(&addresses),
                3 => account(number, upn).of_kind(Kind::Guest).with(&addresses),
                _ => account(number, upn).with(&addresses),
            };
            let is_user = object.kind.is_user();
            object.on_premises.security_identifier = sid;
            if is_user {
                object.on_premises.immutable_id = anchored.map(anchor);
                object.on_premises.sync_enabled = synced.filter(|_| anchored.is_some());
                object.on_premises.object_identifier = identifier;
            }
            if is_user && licensed {
                object.licences = [Text::from("EXCHANGESTANDARD")].into();
            }
            object
        },
    )
}

pub(crate) fn beginning() -> impl Strategy<Value = Beginning> {
    let profile = select(Profile::ALL.as_slice());
    let places: Vec<usize> = (0..FEATURES.len()).collect();
    let features = (subsequence(places, 0..3), any::<bool>());
    let features = features.prop_map(|(places, on)| {
        let all = places.into_iter().map(|place| (place, on));
        all.collect::<Vec<_>>()
    });
    (profile, features, vec(cloud_object(), 0..7)).prop_map(|(profile, features, objects)| {
        Beginning {
            profile,
            features,
            objects,
        }
    })
}

fn update() -> impl Strategy<Value = ObjectUpdate> {
    let addresses = option::weighted(0.5, addresses());
    (option::of(name()), addresses, option::weighted(0.2, name())).prop_map(
        |(upn, addresses, mail)| {
            let addresses = addresses.map(|all| {
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                account(1, "a").with(&all).proxy_addresses.to_vec()
            });
            ObjectUpdate {
                user_principal_name: upn.map(|upn| Text::from(at(upn))),
                proxy_addresses: addresses,
                mail: mail.map(|mail| Text::from(at(mail))),
                ..ObjectUpdate::default()
            }
        },
    )
}

fn admin() -> impl Strategy<Value = Admin> {
    let restore = (option::weighted(0.3, name()), any::<bool>()).prop_map(|(upn, reconcile)| {
        Admin::Restore(RestoreOptions {
            new_user_principal_name: upn.map(|upn| Text::from(at(upn))),
            auto_reconcile_proxy_conflicts: reconcile,
        })
    });
    prop_oneof![
        3 => Just(Admin::Delete),
        1 => Just(Admin::Purge),
        3 => restore,
        3 => option::of(1..=ANCHORS).prop_map(Admin::Anchor),
        3 => update().prop_map(Admin::Update),
        2 => Just(Admin::Licence),
        2 => Just(Admin::NoLicence),
        1 => Just(Admin::Role),
        2 => any::<bool>().prop_map(Admin::CloudManaged),
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    use SyncObjectType::{Contact, Group, User};
    let kind = select([User, User, Group, Contact].as_slice());
    prop_oneof![
        10 => sync_object().prop_map(Step::Send),
        3 => (kind, 1..=ANCHORS).prop_map(|(kind, number)| Step::Delete(kind, number)),
        8 => (any::<usize>(), admin()).prop_map(|(number, change)| Step::Admin(number, change)),
        2 => cloud_object().prop_map(Step::Create),
        1 => (0..FEATURES.len(), any::<bool>()).prop_map(|(place, on)| Step::Feature(place, on)),
        1 => any::<bool>().prop_map(Step::CorpVerified),
        3 => Just(Step::Heal),
        1 => (1..40_i64).prop_map(Step::Days),
    ]
}

/// A beginning and what happens then.
pub(crate) fn history() -> impl Strategy<Value = (Beginning, Vec<Step>)> {
    (beginning(), vec(step(), 1..16))
}
