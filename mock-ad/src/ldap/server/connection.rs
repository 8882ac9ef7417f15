//! One connection: bytes in, messages answered, bytes out.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::listen::{Common, stop};
use super::shared::SharedHost;
use crate::ldap::respond::{
    Answer, Next, notice_of_disconnection, notify, respond, respond_to_failure,
};
use crate::ldap::{Session, decode, encode, frame_length};
use crate::search::ResultCode;

/// MaxConnIdleTime: how long a connection may say nothing (MS-ADTS 3.1.1.3.4.6).
const IDLE_MAX: Duration = Duration::from_secs(900);
/// How long a client may leave an answer unread.
const WRITE_MAX: Duration = Duration::from_secs(120);
/// Answers to requests that came together are sent together up to this many bytes.
const TOGETHER_MAX: usize = 256 * 1024;
/// How often changes are looked for on behalf of searches that wait for them.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How much is read at once.
const READ_SIZE: usize = 16 * 1024;

/// How the plain part of a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It is over.
    Closed,
    /// TLS comes next.
    StartTls,
}

/// Answers the messages of a connection until it ends or TLS is to begin.
pub(super) async fn serve<S>(stream: &mut S, session: &mut Session, common: &Common) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut input = BytesMut::with_capacity(READ_SIZE);
    let mut output = Vec::new();
    let mut stopped = common.stopped.clone();
    loop {
        // All messages that are there are answered before anything more is read.
        loop {
            let step = next_message(&mut input, session, &*common.host);
            let Some(answer) = step else { break };
            if answer.delay.is_some() && !flush(stream, &mut output).await {
                return End::Closed;
            }
            for response in &answer.responses {
                encode(response, &mut output);
            }
            if let Some(delay) = answer.delay {
                tokio::time::sleep(delay).await;
            }
            let ends = answer.next != Next::Continue;
            if (ends || output.len() > TOGETHER_MAX) && !flush(stream, &mut output).await {
                return End::Closed;
            }
            match answer.next {
                Next::Continue => {}
                Next::Close => return End::Closed,
                // What came in the clear after the request cannot be part of the TLS session.
                Next::StartTls if !input.is_empty() => return End::Closed,
                Next::StartTls => return End::StartTls,
            }
        }
        if !flush(stream, &mut output).await {
            return End::Closed;
        }
        if output.capacity() > TOGETHER_MAX {
            output = Vec::new();
        }
        input.reserve(READ_SIZE);
        let read = tokio::select! {
            () = changes_are_due(session) => {
                common.host.with(&mut |host| {
                    for response in notify(session, host) {
                        encode(&response, &mut output);
                    }
                });
                continue;
            }
            read = timeout(IDLE_MAX, stream.read_buf(&mut input)) => read,
            () = stop(&mut stopped) => {
                let notice = notice_of_disconnection(ResultCode::UNAVAILABLE, "");
                encode(&notice, &mut output);
                flush(stream, &mut output).await;
                return End::Closed;
            }
        };
        match read {
            Ok(Ok(count)) if count > 0 => {}
            _ => return End::Closed,
        }
    }
}

/// Waits until it is time to look for changes that the client wants to be told.
async fn changes_are_due(session: &Session) {
    if session.waits_for_changes() {
        tokio::time::sleep(LOOK_EVERY).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// Answers the message at the front of a buffer; `None` if it has not come whole.
fn next_message(
    input: &mut BytesMut,
    session: &mut Session,
    host: &dyn SharedHost,
) -> Option<Answer> {
    let length = match frame_length(input) {
        Ok(length) => length.filter(|length| *length <= input.len())?,
        Err(error) => {
            let text = error.to_string();
            let notice = notice_of_disconnection(ResultCode::PROTOCOL_ERROR, &text);
            return Some(Answer {
                responses: vec![notice],
                next: Next::Close,
                delay: None,
            });
        }
    };
    let mut decoded = Some(decode(input.get(..length)?));
    input.advance(length);
    let mut answer = None;
    host.with(&mut |host| {
        answer = match decoded.take() {
            Some(Ok(message)) => Some(respond(session, message, host)),
            Some(Err(failure)) => Some(respond_to_failure(&failure, host)),
            None => None,
        };
    });
    answer
}

/// Sends what is to be sent; `false` if the client takes no more.
async fn flush<S: AsyncWrite + Unpin>(stream: &mut S, output: &mut Vec<u8>) -> bool {
    if output.is_empty() {
        return true;
    }
    let written = timeout(WRITE_MAX, async {
        stream.write_all(output).await?;
        stream.flush().await
    });
    let done = matches!(written.await, Ok(Ok(())));
    output.clear();
    done
}
