/** The latest runs that failed or crashed, with what they said. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FlowRun, flowRunPageQuery } from '@/api/flow-runs';
import { CheckIcon } from '@/components/icons';
import { QueryState } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { StateIcon } from '@/components/StateIcon';
import { Time } from '@/components/Time';
import { FlowName } from '@/features/flow-runs';
import { stripAnsi } from '@/lib/ansi';
import { pages } from '@/lib/paths';
import { Section } from './Section';

const SHOWN = 6;

export function RecentFailures({ since, words }: { since: string; words: string }) {
  const query = useQuery(
    flowRunPageQuery({ states: ['FAILED', 'CRASHED'], after: since }, 'END_TIME_DESC', 0, SHOWN),
  );
  return (
    <Section
      title="Recent failures"
      link={{ label: 'All failed runs', to: pages.flowRuns, search: { state: ['FAILED', 'CRASHED'] } }}
    >
      <QueryState query={query} loading={<SkeletonRows count={4} />}>
        {(runs) =>
          runs.length === 0 ? (
            <p className="flex items-center gap-2 px-4 py-6 text-muted">
              <CheckIcon className="text-(--state-completed)" />
              Nothing failed in the {words}.
            </p>
          ) : (
            <ul>
              {runs.map((run) => (
                <Failure key={run.id} run={run} />
              ))}
            </ul>
          )
        }
      </QueryState>
    </Section>
  );
}

function Failure({ run }: { run: FlowRun }) {
  return (
    <li className="relative grid grid-cols-[auto_1fr_auto] gap-x-2.5 border-t border-line/60 px-4 py-2 first:border-t-0 hover:bg-raised">
      {run.state_type && <StateIcon type={run.state_type} className="mt-0.5" />}
      <div className="min-w-0">
        <div className="flex min-w-0 items-baseline gap-2">
          <Link
            to={pages.flowRun(run.id)}
            className="truncate font-medium after:absolute after:inset-0 hover:underline"
          >
            {run.name}
          </Link>
          <span className="relative min-w-0 text-xs">
            <FlowName id={run.flow_id} />
          </span>
        </div>
        <p className="truncate font-mono text-xs text-muted" title={firstLine(run.state?.message)}>
          {firstLine(run.state?.message) || 'no message'}
        </p>
      </div>
      <span className="text-xs text-muted">
        <Time at={run.end_time ?? run.start_time} />
      </span>
    </li>
  );
}

/** The line that says most: the first one that is not empty. */
export function firstLine(message: string | null | undefined): string {
  return (
    stripAnsi(message ?? '')
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
