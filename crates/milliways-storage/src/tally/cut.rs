//! Which counted spans make up the parts of a history, and which rows have to be looked at where those don't fit.

use std::collections::BTreeMap;

use super::floor;

/// From a moment on, up to one; or for so long.
type Range = (i64, i64);

/// A history, taken apart: a part is the sum of the pieces that are counted with it, without those taken from it.
///
/// Each border is first moved to where the nearest of the widest spans begins, so that these make up all parts. Then it
/// is moved back by narrower spans each time, in the end by rows, and what it passes goes from one of its parts to the
/// other. So a history from any moment on takes little more than one that begins with a whole hour.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whole spans that follow each other, by their width.
    pub(crate) whole: BTreeMap<i64, Vec<Piece>>,
    /// Rows that are looked at.
    pub(crate) rows: Vec<Piece>,
}

/// A time that is counted with a part, is taken from one, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) sides: Sides,
}

/// The numbers of the parts that are to have something and not to have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) with: Option<i64>,
    pub(crate) without: Option<i64>,
}

/// What spans there are.
#[derive(Clone, Copy)]
struct Spans<'a> {
    /// Their widths, ascending; at least one.
    widths: &'a [i64],
    shortest: i64,
    /// The beginning of the shortest one in which the present moment lies: its rows are looked at, for what waits in it
    /// may be late or not.
    present: i64,
}

impl Cut {
    /// Parts that begin at a moment and are so long each, as far as they are within a time; by spans of these widths,
    /// ascending.
    pub(crate) fn new(
        (first, interval): Range,
        (begin, until): Range,
        now: i64,
        widths: &[i64],
    ) -> Self {
        let mut cut = Self::default();
        let fitting = widths.partition_point(|width| *width <= interval);
        let Some(&shortest) = widths.first().filter(|_| begin < until) else {
            return cut;
        };
        let number = |moment: i64| (moment - first).div_euclid(interval);
        let parts = number(begin)..=number(until - 1);
        let border = |part: i64| {
            let begins = part.saturating_mul(interval).saturating_add(first);
            begins.clamp(begin, until)
        };
        if interval < 2 * shortest {
            for part in parts {
                let with = Some(part);
                cut.look_at(
                    border(part),
                    border(part + 1),
                    Sides {
                        with,
                        without: None,
                    },
                );
            }
            return cut;
        }
        let spans = Spans {
            widths: &widths[..fitting],
            shortest,
            present: floor(now, shortest),
        };
        let mut before = None;
        for part in parts {
            let [from, until] = [part, part + 1].map(|part| spans.begin_at_widest(border(part)));
            let with = Some(part);
            cut.move_back(border(part), spans, before, with);
            cut.count(
                from,
                until,
                spans,
                Sides {
                    with,
                    without: None,
                },
            );
            before = with;
        }
        cut.move_back(until, spans, before, None);
        cut
    }

    /// Moves a border between two parts from where the nearest of the widest spans begins back to its place.
    fn move_back(
        &mut self,
        border: i64,
        spans: Spans<'_>,
        before: Option<i64>,
        after: Option<i64>,
    ) {
        let mut reached = spans.begin_at_widest(border);
        let mut pass = |to: i64| {
            let (from, until, with, without) = if to < reached {
                (to, reached, after, before)
            } else {
                (reached, to, before, after)
            };
            reached = to;
            (from, until, Sides { with, without })
        };
        for width in spans.widths.iter().rev().skip(1) {
            let (from, until, sides) = pass(nearest(border, *width));
            self.count(from, until, spans, sides);
        }
        let (from, until, sides) = pass(border);
        self.look_at(from, until, sides);
    }

    /// A time of whole spans.
    fn count(&mut self, from: i64, until: i64, spans: Spans<'_>, sides: Sides) {
        let (present, after) = (spans.present, spans.present + spans.shortest);
        self.fit(from, until.min(present), spans.widths, sides);
        self.look_at(from.max(present), until.min(after), sides);
        self.fit(from.max(after), until, spans.widths, sides);
    }

    /// The widest spans that fit, then narrower ones at both ends. Both ends are such of the shortest ones.
    fn fit(&mut self, from: i64, until: i64, widths: &[i64], sides: Sides) {
        let Some((&width, narrower)) = widths.split_last() else {
            return;
        };
        if from >= until {
            return;
        }
        let first = floor(from.saturating_add(width - 1), width);
        let last = floor(until, width);
        if first >= last {
            return self.fit(from, until, narrower, sides);
        }
        self.fit(from, first, narrower, sides);
        self.whole.entry(width).or_default().push(Piece {
            from: first,
            until: last,
            sides,
        });
        self.fit(last, until, narrower, sides);
    }

