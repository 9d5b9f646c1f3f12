/** What a bar or box is, beside the pointer. */
import { formatDuration } from '@/lib/duration';
import { stateColor, stateLabel } from '@/lib/state';
import type { Item } from './model';
import { formatElapsed } from './ticks';

type Props = { item: Item; x: number; y: number; note?: string };

const WIDTH = 232;

export function ItemTip({ item, x, y, note }: Props) {
  const duration = item.end === null ? null : (item.end - item.start) / 1000;
  return (
    <div
      className="pointer-events-none absolute z-20 rounded-lg bg-surface px-3 py-2 text-xs shadow-(--shadow)"
      style={{ width: WIDTH, left: `clamp(4px, ${x + 14}px, calc(100% - ${WIDTH + 4}px))`, top: y + 16 }}
      data-testid="graph-tip"
    >
      <div className="truncate font-medium">{item.label}</div>
      <div className="mt-0.5 flex items-center gap-1.5 text-muted">
        <span className="size-2 rounded-full" style={{ background: stateColor(item.state) }} />
        {stateLabel(item.state)}
        {duration !== null && <span>· {formatDuration(duration)}</span>}
      </div>
      <div className="text-muted">
        {note ?? `started ${formatElapsed(item.start, stepFor(item.start))} after the run`}
      </div>
    </div>
  );
}

/** Microseconds matter in the first second, milliseconds up to a minute. */
function stepFor(start: number): number {
  if (start < 1_000) return 0.1;
  return start < 60_000 ? 10 : 1_000;
}
