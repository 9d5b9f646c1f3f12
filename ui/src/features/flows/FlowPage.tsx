/** The page of one flow: how it has gone, and its runs. */
import { useQuery } from '@tanstack/react-query';
import { ALL_FLOW_RUNS, useLiveRefetch } from '@/api/events';
import { flowRunCountQuery, flowRunKeys } from '@/api/flow-runs';
import { flowQuery } from '@/api/flows';
import { isNotFound } from '@/api/problem';
import { LiveIndicator } from '@/components/LiveIndicator';
import { NotFound } from '@/components/NotFound';
import { Notice } from '@/components/Notice';
import { PageHeader } from '@/components/PageHeader';
import { Problem } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { StatePicker } from '@/components/StatePicker';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { RunTable } from '@/features/flow-runs';
import { plural } from '@/lib/number';
import { pages } from '@/lib/paths';
import type { StateType } from '@/lib/state';

type Props = { id: string; states: StateType[]; onStates: (states: StateType[]) => void };

export function FlowPage({ id, states, onStates }: Props) {
  const query = useQuery(flowQuery(id));
  const criteria = { flowId: id, ...(states.length > 0 ? { states } : {}) };
  const count = useQuery(flowRunCountQuery(criteria));
  const live = useLiveRefetch(ALL_FLOW_RUNS, [flowRunKeys.lists]);
  if (isNotFound(query.error)) return <NotFound what="This flow" />;
  if (query.error && !query.data) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonRows className="px-6 pt-6" />;
  const flow = query.data;
  return (
    <>
      <PageHeader
        title={<span className="truncate">{flow.name}</span>}
        documentTitle={flow.name}
        parents={[{ label: 'Flows', to: pages.flows }]}
        actions={<LiveIndicator status={live} />}
      >
        <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted">
          <span className="text-xs">
            First seen <Time at={flow.created} className="text-text" />
          </span>
          <TagList tags={flow.tags} most={6} />
        </div>
      </PageHeader>
      <div className="flex items-center gap-3 px-4 pb-3 md:px-6">
        <StatePicker chosen={states} onChange={onStates} />
        {count.data !== undefined && (
          <span className="tabular text-xs text-muted">{plural(count.data, 'run')}</span>
        )}
      </div>
      <section aria-label="Runs" className="flex min-h-0 flex-1 flex-col border-t border-line bg-surface">
        <RunTable
          label="Runs of this flow"
          criteria={criteria}
          isOfOneFlow
          empty={
            <Notice
              title={states.length > 0 ? 'No run is in these states' : 'This flow has not run yet'}
              action={states.length > 0 ? { label: 'Show all runs', onClick: () => onStates([]) } : undefined}
            />
          }
        />
      </section>
    </>
  );
}
