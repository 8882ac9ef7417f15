//! The same server behind real sockets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::{Tokens, Workbench};
use crate::profile::Profile;
use crate::server::{Clock, Fault, Listen, MockCloud, PlannedFault, Settings, StandaloneHost};

fn start() -> MockCloud {
    let tenant = Workbench::new(Profile::Entra2026).tenant;
    let clock = Clock::default();
    let host = StandaloneHost::new(tenant, clock.now(), 1);
    let settings = Settings {
        tokens: Tokens::Any,
        ..Settings::default()
    };
    MockCloud::start_with(host, settings, clock, &Listen::default()).unwrap()
}

/// Sends bytes and reads until the server closes.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // A reply that is lost on purpose breaks the connection.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn requests_come_over_http_and_links_name_the_host_that_was_asked() {
    let cloud = start();
    let address = cloud.running().graph.unwrap();
    let answer = exchange(
        address,
        "GET /v1.0/users HTTP/1.1\r\nHost: graph.test:99\r\nAuthorization: Bearer x\r\n\
         Connection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("http://graph.test:99/v1.0/$metadata#users"),
        "{answer}"
    );
}

#[test]
fn a_lost_reply_breaks_the_connection() {
    let cloud = start();
    cloud.with_host(|host| {
        host.plan_fault(PlannedFault {
            fault: Fault::LoseReply,
            method: String::new(),
            path_contains: String::new(),
            every: 1,
            at_most: 1,
        });
    });
    let address = cloud.running().graph.unwrap();
    let request = "GET /v1.0/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\
                   Connection: close\r\n\r\n";
    assert_eq!(exchange(address, request), "");
    assert!(exchange(address, request).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_proxy_is_one_for_the_names_of_the_service_only() {
    let cloud = start();
    let address = cloud.running().graph.unwrap();
    let refused = exchange(
        address,
        "CONNECT pypi.org:443 HTTP/1.1\r\nHost: pypi.org:443\r\nConnection: close\r\n\r\n",
    );
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    let mut stream = TcpStream::connect(address).unwrap();
    let connect =
        "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com:443\r\n\r\n";
    stream.write_all(connect.as_bytes()).unwrap();
    let mut start = [0; 15];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
}

#[test]
fn the_ports_are_free_again_when_the_server_is_dropped() {
    let cloud = start();
    let address = cloud.running().graph.unwrap();
    drop(cloud);
    assert!(TcpStream::connect(address).is_err());
}
