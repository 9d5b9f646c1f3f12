/** A JSON value as a tree that opens and closes; large parts open only when asked to. */
import { useState } from 'react';
import { classes } from '@/lib/classes';
import { formatCount } from '@/lib/number';
import { ChevronRightIcon } from './icons';

const OPEN_UP_TO = 30;
const CHILDREN_STEP = 100;
const LONG_TEXT = 400;

type Props = { value: unknown; name?: string; depth?: number };

export function JsonTree({ value, name, depth = 0 }: Props) {
  return isContainer(value) ? (
    <Branch value={value} name={name} depth={depth} />
  ) : (
    <Line name={name} depth={depth}>
      <Leaf value={value} />
    </Line>
  );
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

function Branch({ value, name, depth }: { value: object; name?: string; depth: number }) {
  const entries = Object.entries(value);
  const [isOpen, setOpen] = useState(depth === 0 || (depth < 3 && entries.length <= OPEN_UP_TO));
  const [shown, setShown] = useState(CHILDREN_STEP);
  const [left, right] = Array.isArray(value) ? '[]' : '{}';
  if (entries.length === 0) {
    return (
      <Line name={name} depth={depth}>
        <span className="text-muted">
          {left}
          {right}
        </span>
      </Line>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        style={{ paddingLeft: depth * 16 }}
        className="flex w-full items-center gap-1 rounded text-left font-mono text-xs leading-6 hover:bg-raised"
      >
        <ChevronRightIcon className={classes('size-3 text-muted', isOpen && 'rotate-90')} />
        {name !== undefined && <Name name={name} />}
        <span className="text-muted">
          {left}
          {!isOpen && '…'}
          {!isOpen && right} {formatCount(entries.length)} {entries.length === 1 ? 'entry' : 'entries'}
        </span>
      </button>
      {isOpen &&
        entries
          .slice(0, shown)
          .map(([key, child]) => <JsonTree key={key} name={key} value={child} depth={depth + 1} />)}
      {isOpen && entries.length > shown && (
        <button
          type="button"
          onClick={() => setShown(shown + CHILDREN_STEP)}
          style={{ marginLeft: (depth + 1) * 16 + 16 }}
          className="text-xs text-accent hover:underline"
        >
          Show {formatCount(Math.min(CHILDREN_STEP, entries.length - shown))} more
        </button>
      )}
    </div>
  );
}

function Line({ name, depth, children }: { name?: string; depth: number; children: React.ReactNode }) {
  return (
    <div
      style={{ paddingLeft: depth * 16 + 16 }}
      className="flex items-start gap-1 font-mono text-xs leading-6"
    >
      {name !== undefined && <Name name={name} />}
      {children}
    </div>
  );
}

const Name = ({ name }: { name: string }) => (
  <span className="shrink-0">
    {name}
    <span className="text-muted">:</span>
  </span>
);

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== 'string') {
    return <span className="text-(--state-running)">{String(value)}</span>;
  }
  const isCut = value.length > LONG_TEXT && !isWhole;
  return (
    <span className="min-w-0 break-words whitespace-pre-wrap text-(--state-completed)">
      "{isCut ? value.slice(0, LONG_TEXT) : value}
      {isCut ? '…' : '"'}
      {isCut && (
        <button type="button" onClick={() => setWhole(true)} className="ml-2 text-accent hover:underline">
          all {formatCount(value.length)} characters
        </button>
      )}
    </span>
  );
}
