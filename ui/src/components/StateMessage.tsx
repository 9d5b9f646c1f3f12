/** What a state says, where it is worth reading: of failures, and of what waits. */
import type { CSSProperties } from 'react';
import { useState } from 'react';
import { stripAnsi } from '@/lib/ansi';
import { type StateType, stateColor } from '@/lib/state';
import { CopyButton } from './CopyButton';

const TELLING: ReadonlySet<string> = new Set([
  'FAILED',
  'CRASHED',
  'CANCELLED',
  'CANCELLING',
  'PAUSED',
  'SCHEDULED',
]);

export function StateMessage({
  type,
  message,
}: {
  type: StateType | null;
  message: string | null | undefined;
}) {
  const [isOpen, setOpen] = useState(false);
  const text = stripAnsi(message ?? '').trim();
  if (!type || !text || !TELLING.has(type)) return null;
  const [first = '', ...rest] = text.split('\n');
  return (
    <div
      className="badge mt-1 flex items-start gap-2 rounded-md px-3 py-1 font-mono text-xs"
      style={{ '--c': stateColor(type) } as CSSProperties}
    >
      <div className="min-w-0 flex-1 self-center">
        <pre className="max-h-56 overflow-auto break-words whitespace-pre-wrap">{isOpen ? text : first}</pre>
        {rest.length > 0 && (
          <button type="button" onClick={() => setOpen(!isOpen)} className="mt-0.5 font-sans underline">
            {isOpen ? 'Less' : 'Whole message'}
          </button>
        )}
      </div>
      <CopyButton text={text} label="Copy the message" />
    </div>
  );
}
