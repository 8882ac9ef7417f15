//! Laws of the directory.

mod classes;
mod garbage;
mod histories;
mod lockout;
mod refusals;

use jiff::{Timestamp, ToSpan};

use super::*;

pub(super) fn guids() -> impl FnMut() -> ObjectGuid {
    let mut next = 0u128;
    move || {
        next += 1;
        ObjectGuid::from_bytes(next.to_le_bytes())
    }
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + second.seconds()
}

pub(super) struct Lab {
    pub(super) directory: Directory,
    pub(super) guids: Box<dyn FnMut() -> ObjectGuid>,
    pub(super) clock: i64,
}

impl Lab {
    pub(super) fn new(recycle_bin: bool) -> Self {
        let mut guids = guids();
        let options = DirectoryOptions {
            recycle_bin,
            ..DirectoryOptions::new("DC=example,DC=test".parse().unwrap())
        };
        Self {
            directory: Directory::new(options, at(0), &mut guids),
            guids: Box::new(guids),
            clock: 0,
        }
    }

    pub(super) fn try_add(
        &mut self,
        dn: &str,
        class: &str,
        attributes: &[(AttributeId, &str)],
    ) -> Result<ObjectId, Refusal> {
        let mut all = vec![(AttributeId::OBJECT_CLASS, vec![class.into()])];
        all.extend(
            attributes
                .iter()
                .map(|(id, value)| (*id, vec![Value::from(*value)])),
        );
        self.clock += 1;
        let request = AddRequest {
            dn: format!("{dn},DC=example,DC=test").parse().unwrap(),
            attributes: all,
            guid: (self.guids)(),
        };
        self.directory.add(request, at(self.clock))
    }

    fn add(&mut self, dn: &str, class: &str) -> ObjectId {
        self.try_add(dn, class, &[]).unwrap()
    }

    pub(super) fn modify(&mut self, id: ObjectId, change: Modification) -> Result<(), Refusal> {
        self.clock += 1;
        self.directory.modify(id, &[change], at(self.clock))
    }
}

#[test]
fn a_new_user_is_as_active_directory_makes_it() {
    let mut lab = Lab::new(true);
    let id = lab.add("CN=Ann,CN=Users", "USER");
    let d = &lab.directory;
    let value = |id, attribute: &str| {
        let attribute = d.schema().attribute(attribute).unwrap();
        d.attribute_values(id, attribute)
    };
    for (attribute, expected) in [
        ("userAccountControl", Value::from(546)),
        ("pwdLastSet", 0.into()),
        ("accountExpires", i64::MAX.into()),
        ("primaryGroupID", 513.into()),
        ("sAMAccountType", 805_306_368.into()),
        ("instanceType", 4.into()),
        ("cn", "Ann".into()),
        ("name", "Ann".into()),
        ("canonicalName", "example.test/Users/Ann".into()),
        ("whenCreated", "19700101000001.0Z".into()),
        (
            "objectCategory",
            "CN=Person,CN=Schema,CN=Configuration,DC=example,DC=test".into(),
        ),
    ] {
        assert_eq!(value(id, attribute), [expected], "{attribute}");
    }
    let classes = ["top", "person", "organizationalPerson", "user"].map(Value::from);
    assert_eq!(value(id, "objectClass"), classes);
    let object = d.object(id).unwrap();
    let sid = Sid::from_bytes(object.bytes(AttributeId::OBJECT_SID).unwrap()).unwrap();
    assert_eq!(
        (sid.rid(), sid.domain().as_ref()),
        (Some(1103), Some(d.domain_sid()))
    );
    let sam = object.text(AttributeId::SAM_ACCOUNT_NAME).unwrap();
    assert!(sam.starts_with('$') && sam.len() == 20, "{sam}");
    assert_eq!(d.netbios_name(), "EXAMPLE");
    assert_eq!(
        d.attribute_values(d.deleted_objects(), AttributeId::IS_DELETED),
        [true.into()]
    );
}

#[test]
fn a_move_takes_what_is_below_along() {
    let mut lab = Lab::new(true);
    let staff = lab.add("OU=Staff", "organizationalUnit");
    let north = lab.add("OU=North,OU=Staff", "organizationalUnit");
    let ann = lab.add("CN=Ann,OU=North,OU=Staff", "user");
    let group = lab.add("CN=G,CN=Users", "group");
    let ann_dn = "CN=Ann,OU=North,OU=Staff,DC=example,DC=test";
    lab.modify(group, Modification::add(AttributeId::MEMBER, [ann_dn]))
        .unwrap();
    let seen = lab.directory.highest_committed_usn();
    let before = lab.directory.clone();
    let domain = lab.directory.domain();
    lab.directory
        .move_or_rename(north, Some("South, far".into()), Some(domain), at(99))
        .unwrap();
    let d = &lab.directory;
    assert_eq!(d.dn_text(ann), r"CN=Ann,OU=South\, far,DC=example,DC=test");
    assert_eq!(d.find(&d.dn(ann)), Some(ann));
    assert_eq!(d.find(&ann_dn.parse().unwrap()), None);
    assert!(d.changes_since(seen).eq([north]));
    let members = d.attribute_values(group, AttributeId::MEMBER);
    assert_eq!(members, [Value::Text(d.dn_text(ann))]);
    assert_eq!(before.dn_text(ann), ann_dn, "the fork does not notice");
    let below_itself = lab
        .directory
        .move_or_rename(staff, None, Some(staff), at(100));
    assert_eq!(
        below_itself.unwrap_err().code,
        ResultCode::UNWILLING_TO_PERFORM
    );
    lab.directory
        .move_or_rename(ann, Some("ANN".into()), None, at(101))
        .expect("a change of case is a change");
}

