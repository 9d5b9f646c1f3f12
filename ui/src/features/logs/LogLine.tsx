/** One log line: time, level, task, message. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Log } from '@/api/logs';
import { taskRunBriefQuery } from '@/api/task-runs';
import { Hint } from '@/components/ui/Hint';
import { parseAnsi, type Span } from '@/lib/ansi';
import { classes } from '@/lib/classes';
import { splitMatches } from '@/lib/highlight';
import { pages } from '@/lib/paths';
import { formatAbsolute, formatClock, toMillis } from '@/lib/time';
import { levelName } from './log-search';

const LEVEL_LOOK: Record<ReturnType<typeof levelName>, string> = {
  Debug: 'text-muted',
  Info: 'text-(--state-running)',
  Warning: 'text-(--state-scheduled)',
  Error: 'text-(--state-failed)',
  Critical: 'text-(--state-crashed)',
};

const LEVEL_SHORT = { Debug: 'DEBUG', Info: 'INFO', Warning: 'WARN', Error: 'ERROR', Critical: 'CRIT' };

/** Colours of ANSI escapes, from the palette of states: readable in both themes. */
const ANSI_LOOK: Record<NonNullable<Span['color']>, string> = {
  black: 'text-muted',
  white: 'text-text',
  red: 'text-(--state-failed)',
  green: 'text-(--state-completed)',
  yellow: 'text-(--state-scheduled)',
  blue: 'text-(--state-running)',
  magenta: 'text-(--state-crashed)',
  cyan: 'text-(--state-pending)',
};

type Props = { line: Log; before: Log | undefined; query: string; withTask: boolean };

export const LogLine = memo(function LogLine({ line, before, query, withTask }: Props) {
  const level = levelName(line.level);
  const at = toMillis(line.timestamp);
  const isNewDay =
    before && new Date(toMillis(before.timestamp)).toDateString() !== new Date(at).toDateString();
  return (
    <>
      {isNewDay && (
        <div className="px-4 pt-3 pb-1 font-sans text-muted md:px-6">{new Date(at).toLocaleDateString()}</div>
      )}
      <div
        className={classes(
          'grid gap-x-3 px-4 py-0.5 leading-[18px] hover:bg-raised md:px-6',
          withTask
            ? 'grid-cols-[3rem_1fr] sm:grid-cols-[6rem_3rem_9rem_1fr]'
            : 'grid-cols-[3rem_1fr] sm:grid-cols-[6rem_3rem_1fr]',
          line.level >= 40 && 'bg-[color-mix(in_srgb,var(--state-failed)_7%,transparent)]',
        )}
      >
        <Hint text={formatAbsolute(at)}>
          <time dateTime={line.timestamp} className="tabular text-muted max-sm:hidden">
            {formatClock(at)}
          </time>
        </Hint>
        <span className={classes('font-semibold', LEVEL_LOOK[level])}>{LEVEL_SHORT[level]}</span>
        {withTask && (
          <span className="min-w-0 truncate max-sm:hidden">
            {line.task_run_id ? <TaskName id={line.task_run_id} /> : <span className="text-muted">flow</span>}
          </span>
        )}
        <span className="min-w-0 break-words whitespace-pre-wrap">
          {parseAnsi(line.message).map((span, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the spans of a line never move
            <MessageSpan key={index} span={span} query={query} />
          ))}
        </span>
      </div>
    </>
  );
});

function MessageSpan({ span, query }: { span: Span; query: string }) {
  const look = classes(
    span.color && ANSI_LOOK[span.color],
    span.isBold && 'font-semibold',
    span.isDim && 'opacity-70',
  );
  return (
    <span className={look || undefined}>
      {splitMatches(span.text, query).map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a span never move
        part.isMatch ? <mark key={index}>{part.text}</mark> : part.text,
      )}
    </span>
  );
}

function TaskName({ id }: { id: string }) {
  const query = useQuery(taskRunBriefQuery(id));
  return (
    <Link
      to={pages.taskRun(id)}
      className="text-muted hover:text-text hover:underline"
      title={query.data?.name}
    >
      {query.data?.name ?? '…'}
    </Link>
  );
}
