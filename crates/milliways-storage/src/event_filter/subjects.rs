//! Events by what they are about: positions in the log, from the index of subjects and from the runs of states.
//!
//! The subjects of a state are not stored: it is about its run, and related to what its run belongs to, just as
//! `render` shows it. What is known of ids finds all events that may match, and no others where a criterion is
//! exact.

use milliways_model::event::Resource;
use milliways_model::filter::{EventFilter, EventRelatedFilter, ResourceSpecification};
use milliways_model::{Timestamp, Uuid, WorkspaceId};

use crate::db::Value;
use crate::filter::Query;
use crate::tables::subject::PRIMARY;

/// In which place a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Primary,
    Related,
    Any,
}

/// What an event has to be about.
pub(super) struct Criterion<'f> {
    place: Place,
    /// Ids, one of which it is; without any, ids are told by `prefixes`.
    ids: Option<Vec<&'f str>>,
    prefixes: Vec<&'f str>,
    roles: Option<&'f Vec<String>>,
    is_exact: bool,
}

/// The kinds of states, by how the ids of their runs begin.
const RUNS: [(&str, bool); 2] = [("prefect.flow-run.", true), ("prefect.task-run.", false)];

/// What states are related to: how its ids begin, its role, and the runs that belong to it.
const RELATED: [(&str, &str, &str); 3] = [
    (
        "prefect.flow-run.",
        "flow-run",
        "SELECT t.id FROM task_run t WHERE t.flow_run_id",
    ),
    (
        "prefect.flow.",
        "flow",
        "SELECT r.id FROM flow_run r WHERE r.flow_id",
    ),
    (
        "prefect.deployment.",
        "deployment",
        "SELECT r.id FROM flow_run r WHERE r.deployment_id",
    ),
];

/// The task runs of those flow runs.
const THEIR_TASK_RUNS: [(&str, &str); 2] = [
    (
        "flow",
        "SELECT t.id FROM flow_run r JOIN task_run t ON t.flow_run_id = r.id WHERE r.flow_id",
    ),
    (
        "deployment",
        "SELECT t.id FROM flow_run r JOIN task_run t ON t.flow_run_id = r.id WHERE r.deployment_id",
    ),
];

const TAG: &str = "prefect.tag.";
/// How all ids of our own begin.
const OURS: &str = "prefect.";

/// How far a criterion reaches.
pub(super) enum Reach {
    /// Few events are about it: it is best to begin with them.
    Narrow,
    /// All states of a kind are; these are they.
    Wide(&'static str),
    /// The database can't tell.
    Open,
}

impl<'f> Criterion<'f> {
    /// All of a filter that the index can help with, or has to.
    pub(super) fn all(filter: &'f EventFilter) -> Vec<Self> {
        let mut all = Vec::new();
        if let Some(one) = &filter.resource {
            let (ids, prefixes) = (one.id.as_ref(), one.id_prefix.as_ref());
            let labels = one.labels.as_ref();
            all.extend(Self::of(Place::Primary, ids, prefixes, labels));
        }
        for one in filter.related.iter().flat_map(|many| many.as_slice()) {
            if *one != EventRelatedFilter::default() {
                let found = Self::of(Place::Related, one.id.as_ref(), None, one.labels.as_ref());
                let mut criterion = found.unwrap_or_else(|| Self::open(Place::Related));
                criterion.roles = one.role.as_ref();
                if let Some(pairs) = &one.resources_in_roles {
                    let ids = pairs.iter().map(|(id, _)| id.as_str());
                    criterion.narrow_by(ids.collect());
                    criterion.is_exact = false;
                }
                all.push(criterion);
            }
        }
        for one in filter.any_resource.iter().flat_map(|many| many.as_slice()) {
            let (ids, prefixes) = (one.id.as_ref(), one.id_prefix.as_ref());
            let labels = one.labels.as_ref();
            all.extend(Self::of(Place::Any, ids, prefixes, labels));
        }
        all
    }

    fn open(place: Place) -> Self {
        Self {
            place,
            ids: None,
            prefixes: vec![""],
            roles: None,
            is_exact: true,
        }
    }

    /// None where nothing is asked for.
    fn of(
        place: Place,
        ids: Option<&'f Vec<String>>,
        prefixes: Option<&'f Vec<String>>,
        labels: Option<&'f ResourceSpecification>,
    ) -> Option<Self> {
        let mut criterion = Self::open(place);
        if let Some(prefixes) = prefixes {
            criterion.prefixes = prefixes.iter().map(String::as_str).collect();
        }
        if let Some(ids) = ids {
            criterion.narrow_by(ids.iter().map(String::as_str).collect());
        }
        let labels = labels.filter(|labels| !labels.is_empty());
        if let Some(labels) = labels {
            criterion.is_exact = false;
            let named = labels.get(Resource::ID).map(|ids| ids.as_slice());
            if let Some(named) = named.filter(|ids| ids.iter().all(|id| is_plain(id))) {
                criterion.narrow_by(named.iter().map(String::as_str).collect());
            }
        }
        (ids.is_some() || prefixes.is_some() || labels.is_some()).then_some(criterion)
    }

