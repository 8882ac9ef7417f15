//! The same small models in stateright: both have to find as many states.
//!
//! Here a state is compared as text, made of everything that counts, so that the fingerprints are
//! held against something that shares nothing with them.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use mock_ad::directory::{Object, Usn};
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, DirectoryObject, Profile};
use stateright::Checker;

use super::closed::{Loop, Turn};
use super::search::{Model, Search};
use super::stage::{Stage, Subject};
use crate::mess::{Anchor, Mess, Of, Synced, Thing};
use crate::run::{known, load};
use crate::world::World;

/// A model whose states can be told apart as text.
trait Told: Model {
    fn text(&self, state: &Self::State) -> String;
}

/// A state with its text, by which it is compared.
struct Seen<S> {
    state: S,
    text: Arc<str>,
}

impl<S: Clone> Clone for Seen<S> {
    fn clone(&self) -> Self {
        Self {
            state: self.state.clone(),
            text: Arc::clone(&self.text),
        }
    }
}

impl<S> Debug for Seen<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<S> PartialEq for Seen<S> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<S> Eq for Seen<S> {}

impl<S> Hash for Seen<S> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.text.hash(hasher);
    }
}

/// A model and its start, as stateright takes them.
struct Peer<M: Model> {
    model: M,
    start: M::State,
}

impl<M: Told> Peer<M> {
    fn seen(&self, state: M::State) -> Seen<M::State> {
        let text = self.model.text(&state).into();
        Seen { state, text }
    }
}

impl<M: Told> stateright::Model for Peer<M>
where
    M::Move: Debug + PartialEq,
{
    type State = Seen<M::State>;
    type Action = M::Move;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.seen(self.start.clone())]
    }

    fn actions(&self, seen: &Self::State, actions: &mut Vec<M::Move>) {
        let mut state = seen.state.clone();
        let ended = self.model.ended(&state);
        let stuck = ended && self.model.missing(&mut state).is_some() && {
            let mut next = seen.state.clone();
            self.model.go(&mut next, self.model.cycle());
            *seen.text == self.model.text(&next)
        };
        actions.extend(self.model.moves(&state, stuck));
    }

    fn next_state(&self, seen: &Self::State, go: M::Move) -> Option<Self::State> {
        let mut next = seen.state.clone();
        self.model.go(&mut next, go);
        Some(self.seen(next))
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        let holds = |peer: &Self, seen: &Self::State| peer.model.violation(&seen.state).is_none();
        vec![stateright::Property::always("what must hold", holds)]
    }
}

/// Everything that a world's future depends on.
fn world_text(world: &World, text: &mut String) -> BTreeMap<CloudKey, usize> {
    let _ = write!(text, "{:?}", world.now());
    let tenant = world.tenant();
    let mut places = BTreeMap::new();
    for (key, object) in tenant.objects() {
        if !matches!(object.state, State::Purged { .. }) {
            places.insert(key, places.len());
            let _ = writeln!(text, "{}", cloud_text(object));
        }
    }
    let place = |key: CloudKey| places.get(&key).copied();
    for (key, role) in tenant.roles.iter() {
        let _ = writeln!(text, "{:?} {role:?}", place(key));
    }
    let _ = writeln!(text, "{:?}", tenant.features);
    let _ = writeln!(text, "{:?}", tenant.organization);
    let engine = world.engine();
    for key in tenant.changes_since(engine.entra().watermark()) {
        let _ = writeln!(text, "{:?}", place(key));
    }
    let _ = writeln!(text, "{:?}", engine.config());
    for (forest, directory) in world.forests().iter().enumerate() {
        let connector = engine.forest(forest).expect("a connector");
        for (id, object) in directory.objects() {
            let _ = writeln!(text, "{}", ad_text(object));
            if let Some(entry) = connector.entry(id) {
                let image = entry.image.as_deref().map(ad_text);
                let mv = entry.metaverse.map(|id| at(engine.metaverse().iter(), &id));
                let flags = (entry.error.is_some(), entry.write_back, entry.lends);
                let _ = writeln!(text, "{image:?} {mv:?} {:?} {flags:?}", entry.pending);
            }
        }
        let changed: Vec<_> = directory.changes_since(connector.watermark()).collect();
        let _ = writeln!(text, "{changed:?}");
        for (id, object) in connector.containers() {
            let _ = writeln!(text, "{id:?} {}", ad_text(object));
        }
    }
    for (_, object) in engine.metaverse().iter() {
        let mut object = object.clone();
        let entry = object.connector.take();
        let entry = entry.map(|id| at(engine.entra().iter(), &id));
        let kept = object.filtered.take().is_some();
        let _ = writeln!(text, "{object:?} {entry:?} {kept}");
    }
    for (_, entry) in engine.entra().iter() {
        let mut entry = entry.clone();
        let cloud = entry.cloud.take().map(place);
        let mv = entry.metaverse.take();
        let mv = mv.map(|id| at(engine.metaverse().iter(), &id));
        let failure = entry.failure.take().map(|failure| failure.error.code);
        let _ = writeln!(text, "{entry:?} {cloud:?} {mv:?} {failure:?}");
    }
    places
}

