//! Sockets in front of a lab.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use mock_ad::ldap::server::{Running as LdapRunning, SharedHost, StartError as LdapError};
use mock_cloud::server::{
    Client, Request, Response, Running as HttpRunning, Service, Settings as GraphSettings,
    StartError as HttpError, Tokens, respond, start,
};
use serde_json::{Value, json};
use sim::world::Action;

use crate::control;
use crate::doors::{GraphDoor, LdapDoor};
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

/// One lab for many connections.
struct Shared(Mutex<State>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // What a panic elsewhere left is a world all the same: actions are all or nothing.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tick();
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
        let lab = &mut state.lab;
        run(&mut LdapDoor {
            lab,
            forest: self.place,
        });
        state.lab.finish_request();
    }
}

/// A lab that is served until this is dropped.
pub struct Serving {
    shared: Arc<Shared>,
    forests: Vec<LdapRunning>,
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
    lab: Lab,
    secrets: Secrets,
    listen: &Listen,
    clock: Option<WallClock>,
) -> Result<Serving, ServeError> {
    let places = lab.world().forests().len();
    let service = Service::new(GraphSettings {
        tokens: Tokens::Fixed(secrets.token.clone()),
        clients: vec![secrets.client.clone()],
        permissions: secrets.permissions,
        seed: 1,
        ..GraphSettings::default()
    });
    let shared = Arc::new(Shared(Mutex::new(State {
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
    let http = |answer: fn(&mut State, &Request) -> Response, plain, tls| {
        let shared = Arc::clone(&shared);
        let handler: mock_cloud::server::listen::Handler = Arc::new(move |request: &Request| {
            let mut state = shared.lock();
            if state.lab.is_frozen() {
                return lost();
            }
            let response = answer(&mut state, request);
            state.lab.finish_request();
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
    respond(service, &mut GraphDoor { lab }, request)
}

fn controlled(state: &mut State, request: &Request) -> Response {
    control::respond(&mut state.lab, &state.token, request)
}

impl Serving {
    /// Looks at the lab, or changes it, while no request is answered.
    pub fn with<R>(&self, act: impl FnOnce(&mut Lab) -> R) -> R {
        act(&mut self.shared.lock().lab)
    }

    /// The certificates of the authorities that clients have to trust, as PEM.
    pub fn authorities(&self) -> String {
        let forests = self.forests.iter().map(|forest| forest.ca_pem.as_str());
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
