//! Steps in Active Directory.

use std::ops::Range;

use mock_ad::directory::{AttributeId, Modification, Operation, Value};
use mock_cloud::SourceAnchor;

use super::values::{guid_of_text, values};
use super::{Done, unknown};
use crate::engine::Source;
use crate::run::{Impossible, Runner, build, shared};
use crate::scenario::model::{self, Step};
use crate::scenario::value::OuPath;
use crate::scenario::{Introduced, Name, OneOrMany, Spanned};
use crate::world::{Action, AdChange, Event};

impl Runner<'_> {
    pub(super) fn ad_step(&mut self, step: &Step, at: Range<usize>) -> Done {
        match step {
            Step::Move(_) | Step::Rename(_) | Step::MoveOu(_) | Step::RenameOu(_) => {
                self.move_or_rename(step)
            }
            Step::Add(added) => self.add(added),
            Step::Delete(deleted) => {
                for source in self.sources(&deleted.user)? {
                    let object = source.object;
                    self.ad(source, AdChange::Delete { object });
                }
                Ok(())
            }
            Step::Restore(restored) => {
                let source = self.source(&restored.user)?;
                let to = restored.to.as_ref();
                let parent = to.map(|path| self.place(path, source.forest)).transpose()?;
                let object = source.object;
                self.ad(
                    source,
                    AdChange::Restore {
                        object,
                        parent,
                        name: None,
                    },
                );
                Ok(())
            }
            step => self.attribute_step(step, &at),
        }
    }

    fn move_or_rename(&mut self, step: &Step) -> Done {
        let (sources, name, to) = match step {
            Step::Move(moved) => (self.sources(&moved.user)?, None, Some(&moved.to)),
            Step::Rename(renamed) => (
                vec![self.source(&renamed.user)?],
                Some(shared(&renamed.to)),
                None,
            ),
            Step::MoveOu(moved) => (vec![self.unit(&moved.ou)?], None, Some(&moved.to)),
            Step::RenameOu(renamed) => {
                let to = renamed.to.as_str();
                let name = to.split_once('=').map_or(to, |(_, name)| name);
                (vec![self.unit(&renamed.ou)?], Some(shared(name)), None)
            }
            _ => return Ok(()),
        };
        for source in sources {
            let parent = to.map(|path| self.place(path, source.forest)).transpose()?;
            let (object, name) = (source.object, name.clone());
            self.ad(
                source,
                AdChange::Move {
                    object,
                    name,
                    parent,
                },
            );
        }
        Ok(())
    }

    /// An organizational unit: of the first forest, unless it names the domain of another.
    fn unit(&self, path: &Spanned<OuPath>) -> Result<Source, Impossible> {
        let mut forests = self.names.forests.iter();
        let forest = forests.position(|it| path.is_in_domain(&it.base.to_string()));
        let forest = forest.unwrap_or(0);
        let object = self.place(path, forest)?;
        Ok(Source { forest, object })
    }

    fn attribute_step(&mut self, step: &Step, at: &Range<usize>) -> Done {
        let one = |value: &Name| OneOrMany(vec![value.clone()]);
        let (user, attribute, values, operation) = match step {
            Step::Set(set) => (
                &set.user,
                &set.attribute,
                set.to.clone(),
                Operation::Replace,
            ),
            Step::Clear(cleared) => (
                &cleared.user,
                &cleared.attribute,
                OneOrMany::default(),
                Operation::Replace,
            ),
            Step::AddValue(it) => (&it.user, &it.attribute, one(&it.value), Operation::Add),
            Step::RemoveValue(it) => (&it.user, &it.attribute, one(&it.value), Operation::Delete),
            Step::AddMember(added) => return self.member(added, Operation::Add),
            Step::RemoveMember(removed) => return self.member(removed, Operation::Delete),
            Step::SetConsistencyGuid(set) => return self.set_consistency_guid(set),
            _ => return Err(unknown(at)),
        };
        for source in self.sources(user)? {
            self.modify(source, attribute, &values, operation)?;
        }
        Ok(())
    }

    fn add(&mut self, added: &Introduced<model::AdObject>) -> Done {
        let forest = build::forest_of(&added.object, &self.names);
        let request = build::ad_request(&added.name, &added.object, forest, &self.names)?;
        let (dn, attributes, guid) = request;
        let guid = Some(*guid.as_bytes());
        let change = AdChange::Add {
            dn,
            attributes,
            guid,
        };
        for event in self.act(&Action::Ad { forest, change }) {
            if let Event::AdChanged { forest, object } = event {
                self.names.add_ad(&added.name, Source { forest, object });
            }
        }
        Ok(())
    }

    fn ad(&mut self, source: Source, change: AdChange) {
        self.act(&Action::Ad {
            forest: source.forest,
            change,
        });
    }

    fn modify(
        &mut self,
        source: Source,
        attribute: &Name,
        to: &OneOrMany<Name>,
        operation: Operation,
    ) -> Done {
        let schema = self.world.forests()[source.forest].schema().clone();
        let (attribute, values) = values(&schema, attribute, to)?;
        let changes = vec![Modification {
            attribute,
            operation,
            values,
        }];
        self.ad(
            source,
            AdChange::Modify {
                object: source.object,
                changes,
            },
        );
        Ok(())
    }

    fn member(&mut self, member: &model::AddedMember, operation: Operation) -> Done {
        let group = self.source(&member.group)?;
        let other = self.source(&member.member)?;
        let name = self.world.forests()[other.forest].dn_text(other.object);
        let values = vec![Value::Text(name)];
        let changes = vec![Modification {
            attribute: AttributeId::MEMBER,
            operation,
            values,
        }];
        self.ad(
            group,
            AdChange::Modify {
                object: group.object,
                changes,
            },
        );
        Ok(())
    }

    fn set_consistency_guid(&mut self, set: &model::ConsistencyGuidSet) -> Done {
        let source = self.source(&set.user)?;
        let bytes = match (&set.from, &set.value) {
            (Some(from), _) => Some(self.guid_bytes(from)?),
            (None, Some(value)) => Some(guid_of_text(value)?),
            (None, None) => None,
        };
        let values = bytes
            .map(|bytes| Value::Bytes(bytes.as_slice().into()))
            .into_iter()
            .collect();
        let changes = vec![Modification {
            attribute: AttributeId::MS_DS_CONSISTENCY_GUID,
            operation: Operation::Replace,
            values,
        }];
        self.ad(
            source,
            AdChange::Modify {
                object: source.object,
                changes,
            },
        );
        Ok(())
    }

    /// The bytes behind a name's anchor: an Active Directory object's GUID, or the anchor of a
    /// cloud account.
    pub(super) fn guid_bytes(&self, name: &Name) -> Result<[u8; 16], Impossible> {
        if let Some(source) = self.names.ad(name) {
            let object = self.world.forests()[source.forest].object(source.object);
            return object
                .map(|object| *object.guid.as_bytes())
                .ok_or_else(|| unknown(&name.at));
        }
        let key = self.cloud(name)?;
        let object = self.world.tenant().object(key);
        let anchor = object.and_then(|object| object.on_premises.immutable_id.as_ref());
        anchor
            .and_then(SourceAnchor::guid_bytes)
            .copied()
            .ok_or_else(|| {
                let message = format!("`{name}` has no ImmutableId made of a GUID");
                Impossible::new(
                    name.at.clone(),
                    message,
                    "give the value itself with `value`",
                )
            })
    }
}
