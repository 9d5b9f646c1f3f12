/** The lines of a run as one growing list: stored pages and live lines together. */
import { type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { sockets } from '@/lib/paths';
import { type LiveStatus, openLive } from './live';
import {
  fetchNewer,
  type Log,
  type LogAnchor,
  type LogCriteria,
  type LogData,
  logKeys,
  logsQuery,
  mergeLines,
  toLogFilter,
} from './logs';

/** Live lines are put in a few times a second, however many there are. */
const FLUSH_MS = 120;
/** Lines are asked for this often too: a server may not stream them, and a socket has no backfill. */
const CATCH_UP_MS = 5_000;
/** Of live lines so many are kept; older ones are read again by scrolling up. */
const MOST_LIVE_LINES = 50_000;

/** The stored and, while `isRunning`, the live lines that meet the criteria, oldest first. */
export function useLogs(criteria: LogCriteria, anchor: LogAnchor, isRunning: boolean) {
  const query = useInfiniteQuery(logsQuery(criteria, anchor));
  const isReady = query.isSuccess;
  // From the start, live lines only fit on once everything before them has been read.
  const isAtEnd = anchor === 'end' || !query.hasNextPage;
  const status = useLiveLines(criteria, anchor, isReady && isAtEnd, isRunning);
  const lines = useMemo(() => query.data?.pages.flatMap((page) => page.lines) ?? [], [query.data]);
  return { query, lines, status };
}

function useLiveLines(
  criteria: LogCriteria,
  anchor: LogAnchor,
  isEnabled: boolean,
  isRunning: boolean,
): LiveStatus | null {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const criteriaText = JSON.stringify(criteria);

  useEffect(() => {
    if (!isEnabled || !isRunning) return;
    const wanted = JSON.parse(criteriaText) as LogCriteria;
    let waiting: Log[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      appendLines(client, wanted, anchor, waiting);
      waiting = [];
    };
    const catchUp = () => void appendNewer(client, wanted, anchor);
    const close = openLive({
      path: sockets.logs,
      filter: toLogFilter(wanted),
      onFrame: (frame) => {
        if (frame.type !== 'log') return;
        waiting.push(frame.log as Log);
        timer ??= setTimeout(flush, FLUSH_MS);
      },
      onStatus: (next) => {
        setStatus(next);
        // The socket tells nothing of what came before it was open.
        if (next === 'live') catchUp();
      },
    });
    const asking = setInterval(catchUp, CATCH_UP_MS);
    return () => {
      clearInterval(asking);
      clearTimeout(timer);
      if (waiting.length > 0) flush();
      close();
      // The last lines may be recorded after the state that ended the run.
      catchUp();
    };
  }, [client, criteriaText, anchor, isEnabled, isRunning]);

  return isRunning ? status : null;
}

async function appendNewer(client: QueryClient, criteria: LogCriteria, anchor: LogAnchor): Promise<void> {
  const known = client.getQueryData<LogData>(logKeys.of(criteria, anchor));
  if (!known) return;
  try {
    appendLines(
      client,
      criteria,
      anchor,
      await fetchNewer(
        criteria,
        known.pages.flatMap((page) => page.lines),
      ),
    );
  } catch {
    // The server is away again; the next handshake asks once more.
  }
}

function appendLines(client: QueryClient, criteria: LogCriteria, anchor: LogAnchor, added: Log[]): void {
  client.setQueryData<LogData>(logKeys.of(criteria, anchor), (data) => {
    const last = data?.pages.at(-1);
    if (!data || !last || added.length === 0) return data;
    const others = new Set(data.pages.slice(0, -1).flatMap((page) => page.lines.map((line) => line.id)));
    const lines = mergeLines(
      last.lines,
      added.filter((line) => !others.has(line.id)),
    );
    const kept = lines.length > MOST_LIVE_LINES ? lines.slice(-MOST_LIVE_LINES) : lines;
    return { ...data, pages: [...data.pages.slice(0, -1), { ...last, lines: kept }] };
  });
}
