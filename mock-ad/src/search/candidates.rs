//! Which objects a search has to look at.

use super::base::Base;
use super::compile::Node;
use super::evaluate::Truth;
use super::{Scope, SearchRequest, compile::Matcher, controls::Controls};
use crate::directory::{
    AttributeId, ClassCategory, ClassId, Directory, LinkSight, ObjectGuid, ObjectId, Usn,
};

/// Up to so many objects of one value are listed beforehand.
const FEW: usize = 256;

/// More objects than this below a base are not listed beforehand.
const SUBTREE_MAX: usize = 4096;

/// Objects among which all that pass a filter are, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Candidates {
    All,
    /// Sorted.
    Ids(Vec<ObjectId>),
    /// Of these classes, which are sorted.
    Classes(Vec<ClassId>),
    ChildrenOf(ObjectId),
    /// More than a few, under a key of the index of values.
    OfKey(u64),
}

impl Candidates {
    /// The candidates of a filter within a scope.
    pub(super) fn choose(base: Base<'_>, scope: Scope, node: &Node) -> Self {
        if scope == Scope::Base {
            return Self::Ids(vec![base.id]);
        }
        let directory = base.directory;
        let chosen = Self::of(directory, node);
        if matches!(chosen, Self::Ids(_)) {
            return chosen;
        }
        let few = chosen.count(directory) <= SUBTREE_MAX / 4;
        match scope {
            Scope::OneLevel if !few => Self::ChildrenOf(base.id),
            Scope::Subtree if !few && base.id != directory.domain() => {
                subtree(directory, base.id).map_or(chosen, Self::Ids)
            }
            _ => chosen,
        }
    }

    fn of(directory: &Directory, node: &Node) -> Self {
        match node {
            Node::Constant(Truth::False | Truth::Undefined) => Self::Ids(Vec::new()),
            Node::OneOf(ids) => Self::Ids(ids.iter().copied().map(ObjectId).collect()),
            Node::Class(classes) | Node::Category(classes) => {
                // Objects may have auxiliary classes of their own, which no index knows.
                let is_auxiliary = |class: &ClassId| {
                    let definition = directory.schema().class_definition(*class);
                    definition.category == ClassCategory::Auxiliary
                };
                let indexed = directory.class_count(ClassId::TOP).is_some();
                if !indexed || classes.iter().any(is_auxiliary) {
                    return Self::All;
                }
                Self::Classes(classes.clone())
            }
            Node::LinksTo { attribute, target } => {
                Self::Ids(directory.links_of(*target, *attribute, true, LinkSight::All))
            }
            Node::LinkedFrom { attribute, source } => {
                Self::Ids(directory.links_of(*source, *attribute, false, LinkSight::All))
            }
            Node::Value(attribute, matcher) => Self::of_value(directory, *attribute, matcher),
            Node::And(parts) => {
                let parts = parts.iter().map(|part| Self::of(directory, part));
                parts
                    .min_by_key(|part| part.count(directory))
                    .unwrap_or(Self::All)
            }
            Node::Or(parts) => Self::union(parts.iter().map(|part| Self::of(directory, part))),
            Node::Constant(Truth::True) | Node::Not(_) | Node::Linked { .. } | Node::Present(_) => {
                Self::All
            }
        }
    }

    fn of_value(directory: &Directory, attribute: AttributeId, matcher: &Matcher) -> Self {
        if let Some(least) = matcher.at_least(attribute) {
            let seen = u64::try_from(least.saturating_sub(1)).unwrap_or_default();
            let newer = directory.highest_committed_usn().0.saturating_sub(seen);
            if newer > directory.places() as u64 / 4 {
                return Self::All;
            }
            let mut changed: Vec<ObjectId> = directory.changes_since(Usn(seen)).collect();
            changed.sort_unstable();
            return Self::Ids(changed);
        }
        let Some(value) = matcher.sought() else {
            return Self::All;
        };
        if attribute == AttributeId::OBJECT_GUID {
            let bytes = value.as_bytes().and_then(|bytes| bytes.try_into().ok());
            let guid = bytes.map(ObjectGuid::from_bytes);
            let found = guid.and_then(|guid| directory.find_by_guid(&guid));
            return Self::Ids(found.into_iter().collect());
        }
        let Some(key) = directory.value_key(attribute, &value) else {
            return Self::All;
        };
        let few = directory.of_key_from(key, ObjectId(0)).take(FEW + 1);
        let few: Vec<ObjectId> = few.collect();
        if few.len() > FEW {
            return Self::OfKey(key);
        }
        Self::Ids(few)
    }

