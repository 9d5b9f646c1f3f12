//! What commands share: the settings of this call, and whether there is somebody to ask.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;
use milliways_model::Timestamp;
use milliways_model::time::{Clock, SystemClock};
use milliways_settings::{Settings, Sources, defs};

use crate::failure::Failure;

/// One call of the program.
pub(crate) struct Context {
    profile: Option<String>,
    prompt: Option<bool>,
}

impl Context {
    pub(crate) fn new(profile: Option<String>, prompt: Option<bool>) -> Self {
        Self { profile, prompt }
    }

    /// The settings of this call. Each command reads them once, when it needs them.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let mut sources = Sources::of_process()?;
        sources.profile.clone_from(&self.profile);
        Ok(Settings::from_sources(sources)?)
    }

    /// The present moment. Commands are an edge: here the clock is read, and handed on.
    pub(crate) fn now() -> Timestamp {
        SystemClock.now()
    }

    /// Asks before `deed` is done, if there is somebody to ask and they did not say yes already.
    pub(crate) fn confirm(&self, settings: &Settings, deed: &str, is_sure: bool) -> Result<()> {
        if is_sure || !self.may_ask(settings)? {
            return Ok(());
        }
        let mut stderr = io::stderr().lock();
        write!(stderr, "{deed}? [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new("nothing was done").into()),
        }
    }

    fn may_ask(&self, settings: &Settings) -> Result<bool> {
        let is_attended = || io::stdin().is_terminal() && io::stderr().is_terminal();
        let chosen = self.prompt.or(settings.get(defs::cli::PROMPT)?);
        Ok(chosen.unwrap_or_else(is_attended))
    }
}