    fn look_at(&mut self, from: i64, until: i64, sides: Sides) {
        if from < until {
            self.rows.push(Piece { from, until, sides });
        }
    }
}

impl Spans<'_> {
    /// Where the widest span begins whose beginning is nearest to a moment.
    fn begin_at_widest(self, moment: i64) -> i64 {
        self.widths
            .last()
            .map_or(moment, |width| nearest(moment, *width))
    }
}

/// The multiple of a width that is nearest to a moment.
fn nearest(moment: i64, width: i64) -> i64 {
    floor(moment.saturating_add(width / 2), width)
}

/// Pieces laid over each other: what is in several of them is read once.
#[derive(Debug)]
pub(crate) struct Layers {
    /// What is counted from a moment on up to the next one, ascending.
    steps: Vec<(i64, Vec<Sides>)>,
}

impl Layers {
    /// Of some pieces.
    pub(crate) fn new(pieces: &[Piece]) -> Self {
        let ends = |piece: &Piece| {
            [
                (piece.from, true, piece.sides),
                (piece.until, false, piece.sides),
            ]
        };
        let mut ends: Vec<(i64, bool, Sides)> = pieces.iter().flat_map(ends).collect();
        ends.sort_by_key(|(moment, ..)| *moment);
        let (mut steps, mut open): (Vec<(i64, Vec<Sides>)>, Vec<Sides>) = Default::default();
        for (moment, begins, sides) in ends {
            if begins {
                open.push(sides);
            } else if let Some(ended) = open.iter().position(|one| *one == sides) {
                open.swap_remove(ended);
            }
            match steps.last_mut() {
                Some((last, now)) if *last == moment => now.clone_from(&open),
                _ => steps.push((moment, open.clone())),
            }
        }
        Self { steps }
    }

    /// The times between two moments at which something begins or ends.
    pub(crate) fn times(&self) -> impl Iterator<Item = Range> {
        let until = self.steps.iter().skip(1).map(|(moment, _)| *moment);
        let times = self.steps.iter().zip(until);
        times
            .filter(|((_, sides), _)| !sides.is_empty())
            .map(|((from, _), until)| (*from, until))
    }

