//! The client that sends, and the clock that waits.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::judge::Answer;
use super::read::Transport;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The largest page that is taken, in bytes.
const PAGE_MAX: u64 = 256 * 1024 * 1024;

/// A client of Graph with a bearer token.
pub(crate) struct Wire {
    agent: Agent,
    token: String,
    /// Told about every pause.
    told: fn(u64),
}

impl Wire {
    /// A client that trusts this authority (PEM) instead of the public ones, where there is one.
    pub(crate) fn new(
        token: String,
        authority: Option<&[u8]>,
        told: fn(u64),
    ) -> Result<Self, ureq::Error> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = authority {
            let certificate = Certificate::from_pem(pem)?;
            tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls.build())
            .user_agent(concat!("dirsync-lab/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self { agent, token, told })
    }
}

impl Transport for Wire {
    fn get(&mut self, url: &str) -> Answer {
        let sent = self
            .agent
            .get(url)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Accept", "application/json")
            .call();
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => return Answer::Broken(error.to_string()),
        };
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let status = response.status().as_u16();
        match response
            .body_mut()
            .with_config()
            .limit(PAGE_MAX)
            .read_to_vec()
        {
            Ok(body) => Answer::Response {
                status,
                retry_after,
                body,
            },
            Err(error) => Answer::Broken(error.to_string()),
        }
    }

    fn wait(&mut self, seconds: u64) {
        (self.told)(seconds);
        std::thread::sleep(Duration::from_secs(seconds));
    }
}
