//! What runs log through `tracing`, as lines of the runs.

use std::fmt::{Debug, Write as _};

use milliways_settings::LogLevel;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context as Around, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::context::Context;
use crate::process::general;

/// A layer that gives each event inside of a flow or a task to its run. Events elsewhere are none of its business.
///
/// ```
/// use tracing_subscriber::prelude::*;
///
/// tracing_subscriber::registry()
///     .with(milliways::RunLogs::new())
///     .with(tracing_subscriber::fmt::layer())
///     .init();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RunLogs {
    level: LevelFilter,
}

impl RunLogs {
    /// With the level of the setting `logging.level`, which is INFO by default.
    #[expect(
        clippy::new_without_default,
        reason = "it reads settings, which nobody expects of a default"
    )]
    pub fn new() -> Self {
        Self {
            level: of_settings(),
        }
    }

    /// With another level.
    #[must_use]
    pub const fn with_level(self, level: LevelFilter) -> Self {
        Self { level }
    }
}

/// Sends what is logged through `tracing` to runs and to standard error, from the level of `logging.level` on. Without
/// effect where the program has its own subscriber already: that one can have [`RunLogs`] as a layer.
pub fn init_logs() {
    let text = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(of_settings());
    let _ = tracing_subscriber::registry()
        .with(RunLogs::new())
        .with(text)
        .try_init();
}

fn of_settings() -> LevelFilter {
    match general().log_level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warning => LevelFilter::WARN,
        LogLevel::Error | LogLevel::Critical => LevelFilter::ERROR,
    }
}

impl<S: Subscriber> Layer<S> for RunLogs {
    fn on_event(&self, event: &Event<'_>, _around: Around<'_, S>) {
        let metadata = event.metadata();
        if *metadata.level() > self.level {
            return;
        }
        let Some(context) = Context::current() else {
            return;
        };
        let mut line = Line::default();
        event.record(&mut line);
        let (level, logger, now) = (
            number(*metadata.level()),
            metadata.target(),
            context.session.config().clock.now(),
        );
        let message = line.text();
        let task = context.task.as_ref().map(milliways_engine::TaskRun::id);
        // What can't be recorded here can't be said here either: the run's next state tells.
        let _ = match &context.flow {
            Some(flow) => flow.run.log(level, logger, &message, now, task),
            None => context
                .session
                .log(level, logger, &message, now, None, task),
        };
    }
}

/// The numbers of Python's `logging`, which servers and pages know.
const fn number(level: Level) -> i32 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

/// The message of an event, with its other fields behind it.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(mut self) -> String {
        self.message.push_str(&self.fields);
        self.message
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
