/** The content of the chosen tab of a run. */
import { useQuery } from '@tanstack/react-query';
import { type FlowRun, flowRunStatesQuery } from '@/api/flow-runs';
import { CopyButton } from '@/components/CopyButton';
import { JsonTree } from '@/components/JsonTree';
import { Notice } from '@/components/Notice';
import { QueryState } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { StateHistory } from '@/components/StateHistory';
import { LogView } from '@/features/logs';
import { TaskRunTable } from '@/features/task-runs';
import { isTerminal } from '@/lib/state';
import { RunDetails } from './RunDetails';
import { RunTable } from './RunTable';
import type { RunPageSearch, RunTab } from './run-tabs';

type Props = {
  run: FlowRun;
  tab: RunTab;
  search: RunPageSearch;
  onSearch: (patch: RunPageSearch) => void;
};

export function RunTabContent({ run, tab, search, onSearch }: Props) {
  switch (tab) {
    case 'logs':
      return (
        <LogView
          of={{ flowRunId: run.id }}
          name={run.name}
          isRunning={!isTerminal(run.state_type)}
          search={search}
          onSearch={onSearch}
        />
      );
    case 'tasks':
      return (
        <TaskRunTable
          flowRunId={run.id}
          states={search.state ?? []}
          onStates={(states) => onSearch({ state: states.length > 0 ? states : undefined })}
        />
      );
    case 'subflows':
      return (
        <Sheet>
          <RunTable
            label="Subflow runs"
            criteria={{ parentFlowRunId: run.id }}
            sort="START_TIME_ASC"
            empty={<Notice title="No subflow runs">A flow that this one calls would appear here.</Notice>}
          />
        </Sheet>
      );
    case 'parameters':
      return <Parameters run={run} />;
    case 'states':
      return <States id={run.id} />;
    case 'details':
      return (
        <Sheet isScrolling>
          <div className="px-4 py-2 md:px-6">
            <RunDetails run={run} />
          </div>
        </Sheet>
      );
  }
}

function Sheet({ children, isScrolling }: { children: React.ReactNode; isScrolling?: boolean }) {
  return (
    <div className={`flex min-h-0 flex-1 flex-col bg-surface ${isScrolling ? 'overflow-auto' : ''}`}>
      {children}
    </div>
  );
}

function Parameters({ run }: { run: FlowRun }) {
  if (Object.keys(run.parameters).length === 0) {
    return (
      <Sheet>
        <Notice title="No parameters">This run was started without any.</Notice>
      </Sheet>
    );
  }
  return (
    <Sheet isScrolling>
      <div className="relative px-4 py-3 md:px-6">
        <div className="absolute top-2 right-4">
          <CopyButton text={() => JSON.stringify(run.parameters, null, 2)} label="Copy as JSON" />
        </div>
        <JsonTree value={run.parameters} />
      </div>
    </Sheet>
  );
}

function States({ id }: { id: string }) {
  const query = useQuery(flowRunStatesQuery(id));
  return (
    <Sheet isScrolling>
      <QueryState query={query} loading={<SkeletonRows />}>
        {(states) => <StateHistory states={states} />}
      </QueryState>
    </Sheet>
  );
}
