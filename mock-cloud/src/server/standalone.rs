//! A mock tenant on ports of its own: for the binary, and for tests in Rust.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::certificate::{self, CertificateError};
use super::host::{Host as _, StandaloneHost};
use super::listen::{self, Door, Handler};
use super::message::{Request, Response};
use super::respond::respond;
use super::service::{Client, Service, Settings, Tokens};
use crate::tenant::Tenant;

/// Where to listen, and as what.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Where to serve plain HTTP, and `CONNECT` for clients that use a proxy.
    pub graph: Option<SocketAddr>,
    /// Where to serve HTTPS.
    pub graph_tls: Option<SocketAddr>,
    /// Names that the certificate is for, besides this machine's and the real service's.
    pub names: Vec<String>,
}

impl Default for Listen {
    /// HTTP and HTTPS on free ports of this machine.
    fn default() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            graph: Some(free),
            graph_tls: Some(free),
            names: Vec::new(),
        }
    }
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address is taken, or not of this machine.
    #[error("can't listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The machine gives no thread or no event queue.
    #[error("can't start: {0}")]
    Runtime(std::io::Error),
    /// No certificate could be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// Listeners that serve until this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where plain HTTP is served.
    pub graph: Option<SocketAddr>,
    /// Where HTTPS is served.
    pub graph_tls: Option<SocketAddr>,
    /// The certificate of the authority that clients have to trust, as PEM.
    pub authority: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens any more where the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Running {
    /// Waits for as long as the listeners serve.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves a handler on sockets, on a thread of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge has threads and a clock"
)]
pub fn start(handler: &Handler, listen: &Listen) -> Result<Running, StartError> {
    let now = Timestamp::now();
    let year = now.strftime("%Y").to_string().parse().unwrap_or(2026);
    let identity = certificate::identity(&listen.names, year)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let door = |is_tls: bool| Door {
        handler: Arc::clone(handler),
        tls: TlsAcceptor::from(Arc::clone(&identity.tls)),
        is_tls,
        names: listen.names.clone().into(),
    };
    let bind = |address: Option<SocketAddr>| match address {
        None => Ok(None),
        Some(address) => runtime
            .block_on(listen::bind(address))
            .map(Some)
            .map_err(|source| StartError::Bind { address, source }),
    };
    let (plain, secure) = (bind(listen.graph)?, bind(listen.graph_tls)?);
    let local = |listener: &Option<tokio::net::TcpListener>| {
        listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok())
    };
    let (graph, graph_tls) = (local(&plain), local(&secure));
    let (stop, stopped) = oneshot::channel();
    for (listener, is_tls) in [(plain, false), (secure, true)] {
        if let Some(listener) = listener {
            runtime.spawn(listen::accept(listener, door(is_tls)));
        }
    }
    let (ready, is_ready) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let _ = ready.send(());
        let _ = runtime.block_on(stopped);
        // Listeners and connections end here, whatever their clients are doing.
        runtime.shutdown_timeout(Duration::from_secs(5));
    });
    let _ = is_ready.recv();
    Ok(Running {
        graph,
        graph_tls,
        authority: identity.authority,
        stop: Some(stop),
        thread: Some(thread),
    })
}

/// The clock of a server: the machine's, moved by a constant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// A clock that shows this time now and runs on.
    #[expect(clippy::disallowed_methods, reason = "the edge has a clock")]
    pub fn showing(now: Timestamp) -> Self {
        Self {
            ahead: now.duration_since(Timestamp::now()),
        }
    }

    /// The time it shows.
    #[expect(clippy::disallowed_methods, reason = "the edge has a clock")]
    pub fn now(self) -> Timestamp {
        let now = Timestamp::now();
        now.saturating_add(self.ahead).unwrap_or(now)
    }
}

/// A mock tenant that serves Graph until it is dropped.
///
/// ```
/// use mock_cloud::server::MockCloud;
/// use mock_cloud::{Profile, Tenant};
///
/// let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2026);
/// let cloud = MockCloud::start(tenant)?;
/// let users = format!("{}/users", cloud.graph_url()); // http://127.0.0.1:49152/v1.0/users
/// // … point the program under test there, with any bearer token; it stops when `cloud` drops.
/// assert_eq!(cloud.tenant().objects().len(), 0);
/// # let _ = users;
/// # Ok::<(), mock_cloud::server::StartError>(())
/// ```
pub struct MockCloud {
    running: Running,
    state: Arc<Mutex<State>>,
}

struct State {
    service: Service,
    host: StandaloneHost,
    clock: Clock,
}

impl MockCloud {
    /// Serves a tenant over HTTP and HTTPS on free ports of this machine; any bearer token is
    /// believed, and the application `client_id` may sign in.
    pub fn start(tenant: Tenant) -> Result<Self, StartError> {
        let settings = Settings {
            tokens: Tokens::Any,
            clients: vec![Client::for_seed(1)],
            ..Settings::default()
        };
        let clock = Clock::default();
        let host = StandaloneHost::new(tenant, clock.now(), 1);
        Self::start_with(host, settings, clock, &Listen::default())
    }

    /// Serves a host as the settings say.
    pub fn start_with(
        host: StandaloneHost,
        settings: Settings,
        clock: Clock,
        listen: &Listen,
    ) -> Result<Self, StartError> {
        let state = Arc::new(Mutex::new(State {
            service: Service::new(settings),
            host,
            clock,
        }));
        let shared = Arc::clone(&state);
        let handler: Handler = Arc::new(move |request: &Request| answer(&shared, request));
        let running = start(&handler, listen)?;
        Ok(Self { running, state })
    }

    /// The listeners.
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// The base URL of Graph over plain HTTP; empty where that is not served.
    pub fn graph_url(&self) -> String {
        let address = self.running.graph;
        address
            .map(|it| format!("http://{it}/v1.0"))
            .unwrap_or_default()
    }

    /// The base URL of Graph over HTTPS, by the name `localhost`; empty where that is not served.
    pub fn graph_tls_url(&self) -> String {
        let address = self.running.graph_tls;
        let port = address.map(|it| it.port());
        port.map(|port| format!("https://localhost:{port}/v1.0"))
            .unwrap_or_default()
    }

    /// The tenant as it is now: a fork, which later requests do not change.
    pub fn tenant(&self) -> Tenant {
        self.with_host(|host| host.tenant().clone())
    }

    /// Reads or changes what the server stands on: the tenant, faults, lag.
    pub fn with_host<T>(&self, act: impl FnOnce(&mut StandaloneHost) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut state.host)
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: SignedDuration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock.ahead = state.clock.ahead.saturating_add(by);
    }

    /// Serves for as long as the process lives.
    pub fn wait(self) {
        self.running.wait();
    }
}

fn answer(state: &Mutex<State>, request: &Request) -> Response {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let State {
        service,
        host,
        clock,
    } = &mut *state;
    host.set_now(clock.now());
    respond(service, host, request)
}
