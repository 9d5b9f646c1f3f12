//! What both outgoing streams do: read the filter, then send what the hub tells until the end.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::socket::{Close, Socket};
use crate::hub::Live;
use crate::json::scan;
use crate::lifecycle::closed;

/// The message that a subscriber begins with.
pub(super) struct Wanted<F> {
    pub(super) filter: F,
    pub(super) backfill: bool,
}

#[derive(Deserialize)]
struct Message<F> {
    filter: F,
    #[serde(default = "yes")]
    backfill: bool,
}

#[derive(Deserialize)]
struct Kind {
    r#type: String,
}

fn yes() -> bool {
    true
}

/// Reads the filter.
pub(super) async fn wanted<F: DeserializeOwned>(socket: &mut Socket) -> Result<Wanted<F>, Close> {
    let text = socket.text().await?;
    if scan(text.as_bytes(), socket.app().config.limits.json_depth).is_err() {
        return Err(Close::protocol(
            "Invalid filter: nested too deep or malformed",
        ));
    }
    if !serde_json::from_str::<Kind>(&text).is_ok_and(|message| message.r#type == "filter") {
        return Err(Close::protocol("Expected 'filter' message"));
    }
    let message: Message<F> = serde_json::from_str(&text)
        .map_err(|error| Close::protocol(format!("Invalid filter: {error}")))?;
    Ok(Wanted {
        filter: message.filter,
        backfill: message.backfill,
    })
}

/// Sends live frames until the socket ends; gives the reason. `pass` may hold frames back.
pub(super) async fn send_live(
    socket: &mut Socket,
    live: &mut Live,
    mut pass: impl FnMut(&str) -> bool,
) -> Close {
    let mut closing = socket.app().lifecycle.closing();
    let mut probes = socket.probes();
    loop {
        let sent = tokio::select! {
            frame = live.next() => match frame {
                Some(frame) if pass(&frame) => {
                    socket.app().metrics.frames_sent.add(1);
                    socket.send(frame).await
                }
                Some(_) => Ok(()),
                None => {
                    socket.app().metrics.slow_subscribers.add(1);
                    Err(Close::again("the subscriber is too slow"))
                }
            },
            // What comes after the filter is of no interest, but has to be read for pongs and the end.
            incoming = socket.next() => incoming.map(drop),
            () = closed(&mut closing) => Err(Close::going_away()),
            _ = probes.tick() => socket.probe().await,
        };
        if let Err(close) = sent {
            return close;
        }
    }
}
