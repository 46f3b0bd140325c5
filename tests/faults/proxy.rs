//! A proxy between a program and its database that can be told to misbehave.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use url::Url;

/// What becomes of what is sent.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// It arrives at once.
    Pass,
    /// It arrives so much later, each way.
    Delay(Duration),
    /// It is taken and does not arrive, a farewell neither, until the mode is another: as while packets are lost and sent again.
    Blackhole,
    /// Connections are reset and new ones refused.
    Drop,
}

/// The proxy; it ends with its handle.
pub struct Proxy {
    /// The database's address, by way of the proxy.
    pub url: String,
    modes: watch::Sender<Mode>,
}

impl Proxy {
    /// A proxy before the database at `url` that lets everything pass.
    pub fn before(url: &str) -> Proxy {
        let mut url = Url::parse(url).expect("a URL");
        let database = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let kept = bound(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = kept.local_addr().expect("an address");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(address.port())).expect("a port");
        let modes = watch::Sender::new(Mode::Pass);
        tokio::spawn(serve(listens(address), kept, database, modes.subscribe()));
        Proxy { url: url.into(), modes }
    }

    /// From now on it behaves like this, also towards connections that are there.
    pub fn turns(&self, mode: Mode) {
        self.modes.send_replace(mode);
    }
}

/// Two sockets may have the port: one that listens, and one that keeps it while none does.
fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.set_reuseport(true).expect("an option");
    socket.bind(address).expect("a port");
    socket
}

fn listens(address: SocketAddr) -> TcpListener {
    bound(address).listen(1024).expect("a listener")
}

/// Takes connections while the mode allows it. `_kept` holds the port, so that nobody else gets it meanwhile.
async fn serve(listener: TcpListener, _kept: TcpSocket, database: String, mut modes: watch::Receiver<Mode>) {
    let address = listener.local_addr().expect("an address");
    let mut listener = Some(listener);
    loop {
        let mode = *modes.borrow_and_update();
        if mode == Mode::Drop {
            listener = None;
        } else if listener.is_none() {
            listener = Some(listens(address));
        }
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                if let Ok((client, _)) = accepted {
                    tokio::spawn(carry(client, database.clone(), modes.clone()));
                }
            }
            changed = modes.changed() => {
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

/// One connection, from its beginning to its end.
async fn carry(mut client: TcpStream, database: String, modes: watch::Receiver<Mode>) {
    let Ok(mut server) = TcpStream::connect(database.as_str()).await else { return };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let there = pump(from_client, to_server, modes.clone());
        let back = pump(from_server, to_client, modes.clone());
        let both = async {
            tokio::join!(there, back);
        };
        tokio::select! {
            () = both => return,
            () = is_dropped(modes) => {}
        }
    }
    // A reset, so that neither side takes it for a farewell.
    for stream in [&client, &server] {
        let _ = stream.set_zero_linger();
    }
}

/// Carries bytes one way, in order and no sooner than they are due, and the farewell after them.
async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut modes: watch::Receiver<Mode>) {
    let (held, mut due) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let now = modes.clone();
    let reads = async move {
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            let mode = *now.borrow();
            let delay = if let Mode::Delay(by) = mode { by } else { Duration::ZERO };
            if held.send((Instant::now() + delay, bytes[..length].to_vec())).is_err() {
                return;
            }
        }
    };
    let writes = async move {
        while let Some((at, bytes)) = due.recv().await {
            sleep_until(at).await;
            lets_through(&mut modes).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        lets_through(&mut modes).await;
        let _ = to.shutdown().await;
    };
    tokio::join!(reads, writes);
}

async fn lets_through(modes: &mut watch::Receiver<Mode>) {
    let _ = modes.wait_for(|mode| *mode != Mode::Blackhole).await;
}

async fn is_dropped(mut modes: watch::Receiver<Mode>) {
    let _ = modes.wait_for(|mode| *mode == Mode::Drop).await;
}
