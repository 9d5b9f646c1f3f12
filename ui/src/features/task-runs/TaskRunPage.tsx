/** The page of one task run; live while it runs. */
import { useQuery } from '@tanstack/react-query';
import { eventsOfTaskRun, useLiveRefetch } from '@/api/events';
import { flowRunBriefQuery } from '@/api/flow-runs';
import { isNotFound } from '@/api/problem';
import { type TaskRun, taskRunKeys, taskRunQuery, taskRunStatesQuery } from '@/api/task-runs';
import { NotFound } from '@/components/NotFound';
import { Problem, QueryState } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { StateHistory } from '@/components/StateHistory';
import { Tabs } from '@/components/ui/Tabs';
import { LogView } from '@/features/logs';
import { isTerminal } from '@/lib/state';
import { TaskDetails } from './TaskDetails';
import { TaskHeader } from './TaskHeader';
import { TaskInputs } from './TaskInputs';
import type { TaskPageSearch, TaskTab } from './task-tabs';

type Props = { id: string; search: TaskPageSearch; onSearch: (patch: TaskPageSearch) => void };

export function TaskRunPage({ id, search, onSearch }: Props) {
  const query = useQuery(taskRunQuery(id));
  if (query.data) return <LoadedTaskRun run={query.data} search={search} onSearch={onSearch} />;
  if (isNotFound(query.error)) return <NotFound what="This task run" />;
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <SkeletonRows className="px-6 pt-6" />;
}

function LoadedTaskRun({ run, search, onSearch }: Omit<Props, 'id'> & { run: TaskRun }) {
  const isFinished = isTerminal(run.state_type);
  const live = useLiveRefetch(isFinished ? null : eventsOfTaskRun(run.id), [taskRunKeys.one(run.id)]);
  const parent = useQuery({ ...flowRunBriefQuery(run.flow_run_id ?? ''), enabled: run.flow_run_id !== null });
  const tab = search.tab ?? 'logs';
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      <TaskHeader run={run} flowRun={parent.data ?? null} live={live} />
      <div className="flex min-h-96 flex-1 flex-col">
        <Tabs<TaskTab>
          label="Task run"
          value={tab}
          tabs={[
            { value: 'logs', label: 'Logs' },
            { value: 'inputs', label: 'Inputs', count: Object.keys(run.task_inputs).length },
            { value: 'states', label: 'States' },
            { value: 'details', label: 'Details' },
          ]}
          onChange={(next) => onSearch({ tab: next === 'logs' ? undefined : next })}
        >
          {tab === 'logs' ? (
            <LogView
              of={{ taskRunId: run.id }}
              name={run.name}
              isRunning={!isFinished}
              search={search}
              onSearch={onSearch}
            />
          ) : (
            <div className="min-h-0 flex-1 overflow-auto bg-surface">
              {tab === 'inputs' && <TaskInputs inputs={run.task_inputs} />}
              {tab === 'states' && <TaskStates id={run.id} />}
              {tab === 'details' && <TaskDetails run={run} />}
            </div>
          )}
        </Tabs>
      </div>
    </div>
  );
}

function TaskStates({ id }: { id: string }) {
  const query = useQuery(taskRunStatesQuery(id));
  return (
    <QueryState query={query} loading={<SkeletonRows />}>
      {(states) => <StateHistory states={states} />}
    </QueryState>
  );
}