#[test]
fn the_recycle_bin_gives_back_attributes_and_links() {
    let mut lab = Lab::new(true);
    let names = [
        (AttributeId::SAM_ACCOUNT_NAME, "ann"),
        (AttributeId::TITLE, "Clerk"),
    ];
    let ann = lab.try_add("CN=Ann,CN=Users", "user", &names).unwrap();
    let group = lab.add("CN=G,CN=Users", "group");
    let dn = lab.directory.dn_text(ann);
    lab.modify(group, Modification::add(AttributeId::MEMBER, [dn.clone()]))
        .unwrap();
    lab.directory.delete(ann, at(50)).unwrap();
    let d = &lab.directory;
    let guid = d.object(ann).unwrap().guid;
    let gone = format!("CN=Ann\\0ADEL:{guid},CN=Deleted Objects,DC=example,DC=test");
    assert_eq!(d.dn_text(ann), gone);
    assert_eq!(d.find(&gone.parse().unwrap()), Some(ann));
    assert_eq!(d.find_by_sam_account_name("ann"), None);
    assert!(d.link_targets(group, AttributeId::MEMBER).is_empty());
    assert!(
        d.attribute_values(ann, AttributeId::OBJECT_CATEGORY)
            .is_empty()
    );
    let twin = lab.try_add("CN=Ann,CN=Users", "user", &names).unwrap();
    let taken = lab.directory.restore(ann, None, at(51)).unwrap_err();
    assert_eq!(taken.code, ResultCode::ENTRY_ALREADY_EXISTS);
    lab.directory.delete_tree(twin, at(52)).unwrap();
    lab.directory.restore(ann, None, at(53)).unwrap();
    let d = &lab.directory;
    assert_eq!(d.dn_text(ann), dn);
    assert_eq!(
        d.object(ann).unwrap().text(AttributeId::TITLE).unwrap(),
        "Clerk"
    );
    assert_eq!(d.link_targets(group, AttributeId::MEMBER), [ann]);
    assert_eq!(d.find_by_sam_account_name("ann"), Some(ann));
}

#[test]
fn without_it_a_tombstone_keeps_little() {
    let mut lab = Lab::new(false);
    let names = [
        (AttributeId::SAM_ACCOUNT_NAME, "ann"),
        (AttributeId::TITLE, "Clerk"),
    ];
    let ann = lab.try_add("CN=Ann,CN=Users", "user", &names).unwrap();
    let group = lab.add("CN=G,CN=Users", "group");
    let enable = Modification::replace(AttributeId::USER_ACCOUNT_CONTROL, [512]);
    lab.modify(ann, enable).unwrap();
    let dn = lab.directory.dn_text(ann);
    lab.modify(group, Modification::add(AttributeId::MEMBER, [dn]))
        .unwrap();
    lab.directory.delete(ann, at(50)).unwrap();
    lab.directory.restore(ann, None, at(51)).unwrap();
    let object = lab.directory.object(ann).unwrap();
    assert_eq!(object.text(AttributeId::TITLE), None);
    assert_eq!(object.integer(AttributeId::COUNTRY_CODE), Some(0));
    assert_eq!(object.integer(AttributeId::USER_ACCOUNT_CONTROL), Some(514));
    assert_eq!(object.text(AttributeId::SAM_ACCOUNT_NAME).unwrap(), "ann");
    assert!(
        lab.directory
            .link_targets(group, AttributeId::MEMBER)
            .is_empty()
    );
}

#[test]
fn a_tree_is_deleted_from_below() {
    let mut lab = Lab::new(true);
    let staff = lab.add("OU=Staff", "organizationalUnit");
    let ann = lab.add("CN=Ann,OU=Staff", "user");
    let refusal = lab.directory.delete(staff, at(9)).unwrap_err();
    assert_eq!(refusal.code, ResultCode::NOT_ALLOWED_ON_NON_LEAF);
    lab.directory.delete_tree(staff, at(9)).unwrap();
    assert!(!lab.directory.is_live(ann) && !lab.directory.is_live(staff));
    let refusal = lab.directory.restore(ann, None, at(10)).unwrap_err();
    assert!(refusal.hint.contains("deleted too"));
    lab.directory.restore(staff, None, at(11)).unwrap();
    lab.directory.restore(ann, None, at(12)).unwrap();
    assert_eq!(
        lab.directory.dn_text(ann),
        "CN=Ann,OU=Staff,DC=example,DC=test"
    );
    let users = lab.directory.domain();
    assert!(lab.directory.delete_tree(users, at(13)).is_err());
}
