//! Sockets in front of a lab.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use mock_ad::ldap::server::{Running as LdapRunning, SharedHost, StartError as LdapError};
use mock_ad::ldap::{Replica, SecondController};
use mock_cloud::server::{
    Client, Request, Response, Running as HttpRunning, Service, Settings as GraphSettings,
    StartError as HttpError, Tokens, start,
};
use serde_json::{Value, json};
use sim::world::Action;

use crate::control;
use crate::doors::LdapDoor;
use crate::lab::{Lab, Origin};

/// Where to listen; a port of 0 takes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// For LDAP with StartTLS, of the first forest; the others get free ports.
    pub ldap: SocketAddr,
    /// For LDAP over TLS, of the first forest.
    pub ldaps: SocketAddr,
    /// For the global catalog of the first forest; else nowhere.
    pub global_catalog: Option<SocketAddr>,
    /// For LDAP of a second, read-only domain controller of the first forest, and how much later,
    /// in the time of the world, it hears of changes; else nowhere.
    pub second: Option<(SocketAddr, SignedDuration)>,
    /// For Graph over HTTP.
    pub graph: SocketAddr,
    /// For Graph over HTTPS.
    pub graph_tls: SocketAddr,
    /// For the control API.
    pub control: SocketAddr,
}

impl Default for Listen {
    /// Everything on free ports of this machine.
    fn default() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            ldap: free,
            ldaps: free,
            global_catalog: None,
            second: None,
            graph: free,
            graph_tls: free,
            control: free,
        }
    }
}

/// What clients prove themselves by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The bearer token of Graph and of the control API.
    pub token: String,
    /// The password of the administrator of each forest, as the lab was arranged with.
    pub password: String,
    /// The application that may sign in as itself.
    pub client: Client,
    /// Whether Graph checks permissions and roles.
    pub permissions: bool,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// LDAP can't be listened for.
    #[error(transparent)]
    Ldap(#[from] LdapError),
    /// Graph or the control API can't be listened for.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// How much time has passed on the wall since the server started.
pub type WallClock = Box<dyn Fn() -> SignedDuration + Send>;

struct State {
    lab: Lab,
    service: Service,
    token: String,
    clock: Option<WallClock>,
    /// How much of the wall's time has passed in the world.
    passed: SignedDuration,
    /// The second domain controller of the first forest.
    replica: Option<Replica>,
}

impl State {
    /// Lets the time pass in the world that has passed on the wall, in whole seconds.
    fn tick(&mut self) {
        let Some(clock) = &self.clock else { return };
        let elapsed = SignedDuration::from_secs(clock().as_secs());
        let more = elapsed - self.passed;
        if more > SignedDuration::ZERO {
            self.passed = elapsed;
            self.lab.act(Origin::Clock, Action::Advance(more));
        }
    }
}

impl State {
    /// Lets the second domain controller hear of what has changed.
    fn replicate(&mut self) {
        let now = self.lab.world().now();
        let first = self.lab.world().forests().first();
        if let (Some(replica), Some(forest)) = (&mut self.replica, first) {
            replica.note(forest, now);
        }
    }
}

/// One lab for many connections.
struct Shared(Mutex<State>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // What a panic elsewhere left is a world all the same: actions are all or nothing.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tick();
        state.replicate();
        state
    }
}

struct Forest {
    shared: Arc<Shared>,
    place: usize,
}

impl SharedHost for Forest {
    fn with(&self, run: &mut dyn FnMut(&mut dyn mock_ad::ldap::Host)) {
        let mut state = self.shared.lock();
        let mut door = LdapDoor {
            lab: &mut state.lab,
            forest: self.place,
            was_asked: false,
        };
        run(&mut door);
        let was_asked = door.was_asked;
        state.replicate();
        if was_asked {
            state.lab.finish_request();
        }
    }
}

/// The second domain controller of the first forest.
struct Second(Arc<Shared>);

