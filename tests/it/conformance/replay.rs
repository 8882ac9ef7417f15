//! Running the recorded operations, as the client did that recorded them: one connection for each
//! account and port, kept from case to case.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{AttributeId, Directory, ObjectGuid, ObjectId, Sid};
use mock_ad::ldap::{
    Addition, Authentication, Body, Change, Message, Modification, Renaming, Request, Response,
    Session, Standalone, provision, respond,
};
use mock_ad::ldif::{LoadOptions, load};
use mock_ad::search::{Control, Filter, Scope, SearchRequest};
use serde_json::Value;

const ADMINISTRATOR: (&str, &str) = ("Administrator@example.test", "Passw0rd!23");
const DIRSYNC: &str = "1.2.840.113556.1.4.841";
const PAGED: &str = "1.2.840.113556.1.4.319";

/// What was answered to one case.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) code: u32,
    pub(super) matched: String,
    pub(super) text: String,
    pub(super) entries: Vec<(String, BTreeSet<String>)>,
    pub(super) references: BTreeSet<String>,
    pub(super) controls: BTreeSet<String>,
    values: Vec<Control>,
}

pub(super) struct Replay {
    host: Standalone,
    sessions: BTreeMap<String, Session>,
    dirsync: Vec<u8>,
}

impl Replay {
    /// The domain with the recycle bin off, as it was where the answers were recorded.
    pub(super) fn new() -> Self {
        let now = "2026-11-24T09:00:00Z".parse().unwrap();
        let options = LoadOptions {
            now,
            recycle_bin: false,
            complete: true,
            ..LoadOptions::default()
        };
        let ldif = super::population::ldif();
        let mut directory = load(ldif.as_bytes(), &options).unwrap().directory;
        let mut next = 0u128;
        let mut guids = || {
            next += 1;
            ObjectGuid::from_bytes(next.to_le_bytes())
        };
        provision(&mut directory, ADMINISTRATOR.1, now, &mut guids);
        Self {
            host: Standalone::new(directory, 7, now),
            sessions: BTreeMap::new(),
            dirsync: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, case: &Value) -> Answer {
        let auth = match case.get("auth") {
            None => Some(ADMINISTRATOR),
            Some(auth) => auth[0].as_str().zip(auth[1].as_str()),
        };
        if case["op"] == "bind" {
            let (name, password) = auth.unwrap();
            let request = self.bind(name, password);
            return self.send(&mut Session::default(), request, Vec::new());
        }
        let port = case["uri"].as_str().unwrap_or_default();
        let key = format!("{auth:?} {port}");
        let mut session = self.sessions.remove(&key).unwrap_or_else(|| {
            let mut session = Session::default();
            session.encrypted = port == "S";
            session.global_catalog = port == "GC";
            if let Some((name, password)) = auth {
                let request = self.bind(name, password);
                self.send(&mut session, request, Vec::new());
            }
            session
        });
        let request = self.request(case);
        let controls = self.controls(&case["controls"]);
        let answer = if case["mode"] == "paged100" {
            self.in_pages(&mut session, &request)
        } else {
            self.send(&mut session, request, controls)
        };
        if case["mode"] == "keepds" {
            let control = answer.values.iter().find(|control| control.oid == DIRSYNC);
            let value = control.and_then(|control| control.value.clone());
            self.dirsync = value.map(|value| last_octets(&value)).unwrap_or_default();
        }
        self.sessions.insert(key, session);
        answer
    }

    fn bind(&self, name: &str, password: &str) -> Request {
        Request::Bind {
            version: 3,
            name: self.filled(name),
            authentication: Authentication::Simple(password.as_bytes().to_vec()),
        }
    }

    fn send(&mut self, session: &mut Session, request: Request, controls: Vec<Control>) -> Answer {
        let message = Message {
            id: 1,
            request,
            controls,
        };
        let mut answer = Answer::default();
        for Response { body, controls, .. } in respond(session, message, &mut self.host).responses {
            match body {
                Body::Entry(entry) => {
                    let names = entry.attributes.iter().map(|(name, _)| name.to_string());
                    answer.entries.push((entry.dn.to_string(), names.collect()));
                }
                Body::Reference(urls) => answer.references.extend(urls),
                Body::Result(_, outcome) | Body::Extended { outcome, .. } => {
                    answer.code = outcome.code.0;
                    answer.matched = outcome.matched_dn;
                    answer.text = outcome.diagnostic;
                }
            }
            answer
                .controls
                .extend(controls.iter().map(|control| control.oid.clone()));
            answer.values.extend(controls);
        }
        answer
    }

    fn in_pages(&mut self, session: &mut Session, request: &Request) -> Answer {
        let mut all = Vec::new();
        let mut cookie = Vec::new();
        loop {
            let mut contents = vec![0x02, 0x01, 100, 0x04, cookie.len() as u8];
            contents.extend_from_slice(&cookie);
            let mut value = vec![0x30, contents.len() as u8];
            value.extend(contents);
            let control = Control {
                value: Some(value),
                ..Control::critical(PAGED)
            };
            let mut answer = self.send(session, request.clone(), vec![control]);
            all.append(&mut answer.entries);
            let value = answer
                .values
                .first()
                .and_then(|control| control.value.clone());
            cookie = value.map(|value| last_octets(&value)).unwrap_or_default();
            if cookie.is_empty() {
                answer.entries = all;
                return answer;
            }
        }
    }

    fn controls(&self, list: &Value) -> Vec<Control> {
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        list.iter()
            .map(|control| {
                let value = control[2]
                    .as_str()
                    .map(|value| STANDARD.decode(value).unwrap());
                let mut control = Control {
                    oid: text(&control[0]),
                    critical: control[1].as_bool().unwrap(),
                    value,
                };
                if control.oid == "DSNEXT" {
                    DIRSYNC.clone_into(&mut control.oid);
                    let mut contents = vec![0x02, 1, 0, 0x02, 3, 1, 0, 0, 0x04, 0x81];
                    contents.push(self.dirsync.len() as u8);
                    contents.extend_from_slice(&self.dirsync);
                    let mut value = vec![0x30, 0x81, contents.len() as u8];
                    value.extend(contents);
                    control.value = Some(value);
                }
                control
            })
            .collect()
    }

    fn request(&self, case: &Value) -> Request {
        let dn = || self.filled(&text(&case["dn"]));
        match case["op"].as_str().unwrap() {
            "search" => Request::Search(self.search(case)),
            "compare" => Request::Compare {
                dn: dn(),
                attribute: text(&case["attr"]),
                value: text(&case["value"]).into_bytes(),
            },
            "extended" => Request::Extended {
                oid: text(&case["oid"]),
                value: None,
            },
            "delete" => Request::Delete(dn()),
            "modrdn" => Request::ModifyDn(Renaming {
                dn: dn(),
                new_rdn: text(&case["rdn"]),
                delete_old_rdn: case["delold"].as_bool().unwrap(),
                new_superior: case["sup"].as_str().map(str::to_owned),
            }),
            "add" => {
                let attributes = case["attrs"].as_object().unwrap().iter();
                let attributes =
                    attributes.map(|(name, values)| (name.clone(), self.values(values)));
                Request::Add(Addition {
                    dn: dn(),
                    attributes: attributes.collect(),
                })
            }
            _ => {
                let changes = case["changes"].as_array().unwrap().iter();
                let changes = changes.map(|change| Modification {
                    operation: match change[0].as_str().unwrap() {
                        "add" => Change::Add,
                        "delete" => Change::Delete,
                        _ => Change::Replace,
                    },
                    attribute: text(&change[1]),
                    values: self.values(&change[2]),
                });
                Request::Modify {
                    dn: dn(),
                    changes: changes.collect(),
                }
            }
        }
    }

    fn search(&self, case: &Value) -> SearchRequest {
        let scope = match case["scope"].as_str().unwrap() {
            "base" => Scope::Base,
            "one" => Scope::OneLevel,
            _ => Scope::Subtree,
        };
        let filter = Filter::parse(&self.filled(&text(&case["filter"]))).unwrap();
        let attributes = case["attrs"].as_array().map_or(&[][..], Vec::as_slice);
        SearchRequest {
            types_only: case["types"].as_bool().unwrap_or_default(),
            size_limit: case["size"].as_u64().unwrap_or_default() as u32,
            ..SearchRequest::new(self.filled(&text(&case["base"])), scope, filter)
                .for_attributes(attributes.iter().map(text))
        }
    }

    fn values(&self, values: &Value) -> Vec<Vec<u8>> {
        let values = values.as_array().unwrap().iter();
        let values = values.map(|value| match value["b64"].as_str() {
            Some(bytes) => STANDARD.decode(bytes).unwrap(),
            None => self.filled(&text(value)).into_bytes(),
        });
        values.collect()
    }

    /// Text with the identifiers of objects in the places left for them.
    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        while let Some(start) = filled.find('{') {
            let Some(length) = filled[start..].find('}') else {
                break;
            };
            let Some((form, who)) = filled[start + 1..start + length].split_once(':') else {
                break;
            };
            let value = self.identifier(form, who);
            filled.replace_range(start..=start + length, &value);
            if form_is_braced(text) {
                break;
            }
        }
        filled
    }

