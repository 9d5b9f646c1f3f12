/** The columns of lists of flow runs. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { FlowRun } from '@/api/flow-runs';
import { flowBriefQuery } from '@/api/flows';
import { Elapsed } from '@/components/Elapsed';
import type { Column } from '@/components/PagedTable';
import { Skeleton } from '@/components/Skeleton';
import { StateBadge } from '@/components/StateBadge';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { pages } from '@/lib/paths';
import { isTicking } from '@/lib/state';

const state: Column<FlowRun> = {
  key: 'state',
  header: <span className="max-md:sr-only">State</span>,
  cell: (run) => <StateBadge type={run.state_type} name={run.state_name} isCompact />,
};
const name: Column<FlowRun> = {
  key: 'name',
  header: 'Run',
  cell: (run) => (
    <Link to={pages.flowRun(run.id)} className="block truncate font-medium hover:underline" title={run.name}>
      {run.name}
    </Link>
  ),
};
const flow: Column<FlowRun> = {
  key: 'flow',
  header: 'Flow',
  className: 'max-md:hidden',
  cell: (run) => <FlowName id={run.flow_id} />,
};
const tags: Column<FlowRun> = {
  key: 'tags',
  header: 'Tags',
  className: 'max-lg:hidden',
  cell: (run) => <TagList tags={run.tags} most={2} />,
};
const started: Column<FlowRun> = {
  key: 'started',
  header: 'Started',
  className: 'max-sm:hidden',
  cell: (run) => <Time at={run.start_time ?? run.expected_start_time} className="text-muted" />,
};
const duration: Column<FlowRun> = {
  key: 'duration',
  header: 'Duration',
  className: 'text-right',
  cell: (run) => (
    <Elapsed
      start={run.start_time}
      end={run.end_time}
      isTicking={isTicking(run.state_type)}
      seconds={run.total_run_time}
    />
  ),
};

export const RUN_COLUMNS = [state, name, flow, tags, started, duration];
export const RUN_TEMPLATE =
  'grid-cols-[1rem_1fr_5rem] sm:grid-cols-[1rem_1fr_7rem_5rem] md:grid-cols-[8.5rem_minmax(10rem,1.2fr)_minmax(8rem,1fr)_7rem_5rem] lg:grid-cols-[8.5rem_minmax(10rem,1.2fr)_minmax(8rem,1fr)_minmax(6rem,0.8fr)_7rem_5rem]';

/** Lists of one flow's runs do not repeat its name. */
export const RUN_COLUMNS_OF_FLOW = [state, name, tags, started, duration];
export const RUN_TEMPLATE_OF_FLOW =
  'grid-cols-[1rem_1fr_5rem] sm:grid-cols-[1rem_1fr_7rem_5rem] md:grid-cols-[8.5rem_1fr_7rem_5rem] lg:grid-cols-[8.5rem_minmax(10rem,1.2fr)_1fr_7rem_5rem]';

export function FlowName({ id }: { id: string }) {
  const query = useQuery(flowBriefQuery(id));
  if (query.isPending) return <Skeleton className="h-3.5 w-24" />;
  if (!query.data) return <span className="text-muted">–</span>;
  return (
    <Link to={pages.flow(id)} className="block truncate text-muted hover:text-text hover:underline">
      {query.data.name}
    </Link>
  );
}