impl SharedHost for Second {
    fn with(&self, run: &mut dyn FnMut(&mut dyn mock_ad::ldap::Host)) {
        let state = self.0.lock();
        let world = state.lab.world();
        if let (Some(replica), Some(forest)) = (&state.replica, world.forests().first()) {
            run(&mut SecondController {
                replica,
                writable: forest.dns_host_name(),
                now: world.now(),
            });
        }
    }
}

/// A lab that is served until this is dropped.
pub struct Serving {
    shared: Arc<Shared>,
    forests: Vec<LdapRunning>,
    second: Option<LdapRunning>,
    graph: HttpRunning,
    control: HttpRunning,
    secrets: Secrets,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Serving").finish_non_exhaustive()
    }
}

/// Serves a lab on sockets. Without a clock on the wall its time moves by the control API only.
///
/// # Errors
///
/// An address that is taken, or no certificate.
pub fn serve(
    mut lab: Lab,
    secrets: Secrets,
    listen: &Listen,
    clock: Option<WallClock>,
) -> Result<Serving, ServeError> {
    lab.follow_wall(clock.is_some());
    let places = lab.world().forests().len();
    let service = Service::new(GraphSettings {
        tokens: Tokens::Fixed(secrets.token.clone()),
        clients: vec![secrets.client.clone()],
        permissions: secrets.permissions,
        seed: 1,
        ..GraphSettings::default()
    });
    let replica = listen.second.zip(lab.world().forests().first());
    let replica = replica.map(|((_, lag), forest)| Replica::new(forest, lag, lab.world().now()));
    let shared = Arc::new(Shared(Mutex::new(State {
        replica,
        lab,
        service,
        token: secrets.token.clone(),
        clock,
        passed: SignedDuration::ZERO,
    })));
    let mut forests = Vec::new();
    for place in 0..places {
        let host = Arc::new(Forest {
            shared: Arc::clone(&shared),
            place,
        });
        let mut addresses = mock_ad::ldap::server::Listen::default();
        if place == 0 {
            addresses.ldap = listen.ldap;
            addresses.ldaps = listen.ldaps;
            addresses.global_catalog = listen.global_catalog;
        }
        forests.push(mock_ad::ldap::server::serve(host, &addresses)?);
    }
    let second = listen.second.map(|(ldap, _)| {
        let addresses = mock_ad::ldap::server::Listen {
            ldap,
            ..Default::default()
        };
        mock_ad::ldap::server::serve(Arc::new(Second(Arc::clone(&shared))), &addresses)
    });
    let second = second.transpose()?;
    let http = |answer: fn(&mut State, &Request) -> Response, plain, tls| {
        let shared = Arc::clone(&shared);
        let handler: mock_cloud::server::listen::Handler = Arc::new(move |request: &Request| {
            let mut state = shared.lock();
            if state.lab.is_frozen() {
                return lost();
            }
            let response = answer(&mut state, request);
            state.lab.finish_request();
            if state.lab.is_broken() {
                return lost();
            }
            response
        });
        let addresses = mock_cloud::server::Listen {
            graph: Some(plain),
            graph_tls: tls,
            names: Vec::new(),
        };
        start(&handler, &addresses)
    };
    let graph = http(graph, listen.graph, Some(listen.graph_tls))?;
    let control = http(controlled, listen.control, None)?;
    Ok(Serving {
        shared,
        forests,
        second,
        graph,
        control,
        secrets,
    })
}

/// An answer that never arrives.
fn lost() -> Response {
    Response {
        status: 503,
        lost: true,
        ..Response::default()
    }
}

fn graph(state: &mut State, request: &Request) -> Response {
    let State { lab, service, .. } = state;
    lab.graph_from(Origin::Graph, service, request)
}

fn controlled(state: &mut State, request: &Request) -> Response {
    control::respond(&mut state.lab, &state.token, request)
}

/// What answers requests of HTTP on a lab.
pub type Answering = Box<dyn Fn(&mut Lab, &Request) -> Response + Send + Sync>;

/// What answers requests of HTTP.
pub type Answer = Box<dyn Fn(&Request) -> Response + Send + Sync>;

