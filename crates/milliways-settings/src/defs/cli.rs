//! How the command line shows things.

use crate::declare::settings;

settings! {
    /// Colour what is printed on a terminal. `NO_COLOR` turns it off as well.
    COLORS: bool = "cli.colors", default "true";

    /// Ask before something is deleted. Unset: on a terminal only.
    PROMPT: Option<bool> = "cli.prompt";
}
