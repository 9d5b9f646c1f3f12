//! How a process has ended, in words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::process::Signal;

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) status: ExitStatus,
    /// Whether the kernel has killed for want of memory meanwhile.
    pub(crate) is_out_of_memory: bool,
}

impl Exit {
    /// Whether it has ended by itself and called that a success.
    pub(crate) fn is_success(self) -> bool {
        self.status.success()
    }

    /// For people: what has happened to the process of a run.
    pub(crate) fn describe(self) -> String {
        match (self.status.code(), self.status.signal()) {
            (_, Some(9)) if self.is_out_of_memory => {
                "The flow run's process was killed by signal 9 (SIGKILL): the system was out of memory (OOM).".to_owned()
            }
            (_, Some(number)) => {
                let core = if self.status.core_dumped() {
                    "; it has dumped its core"
                } else {
                    ""
                };
                format!(
                    "The flow run's process was killed by signal {number} ({}){core}.",
                    name(number)
                )
            }
            // As shells and container engines tell of a signal.
            (Some(code @ 129..=192), None) => format!(
                "The flow run's process ended with exit code {code}, as after signal {} ({}), and the run had not ended.",
                code - 128,
                name(code - 128)
            ),
            (Some(code), None) => {
                format!("The flow run's process ended with exit code {code}, and the run had not ended.")
            }
            (None, None) => "The flow run's process ended, and the run had not ended.".to_owned(),
        }
    }
}

fn name(number: i32) -> &'static str {
    const NAMES: [(Signal, &str); 16] = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::USR1, "SIGUSR1"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    let mut known = NAMES.iter();
    known
        .find(|(signal, _)| signal.as_raw() == number)
        .map_or("an unnamed one", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::Exit;

    #[test]
    fn an_end_is_told_with_its_code_or_signal() {
        let text = |raw, is_out_of_memory| {
            let status = ExitStatus::from_raw(raw);
            let exit = Exit {
                status,
                is_out_of_memory,
            };
            exit.describe()
        };
        assert!(text(9, false).contains("signal 9 (SIGKILL)."));
        assert!(text(9, true).contains("out of memory (OOM)"));
        assert!(text(0x0b | 0x80, false).contains("signal 11 (SIGSEGV); it has dumped its core"));
        assert!(text(3 << 8, false).contains("exit code 3,"));
        assert!(text(137 << 8, false).contains("as after signal 9 (SIGKILL)"));
        assert!(text(0, false).contains("exit code 0, and the run had not ended"));
    }
}
