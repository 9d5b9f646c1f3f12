//! Why a worker can't begin.

/// What keeps a worker from its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such pool, and none is to be made.
    #[error(
        "there is no work pool `{name}`\nhint: make it with `milliways worker start --pool {name} --type process`"
    )]
    NoPool {
        /// Its name.
        name: String,
    },
    /// The pool's runs need another kind of worker.
    #[error("work pool `{name}` is of type `{kind}`: this worker starts processes\nhint: {hint}")]
    OtherKind {
        /// The pool.
        name: String,
        /// What it is for.
        kind: String,
        /// What to do.
        hint: &'static str,
    },
    /// The address for health checks can't be listened on.
    #[error("can't listen on {address} for health checks: {source}")]
    Health {
        /// Where.
        address: std::net::SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The server does not do what is asked of it.
    #[error(transparent)]
    Client(#[from] milliways_client::Error),
    /// What processes leave behind can't be delivered for want of a valid setting.
    #[error(transparent)]
    Engine(#[from] milliways_engine::Error),
    /// A setting has no valid value.
    #[error(transparent)]
    Settings(#[from] milliways_settings::Error),
}

/// The result of what can fail here.
pub type Result<T> = std::result::Result<T, Error>;
