/** The logs of a run: filtered, searched, followed, copied. */
import { useRef, useState } from 'react';
import { useLogs } from '@/api/live-logs';
import { LOG_PAGE_SIZE, type LogAnchor, type LogCriteria } from '@/api/logs';
import { SearchIcon } from '@/components/icons';
import { Notice } from '@/components/Notice';
import { Problem } from '@/components/QueryState';
import { SkeletonRows } from '@/components/Skeleton';
import { useShortcuts } from '@/lib/keyboard';
import { LogList } from './LogList';
import { LogToolbar } from './LogToolbar';
import { type LogSearch, leastLevel } from './log-search';

type Props = {
  /** The run whose logs are shown; the logs of a flow run include those of its tasks. */
  of: { flowRunId: string } | { taskRunId: string };
  /** For the name of the downloaded file. */
  name: string;
  isRunning: boolean;
  search: LogSearch;
  onSearch: (patch: LogSearch) => void;
};

export function LogView({ of, name, isRunning, search, onSearch }: Props) {
  // A running log is read from its end, a finished one from its start, until the reader says otherwise.
  const [anchor, setAnchor] = useState<LogAnchor>(isRunning ? 'end' : 'start');
  const [isFollowing, setFollowing] = useState(isRunning);
  const field = useRef<HTMLInputElement>(null);
  useShortcuts({
    '/': (event) => {
      event.preventDefault();
      field.current?.focus();
    },
    f: () => setFollowing((before) => !before),
  });
  const criteria: LogCriteria = { ...of, minLevel: leastLevel(search.level), text: search.q };
  const { query, lines, status } = useLogs(criteria, anchor, isRunning);
  const follow = (next: boolean) => {
    if (next && anchor === 'start' && query.hasNextPage) setAnchor('end');
    setFollowing(next);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <LogToolbar
        search={search}
        onSearch={onSearch}
        field={field}
        isFollowing={isFollowing}
        onFollow={follow}
        isRunning={isRunning}
        status={status}
        criteria={criteria}
        name={name}
        shown={lines.length}
        hasMore={lines.length >= LOG_PAGE_SIZE && (query.hasNextPage || query.hasPreviousPage)}
      />
      {query.error && lines.length === 0 ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows count={8} />
      ) : lines.length === 0 ? (
        <NoLines isFiltered={Boolean(search.q || search.level)} isRunning={isRunning} onSearch={onSearch} />
      ) : (
        <LogList
          key={`${anchor} ${search.level ?? ''} ${search.q ?? ''}`}
          lines={lines}
          query={search.q ?? ''}
          withTask={'flowRunId' in of}
          isFollowing={isFollowing}
          onFollow={follow}
          startsAtEnd={anchor === 'end'}
          loadEarlier={
            query.hasPreviousPage && !query.isFetching ? () => void query.fetchPreviousPage() : null
          }
          loadLater={query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : null}
        />
      )}
    </div>
  );
}

type NoLinesProps = { isFiltered: boolean; isRunning: boolean; onSearch: (patch: LogSearch) => void };

function NoLines({ isFiltered, isRunning, onSearch }: NoLinesProps) {
  if (isFiltered) {
    return (
      <Notice
        icon={<SearchIcon />}
        title="No line matches"
        action={{ label: 'Show all lines', onClick: () => onSearch({ level: undefined, q: undefined }) }}
      />
    );
  }
  return (
    <Notice title={isRunning ? 'Nothing was logged yet' : 'Nothing was logged'}>
      {isRunning
        ? 'Lines appear here as they are written.'
        : 'Use get_run_logger() in a flow or task, or log_prints=True on it.'}
    </Notice>
  );
}
