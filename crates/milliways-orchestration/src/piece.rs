//! The two kinds of pieces that a policy is made of: rules and universal transforms.

use milliways_model::{State, StateType};

use crate::client::Client;
use crate::context::Context;
use crate::facts::Needs;
use crate::run::Run;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// A rule or a universal transform. Written as a `const` chain: `Piece::rule(..).before(..).after(..)`.
pub(crate) struct Piece {
    /// In full words, as its constant.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by tests and in a debugger")
    )]
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Which facts it reads.
    pub(crate) needs: Option<fn(&Transition, &Run, &mut Needs)>,
    /// At entry: may change, reject, delay or abort the transition.
    pub(crate) before: Option<fn(&mut Context<'_>)>,
    /// At entry: keeps the run's books. Apart from `before` because it also holds for states that
    /// nobody asks about.
    pub(crate) book: Option<fn(&mut Run, &Change<'_>)>,
    /// At exit, when a state is written and the piece did not fizzle. Effects belong in here.
    pub(crate) after: Option<fn(&mut Context<'_>)>,
    /// At exit, when the rule fizzled: takes back what `before` did to the run.
    pub(crate) undo: Option<fn(&mut Context<'_>)>,
}

/// When a piece applies.
pub(crate) enum Kind {
    /// To some pairs of types; fizzles when the proposed type is changed by another piece.
    Rule { from: StateSet, to: StateSet },
    /// To whatever is going to be written.
    Transform,
}

/// A change of state that is going to be written.
pub(crate) struct Change<'a> {
    pub(crate) initial: Option<&'a State>,
    pub(crate) proposed: &'a State,
    pub(crate) client: Client,
}

impl Change<'_> {
    /// Whether the initial state is of this type.
    pub(crate) fn leaves(&self, kind: StateType) -> bool {
        self.initial.is_some_and(|state| state.kind == kind)
    }

    /// Whether the proposed state is of this type.
    pub(crate) fn enters(&self, kind: StateType) -> bool {
        self.proposed.kind == kind
    }
}

impl Piece {
    /// Whether it has a say in a transition between these types.
    pub(crate) const fn applies(&self, from: Option<StateType>, to: Option<StateType>) -> bool {
        match self.kind {
            Kind::Rule { from: f, to: t } => f.contains(from) && t.contains(to),
            Kind::Transform => true,
        }
    }

    /// A rule for transitions from one of `from` to one of `to`, as they are proposed.
    pub(crate) const fn rule(name: &'static str, from: StateSet, to: StateSet) -> Self {
        Self::new(name, Kind::Rule { from, to })
    }

    /// A universal transform.
    pub(crate) const fn transform(name: &'static str) -> Self {
        Self::new(name, Kind::Transform)
    }

    pub(crate) const fn before(mut self, before: fn(&mut Context<'_>)) -> Self {
        self.before = Some(before);
        self
    }

    pub(crate) const fn book(mut self, book: fn(&mut Run, &Change<'_>)) -> Self {
        self.book = Some(book);
        self
    }

    pub(crate) const fn after(mut self, after: fn(&mut Context<'_>)) -> Self {
        self.after = Some(after);
        self
    }

    pub(crate) const fn undo(mut self, undo: fn(&mut Context<'_>)) -> Self {
        self.undo = Some(undo);
        self
    }

    pub(crate) const fn needs(mut self, needs: fn(&Transition, &Run, &mut Needs)) -> Self {
        self.needs = Some(needs);
        self
    }

    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            needs: None,
            before: None,
            book: None,
            after: None,
            undo: None,
        }
    }
}
