/** The runs that are running at this moment. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { flowRunCountQuery, flowRunPageQuery } from '@/api/flow-runs';
import { Elapsed } from '@/components/Elapsed';
import { QueryState } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { StateIcon } from '@/components/StateIcon';
import { FlowName } from '@/features/flow-runs';
import { formatCount } from '@/lib/number';
import { pages } from '@/lib/paths';
import type { StateType } from '@/lib/state';
import { Section } from './Section';

const SHOWN = 8;
const CRITERIA = { states: ['RUNNING', 'CANCELLING'] as StateType[] };

export function RunningNow() {
  const query = useQuery(flowRunPageQuery(CRITERIA, 'START_TIME_DESC', 0, SHOWN));
  const count = useQuery(flowRunCountQuery(CRITERIA));
  return (
    <Section
      title={
        <>
          Running now{' '}
          {count.data ? (
            <span className="tabular font-normal text-muted">{formatCount(count.data)}</span>
          ) : null}
        </>
      }
      link={{ label: 'All running', to: pages.flowRuns, search: { state: CRITERIA.states } }}
    >
      <QueryState query={query} loading={<SkeletonRows count={4} />}>
        {(runs) =>
          runs.length === 0 ? (
            <p className="px-4 py-6 text-muted">Nothing is running.</p>
          ) : (
            <ul>
              {runs.map((run) => (
                <li
                  key={run.id}
                  className="relative grid grid-cols-[auto_1fr_minmax(0,10rem)_auto] items-center gap-x-2.5 border-t border-line/60 px-4 py-2 first:border-t-0 hover:bg-raised"
                >
                  {run.state_type && <StateIcon type={run.state_type} />}
                  <Link
                    to={pages.flowRun(run.id)}
                    className="truncate font-medium after:absolute after:inset-0 hover:underline"
                  >
                    {run.name}
                  </Link>
                  <span className="relative min-w-0 text-xs">
                    <FlowName id={run.flow_id} />
                  </span>
                  <span className="min-w-14 text-right">
                    <Elapsed start={run.start_time} end={null} isTicking />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </Section>
  );
}
