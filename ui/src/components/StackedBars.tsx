/** Counts of states over time as stacked bars, with a table for screen readers. */
import { useState } from 'react';
import { classes } from '@/lib/classes';
import { formatCompact, formatCount } from '@/lib/number';
import { STATE_TYPES, type StateType, stateColor, stateLabel } from '@/lib/state';
import { formatShort } from '@/lib/time';
import { StateIcon } from './StateIcon';

export type Bar = { start: number; end: number; counts: Partial<Record<StateType, number>> };

/** What has failed lies at the bottom, where bars can be compared. */
const ORDER: StateType[] = [
  'FAILED',
  'CRASHED',
  'CANCELLED',
  'CANCELLING',
  'COMPLETED',
  'RUNNING',
  'PAUSED',
  'PENDING',
  'SCHEDULED',
];

const totalOf = (bar: Bar): number => Object.values(bar.counts).reduce((sum, count) => sum + count, 0);

export function StackedBars({ bars, label, className }: { bars: Bar[]; label: string; className?: string }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const most = niceMaximum(Math.max(...bars.map(totalOf), 1));
  const bar = hovered === null ? undefined : bars[hovered];
  return (
    <figure className={classes('relative flex flex-col', className)} aria-label={label}>
      <div className="relative ml-9 flex min-h-0 flex-1" onPointerLeave={() => setHovered(null)}>
        <Scale most={most} />
        <div className="relative flex flex-1 items-stretch" aria-hidden="true">
          {bars.map((entry, index) => (
            <div
              key={entry.start}
              onPointerEnter={() => setHovered(index)}
              className={classes(
                'flex min-w-0 flex-1 flex-col-reverse px-[0.5px] sm:px-px',
                hovered === index && 'bg-raised',
              )}
            >
              {ORDER.map((state) => {
                const count = entry.counts[state] ?? 0;
                return count === 0 ? null : (
                  <div
                    key={state}
                    style={{ height: `max(2px, ${(count / most) * 100}%)`, background: stateColor(state) }}
                    className="shrink-0 first:rounded-b-[1px] last:rounded-t-[2px]"
                  />
                );
              })}
            </div>
          ))}
        </div>
        {bar && hovered !== null && <BarTip bar={bar} place={(hovered + 0.5) / bars.length} />}
      </div>
      <TimeAxis bars={bars} />
      <HiddenTable bars={bars} label={label} />
    </figure>
  );
}

function Scale({ most }: { most: number }) {
  return (
    <div className="pointer-events-none absolute inset-0 -left-9" aria-hidden="true">
      {[1, 0.5, 0].map((share) => (
        <div
          key={share}
          className="absolute inset-x-0 flex -translate-y-1/2 items-center"
          style={{ top: `${(1 - share) * 100}%` }}
        >
          <span className="tabular w-9 pr-2 text-right text-2xs text-muted">
            {Number.isInteger(most * share) ? formatCompact(most * share) : ''}
          </span>
          <span className="h-px flex-1 bg-line" />
        </div>
      ))}
    </div>
  );
}

function BarTip({ bar, place }: { bar: Bar; place: number }) {
  const total = totalOf(bar);
  return (
    <div
      className="pointer-events-none absolute top-1 z-20 w-44 rounded-lg bg-surface p-2.5 text-xs shadow-(--shadow)"
      style={
        place < 0.5
          ? { left: `calc(${place * 100}% + 10px)` }
          : { right: `calc(${(1 - place) * 100}% + 10px)` }
      }
    >
      <div className="mb-1 font-medium">
        {formatShort(bar.start, Date.now())} – {formatShort(bar.end, Date.now())}
      </div>
      {total === 0 && <div className="text-muted">No runs</div>}
      {STATE_TYPES.map((state) => {
        const count = bar.counts[state] ?? 0;
        return count === 0 ? null : (
          <div key={state} className="flex items-center gap-1.5">
            <StateIcon type={state} className="size-3" />
            <span className="flex-1">{stateLabel(state)}</span>
            <span className="tabular">{formatCount(count)}</span>
          </div>
        );
      })}
    </div>
  );
}

function TimeAxis({ bars }: { bars: Bar[] }) {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return null;
  const isLong = last.end - first.start > 2 * 86_400_000;
  const words = (at: number) =>
    isLong
      ? new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
      : new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return (
    <div className="mt-1.5 ml-9 flex justify-between text-2xs text-muted" aria-hidden="true">
      {[0, 0.25, 0.5, 0.75].map((share) => (
        <span key={share}>{words(first.start + (last.end - first.start) * share)}</span>
      ))}
      <span>now</span>
    </div>
  );
}

function HiddenTable({ bars, label }: { bars: Bar[]; label: string }) {
  return (
    <table className="sr-only">
      <caption>{label}</caption>
      <tbody>
        {bars
          .filter((bar) => totalOf(bar) > 0)
          .map((bar) => (
            <tr key={bar.start}>
              <th scope="row">{formatShort(bar.start, Date.now())}</th>
              <td>
                {STATE_TYPES.filter((state) => bar.counts[state])
                  .map((state) => `${bar.counts[state]} ${stateLabel(state)}`)
                  .join(', ')}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** The next round number whose half is worth a mark too. */
export function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power);
  return steps.find((step) => Number.isInteger(step) && step >= value) ?? 10 * power;
}
