//! From what was drawn to what can be: no tenant holds one name, SID or anchor twice.

use std::collections::BTreeSet;

use mock_cloud::CloudId;

use super::{FOREST, INITIAL, VERIFIED};
use crate::oracle::model::{AdPerson, CloudThing, GroupKind, Kind, Tenant, anchor};

/// A cloud object as it was drawn; people are meant by their place.
#[derive(Debug, Clone)]
pub(super) struct RawThing {
    pub number: u8,
    pub kind: Kind,
    pub group: Option<GroupKind>,
    pub anchor_of: Option<usize>,
    pub sync_enabled: Option<bool>,
    pub sid_of: Option<usize>,
    /// onPremisesObjectIdentifier: that of the anchor's person, or of nobody here.
    pub mapped_to_own: Option<bool>,
    /// Whether a synced object looks as its person makes it look.
    pub mirrors: bool,
    pub deleted: bool,
    pub admin: bool,
    pub eligible_admin: bool,
    pub guest: bool,
    pub cloud_managed: bool,
    pub licensed: bool,
    pub upn: String,
    pub mail: Option<String>,
    pub on_prem_upn: Option<String>,
    pub nickname: Option<String>,
    pub proxies: Vec<String>,
}

/// The SID of a person, by place.
pub(super) fn sid(number: u8) -> String {
    format!("S-1-5-21-7-7-7-{}", 1200 + u32::from(number))
}

/// People and things that can stand side by side.
pub(super) fn settle(
    mut people: Vec<AdPerson>,
    raw: Vec<RawThing>,
    tenant: &Tenant,
    consistency_guids: bool,
) -> (Vec<AdPerson>, Vec<CloudThing>) {
    let mut accounts = BTreeSet::new();
    for (number, person) in people.iter_mut().enumerate() {
        if !consistency_guids {
            person.consistency_guid = None;
        }
        if person
            .sam
            .as_ref()
            .is_some_and(|sam| !accounts.insert(sam.clone()))
        {
            person.sam = Some(format!("p{number}"));
        }
    }
    let mut taken = Taken::default();
    // What is tied to its person has its SID for certain, so it comes first.
    let is_tied = |raw: &RawThing| {
        let person = raw.anchor_of.and_then(|of| people.get(of));
        let never = raw.group == Some(GroupKind::Microsoft365);
        let linked = !never && (raw.sync_enabled.is_some() || raw.kind != Kind::User);
        linked && person.is_some_and(|person| person.kind == raw.kind)
    };
    let (tied, others): (Vec<_>, Vec<_>) = raw.into_iter().partition(is_tied);
    let mut things: Vec<CloudThing> = Vec::new();
    for raw in tied.into_iter().chain(others) {
        things.push(taken.thing(&raw, &people, tenant));
    }
    own_sids(&people, &mut things);
    things.sort_by(|a, b| a.id.cmp(&b.id));
    (people, things)
}

/// A synced object has the SID of its person, whoever had it before.
fn own_sids(people: &[AdPerson], things: &mut [CloudThing]) {
    for person in people.iter().filter(|person| person.sid.is_some()) {
        let own = anchor(person);
        let is_own = |t: &CloudThing| {
            t.kind == person.kind
                && t.sync_enabled == Some(true)
                && !t.deleted
                && t.immutable_id.as_ref() == Some(&own)
        };
        if things.iter().any(is_own) {
            for thing in things.iter_mut().filter(|thing| !thing.deleted) {
                if is_own(thing) {
                    thing.sid.clone_from(&person.sid);
                } else if thing.sid == person.sid {
                    thing.sid = None;
                }
            }
        }
    }
}

/// What the live objects so far hold.
#[derive(Default)]
struct Taken {
    names: BTreeSet<String>,
    sids: BTreeSet<String>,
    anchors: BTreeSet<(bool, String)>,
}

