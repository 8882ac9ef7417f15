//! A client of the control API.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::error::Error;
use crate::files;

/// How long a server may take for an answer: an initial cycle of a million people takes a while.
const PATIENCE: Duration = Duration::from_secs(600);

/// A server that is running.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    address: String,
    token: String,
}

impl Server {
    /// Finds the server of a ready file, or the one that the environment tells of.
    pub(crate) fn find(ready: Option<&Path>) -> Result<Self, Error> {
        let named = std::env::var_os("DIRSYNC_LAB_READY").map(PathBuf::from);
        if let Some(path) = ready.map(Path::to_owned) {
            return Self::of_file(&path);
        }
        let told = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (
            told("DIRSYNC_LAB_CONTROL"),
            told("DIRSYNC_LAB_TOKEN"),
            named,
        ) {
            (Some(address), Some(token), _) => Ok(Self { address, token }),
            (_, _, Some(path)) => Self::of_file(&path),
            _ => Err(Error::Usage {
                message: "no server is named".to_owned(),
                help: "give the ready file of `dirsync-lab serve` with --ready, or set \
                       DIRSYNC_LAB_CONTROL and DIRSYNC_LAB_TOKEN"
                    .to_owned(),
            }),
        }
    }

    fn of_file(path: &Path) -> Result<Self, Error> {
        let ready: Option<Value> = serde_json::from_slice(&files::read(path)?).ok();
        let ready = ready.unwrap_or_default();
        let text = |key: &str| ready[key].as_str().map(str::to_owned);
        let (Some(address), Some(token)) = (text("control"), text("token")) else {
            return Err(Error::Usage {
                message: format!("{} names no control API", path.display()),
                help: "expected the file that `dirsync-lab serve --ready FILE` writes".to_owned(),
            });
        };
        Ok(Self { address, token })
    }

    /// Sends a request; a refusal is an error in the server's own words.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Error> {
        let failed = |message: String, help: &str| Error::Usage {
            message,
            help: help.to_owned(),
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        let target = format!("{}{path}", self.address.trim_end_matches('/'));
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(&target)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json");
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = request.body(text).map_err(|error| {
            failed(
                format!("`{target}` is no address: {error}"),
                "see the ready file",
            )
        })?;
        let sent = agent.run(request).map_err(|error| {
            let message = format!("no answer from {}: {error}", self.address);
            failed(message, "is the server still running?")
        })?;
        let status = sent.status();
        let text = sent.into_body().read_to_string().unwrap_or_default();
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let said = answer["error"]["message"].as_str().unwrap_or("no reason");
        Err(failed(
            format!("the server refuses with {}: {said}", status.as_u16()),
            "docs/control-api.md says what it takes",
        ))
    }
}