/// The place of an id among all.
fn at<I: PartialEq, T>(mut all: impl Iterator<Item = (I, T)>, id: &I) -> Option<usize> {
    all.position(|(other, _)| other == *id)
}

fn ad_text(object: &Object) -> String {
    let mut object = object.clone();
    (object.usn_created, object.usn_changed) = (Usn(0), Usn(0));
    object.when_changed = object.when_created;
    format!("{object:?}")
}

fn cloud_text(object: &DirectoryObject) -> String {
    let mut facts = object.on_premises.clone();
    facts.last_sync = None;
    facts.created_in_run = None;
    let names = (
        &object.kind,
        &object.state,
        &object.user_principal_name,
        &object.display_name,
        &object.mail,
        &object.mail_nickname,
        &object.proxy_addresses,
        &object.properties,
    );
    let holds = (
        object.account_enabled,
        &object.usage_location,
        &object.licences,
        object.mailbox.is_some(),
        object.was_recipient,
        &object.members,
        object.extras().manager,
    );
    format!("{names:?} {holds:?} {facts:?}")
}

impl Told for Loop {
    fn text(&self, turn: &Turn) -> String {
        let mut text = String::new();
        let places = world_text(&turn.world, &mut text);
        let place = |key: CloudKey| places.get(&key).map_or(u64::MAX, |place| *place as u64);
        let mut words = Vec::new();
        turn.known_into(&place, &mut |word| words.push(word));
        let _ = write!(text, "{words:?} {}", turn.spent());
        text
    }
}

impl Told for Subject {
    fn text(&self, stage: &Stage) -> String {
        let mut text = String::new();
        let places = world_text(stage.runner.world(), &mut text);
        let place = |key: CloudKey| places.get(&key).map_or(u64::MAX, |place| *place as u64);
        let mut words = Vec::new();
        stage.known_into(&place, &mut |word| words.push(word));
        let _ = write!(text, "{words:?} {} {}", stage.at, stage.spent);
        text
    }
}

/// How many states both find.
fn counted<M>(model: M, start: M::State) -> (usize, usize)
where
    M: Told + Send + Sync + 'static,
    M::State: Send + Sync + 'static,
    M::Move: Debug + PartialEq + Send + Sync,
{
    let mut search = Search::new(&model, u32::MAX, 100_000);
    assert_eq!(search.run(start.clone()), None);
    assert!(!search.cut);
    let ours = search.graph.distinct();
    let peer = Peer { model, start };
    let checker = stateright::Model::checker(peer).spawn_bfs().join();
    assert!(checker.discoveries().is_empty());
    (ours, checker.unique_state_count())
}

#[test]
fn stateright_finds_as_many_states_of_a_procedure_with_faults() {
    let text = include_str!("../../../scenarios/founding/invalid-soft-match.yaml");
    for faults in 0..=2 {
        let text = format!(
            "{text}explore: {{ interleave: scheduler, faults: {{ at-most: {faults} }} }}\n"
        );
        let scenario = load("test.yaml", &text, &known()).expect("a scenario");
        let profile = Profile::from(scenario.profiles()[0]);
        let (subject, start) =
            Subject::start("test.yaml", &scenario, profile, None).expect("a world");
        let (ours, theirs) = counted(subject, start);
        assert_eq!(ours, theirs, "{faults} faults");
        assert!(ours > 5, "{ours}");
    }
}

#[test]
fn stateright_finds_as_many_states_of_a_repair() {
    let own = Thing::plain(Some(0));
    let stale = Thing {
        upn: Of::Person(1),
        anchor: Anchor::Person(0),
        synced: Synced::Formerly,
        ..Thing::plain(Some(1))
    };
    let mess = Mess {
        people: vec![true, true],
        things: vec![own, stale],
    };
    for profile in Profile::ALL {
        let scenario = mess.scenario(profile, 0);
        let (.., start) = Loop::settled("mess.yaml", &scenario, profile).expect("a world");
        let (ours, theirs) = counted(Loop::new(&scenario, Some(0)), start);
        assert_eq!(ours, theirs, "{profile}");
        assert!(ours > 20, "{ours}");
    }
}
