//! The metaverse: one object for each person, group or contact.

use std::sync::Arc;

use imbl::Vector;
use mock_ad::directory::ObjectId;
use mock_cloud::{Reason, SourceAnchor, SyncObject};
use store::Index;
use thin_vec::ThinVec;

use super::entra_connector::CsId;

/// The key of a metaverse object; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MvId(pub u32);

/// Where a metaverse object gets its values from: a forest and an object there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The forest, by its place.
    pub forest: usize,
    /// The object.
    pub object: ObjectId,
}

/// What one account contributes to a person with accounts in several forests.
#[derive(Debug, Clone)]
pub struct Contribution {
    /// The account.
    pub source: Source,
    /// Its attributes.
    pub attributes: Arc<SyncObject>,
    /// It gives values and no identity: a linked mailbox.
    pub lends: bool,
}

/// One metaverse object.
#[derive(Debug, Clone)]
pub struct MvObject {
    /// The connector space object it was projected from.
    pub source: Source,
    /// Further connector space objects that joined it (rule R5.5).
    pub joined: ThinVec<Source>,
    /// What each of several forests contributes; empty where there is one.
    pub contributions: ThinVec<Contribution>,
    /// Its attributes, as they go out; `None` where the rules keep it in.
    pub attributes: Option<Arc<SyncObject>>,
    /// Why it is kept in.
    pub filtered: Option<Arc<Reason>>,
    /// The object of the Entra connector space that it provisioned or joined.
    pub connector: Option<CsId>,
}

/// All metaverse objects.
#[derive(Debug, Clone, Default)]
pub struct Metaverse {
    objects: Vector<Option<MvObject>>,
    by_anchor: Index,
    by_security_identifier: Index,
    by_mail: Index,
}

impl Metaverse {
    /// The object of a key, unless it is gone.
    pub fn get(&self, id: MvId) -> Option<&MvObject> {
        self.objects.get(id.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: MvId) -> Option<&mut MvObject> {
        self.objects.get_mut(id.0 as usize)?.as_mut()
    }

    /// All objects with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (MvId, &MvObject)> {
        let ids = (0u32..).map(MvId);
        ids.zip(&self.objects)
            .filter_map(|(id, object)| Some((id, object.as_ref()?)))
    }

    pub(super) fn project(&mut self, source: Source) -> MvId {
        let id = MvId(self.objects.len() as u32);
        self.objects.push_back(Some(MvObject {
            source,
            joined: ThinVec::new(),
            contributions: ThinVec::new(),
            attributes: None,
            filtered: None,
            connector: None,
        }));
        id
    }

    pub(super) fn remove(&mut self, id: MvId) -> Option<MvObject> {
        let object = self.objects.get_mut(id.0 as usize)?.take()?;
        if let Some(attributes) = &object.attributes {
            self.unindex(id, attributes);
            if let Some(mail) = &attributes.mail {
                self.by_mail.remove(store::fold_hash(mail), id.0);
            }
        }
        Some(object)
    }

    /// Makes room for so many objects in all.
    pub(super) fn reserve_for(&mut self, count: u32) {
        let more = (count as usize).saturating_sub(self.objects.len());
        self.by_anchor.reserve(more);
    }

    /// Gives an object new attributes. `several` keeps the indexes that join across forests.
    pub(super) fn set_attributes(
        &mut self,
        id: MvId,
        attributes: Option<Arc<SyncObject>>,
        filtered: Option<Arc<Reason>>,
        several: bool,
    ) {
        let Some(object) = self.get_mut(id) else {
            return;
        };
        object.filtered = filtered;
        let old = std::mem::replace(&mut object.attributes, attributes);
        let attributes = object.attributes.clone();
        let anchor = |object: &Option<Arc<SyncObject>>| {
            object.as_ref().map(|object| object.source_anchor.clone())
        };
        let sid = |object: &Option<Arc<SyncObject>>| {
            object
                .as_ref()
                .and_then(|object| object.security_identifier.clone())
        };
        let mail = |object: &Option<Arc<SyncObject>>| {
            let mail = object.as_ref().and_then(|object| object.mail.clone());
            mail.filter(|_| several)
        };
        if mail(&old) != mail(&attributes) {
            if let Some(old) = mail(&old) {
                self.by_mail.remove(store::fold_hash(&old), id.0);
            }
            if let Some(new) = mail(&attributes) {
                self.by_mail.insert(store::fold_hash(&new), id.0);
            }
        }
        if anchor(&old) != anchor(&attributes) || sid(&old) != sid(&attributes) {
            if let Some(old) = &old {
                self.unindex(id, old);
            }
            if let Some(new) = &attributes {
                self.by_anchor.insert(new.source_anchor.index_hash(), id.0);
                if several && let Some(sid) = &new.security_identifier {
                    self.by_security_identifier
                        .insert(store::hash_bytes(sid.as_bytes()), id.0);
                }
            }
        }
    }

    fn unindex(&mut self, id: MvId, old: &SyncObject) {
        self.by_anchor.remove(old.source_anchor.index_hash(), id.0);
        if let Some(sid) = &old.security_identifier {
            self.by_security_identifier
                .remove(store::hash_bytes(sid.as_bytes()), id.0);
        }
    }

    /// Objects with a sourceAnchor (rule R2.2).
    pub(super) fn find_by_anchor(&self, anchor: &SourceAnchor) -> Option<MvId> {
        self.by_anchor
            .candidates(anchor.index_hash())
            .map(MvId)
            .find(|id| {
                let attributes = self.get(*id).and_then(|object| object.attributes.as_ref());
                attributes.is_some_and(|attributes| attributes.source_anchor == *anchor)
            })
    }

    /// Objects with a mail address, where there are several forests (rule R5.5).
    pub(super) fn find_by_mail(&self, mail: &str) -> impl Iterator<Item = (MvId, &MvObject)> {
        let candidates = self.by_mail.candidates(store::fold_hash(mail));
        candidates.map(MvId).filter_map(move |id| {
            let object = self.get(id)?;
            let known = object.attributes.as_ref()?.mail.as_deref()?;
            store::eq_fold(known, mail).then_some((id, object))
        })
    }

    /// The one object that stems from a security principal (rule R5.5).
    pub(super) fn find_by_security_identifier(&self, sid: &[u8]) -> Option<MvId> {
        self.by_security_identifier
            .candidates(store::hash_bytes(sid))
            .map(MvId)
            .find(|id| {
                let attributes = self.get(*id).and_then(|object| object.attributes.as_ref());
                let found =
                    attributes.and_then(|attributes| attributes.security_identifier.as_ref());
                found.is_some_and(|found| found.as_bytes() == sid)
            })
    }
}
