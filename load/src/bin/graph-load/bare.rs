//! What mock-cloud is measured by: an axum handler that returns bytes it has ready.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as Part, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;

use crate::Failure;

/// Serves the files `0`, `1`, … of a directory at `/0/…`, `/1/…` until it is killed.
pub(crate) fn serve(place: &Path, address: &str) -> Result<(), Failure> {
    let mut bodies = Vec::new();
    while let Ok(body) = fs::read(place.join(bodies.len().to_string())) {
        bodies.push(Bytes::from(body));
    }
    let app = Router::new()
        .route("/{row}/{*rest}", get(answer))
        .with_state(Arc::new(bodies));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, app).await?;
        Ok(())
    })
}

async fn answer(
    State(bodies): State<Arc<Vec<Bytes>>>,
    Part((row, _)): Part<(usize, String)>,
) -> impl IntoResponse {
    let body = bodies.get(row).cloned().unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], body)
}
