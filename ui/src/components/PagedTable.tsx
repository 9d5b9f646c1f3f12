/** A virtual table over a list on the server: fetches the pages that are in sight, moves by keyboard. */
import { type QueryKey, type UseQueryOptions, useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useRef } from 'react';
import { classes } from '@/lib/classes';
import { useShortcuts } from '@/lib/keyboard';
import { Problem } from './QueryState';
import { Skeleton } from './Skeleton';

export type Column<T> = {
  key: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  className?: string;
};

type PageQuery<T> = UseQueryOptions<T[], Error, T[], QueryKey>;

type Props<T> = {
  label: string;
  /** How many rows there are in all; undefined while that is not known. */
  count: number | undefined;
  pageSize: number;
  /** The query of one page. Its type is loosened: keys differ from list to list. */
  pageQuery: (page: number) => unknown;
  columns: Column<T>[];
  /** Tailwind classes of the grid template. */
  template: string;
  rowTo: (row: T) => string;
  empty: ReactNode;
};

const ROW_HEIGHT = 40;
/** Browsers cannot scroll much further than this many rows. */
const MOST_ROWS = 400_000;
const FIRST_ROWS = 12;

export function PagedTable<T>(props: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowCount = Math.min(props.count ?? FIRST_ROWS, MOST_ROWS);
  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const visible = virtualizer.getVirtualItems();
  const { rowAt, error, refetch } = usePages(props, visible[0]?.index ?? 0, visible.at(-1)?.index ?? 0);
  useRowKeys(scroller, rowCount, (index) => virtualizer.scrollToIndex(index, { align: 'auto' }));

  if (error && !rowAt(visible[0]?.index ?? 0)) return <Problem error={error} onRetry={refetch} />;
  if (props.count === 0) return <>{props.empty}</>;
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={props.label}
      aria-rowcount={props.count === undefined ? -1 : props.count + 1}
      className="min-h-0 flex-1 overflow-auto overscroll-contain"
      data-testid="paged-table"
    >
      <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
        <div
          role="row"
          aria-rowindex={1}
          className={classes(
            'grid h-8 items-center gap-3 border-b border-line px-4 text-xs text-muted md:px-6',
            props.template,
          )}
        >
          {props.columns.map((column) => (
            <div key={column.key} role="columnheader" className={classes('truncate', column.className)}>
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {visible.map((entry) => (
          <Row key={entry.index} {...props} index={entry.index} top={entry.start} row={rowAt(entry.index)} />
        ))}
      </div>
    </div>
  );
}

function usePages<T>(props: Props<T>, first: number, last: number) {
  const { pageSize } = props;
  const firstPage = Math.floor(first / pageSize);
  const pages = Array.from(
    { length: Math.floor(last / pageSize) - firstPage + 1 },
    (_, at) => firstPage + at,
  );
  const results = useQueries({ queries: pages.map((page) => props.pageQuery(page) as PageQuery<T>) });
  return {
    rowAt: (index: number): T | undefined =>
      results[Math.floor(index / pageSize) - firstPage]?.data?.[index % pageSize],
    error: results.find((result) => result.error)?.error ?? null,
    refetch: () => {
      for (const result of results) void result.refetch();
    },
  };
}

type RowProps<T> = Props<T> & { index: number; top: number; row: T | undefined };

function Row<T>({ index, top, row, columns, template, rowTo }: RowProps<T>) {
  const navigate = useNavigate();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the row's link is what the keyboard reaches
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      tabIndex={-1}
      style={{ height: ROW_HEIGHT, transform: `translateY(${top}px)` }}
      className={classes(
        'absolute inset-x-0 top-0 grid items-center gap-3 border-b border-line/60 px-4 outline-offset-[-2px] focus-within:bg-accent-soft md:px-6',
        template,
        row && 'cursor-pointer hover:bg-raised focus-within:hover:bg-accent-soft',
      )}
      onClick={(event) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
        if (row && isPlain && !(event.target as Element).closest('a, button') && !hasSelection()) {
          void navigate({ to: rowTo(row) });
        }
      }}
    >
      {columns.map((column) => (
        <div key={column.key} role="cell" className={classes('min-w-0', column.className)}>
          {row === undefined ? <Skeleton className="h-3.5 w-3/5" /> : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** A reader who marks text to copy it does not want to leave the page. */
const hasSelection = () => (window.getSelection()?.toString().length ?? 0) > 0;

/** `j` and `k` (or the arrows) move the focus from row to row; Enter follows the link, as links do. */
function useRowKeys(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  reveal: (index: number) => void,
): void {
  const move = (step: number) => (event: KeyboardEvent) => {
    const current = document.activeElement?.closest<HTMLElement>('[data-index]');
    const isHere = current !== null && current !== undefined && scroller.current?.contains(current);
    if (!isHere && event.key.startsWith('Arrow')) return;
    const next = isHere ? Number(current.dataset.index) + step : 0;
    if (next < 0 || next >= count) return;
    event.preventDefault();
    reveal(next);
    // Rows near the edge are there already; a far one comes with the next frame.
    if (!focusRow(scroller.current, next)) requestAnimationFrame(() => focusRow(scroller.current, next));
  };
  useShortcuts({ j: move(1), ArrowDown: move(1), k: move(-1), ArrowUp: move(-1) });
}

function focusRow(scroller: HTMLElement | null, index: number): boolean {
  const row = scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  (row?.querySelector('a') ?? row)?.focus({ preventScroll: true });
  return row !== null && row !== undefined;
}
