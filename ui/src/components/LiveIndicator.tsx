/** Whether what is seen is live. */
import { classes } from '@/lib/classes';
import { Hint } from './ui/Hint';

export type Liveness = 'connecting' | 'live' | 'lost' | 'refused' | null;

const WORDS: Record<Exclude<Liveness, null>, [label: string, hint: string]> = {
  connecting: ['Connecting', 'Opening the live connection'],
  live: ['Live', 'Changes appear here as they happen'],
  lost: ['Reconnecting', 'The live connection is lost; it is being opened again'],
  refused: ['Not live', 'The server refused the live connection; reload the page to sign in again'],
};

export function LiveIndicator({ status }: { status: Liveness }) {
  if (status === null) return null;
  const [label, hint] = WORDS[status];
  return (
    <Hint text={hint}>
      <span role="status" className="inline-flex items-center gap-1.5 text-xs text-muted">
        <span
          className={classes(
            'size-2 rounded-full',
            status === 'live' ? 'bg-(--state-completed)' : 'border border-muted',
          )}
        />
        {label}
      </span>
    </Hint>
  );
}
