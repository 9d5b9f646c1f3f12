//! A set of state types and "none", the state of a run that never had one.

use milliways_model::StateType;

/// A set of state types and none, as bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct StateSet(u16);

impl StateSet {
    /// The nine types and none.
    pub(crate) const ALL: Self = Self((1 << 10) - 1);
    /// The types of runs that have ended.
    pub(crate) const TERMINAL: Self = Self::of(&[
        StateType::Completed,
        StateType::Failed,
        StateType::Cancelled,
        StateType::Crashed,
    ]);

    /// These types.
    pub(crate) const fn of(kinds: &[StateType]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < kinds.len() {
            bits |= bit(Some(kinds[index]));
            index += 1;
        }
        Self(bits)
    }

    /// This set but for these types.
    pub(crate) const fn without(self, kinds: &[StateType]) -> Self {
        Self(self.0 & !Self::of(kinds).0)
    }

    pub(crate) const fn contains(self, kind: Option<StateType>) -> bool {
        self.0 & bit(kind) != 0
    }
}

const fn bit(kind: Option<StateType>) -> u16 {
    match kind {
        Some(kind) => 1 << kind as u16,
        None => 1 << 9,
    }
}
