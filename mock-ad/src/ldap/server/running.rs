//! Listeners over any host: a directory by itself, or one inside a larger world.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;

use super::builder::StartError;
use super::listen::{CONNECTIONS_MAX, Common, Door, listen};
use super::shared::SharedHost;
use super::tls;

/// How long connections are waited for when the server stops.
const GOODBYE_MAX: Duration = Duration::from_secs(5);

/// Where to listen; a port of 0 takes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// For LDAP, with StartTLS.
    pub ldap: SocketAddr,
    /// For LDAP over TLS.
    pub ldaps: SocketAddr,
    /// For the global catalog; else nowhere.
    pub global_catalog: Option<SocketAddr>,
}

impl Default for Listen {
    /// LDAP and LDAPS on free ports of this machine.
    fn default() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            ldap: free,
            ldaps: free,
            global_catalog: None,
        }
    }
}

/// Listeners that serve until this is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where LDAP is listened for.
    pub ldap: SocketAddr,
    /// Where LDAP over TLS is listened for.
    pub ldaps: SocketAddr,
    /// Where the global catalog is listened for.
    pub global_catalog: Option<SocketAddr>,
    /// The certificate of the authority that a client has to trust, as PEM.
    pub ca_pem: String,
    stop: watch::Sender<bool>,
    /// Its other end is gone once all connections are over.
    over: Mutex<mpsc::Receiver<()>>,
    /// Taken when the server stops.
    runtime: Option<Runtime>,
}

/// Serves a host on sockets, with a certificate for the names of its domain and of this machine.
pub fn serve(host: Arc<dyn SharedHost>, addresses: &Listen) -> Result<Running, StartError> {
    let mut names = Vec::new();
    host.with(&mut |host| names = tls::names(host.directory()));
    let tls = tls::make(&names).map_err(StartError::Tls)?;
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let bind = |address| {
        let wrong = move |error| StartError::Listen(address, error);
        // A socket knows its runtime from where it is made.
        let _guard = runtime.enter();
        let listener = listener(address).map_err(wrong)?;
        let address = listener.local_addr().map_err(wrong)?;
        Ok((listener, address))
    };
    let (plain, ldap) = bind(addresses.ldap)?;
    let (encrypted, ldaps) = bind(addresses.ldaps)?;
    let catalog = addresses.global_catalog.map(bind).transpose()?;
    let global_catalog = catalog.as_ref().map(|(_, address)| *address);
    let (stop, stopped) = watch::channel(false);
    let (alive, over) = mpsc::channel();
    let common = Arc::new(Common::new(host, tls.acceptor, stopped, alive));
    if let Some((catalog, _)) = catalog {
        runtime.spawn(listen(catalog, Door::GlobalCatalog, common.clone()));
    }
    runtime.spawn(listen(plain, Door::Plain, common.clone()));
    runtime.spawn(listen(encrypted, Door::Encrypted, common));
    Ok(Running {
        ldap,
        ldaps,
        global_catalog,
        ca_pem: tls.ca_pem,
        stop,
        over: Mutex::new(over),
        runtime: Some(runtime),
    })
}

/// A listener where as many connections may wait to be taken in as may be open.
///
/// Without saying so it would be 128: a client that opens more at once, faster than they are taken
/// in, has the next one dropped, and tries again only a second later.
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // As any listener has it here: the port of a server that just ended is free at once. Windows
    // means something else by that.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(CONNECTIONS_MAX)
}

impl Drop for Running {
    /// Stops listening, lets requests under way be answered, and closes all connections with a
    /// notice. A client that does not read is waited for no longer than five seconds.
    fn drop(&mut self) {
        // Nobody listening any more is as good as stopped.
        let _ = self.stop.send(true);
        if let Ok(over) = self.over.get_mut() {
            // Nothing is ever sent: this ends when the last connection has.
            let _ = over.recv_timeout(GOODBYE_MAX);
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
