//! The one World that all modules act on.

use std::cell::RefCell;
use std::rc::Rc;

use host::{Lab, NotChanged, Origin};
use jiff::{SignedDuration, Timestamp};
use mock_cloud::server::{Request, Service, Settings, Tokens};
use powershell::command::Call;
use powershell::error::{Outcome, Stop, Unwind};
use serde_json::{Value as Json, json};
use sim::world::{Action, CloudChange, Event, World};

/// What the token says that the modules carry; the service believes any.
const BEARER: &str = "Bearer script";
/// How often a request is sent again that the service is too busy for, as the SDK does.
const RETRIES: u32 = 3;

/// A service that a script signs in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// `Connect-MsolService`.
    MsOnline,
    /// `Connect-AzureAD`.
    AzureAd,
    /// `Connect-MgGraph`.
    Graph,
    /// `Connect-ExchangeOnline`.
    Exchange,
}

struct Inner {
    lab: Lab,
    service: Service,
    connected: [bool; 4],
    /// The permissions that a script asked for when it signed in to Graph.
    scopes: Vec<String>,
    /// The UPN suffixes of each forest, which nothing in the World depends on.
    suffixes: Vec<Vec<String>>,
}

/// The World that a script acts on, shared by its modules.
#[derive(Clone)]
pub struct Stage(Rc<RefCell<Inner>>);

/// An answer of Graph that is not a success.
#[derive(Debug, Clone)]
pub struct CloudError {
    /// The status; 0 where there was no answer.
    pub status: u16,
    /// The error code of Graph.
    pub code: String,
    /// Its message.
    pub message: String,
    /// The whole body.
    pub body: Json,
    /// Its headers, as text.
    pub headers: Vec<(&'static str, String)>,
}

impl Stage {
    /// A stage over a lab. With `connected`, a script finds the sessions already open that an
    /// administrator has open at a prompt.
    pub fn new(lab: Lab, connected: bool) -> Self {
        let service = Service::new(Settings {
            tokens: Tokens::Any,
            seed: 1,
            ..Settings::default()
        });
        Self(Rc::new(RefCell::new(Inner {
            lab,
            service,
            connected: [connected; 4],
            scopes: Vec::new(),
            suffixes: Vec::new(),
        })))
    }

    /// Looks at the lab, or changes it.
    pub fn with<R>(&self, act: impl FnOnce(&mut Lab) -> R) -> R {
        act(&mut self.0.borrow_mut().lab)
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.0.borrow().lab.world().now()
    }

    /// Lets virtual time pass on behalf of a line.
    pub fn sleep(&self, line: u32, duration: SignedDuration) {
        if duration > SignedDuration::ZERO {
            let act = |lab: &mut Lab| {
                lab.act(Origin::Script(line), Action::Advance(duration));
            };
            self.with(act);
        }
    }

    /// A copy of the lab as it is.
    pub fn lab(&self) -> Lab {
        self.0.borrow().lab.clone()
    }

    /// Whether somebody signed in.
    pub(crate) fn is_connected(&self, service: Remote) -> bool {
        self.0.borrow().connected[service as usize]
    }

    /// Signs in or out.
    pub(crate) fn connect(&self, service: Remote, connected: bool) {
        self.0.borrow_mut().connected[service as usize] = connected;
    }

    /// The permissions that were asked for so far.
    pub(crate) fn scopes(&self) -> Vec<String> {
        self.0.borrow().scopes.clone()
    }

    /// Takes note of the permissions that are asked for.
    pub(crate) fn ask_for(&self, scopes: impl IntoIterator<Item = String>) {
        let known = &mut self.0.borrow_mut().scopes;
        for scope in scopes {
            if !known.iter().any(|it| it.eq_ignore_ascii_case(&scope)) {
                known.push(scope);
            }
        }
    }

    /// The UPN suffixes of a forest.
    pub(crate) fn suffixes(&self, forest: usize) -> Vec<String> {
        self.0
            .borrow()
            .suffixes
            .get(forest)
            .cloned()
            .unwrap_or_default()
    }

    /// Changes the UPN suffixes of a forest.
    pub(crate) fn change_suffixes(&self, forest: usize, change: impl FnOnce(&mut Vec<String>)) {
        let inner = &mut *self.0.borrow_mut();
        if inner.suffixes.len() <= forest {
            inner.suffixes.resize(forest + 1, Vec::new());
        }
        change(&mut inner.suffixes[forest]);
    }