    /// It has to be one of these, too.
    fn narrow_by(&mut self, ids: Vec<&'f str>) {
        let fits = |id: &&str| {
            self.prefixes.iter().any(|prefix| id.starts_with(prefix))
                && self.ids.as_ref().is_none_or(|known| known.contains(id))
        };
        self.ids = Some(ids.into_iter().filter(fits).collect());
    }

    /// Whether the database's answer is the whole answer.
    pub(super) fn is_exact(&self) -> bool {
        self.is_exact && (self.place == Place::Primary || !matches!(self.reach(), Reach::Open))
    }

    /// How far it reaches.
    pub(super) fn reach(&self) -> Reach {
        if self.ids.is_some() {
            return Reach::Narrow;
        }
        if self.prefixes.contains(&"") {
            return Reach::Open;
        }
        let covers = |run: &str| self.prefixes.iter().any(|prefix| run.starts_with(prefix));
        if self.place == Place::Primary {
            return match RUNS.map(|(prefix, _)| covers(prefix)) {
                [true, true] => Reach::Wide("e.run_id IS NOT NULL"),
                [true, false] => Reach::Wide("(e.run_id IS NOT NULL AND e.is_flow_run)"),
                [false, true] => Reach::Wide("(e.run_id IS NOT NULL AND NOT e.is_flow_run)"),
                [false, false] => Reach::Narrow,
            };
        }
        // What states are related to is rendered, and its ids all begin so.
        let is_foreign = |prefix: &&str| !OURS.starts_with(prefix) && !prefix.starts_with(OURS);
        if self.prefixes.iter().all(is_foreign) {
            Reach::Narrow
        } else {
            Reach::Open
        }
    }

    /// For one that reaches wide: a condition on `e`.
    pub(super) fn condition(&self, query: &mut Query, states: &str) -> String {
        let plain: Vec<String> = self
            .prefixes
            .iter()
            .map(|prefix| {
                let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
                let (text, length) = (query.value((*prefix).to_owned()), query.value(length));
                format!("SUBSTR(e.resource_id, 1, CAST({length} AS INTEGER)) = {text}")
            })
            .collect();
        format!("({states} OR {})", plain.join(" OR "))
    }

    /// A query of the positions of the events that match, or may.
    pub(super) fn positions(
        &self,
        query: &mut Query,
        workspace: WorkspaceId,
        times: (Timestamp, Timestamp),
    ) -> String {
        let mut found = self.of_subjects(query, workspace, times);
        if self.place != Place::Related {
            found.extend(self.of_runs(query));
        }
        if self.place != Place::Primary && self.ids.is_some() {
            found.extend(self.of_related(query));
            found.extend(self.of_tags(query, workspace));
        }
        found.join(" UNION ")
    }

    fn of_subjects(
        &self,
        query: &mut Query,
        workspace: WorkspaceId,
        (since, until): (Timestamp, Timestamp),
    ) -> Vec<String> {
        let workspace = query.value(workspace);
        let (since, until) = (query.value(since), query.value(until));
        let role = match (self.place, self.roles) {
            (Place::Primary, _) => format!(" AND s.role = '{PRIMARY}'"),
            (Place::Related, Some(roles)) => {
                format!(" AND s.role = ANY({})", query.value(roles.clone()))
            }
            (Place::Related, None) => format!(" AND s.role <> '{PRIMARY}'"),
            (Place::Any, _) => String::new(),
        };
        let select = |condition: String| {
            format!(
                "SELECT DISTINCT s.seq FROM subject s WHERE s.workspace_id = {workspace} AND {condition} \
                 AND s.occurred >= {since} AND s.occurred <= {until}{role}"
            )
        };
        if let Some(ids) = &self.ids {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            return vec![select(format!("s.resource_id = ANY({})", query.value(ids)))];
        }
        let ranges: Vec<String> = self
            .prefixes
            .iter()
            .map(|prefix| {
                let (least, most) = (
                    query.value((*prefix).to_owned()),
                    query.value(format!("{prefix}\u{10FFFF}")),
                );
                format!("(s.resource_id >= {least} AND s.resource_id < {most})")
            })
            .collect();
        let any = if ranges.is_empty() {
            "1 = 0".to_owned()
        } else {
            ranges.join(" OR ")
        };
        vec![select(format!("({any})"))]
    }

