/** The latest runs of a flow in a table cell: bars as high as they were long. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FlowRun, flowRunPageQuery } from '@/api/flow-runs';
import { Skeleton } from '@/components/Skeleton';
import { StateIcon } from '@/components/StateIcon';
import { Time } from '@/components/Time';
import { Hint } from '@/components/ui/Hint';
import { formatDuration } from '@/lib/duration';
import { pages } from '@/lib/paths';
import { stateColor, stateLabel } from '@/lib/state';

const SHOWN = 24;

/** Runs that lie ahead are left out: a history of what is to come is none. */
const latestQuery = (flowId: string) =>
  flowRunPageQuery(
    { flowId, states: ['RUNNING', 'COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED', 'CANCELLING', 'PAUSED'] },
    'START_TIME_DESC',
    0,
    SHOWN,
  );

export function LastRun({ flowId }: { flowId: string }) {
  const query = useQuery(latestQuery(flowId));
  if (query.isPending) return <Skeleton className="h-3.5 w-20" />;
  const run = query.data?.[0];
  if (!run) return <span className="text-muted">never ran</span>;
  return (
    <Link to={pages.flowRun(run.id)} className="flex items-center gap-1.5 hover:underline">
      {run.state_type && <StateIcon type={run.state_type} />}
      <Time at={run.start_time ?? run.expected_start_time} className="text-muted" />
    </Link>
  );
}

export function LatestRuns({ flowId }: { flowId: string }) {
  const query = useQuery(latestQuery(flowId));
  const runs = [...(query.data ?? [])].reverse();
  const longest = Math.max(...runs.map(secondsOf), 0.001);
  return (
    <div className="flex h-6 items-end justify-end gap-[3px]">
      {runs.map((run) => (
        <Hint
          key={run.id}
          text={`${run.name}: ${run.state_type ? stateLabel(run.state_type) : ''}, ${formatDuration(secondsOf(run))}`}
        >
          <Link
            to={pages.flowRun(run.id)}
            tabIndex={-1}
            aria-label={run.name}
            className="flex h-full w-1.5 items-end hover:opacity-70"
          >
            <span
              className="w-full rounded-[1px]"
              style={{
                height: `max(4px, ${(secondsOf(run) / longest) * 100}%)`,
                background: run.state_type ? stateColor(run.state_type) : undefined,
              }}
            />
          </Link>
        </Hint>
      ))}
    </div>
  );
}

const secondsOf = (run: FlowRun): number => run.total_run_time || run.estimated_run_time;
