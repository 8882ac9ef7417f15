//! Taking in connections.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::connection::{End, serve};
use super::shared::SharedHost;
use crate::ldap::Session;

/// MaxConnections: how many connections there are at a time (MS-ADTS 3.1.1.3.4.6).
pub(super) const CONNECTIONS_MAX: u32 = 5000;
/// InitRecvTimeout: how long a new connection may take to say something.
const HANDSHAKE_MAX: Duration = Duration::from_secs(120);

/// What all connections share.
pub(super) struct Common {
    pub(super) host: Arc<dyn SharedHost>,
    acceptor: TlsAcceptor,
    pub(super) stopped: watch::Receiver<bool>,
    places: Arc<Semaphore>,
    /// Held, never used: whoever waits for its other end learns that all connections are over.
    _alive: mpsc::Sender<()>,
}

impl Common {
    pub(super) fn new(
        host: Arc<dyn SharedHost>,
        acceptor: TlsAcceptor,
        stopped: watch::Receiver<bool>,
        alive: mpsc::Sender<()>,
    ) -> Self {
        Self {
            host,
            acceptor,
            stopped,
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX as usize)),
            _alive: alive,
        }
    }
}

/// What is listened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// LDAP, with StartTLS.
    Plain,
    /// LDAP over TLS.
    Encrypted,
    /// The global catalog, with StartTLS.
    GlobalCatalog,
}

/// Waits until the server stops.
pub(super) async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error says that the server is gone, which is a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Takes in connections until the server stops.
pub(super) async fn listen(listener: TcpListener, door: Door, common: Arc<Common>) {
    let mut stopped = common.stopped.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop(&mut stopped) => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file handles, or a client that was gone at once: others may fare better.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // One connection more than there may be is closed at once.
        let Ok(place) = common.places.clone().try_acquire_owned() else {
            continue;
        };
        let common = common.clone();
        tokio::spawn(async move {
            connection(stream, door, &common).await;
            drop(place);
        });
    }
}

async fn connection(mut stream: TcpStream, door: Door, common: &Common) {
    // A search is answered in one write; waiting for more would cost 40 milliseconds each time.
    let _ = stream.set_nodelay(true);
    let mut session = Session {
        encrypted: door == Door::Encrypted,
        global_catalog: door == Door::GlobalCatalog,
        ..Session::default()
    };
    if !session.encrypted {
        match serve(&mut stream, &mut session, common).await {
            End::StartTls => session.encrypted = true,
            End::Closed => {
                let _ = stream.shutdown().await;
                return;
            }
        }
    }
    let mut stopped = common.stopped.clone();
    let accepted = tokio::select! {
        accepted = timeout(HANDSHAKE_MAX, common.acceptor.accept(stream)) => accepted,
        () = stop(&mut stopped) => return,
    };
    let Ok(Ok(mut stream)) = accepted else {
        return;
    };
    serve(&mut stream, &mut session, common).await;
    let _ = stream.shutdown().await;
}
