/** Everything else there is to know of a task run. */
import type { TaskRun } from '@/api/task-runs';
import { Details } from '@/components/Details';
import { Time } from '@/components/Time';
import { formatDuration } from '@/lib/duration';

export function TaskDetails({ run }: { run: TaskRun }) {
  const policy = run.empirical_policy;
  return (
    <div className="px-4 py-2 md:px-6">
      <Details
        entries={[
          { name: 'Task run id', value: <Mono>{run.id}</Mono>, copy: run.id },
          { name: 'Task key', value: <Mono>{run.task_key}</Mono>, copy: run.task_key },
          { name: 'Dynamic key', value: <Mono>{run.dynamic_key}</Mono> },
          { name: 'Task version', value: run.task_version },
          { name: 'Created', value: run.created && <Time at={run.created} style="absolute" /> },
          { name: 'Started', value: run.start_time && <Time at={run.start_time} style="absolute" /> },
          { name: 'Ended', value: run.end_time && <Time at={run.end_time} style="absolute" /> },
          { name: 'Total run time', value: formatDuration(run.total_run_time) },
          { name: 'Run count', value: String(run.run_count) },
          { name: 'Retries allowed', value: policy?.retries === null ? null : String(policy?.retries ?? 0) },
          { name: 'Retry delay', value: retryDelay(policy?.retry_delay) },
          {
            name: 'Cache key',
            value: run.cache_key && <Mono>{run.cache_key}</Mono>,
            copy: run.cache_key ?? undefined,
          },
          {
            name: 'Cache expires',
            value: run.cache_expiration && <Time at={run.cache_expiration} style="absolute" />,
          },
        ]}
      />
    </div>
  );
}

function retryDelay(delay: number | number[] | null | undefined): string | null {
  if (!delay) return null;
  return Array.isArray(delay) ? delay.map(formatDuration).join(', ') : formatDuration(delay);
}

const Mono = ({ children }: { children: React.ReactNode }) => (
  <span className="font-mono text-xs break-all">{children}</span>
);