/// Opens a door of plain HTTP, until what is returned is dropped.
///
/// # Errors
///
/// An address that is taken.
pub fn open(address: SocketAddr, answer: Answer) -> Result<HttpRunning, ServeError> {
    let handler: mock_cloud::server::listen::Handler = Arc::from(answer);
    let addresses = mock_cloud::server::Listen {
        graph: Some(address),
        graph_tls: None,
        names: Vec::new(),
    };
    Ok(start(&handler, &addresses)?)
}

impl Serving {
    /// Opens one more door of plain HTTP to the same lab, until what is returned is dropped.
    ///
    /// # Errors
    ///
    /// An address that is taken.
    pub fn open(&self, address: SocketAddr, answer: Answering) -> Result<HttpRunning, ServeError> {
        let shared = Arc::clone(&self.shared);
        let handler = move |request: &Request| {
            let mut state = shared.lock();
            let response = answer(&mut state.lab, request);
            if state.lab.is_broken() {
                return lost();
            }
            response
        };
        open(address, Box::new(handler))
    }

    /// Looks at the lab, or changes it, while no request is answered.
    pub fn with<R>(&self, act: impl FnOnce(&mut Lab) -> R) -> R {
        act(&mut self.shared.lock().lab)
    }

    /// The bearer token of Graph and of the control API.
    pub fn token(&self) -> &str {
        &self.secrets.token
    }

    /// The certificates of the authorities that clients have to trust, as PEM.
    pub fn authorities(&self) -> String {
        let forests = self.forests.iter().chain(&self.second);
        let forests = forests.map(|forest| forest.ca_pem.as_str());
        forests.chain([self.graph.authority.as_str()]).collect()
    }

    /// Every address and secret, as `--ready` writes them. `ca_file` is where the
    /// [authorities](Self::authorities) were written to.
    pub fn ready(&self, ca_file: &str) -> Value {
        let http = |address: Option<SocketAddr>| address.map(|it| format!("http://{it}"));
        let (names, tenant_id) = self.with(|lab| {
            let forests = lab.world().forests().iter();
            let names = forests.map(|it| (it.base().to_string(), it.dns_name().to_owned()));
            let tenant = lab.world().tenant().organization.id;
            (names.collect::<Vec<_>>(), tenant.to_string())
        });
        let port = self.graph.graph_tls.map(|it| it.port());
        let graph_tls = port.map(|port| format!("https://localhost:{port}"));
        let forests: Vec<Value> = self.forests.iter().zip(&names).map(forest_ready).collect();
        let first = forests.first().cloned().unwrap_or_default();
        let mut ready = json!({
            "ldap": first["ldap"],
            "ldaps": first["ldaps"],
            "base_dn": first["base_dn"],
            "bind_dn": first["bind_dn"],
            "password": self.secrets.password,
            "graph": http(self.graph.graph),
            "graph_tls": graph_tls,
            "control": http(self.control.graph),
            "token": self.secrets.token,
            "tenant_id": tenant_id,
            "client_id": self.secrets.client.id,
            "client_secret": self.secrets.client.secret,
            "authority": graph_tls.map(|it| format!("{it}/{tenant_id}")),
            "ca_file": ca_file,
        });
        if !first["gc"].is_null() {
            ready["gc"] = first["gc"].clone();
        }
        if let Some(second) = &self.second {
            ready["second_ldap"] = format!("ldap://{}", second.ldap).into();
        }
        if forests.len() > 1 {
            ready["forests"] = forests.into();
        }
        ready
    }
}

fn forest_ready((running, (base, dns)): (&LdapRunning, &(String, String))) -> Value {
    json!({
        "base_dn": base,
        "ldap": format!("ldap://{}", running.ldap),
        "ldaps": format!("ldaps://{}", running.ldaps),
        "gc": running.global_catalog.map(|it| format!("ldap://{it}")),
        "bind_dn": format!("Administrator@{dns}"),
    })
}