    /// The same, as few as there can be.
    pub(crate) fn ranges(&self) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        for (from, until) in self.times() {
            match ranges.last_mut() {
                Some(range) if range.1 == from => range.1 = until,
                _ => ranges.push((from, until)),
            }
        }
        ranges
    }

    /// What a moment is counted with.
    pub(crate) fn at(&self, moment: i64) -> &[Sides] {
        let after = self.steps.partition_point(|(from, _)| *from <= moment);
        let step = after.checked_sub(1).and_then(|place| self.steps.get(place));
        step.map_or(&[], |(_, sides)| sides)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Cut, Layers, Piece};
    use crate::tally::{About, FIVE_MINUTES, HOUR, MINUTE};

    const SECOND: i64 = 1_000_000;

    /// How often each moment is counted with a part: from each of these on by so many more.
    type Steps = BTreeMap<i64, i64>;

    fn count(steps: &mut BTreeMap<i64, Steps>, part: i64, from: i64, until: i64, by: i64) {
        let steps = steps.entry(part).or_default();
        *steps.entry(from).or_default() += by;
        *steps.entry(until).or_default() -= by;
    }

    /// Every moment of a part is counted once with it, and no other one is.
    #[test]
    fn a_history_is_the_sum_of_its_spans_and_rows() {
        for (from, length, interval, narrow) in [
            (0, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (7 * SECOND, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (3 * SECOND, 24 * HOUR, 5 * MINUTE, (0, 0)),
            (5 * SECOND, 2 * HOUR, 5 * MINUTE, (0, 0)),
            (HOUR - 1, 3 * HOUR + 5, 1_234 * SECOND + 7, (0, 0)),
            (59 * SECOND, 100 * SECOND, SECOND, (0, 0)),
            (-HOUR - 3, 2 * HOUR, 17 * MINUTE, (0, 0)),
            (
                4 * SECOND,
                HOUR,
                FIVE_MINUTES,
                (4 * MINUTE + 58 * SECOND, 21 * SECOND),
            ),
            (12_345, 30 * MINUTE, 23 * SECOND, (11, 13)),
            (12_345, 30 * MINUTE, 19 * SECOND, (0, 0)),
        ] {
            let within = (from + narrow.0, from + length - narrow.1);
            let widths = About::ExpectedFlowRuns.widths();
            for now in [
                from + length / 2,
                from + length,
                from - HOUR,
                from + interval,
            ] {
                let cut = Cut::new((from, interval), within, now, widths);
                let mut steps = BTreeMap::new();
                let mut add = |piece: &Piece| {
                    assert!(piece.from < piece.until);
                    for (part, by) in [(piece.sides.with, 1), (piece.sides.without, -1)] {
                        if let Some(part) = part {
                            count(&mut steps, part, piece.from, piece.until, by);
                        }
                    }
                };
                for (width, pieces) in &cut.whole {
                    for piece in pieces {
                        assert_eq!((piece.from % width, piece.until % width), (0, 0));
                        assert!(now < piece.from || now >= piece.until, "{now} {piece:?}");
                        add(piece);
                    }
                }
                cut.rows.iter().for_each(add);
                for pieces in cut.whole.values().chain([&cut.rows]) {
                    layers_have_what_pieces_have(pieces);
                }
                for steps in steps.values_mut() {
                    steps.retain(|_, by| *by != 0);
                }
                let mut expected: BTreeMap<i64, Steps> = BTreeMap::new();
                let mut at = within.0;
                while at < within.1 {
                    let part = (at - from).div_euclid(interval);
                    let end = (from + (part + 1) * interval).min(within.1);
                    expected.insert(part, Steps::from([(at, 1), (end, -1)]));
                    at = end;
                }
                assert_eq!(steps, expected, "{from} {length} {interval} {now}");
            }
        }
    }

    fn layers_have_what_pieces_have(pieces: &[Piece]) {
        let layers = Layers::new(pieces);
        let mut covered = 0;
        for (from, until) in layers.times() {
            let holds = |piece: &&Piece| piece.from <= from && until <= piece.until;
            let sides: Vec<_> = pieces
                .iter()
                .filter(holds)
                .map(|piece| piece.sides)
                .collect();
            for found in [layers.at(from), layers.at(until - 1)] {
                assert_eq!(found.len(), sides.len());
                assert!(found.iter().all(|one| sides.contains(one)));
            }
            covered += i64::try_from(sides.len()).unwrap() * (until - from);
        }
        let all: i64 = pieces.iter().map(|piece| piece.until - piece.from).sum();
        assert_eq!(covered, all);
        let ranges = layers.ranges();
        assert!(ranges.windows(2).all(|two| two[0].1 < two[1].0));
        let covers = |moment| {
            ranges
                .iter()
                .any(|range| range.0 <= moment && moment < range.1)
        };
        for piece in pieces {
            assert!(covers(piece.from) && covers(piece.until - 1));
            assert!(layers.at(piece.from).contains(&piece.sides));
        }
    }

    /// A border is never far from what is counted: half a span of each width.
    #[test]
    fn few_pieces_are_counted_twice() {
        let widths = About::ExpectedTaskRuns.widths();
        for offset in 0..300 {
            let from = offset * SECOND;
            let within = (from, from + 24 * HOUR);
            let cut = Cut::new((from, 5 * MINUTE), within, within.1, widths);
            let length = |pieces: &[Piece]| -> i64 {
                pieces.iter().map(|piece| piece.until - piece.from).sum()
            };
            let borders = 24 * 12 + 1;
            let rows = Layers::new(&cut.rows);
            let looked_at: i64 = rows.times().map(|(from, until)| until - from).sum();
            let shorter = (offset % 10).min(10 - offset % 10);
            assert!(looked_at <= (287 * shorter + 20) * SECOND, "{offset}");
            // All parts but the one with that moment.
            assert!(cut.whole[&FIVE_MINUTES].len() >= 287, "{offset}");
            for (width, wider) in [(10 * SECOND, MINUTE), (MINUTE, FIVE_MINUTES)] {
                let passed = cut.whole.get(&width).map_or(0, |pieces| length(pieces));
                assert!(
                    passed <= (borders + 2) * (wider + width) / 2,
                    "{offset} {width}"
                );
            }
        }
    }
}
