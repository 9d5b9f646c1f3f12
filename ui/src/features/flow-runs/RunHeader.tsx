/** The head of a run's page: what it is, how it stands, and what can be done with it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { FlowRun } from '@/api/flow-runs';
import { taskRunBriefQuery } from '@/api/task-runs';
import { Elapsed } from '@/components/Elapsed';
import { LiveIndicator, type Liveness } from '@/components/LiveIndicator';
import { PageHeader } from '@/components/PageHeader';
import { StateBadge } from '@/components/StateBadge';
import { StateMessage } from '@/components/StateMessage';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { pages } from '@/lib/paths';
import { isTicking } from '@/lib/state';
import { RunActions } from './RunActions';
import { FlowName } from './run-columns';

export function RunHeader({ run, live }: { run: FlowRun; live: Liveness }) {
  return (
    <PageHeader
      title={
        <>
          <span className="truncate">{run.name}</span>
          <StateBadge type={run.state_type} name={run.state_name} isLarge />
        </>
      }
      documentTitle={run.name}
      parents={[{ label: 'Runs', to: pages.flowRuns }]}
      actions={
        <>
          <LiveIndicator status={live} />
          <RunActions run={run} />
        </>
      }
    >
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1">
        <Fact name="Flow">
          <FlowName id={run.flow_id} />
        </Fact>
        {run.parent_task_run_id && <ParentFact taskRunId={run.parent_task_run_id} />}
        <Fact name="Duration">
          <Elapsed
            start={run.start_time}
            end={run.end_time}
            isTicking={isTicking(run.state_type)}
            seconds={run.total_run_time}
          />
        </Fact>
        <Fact name={run.start_time ? 'Started' : 'Expected'}>
          <Time at={run.start_time ?? run.expected_start_time} />
        </Fact>
        {run.run_count > 1 && <Fact name="Attempt">{run.run_count}</Fact>}
        {run.tags.length > 0 && (
          <Fact name="Tags">
            <TagList tags={run.tags} most={5} />
          </Fact>
        )}
      </dl>
      <StateMessage type={run.state_type} message={run.state?.message} />
    </PageHeader>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </div>
  );
}

/** A subflow's run says which run it belongs to. */
function ParentFact({ taskRunId }: { taskRunId: string }) {
  const parent = useQuery(taskRunBriefQuery(taskRunId));
  if (!parent.data?.flow_run_id) return null;
  return (
    <Fact name="Part of">
      <Link
        to={pages.flowRun(parent.data.flow_run_id)}
        className="text-muted hover:text-text hover:underline"
      >
        parent run
      </Link>
    </Fact>
  );
}
