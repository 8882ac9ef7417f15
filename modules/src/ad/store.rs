//! What the module asks of a domain: which forest is meant, and what a search finds there.

use mock_ad::directory::{Directory, Dn, ObjectGuid, ObjectId, ObjectName, Sid};
use mock_ad::ldap::Kind as Request;
use mock_ad::search::{Bound, Context, Control, Entry, Filter, Scope, SearchRequest, SearchState};
use mock_ad::search::{PAGE_SIZE_MAX, oid, search};
use powershell::command::Call;
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;

use super::error::{bad_argument, failed, not_found, null_argument};
use super::object::{AdReference, attributes, object};
use super::property::Kind;
use crate::stage::Stage;

/// The forest that `-Server` names; the first if it is not given.
pub(super) fn forest(stage: &Stage, call: &dyn Call) -> Outcome<usize> {
    stage.alive()?;
    let Some(server) = call.argument("Server").map(|it| crate::text(&it)) else {
        return Ok(0);
    };
    let name = server.split(':').next().unwrap_or_default().to_lowercase();
    let found = stage.read(|world| {
        world.forests().iter().position(|forest| {
            let dns = forest.dns_name().to_lowercase();
            let netbios = forest.netbios_name().to_lowercase();
            name == dns || name == netbios || name.ends_with(&format!(".{dns}"))
        })
    });
    match found {
        Some(place) => Ok(place),
        // The name of a server alone says nothing of its domain.
        None if !name.contains('.') => Ok(0),
        None => Err(ErrorRecord::new(
            "Unable to contact the server. This may be because this server does not exist, it is \
             currently down, or it does not have the Active Directory Web Services running.",
            "Microsoft.ActiveDirectory.Management.ADServerDownException",
            "ActiveDirectoryServer:0",
            Category::ResourceUnavailable,
        )
        .about(Value::text(server))
        .into()),
    }
}

/// Looks at a forest.
pub(super) fn look<R>(stage: &Stage, forest: usize, see: impl FnOnce(&Directory) -> R) -> R {
    stage.read(|world| see(&world.forests()[forest.min(world.forests().len() - 1)]))
}

/// What to look for.
pub(super) struct Query {
    pub(super) base: String,
    pub(super) scope: Scope,
    pub(super) filter: Filter,
    pub(super) deleted: bool,
    pub(super) limit: Option<usize>,
}

/// The value of a paged results control: so many entries, from a cookie on.
fn page(size: u16, cookie: &[u8]) -> Vec<u8> {
    let [high, low] = size.to_be_bytes();
    let mut inner = vec![0x02, 0x02, high, low, 0x04];
    // A cookie is short here; a longer one takes the long form.
    if cookie.len() < 128 {
        inner.push(cookie.len() as u8);
    } else {
        inner.extend([0x82, (cookie.len() >> 8) as u8, cookie.len() as u8]);
    }
    inner.extend(cookie);
    let mut whole = vec![0x30];
    if inner.len() < 128 {
        whole.push(inner.len() as u8);
    } else {
        whole.extend([0x82, (inner.len() >> 8) as u8, inner.len() as u8]);
    }
    whole.extend(inner);
    whole
}

/// The cookie in the value of a paged results control.
fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    fn element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let first = *bytes.get(1)? as usize;
        let (length, start) = if first < 128 {
            (first, 2)
        } else {
            let count = first & 0x7F;
            let digits = bytes.get(2..2 + count)?;
            (
                digits
                    .iter()
                    .fold(0, |sum, digit| sum << 8 | *digit as usize),
                2 + count,
            )
        };
        Some((
            bytes.get(start..start + length)?,
            bytes.get(start + length..)?,
        ))
    }
    let (inner, _) = element(value)?;
    let (_, rest) = element(inner)?;
    let (cookie, _) = element(rest)?;
    Some(cookie.to_vec()).filter(|it| !it.is_empty())
}