    fn union(parts: impl Iterator<Item = Self>) -> Self {
        let mut ids: Vec<ObjectId> = Vec::new();
        let mut classes: Vec<ClassId> = Vec::new();
        for part in parts {
            match part {
                Self::Ids(more) => ids.extend(more),
                Self::Classes(more) => classes.extend(more),
                Self::All | Self::ChildrenOf(_) | Self::OfKey(_) => return Self::All,
            }
        }
        if classes.is_empty() {
            ids.sort_unstable();
            ids.dedup();
            return Self::Ids(ids);
        }
        if !ids.is_empty() {
            return Self::All;
        }
        classes.sort_unstable();
        classes.dedup();
        Self::Classes(classes)
    }

    /// About how many candidates there are.
    fn count(&self, directory: &Directory) -> usize {
        match self {
            Self::Ids(ids) => ids.len(),
            Self::Classes(classes) => {
                let counts = classes.iter().map(|class| directory.class_count(*class));
                counts.map(Option::unwrap_or_default).sum()
            }
            Self::OfKey(_) => directory.places() / 2,
            Self::All | Self::ChildrenOf(_) => directory.places(),
        }
    }

    /// The candidates from a place on, in the order of their places.
    pub(super) fn from<'a>(
        &'a self,
        directory: &'a Directory,
        from: ObjectId,
    ) -> Box<dyn Iterator<Item = ObjectId> + 'a> {
        match self {
            Self::All => Box::new((from.0..directory.places() as u32).map(ObjectId)),
            Self::Ids(ids) => {
                let at = ids.partition_point(|id| *id < from);
                Box::new(ids[at..].iter().copied())
            }
            Self::OfKey(key) => Box::new(directory.of_key_from(*key, from)),
            Self::ChildrenOf(parent) => Box::new(directory.children_from(*parent, from)),
            Self::Classes(classes) => {
                let used = classes
                    .iter()
                    .filter(|class| directory.class_count(**class) != Some(0));
                let used: Vec<ClassId> = used.copied().collect();
                if let [class] = used[..] {
                    return Box::new(directory.of_class_from(class, from));
                }
                let streams = used
                    .into_iter()
                    .map(|class| directory.of_class_from(class, from).peekable());
                Box::new(Merged {
                    streams: streams.collect(),
                })
            }
        }
    }
}

/// Several ascending streams as one.
struct Merged<I: Iterator<Item = ObjectId>> {
    streams: Vec<std::iter::Peekable<I>>,
}

impl<I: Iterator<Item = ObjectId>> Iterator for Merged<I> {
    type Item = ObjectId;

    fn next(&mut self) -> Option<ObjectId> {
        let heads = self.streams.iter_mut().enumerate();
        let (_, at) = heads
            .filter_map(|(at, stream)| Some((*stream.peek()?, at)))
            .min()?;
        self.streams.get_mut(at)?.next()
    }
}

/// An object and all below it, sorted, unless they are too many.
fn subtree(directory: &Directory, base: ObjectId) -> Option<Vec<ObjectId>> {
    let mut found = vec![base];
    let mut next = 0;
    while let Some(at) = found.get(next).copied() {
        found.extend(directory.children(at).take(SUBTREE_MAX));
        if found.len() > SUBTREE_MAX {
            return None;
        }
        next += 1;
    }
    found.sort_unstable();
    Some(found)
}

/// What two searches must share for one to go on where the other ended.
pub(super) fn fingerprint(request: &SearchRequest, controls: &Controls) -> u64 {
    let mut hash = store::fold_hash(&request.base);
    hash = store::mix(hash, request.scope as u64);
    hash = store::mix(
        hash,
        store::hash_bytes(request.filter.to_string().as_bytes()),
    );
    hash = store::mix(
        hash,
        u64::from(controls.deleted) + 2 * u64::from(controls.recycled),
    );
    if let Some(sort) = &controls.sort {
        hash = store::mix(hash, store::fold_hash(&sort.name));
        hash = store::mix(
            hash,
            1 + u64::from(sort.critical) + 2 * u64::from(sort.reverse),
        );
    }
    request
        .attributes
        .iter()
        .fold(hash, |hash, name| store::mix(hash, store::fold_hash(name)))
}
