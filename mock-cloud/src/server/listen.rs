//! Sockets: HTTP, HTTPS, and HTTPS behind `CONNECT`, all in front of one handler.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::certificate::SERVICE_NAMES;
use super::message::{Request, Response};
use super::respond::BODY_MAX;

/// How many connections are served at once; more wait.
const CONNECTIONS_MAX: usize = 1_024;
/// How long a client may take to send the head of a request, or to agree on TLS.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// What answers requests: a mutex around a tenant, or around a world.
pub type Handler = Arc<dyn Fn(&Request) -> Response + Send + Sync>;

/// A listener that accepts until its task is dropped.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) handler: Handler,
    /// What a `CONNECT` to a known name is answered by, and a listener of HTTPS itself.
    pub(super) tls: TlsAcceptor,
    /// Whether this listener speaks TLS from the first byte.
    pub(super) is_tls: bool,
    /// Names besides the real service's that `CONNECT` may ask for.
    pub(super) names: Arc<[String]>,
}

/// Binds an address; the port may be 0.
pub(super) async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Accepts connections for as long as it is polled.
pub(super) async fn accept(listener: TcpListener, door: Door) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        // Whoever is done is forgotten here; a client that breaks off is no failure of ours.
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let door = door.clone();
                connections.spawn(async move {
                    connection(stream, door).await;
                    drop(place);
                });
            }
            // Out of file handles, for instance: let some connections end first.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, door: Door) {
    // Small answers are sent at once; that is an optimisation only.
    let _ = stream.set_nodelay(true);
    if door.is_tls {
        secure(stream, door).await;
    } else {
        serve(stream, door, "http").await;
    }
}

async fn secure<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, door: Door) {
    let agreed = tokio::time::timeout(HEAD_TIMEOUT, door.tls.accept(stream)).await;
    if let Ok(Ok(stream)) = agreed {
        serve(stream, door, "https").await;
    }
}

async fn serve<S>(stream: S, door: Door, scheme: &'static str)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100);
    let answer = service_fn(move |request| {
        let door = door.clone();
        async move { answer(request, door, scheme).await }
    });
    // How a connection ends is the client's business.
    let _ = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), answer)
        .await;
}

/// The reply is lost: the connection breaks.
#[derive(Debug, thiserror::Error)]
#[error("the reply is lost on purpose")]
struct LostReply;

type Reply = hyper::Response<Full<Bytes>>;

async fn answer(
    request: hyper::Request<Incoming>,
    door: Door,
    scheme: &'static str,
) -> Result<Reply, LostReply> {
    if request.method() == Method::CONNECT {
        return Ok(tunnel(request, door));
    }
    let (head, body) = request.into_parts();
    let authority = head.uri.authority().map(ToString::to_string);
    let named = head.headers.get(hyper::header::HOST);
    let named = named.and_then(|host| host.to_str().ok()).map(str::to_owned);
    let body = match Limited::new(body, BODY_MAX + 1).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        // Too large, or broken off: the handler refuses what is too large.
        Err(error) if error.is::<http_body_util::LengthLimitError>() => vec![b' '; BODY_MAX + 1],
        Err(_) => return Err(LostReply),
    };
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let request = Request {
        method: head.method.as_str().to_owned(),
        scheme,
        host: authority
            .or(named)
            .unwrap_or_else(|| "localhost".to_owned()),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    };
    let mut response = (door.handler)(&request);
    while let Some(pause) = response.again {
        tokio::time::sleep(pause).await;
        response = (door.handler)(&request);
    }
    if response.lost {
        return Err(LostReply);
    }
    Ok(reply(response))
}

fn reply(response: Response) -> Reply {
    let mut reply = hyper::Response::new(Full::new(Bytes::from(response.body)));
    let status = StatusCode::from_u16(response.status);
    *reply.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            reply.headers_mut().append(name, value);
        }
    }
    reply
}

/// `CONNECT` to a name of the real service ends here, in TLS of our own; to others it is refused.
fn tunnel(request: hyper::Request<Incoming>, door: Door) -> Reply {
    let host = request
        .uri()
        .host()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let known = SERVICE_NAMES.iter().any(|name| *name == host)
        || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host.as_str())
        || door
            .names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&host));
    if !known {
        let text = format!("mock-cloud stands in for Microsoft's names only, not for {host}");
        let mut reply = reply(Response::text(403, text));
        *reply.status_mut() = StatusCode::FORBIDDEN;
        return reply;
    }
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let stream = TokioIo::new(upgraded);
            Box::pin(secure(stream, door)).await;
        }
    });
    hyper::Response::new(Full::new(Bytes::new()))
}