    /// Reads the world.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(self.0.borrow().lab.world())
    }

    /// Carries out an action for a cmdlet, and gives what came of it.
    pub(crate) fn act(&self, call: &dyn Call, action: Action) -> Outcome<Vec<Event>> {
        self.alive()?;
        let from = origin(call);
        Ok(self.with(|lab| lab.act(from, action).to_vec()))
    }

    /// Changes the tenant for a cmdlet that does not speak Graph; the message of what was refused,
    /// or of what went wrong.
    pub(crate) fn change_tenant(
        &self,
        call: &dyn Call,
        change: CloudChange,
    ) -> Outcome<Result<(), String>> {
        self.alive()?;
        let from = origin(call);
        let changed = self.with(|lab| lab.change_tenant(from, change));
        Ok(changed.map_err(|why| match why {
            NotChanged::Refused(refusal) => refusal.message.clone(),
            NotChanged::Busy => {
                "The server is too busy to process the request. Please retry.".to_owned()
            }
            NotChanged::Dropped => "The underlying connection was closed: the connection was \
                                    closed unexpectedly."
                .to_owned(),
        }))
    }

    /// Whether anything is answered: a script that was killed gets nothing any more.
    pub(crate) fn alive(&self) -> Outcome {
        if self.0.borrow().lab.is_frozen() {
            return Err(Unwind::Stopped(Stop::Interrupted));
        }
        Ok(())
    }

    /// Sends a request of Graph for a cmdlet; one that the service is too busy for is sent again,
    /// as the SDK does.
    pub(crate) fn graph(
        &self,
        call: &dyn Call,
        method: &str,
        target: &str,
        body: Option<&Json>,
        headers: &[(&str, &str)],
    ) -> Outcome<Result<Json, CloudError>> {
        let mut request = Request::new(method, target).header("authorization", BEARER);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut tries = 0;
        loop {
            self.alive()?;
            let response = {
                let inner = &mut *self.0.borrow_mut();
                inner
                    .lab
                    .graph_from(origin(call), &mut inner.service, &request)
            };
            let busy = matches!(response.status, 429 | 503 | 504);
            if response.lost {
                return Ok(Err(CloudError::lost()));
            }
            if busy && tries < RETRIES {
                tries += 1;
                let after = response
                    .header_value("Retry-After")
                    .and_then(|it| it.parse().ok());
                self.sleep(
                    call.position().line,
                    SignedDuration::from_secs(after.unwrap_or(3)),
                );
                continue;
            }
            let body =
                serde_json::from_slice(&response.body).unwrap_or_else(|_| match String::from_utf8(
                    response.body.clone(),
                ) {
                    Ok(text) if !text.is_empty() => Json::String(text),
                    _ => Json::Null,
                });
            if (200..300).contains(&response.status) {
                return Ok(Ok(body));
            }
            return Ok(Err(CloudError::of(response.status, body, response.headers)));
        }
    }
}

impl CloudError {
    fn of(status: u16, body: Json, headers: Vec<(&'static str, String)>) -> Self {
        let text = |key: &str| body["error"][key].as_str().unwrap_or_default().to_owned();
        Self {
            status,
            code: text("code"),
            message: text("message"),
            body,
            headers,
        }
    }

    fn lost() -> Self {
        Self {
            status: 0,
            code: "ConnectionFailure".to_owned(),
            message: "The response ended prematurely.".to_owned(),
            body: json!(null),
            headers: Vec::new(),
        }
    }

    /// The name of the status in .NET.
    pub fn status_name(&self) -> &'static str {
        match self.status {
            0 => "None",
            400 => "BadRequest",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            405 => "MethodNotAllowed",
            409 => "Conflict",
            412 => "PreconditionFailed",
            413 => "RequestEntityTooLarge",
            429 => "TooManyRequests",
            500 => "InternalServerError",
            501 => "NotImplemented",
            502 => "BadGateway",
            503 => "ServiceUnavailable",
            504 => "GatewayTimeout",
            _ => "Unknown",
        }
    }

    /// The property whose value somebody else has, where the answer names one.
    pub fn property(&self) -> Option<&str> {
        // "Another object with the same value for property X already exists."
        let after = self.message.split("value for property ").nth(1)?;
        after.split(' ').next()
    }
}

/// Who acts: the script, at the line of a cmdlet.
pub(crate) fn origin(call: &dyn Call) -> Origin {
    Origin::Script(call.position().line)
}
