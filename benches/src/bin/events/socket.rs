//! Events one by one over `/events/in`. A pong says that all before its ping are stored.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::visible::Probe;
use crate::{Accepted, BATCH, CLIENTS, RATE, made};

/// How many batches may be on their way.
const ON_THEIR_WAY: usize = 32;

/// Sends for so long at the rate that is to be reached.
pub(crate) async fn send(address: SocketAddr, time: Duration, probe: &Probe) -> Accepted {
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let probe = probe.clone();
        clients.spawn(async move { one(address, client, started, time, &probe).await });
    }
    Accepted::of(clients, started).await
}

async fn one(
    address: SocketAddr,
    client: u64,
    started: Instant,
    time: Duration,
    probe: &Probe,
) -> (u64, Vec<Duration>) {
    let mut request = format!("ws://{address}/api/events/in")
        .into_client_request()
        .unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "prefect".parse().unwrap());
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (socket, _) = tokio_tungstenite::client_async(request, stream)
        .await
        .unwrap();
    let (mut sink, mut source) = socket.split();
    let hello = r#"{"type":"auth","token":null}"#;
    sink.send(Message::text(hello)).await.unwrap();
    source.next().await.unwrap().unwrap();

    let (pings, mut sent) = tokio::sync::mpsc::channel::<Instant>(ON_THEIR_WAY);
    let hears = tokio::spawn(async move {
        let mut waits = Vec::new();
        while let Some(at) = sent.recv().await {
            while !matches!(source.next().await.unwrap().unwrap(), Message::Pong(_)) {}
            waits.push(at.elapsed());
        }
        waits
    });
    let mut events = 0;
    while started.elapsed() < time {
        let due = Duration::from_micros(events * CLIENTS * 1_000_000 / RATE);
        tokio::time::sleep_until((started + due).into()).await;
        let at = Instant::now();
        for number in 0..BATCH {
            let (id, text) = made::event((events + number) * CLIENTS + client);
            if client == 0 && number == 0 {
                probe.sent(id, at);
            }
            sink.feed(Message::text(text)).await.unwrap();
        }
        sink.send(Message::Ping(Bytes::new())).await.unwrap();
        pings.send(at).await.unwrap();
        events += BATCH;
    }
    drop(pings);
    (events, hears.await.unwrap())
}
