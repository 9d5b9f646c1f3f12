/** Names and values in two columns. */
import type { ReactNode } from 'react';
import { CopyButton } from './CopyButton';

export type Detail = { name: string; value: ReactNode; copy?: string };

/** Entries without a value are left out: a list of dashes says nothing. */
export function Details({ entries }: { entries: Detail[] }) {
  return (
    <dl className="grid max-w-3xl grid-cols-[minmax(7rem,11rem)_1fr] gap-x-4">
      {entries
        .filter(({ value }) => value !== null && value !== undefined && value !== '' && value !== false)
        .map((entry) => (
          <div
            key={entry.name}
            className="col-span-2 grid min-h-9 grid-cols-subgrid items-center border-b border-line/60"
          >
            <dt className="text-muted">{entry.name}</dt>
            <dd className="flex min-w-0 items-center gap-1 py-1 break-words">
              <span className="min-w-0">{entry.value}</span>
              {entry.copy && <CopyButton text={entry.copy} label={`Copy ${entry.name.toLowerCase()}`} />}
            </dd>
          </div>
        ))}
    </dl>
  );
}
