//! An emulator that runs, and what it is made of.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use kvs_api::protocol::Credentials;
use tokio::sync::watch;

use crate::auth::Verifier;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::faults::{BadFaults, Faults, Planner};
use crate::log::{Access, Log};
use crate::quotas::Quotas;
use crate::recording::Recording;
use crate::server::{self, Service};
use crate::stream::Source;
#[cfg(feature = "tls")]
use crate::tls::Authority;

/// The service, listening on this machine until it is stopped or dropped.
///
/// It runs on a thread of its own, so that blocking and async callers alike can use it.
#[derive(Debug)]
pub struct Emulator {
    addr: SocketAddr,
    url: String,
    #[cfg(feature = "tls")]
    authority: Option<String>,
    planner: Arc<Mutex<Planner>>,
    stop: watch::Sender<()>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Emulator {
    /// Settings of an emulator, to be started.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials: Credentials::new("emulator", "emulator"),
            streams: Vec::new(),
            rate: None,
            faults: Faults::default(),
            clock: Clock::default(),
            quotas: None,
            data: None,
            #[cfg(feature = "tls")]
            tls: false,
            log: Log::default(),
        }
    }

    /// Its address, such as `http://127.0.0.1:41739`: what a client takes for the endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The socket that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The certificate of the authority that vouches for it, in PEM: what clients have to trust,
    /// as by `AWS_CA_BUNDLE`. `None` where it does not speak HTTPS.
    #[cfg(feature = "tls")]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// What goes wrong from now on, instead of what did before. The dice begin anew.
    ///
    /// ```
    /// use kvs_emulator::{Emulator, Faults};
    ///
    /// let emulator = Emulator::builder().start()?;
    /// let json = r#"{ "faults": [{ "share": 0.5, "fault": "throttle" }] }"#;
    /// emulator.set_faults(Faults::from_json(json)?)?;
    /// emulator.set_faults(Faults::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Faults::from_json`].
    pub fn set_faults(&self, faults: Faults) -> Result<(), BadFaults> {
        faults.check()?;
        let mut planner = self.planner.lock().unwrap_or_else(PoisonError::into_inner);
        *planner = Planner::new(faults);
        Ok(())
    }

    /// Stops it and cuts the connections that are open. When this returns, the port is free.
    pub fn stop(&self) {
        self.stop.send_replace(());
        self.wait();
    }

    /// Waits until it is stopped.
    pub fn wait(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // Its panic has been reported by then, and there is nothing else to be told.
            let _ = thread.join();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Settings of an [`Emulator`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    listen: SocketAddr,
    credentials: Credentials,
    streams: Vec<(String, Source)>,
    rate: Option<u64>,
    faults: Faults,
    clock: Clock,
    quotas: Option<Quotas>,
    data: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: bool,
    log: Log,
}

impl Builder {
    /// Where to listen; any free port of 127.0.0.1 unless set.
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// The key that requests must be signed with; `emulator` and `emulator` unless set.
    pub fn credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Self {
        self.credentials = Credentials::new(access_key_id, secret_access_key);
        self
    }

    /// Adds a stream that is there from the beginning: a [`Stream`](crate::Stream), or the path of
    /// a Matroska file, which is read when the emulator starts.
    ///
    /// ```no_run
    /// use kvs_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().stream("cam", "door.mkv").start()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stream(mut self, name: impl Into<String>, source: impl Into<Source>) -> Self {
        self.streams.push((name.into(), source.into()));
        self
    }

    /// Limits each body of media to that many bytes a second; as fast as it goes
    /// unless set. Less than one is one.
    pub fn rate(mut self, bytes_per_second: u64) -> Self {
        self.rate = Some(bytes_per_second);
        self
    }

    /// What goes wrong from the beginning; nothing unless set.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Speaks HTTPS, by a certificate for `localhost` and the address that is listened on. An
    /// authority is generated for it, which [`Emulator::authority`] tells.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Keeps the quotas that the service publishes: points a second, connections and bandwidth.
    /// What is beyond them is refused as throttling. None are kept unless this is called.
    pub fn quotas(mut self) -> Self {
        self.quotas = Some(Quotas::default());
        self
    }

    /// Keeps streams that are created, and what is put into them, in this folder: a later emulator
    /// goes on with them, however this one ends. In memory only unless set, and so is what is put
    /// into a stream of [`stream`](Self::stream) in any case. The folder is locked meanwhile: another
    /// emulator does not start on it, where the file system knows locks.
    ///
    /// All of it is read into memory at the start.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Where the time is from; the system unless set. Signatures, sessions and retention go by it.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::from(now);
        self
    }

    /// Tells each request to `sink` when it has ended. It is called on the thread that serves, and
    /// holds everything up while it runs.
    ///
    /// ```
    /// # use kvs_emulator::Emulator;
    /// use std::io::{Write, stderr};
    ///
    /// let emulator = Emulator::builder().log(|access| {
    ///     // A log that cannot be written is no reason not to serve.
    ///     let _ = writeln!(stderr(), "{access}");
    /// });
    /// ```
    pub fn log(mut self, sink: impl Fn(&Access) + Send + Sync + 'static) -> Self {
        self.log = Log::to(sink);
        self
    }

    /// Starts to serve. Requests are accepted when this returns.
    ///
    /// # Errors
    /// When the address cannot be listened on, the folder of data cannot be used, the file of a stream cannot be served, or a stream
    /// has no name that the service allows or that of another. The error says which.
    pub fn start(self) -> io::Result<Emulator> {
        self.faults
            .check()
            .map_err(|bad| invalid(bad.to_string()))?;
        let mut streams = match &self.data {
            Some(folder) => Catalogue::kept_in(folder)?,
            None => Catalogue::default(),
        };
        let now = self.clock.now().into();
        for (name, source) in self.streams {
            let stream = source.load().map_err(|error| invalid(error.to_string()))?;
            streams
                .add(name.clone(), Recording::from(stream), now)
                .map_err(|refusal| {
                    invalid(format!(
                        "cannot serve stream {name:?}: {}",
                        refusal.message()
                    ))
                })?;
        }
        #[cfg(feature = "tls")]
        let authority = if self.tls {
            Some(Authority::generate(self.listen.ip())?)
        } else {
            None
        };
        let service = Service {
            streams: Mutex::new(streams),
            verifier: Verifier::new(self.credentials),
            rate: self.rate,
            planner: Arc::new(Mutex::new(Planner::new(self.faults))),
            clock: self.clock,
            quotas: self.quotas,
            #[cfg(feature = "tls")]
            tls: authority
                .as_ref()
                .map(|authority| authority.acceptor.clone()),
            #[cfg(feature = "tls")]
            scheme: if self.tls { "https" } else { "http" },
            #[cfg(not(feature = "tls"))]
            scheme: "http",
            log: self.log,
            requests: AtomicU64::new(0),
        };
        let listener = listen(self.listen).map_err(|error| {
            let problem = format!("cannot listen on {}: {error}", self.listen);
            io::Error::new(error.kind(), problem)
        })?;
        let started = spawn(listener, Arc::new(service));
        #[cfg(feature = "tls")]
        let started = started.map(|mut emulator| {
            emulator.authority = authority.map(|authority| authority.pem);
            emulator
        });
        started
    }
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

fn listen(addr: SocketAddr) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn spawn(listener: std::net::TcpListener, service: Arc<Service>) -> io::Result<Emulator> {
    let addr = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let (stop, stopped) = watch::channel(());
    let (planner, scheme) = (Arc::clone(&service.planner), service.scheme);
    let thread = thread::Builder::new()
        .name("kvs-emulator".to_owned())
        .spawn(move || runtime.block_on(server::serve(listener, service, stopped)))?;
    Ok(Emulator {
        addr,
        url: format!("{scheme}://{addr}"),
        #[cfg(feature = "tls")]
        authority: None,
        planner,
        stop,
        thread: Mutex::new(Some(thread)),
    })
}