/// Everything that a query finds, page by page.
pub(super) fn find(
    stage: &Stage,
    call: &dyn Call,
    forest: usize,
    query: &Query,
    attributes: &[String],
) -> Outcome<Vec<Entry>> {
    stage.alive()?;
    let met = stage.with(|lab| {
        let met = lab.meet(Request::Search);
        lab.finish_request();
        met
    });
    if let Err(why) = met {
        return Err(failed(call, &why, &query.base).into());
    }
    let now = stage.now();
    let context = Context {
        bound: Bound::Administrator,
        ..Context::administrator(now)
    };
    let mut request = SearchRequest::new(query.base.clone(), query.scope, query.filter.clone());
    request = request.for_attributes(attributes.iter().cloned());
    let mut found = Vec::new();
    let mut from = Vec::new();
    let mut session = SearchState::default();
    loop {
        let size = u16::try_from(PAGE_SIZE_MAX).unwrap_or(1000);
        let mut controls = vec![Control {
            oid: oid::PAGED_RESULTS.to_owned(),
            critical: true,
            value: Some(page(size, &from)),
        }];
        if query.deleted {
            controls.push(Control::critical(oid::SHOW_DELETED));
        }
        let reply = look(stage, forest, |directory| {
            search(directory, &context, &mut session, &request, &controls)
        });
        if reply.result.code.0 != 0 {
            return Err(search_failed(call, reply.result.code.0, &reply.result.diagnostic).into());
        }
        found.extend(reply.entries);
        let wanted = query.limit.is_some_and(|limit| found.len() >= limit);
        let control = reply
            .controls
            .iter()
            .find(|it| it.oid == oid::PAGED_RESULTS);
        let next = control.and_then(|it| it.value.as_deref()).and_then(cookie);
        match next {
            Some(next) if !wanted => from = next,
            _ => break,
        }
    }
    if let Some(limit) = query.limit {
        found.truncate(limit);
    }
    Ok(found)
}

fn search_failed(call: &dyn Call, code: u32, diagnostic: &str) -> ErrorRecord {
    let management = "Microsoft.ActiveDirectory.Management";
    let (message, exception, category) = match code {
        32 => (
            "Directory object not found".to_owned(),
            format!("{management}.ADIdentityNotFoundException"),
            Category::ObjectNotFound,
        ),
        10 => (
            "A referral was returned from the server".to_owned(),
            format!("{management}.ADReferralException"),
            Category::ResourceUnavailable,
        ),
        34 => (
            "The object name has bad syntax".to_owned(),
            format!("{management}.ADException"),
            Category::NotSpecified,
        ),
        _ => (
            diagnostic.trim_end_matches(['\0', '\n']).to_owned(),
            format!("{management}.ADException"),
            Category::NotSpecified,
        ),
    };
    let id = match code {
        32 => "ActiveDirectoryServer:8333".to_owned(),
        10 => "ActiveDirectoryServer:8235".to_owned(),
        other => format!("ActiveDirectoryServer:{other}"),
    };
    let mut record = ErrorRecord::new(message, &exception, &id, category);
    record.activity = call.name();
    record
}

/// The entries as objects of the module.
pub(super) fn objects(
    stage: &Stage,
    call: &dyn Call,
    forest: usize,
    kind: Kind,
    query: &Query,
    extra: &[String],
) -> Outcome<Vec<Value>> {
    let mut wanted: Vec<String> = kind.defaults().iter().map(|it| (*it).to_owned()).collect();
    if call.switch("IncludeDeletedObjects") {
        wanted.push("Deleted".to_owned());
    }
    for property in extra {
        if !wanted.iter().any(|it| it.eq_ignore_ascii_case(property)) {
            wanted.push(property.clone());
        }
    }
    let asked = look(stage, forest, |directory| {
        attributes(directory.schema(), &wanted)
    });
    let asked = match asked {
        Ok(asked) => asked,
        Err(name) => {
            let message = format!("One or more properties are invalid.\r\nParameter name: {name}");
            return Err(bad_argument(call, message).into());
        }
    };
    let entries = find(stage, call, forest, query, &asked)?;
    Ok(look(stage, forest, |directory| {
        let made = entries.iter().filter_map(|entry| {
            let object_id = locate(directory, entry)?;
            let reference = AdReference {
                forest,
                object: object_id,
            };
            Some(object(directory, reference, kind, entry, &wanted))
        });
        made.collect()
    }))
}