impl Taken {
    fn thing(&mut self, raw: &RawThing, people: &[AdPerson], tenant: &Tenant) -> CloudThing {
        let user = raw.kind == Kind::User;
        let deleted = raw.deleted && user;
        let person = raw
            .anchor_of
            .and_then(|of| people.get(of))
            .filter(|person| person.kind == raw.kind);
        let immutable_id = self.anchor(raw, person, deleted);
        let person = person.filter(|_| immutable_id.is_some());
        let guest = raw.guest && user && immutable_id.is_none();
        let cloud_managed = raw.cloud_managed && user && !deleted && immutable_id.is_some();
        // Groups and contacts have an anchor from a synchronisation only (1.13).
        let sync_enabled = match (user, &immutable_id) {
            (_, None) => None,
            (true, Some(_)) => raw.sync_enabled.filter(|_| !cloud_managed),
            (false, Some(_)) => Some(true),
        };
        let tied = person.filter(|_| sync_enabled.is_some() || cloud_managed);
        let sid = self.sid(raw, tied, people, deleted);
        let mut thing = CloudThing {
            id: CloudId::from_bytes([raw.number + 100; 16]).to_string(),
            kind: raw.kind,
            group: raw.group,
            upn: user.then(|| raw.upn.clone()),
            on_prem_upn: raw
                .on_prem_upn
                .clone()
                .filter(|_| user && sync_enabled.is_some()),
            proxies: raw.proxies.clone(),
            mail: raw.mail.clone(),
            mail_nickname: Some(raw.nickname.clone().unwrap_or(format!("t{}", raw.number))),
            display_name: Some(format!("t{}", raw.number)),
            given_name: None,
            surname: None,
            job_title: None,
            department: None,
            sid,
            immutable_id,
            on_prem_object_id: raw.mapped_to_own.filter(|_| user).and_then(|own| {
                if own {
                    Some(person?.guid)
                } else {
                    Some([99; 16])
                }
            }),
            sync_enabled,
            deleted,
            admin: raw.admin && user,
            eligible_admin: raw.eligible_admin && user,
            licensed: raw.licensed && user && !guest,
            guest,
            cloud_managed,
        };
        if let Some(person) = tied.filter(|_| raw.mirrors) {
            mirror(&mut thing, person, tenant);
        }
        if deleted {
            // Graph shows the id in front of the name of a deleted user (5.18).
            thing.upn = thing
                .upn
                .map(|upn| format!("{}{upn}", thing.id.replace('-', "")));
            thing.mail = primary(&thing.proxies);
        } else {
            self.names(&mut thing, raw.number);
        }
        thing
    }

    fn anchor(
        &mut self,
        raw: &RawThing,
        person: Option<&AdPerson>,
        deleted: bool,
    ) -> Option<String> {
        let never = matches!(raw.group, Some(GroupKind::Microsoft365));
        let of = raw.anchor_of.filter(|_| !never)?;
        let wanted = person.map_or_else(|| format!("foreign{of}"), anchor);
        self.anchors
            .insert((deleted, wanted.clone()))
            .then_some(wanted)
    }

    fn sid(
        &mut self,
        raw: &RawThing,
        tied: Option<&AdPerson>,
        people: &[AdPerson],
        deleted: bool,
    ) -> Option<String> {
        let other = raw.sid_of.filter(|_| raw.sync_enabled.is_some());
        let other = other.map(|of| {
            let known = people.get(of).and_then(|person| person.sid.clone());
            known.unwrap_or_else(|| "S-1-5-21-8-8-8-1200".to_owned())
        });
        let wanted = match tied {
            Some(person) => person.sid.clone(),
            None => other,
        };
        let wanted = wanted.filter(|_| raw.kind != Kind::Contact)?;
        (deleted || self.sids.insert(wanted.clone())).then_some(wanted)
    }

