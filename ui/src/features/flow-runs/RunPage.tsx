/** The page of one flow run: header, graph, and its tabs; live while it runs. */
import { useQuery } from '@tanstack/react-query';
import { eventsOfFlowRun, useLiveRefetch } from '@/api/events';
import { type FlowRun, flowRunCountQuery, flowRunKeys, flowRunQuery } from '@/api/flow-runs';
import { isNotFound } from '@/api/problem';
import { taskRunCountQuery, taskRunKeys } from '@/api/task-runs';
import { NotFound } from '@/components/NotFound';
import { Problem } from '@/components/QueryState';
import { Skeleton, SkeletonRows } from '@/components/Skeleton';
import { type Tab, Tabs } from '@/components/ui/Tabs';
import { isTerminal } from '@/lib/state';
import { GraphPanel } from './GraphPanel';
import { RunHeader } from './RunHeader';
import { RunTabContent } from './RunTabContent';
import type { RunPageSearch, RunTab } from './run-tabs';

type Props = { id: string; search: RunPageSearch; onSearch: (patch: RunPageSearch) => void };

export function RunPage({ id, search, onSearch }: Props) {
  const query = useQuery(flowRunQuery(id));
  if (query.data) return <LoadedRun run={query.data} search={search} onSearch={onSearch} />;
  if (isNotFound(query.error)) return <NotFound what="This run" />;
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label="Loading">
      <div className="flex flex-col gap-3 px-6 pt-4 pb-4">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-7 w-80" />
        <Skeleton className="h-4 w-96" />
      </div>
      <Skeleton className="mx-6 h-40" />
      <SkeletonRows className="px-6" />
    </div>
  );
}

function LoadedRun({ run, search, onSearch }: Omit<Props, 'id'> & { run: FlowRun }) {
  const isFinished = isTerminal(run.state_type);
  const live = useLiveRefetch(isFinished ? null : eventsOfFlowRun(run.id), [
    flowRunKeys.one(run.id),
    taskRunKeys.ofFlowRun(run.id),
    flowRunKeys.lists,
  ]);
  const tasks = useQuery(taskRunCountQuery({ flowRunId: run.id }));
  const subflows = useQuery(flowRunCountQuery({ parentFlowRunId: run.id }));
  const tab = search.tab ?? 'logs';
  const tabs: Tab<RunTab>[] = [
    { value: 'logs', label: 'Logs' },
    { value: 'tasks', label: 'Task runs', count: tasks.data },
    { value: 'subflows', label: 'Subflow runs', count: subflows.data },
    { value: 'parameters', label: 'Parameters', count: Object.keys(run.parameters).length },
    { value: 'states', label: 'States' },
    { value: 'details', label: 'Details' },
  ];
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      <RunHeader run={run} live={live} />
      <GraphPanel
        run={run}
        mode={search.graph ?? 'timeline'}
        onMode={(graph) => onSearch({ graph: graph === 'timeline' ? undefined : graph })}
      />
      <div className="flex min-h-96 flex-1 flex-col">
        <Tabs
          label="Run"
          value={tab}
          tabs={tabs}
          onChange={(next) => onSearch({ tab: next === 'logs' ? undefined : next, state: undefined })}
        >
          <RunTabContent run={run} tab={tab} search={search} onSearch={onSearch} />
        </Tabs>
      </div>
    </div>
  );
}
