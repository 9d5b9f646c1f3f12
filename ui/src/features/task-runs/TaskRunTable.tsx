/** The task runs of a flow run, of any number, by state. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  TASK_PAGE_SIZE,
  type TaskRun,
  type TaskRunSort,
  taskRunCountQuery,
  taskRunPageQuery,
} from '@/api/task-runs';
import { Elapsed } from '@/components/Elapsed';
import { Notice } from '@/components/Notice';
import { type Column, PagedTable } from '@/components/PagedTable';
import { SearchField } from '@/components/SearchField';
import { StateBadge } from '@/components/StateBadge';
import { StatePicker } from '@/components/StatePicker';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { Select } from '@/components/ui/Choice';
import { plural } from '@/lib/number';
import { pages } from '@/lib/paths';
import { isTicking, type StateType } from '@/lib/state';

const SORTS = [
  { value: 'EXPECTED_START_TIME_ASC', label: 'In order' },
  { value: 'EXPECTED_START_TIME_DESC', label: 'Newest first' },
  { value: 'DURATION_DESC', label: 'Longest first' },
  { value: 'NAME_ASC', label: 'Name, A to Z' },
] as const satisfies { value: TaskRunSort; label: string }[];

const COLUMNS: Column<TaskRun>[] = [
  {
    key: 'state',
    header: <span className="max-md:sr-only">State</span>,
    cell: (run) => <StateBadge type={run.state_type} name={run.state_name} isCompact />,
  },
  {
    key: 'name',
    header: 'Task run',
    cell: (run) => (
      <Link
        to={pages.taskRun(run.id)}
        className="block truncate font-medium hover:underline"
        title={run.name}
      >
        {run.name}
      </Link>
    ),
  },
  {
    key: 'tags',
    header: 'Tags',
    className: 'max-lg:hidden',
    cell: (run) => <TagList tags={run.tags} most={2} />,
  },
  {
    key: 'attempts',
    header: 'Attempts',
    className: 'max-md:hidden',
    cell: (run) => <span className="tabular text-muted">{run.run_count > 1 ? run.run_count : ''}</span>,
  },
  {
    key: 'started',
    header: 'Started',
    className: 'max-sm:hidden',
    cell: (run) => <Time at={run.start_time ?? run.expected_start_time} className="text-muted" />,
  },
  {
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
  },
];
const TEMPLATE =
  'grid-cols-[1rem_1fr_5rem] sm:grid-cols-[1rem_1fr_7rem_5rem] md:grid-cols-[8.5rem_1fr_5rem_7rem_5rem] lg:grid-cols-[8.5rem_minmax(10rem,1fr)_minmax(6rem,0.6fr)_5rem_7rem_5rem]';

type Props = { flowRunId: string; states: StateType[]; onStates: (states: StateType[]) => void };

export function TaskRunTable({ flowRunId, states, onStates }: Props) {
  const [name, setName] = useState('');
  const [sort, setSort] = useState<(typeof SORTS)[number]['value']>('EXPECTED_START_TIME_ASC');
  const criteria = {
    flowRunId,
    ...(states.length > 0 ? { states } : {}),
    ...(name ? { name } : {}),
  };
  const count = useQuery(taskRunCountQuery(criteria));
  const isFiltered = states.length > 0 || name !== '';
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-surface">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 md:px-6">
        <SearchField
          label="Search task runs by name"
          placeholder="Search by name"
          value={name}
          onChange={setName}
          className="w-56 max-sm:w-full"
        />
        <StatePicker chosen={states} onChange={onStates} />
        {count.data !== undefined && (
          <span className="tabular text-xs text-muted">{plural(count.data, 'task run')}</span>
        )}
        <div className="ml-auto">
          <Select label="Sort" isQuiet value={sort} options={SORTS} onChange={setSort} />
        </div>
      </div>
      <PagedTable
        label="Task runs"
        count={count.data}
        pageSize={TASK_PAGE_SIZE}
        pageQuery={(page) => taskRunPageQuery(criteria, sort, page)}
        columns={COLUMNS}
        template={TEMPLATE}
        rowTo={(run) => pages.taskRun(run.id)}
        empty={
          <Notice
            title={isFiltered ? 'No task run matches' : 'No task runs'}
            action={
              isFiltered
                ? {
                    label: 'Clear filters',
                    onClick: () => {
                      setName('');
                      onStates([]);
                    },
                  }
                : undefined
            }
          >
            {isFiltered ? undefined : 'Functions with @task that the flow calls appear here.'}
          </Notice>
        }
      />
    </div>
  );
}