    fn identifier(&self, form: &str, who: &str) -> String {
        let directory = mock_ad::ldap::Host::directory(&self.host);
        let id = account(directory, who);
        let object = directory.object(id).unwrap();
        let hex = |bytes: &[u8], before: &str| {
            let digits = bytes.iter().map(|byte| format!("{before}{byte:02x}"));
            digits.collect::<String>()
        };
        match form {
            "GUIDSTR" => object.guid.to_string(),
            "GUIDBR" => format!("{{{}}}", object.guid),
            "GUIDHEX" => hex(object.guid.as_bytes(), ""),
            "GUIDESC" => hex(object.guid.as_bytes(), "\\"),
            "SIDSTR" => {
                let bytes = object.bytes(AttributeId::OBJECT_SID).unwrap();
                Sid::from_bytes(bytes).unwrap().to_string()
            }
            _ => directory.dn_text(id).to_string(),
        }
    }
}

fn form_is_braced(text: &str) -> bool {
    text.starts_with("{GUIDBR")
}

/// The account that a case speaks of, deleted or not.
fn account(directory: &Directory, who: &str) -> ObjectId {
    let name = match who.parse::<u32>() {
        Ok(number) => format!("u{number:05}"),
        Err(_) => "Administrator".to_owned(),
    };
    let mut objects = directory.objects();
    let named = |object: &mock_ad::directory::Object| {
        object
            .text(AttributeId::SAM_ACCOUNT_NAME)
            .is_some_and(|found| **found == *name)
    };
    objects.find(|(_, object)| named(object)).unwrap().0
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The octet string at the end of a control value: its cookie.
fn last_octets(value: &[u8]) -> Vec<u8> {
    let mut at = 2 + long(value[1]);
    loop {
        let tag = value[at];
        let extra = long(value[at + 1]);
        let digits = &value[at + 2..at + 2 + extra];
        let length = if extra == 0 {
            usize::from(value[at + 1])
        } else {
            digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit))
        };
        let start = at + 2 + extra;
        if tag == 0x04 {
            return value[start..start + length].to_vec();
        }
        at = start + length;
    }
}

fn long(first: u8) -> usize {
    if first < 0x80 {
        0
    } else {
        usize::from(first & 0x7F)
    }
}