fn locate(directory: &Directory, entry: &Entry) -> Option<ObjectId> {
    let dn: Dn = entry.dn.parse().ok()?;
    directory.find(&dn)
}

/// An identity as it was given.
pub(super) enum Identity {
    /// An object that is known.
    Known(AdReference),
    /// A name.
    Name(String),
}

/// What an argument names: an object of the module, a GUID, a SID, or text.
pub(super) fn identity(value: &Value) -> Option<Identity> {
    match value {
        Value::Null => None,
        Value::Object(object) => {
            if let Some(reference) = object.native::<AdReference>() {
                return Some(Identity::Known(*reference));
            }
            let name = object
                .get("DistinguishedName")
                .or_else(|| object.get("ObjectGUID"));
            let name = name
                .or_else(|| object.get("SamAccountName"))
                .map(|it| crate::text(&it));
            let name = name.unwrap_or_else(|| crate::text(value));
            Some(Identity::Name(name))
        }
        other => Some(Identity::Name(crate::text(other))).filter(|it| match it {
            Identity::Name(name) => !name.is_empty(),
            Identity::Known(_) => true,
        }),
    }
}

/// The object that an argument of the cmdlet names.
pub(super) fn resolve(
    stage: &Stage,
    call: &dyn Call,
    forest: usize,
    kind: Kind,
    parameter: &str,
    value: &Value,
) -> Outcome<AdReference> {
    let Some(identity) = identity(value) else {
        return Err(null_argument(call, parameter).into());
    };
    let found = look(stage, forest, |directory| match &identity {
        Identity::Known(reference) => Some(*reference),
        Identity::Name(name) => {
            let object = named(directory, kind, name)?;
            Some(AdReference { forest, object })
        }
    });
    let exists = found.filter(|it| {
        look(stage, it.forest, |directory| {
            directory.object(it.object).is_some() && is_kind(directory, it.object, kind)
        })
    });
    exists.ok_or_else(|| {
        let base = look(stage, forest, |directory| directory.base().to_string());
        not_found(call, kind, &crate::text(value), &base).into()
    })
}

fn named(directory: &Directory, kind: Kind, name: &str) -> Option<ObjectId> {
    if let Ok(guid) = name.trim_matches(['{', '}']).parse::<ObjectGuid>() {
        return directory.find_by_guid(&guid);
    }
    if let Ok(ObjectName::Dn(dn)) = name.parse::<ObjectName>()
        && name.contains('=')
    {
        return directory.find(&dn);
    }
    if !kind.has_account_name() {
        return None;
    }
    if let Ok(sid) = name.parse::<Sid>() {
        return directory.find_by_sid(&sid);
    }
    let found = directory.find_by_sam_account_name(name);
    let computer = || directory.find_by_sam_account_name(&format!("{name}$"));
    found.or_else(|| {
        if kind == Kind::Computer {
            computer()
        } else {
            None
        }
    })
}

/// Whether an object is of the kind that a cmdlet is about.
fn is_kind(directory: &Directory, id: ObjectId, kind: Kind) -> bool {
    use mock_ad::directory::ObjectKind;
    let is = directory.kind(id);
    match kind {
        Kind::User => matches!(is, ObjectKind::User),
        Kind::Group => matches!(is, ObjectKind::Group),
        Kind::Computer => matches!(is, ObjectKind::Computer),
        Kind::OrganizationalUnit => matches!(is, ObjectKind::OrganizationalUnit),
        Kind::Object => true,
    }
}

/// A query for one object.
pub(super) fn only(stage: &Stage, reference: AdReference) -> Query {
    let base = look(stage, reference.forest, |directory| {
        let guid = directory.object(reference.object).map(|it| it.guid);
        guid.map_or_else(String::new, |guid| format!("<GUID={guid}>"))
    });
    Query {
        base,
        scope: Scope::Base,
        filter: Filter::any_object(),
        deleted: true,
        limit: None,
    }
}
