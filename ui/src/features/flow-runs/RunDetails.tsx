/** Everything else there is to know of a flow run. */
import type { FlowRun } from '@/api/flow-runs';
import { Details } from '@/components/Details';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { formatDuration } from '@/lib/duration';

export function RunDetails({ run }: { run: FlowRun }) {
  const policy = run.empirical_policy;
  const labels = Object.entries(run.labels ?? {});
  return (
    <Details
      entries={[
        { name: 'Run id', value: <Mono>{run.id}</Mono>, copy: run.id },
        { name: 'Flow id', value: <Mono>{run.flow_id}</Mono>, copy: run.flow_id },
        { name: 'Flow version', value: run.flow_version },
        { name: 'Created', value: run.created && <Time at={run.created} style="absolute" /> },
        {
          name: 'Expected start',
          value: run.expected_start_time && <Time at={run.expected_start_time} style="absolute" />,
        },
        { name: 'Started', value: run.start_time && <Time at={run.start_time} style="absolute" /> },
        { name: 'Ended', value: run.end_time && <Time at={run.end_time} style="absolute" /> },
        { name: 'Total run time', value: formatDuration(run.total_run_time) },
        {
          name: 'Late by',
          value: run.estimated_start_time_delta > 1 && formatDuration(run.estimated_start_time_delta),
        },
        { name: 'Run count', value: String(run.run_count) },
        { name: 'Retries allowed', value: policy?.retries === null ? null : String(policy?.retries ?? 0) },
        { name: 'Retry delay', value: policy?.retry_delay ? formatDuration(policy.retry_delay) : null },
        { name: 'Created by', value: run.created_by?.display_value },
        { name: 'Work pool', value: run.work_pool_name },
        { name: 'Work queue', value: run.work_queue_name },
        {
          name: 'Deployment id',
          value: run.deployment_id && <Mono>{run.deployment_id}</Mono>,
          copy: run.deployment_id ?? undefined,
        },
        { name: 'Process', value: run.infrastructure_pid && <Mono>{run.infrastructure_pid}</Mono> },
        { name: 'Idempotency key', value: run.idempotency_key && <Mono>{run.idempotency_key}</Mono> },
        { name: 'Tags', value: run.tags.length > 0 && <TagList tags={run.tags} most={20} /> },
        {
          name: 'Labels',
          value: labels.length > 0 && (
            <Mono>{labels.map(([key, value]) => `${key}=${value}`).join(', ')}</Mono>
          ),
        },
      ]}
    />
  );
}

const Mono = ({ children }: { children: React.ReactNode }) => (
  <span className="font-mono text-xs">{children}</span>
);
