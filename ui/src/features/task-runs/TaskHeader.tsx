/** The head of a task run's page. */
import type { FlowRun } from '@/api/flow-runs';
import type { TaskRun } from '@/api/task-runs';
import { Elapsed } from '@/components/Elapsed';
import { LiveIndicator, type Liveness } from '@/components/LiveIndicator';
import { PageHeader } from '@/components/PageHeader';
import { StateBadge } from '@/components/StateBadge';
import { StateMessage } from '@/components/StateMessage';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { pages } from '@/lib/paths';
import { isTicking } from '@/lib/state';

export function TaskHeader({
  run,
  flowRun,
  live,
}: {
  run: TaskRun;
  flowRun: FlowRun | null;
  live: Liveness;
}) {
  const parents = [
    { label: 'Runs', to: pages.flowRuns },
    ...(flowRun ? [{ label: flowRun.name, to: pages.flowRun(flowRun.id) }] : []),
  ];
  return (
    <PageHeader
      title={
        <>
          <span className="truncate">{run.name}</span>
          <StateBadge type={run.state_type} name={run.state_name} isLarge />
        </>
      }
      documentTitle={run.name}
      parents={parents}
      actions={<LiveIndicator status={live} />}
    >
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted">
        <span>
          <span className="text-xs">Duration </span>
          <span className="text-text">
            <Elapsed
              start={run.start_time}
              end={run.end_time}
              isTicking={isTicking(run.state_type)}
              seconds={run.total_run_time}
            />
          </span>
        </span>
        <span>
          <span className="text-xs">{run.start_time ? 'Started ' : 'Expected '}</span>
          <Time at={run.start_time ?? run.expected_start_time} className="text-text" />
        </span>
        {run.run_count > 1 && (
          <span>
            <span className="text-xs">Attempt </span>
            <span className="text-text">{run.run_count}</span>
          </span>
        )}
        <TagList tags={run.tags} most={5} />
      </div>
      <StateMessage type={run.state_type} message={run.state?.message} />
    </PageHeader>
  );
}
