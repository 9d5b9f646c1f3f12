/** The states something went through, and how long each lasted. */
import { useNow } from '@/lib/clock';
import { formatDuration } from '@/lib/duration';
import { isTerminal, type StateType } from '@/lib/state';
import { formatAbsolute, formatClock, toMillis } from '@/lib/time';
import { StateBadge } from './StateBadge';
import { Hint } from './ui/Hint';

type Entry = { id: string; type: StateType; name: string | null; timestamp: string; message: string | null };

export function StateHistory({ states }: { states: Entry[] }) {
  const now = useNow(1_000);
  if (states.length === 0) return <p className="p-6 text-muted">No state was recorded.</p>;
  return (
    <ol aria-label="State history" className="flex flex-col px-4 py-3 md:px-6">
      {states.map((state, index) => {
        const at = toMillis(state.timestamp);
        const next = states[index + 1];
        const isOpen = !next && isTerminal(state.type);
        const lasted = ((next ? toMillis(next.timestamp) : now) - at) / 1000;
        return (
          <li key={state.id} className="grid grid-cols-[6.5rem_1fr] gap-x-4 md:grid-cols-[6.5rem_9rem_1fr]">
            <div className="flex items-start justify-between gap-2 pt-0.5">
              <Hint text={formatAbsolute(at)}>
                <time dateTime={state.timestamp} className="tabular font-mono text-xs text-muted">
                  {formatClock(at)}
                </time>
              </Hint>
            </div>
            <div className="relative pb-6 pl-5">
              <span className="absolute top-2 left-0 size-2 rounded-full bg-line-strong" />
              {next && <span className="absolute top-5 bottom-0 left-[3.5px] w-px bg-line-strong" />}
              <StateBadge type={state.type} name={state.name} />
              {!isOpen && (
                <div className="mt-1 text-xs text-muted">
                  {next ? 'for' : 'since'} {formatDuration(lasted)}
                </div>
              )}
            </div>
            <div className="min-w-0 pt-0.5 pb-4 break-words whitespace-pre-wrap text-muted max-md:col-start-2 max-md:-mt-4 max-md:pl-5">
              {state.message}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
