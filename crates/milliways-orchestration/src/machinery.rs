//! How a policy's pieces are run: entry in order, exit in reverse, and who fizzles.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::{Change, Kind, Piece};
use crate::verdict::Verdict;

/// The most pieces that a list can have.
pub(crate) const MAX_PIECES: usize = 24;

/// The proposed type as a piece that was entered left it; none where it was not entered.
type Marks = [Option<Option<StateType>>; MAX_PIECES];

/// Runs the policy's pieces, then the global ones, and leaves again in the reverse order.
pub(crate) fn orchestrate(policy: &[&Piece], global: &[&Piece], mut cx: Context<'_>) -> Verdict {
    let intended = cx.to();
    let policy_marks = enter(policy, intended, &mut cx);
    let global_marks = enter(global, intended, &mut cx);
    leave(global, &global_marks, &mut cx);
    leave(policy, &policy_marks, &mut cx);
    cx.into_verdict(intended)
}

fn enter(pieces: &[&Piece], intended: Option<StateType>, cx: &mut Context<'_>) -> Marks {
    let mut marks = [None; MAX_PIECES];
    for (piece, mark) in pieces.iter().zip(&mut marks) {
        let now_proposed = cx.to();
        let enters = match piece.kind {
            // Another piece has changed the type: the rule no longer knows what it was made for.
            Kind::Rule { .. } => now_proposed == intended && piece.applies(cx.from(), intended),
            Kind::Transform => now_proposed.is_some(),
        };
        if enters {
            if let Some(before) = piece.before {
                before(cx);
            }
            if let (Some(book), Some(proposed)) = (piece.book, &cx.proposed) {
                let change = Change {
                    initial: cx.initial.as_ref(),
                    proposed,
                    client: cx.client,
                };
                book(cx.run, &change);
            }
            *mark = Some(cx.to());
        }
    }
    marks
}

fn leave(pieces: &[&Piece], marks: &Marks, cx: &mut Context<'_>) {
    let written = cx.to();
    for (piece, mark) in pieces.iter().zip(marks).rev() {
        let Some(left_as) = *mark else { continue };
        let fizzled = matches!(piece.kind, Kind::Rule { .. }) && left_as != written;
        // A piece that itself decided to write nothing takes back what it did, too.
        let exit = if fizzled || written.is_none() {
            piece.undo
        } else {
            piece.after
        };
        if let Some(exit) = exit {
            exit(cx);
        }
    }
}