    /// States of the runs that are named.
    fn of_runs(&self, query: &mut Query) -> Vec<String> {
        let mut found = Vec::new();
        for (prefix, is_flow_run) in RUNS {
            for runs in self.uuids(prefix, query) {
                let kind = query.value(is_flow_run);
                found.push(format!(
                    "SELECT x.seq FROM event x WHERE x.run_id {runs} AND x.is_flow_run = {kind}"
                ));
            }
        }
        found
    }

    /// States of the runs that belong to what is named.
    fn of_related(&self, query: &mut Query) -> Vec<String> {
        let mut found = Vec::new();
        for (prefix, role, runs) in RELATED {
            if self
                .roles
                .is_some_and(|roles| !roles.iter().any(|one| one == role))
            {
                continue;
            }
            let theirs = THEIR_TASK_RUNS.iter().filter(|(of, _)| *of == role);
            for runs in std::iter::once(runs).chain(theirs.map(|(_, runs)| *runs)) {
                for ids in self.uuids(prefix, query) {
                    found.push(states_of(&format!("{runs} {ids}")));
                }
            }
        }
        found
    }

    /// States of the runs with a tag that is named, or with one of a flow run that has it.
    fn of_tags(&self, query: &mut Query, workspace: WorkspaceId) -> Vec<String> {
        if self
            .roles
            .is_some_and(|roles| !roles.iter().any(|one| one == "tag"))
        {
            return Vec::new();
        }
        let tags: Vec<String> = self
            .ids
            .iter()
            .flatten()
            .filter_map(|id| id.strip_prefix(TAG).map(str::to_owned))
            .collect();
        if tags.is_empty() {
            return Vec::new();
        }
        let (tags, workspace) = (query.value(tags), query.value(workspace));
        let has = |column: &str| {
            format!(
                "EXISTS (SELECT 1 FROM json_each({column}) AS tag WHERE tag.value = ANY({tags}))"
            )
        };
        [
            format!("SELECT r.id FROM flow_run r WHERE r.workspace_id = {workspace} AND {}", has("r.tags")),
            format!("SELECT t.id FROM task_run t WHERE t.workspace_id = {workspace} AND {}", has("t.tags")),
            format!(
                "SELECT t.id FROM flow_run r JOIN task_run t ON t.flow_run_id = r.id WHERE r.workspace_id = {workspace} AND {}",
                has("r.tags")
            ),
        ]
        .iter()
        .map(|runs| states_of(runs))
        .collect()
    }

    /// Conditions on a column of ids: those whose text is one of ours after `kind`, or begins so.
    fn uuids(&self, kind: &str, query: &mut Query) -> Vec<String> {
        if let Some(ids) = &self.ids {
            let ids: Vec<Uuid> = ids
                .iter()
                .filter_map(|id| id.strip_prefix(kind)?.parse().ok())
                .collect();
            if ids.is_empty() {
                return Vec::new();
            }
            return vec![format!("= ANY({})", query.value(Value::from(ids)))];
        }
        let ranges = self
            .prefixes
            .iter()
            .filter_map(|prefix| uuid_range(prefix.strip_prefix(kind)?));
        ranges
            .map(|(least, most)| {
                format!("BETWEEN {} AND {}", query.value(least), query.value(most))
            })
            .collect()
    }
}

/// Positions of the states of those runs of which no client told by an event.
fn states_of(runs: &str) -> String {
    format!("SELECT x.seq FROM event x WHERE x.run_id IN ({runs}) AND x.body IS NULL")
}

/// Whether a value of a label stands for itself.
fn is_plain(value: &str) -> bool {
    !value.starts_with('!') && !value.contains(['*', '?', '['])
}

/// The first and the last id whose text begins so; none where no id's text does.
fn uuid_range(prefix: &str) -> Option<(Uuid, Uuid)> {
    let shape = "00000000-0000-0000-0000-000000000000";
    let fill = |digit: char| -> Option<Uuid> {
        let rest: String = shape
            .get(prefix.len()..)?
            .chars()
            .map(|character| if character == '-' { '-' } else { digit })
            .collect();
        format!("{prefix}{rest}").parse().ok()
    };
    Some((fill('0')?, fill('f')?))
}

#[cfg(test)]
mod tests {
    use super::uuid_range;

    #[test]
    fn a_prefix_of_an_id_is_a_range_of_ids() {
        let (least, most) = uuid_range("018f").unwrap();
        assert_eq!(least.to_string(), "018f0000-0000-0000-0000-000000000000");
        assert_eq!(most.to_string(), "018fffff-ffff-ffff-ffff-ffffffffffff");
        assert_eq!(uuid_range("xyz"), None);
    }
}
