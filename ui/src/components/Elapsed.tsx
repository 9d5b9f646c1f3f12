/** How long something took; while it runs, the clock ticks. */
import { useNow } from '@/lib/clock';
import { formatDuration, formatTicking } from '@/lib/duration';
import { toMillis } from '@/lib/time';

type Props = {
  start: string | null;
  end: string | null;
  isTicking: boolean;
  /** The server's own figure in seconds, for what has ended. */
  seconds?: number;
};

export function Elapsed({ start, end, isTicking, seconds }: Props) {
  if (isTicking && start) return <TickingElapsed since={toMillis(start)} />;
  if (!start) return <span className="text-muted">–</span>;
  const total = end ? (toMillis(end) - toMillis(start)) / 1000 : (seconds ?? Number.NaN);
  return <span className="tabular">{formatDuration(total)}</span>;
}

function TickingElapsed({ since }: { since: number }) {
  const now = useNow(1_000);
  return <span className="tabular">{formatTicking((now - since) / 1000)}</span>;
}
