/** How many runs are in each state; each number leads to its runs. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { taskRunCountQuery } from '@/api/task-runs';
import { StateIcon } from '@/components/StateIcon';
import { formatCompact } from '@/lib/number';
import { pages } from '@/lib/paths';
import type { Range } from '@/lib/range';
import { STATE_TYPES, type StateType, stateLabel } from '@/lib/state';
import type { StateSums } from './history';

/** Shown even when nobody is in it: zero failures is news. */
const ALWAYS: StateType[] = ['COMPLETED', 'FAILED', 'RUNNING'];
const ORDER: StateType[] = ['COMPLETED', 'FAILED', 'CRASHED', 'RUNNING', ...STATE_TYPES];

type Props = { counts: StateSums; range: Range; since: string };

export function StateCounts({ counts, range, since }: Props) {
  const tasks = useQuery(taskRunCountQuery({ after: since }));
  const states = [...new Set(ORDER)].filter((state) => ALWAYS.includes(state) || counts[state]);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div className="flex flex-wrap gap-x-2 gap-y-2">
      <Count label="All runs" value={total} search={{ range }} />
      {states.map((state) => (
        <Count
          key={state}
          icon={<StateIcon type={state} />}
          label={stateLabel(state)}
          value={counts[state] ?? 0}
          search={{ state: [state], range }}
        />
      ))}
      <div className="ml-auto flex flex-col px-2 py-1 text-right max-sm:ml-0 max-sm:text-left">
        <span className="text-xs text-muted">Task runs</span>
        <span className="tabular text-lg leading-7 font-semibold" data-testid="task-run-count">
          {tasks.data === undefined ? '–' : formatCompact(tasks.data)}
        </span>
      </div>
    </div>
  );
}

type CountProps = { icon?: ReactNode; label: string; value: number; search: Record<string, unknown> };

function Count({ icon, label, value, search }: CountProps) {
  return (
    <Link
      to={pages.flowRuns}
      search={search}
      className="flex min-w-22 flex-col rounded-md px-2 py-1 hover:bg-raised"
    >
      <span className="flex items-center gap-1.5 text-xs text-muted">
        {icon}
        {label}
      </span>
      <span className="tabular text-lg leading-7 font-semibold">{formatCompact(value)}</span>
    </Link>
  );
}
