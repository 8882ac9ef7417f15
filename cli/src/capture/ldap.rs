//! A connection to a domain controller that only asks.
//!
//! The messages are those of rasn-ldap; there is no way in here to send a change.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mock_ad::ldap::frame_length;
use rasn::types::OctetString;
use rasn_ldap::{
    AuthenticationChoice, BindRequest, Control, Filter, LdapMessage, ProtocolOp, ResultCode,
    SearchRequest, SearchRequestDerefAliases, SearchRequestScope,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::forest::{Answer, Ask, Asked, Entry};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
}

impl Address {
    /// Reads `ldaps://host[:port]` or `ldap://host[:port]`.
    pub(crate) fn read(url: &str) -> Option<Self> {
        let (tls, rest) = match url.split_once("://")? {
            ("ldaps", rest) => (true, rest),
            ("ldap", rest) => (false, rest),
            _ => return None,
        };
        let rest = rest.trim_end_matches('/');
        let usual = if tls { 636 } else { 389 };
        let bracketed = rest.strip_prefix('[').and_then(|it| it.split_once(']'));
        let (host, port) = match bracketed {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => rest
                .split_once(':')
                .map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let port = port.map_or(Some(usual), |port| port.parse().ok())?;
        let is_host = !host.is_empty() && !host.contains(['/', '?']);
        is_host.then(|| Self {
            host: host.to_owned(),
            port,
            tls,
        })
    }

    /// Whether nobody else can listen.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// A connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
    id: u32,
}

impl Connection {
    /// Connects; with TLS this authority (PEM) is trusted instead of the public ones, if given.
    pub(crate) fn open(address: &Address, authority: Option<&[u8]>) -> Result<Self, String> {
        let told =
            |error: &dyn std::fmt::Display| format!("{}:{}: {error}", address.host, address.port);
        let tcp =
            TcpStream::connect((address.host.as_str(), address.port)).map_err(|it| told(&it))?;
        for set in [
            tcp.set_read_timeout(Some(PATIENCE)),
            tcp.set_write_timeout(Some(PATIENCE)),
        ] {
            set.map_err(|it| told(&it))?;
        }
        let stream: Box<dyn Stream> = if address.tls {
            Box::new(tls(tcp, &address.host, authority).map_err(|it| told(&it))?)
        } else {
            Box::new(tcp)
        };
        Ok(Self {
            stream,
            buffer: Vec::new(),
            id: 0,
        })
    }

    /// Signs in with a name and a password.
    pub(crate) fn bind(&mut self, name: &str, password: &str) -> Result<(), String> {
        let choice = AuthenticationChoice::Simple(OctetString::from(password.as_bytes().to_vec()));
        let request = BindRequest::new(3, name.into(), choice);
        self.send(ProtocolOp::BindRequest(request), None)?;
        match self.receive()?.protocol_op {
            ProtocolOp::BindResponse(answer) if answer.result_code == ResultCode::Success => Ok(()),
            ProtocolOp::BindResponse(answer) => {
                Err(told(answer.result_code, &answer.diagnostic_message))
            }
            _ => Err("the answer is none to a bind: is this LDAP?".to_owned()),
        }
    }

    fn send(&mut self, operation: ProtocolOp, control: Option<Control>) -> Result<(), String> {
        self.id += 1;
        let mut message = LdapMessage::new(self.id, operation);
        message.controls = control.map(|control| vec![control]);
        let bytes = rasn::ber::encode(&message).map_err(|error| error.to_string())?;
        let sent = self
            .stream
            .write_all(&bytes)
            .and_then(|()| self.stream.flush());
        sent.map_err(|error| error.to_string())
    }

    fn receive(&mut self) -> Result<LdapMessage, String> {
        loop {
            let length =
                frame_length(&self.buffer).map_err(|_| "the answer is no LDAP".to_owned())?;
            if let Some(length) = length.filter(|length| *length <= self.buffer.len()) {
                let bytes: Vec<u8> = self.buffer.drain(..length).collect();
                let message = rasn::ber::decode(&bytes);
                return message.map_err(|error| format!("the answer can't be read: {error}"));
            }
            let mut more = [0; 1 << 13];
            match self.stream.read(&mut more) {
                Ok(0) => return Err("the server closed the connection".to_owned()),
                Ok(count) => self.buffer.extend_from_slice(&more[..count]),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

fn told(code: ResultCode, message: &str) -> String {
    let number = code as u32;
    if message.is_empty() {
        format!("result {number} ({code:?})")
    } else {
        format!(
            "result {number} ({code:?}): {}",
            message.trim_end_matches('\0')
        )
    }
}

fn tls(
    mut tcp: TcpStream,
    host: &str,
    authority: Option<&[u8]>,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| error.to_string())?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let mut client =
        ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    // Now, and not with the first request: a certificate is no matter of who signs in.
    while client.is_handshaking() {
        client
            .complete_io(&mut tcp)
            .map_err(|error| error.to_string())?;
    }
    Ok(StreamOwned::new(client, tcp))
}

impl Ask for Connection {
    fn ask(&mut self, asked: &Asked) -> Result<Answer, String> {
        let kinds = asked.classes.iter().map(|class| {
            let class = OctetString::from(class.as_bytes().to_vec());
            Filter::EqualityMatch(rasn_ldap::AttributeValueAssertion::new(
                "objectClass".into(),
                class,
            ))
        });
        let filter = if asked.classes.is_empty() {
            Filter::Present("objectClass".into())
        } else {
            Filter::Or(kinds.collect::<Vec<_>>().into())
        };
        let scope = if asked.is_subtree {
            SearchRequestScope::WholeSubtree
        } else {
            SearchRequestScope::BaseObject
        };
        let request = SearchRequest::new(
            asked.base.as_str().into(),
            scope,
            SearchRequestDerefAliases::NeverDerefAliases,
            0,
            0,
            false,
            filter,
            asked
                .attributes
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
        );
        let control = asked.control.as_ref().map(|(oid, value)| {
            let value = OctetString::from(value.clone());
            Control::new(
                OctetString::from(oid.as_bytes().to_vec()),
                true,
                Some(value),
            )
        });
        self.send(ProtocolOp::SearchRequest(request), control)?;
        let mut answer = Answer::default();
        loop {
            let message = self.receive()?;
            match message.protocol_op {
                ProtocolOp::SearchResEntry(entry) => {
                    let attributes = entry.attributes.iter().map(|one| {
                        let values = one.vals.to_vec();
                        let values = values.iter().map(|value| value.to_vec()).collect();
                        (one.r#type.0.clone(), values)
                    });
                    answer.entries.push(Entry {
                        dn: entry.object_name.0.clone(),
                        attributes: attributes.collect(),
                    });
                }
                ProtocolOp::SearchResRef(_) => {}
                ProtocolOp::SearchResDone(done) => {
                    answer.code = done.0.result_code as u32;
                    answer.message = told(done.0.result_code, &done.0.diagnostic_message);
                    let mut controls = message.controls.into_iter().flatten();
                    let wanted = asked.control.as_ref().map(|(oid, _)| oid.as_bytes());
                    let found = controls.find(|it| Some(&*it.control_type) == wanted);
                    let value = found.and_then(|it| it.control_value);
                    answer.control = value.map(|value| value.to_vec());
                    return Ok(answer);
                }
                _ => return Err("the answer is none to a search: is this LDAP?".to_owned()),
            }
        }
    }
}
