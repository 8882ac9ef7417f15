//! The protocol reference: what carrying the same bytes costs, without a directory behind them.
//!
//! tokio on one thread, mock-ad's codec and a hash map: a search looks its answer up, which was
//! made beforehand by mock-ad's own search and is encoded anew each time. Nothing is filtered,
//! nobody's password is checked, nothing can be written.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

use bytes::{Buf as _, BytesMut};
use mock_ad::directory::{Directory, ObjectGuid};
use mock_ad::ldap::{
    Body, Message, Request, Response, decode, encode, frame_length, give_passwords, provision,
};
use mock_ad::ldif::{self, LoadOptions};
use mock_ad::search::{
    Context, Control, Filter, Outcome, ResultCode, Scope, SearchRequest, SearchState, oid, search,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;
use crate::forest::{BASE, PASSWORD};
use crate::wire;

/// How many entries a page holds.
const PAGE: usize = 1000;

/// The attributes that indexed searches ask for.
pub(crate) const ASKED: [&str; 3] = ["cn", "mail", "displayName"];

/// Serves the people of a file at an address, until the process is ended.
pub(crate) fn serve(file: &Path, address: &str) -> Result<(), Failure> {
    let answers = Rc::new(RefCell::new(Answers::of(&directory(file)?)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    runtime.block_on(local.run_until(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            let answers = answers.clone();
            // A connection that fails ends; the load notices.
            tokio::task::spawn_local(async move { connection(stream, &answers).await });
        }
    }))
}

/// The directory that mock-ad makes of the same file.
fn directory(file: &Path) -> Result<Directory, Failure> {
    let options = LoadOptions {
        complete: true,
        ..LoadOptions::default()
    };
    let loaded = ldif::load(&fs::read(file)?, &options);
    let loaded = loaded.map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Setup(lines.join("\n"))
    })?;
    let mut directory = loaded.directory;
    let mut next = 0_u128;
    let mut guids = || {
        next += 1;
        ObjectGuid::from_bytes(next.to_le_bytes())
    };
    provision(&mut directory, PASSWORD, options.now, &mut guids);
    give_passwords(&mut directory, PASSWORD, options.now);
    directory.index_values();
    Ok(directory)
}

/// Every answer, made beforehand.
struct Answers {
    /// The entry of each person with the attributes asked for, by account name.
    people: HashMap<Vec<u8>, Response>,
    /// All entries with all attributes.
    everything: Vec<Response>,
    /// What follows the entries of a search of the whole domain.
    references: Vec<Response>,
}

impl Answers {
    fn of(directory: &Directory) -> Self {
        let context = Context::administrator(jiff::Timestamp::UNIX_EPOCH);
        let mut state = SearchState::default();
        let mut ask = |request: &SearchRequest, controls: &[Control]| {
            search(directory, &context, &mut state, request, controls)
        };
        let mut everything = Vec::new();
        let mut people = HashMap::new();
        let mut cookie = Vec::new();
        let all = SearchRequest::new(BASE, Scope::Subtree, Filter::any_object());
        let references = loop {
            let reply = ask(&all, &[page(&cookie)]);
            everything.extend(reply.entries.into_iter().map(Body::Entry).map(response));
            let told = reply.controls.iter().find_map(|one| one.value.as_deref());
            cookie = told.and_then(wire::page_cookie).unwrap_or_default();
            if cookie.is_empty() {
                break reply.references;
            }
        };
        for entry in &everything {
            let Body::Entry(entry) = &entry.body else {
                continue;
            };
            let Some(name) = entry.values("sAMAccountName").first() else {
                continue;
            };
            let name = name.ldap_bytes().to_vec();
            let filter = Filter::equals("sAMAccountName", &name);
            let wanted = SearchRequest::new(BASE, Scope::Subtree, filter).for_attributes(ASKED);
            let found = ask(&wanted, &[]).entries.into_iter().next();
            if let Some(found) = found {
                people.insert(name, response(Body::Entry(found)));
            }
        }
        Self {
            people,
            everything,
            references: references
                .into_iter()
                .map(Body::Reference)
                .map(response)
                .collect(),
        }
    }

    fn answer(&mut self, message: &Message, out: &mut Vec<u8>) {
        let (id, kind) = (message.id, message.request.kind());
        let mut result = response(Body::Result(kind, Outcome::default()));
        result.id = id;
        match &message.request {
            Request::Bind { .. } => {}
            Request::Search(request) => match (&request.filter, message.controls.first()) {
                (Filter::Equality(_, name), _) => {
                    let found = self.people.get_mut(name).into_iter();
                    send(found.chain(&mut self.references), id, out);
                }
                (_, Some(asked)) => result.controls = vec![self.page(asked, id, out)],
                (_, None) => result.body = Body::Result(kind, refusal()),
            },
            _ => result.body = Body::Result(kind, refusal()),
        }
        encode(&result, out);
    }

    /// A page of everything; its cookie is where the next begins.
    fn page(&mut self, asked: &Control, id: i32, out: &mut Vec<u8>) -> Control {
        let cookie = asked.value.as_deref().and_then(wire::page_cookie);
        let digits = cookie.and_then(|cookie| <[u8; 8]>::try_from(cookie).ok());
        let start = digits.map_or(0, usize::from_be_bytes);
        let next = (start + PAGE).min(self.everything.len());
        send(
            self.everything.get_mut(start..next).unwrap_or_default(),
            id,
            out,
        );
        let mut cookie = next.to_be_bytes().to_vec();
        if next == self.everything.len() {
            send(&mut self.references, id, out);
            cookie.clear();
        }
        page(&cookie)
    }
}

fn page(cookie: &[u8]) -> Control {
    Control {
        value: Some(wire::page_value(PAGE as u32, cookie)),
        ..Control::critical(oid::PAGED_RESULTS)
    }
}

fn response(body: Body) -> Response {
    Response {
        id: 0,
        body,
        controls: Vec::new(),
    }
}

fn refusal() -> Outcome {
    Outcome {
        code: ResultCode::UNWILLING_TO_PERFORM,
        ..Outcome::default()
    }
}

/// Writes what was made beforehand as answers to a request.
fn send<'a>(responses: impl IntoIterator<Item = &'a mut Response>, id: i32, out: &mut Vec<u8>) {
    for response in responses {
        response.id = id;
        encode(response, out);
    }
}

/// Answers what comes together with one write, as mock-ad does.
async fn connection(mut stream: TcpStream, answers: &RefCell<Answers>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut input, mut output) = (BytesMut::with_capacity(1 << 14), Vec::new());
    while stream.read_buf(&mut input).await? > 0 {
        while let Ok(Some(length)) = frame_length(&input) {
            let Some(frame) = input.get(..length) else {
                break;
            };
            let Ok(message) = decode(frame) else {
                return Ok(());
            };
            answers.borrow_mut().answer(&message, &mut output);
            input.advance(length);
        }
        stream.write_all(&output).await?;
        output.clear();
    }
    Ok(())
}