    /// Takes what is free of the names that were drawn.
    fn names(&mut self, thing: &mut CloudThing, number: u8) {
        let mut own = BTreeSet::new();
        let free = |name: &str| !self.names.contains(&name.to_lowercase());
        let spare = |domain: &str| format!("t{number}@{domain}");
        if thing.group == Some(GroupKind::Security) {
            thing.proxies.clear();
            thing.mail = None;
        }
        if let Some(upn) = &mut thing.upn {
            if !free(upn) {
                *upn = spare(INITIAL);
            }
            own.insert(upn.to_lowercase());
        }
        thing
            .proxies
            .retain(|value| free(bare(value)) || value.starts_with("sip:"));
        thing
            .proxies
            .retain(|value| !value.starts_with("sip:") || free(value));
        let bare_of_addresses = primary(&thing.proxies).is_none();
        match thing.kind {
            // A recipient always has a primary address.
            Kind::User if thing.licensed && bare_of_addresses => {
                thing.proxies.insert(0, format!("SMTP:{}", spare(INITIAL)));
            }
            Kind::Group if thing.group == Some(GroupKind::Security) => {}
            // What Active Directory gave no address to is no mail-enabled group.
            Kind::Group if thing.proxies.is_empty() && thing.sync_enabled == Some(true) => {
                thing.group = Some(GroupKind::Security);
            }
            Kind::Group | Kind::Contact if bare_of_addresses => {
                thing.proxies.insert(0, format!("SMTP:{}", spare(VERIFIED)));
            }
            _ => {}
        }
        let without = thing.proxies.is_empty() && thing.kind == Kind::User;
        thing.mail = primary(&thing.proxies)
            .or_else(|| thing.mail.take().filter(|mail| without && free(mail)));
        for value in &thing.proxies {
            let sip = value.starts_with("sip:");
            own.insert(if sip { value } else { bare(value) }.to_lowercase());
        }
        own.extend(thing.mail.iter().map(|mail| mail.to_lowercase()));
        self.names.extend(own);
    }
}

fn bare(value: &str) -> &str {
    value.split_once(':').map_or(value, |(_, address)| address)
}

fn primary(proxies: &[String]) -> Option<String> {
    proxies
        .iter()
        .find_map(|value| value.strip_prefix("SMTP:"))
        .map(str::to_owned)
}

/// Makes an object look as its person does, roughly: where it differs, there is an update.
fn mirror(thing: &mut CloudThing, person: &AdPerson, tenant: &Tenant) {
    let before_at = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let at = |name: &str, domain: &str| name.rsplit('@').next() == Some(domain);
    let stated = person
        .upn
        .clone()
        .unwrap_or_else(|| format!("{}@{FOREST}", person.sam.as_deref().unwrap_or_default()));
    let mut proxies: Vec<String> = person
        .proxies
        .iter()
        .filter(|value| !at(value, INITIAL))
        .cloned()
        .collect();
    let mail = person
        .mail
        .clone()
        .filter(|mail| person.proxies.is_empty() && !at(mail, INITIAL));
    proxies.extend(mail.map(|mail| format!("SMTP:{mail}")));
    let nickname = person.mail_nickname.clone().unwrap_or_else(|| {
        let name = primary(&proxies).or_else(|| person.mail.clone());
        before_at(&name.unwrap_or_else(|| stated.clone()))
    });
    if thing.kind == Kind::User {
        let verified = tenant.verified.iter().any(|domain| at(&stated, domain));
        let made = || format!("{nickname}@{INITIAL}");
        let upn = if verified { stated.clone() } else { made() };
        if thing.licensed {
            let has = |proxies: &[String], name: &str| {
                proxies
                    .iter()
                    .any(|value| bare(value).eq_ignore_ascii_case(name))
            };
            for extra in [upn.clone(), made()] {
                if !has(&proxies, &extra) {
                    let lead = if primary(&proxies).is_none() {
                        "SMTP"
                    } else {
                        "smtp"
                    };
                    proxies.push(format!("{lead}:{extra}"));
                }
            }
        }
        thing.upn = Some(upn);
        thing.on_prem_upn = Some(stated);
    }
    thing.proxies = proxies;
    thing.mail = None;
    thing.mail_nickname = Some(nickname);
    thing.display_name = person.display_name.clone().or_else(|| person.cn.clone());
    thing.job_title.clone_from(&person.title);
}
